"""批准 and 驳回: only by whoever was asked, once, and everybody concerned hears of it."""

import pytest

from bot.app import App
from bot.message import Button, Card, Form, Person, as_lines
from storage import history
from tests.conftest import Room
from tests.house_of_decisions import PEOPLE, entry, entry_in, mentioned, posts


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in PEOPLE:
        await room.say(who, "成员")


async def test_the_approver_approves_and_the_opener_hears(room: Room, app: App) -> None:
    await room.say("张三", "决策 客户分三级 批准 @王敏 @李四")

    answer = await room.say("王敏", "批准 1 同意")

    assert answer == Card(
        title="✅ 决策 #1 王敏批准了",
        text="客户分三级\n王敏：同意",
        buttons=(Button(label="已阅", say="已阅 1"), Button(label="查看", say="查看 1")),
        mentions=(Person("张三", "张三"), Person("李四", "李四")),
    )
    found = await entry(app, 1)
    assert (found.state, found.stage, found.owner_id) == ("open", "", None)


@pytest.mark.parametrize("word", ["批准 1", "驳回 1 不行"])
async def test_nobody_else_may_say_the_word(room: Room, app: App, word: str) -> None:
    await room.say("赵六", "角色 @赵六 项目经理")
    await room.say("张三", "决策 客户分三级 批准 @王敏")

    for who in ("张三", "李四", "赵六"):
        assert "决策 #1 要由王敏来批，别人不能代批" in await room.words(who, word)

    assert (await entry(app, 1)).stage == "pending"


async def test_a_second_press_does_nothing_and_says_so(room: Room, app: App) -> None:
    await room.say("张三", "决策 客户分三级 批准 @王敏")
    card = await room.last_card
    await room.press("王敏", card, "批准 1")

    again = await room.press("王敏", card, "批准 1")
    other = await room.press("王敏", card, "驳回 1")
    words = await room.words("王敏", "驳回 1 算了")

    assert as_lines(again) == "决策 #1 王敏已经批准了（11月25日 周三 10:00）"  # type: ignore[arg-type]
    assert isinstance(other, Form)
    assert words == "决策 #1 王敏已经批准了（11月25日 周三 10:00）"
    async with app.database.begin() as tx:
        verbs = [each.verb for each in await history.story(tx, (await entry_in(tx, 1)).id)]
    assert verbs == ["登记", "批准"]


async def test_a_rejection_needs_a_reason_and_the_opener_hears_it(room: Room, app: App) -> None:
    await room.say("张三", "决策 客户分三级 批准 @王敏")
    form = await room.press("王敏", await room.last_card, "驳回 1")
    assert isinstance(form, Form)
    assert [each.label for each in form.fields] == ["原因"]

    answer = await room.press("王敏", await room.last_card, form.say, {"reason": "先算成本"})

    assert isinstance(answer, Card)
    assert (answer.title, mentioned(answer)) == ("❌ 决策 #1 王敏没批准", ["张三"])
    assert "王敏：先算成本" in answer.text
    found = await entry(app, 1)
    assert (found.state, found.stage) == ("cancelled", "rejected")
    assert "状态：没批准" in await room.words("张三", "查看 1")
    assert "王敏已经驳回了" in await room.words("王敏", "批准 1")


async def test_approved_in_private_the_group_hears(room: Room) -> None:
    await room.say("张三", "决策 客户分三级 批准 @王敏")

    answer = await room.say("王敏", "批准 1", group="私聊")

    assert mentioned(answer) == []
    told = (await posts(room, "项目群"))[-1]
    assert as_lines(told) == "✅ 决策 #1 王敏批准了\n客户分三级"
    assert mentioned(told) == ["张三"]


async def test_what_was_never_approved_does_not_become_valid_by_reopening(
    room: Room, app: App
) -> None:
    await room.say("张三", "决策 客户分三级 批准 @王敏")
    await room.say("王敏", "驳回 1 先算成本")

    await room.answers("张三", "重开 1")

    assert (await entry(app, 1)).stage == "pending"
    await room.say("张三", "取消 1")
    await room.answers("张三", "重开 1")
    assert (await entry(app, 1)).stage == "pending"
    assert "王敏批准了" in await room.words("王敏", "批准 1")


async def test_the_right_to_approve_is_only_handed_on_by_who_has_it(room: Room, app: App) -> None:
    await room.say("张三", "决策 客户分三级 批准 @王敏")

    assert "换人要他自己来转" in await room.words("张三", "转交 1 @张三")
    await room.say("王敏", "转交 1 @李四")
    assert "要由王敏来批" in await room.words("李四", "批准 1")
    await room.say("李四", "接受 1")

    assert "要由李四来批" in await room.words("王敏", "批准 1")
    assert "李四批准了" in await room.words("李四", "批准 1")


async def test_what_waits_for_approval_cannot_be_finished(room: Room) -> None:
    await room.say("张三", "决策 客户分三级 批准 @王敏")

    assert "还没批准" in await room.words("张三", "完成 1")


async def test_the_word_is_for_decisions_and_changes(room: Room) -> None:
    await room.say("张三", "任务 写周报 明天")

    assert await room.words("张三", "批准 1") == "#1 是任务，这句只用在决策或变更上"
