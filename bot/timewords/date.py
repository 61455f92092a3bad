"""Words for a date: 2026-11-25, 12.5, 二零二六年九月三号, 12月5号, 5号, and for its year."""

import re
from dataclasses import dataclass
from datetime import date

from bot.timewords.numeral import DIGIT, NUMBER, number
from bot.timewords.reading import Days, DayWords, Trait, add_months, month_of, valid_date

_SPOKEN_YEARS = {
    "今年": 0,
    "本年": 0,
    "本年度": 0,
    "当年": 0,
    "这年": 0,
    "这一年": 0,
    "明年": 1,
    "来年": 1,
    "下年": 1,
    "下一年": 1,
    "后年": 2,
    "大后年": 3,
    "去年": -1,
    "上年": -1,
    "上一年": -1,
    "前年": -2,
}
_YEAR = re.compile(
    f"(?:(?P<spoken>{'|'.join(sorted(_SPOKEN_YEARS, key=len, reverse=True))})"
    "|(?P<full>(?:19|20)[0-9]{2}) ?年|(?P<short>[0-9]{2})年"
    f"|(?P<words>[零〇一二三四五六七八九]{{4}}|[零〇一二三六七八九][{DIGIT}])年)度?"
)

_SEP = "(?: ?[-/.] ?| )"
_FULL = re.compile(
    rf"(?P<y>(?:19|20)[0-9]{{2}}){_SEP}(?P<m>[0-9]{{1,2}}){_SEP}(?P<d>[0-9]{{1,2}})[日号]?(?![0-9])t?"
)
_COMPACT = re.compile(r"(?P<y>(?:19|20)[0-9]{2})(?P<m>[01][0-9])(?P<d>[0-3][0-9])(?![0-9a-z.])")
_SHORT = re.compile(
    r"(?P<y>[0-9]{2})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})[日号]?(?![0-9a-z%.])"
)
_YEAR_MONTH = re.compile(r"(?P<y>(?:19|20)[0-9]{2})(?P<s>[-/.])(?P<m>[01]?[0-9])(?![0-9a-z%./-])")
_PAIR = re.compile(
    r"(?P<m>[01]?[0-9])(?P<s>[-/.])(?P<d>[0-3]?[0-9])(?P<u>[日号](?!楼|线|门))?(?![0-9a-z%/$¥月]|\.[0-9]|-[0-9]{3})"
)
# 12月5前: a number after a month is a day unless something is being counted.
_NOT_COUNTED = (
    r"(?![0-9.%个人家份次台套万亿元块条件位天年月周点时篇张多:十百千]|小时|分钟|工作日|版)"
)
_DAY_OF_MONTH = re.compile(
    rf"[ 的]?(?P<lunar>初)?(?P<d>{NUMBER}) ?(?:(?P<u>日|号)|{_NOT_COUNTED})"
)
MONTH = rf"(?P<m>{NUMBER}|元) ?月(?P<share>份)?"
_MONTH = re.compile(rf"{MONTH}(?![饼球亮嫂薪光龄经供租])")
# 1-3月, 3到5号: the first number borrows the unit of the second.
_SHARED_MONTH = re.compile(rf"(?P<m>{NUMBER})(?= ?[-~到至]{{1,2}} ?{NUMBER} ?月)")
_BARE_DAY = re.compile(rf"(?P<each>每个?月)?(?P<d>{NUMBER}) ?(?P<u>日|号)")
_SHARED_DAY = re.compile(
    rf"(?P<d>{NUMBER})(?= ?[-~到至、]{{1,2}} ?{NUMBER} ?(?:日|号(?![楼线门院])))"
)
# 5号楼, 3号线, 2日游: labels and lengths.
_LABEL = re.compile(
    "号(?:楼|线|门|厅|桌|车间|车库|店|仓|库|机(?!会)|位|院|馆|文件|会议室|房|柜|窗口|电池|员工|工位|选手|字|码"
    "|样|令|公告|台|站|炉|服务器|群|段|筒|卡|键|通知书|主[机角])|日(?:均|游|线|元|本(?!周)|志|常|程|语|化|薪|结|活|产|子|之[计内]|以?内|租|息)"
)
_MARKED = re.compile("之?以?前|截止")
_NUMBERED = "第#.编工型账单"


@dataclass(frozen=True, slots=True)
class Year:
    stop: int
    value: int
    spoken: bool
    short: bool


def read_year(text: str, pos: int, base: date) -> Year | None:
    match = _YEAR.match(text, pos)
    if match is None:
        return None
    if match["spoken"]:
        return Year(match.end(), base.year + _SPOKEN_YEARS[match["spoken"]], True, False)
    digits = match["full"] or match["short"] or match["words"]
    value = number(digits)
    if value is None:
        return None
    if len(digits) == 2:
        return Year(match.end(), nearest_century(int(value), base), False, True)
    return Year(match.end(), value, False, False) if 1900 <= value <= 2100 else None


def after_year(text: str, stop: int) -> int:
    """Where the month may begin: 2026年，九月 and 明年的三月 are one date."""
    while stop < len(text) and text[stop] in "的, ":
        stop += 1
    return stop


