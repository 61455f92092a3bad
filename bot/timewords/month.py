"""Words for months, quarters and years: 下月中旬, 月底, Q4, 上半年, 八月份的第一个周二."""

import re
from datetime import date, timedelta

from bot.festivals import nth_weekday
from bot.timewords.date import after_year, read_month_days, read_month_name
from bot.timewords.numeral import NUMBER, number
from bot.timewords.reading import (
    Days,
    DayWords,
    Frame,
    Trait,
    add_months,
    monday_of,
    month_of,
    valid_date,
)
from bot.timewords.week import NAME, shift, weekday_index

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_WHICH = r"(?P<which>下{1,3}一?个?|上{1,3}一?个?|[本这当]一?个?|次|每一?个?)"
_MONTH = re.compile(rf"{_WHICH}月(?:度|份)?(?![饼球亮刊嫂薪光])")
_QUARTER = re.compile(
    rf"(?:第?(?P<n>[一二三四1-4])(?:个?季度|季)|q(?P<q>[1-4])(?![0-9a-z])|{_WHICH}季度?"
    "|(?P<edge>[首末])季度?|(?P<bare>季度?)(?=[底末]))"
)
_FIRST_QUARTERS = re.compile("前(?P<n>[二两三23])个?季度")
_HALF = re.compile("(?P<half>[上下])半年(?!度?报)")
_WEEK_NUMBER = re.compile(rf"第(?P<n>{NUMBER})个?{NAME}(?![一二三四五六日天])")
_SEASON = re.compile("(?P<season>[春夏秋冬])(?:天|季(?!度|报))")
_IMPLIED = re.compile(
    "(?P<unit>[月年])(?=[底末初]|中(?![国间秋旬心文午])|终|内(?![部容网测]))"
    "|(?P<third>月?(?=[上中下]旬|[上下]半月))"
)
_PART = re.compile(
    "的?[月年]?(?:(?P<part>底|末|终|初(?![一二三四五六七八九十稿步始级中])|中(?![国间秋旬心文午]))"
    "|(?P<third>[上中下])旬|(?P<half>[上下])半月)"
)
_ORDINAL = re.compile(
    rf"的?(?:第(?P<n>{NUMBER})个?|(?P<last>最后)一?个?|(?P<first>首)个?)"
    rf"(?P<what>工作日|交易日|{NAME}[一二三四五六日天]|{NAME}|[天日])"
)
_SEVERAL = re.compile(
    rf"的?(?P<side>前|最后|后)(?P<n>{NUMBER})(?:个(?=[月季周星礼])|(?=季度|[周天日]))"
    rf"(?P<unit>月|季度|{NAME}(?![一二三四五六日])|[天日])(?![之以]?[前后内])"
)
_YEAR_TRAITS = (Trait.PERIOD, Trait.BROAD, Trait.VAST)
_COUNTS = "0123456789零一二两三四五六七八九十几半多.个"


def read_period(text: str, pos: int, years: tuple[int, ...], frame: Frame) -> DayWords | None:
    """A month, quarter or half year of the years given, or a part of one."""
    for read in (
        _named_month,
        _relative_month,
        _quarter,
        _quarters,
        _half,
        _season,
        _numbered_week,
        _implied,
    ):
        if found := read(text, pos, years, frame):
            return refined(text, found, frame)
    return None


def refined(text: str, words: DayWords, frame: Frame) -> DayWords:
    """Narrow a period by what follows: 底, 上旬, 第一周, 最后一个工作日, 5号."""
    if not words.options:
        return words
    if match := _PART.match(text, words.stop):
        part = match["part"] or match["third"] or match["half"]
        kind = "旬" if match["third"] else "半" if match["half"] else ""
        return _part_of(words, match.end(), part + kind)
    if match := _SEVERAL.match(text, words.stop):
        several = [_several(match, each) for each in words.options]
        traits = words.traits - {Trait.BROAD, Trait.VAST}
        return DayWords(match.end(), tuple(each for each in several if each), traits)
    if match := _ORDINAL.match(text, words.stop):
        days = [_ordinal(match, each, frame) for each in words.options]
        kept = tuple(each for each in days if each)
        traits = words.traits - {Trait.PERIOD, Trait.BROAD, Trait.VAST}
        if match["what"] in ("周", "星期", "礼拜"):
            traits |= {Trait.PERIOD}
        return DayWords(match.end(), kept, traits)
    return words


