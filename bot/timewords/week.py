"""Words for weeks and their days: 周五, 下下周三, 本周内, 周末."""

import re
from datetime import date, timedelta

from bot.timewords.reading import Days, DayWords, Frame, Trait, monday_of

_WEEK = timedelta(days=7)
NAME = "(?:周|星期|礼拜)"
_WHICH = r"(?P<which>下{1,4}一?个?|上{1,4}一?个?|[本这当]一?个?|每一?个?|次)"
_WEEKDAY = re.compile(
    rf"{_WHICH}?(?:{NAME}的?(?={NAME}))?{NAME}(?:(?P<day>[一二三四五六]|[日天](?![均气津]))"
    r"|(?P<digit>[1-7])(?![0-9次个人天月年期号.:%折位家项]))"
)
_WEEKEND = re.compile(rf"{_WHICH}?(?:{NAME}的?)?(?:{NAME}末|双休日|周六(?:、|和)?周?日(?!均))")
_WEEK_ONLY = re.compile(
    rf"(?:{_WHICH}{NAME}|(?P<inside>周)(?=内(?![部容网测])))(?![岁围转边密刊])"
)
_PART = re.compile("的?(?P<part>初|中(?![国间秋旬心文午]))")
_COUNTS = "0123456789零一二两三四五六七八九十几半多"
_TIMES = re.compile("[次回篇更趟场封遍例]|天(?!前|之|以|后|$)|个(?!人)")
_PERSON = re.compile("周(?:一[鸣围诺帆凡铭]|三[元畏]|[五六]福|六福)")
# 下周一起讨论: next week together, not from next Monday on.
_TOGETHER = re.compile("一起(?![,到至0-9 两二三四五六七八九十]|$)")
_ALSO = re.compile("[二三四五六日](?=$|[ ,。;、前]|之前|以前|[上下]午|交|给)")
_INDEX = {char: index for index, char in enumerate("一二三四五六日")} | {"天": 6}
# 周一至五: the end of a range may leave out the word for week.
BARE_END = re.compile("[一二三四五六日](?![个号日点月年天次十百千])")


def read_week(text: str, pos: int, frame: Frame) -> DayWords | None:
    if match := _WEEKEND.match(text, pos):
        return _weekend(match, frame)
    match = _WEEKDAY.match(text, pos)
    if match and not (match["which"] and _TOGETHER.match(text, match.end() - 1)):
        return _weekday(text, match, frame)
    if match := _WEEK_ONLY.match(text, pos):
        return _week(text, match, frame)
    return None


def shift(which: str) -> int | None:
    """How many periods on 下下 is, or back 上; None if no particular one was named."""
    if not which or which[0] == "每":
        return None
    if which[0] == "次":
        return 1
    return which.count("下") - which.count("上")


def named_weekday(char: str, base: date) -> tuple[Days, ...]:
    day = monday_of(base) + timedelta(days=_INDEX[char])
    return Days.of(day), Days.of(day + _WEEK)


def weekday_index(char: str) -> int:
    return _INDEX[char]


def _weekday(text: str, match: re.Match[str], frame: Frame) -> DayWords | None:
    which, index = match["which"] or "", _index(match)
    counted = not which and match.start() and text[match.start() - 1] in _COUNTS + "每"
    if counted or _PERSON.match(text, match.start()):
        return None
    if which.startswith("每") and _TIMES.match(text, match.end()):
        return None
    weeks = shift(which)
    if pair := _next_too(text, match, index):
        monday = monday_of(frame.today) + (weeks or 0) * _WEEK
        both = Days.of(monday + timedelta(days=index), monday + timedelta(days=index + 1))
        return DayWords(pair, (both, _later(both)), frozenset({Trait.PERIOD, Trait.DOUBT}))
    # 周五 said within a range counts from the start of the range, 下周五 always from today.
    monday = monday_of(frame.base if weeks is None else frame.today)
    day = monday + timedelta(days=index) + (weeks or 0) * _WEEK
    words = DayWords(match.end(), (Days.of(day),), frozenset({Trait.WEEKDAY}))
    if weeks is None:
        options = (Days.of(day), Days.of(day + _WEEK))
        words = DayWords(match.end(), options, frozenset({Trait.WEEKDAY}))
        return words.plus(Trait.DOUBT) if which else words
    return words.plus(Trait.PAST) if weeks < 0 else words


def _next_too(text: str, match: re.Match[str], index: int) -> int | None:
    """The offset after 周三四, which leaves open which of the two."""
    also = _ALSO.match(text, match.end())
    return also.end() if also and _INDEX[also[0]] == index + 1 else None


def _later(days: Days) -> Days:
    return Days.of(days.first + _WEEK, days.last + _WEEK)


def _index(match: re.Match[str]) -> int:
    return _INDEX[match["day"]] if match["day"] else int(match["digit"]) - 1


def _weekend(match: re.Match[str], frame: Frame) -> DayWords:
    weeks = shift(match["which"] or "")
    monday = monday_of(frame.base if weeks is None else frame.today) + (weeks or 0) * _WEEK
    options = tuple(
        Days(
            first := monday + timedelta(days=5) + count * _WEEK,
            first + timedelta(days=1),
            first + timedelta(days=1),
            eve=monday + timedelta(days=frame.hours.week_ends) + count * _WEEK,
        )
        for count in range(2 if weeks is None else 1)
    )
    words = DayWords(match.end(), options, frozenset({Trait.PERIOD}))
    return words.plus(Trait.PAST) if weeks is not None and weeks < 0 else words


def _week(text: str, match: re.Match[str], frame: Frame) -> DayWords | None:
    which = match["which"] or ""
    weeks = 0 if match["inside"] else shift(which)
    counted = match["inside"] and match.start() and text[match.start() - 1] in _COUNTS
    if weeks is None or counted:
        return None
    monday = monday_of(frame.today) + weeks * _WEEK
    sunday, closing = monday + timedelta(days=6), monday + timedelta(days=frame.hours.week_ends)
    if part := _PART.match(text, match.end()):
        first = monday if part["part"] == "初" else monday + timedelta(days=2)
        days = Days.of(first, first + timedelta(days=1))
        return DayWords(part.end(), (days,), frozenset({Trait.PERIOD, Trait.DOUBT}))
    # R8: Friday closes a week, until it is over.
    due = sunday if frame.now > frame.at(closing) and weeks == 0 else closing
    words = DayWords(match.end(), (Days(monday, sunday, due),), frozenset({Trait.PERIOD}))
    return words.plus(Trait.PAST) if weeks < 0 else words
