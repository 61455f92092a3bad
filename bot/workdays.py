"""Which days are worked: the official calendar with 调休, and the deployer's overrides."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import chinese_calendar

from bot.festivals import FIRST_YEAR, LAST_YEAR, OFFICIAL, festival_day

_DAY = timedelta(days=1)
_OFFICIAL_DAYS = frozenset(chinese_calendar.holidays)
_MADE_UP = frozenset(chinese_calendar.workdays)
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
            # Not by the package's own question: that looks for its first and last day each time.
            return day in _MADE_UP or (day.weekday() < 5 and day not in _OFFICIAL_DAYS)
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

    def knows(self, year: int) -> bool:
        """Whether anything is known of this year: the official schedule, or an override in it."""
        named = (day.year == year for days in (self.holidays, self.workdays) for day in days)
        return year in _OFFICIAL_YEARS or any(named)

    def workdays_between(self, first: date, until: date) -> int:
        """How many days are worked from the first on, before the last; zero if reversed."""
        if until <= first:
            return 0
        years = range(first.year, until.year)
        whole = sum(self._worked_before(year)[-1] for year in years)
        before = self._worked_before(first.year)[_day_of_year(first)]
        return whole + self._worked_before(until.year)[_day_of_year(until)] - before

    def at(self, day: date, clock: time) -> datetime:
        """When the clock shows this on the day: the first time if it does so twice, and where it
        is set forward past it, the moment at which that is done."""
        shown = datetime.combine(day, clock, self.zone)
        late = shown.astimezone(UTC)
        if late.astimezone(self.zone).replace(tzinfo=None) == shown.replace(tzinfo=None):
            return shown
        early = shown.replace(fold=1).astimezone(UTC)
        before = early.astimezone(self.zone).utcoffset()
        while late - early > timedelta(seconds=1):
            middle = early + (late - early) / 2
            same = middle.astimezone(self.zone).utcoffset() == before
            early, late = (middle, late) if same else (early, middle)
        return late.astimezone(self.zone).replace(microsecond=0)

    def working_hours(
        self, since: datetime, until: datetime, *, opens: time = time(9), closes: time = time(18)
    ) -> timedelta:
        """Working time between two aware moments, lunch included; zero if they are reversed.

        By the wall clock: a working day is as long on the day on which clocks are changed.
        """
        begin, end = (each.astimezone(self.zone).replace(tzinfo=None) for each in (since, until))
        length = max(_clock(closes) - _clock(opens), timedelta())
        days = self.workdays_between(begin.date(), end.date())
        done = self._worked_on(begin, opens, length)
        return max(days * length + self._worked_on(end, opens, length) - done, timedelta())

    def _worked_on(self, moment: datetime, opens: time, length: timedelta) -> timedelta:
        """How much of its day's work is done by then."""
        if not self.is_workday(moment.date()):
            return timedelta()
        return min(max(_clock(moment.time()) - _clock(opens), timedelta()), length)

    def _worked_before(self, year: int) -> tuple[int, ...]:
        return _worked_before(self.holidays, self.workdays, year)


def _clock(at: time) -> timedelta:
    return timedelta(
        hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    )


def _day_of_year(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal()


@lru_cache(maxsize=1024)
def _worked_before(
    holidays: frozenset[date], workdays: frozenset[date], year: int
) -> tuple[int, ...]:
    """How many of the year's days are worked before each of them; the last is all of them."""
    calendar = Calendar(holidays=holidays, workdays=workdays)
    length = (date(year, 12, 31) - date(year, 1, 1)).days + 1
    days = (date(year, 1, 1) + number * _DAY for number in range(length))
    return tuple(accumulate((calendar.is_workday(day) for day in days), initial=0))


@cache
def _statutory_days(year: int) -> frozenset[date]:
    """Empty beyond the lunar tables: weekdays are then the best guess."""
    days: set[date] = set()
    for name in OFFICIAL if FIRST_YEAR <= year <= LAST_YEAR else ():
        after, before = _STATUTORY.get(name, (1, 0))
        festival = festival_day(name, year)
        days.update(festival + offset * _DAY for offset in range(-before, after))
    return frozenset(days)