def _part_of(words: DayWords, stop: int, part: str) -> DayWords:
    traits = words.traits - {Trait.BROAD, Trait.VAST}
    options = tuple(_cut(each, part) for each in words.options)
    if part in ("底", "末", "终"):
        return DayWords(stop, options, traits - {Trait.PERIOD} | {Trait.CLOSING})
    if part == "中":
        return DayWords(stop, options, traits - {Trait.PERIOD})
    # Nobody agrees how many days 月初 has.
    return DayWords(stop, options, traits | ({Trait.DOUBT} if part == "初" else set()))


def _cut(period: Days, part: str) -> Days:
    """The end, middle, beginning or third of a month, quarter or year."""
    first, last = period.first, period.last
    long = (last - first).days > 31
    if part in ("底", "末", "终"):
        return Days.of(last)
    if part == "中":
        # 月中 is the 15th, 年中 the end of June.
        return Days.of(
            add_months(first, 6) - _DAY if (last - first).days > 300 else first + 14 * _DAY
        )
    if part == "初":
        return Days.of(first, add_months(first, 1) - _DAY if long else first + 9 * _DAY)
    starts = {"上旬": 0, "中旬": 10, "下旬": 20, "上半": 0, "下半": 15}[part]
    ends = {"上旬": first + 9 * _DAY, "中旬": first + 19 * _DAY, "上半": first + 14 * _DAY}
    return Days.of(first + starts * _DAY, ends.get(part, last))


def _ordinal(match: re.Match[str], period: Days, frame: Frame) -> Days | None:
    count = -1 if match["last"] else number(match["n"]) if match["n"] else 1
    what = match["what"]
    if not count or count > 400:
        return None
    if what in ("天", "日"):
        day = period.last if count < 0 else period.first + (count - 1) * _DAY
    elif what.endswith("作日") or what == "交易日":
        edge = period.last + _DAY if count < 0 else period.first - _DAY
        day = frame.calendar.add_workdays(edge, count)
        return Days(day, day, day, estimated=frame.calendar.is_estimated(day))
    elif what in ("周", "星期", "礼拜"):
        return _nth_week(period, count, frame)
    else:
        index = weekday_index(what[-1])
        if count < 0:
            day = period.last - ((period.last.weekday() - index) % 7) * _DAY
        else:
            day = nth_weekday(period.first.year, period.first.month, index, count)
    return Days.of(day) if period.first <= day <= period.last else None


def _several(match: re.Match[str], period: Days) -> Days | None:
    """前三个月, 最后两周: the beginning or the end of a period."""
    count, unit = number(match["n"]) or 0, match["unit"]
    if not 0 < count <= 366:
        return None
    months = {"月": count, "季": 3 * count}.get(unit[0], 0)
    days = count * (1 if unit in ("天", "日") else 7) if not months else 0
    if match["side"] == "前":
        last = add_months(period.first, months) + (days - 1) * _DAY
        return Days.of(period.first, last) if last <= period.last else None
    first = add_months(period.last + _DAY, -months) - days * _DAY
    return Days.of(first, period.last) if first >= period.first else None


def _nth_week(period: Days, count: int, frame: Frame) -> Days:
    """ISO weeks of a year; in a month the first week is the one with its first Monday."""
    if (period.last - period.first).days > 300:
        first = monday_of(period.first + 3 * _DAY)
    else:
        first = nth_weekday(period.first.year, period.first.month, 0, 1)
    monday = monday_of(period.last) if count < 0 else first + (count - 1) * _WEEK
    return Days(monday, monday + 6 * _DAY, monday + frame.hours.week_ends * _DAY)


def _named_month(text: str, pos: int, years: tuple[int, ...], _frame: Frame) -> DayWords | None:
    name = read_month_name(text, pos)
    if name is None:
        return None
    stop, month = name
    firsts = [found for year in years if (found := valid_date(year, month, 1))]
    traits = {Trait.PERIOD, Trait.BROAD}
    return DayWords(stop, tuple(month_of(first) for first in firsts), frozenset(traits))


def _relative_month(text: str, pos: int, _years: tuple[int, ...], frame: Frame) -> DayWords | None:
    match = _MONTH.match(text, pos)
    if match is None:
        return None
    months = shift(match["which"])
    first = frame.today.replace(day=1)
    counts = (0, 1) if months is None else (months,)
    options = tuple(month_of(add_months(first, count)) for count in counts)
    if day := read_month_days(text, match.end(), options):
        return day.plus(Trait.DOUBT) if months is None else _aged(day, months)
    if months is None and not (
        _PART.match(text, match.end()) or _ORDINAL.match(text, match.end())
    ):
        return None
    words = DayWords(match.end(), options, frozenset({Trait.PERIOD}))
    return words.plus(Trait.DOUBT) if months is None else _aged(words, months)


