"""Words for a day or a period, of any kind: the longest that can be read at an offset."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from bot.timewords.date import (
    after_year,
    read_day_number,
    read_month_day,
    read_numeric,
    read_year,
)
from bot.timewords.duration import AFTER, BEFORE, read_later_day, read_stretch
from bot.timewords.festival import read_festival, read_lunar
from bot.timewords.month import read_period, read_whole_year
from bot.timewords.numeral import NUMBER, number
from bot.timewords.reading import Days, DayWords, Frame, Trait, monday_of
from bot.timewords.week import NAME, read_week, weekday_index

_DAY = timedelta(days=1)
_RELATIVE = re.compile(
    "(?P<before>大{0,3}前)[天日]|(?P<after>大{0,3}后)[天日](?![晴气线性赋])"
    "|(?P<plain>[昨今明])(?:[天日]|个?儿(?!子|童))|(?P<next>[翌次]日|隔天|听日)"
    "|(?P<short>[昨今明后])(?=[早晚晨夜]|上午|中午|下午|凌晨|午夜)"
)
_PAIR = re.compile("(?P<days>今明后|明后大后|今明|明后)(?:[天日]|[两二三]天)")
_OFFSETS = {"昨": -1, "今": 0, "明": 1, "后": 2, "前": -2}
_PAIRS = {"今明后": (0, 2), "明后大后": (1, 3), "今明": (0, 1), "明后": (1, 2)}
_WORKDAY = re.compile(
    "(?P<n>下{1,3})一?个?(?:工作日|交易日)|(?P<one>次|第二个|隔)(?:工作日|交易日)"
)
_BESIDE = re.compile(
    rf"(?:(?P<after>{AFTER})|(?P<before>{BEFORE}))的?"
    rf"(?:第(?P<n>{NUMBER})|(?P<last>最后)一?|(?P<first>首|下一?))个?(?:工作日|交易日)"
)
_LATER = re.compile(rf"(?:{AFTER}|(?P<counted>起|开始))[的,]?(?={NUMBER}|半)")
_ITS_WEEKDAY = re.compile(rf"的?{NAME}(?P<day>[一二三四五六日天])")
_EARLIER = re.compile(rf"(?:{BEFORE})的?(?={NUMBER}|半)")
_SOLAR = re.compile("(?:公历|阳历|新历)的?")
_WITHIN = re.compile("之内|以内|内|以?之?后|的")


def read_day(text: str, pos: int, frame: Frame) -> DayWords | None:
    found: DayWords | None = None
    for words in _readings(text, pos, frame):
        if words and (found is None or words.stop > found.stop):
            found = words
    if found is None:
        return None
    return _weekday_of(text, found) or _beside(text, found, frame) or found


def _weekday_of(text: str, words: DayWords) -> DayWords | None:
    """两周后的周五: the weekday of the week in which that day lies."""
    match = _ITS_WEEKDAY.match(text, words.stop)
    is_week = all((each.last - each.first).days == 6 for each in words.options)
    if match is None or not (Trait.MARKED in words.traits or is_week):
        return None
    mondays = (monday_of(each.first) for each in words.options)
    days = (Days.of(monday + weekday_index(match["day"]) * _DAY) for monday in mondays)
    return DayWords(match.end(), tuple(days), words.traits - {Trait.PERIOD})


def _readings(text: str, pos: int, frame: Frame) -> Iterator[DayWords | None]:
    yield _relative(text, pos, frame)
    yield read_week(text, pos, frame)
    yield read_numeric(text, pos, frame.base)
    yield _of_year(text, pos, frame)
    yield _next_workday(text, pos, frame)
    yield read_later_day(text, pos, frame)
    yield from _of_any_year(text, pos, frame)
    yield read_day_number(text, pos, frame.base)


def _of_any_year(text: str, pos: int, frame: Frame) -> Iterator[DayWords | None]:
    years = (frame.base.year, frame.base.year + 1)
    yield read_lunar(text, pos, None, frame)
    solar = _SOLAR.match(text, pos)
    yield read_month_day(text, solar.end() if solar else pos, years)
    yield read_period(text, pos, years, frame)
    yield read_festival(text, pos, None, frame)


def _of_year(text: str, pos: int, frame: Frame) -> DayWords | None:
    year = read_year(text, pos, frame.today)
    if year is None:
        return None
    begin, years = after_year(text, year.stop), (year.value,)
    readers: tuple[Callable[[], DayWords | None], ...] = (
        lambda: read_lunar(text, begin, year.value, frame),
        lambda: read_month_day(text, begin, years),
        lambda: read_period(text, begin, years, frame),
        lambda: read_festival(text, begin, year.value, frame),
        lambda: read_whole_year(text, year.stop, year.value, frame),
    )
    found = next((words for read in readers if (words := read())), None)
    if found is None or (year.short and found.stop == year.stop):
        return None
    if found.stop > year.stop:
        found = replace(found, traits=found.traits - {Trait.VAST})
    past = year.spoken and year.value < frame.today.year
    return found.plus(Trait.PAST) if past else found


def _relative(text: str, pos: int, frame: Frame) -> DayWords | None:
    literal = frozenset({Trait.LITERAL})
    if match := _PAIR.match(text, pos):
        first, last = _PAIRS[match["days"]]
        days = Days.of(frame.today + first * _DAY, frame.today + last * _DAY)
        return DayWords(match.end(), (days,), literal | {Trait.PERIOD})
    match = _RELATIVE.match(text, pos)
    if match is None:
        return None
    count = _offset(match)
    words = DayWords(match.end(), (Days.of(frame.today + count * _DAY),), literal)
    if match["next"]:
        return words.plus(Trait.DOUBT)
    return words.plus(Trait.PAST) if count < 0 else words


def _offset(match: re.Match[str]) -> int:
    if match["next"]:
        return 1
    if short := match["plain"] or match["short"]:
        return _OFFSETS[short]
    far = match["before"] or match["after"]
    return (1 if match["after"] else -1) * (2 + far.count("大"))


def _next_workday(text: str, pos: int, frame: Frame) -> DayWords | None:
    match = _WORKDAY.match(text, pos)
    if match is None:
        return None
    count = len(match["n"]) if match["n"] else 1
    return DayWords(match.end(), (_workday(frame.today, count, frame),))


def _workday(day: date, count: int, frame: Frame) -> Days:
    found = frame.calendar.add_workdays(day, count)
    return Days(found, found, found, estimated=frame.calendar.is_estimated(found))


def _beside(text: str, words: DayWords, frame: Frame) -> DayWords | None:
    """国庆后第一个工作日, 节前最后一个工作日, 国庆后三天内: counted from the day named."""
    if match := _BESIDE.match(text, words.stop):
        count = number(match["n"]) if match["n"] else 1
        if not count or count > 400:
            return None
        step = -count if match["before"] else count
        days = (_workday(_edge(each, step), step, frame) for each in words.options)
        return DayWords(match.end(), tuple(days), words.traits - {Trait.PERIOD, Trait.CLOSING})
    later = _LATER.match(text, words.stop)
    earlier = None if Trait.PERIOD in words.traits else _EARLIER.match(text, words.stop)
    if earlier and not later:
        return _days_before(text, earlier.end(), words, frame)
    stretch = read_stretch(text, later.end()) if later else None
    if stretch is None or stretch.seconds:
        return None
    within = _WITHIN.match(text, stretch.stop)
    # 明天起三天 includes tomorrow, 国庆后三天 does not include the holiday.
    own = _DAY if later and later["counted"] and not stretch.workdays else 0 * _DAY
    options = tuple(
        Days.of(stretch.day(replace(frame, base=_edge(each, 1))) - own) for each in words.options
    )
    stop = within.end() if within else stretch.stop
    return DayWords(stop, options, words.traits - {Trait.PERIOD} | {Trait.MARKED})


def _days_before(text: str, pos: int, words: DayWords, frame: Frame) -> DayWords | None:
    """国庆前一周, 周五前两天."""
    stretch = read_stretch(text, pos)
    if stretch is None or stretch.seconds:
        return None
    options = tuple(
        Days.of(stretch.day(replace(frame, base=_edge(each, -1)), -1)) for each in words.options
    )
    return DayWords(stretch.stop, options, words.traits - {Trait.PERIOD} | {Trait.MARKED})


def _edge(days: Days, step: int) -> date:
    """The day to count from: the last of a break going on, its first going back."""
    if step > 0:
        return days.morrow - _DAY if days.morrow else days.last
    return days.eve + _DAY if days.eve else days.first