def nearest_century(short: int, base: date) -> int:
    value = base.year - base.year % 100 + short % 100
    if value - base.year > 50:
        return value - 100
    return value + 100 if base.year - value >= 50 else value


def read_numeric(text: str, pos: int, base: date) -> DayWords | None:
    """Dates in digits. A short one (12.5, 3/5) is only a date where the context says so."""
    if match := _FULL.match(text, pos):
        return _exactly(match, int(match["y"]))
    if match := _COMPACT.match(text, pos):
        found = _exactly(match, int(match["y"]))
        return found if found.options else None
    if match := _YEAR_MONTH.match(text, pos):
        first = valid_date(int(match["y"]), int(match["m"]), 1)
        words = DayWords(match.end(), (month_of(first),) if first else ())
        return words.plus(Trait.PERIOD) if first else None
    if match := _SHORT.match(text, pos):
        found = _exactly(match, nearest_century(int(match["y"]), base))
        return found.plus(Trait.NUMERIC) if found.options else None
    if match := _PAIR.match(text, pos):
        month, day = int(match["m"]), int(match["d"])
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return None
        # 1-5号 are five days, and 5-5-5 is nothing.
        dashed = match["s"] == "-" and (
            month < day if match["u"] else text.startswith("-", match.end())
        )
        if dashed:
            return None
        found = DayWords(match.end(), _yearly(month, day, (base.year, base.year + 1)))
        return found if match["u"] else found.plus(Trait.NUMERIC)
    return None


def _exactly(match: re.Match[str], year: int) -> DayWords:
    day = valid_date(year, int(match["m"]), int(match["d"]))
    return DayWords(match.end(), (Days.of(day),) if day else ())


def _yearly(month: int, day: int, years: tuple[int, ...]) -> tuple[Days, ...]:
    if len(years) > 1 and (month, day) == (2, 29):
        years = tuple(range(years[0], years[0] + 9))
    found = (valid_date(year, month, day) for year in years)
    return tuple(Days.of(each) for each in found if each)


def read_month_day(text: str, pos: int, years: tuple[int, ...]) -> DayWords | None:
    """M月D日, also without 日; no option at all if no year has that day."""
    match = _MONTH.match(text, pos)
    month = _month_number(match["m"]) if match else None
    if match is None or month is None or _precedes_count(text, pos):
        return None
    day = _DAY_OF_MONTH.match(text, match.end())
    value = number(day["d"]) if day else None
    if day is None or value is None or day["lunar"]:
        return None
    if not (1 <= value <= 31 and 1 <= month <= 12):
        return DayWords(day.end(), ()) if day["u"] else None
    if match["share"] and not day["u"]:
        return None
    words = DayWords(day.end(), _yearly(month, value, years))
    # Only 02-29 may skip years, and then it is worth a question.
    skips = bool(words.options) and words.options[0].first.year > years[0]
    return words.plus(Trait.DOUBT) if skips else words


def _month_number(words: str) -> int | None:
    return 1 if words == "元" else number(words)


def read_month_name(text: str, pos: int) -> tuple[int, int] | None:
    """The offset after 3月 or 三月份, and the month from 1 to 12."""
    match = _MONTH.match(text, pos) or _SHARED_MONTH.match(text, pos)
    if match is None or _precedes_count(text, pos):
        return None
    month = _month_number(match["m"])
    return (match.end(), month) if month and month <= 12 else None


def read_day_number(text: str, pos: int, base: date) -> DayWords | None:
    """5号, 十二日: in this month or a later one that has such a day."""
    match = _BARE_DAY.match(text, pos) or _SHARED_DAY.match(text, pos)
    if match is None or _precedes_count(text, pos):
        return None
    value = number(match["d"])
    if value is None or not 1 <= value <= 31:
        impossible = value and value < 100 and _MARKED.match(text, match.end())
        return DayWords(match.end(), ()) if impossible else None
    if match.re is _BARE_DAY and _LABEL.match(text, match.start("u")):
        return None
    days = days_numbered(value, base)
    traits = {Trait.DOUBT} if match.re is _BARE_DAY and match["each"] else set()
    return DayWords(match.end(), days, frozenset(traits))


def days_numbered(value: int, base: date) -> tuple[Days, ...]:
    months = (add_months(base.replace(day=1), count) for count in range(4))
    found = (valid_date(each.year, each.month, value) for each in months)
    return tuple(Days.of(each) for each in found if each)


def _precedes_count(text: str, pos: int) -> bool:
    return pos > 0 and text[pos - 1] in _NUMBERED


def read_month_days(text: str, pos: int, options: tuple[Days, ...]) -> DayWords | None:
    """The day after a month that was named: 下月九号, 本月30日."""
    match = _DAY_OF_MONTH.match(text, pos)
    value = number(match["d"]) if match else None
    if match is None or value is None or match["lunar"] or (match["u"] is None and value > 31):
        return None
    if match["u"] and _LABEL.match(text, match.start("u")):
        return None
    days = (valid_date(each.first.year, each.first.month, value) for each in options)
    return DayWords(match.end(), tuple(Days.of(day) for day in days if day))
