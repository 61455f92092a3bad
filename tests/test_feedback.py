"""反馈: votes, one entry for one idea, and the way from a wish to work and back."""

import asyncio

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App
from bot.feedback import like
from bot.message import Button, Card, as_lines
from bot.platforms.console import chat_of, incoming
from storage import ledger
from storage.database import Tx
from storage.ledger import Entry
from storage.schema import entry, history
from tests.conftest import Room

WISH = "希望客户可以批量导入"


@pytest.fixture
async def wish(room: Room) -> int:
    """反馈 #1 of 王敏."""
    await room.say("王敏", f"反馈 {WISH}")
    return 1


async def stored(app: App, number: int) -> Entry:
    async with app.database.begin() as tx:
        found = await ledger.find(tx, 1, number)
    assert found is not None
    return found


def votes(found: Entry) -> list[int]:
    return list(found.details["votes"])


async def test_a_wish_needs_nobody_and_counts_its_opener(room: Room, app: App) -> None:
    answer = await room.words("王敏", f"需求 {WISH}")

    assert answer == f'反馈 #1 已记 · 10分钟内回"撤销"\n{WISH}'
    found = await stored(app, 1)
    assert (found.kind, found.owner_id, found.weight) == ("feedback", None, 1)
    assert votes(found) == [found.opened_by]
    assert "支持：1 人：王敏" in await room.words("张三", "查看 1")
    assert "待认领" not in await room.words("张三", "查看 1")


# --- one entry for one idea ----------------------------------------------------------------


async def test_a_similar_wish_is_offered_before_a_second_is_stored(room: Room, wish: int) -> None:
    answer = await room.say("张三", "建议 能不能批量导入客户")

    assert isinstance(answer, Card)
    assert answer.title == "有相近的反馈，是同一件事吗？"
    assert f"#1 {WISH}｜👍 1" in answer.text
    assert [each.label for each in answer.buttons] == ["就这么记", "支持 #1", "不记了"]
    assert "没有 #2" in await room.words("张三", "查看 2")


async def test_supporting_the_similar_one_stores_nothing_new(
    room: Room, app: App, wish: int
) -> None:
    asked = await room.say("张三", "建议 能不能批量导入客户")
    assert isinstance(asked, Card)

    answer = await room.press("张三", await room.last_card, asked.buttons[1].say)

    assert isinstance(answer, Card)
    assert answer.title == "👍 反馈 #1 现在 2 人支持"
    assert len(votes(await stored(app, 1))) == 2
    assert "没有 #2" in await room.words("张三", "查看 2")


async def test_it_is_stored_all_the_same_where_that_is_wanted(room: Room, wish: int) -> None:
    asked = await room.say("张三", "建议 能不能批量导入客户")
    assert isinstance(asked, Card)

    await room.press("张三", await room.last_card, asked.buttons[0].say)

    assert "能不能批量导入客户" in await room.words("张三", "查看 2")


async def test_nobody_answers_the_question_of_somebody_else(
    room: Room, app: App, wish: int
) -> None:
    asked = await room.say("张三", "建议 能不能批量导入客户")
    assert isinstance(asked, Card)
    card = await room.last_card

    await room.press("李四", card, asked.buttons[1].say)
    answer = await room.press("张三", card, asked.buttons[1].say)

    assert isinstance(answer, Card)
    assert "2 人支持" in answer.title


async def test_what_i_support_already_is_shown_but_not_offered(room: Room, wish: int) -> None:
    answer = await room.say("王敏", "反馈 客户批量导入")

    assert isinstance(answer, Card)
    assert "（你支持过）" in answer.text
    assert [each.label for each in answer.buttons] == ["就这么记", "不记了"]


async def test_what_is_done_is_not_offered(room: Room, wish: int) -> None:
    await room.say("王敏", "完成 1")

    assert "反馈 #2 已记" in await room.words("张三", "反馈 客户批量导入")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("希望增加打印功能", "希望增加导出功能", False),
        ("能不能支持批量导入客户", "客户批量导入", True),
        ("建议商机可以加一个预计成交日期字段", "商机增加预计成交日期", True),
        ("手机上打开太慢", "审批流可以撤回", False),
    ],
)
async def test_what_is_wished_for_counts_and_not_how(
    room: Room, app: App, one: str, other: str, alike: bool
) -> None:
    await room.say("王敏", f"反馈 {one}")

    assert bool(like(other, [await stored(app, 1)])) is alike


@given(st.text(max_size=80))
def test_any_wish_can_be_compared(text: str) -> None:
    assert like(text, []) == []


async def test_two_that_turn_out_to_be_one_join_their_votes_and_their_task(
    room: Room, app: App, wish: int
) -> None:
    await room.say("张三", "反馈 手机上录入客户太慢")
    await room.say("李四", "支持 2")
    await room.say("李四", "支持 1")
    await room.answers("李四", "转任务 2")

    await room.answers("张三", "并入 2 1")

    found = await stored(app, 1)
    assert (len(votes(found)), found.weight) == (3, 3)
    assert (found.stage, found.details["task"]) == ("planned", 3)
    await room.answers("李四", "完成 3")
    assert [(await stored(app, each)).state for each in (1, 2)] == ["done", "cancelled"]