def _aged(words: DayWords, count: int) -> DayWords:
    return words.plus(Trait.PAST) if count < 0 else words


def _quarter(text: str, pos: int, years: tuple[int, ...], frame: Frame) -> DayWords | None:
    match = _QUARTER.match(text, pos)
    if match is None:
        return None
    traits = frozenset({Trait.PERIOD})
    if match["which"] or match["bare"]:
        count = 0 if match["bare"] else shift(match["which"])
        if count is None:
            return None
        now = frame.today.replace(month=(frame.today.month - 1) // 3 * 3 + 1, day=1)
        days = _months(add_months(now, 3 * count), 3)
        more = (_months(add_months(now, 3), 3),) if match["bare"] else ()
        return _aged(DayWords(match.end(), (days, *more), traits), count)
    edge = {"首": 1, "末": 4}.get(match["edge"] or "")
    index = edge or number(match["n"] or match["q"]) or 1
    options = tuple(_months(date(year, 3 * index - 2, 1), 3) for year in years)
    return DayWords(match.end(), options, traits)


def _quarters(text: str, pos: int, years: tuple[int, ...], _frame: Frame) -> DayWords | None:
    match = _FIRST_QUARTERS.match(text, pos)
    if match is None:
        return None
    count = 3 if match["n"] in "三3" else 2
    options = tuple(_months(date(year, 1, 1), 3 * count) for year in years)
    return DayWords(match.end(), options, frozenset({Trait.PERIOD}))


def _half(text: str, pos: int, years: tuple[int, ...], _frame: Frame) -> DayWords | None:
    match = _HALF.match(text, pos)
    if match is None:
        return None
    month = 1 if match["half"] == "上" else 7
    options = tuple(_months(date(year, month, 1), 6) for year in years)
    return DayWords(match.end(), options, frozenset({Trait.PERIOD}))


def _season(text: str, pos: int, years: tuple[int, ...], _frame: Frame) -> DayWords | None:
    match = _SEASON.match(text, pos)
    if match is None:
        return None
    month = {"春": 3, "夏": 6, "秋": 9, "冬": 12}[match["season"]]
    options = tuple(_months(date(year, month, 1), 3) for year in years)
    return DayWords(match.end(), options, frozenset({Trait.PERIOD, Trait.DOUBT, Trait.VAST}))


def _numbered_week(text: str, pos: int, years: tuple[int, ...], frame: Frame) -> DayWords | None:
    """第50周, of the year: or of a project, which only people know."""
    match = _WEEK_NUMBER.match(text, pos)
    count = number(match["n"]) if match else None
    if match is None or not count or count > 53:
        return None
    weeks = tuple(_nth_week(_months(date(year, 1, 1), 12), count, frame) for year in years)
    return DayWords(match.end(), weeks, frozenset({Trait.PERIOD, Trait.DOUBT, Trait.VAST}))


def _implied(text: str, pos: int, years: tuple[int, ...], frame: Frame) -> DayWords | None:
    """月底, 年中, 上旬: this month or year, or the next."""
    match = _IMPLIED.match(text, pos)
    if match is None or (pos and text[pos - 1] in _COUNTS and match["unit"]):
        return None
    first = frame.base.replace(day=1)
    if match["unit"] == "年":
        options = [_months(date(year, 1, 1), 12) for year in years]
    else:
        options = [month_of(add_months(first, count)) for count in range(2)]
    if text.startswith("内", match.end()):
        options = options[:1]
    return DayWords(match.end(), tuple(options), frozenset({Trait.PERIOD}))


def read_whole_year(text: str, pos: int, year: int, frame: Frame) -> DayWords:
    """A year, or its end, middle or nth week. Often only the year of something."""
    words = DayWords(pos, (_months(date(year, 1, 1), 12),), frozenset(_YEAR_TRAITS))
    narrowed = refined(text, words, frame)
    if narrowed is words:
        again = DayWords(after_year(text, pos), words.options, words.traits)
        narrowed = refined(text, again, frame)
        return words if narrowed is again else narrowed
    return narrowed


def _months(first: date, count: int) -> Days:
    return Days.of(first, add_months(first, count) - _DAY)
