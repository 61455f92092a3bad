"""取代: chains of decisions, forth and back."""

import pytest

from bot.app import App
from bot.decision import log_rows
from bot.message import Card, as_lines
from storage import team as teams
from tests.conftest import SHANGHAI, WEDNESDAY, Room
from tests.house_of_decisions import PEOPLE, entry, mentioned


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in PEOPLE:
        await room.say(who, "成员")


async def test_a_chain_of_decisions_names_what_came_before_and_after(room: Room, app: App) -> None:
    await room.say("张三", "决策 审批流用 A")
    await room.say("张三", "决策 审批流用 B 取代 #1")
    answer = await room.words("张三", "决策 审批流用 C 取代 ＃2 理由：更快")

    assert "取代了 #2 审批流用 B" in answer
    assert [(await entry(app, n)).state for n in (1, 2, 3)] == ["superseded", "superseded", "open"]
    assert "注意：已被 #2 取代，现在有效的是 #3" in await room.words("李四", "查看 1")
    assert "注意：已被 #3 取代\n" in await room.words("李四", "查看 2") + "\n"
    assert "取代：#2 ← #1" in await room.words("李四", "查看 3")
    assert await room.words("张三", "决策 审批流用 D 取代 #1") == (
        "决策 #1 已经被取代了，现在有效的是 #3，请说 取代 #3"
    )


async def test_undo_brings_the_old_one_back_and_the_rest_of_the_chain_stays(
    room: Room, app: App
) -> None:
    await room.say("张三", "决策 审批流用 A")
    await room.say("张三", "决策 审批流用 B 取代 #1")
    await room.say("张三", "决策 审批流用 C 取代 #2")

    await room.say("张三", "撤销")

    assert [(await entry(app, n)).state for n in (1, 2, 3)] == ["superseded", "open", "cancelled"]
    assert "取代：#1" in await room.words("张三", "查看 2")
    assert "\n取代：" not in await room.words("张三", "查看 3")
    await room.say("张三", "决策 审批流用 D 取代 #2")
    assert "已被 #4 取代" in await room.words("张三", "查看 2")


async def test_one_decision_may_take_the_place_of_two(room: Room, app: App) -> None:
    await room.say("张三", "决策 审批流用 A")
    await room.say("张三", "决策 周报每周五交")

    await room.say("张三", "决策 都听项目组的 取代 #1、#2")

    assert "取代：#1、#2" in await room.words("张三", "查看 3")
    await room.say("张三", "撤销")
    assert [(await entry(app, n)).state for n in (1, 2, 3)] == ["open", "open", "cancelled"]


async def test_while_it_waits_the_old_one_holds(room: Room, app: App) -> None:
    await room.say("张三", "决策 审批流用 A")

    answer = await room.words("李四", "决策 审批流用 B 取代 #1 批准 @王敏")

    assert "批准后取代 #1 审批流用 A" in answer
    assert (await entry(app, 1)).state == "open"
    assert "取代：#1（批准后）" in await room.words("张三", "查看 2")
    assert "取代了 #1 审批流用 A" in await room.words("王敏", "批准 2")
    assert (await entry(app, 1)).state == "superseded"


async def test_the_approvers_undo_brings_both_back(room: Room, app: App) -> None:
    await room.say("张三", "决策 审批流用 A")
    await room.say("李四", "决策 审批流用 B 取代 #1 批准 @王敏")
    await room.say("王敏", "批准 2")

    await room.say("王敏", "撤销")

    assert (await entry(app, 1)).state == "open"
    found = await entry(app, 2)
    assert (found.stage, found.owner_name, found.details.get("approved_by")) == (
        "pending",
        "王敏",
        None,
    )
    assert "取代：#1（批准后）" in await room.words("李四", "查看 2")
    assert "王敏批准了" in await room.words("王敏", "批准 2")
    assert (await entry(app, 1)).state == "superseded"


async def test_a_rejection_leaves_the_old_one_alone(room: Room, app: App) -> None:
    await room.say("张三", "决策 审批流用 A")
    await room.say("李四", "决策 审批流用 B 取代 #1 批准 @王敏")

    await room.say("王敏", "驳回 2 不值得")

    assert (await entry(app, 1)).state == "open"


async def test_of_two_that_want_the_same_place_the_second_is_not_approved(
    room: Room, app: App
) -> None:
    await room.say("张三", "决策 审批流用 A")
    await room.say("李四", "决策 审批流用 B 取代 #1 批准 @王敏")
    await room.say("赵六", "决策 审批流用 C 取代 #1 批准 @王敏")
    await room.say("王敏", "批准 2")

    answer = await room.words("王敏", "批准 3")

    assert "要取代的 #1 已经被 #2 取代了" in answer
    assert (await entry(app, 3)).stage == "pending"


