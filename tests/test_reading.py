"""已阅: who must read a decision, and nobody's reading is lost."""

import asyncio
from datetime import datetime

import pytest

from bot.app import App
from bot.config import Config
from bot.decision import note_reading
from bot.message import as_lines
from tests.conftest import WEDNESDAY, HandClock, Room
from tests.house_of_decisions import PEOPLE, entry, mentioned, typed


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in PEOPLE:
        await room.say(who, "成员")


async def test_who_must_read_it_is_named_until_they_have(room: Room, app: App) -> None:
    answer = await room.say("张三", "决策 客户分三级 @李四 @王敏 @张三 @李四")
    assert mentioned(answer) == ["李四", "王敏"]
    assert list((await entry(app, 1)).details["readers"].values()) == [None, None]

    assert "还差 王敏" in await room.words("李四", "已阅 1")

    (read,) = filter(None, (await entry(app, 1)).details["readers"].values())
    assert datetime.fromisoformat(read) == WEDNESDAY
    story = await room.words("张三", "查看 1")
    assert "已阅：李四（11月25日 周三 10:00）" in story
    assert "未阅：王敏" in story
    assert "大家都看过了" in await room.words("王敏", "已阅 1")
    assert "未阅" not in await room.words("张三", "查看 1")


async def test_quoting_the_decision_is_enough(room: Room) -> None:
    await room.say("张三", "决策 客户分三级 @李四")

    answer = await room.say("李四", "已阅", reply_to=await room.last_card)

    assert answer is not None
    assert as_lines(answer).startswith("👀 决策 #1 李四已阅 · 大家都看过了")


async def test_who_was_not_named_may_read_it_too_and_nobody_twice(room: Room, app: App) -> None:
    await room.say("张三", "决策 客户分三级")

    assert "赵六已阅" in await room.words("赵六", "已阅 1")
    assert "你 11月25日 周三 10:00 已经看过 决策 #1 了" in await room.words("赵六", "已阅 1")
    assert (await entry(app, 1)).version == 2


async def test_what_was_replaced_need_not_be_read(room: Room) -> None:
    await room.say("张三", "决策 审批流用 A @李四")
    await room.say("张三", "决策 审批流用 B 取代 #1")

    assert "请看现在有效的 #2" in await room.words("李四", "已阅 1")
    await room.say("张三", "取消 2")
    assert "不用看了" in await room.words("李四", "已阅 2")


async def test_nobodys_reading_is_lost_to_another_that_was_written_meanwhile(
    room: Room, app: App
) -> None:
    await room.say("张三", "决策 客户分三级 @李四 @王敏")
    stale = await entry(app, 1)
    first, second = map(int, stale.details["readers"])

    async with app.database.begin() as tx:
        for each in (first, second):  # both have seen the decision as it was before
            assert await note_reading(tx, stale, by_id=each, at=WEDNESDAY) is None

    assert None not in (await entry(app, 1)).details["readers"].values()


async def test_many_read_at_once(room: Room, app: App, config: Config, backend: str) -> None:
    names = [f"读者{n}" for n in range(12)]
    for each in names:
        await room.say(each, "成员")
    await room.say("张三", "决策 客户分三级 " + " ".join(f"@{each}" for each in names))
    replica = App(config, real_time=HandClock(WEDNESDAY)) if backend == "postgresql" else app

    await asyncio.gather(
        *(
            (replica if n % 2 else app).handle(typed(f"r{n}", each, "已阅 1"))
            for n, each in enumerate(names)
        )
    )
    if replica is not app:
        await replica.stop()

    assert None not in (await entry(app, 1)).details["readers"].values()
