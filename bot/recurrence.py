"""每周五 17:00, 每月5号, 每季度末: how often something comes back, and when it does next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from bot.moment import WEEKDAYS
from bot.workdays import Calendar

Unit = Literal["workday", "day", "week", "month", "quarter"]

_DAY = timedelta(days=1)
_FRIDAY = 4
LAST = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``on`` are weekdays (Monday is 0), days of a month, or the how-manieth; -1 is the last."""

    unit: Unit
    at: time
    step: int = 1  # every so many days or weeks, counted from ``since``
    on: tuple[int, ...] = ()
    what: Literal["day", "workday", "weekday"] = "day"  # what is counted in a month
    weekday: int = 0
    since: date | None = None

    @property
    def clipped(self) -> bool:
        """Not every month has this day; the last one stands for it."""
        return self.unit == "month" and self.what == "day" and max(self.on) > 28

    def as_json(self) -> dict[str, Any]:
        since = self.since.isoformat() if self.since else None
        return {
            "unit": self.unit, "at": f"{self.at:%H:%M}", "step": self.step, "on": list(self.on),
            "what": self.what, "weekday": self.weekday, "since": since,
        }  # fmt: skip


def is_daily(rule: Rule) -> bool:
    """每天, and that means the weekends too."""
    return rule.unit == "day" and rule.step == 1


def rule_from(stored: Mapping[str, Any]) -> Rule:
    since = stored["since"]
    return Rule(
        unit=stored["unit"],
        at=time.fromisoformat(stored["at"]),
        step=stored["step"],
        on=tuple(stored["on"]),
        what=stored["what"],
        weekday=stored["weekday"],
        since=date.fromisoformat(since) if since else None,
    )


# --- when ------------------------------------------------------------------------------------


def begun(rule: Rule, now: datetime, calendar: Calendar) -> Rule:
    """The rule with the day from which its steps are counted: the first that is still to come."""
    if rule.step == 1:
        return rule
    first = replace(rule, step=1)
    return replace(rule, since=_nominal_after(first, now, calendar))


def next_after(rule: Rule, moment: datetime, calendar: Calendar) -> datetime:
    """The first time after a moment.

    What falls on a day off is due on the working day before it; only a weekend day that is named
    itself (每周六) and 每天 stay. So two may fall together; they are one then.
    """
    return _due(rule, _nominal_after(rule, moment, calendar), calendar)


def moved(rule: Rule, due: datetime, calendar: Calendar) -> bool:
    """Whether a due moment stands for a day off that was named."""
    ends = rule.unit == "quarter" or rule.on == (LAST,)
    return not ends and not _falls_on(rule, due.astimezone(calendar.zone).date(), calendar)


def _nominal_after(rule: Rule, moment: datetime, calendar: Calendar) -> date:
    day = moment.astimezone(calendar.zone).date()
    while not (_falls_on(rule, day, calendar) and _due(rule, day, calendar) > moment):
        day += _DAY
    return day


def _due(rule: Rule, day: date, calendar: Calendar) -> datetime:
    named = is_daily(rule) or (rule.unit == "week" and day.weekday() > _FRIDAY)
    if not (named or calendar.is_workday(day)):
        day = calendar.add_workdays(day, -1)
    return datetime.combine(day, rule.at, calendar.zone)


def _falls_on(rule: Rule, day: date, calendar: Calendar) -> bool:
    if rule.since is not None and day < rule.since:
        return False
    match rule.unit:
        case "workday":
            return calendar.is_workday(day)
        case "day":
            return not rule.since or (day - rule.since).days % rule.step == 0
        case "week":
            weeks = (_monday(day) - _monday(rule.since)).days // 7 if rule.since else 0
            return day.weekday() in rule.on and weeks % rule.step == 0
        case "quarter":
            return day.month % 3 == 0 and day == _last_of_month(day)
        case "month":
            return _falls_in_month(rule, day, calendar)


def _falls_in_month(rule: Rule, day: date, calendar: Calendar) -> bool:
    last = _last_of_month(day)
    if rule.what == "day":
        return any(day.day == min(each if each > 0 else last.day, last.day) for each in rule.on)
    counts = calendar.is_workday if rule.what == "workday" else _is(rule.weekday)
    if not counts(day):
        return False
    if LAST in rule.on:
        return not any(counts(day + n * _DAY) for n in range(1, (last - day).days + 1))
    first = day.replace(day=1)
    nth = sum(counts(first + n * _DAY) for n in range(day.day))
    # A short month of holidays has no 20th working day: its last one stands for it.
    ends = not any(counts(day + n * _DAY) for n in range(1, (last - day).days + 1))
    return nth in rule.on or (ends and nth < max(rule.on))


def _is(weekday: int) -> Any:
    return lambda day: day.weekday() == weekday


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY


# --- in words --------------------------------------------------------------------------------


def words(rule: Rule) -> str:
    """每周五 17:00"""
    return f"{_days_words(rule)} {rule.at:%H:%M}"


def _days_words(rule: Rule) -> str:
    many = "两" if rule.step == 2 else str(rule.step)
    match rule.unit:
        case "workday":
            return "每个工作日"
        case "day":
            return "每天" if is_daily(rule) else f"每{many}天"
        case "week":
            days = "、".join(f"周{WEEKDAYS[each]}" for each in rule.on)
            if len(rule.on) > 2 and rule.on[-1] - rule.on[0] == len(rule.on) - 1:
                days = f"周{WEEKDAYS[rule.on[0]]}到周{WEEKDAYS[rule.on[-1]]}"
            return f"每{days}" if rule.step == 1 else f"每{many}周{days}"
        case "quarter":
            return "每季度最后一个工作日"
        case "month" if rule.what == "day":
            days = "、".join(f"{each}号" for each in rule.on)
            return "每月最后一个工作日" if rule.on == (LAST,) else f"每月{days}"
        case "month":
            thing = "工作日" if rule.what == "workday" else f"周{WEEKDAYS[rule.weekday]}"
            which = "最后一个" if rule.on == (LAST,) else f"第{_numeral(rule.on[0])}个"
            return f"每月{which}{thing}"


def _numeral(number: int) -> str:
    return "零一二三四五六七八九"[number] if number < 10 else str(number)
