"""Which days are worked: the official calendar with 调休, and the deployer's overrides."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

from bot.festivals import FIRST_YEAR, LAST_YEAR, OFFICIAL, festival_day

_DAY = timedelta(days=1)
_OFFICIAL_DAYS = frozenset(chinese_calendar.holidays)
_OFFICIAL_YEARS = frozenset(day.year for day in _OFFICIAL_DAYS)
# 国务院令 2024: how many statutory days from the festival on, and how many before it.
_STATUTORY = {"春节": (3, 1), "劳动节": (2, 0), "国庆": (3, 0)}


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival, and the first and last day of the break around it."""

    name: str
    day: date
    first: date
    last: date
    estimated: bool


@dataclass(frozen=True)
class Calendar:
    """The calendar of a deployment. An override wins over the official schedule."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        if day in self.workdays:
            return True
        if day in self.holidays:
            return False
        if day.year in _OFFICIAL_YEARS:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5 and day not in _statutory_days(day.year)

    def is_estimated(self, day: date) -> bool:
        """No official schedule is known for this day's year, and no override names it."""
        known = day.year in _OFFICIAL_YEARS or day in self.holidays or day in self.workdays
        return not known

    def add_workdays(self, day: date, count: int) -> date:
        """Count workdays after the day, or before it if negative."""
        step = _DAY if count > 0 else -_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    def next_workday(self, day: date) -> date:
        return self.add_workdays(day, 1)

    def festival(self, name: str, year: int) -> Festival:
        """A statutory festival. Without an official schedule the break is the statutory days."""
        if name not in OFFICIAL:
            raise ValueError(f"no official break: {name}")
        day = festival_day(name, year)
        if self.is_estimated(day):
            after, before = _STATUTORY.get(name, (1, 0))
            return Festival(name, day, day - before * _DAY, day + (after - 1) * _DAY, True)
        first = last = day
        while not self.is_workday(first - _DAY):
            first -= _DAY
        while not self.is_workday(last + _DAY):
            last += _DAY
        return Festival(name, day, first, last, False)

    def working_hours(
        self, since: datetime, until: datetime, *, opens: time = time(9), closes: time = time(18)
    ) -> timedelta:
        """Working time between two aware moments, lunch included; zero if they are reversed."""
        total = timedelta()
        day = since.astimezone(self.zone).date()
        last = until.astimezone(self.zone).date()
        while day <= last:
            if self.is_workday(day):
                begin = max(since, datetime.combine(day, opens, self.zone))
                end = min(until, datetime.combine(day, closes, self.zone))
                total += max(end - begin, timedelta())
            day += _DAY
        return total


@cache
def _statutory_days(year: int) -> frozenset[date]:
    """Empty beyond the lunar tables: weekdays are then the best guess."""
    days: set[date] = set()
    for name in OFFICIAL if FIRST_YEAR <= year <= LAST_YEAR else ():
        after, before = _STATUTORY.get(name, (1, 0))
        festival = festival_day(name, year)
        days.update(festival + offset * _DAY for offset in range(-before, after))
    return frozenset(days)