async def test_joining_can_be_taken_back(room: Room, app: App, wish: int) -> None:
    await room.say("张三", "反馈 手机上录入客户太慢")
    await room.answers("张三", "并入 2 1")

    await room.answers("张三", "撤销")

    assert [(await stored(app, each)).weight for each in (1, 2)] == [1, 1]
    assert [(await stored(app, each)).state for each in (1, 2)] == ["open", "open"]


# --- votes ---------------------------------------------------------------------------------


async def test_everybody_has_one_vote(room: Room, app: App, wish: int) -> None:
    assert "现在 2 人支持" in await room.words("张三", "支持 1 我们组也要")
    assert await room.words("张三", "+1 1") == "你已经支持过反馈 #1 了，现在 2 人支持"
    assert await room.words("王敏", "支持 1") == "你已经支持过反馈 #1 了，现在 2 人支持"

    assert (await stored(app, 1)).weight == 2
    assert "张三 支持：我们组也要" in await room.words("王敏", "查看 1")


async def test_a_vote_can_be_taken_back(room: Room, app: App, wish: int) -> None:
    await room.say("张三", "支持 1")
    assert "已撤销 反馈 #1 的「支持」" in await room.words("张三", "撤销")
    assert (await stored(app, 1)).weight == 1

    await room.say("张三", "支持 1")
    await room.say("李四", "支持 1")
    assert "现在 2 人支持" in await room.words("张三", "取消支持 1")

    assert (await stored(app, 1)).weight == 2
    assert await room.words("张三", "取消支持 1") == "你没有支持过反馈 #1"


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("支持 2", "#2 是任务，这句只用在反馈上"),
        ("支持 99", "没有 #99 这条记录"),
        ("转任务 2", "#2 是任务，这句只用在反馈上"),
        ("反馈 同上 支持 #1、#2", "一次支持一条，比如：支持 5"),
    ],
)
async def test_what_cannot_be_supported_says_why(
    room: Room, wish: int, said: str, answered: str
) -> None:
    await room.say("王敏", "任务 写周报 明天")

    assert answered in await room.words("张三", said)


async def test_what_is_over_takes_no_votes(room: Room, wish: int) -> None:
    await room.say("王敏", "取消 1")

    assert "已经取消了" in await room.words("张三", "支持 1")


async def test_twenty_who_press_at_once_all_count(room: Room, app: App, wish: int) -> None:
    people = [f"成员{each}" for each in range(20)]

    async def press(number: int, who: str) -> None:
        await app.handle(
            incoming(
                10_000 + number,
                chat=chat_of(room.group, who),
                sender=who,
                text="支持 1",
                roster=[],
                leads=app.leads,
                at=app.clock(),
            )
        )

    await asyncio.gather(*(press(number, who) for number, who in enumerate(people)))

    assert len(set(votes(await stored(app, 1)))) == 21


