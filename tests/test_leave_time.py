"""请假: which time its words mean, and which are asked about."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deadlines import Hours
from bot.errors import Refusal
from bot.leave import Span, short_words, span_words, worked_days
from bot.leave_time import Choice, Clock, check, chosen_words, leave_time
from bot.workdays import Calendar
from tests.conftest import SHANGHAI, WEDNESDAY

CLOCK = Clock(WEDNESDAY + timedelta(hours=5), Calendar(), Hours())  # Wednesday, 15:00


def meant(text: str, clock: Clock = CLOCK) -> str:
    found = leave_time(text, clock)
    if isinstance(found, Choice):
        said = "、".join(span_words(each, clock.now) for each in found.spans)
        return f"{found.title}{said}"
    check(found, clock)
    return span_words(found, clock.now)


# --- what is understood ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("今天", "11月25日 周三"),
        ("明天", "11月26日 周四"),
        ("周三到周五", "11月25日 周三 到 11月27日 周五"),
        ("明天下午", "11月26日 周四 下午"),
        ("明天上午", "11月26日 周四 上午"),
        ("上午", "11月26日 周四 上午"),
        ("下周", "11月30日 周一 到 12月6日 周日"),
        ("12月1日到3日", "12月1日 周二 到 12月3日 周四"),
        ("12.1-12.3", "12月1日 周二 到 12月3日 周四"),
        ("1月4日到8日", "2027年1月4日 周一 到 1月8日 周五"),
        ("12月30日到1月4日", "12月30日 周三 到 2027年1月4日 周一"),
        ("周四、周五", "11月26日 周四 到 11月27日 周五"),
        ("明天下午到周五", "11月26日 周四 下午 到 11月27日 周五"),
        ("周五下午到下周二上午", "11月27日 周五 下午 到 12月1日 周二 上午"),
        ("明天 14:00-16:00", "11月26日 周四 14:00 到 16:00"),
        ("明天 家里有事", "11月26日 周四"),
        ("明天起两天", "11月26日 周四 到 11月27日 周五"),
        ("下周一起一周", "11月30日 周一 到 12月6日 周日"),
        ("12月1日开始请两周", "12月1日 周二 到 12月14日 周一"),
        ("请3个工作日 周四开始", "11月26日 周四 到 11月30日 周一"),
    ],
)
def test_many_ways_to_say_when(text: str, said: str) -> None:
    assert meant(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("半天", "请哪半天？11月25日 周三 下午、11月26日 周四 上午、11月26日 周四 下午"),
        ("明天半天", "请哪半天？11月26日 周四 上午、11月26日 周四 下午"),
        ("明天起三天", "休息日算在里面吗？11月26日 周四 到 11月30日 周一、"
         "11月26日 周四 到 11月28日 周六"),
        ("两天", "从哪天开始，到哪天？11月25日 周三 到 11月26日 周四、"
         "11月26日 周四 到 11月27日 周五"),
        ("国庆", "是哪天？2027年10月1日 周五"),
    ],
)  # fmt: skip
def test_what_could_mean_two_things_is_asked(text: str, said: str) -> None:
    assert meant(text) == said


def test_after_midnight_people_still_count_by_the_evening() -> None:
    night = Clock(datetime(2026, 11, 26, 0, 40, tzinfo=SHANGHAI), Calendar(), Hours())

    assert meant("明天", night) == "是哪天？11月26日 周四、11月27日 周五"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("昨天", "「昨天」已经过去了，不用补记。"),
        ("今天上午", "「今天上午」已经过去了，不用补记。"),
        ("今天上午半天", "「今天上午」已经过去了，不用补记。"),
        ("周四周五", "看到「周四」和「周五」两个时间。"),
        ("周五前", "从哪天开始？「周五前」只说了到哪天，比如 请假 今天到周五"),
        ("明天下午3点", "「明天下午3点」到几点？"),
        ("2月30日", "没有「2月30日」这一天，"),
        ("看牙", "哪天请假？比如 请假 明天、"),
        ("明年3月1日到明年11月1日", "一次最多记 180 天，"),
        ("2028年1月5日", "请假最多提前一年记，"),
    ],
)
def test_what_cannot_be_leave_is_refused_kindly(text: str, why: str) -> None:
    with pytest.raises(Refusal) as refusal:
        meant(text)
    assert refusal.value.text.startswith(why)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 9, 28), date(2026, 10, 10), 6),  # across 国庆, to its worked Saturday
        (date(2026, 2, 14), date(2026, 2, 28), 6),  # 春节 with both worked Saturdays
        (date(2027, 2, 1), date(2027, 2, 12), 8),  # estimated: New Year's Eve and day three
        (date(2026, 11, 28), date(2026, 11, 29), 0),
    ],
)
def test_days_off_are_not_counted(first: date, last: date, days: float) -> None:
    assert worked_days(CLOCK.days(first, last), CLOCK.calendar) == days


def test_half_days_count_as_such() -> None:
    span = leave_time("周五下午到下周二上午", CLOCK)

    assert isinstance(span, Span)
    assert worked_days(span, CLOCK.calendar) == 2
    assert short_words(span) == "11月27日 下午 到 12月1日 上午"


DAYS = st.dates(date(2026, 11, 26), date(2027, 5, 1))


@given(DAYS, st.integers(0, 40), st.sampled_from(("", "上午", "下午")))
def test_a_choice_says_what_it_means(day: date, more: int, half: str) -> None:
    last = day + timedelta(days=more)
    span = CLOCK.half(day, half) if half else CLOCK.days(day, last)

    said = chosen_words(span, CLOCK.hours)
    assert leave_time(f"半天 {said}", CLOCK, settled=True) == span


def test_days_begin_and_end_in_the_teams_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 23, 10, 0, tzinfo=berlin)
    span = leave_time("周六到周一", Clock(now, Calendar(zone=berlin), Hours()))

    assert isinstance(span, Span)
    assert span.until.astimezone(ZoneInfo("UTC")) - span.since.astimezone(
        ZoneInfo("UTC")
    ) == timedelta(hours=73)  # the clocks go back on Sunday
    assert span_words(span, now) == "10月24日 周六 到 10月26日 周一"
