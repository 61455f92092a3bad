"""改期 8 推迟一周: a deadline counted from the one before."""

import pytest

from bot.deadlines import Hours, find_shift
from bot.message import Card
from bot.workdays import Calendar
from tests.conftest import WEDNESDAY, Room


@pytest.fixture(autouse=True)
async def task(room: Room) -> None:
    await room.say("张三", "任务 整理清单 12月4日 12:00")


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("推迟一周", "12月11日 周五 12:00"),
        ("往后推两天 客户没空", "12月6日 周日 12:00"),
        ("往后三天", "12月7日 周一 12:00"),
        ("延期 3个工作日", "12月9日 周三 12:00"),
        ("再推迟一个月", "1月4日 周一 12:00"),
        ("提前一天", "12月3日 周四 12:00"),
        ("晚两个小时", "12月4日 周五 14:00"),
        ("推迟到下周五", "12月4日 周五 18:00"),
    ],
)
async def test_how_much_later_or_earlier(room: Room, said: str, until: str) -> None:
    answer = await room.words("张三", f"改期 1 {said}")

    assert f"任务 #1 改到 {until}" in answer.replace("2027年", "")


async def test_the_reason_is_kept_and_a_day_off_is_said(room: Room) -> None:
    answer = await room.words("张三", "改期 1 往后推两天 客户没空")

    assert answer == (
        "📅 任务 #1 改到 12月6日 周日 12:00 · 负责人 张三\n整理清单\n"
        "那天是休息日，要避开就说：改期 1 12月7日"
    )
    story = await room.words("张三", "查看 1")
    assert "改期：12月4日 周五 12:00 → 12月6日 周日 12:00，客户没空" in story


async def test_into_the_past_is_refused(room: Room) -> None:
    answer = await room.words("张三", "改期 1 提前一个月")

    assert answer.startswith("原来是 12月4日 周五 12:00，提前一个月就是 11月4日 周三 12:00")
    assert "12月4日 周五" in await room.words("张三", "查看 1")


async def test_without_an_old_deadline_it_asks(room: Room) -> None:
    await room.say("张三", "任务 写总结")

    answer = await room.say("张三", "改期 2 推迟一周")

    assert isinstance(answer, Card)
    assert answer.title == "任务 #2 还没有期限，推迟一周是到哪天？"
    (today,) = answer.buttons
    assert today.label == "从今天算：12月2日 周三 18:00"
    await room.press("张三", await room.last_card, today.say)
    assert "截止：12月2日 周三 18:00" in await room.words("张三", "查看 2")


async def test_a_form_says_it_too(room: Room) -> None:
    card = await room.last_card
    await room.press("张三", card, "改期 1")

    await room.press("张三", await room.last_card, "改期 1", {"due": "推迟一周"})

    assert "截止：12月11日 周五 12:00" in await room.words("张三", "查看 1")


async def test_a_risk_is_looked_at_again_instead(room: Room) -> None:
    await room.say("张三", "风险 会延期 概率：高 影响：高")

    assert "换复查的日子" in await room.words("张三", "改期 2 推迟一周")


@pytest.mark.parametrize(
    "text", ["推迟到周五", "推迟", "推迟半天", "今晚两小时后", "客户早就说过"]
)
def test_what_says_no_such_thing(text: str) -> None:
    assert find_shift(text) is None


def test_working_days_only_where_they_are_said() -> None:
    plain, worked = find_shift("推迟三天"), find_shift("推迟三个工作日")
    assert plain is not None
    assert worked is not None

    assert f"{plain.of(WEDNESDAY, Calendar(), Hours()):%m-%d %H:%M}" == "11-28 10:00"
    assert f"{worked.of(WEDNESDAY, Calendar(), Hours()):%m-%d %H:%M}" == "11-30 10:00"