async def test_a_vote_meanwhile_is_not_overwritten(
    room: Room, app: App, wish: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = ledger.change
    rivals = [900, 901]

    async def beaten(tx: Tx, found: Entry, **values: object) -> bool:
        if values["verb"] == "支持" and rivals:  # somebody else is faster, twice
            fresh = await ledger.by_id(tx, found.id)
            theirs = {"votes": [*votes(fresh), rivals.pop()]}
            await tx.execute(
                sa.update(entry)
                .where(entry.c.id == found.id)
                .values(details=theirs, version=fresh.version + 1)
            )
        return await honest(tx, found, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "change", beaten)

    assert "现在 4 人支持" in await room.words("张三", "支持 1")
    assert {900, 901} < set(votes(await stored(app, 1)))


# --- from a wish to work -------------------------------------------------------------------


async def test_a_wish_becomes_a_task_and_both_know(room: Room, wish: int) -> None:
    await room.say("张三", "支持 1")

    receipt = await room.say("赵六", "转任务 1 @李四 下周五前")

    (told,) = await room.told("王敏")
    assert await room.told("张三") == [told]
    assert isinstance(told, Card)
    assert isinstance(receipt, Card)
    assert told.title == "📣 你支持的反馈 #1 已转任务 #2"
    assert told.text == f"{WISH}\n负责人 李四 · 12月4日 周五 18:00"
    assert receipt.title.startswith("任务 #2 已记 · 负责人 李四 · 12月4日 周五 18:00")
    assert "来自反馈 #1（2 人支持）" in receipt.text
    assert "任务：#2" in await room.words("王敏", "查看 1")
    assert "状态：已转任务" in await room.words("王敏", "查看 1")
    assert f"来自：反馈 #1 {WISH}（2 人支持）" in await room.words("王敏", "查看 2")
    assert "已经转成任务 #2 了" in await room.words("王敏", "转任务 1")


async def test_the_task_may_be_worded_anew_and_is_mine_by_default(room: Room, wish: int) -> None:
    (receipt,) = await room.answers("王敏", "转任务 1 先做导入模板")

    assert isinstance(receipt, Card)
    assert "负责人 王敏" in receipt.title
    assert receipt.text.splitlines()[0] == "先做导入模板"
    assert "改期 2 周五下班前" in receipt.text


async def test_one_step_is_taken_back_as_one(room: Room, app: App, wish: int) -> None:
    await room.answers("赵六", "转任务 1 @李四 下周五前")

    await room.answers("赵六", "撤销")

    found = await stored(app, 1)
    assert (found.state, found.stage, found.details.get("task")) == ("open", "", None)
    assert (await stored(app, 2)).state == "cancelled"
    assert "任务 #3 已记" in (await room.answers("赵六", "转任务 1"))[-1].title  # type: ignore[union-attr]


async def test_finishing_the_task_finishes_the_wish_and_tells_its_supporters(
    room: Room, app: App, wish: int
) -> None:
    await room.say("张三", "支持 1")
    await room.answers("赵六", "转任务 1 @李四 下周五前")

    answer = await room.say("李四", "完成 2 已上线")

    told = (await room.told("王敏"))[-1]
    assert isinstance(told, Card)
    assert isinstance(answer, Card)
    assert (told.title, told.text) == ("🎉 你支持的反馈 #1 已实现", f"{WISH}\n已上线")
    assert "反馈 #1 也算实现了，已告诉支持它的 2 人" in answer.text
    assert (await stored(app, 1)).state == "done"
    assert "李四 完成：任务 #2 已完成" in await room.words("王敏", "查看 1")


async def test_undoing_the_end_of_the_task_opens_both_again(
    room: Room, app: App, wish: int
) -> None:
    await room.answers("赵六", "转任务 1 @李四 下周五前")
    await room.answers("李四", "完成 2")

    await room.answers("李四", "撤销")

    assert [(await stored(app, each)).state for each in (1, 2)] == ["open", "open"]
    assert (await stored(app, 1)).stage == "planned"


async def test_a_reopened_task_takes_its_wish_along(room: Room, app: App, wish: int) -> None:
    await room.answers("赵六", "转任务 1 @李四 下周五前")
    await room.answers("李四", "完成 2")

    await room.say("李四", "重开 2 还有问题")

    told = (await room.told("王敏"))[-1]
    assert isinstance(told, Card)
    assert told.title == "你支持的反馈 #1 又在做了：任务 #2 重开了"
    found = await stored(app, 1)
    assert (found.state, found.stage, found.details["task"]) == ("open", "planned", 2)


async def test_a_cancelled_task_puts_its_wish_back(room: Room, app: App, wish: int) -> None:
    await room.answers("赵六", "转任务 1 @李四 下周五前")

    await room.say("李四", "取消 2 人手不够")

    told = (await room.told("王敏"))[-1]
    assert isinstance(told, Card)
    assert told.title == "你支持的反馈 #1 先放回清单了：任务 #2 已取消"
    assert "人手不够" in told.text
    found = await stored(app, 1)
    assert (found.state, found.stage, "task" in found.details) == ("open", "", False)
    assert "任务 #3 已记" in (await room.answers("赵六", "转任务 1"))[-1].title  # type: ignore[union-attr]


async def test_an_old_task_does_not_finish_what_has_a_new_one(
    room: Room, app: App, wish: int
) -> None:
    await room.answers("赵六", "转任务 1")
    await room.answers("赵六", "取消 2")
    await room.answers("赵六", "转任务 1")
    await room.answers("赵六", "重开 2")

    await room.answers("赵六", "完成 2")

    assert (await stored(app, 1)).state == "open"


async def test_a_wish_that_is_dropped_names_the_task_that_is_left(room: Room, wish: int) -> None:
    await room.answers("赵六", "转任务 1 @李四 下周五前")

    assert "任务 #2 还开着，不用做了请说：取消 2" in await room.words("王敏", "取消 1 不要了")

    await room.say("王敏", "重开 1")
    assert "状态：已转任务" in await room.words("王敏", "查看 1")


async def test_whoever_can_be_reached_alone_is_told_alone(room: Room, wish: int) -> None:
    await room.say("张三", "支持 1", group="")  # in a private chat
    await room.say("李四", "支持 1")

    await room.say("王敏", "取消 1 不要了")

    for who in ("张三", "李四"):
        assert "你支持的反馈 #1 不做了" in as_lines((await room.told(who))[-1])


async def test_the_bare_word_asks_what_is_wished_for(room: Room) -> None:
    assert "用法：反馈 <内容>" in await room.words("王敏", "反馈")


async def test_the_card_says_plus_one_and_make_a_task(room: Room, wish: int) -> None:
    answer = await room.say("王敏", "查看 1")

    assert isinstance(answer, Card)
    assert answer.buttons[:2] == (
        Button(label="+1", say="支持 1", style="primary"),
        Button(label="转任务", say="转任务 1"),
    )


async def test_every_vote_is_in_the_history(room: Room, app: App, wish: int) -> None:
    await room.say("张三", "支持 1")
    await room.say("张三", "取消支持 1")

    async with app.database.begin() as tx:
        found = await tx.execute(sa.select(history.c.verb).order_by(history.c.id))
        assert list(found.scalars()) == ["登记", "支持", "取消支持"]
