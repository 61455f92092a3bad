"""Where the trial clock may be moved to."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from bot.platforms.console.guard import Problem
from bot.workdays import Calendar

FARTHEST_MOVE = timedelta(days=31)
_NINE = time(9)


def target(body: Mapping[str, Any], now: datetime, calendar: Calendar) -> datetime:
    """The moment that is meant by a named ``step``, or by ``to``. Raises Problem."""
    moment = _named(body.get("step"), now, calendar) or _written(body.get("to"), calendar)
    if moment is None:
        raise Problem(400, "要 to（ISO 时间）或 step（10m、1h、evening、tomorrow、workday）。")
    if moment <= now:
        raise Problem(400, "时间只能往前走。")
    if moment - now > FARTHEST_MOVE:
        raise Problem(400, f"一次最多快进 {FARTHEST_MOVE.days} 天。")
    return moment


def _named(step: object, now: datetime, calendar: Calendar) -> datetime | None:
    match step:
        case "10m":
            return now + timedelta(minutes=10)
        case "1h":
            return now + timedelta(hours=1)
        case "evening":
            return _next(now, time(18), calendar)
        case "tomorrow":
            tomorrow = now.astimezone(calendar.zone).date() + timedelta(days=1)
            return datetime.combine(tomorrow, _NINE, calendar.zone)
        case "workday":
            return _next(now, _NINE, calendar, workday=True)
    return None


def _written(to: object, calendar: Calendar) -> datetime | None:
    if not isinstance(to, str):
        return None
    try:
        moment = datetime.fromisoformat(to)
    except ValueError:
        raise Problem(400, "to 要是 ISO 时间，如 2026-03-06T09:00。") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone)


def _next(now: datetime, at: time, calendar: Calendar, *, workday: bool = False) -> datetime:
    """The next time the clock shows this, on a workday if asked."""
    day = now.astimezone(calendar.zone).date()
    while True:
        moment = datetime.combine(day, at, calendar.zone)
        if moment > now and (calendar.is_workday(day) or not workday):
            return moment
        day += timedelta(days=1)
