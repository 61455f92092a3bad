"""纪要: what a meeting said, and what a day brought."""

from datetime import date, datetime, timedelta

import pytest

from bot.app import App
from bot.message import Card, as_lines
from bot.minutes import _same_day
from storage import ledger
from tests.conftest import SHANGHAI, WEDNESDAY, Room
from tests.house_of_decisions import PEOPLE, buttons, entry, mentioned

THURSDAY = WEDNESDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in PEOPLE:
        await room.say(who, "成员")


@pytest.fixture
async def day(room: Room) -> None:
    """A day with two decisions, a change, a blocker and a task; one thing was taken back."""
    for who, said in (
        ("张三", "决策 审批流用 A 方案 批准 @王敏"),
        ("王敏", "批准 1"),
        ("张三", "决策 周报每周五交"),
        ("李四", "变更 报表加一张汇总 批准 @王敏"),
        ("张三", "卡点 数据没到 @王敏"),
        ("张三", "任务 @李四 整理客户清单 周五"),
        ("张三", "任务 说错了的"),
        ("张三", "撤销"),
    ):
        await room.say(who, said)


LINES = """\
决策 #1 审批流用 A 方案（王敏批准）
决策 #2 周报每周五交
变更 #3 报表加一张汇总（等王敏批准）
卡点 #4 数据没到｜王敏
任务 #5 整理客户清单｜李四｜11月27日 周五 18:00"""


async def test_a_meeting_is_written_down_with_who_was_there(room: Room, app: App) -> None:
    answer = await room.say("张三", "纪要 例会确定分三批上线 @李四 @王敏")

    assert as_lines(answer) == (  # type: ignore[arg-type]
        '纪要 #1 已记 · 参会 李四、王敏 · 10分钟内回"撤销"\n例会确定分三批上线'
    )
    assert mentioned(answer) == ["李四", "王敏"]
    found = await entry(app, 1)
    assert (found.kind, found.owner_id, len(found.helpers)) == ("minutes", None, 2)
    assert "参会：李四、王敏" in await room.words("张三", "查看 1")


async def test_long_minutes_keep_every_word(room: Room, app: App) -> None:
    words = "例会\n" + "第一件事是分批上线。" * 200

    await room.say("张三", f"纪要 {words}")

    found = await entry(app, 1)
    assert (found.title, found.details["text"]) == ("例会", words)
    assert "第一件事是分批上线。" * 200 in await room.words("李四", "查看 1")


async def test_too_long_minutes_are_asked_for_in_parts(room: Room, app: App) -> None:
    assert "最多 5000 字，请分成几份" in await room.words("张三", "纪要 " + "长" * 5001)
    assert "还缺内容" in await room.words("张三", "纪要 。。。")
    assert "纪要写什么" in await room.words("张三", "纪要 @李四")

    async with app.database.begin() as tx:
        assert await ledger.every(tx) == []


@pytest.mark.usefixtures("day")
async def test_alone_it_gathers_the_day(room: Room) -> None:
    answer = await room.say("张三", "@大管家 纪要")

    assert isinstance(answer, Card)
    assert answer.title == "11月25日 周三 纪要：2 条决策、1 个变更、1 个卡点、1 个任务"
    assert answer.text == LINES
    assert buttons(answer) == ["存成纪要 2026-11-25"]


async def test_a_day_on_which_nothing_happened_says_so(room: Room) -> None:
    assert (await room.words("张三", "@大管家 纪要")).startswith(
        "11月25日 周三 没有新的决策、变更、卡点和任务"
    )
    assert "没有可以存的" in await room.words("张三", "存成纪要 今天")


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize("named", ["昨天", "周三", "11月25日", "25号", "2026-11-25", "本周三"])
async def test_a_day_is_named_as_people_do(room: Room, named: str) -> None:
    await room.wait_until(THURSDAY)
    await room.say("张三", "决策 今天的事")

    answer = await room.words("张三", f"纪要 {named}")

    assert answer == f"11月25日 周三 纪要：2 条决策、1 个变更、1 个卡点、1 个任务\n{LINES}"


