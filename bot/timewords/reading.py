"""What time words were found to mean, before anybody decides whether they are a deadline."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum, auto

from bot.timewords.clock import Hours
from bot.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Frame:
    """Where somebody stands who says 明天. `base` moves on for the end of a range."""

    now: datetime
    calendar: Calendar
    hours: Hours
    base: date

    @property
    def today(self) -> date:
        return self.now.date()

    def at(self, day: date, moment: time | None = None) -> datetime:
        return datetime.combine(day, moment or self.hours.off_work, self.calendar.zone)


@dataclass(frozen=True, slots=True)
class Days:
    """A day or a period, the day it is due, and the days just before and after it."""

    first: date
    last: date
    due: date
    eve: date | None = None
    morrow: date | None = None
    estimated: bool = False

    @staticmethod
    def of(day: date, last: date | None = None, *, due: date | None = None) -> "Days":
        return Days(day, last or day, due or last or day)


class Trait(Enum):
    """What else the words say; each changes how the result is treated."""

    LITERAL = auto()  # 今天, 明天: asked about before dawn
    DOUBT = auto()  # could mean something else
    CLOSING = auto()  # 月底: the end of something, so no start
    PAST = auto()  # 上周, 昨天: never a deadline inside a title
    BROAD = auto()  # 明年, 10月份: more often what a title is about
    NUMERIC = auto()  # 12.5: a date only where the context says so
    PERIOD = auto()
    WEEKDAY = auto()
    CLOCK = auto()  # a time of no particular day
    VAST = auto()  # a year, a season: a deadline only if nothing else can be meant
    FESTIVAL = auto()
    STRETCH = auto()  # 3天内: counted from now
    MARKED = auto()  # 3天内, 前: the words themselves make it a deadline


@dataclass(frozen=True, slots=True)
class DayWords:
    """Words for days: several options if they may roll on, none if there is no such day."""

    stop: int
    options: tuple[Days, ...]
    traits: frozenset[Trait] = frozenset()

    def plus(self, *traits: Trait) -> "DayWords":
        return replace(self, traits=self.traits.union(traits))


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing the words may mean."""

    start: date | datetime | None
    end: date | datetime | None
    due: datetime
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands at an offset of the text, with its senses in the order they come true."""

    begin: int
    stop: int
    senses: tuple[Sense, ...]
    traits: frozenset[Trait] = frozenset()


def month_of(day: date) -> Days:
    first = day.replace(day=1)
    return Days.of(first, add_months(first, 1) - timedelta(days=1))


def add_months(day: date, count: int) -> date:
    """The same day months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    for number in (day.day, 30, 29, 28):
        if number <= day.day and (found := valid_date(year, month + 1, number)):
            return found
    raise OverflowError("beyond the calendar")


def valid_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