async def test_not_everybody_may_take_its_place_without_being_asked(room: Room, app: App) -> None:
    await room.say("张三", "决策 审批流用 A 批准 @王敏")
    await room.say("王敏", "批准 1")

    answer = await room.words("李四", "决策 审批流用 B 取代 #1")

    assert answer == "决策 #1 是王敏定的，要取代它请加上 批准 @王敏，王敏批准了就取代"
    assert (await entry(app, 1)).state == "open"
    assert "取代了 #1" in await room.words("王敏", "决策 审批流用 B 取代 #1")


async def test_only_what_is_in_force_can_be_replaced(room: Room) -> None:
    await room.say("张三", "任务 写周报 明天")
    await room.say("张三", "决策 审批流用 A 批准 @王敏")
    await room.say("张三", "决策 周报每周五交")
    await room.say("张三", "取消 3")

    assert "#1 是任务，只有决策能被取代" in await room.words("张三", "决策 甲 取代 #1")
    assert "决策 #2 等批准，只有有效的" in await room.words("张三", "决策 甲 取代 #2")
    assert "决策 #3 已取消，只有有效的" in await room.words("张三", "决策 甲 取代 #3")


async def test_what_was_replaced_does_not_come_back_beside_its_successor(room: Room) -> None:
    await room.say("张三", "决策 审批流用 A")
    await room.say("张三", "决策 审批流用 B 取代 #1")

    assert "请新记一条：决策 … 取代 #2" in await room.words("张三", "重开 1")

    assert "要恢复请说：重开 1" in await room.words("张三", "取消 2")
    assert "已重开" in await room.words("张三", "重开 1")
    assert "#1 现在又有效了" in await room.words("张三", "重开 2")


async def test_a_decision_of_another_team_does_not_exist(room: Room, app: App) -> None:
    async with app.database.begin() as tx:
        other = await teams.open_team(tx, "华南队", at=WEDNESDAY)
        await teams.open_chat(
            tx,
            team_id=other.id,
            platform="console",
            external_id="华南群",
            private=False,
            name="华南群",
            person="",
        )
    await room.say("张三", "决策 审批流用 A @李四")
    await room.say("张三", "决策 周报每周五交")

    answer = await room.words("孙七", "决策 审批流用 B 取代 #2", group="华南群")
    assert answer.startswith("没有 #2 这条记录")
    # Nor is it a reason to ask: theirs is the first of its team.
    assert "决策 #1 已记" in await room.words("孙七", "决策 审批流用 B", group="华南群")
    assert "没有 #2" in await room.words("孙七", "批准 2", group="华南群")
    assert "没有 #2" in await room.words("孙七", "已阅 2", group="华南群")
    assert "没有找到" in await room.words("孙七", "决策 查 周报", group="华南群")
    assert (await entry(app, 2)).state == "open"
    async with app.database.begin() as tx:
        _, rows = await log_rows(tx, other.id, SHANGHAI)
    assert [row[1] for row in rows] == ["审批流用 B"]


async def test_who_approved_the_old_one_hears_that_it_is_replaced(room: Room, app: App) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("张三", "决策 审批流用 A 批准 @赵六")
    await room.say("赵六", "批准 1")

    answer = await room.say("王敏", "决策 审批流改用 B 取代 #1")

    assert isinstance(answer, Card)
    assert "原来是赵六批准的，已告知" in answer.text
    assert mentioned(answer) == ["赵六"]
    assert [(await entry(app, n)).state for n in (1, 2)] == ["superseded", "open"]


async def test_said_in_private_they_are_told_in_private(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("张三", "决策 审批流用 A 批准 @赵六")
    await room.say("赵六", "批准 1")

    await room.say("王敏", "决策 审批流改用 B 取代 #1", group="私聊")

    told = as_lines((await room.told("赵六"))[-1])
    assert told == "王敏 记了 决策 #2，取代了你批准的决策\n审批流改用 B\n取代的：#1 审批流用 A"


async def test_replaced_by_an_approval_they_hear_of_it_then(room: Room) -> None:
    await room.say("张三", "决策 审批流用 A 批准 @赵六")
    await room.say("赵六", "批准 1")
    asked = await room.say("张三", "决策 审批流改用 B 取代 #1 批准 @李四")

    answer = await room.say("李四", "批准 2")

    assert mentioned(asked) == ["李四"]
    assert sorted(mentioned(answer)) == ["张三", "赵六"]