@pytest.mark.usefixtures("day")
async def test_what_is_approved_or_replaced_later_belongs_to_that_day(room: Room) -> None:
    await room.wait_until(THURSDAY)
    await room.say("王敏", "批准 3")
    await room.say("张三", "决策 周报改为每周一交 取代 #2")

    today = await room.words("张三", "纪要 今天")

    assert today == (
        "11月26日 周四 纪要：2 条决策、1 个变更\n"
        "决策 #2 周报每周五交（已被 #7 取代）\n"
        "决策 #7 周报改为每周一交（取代 #2）\n"
        "变更 #3 报表加一张汇总（王敏批准）"
    )


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("纪要 明天", "11月26日 周四 还没到"),
        ("纪要 上周", "一次汇总一天"),
        ("存成纪要 开会", "要存哪一天"),
    ],
)
async def test_what_cannot_be_gathered_is_said(room: Room, said: str, answer: str) -> None:
    assert answer in await room.words("张三", said)


async def test_words_with_a_day_in_them_are_words(room: Room, app: App) -> None:
    await room.say("张三", "纪要 周三的例会改到周四")

    assert (await entry(app, 1)).title == "周三的例会改到周四"


async def test_ten_lines_and_then_more(room: Room) -> None:
    for number in range(13):
        await room.say("张三", f"任务 第{number}件 明天")

    first = await room.say("张三", "@大管家 纪要")
    assert isinstance(first, Card)
    assert len(first.text.splitlines()) == 10
    assert [each.label for each in first.buttons] == ["存成纪要", "更多（还有 3 条）"]
    second = await room.press("张三", await room.last_card, first.buttons[1].say)

    assert isinstance(second, Card)
    assert [line.split()[1] for line in second.text.splitlines()] == ["#11", "#12", "#13"]
    assert "没有第 3 页" in await room.words("张三", "纪要 今天 第3页")


@pytest.mark.usefixtures("day")
async def test_the_day_is_stored_at_a_press_and_once(room: Room, app: App) -> None:
    await room.say("张三", "@大管家 纪要")
    card = await room.last_card

    answer = await room.press("张三", card, "存成纪要 2026-11-25")
    again = await room.press("张三", card, "存成纪要 2026-11-25")

    assert isinstance(answer, Card)
    assert answer.text.endswith(LINES)
    assert as_lines(again) == "11月25日 周三 的已经存过了：查看 7"  # type: ignore[arg-type]
    assert (await entry(app, 7)).details == {"day": "2026-11-25", "text": LINES}
    assert LINES in await room.words("李四", "查看 7")


@pytest.mark.usefixtures("day")
async def test_stored_again_it_is_brought_up_to_date(room: Room, app: App) -> None:
    await room.say("张三", "存成纪要 今天")
    await room.say("李四", "决策 客户分三级")

    assert "纪要 #7 已更新" in await room.words("李四", "存成纪要 今天")

    found = await entry(app, 7)
    assert "客户分三级" in found.details["text"]
    assert found.title.startswith("11月25日 周三 纪要：3 条决策")
    await room.say("李四", "撤销")
    assert (await entry(app, 7)).details["text"] == LINES


def test_a_month_earlier_ends_where_that_month_ends() -> None:
    assert _same_day(date(2027, 3, 31), months=1) == date(2027, 2, 28)
    assert _same_day(date(2027, 1, 5), months=1) == date(2026, 12, 5)
    assert _same_day(date(2028, 2, 29), months=12) == date(2027, 2, 28)


async def test_the_day_ends_at_midnight_of_the_team(room: Room) -> None:
    await room.wait_until(datetime(2026, 11, 25, 23, 59, tzinfo=SHANGHAI))
    await room.say("张三", "任务 夜里的事 下周五")
    await room.wait_until(datetime(2026, 11, 26, 0, 1, tzinfo=SHANGHAI))
    await room.say("张三", "任务 凌晨的事 12月10日")

    assert "夜里的事" in await room.words("张三", "纪要 11月25日")
    assert "凌晨的事" not in await room.words("张三", "纪要 11月25日")
    assert "凌晨的事" in await room.words("张三", "@大管家 纪要")
