"""变更: nothing is done before somebody who may has said yes."""

import pytest

from bot.app import App
from bot.message import Card, as_lines
from storage import ledger
from tests.conftest import Room
from tests.house_of_decisions import PEOPLE, buttons, entry, mentioned


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in PEOPLE:
        await room.say(who, "成员")


async def test_the_receipt_names_who_decides_and_who_will_do_it(room: Room, app: App) -> None:
    answer = await room.say(
        "张三", "变更 报表加一张区域汇总 批准 @王敏 影响：多 3 人天 @李四 @赵六"
    )

    assert isinstance(answer, Card)
    assert as_lines(answer) == (
        '变更 #1 已记 · 批准人 王敏 · 协助 赵六 · 10分钟内回"撤销"\n'
        "报表加一张区域汇总\n影响：多 3 人天\n批准后由李四负责"
    )
    assert buttons(answer) == ["批准 1", "驳回 1", "查看 1"]
    assert mentioned(answer) == ["王敏", "李四", "赵六"]
    found = await entry(app, 1)
    assert (found.stage, found.owner_name) == ("pending", "王敏")
    story = await room.words("李四", "查看 1")
    for words in (
        "状态：等批准",
        "影响：多 3 人天",
        "批准人：王敏（还没批准）",
        "批准后负责：李四",
    ):
        assert words in story


async def test_approved_it_stays_open_with_whoever_carries_it_out(room: Room, app: App) -> None:
    await room.say("张三", "变更 加一个字段 批准 @王敏 @李四")
    assert "还没批准" in await room.words("张三", "完成 1")

    answer = await room.say("王敏", "批准 1 尽快")

    assert isinstance(answer, Card)
    assert answer.title == "✅ 变更 #1 王敏批准了 · 负责人 李四"
    assert mentioned(answer) == ["张三", "李四"]
    found = await entry(app, 1)
    assert (found.state, found.stage, found.owner_name) == ("open", "approved", "李四")
    assert "状态：已批准" in await room.words("张三", "查看 1")
    assert "变更 #1 已落地" in await room.words("李四", "完成 1")


async def test_without_anybody_named_the_opener_carries_it_out(room: Room, app: App) -> None:
    answer = await room.words("张三", "变更 加一个字段 批准 @王敏")

    assert "批准后由张三负责" in answer
    await room.say("王敏", "批准 1")
    assert (await entry(app, 1)).owner_name == "张三"


async def test_without_an_approver_the_project_managers_decide(room: Room, app: App) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @赵六 项目经理")

    answer = await room.say("张三", "变更 加一个字段")

    assert isinstance(answer, Card)
    assert "批准人 王敏" in answer.title
    assert "没写批准人，由项目经理（王敏）或系统管理员来批" in await room.words("李四", "批准 1")
    assert "没写批准人，由项目经理（王敏）或系统管理员来批" in await room.words("张三", "批准 1")
    assert "赵六批准了" in await room.words("赵六", "批准 1")
    assert "赵六已经批准了" in await room.words("王敏", "批准 1")


async def test_where_nobody_can_decide_it_says_how(room: Room) -> None:
    answer = await room.words("张三", "变更 加一个字段")

    assert "批准人 待定" in answer
    assert "请说：转交 1 @能批准的人" in answer
    assert "不用认领" in await room.words("李四", "认领 1")
    assert "批准人 王敏" in await room.words("张三", "转交 1 @王敏")
    assert "王敏批准了" in await room.words("王敏", "批准 1")


@pytest.mark.parametrize(
    "said", ["变更 加一个字段 批准 @张三", "变更 加一个字段 拍板：@张三 @李四"]
)
async def test_nobody_lets_his_own_change_through(room: Room, app: App, said: str) -> None:
    assert "自己提的变更不能自己批" in await room.words("张三", said)

    async with app.database.begin() as tx:
        assert await ledger.every(tx) == []


async def test_nor_by_having_it_handed_over(room: Room, app: App) -> None:
    await room.say("张三", "变更 加一个字段 批准 @王敏")

    assert "不能自己批" in await room.words("王敏", "转交 1 @张三")
    assert "换人要他自己来转" in await room.words("张三", "转交 1 @张三")
    assert (await entry(app, 1)).owner_name == "王敏"


async def test_a_project_manager_may_decide_on_his_own(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "变更 加一个字段")

    assert "王敏批准了" in await room.words("王敏", "批准 1")


async def test_a_rejected_change_must_be_approved_after_all(room: Room, app: App) -> None:
    await room.say("张三", "变更 加一个字段 批准 @王敏")

    assert "王敏：下个版本再说" in await room.words("王敏", "驳回 1 下个版本再说")
    assert "状态：没批准" in await room.words("张三", "查看 1")
    await room.answers("张三", "重开 1 这个版本就要")

    assert (await entry(app, 1)).stage == "pending"
    assert "还没批准" in await room.words("张三", "完成 1")


async def test_an_approved_change_that_is_reopened_stays_approved(room: Room, app: App) -> None:
    await room.say("张三", "变更 加一个字段 批准 @王敏")
    await room.say("王敏", "批准 1")
    await room.say("张三", "完成 1")

    await room.say("张三", "重开 1 少了一半")

    found = await entry(app, 1)
    assert (found.state, found.stage) == ("open", "approved")


async def test_the_approvers_undo_makes_it_wait_again(room: Room, app: App) -> None:
    await room.say("张三", "变更 加一个字段 批准 @王敏 @李四")
    await room.say("王敏", "批准 1")

    await room.say("王敏", "撤销")

    found = await entry(app, 1)
    assert (found.stage, found.owner_name) == ("pending", "王敏")


async def test_said_in_private_the_approver_is_asked(room: Room) -> None:
    answer = await room.say("张三", "变更 加一个字段 批准 @王敏 影响：一天", group="私聊")

    assert mentioned(answer) == []
    asked = (await room.told("王敏"))[-1]
    assert as_lines(asked).startswith("张三 请你批准 变更 #1\n加一个字段\n影响：一天")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("变更 批准 @王敏", "还缺内容"),
        ("变更 加字段 批准：王敏", "批准 @王敏"),
        ("变更 " + "长" * 5000, "最多 500 字"),
        ("变更 加字段 影响：" + "长" * 5000, "最多 500 字"),
    ],
    ids=["empty", "approver", "title", "impact"],
)
async def test_what_is_unclear_is_said_and_not_stored(
    room: Room, app: App, said: str, answer: str
) -> None:
    assert answer in await room.words("张三", said)

    async with app.database.begin() as tx:
        assert await ledger.every(tx) == []
