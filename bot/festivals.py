"""Days that come every year under a name: when 春节, 双十一 or 母亲节 is in a given year."""

from datetime import date, timedelta
from functools import lru_cache

from borax.calendars.lunardate import (
    InvalidLunarDateError,
    LCalendars,
    LunarDate,
    TermUtils,
)

# The lunar tables end there; nothing about a deadline is worth an error beyond them.
FIRST_YEAR, LAST_YEAR = 1901, 2099

_FIXED = {
    "元旦": (1, 1),
    "情人节": (2, 14),
    "妇女节": (3, 8),
    "植树节": (3, 12),
    "白色情人节": (3, 14),
    "消费者权益日": (3, 15),
    "愚人节": (4, 1),
    "地球日": (4, 22),
    "劳动节": (5, 1),
    "青年节": (5, 4),
    "护士节": (5, 12),
    "儿童节": (6, 1),
    "环境日": (6, 5),
    "建党节": (7, 1),
    "建军节": (8, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "程序员节": (10, 24),
    "万圣节": (10, 31),
    "记者节": (11, 8),
    "双十一": (11, 11),
    "双十二": (12, 12),
    "平安夜": (12, 24),
    "圣诞": (12, 25),
    "跨年夜": (12, 31),
}
_LUNAR = {
    "春节": (1, 1),
    "元宵": (1, 15),
    "龙抬头": (2, 2),
    "端午": (5, 5),
    "七夕": (7, 7),
    "中元": (7, 15),
    "中秋": (8, 15),
    "重阳": (9, 9),
    "腊八": (12, 8),
    "小年": (12, 23),
}
# month, weekday (Monday 0), which one
_NTH_WEEKDAY = {"母亲节": (5, 6, 2), "父亲节": (6, 6, 3), "感恩节": (11, 3, 4)}
_TERMS = ("清明", "冬至")

NAMES = frozenset((*_FIXED, *_LUNAR, *_NTH_WEEKDAY, *_TERMS, "除夕", "复活节", "黑色星期五"))
OFFICIAL = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")


@lru_cache(maxsize=1024)
def festival_day(name: str, year: int) -> date:
    """The day of a festival; 腊八 and 小年, late in the lunar year, may fall into the next one."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"no lunar tables for {year}")
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name in _LUNAR:
        month, day = _LUNAR[name]
        found = lunar_day(year, month, day)
        assert found is not None  # noqa: S101 - every lunar month has these days
        return found
    if name in _NTH_WEEKDAY:
        return nth_weekday(year, *_NTH_WEEKDAY[name])
    if name in _TERMS:
        return _plain(TermUtils.nth_term_day(year, term_name=name))
    if name == "除夕":
        return festival_day("春节", year) - timedelta(days=1)
    if name == "复活节":
        return _easter(year)
    if name == "黑色星期五":
        return festival_day("感恩节", year) + timedelta(days=1)
    raise ValueError(f"unknown festival: {name}")


def lunar_day(year: int, month: int, day: int, *, leap: bool = False) -> date | None:
    """None if that lunar year has no such day."""
    try:
        return _plain(LunarDate(year, month, day, int(leap)).to_solar_date())
    except (InvalidLunarDateError, ValueError):
        return None


def last_lunar_day(year: int) -> date | None:
    """除夕 that closes a lunar year; None beyond the tables."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return lunar_day(year, 12, LCalendars.ndays(year, 12))


def lunar_year(day: date) -> int | None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    return int(LunarDate.from_solar_date(day.year, day.month, day.day).year)


def nth_weekday(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


def _plain(day: date) -> date:
    return date(day.year, day.month, day.day)


def _easter(year: int) -> date:
    """The Gregorian computus of Meeus, Jones and Butcher."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
