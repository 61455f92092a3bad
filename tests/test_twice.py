"""What was said a moment ago is not written down once more without a question."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.app import App
from bot.message import Card
from storage.ledger import Entry
from tests.conftest import Room
from tests.house_of_decisions import buttons, entry


@pytest.fixture(autouse=True)
async def money(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "预算 培训 2万")


async def spent(app: App) -> Decimal:
    return Decimal((await entry(app, 1)).details["spent"])


async def test_the_same_spending_within_a_day_is_asked_about(room: Room, app: App) -> None:
    await room.say("王敏", "支出 培训 5000 讲师费")

    answer = await room.say("王敏", "支出 培训 5,000 讲师费")

    assert isinstance(answer, Card)
    assert answer.title == "刚记过一笔一样的，再记一笔吗？"
    assert answer.text == "培训 支出 ¥5,000 讲师费\n上一笔：11月25日 周三 10:00，王敏记的"
    assert buttons(answer) == ["存下 1", "不存 1"]
    assert await spent(app) == 5000
    await room.press("王敏", await room.last_card, "存下 1")
    assert await spent(app) == 10000


async def test_other_words_another_amount_or_another_day_are_not(room: Room, app: App) -> None:
    await room.say("王敏", "支出 培训 100 讲师费")
    await room.say("王敏", "支出 培训 100 场地费")
    await room.say("王敏", "支出 培训 200 讲师费")
    await room.wait(timedelta(days=1, minutes=1))
    await room.say("王敏", "支出 培训 100 讲师费")

    assert await spent(app) == 500


async def test_what_was_taken_back_may_be_said_again(room: Room, app: App) -> None:
    await room.say("王敏", "支出 培训 100 讲师费")

    assert await room.words("王敏", "撤销") == (
        "↩️ 已撤销 预算 #1 的「支出」\n培训\n"
        "收回的是 ¥100 讲师费，现在已花 ¥0 / ¥20,000（0%） · 剩 ¥20,000"
    )
    await room.say("王敏", "支出 培训 100 讲师费")

    assert await spent(app) == 100


async def test_the_same_task_of_one_person_is_asked_about(room: Room, app: App) -> None:
    await room.say("王敏", "任务 @张三 整理客户清单 周五")

    answer = await room.say("李四", "任务 @张三 整理客户清单 周五")

    assert isinstance(answer, Card)
    assert answer.title == "张三 手上已经有一样的：#2，还要再记一条吗？"
    assert buttons(answer) == ["存下 1", "不存 1"]
    await room.press("李四", await room.last_card, "存下 1")
    third: Entry = await entry(app, 3)
    assert (third.title, third.owner_name) == ("整理客户清单", "张三")


async def test_another_persons_day_or_a_done_task_is_another(room: Room, app: App) -> None:
    await room.say("王敏", "任务 @张三 整理客户清单 周五")
    await room.say("王敏", "任务 @李四 整理客户清单 周五")
    await room.say("王敏", "任务 @张三 整理客户清单 下周五")
    await room.say("张三", "完成 2")

    assert "任务 #5 已记" in await room.words("王敏", "任务 @张三 整理客户清单 周五")
