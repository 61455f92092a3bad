"""Milestones and goals: what was planned, what came of it, and how often it was put off."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from bot.context import Request
from bot.deadlines import Deadline, understand
from bot.errors import Refusal
from bot.moment import day_words
from bot.receipt import first_line
from bot.workdays import Calendar
from storage import history
from storage.history import Event
from storage.ledger import DONE, OPEN, Entry
from storage.member import Member
from storage.undo import UNDONE

KINDS = ("milestone", "goal")
MOST_DATES = 6  # of one entry's moves that are named
FAR = 366  # days from which on nobody counts working days

_DAY = timedelta(days=1)
_MEASURED = re.compile(r"小时|分钟|内$|^\d+\.\d+$")


# --- plan and actual -----------------------------------------------------------------------


def details_of(due: datetime | None, metric: str | None = None) -> dict[str, Any]:
    """What a new one keeps: the first deadline stays the plan, however often it is moved."""
    found = {"metric": metric, "planned": due.isoformat() if due else None}
    return {name: value for name, value in found.items() if value}


def apart(request: Request, metric: str, people: Sequence[Member]) -> tuple[str, Deadline | None]:
    """指标：80% @张三 12月31日: what stands behind the number is the deadline, not the metric.

    Raises Refusal for a deadline there that is over or may mean two days.
    """
    deadline = understand(metric, request.now, request.calendar, request.config.deadlines.hours)
    begin, end = deadline.spans[0] if deadline.spans else (0, 0)
    before, after = metric[:begin].rstrip(), metric[end:].strip(" ，,。前")
    apart_from_it = before and (metric[begin - 1].isspace() or before[-1] in "，,；;、")
    if not names_day(deadline) or after or not apart_from_it:
        return _without_people(metric, people), None
    if deadline.due is None or deadline.status not in ("ok", "estimated"):
        if not re.search(r"\d", deadline.matched):
            return _without_people(metric, people), None  # 不低于 去年
        raise Refusal(
            f"截止「{deadline.matched}」拿不准是哪天，请把年份也写上，"
            f"比如 {request.now.year + 1}年1月15日",
            usage=False,
        )
    return _without_people(before, people), deadline


def names_day(deadline: Deadline) -> bool:
    """12月31日, not 24 小时内 or 4.5: those are what is measured."""
    said = deadline.matched
    return bool(said) and _MEASURED.search(said) is None


def _without_people(text: str, people: Sequence[Member]) -> str:
    """The words before the names at their end: those say who does it."""
    text = text.strip(" ，,；;。")
    for each in reversed(people):
        text = (
            text.removesuffix(f"@{each.name}").removesuffix(f"＠{each.name}").rstrip(" ，,；;、")
        )
    return text


def moved(entry: Entry, due: datetime) -> dict[str, Any]:
    """What else changes with a new deadline: the first one of all is the plan."""
    if entry.due is not None or "planned" in entry.details:
        return {}
    return {"details": {**entry.details, "planned": due.isoformat()}}


def planned(entry: Entry) -> datetime | None:
    first = entry.details.get("planned")
    return datetime.fromisoformat(first) if first else entry.due


def late_days(entry: Entry, now: datetime) -> int | None:
    """How many days behind its plan it ended, or is to end; None where nothing was planned."""
    plan, end = planned(entry), entry.closed_at if entry.state == DONE else entry.due
    if plan is None or end is None:
        return None
    return (_local(end, now) - _local(plan, now)).days


def late_words(days: int) -> str:
    if not days:
        return "按时"
    return f"晚 {days} 天" if days > 0 else f"提前 {-days} 天"


def versus(entry: Entry, now: datetime) -> str:
    """计划 12月1日 周二，实际 12月3日 周四，晚 2 天; of one that is done."""
    plan, late = planned(entry), late_days(entry, now)
    actual = f"实际 {day_of(entry.closed_at, now)}" if entry.closed_at else ""
    if plan is None or late is None:
        return actual
    return f"计划 {day_of(plan, now)}，{actual}，{late_words(late)}"


def countdown(due: datetime, now: datetime, calendar: Calendar) -> str:
    """还有 12 天（8 个工作日）; today does not count."""
    today, day = now.date(), _local(due, now)
    days = (day - today).days
    if not days:
        return "就在今天" if due >= now else "今天到期，已经过点"
    said = f"还有 {days} 天" if days > 0 else f"已逾期 {-days} 天"
    if abs(days) > FAR:
        return said
    first = min(today, day)
    worked = sum(calendar.is_workday(first + _DAY * step) for step in range(1, abs(days) + 1))
    return f"{said}（{worked} 个工作日）"


# --- how often it was put off ---------------------------------------------------------------


def dates(events: Sequence[Event], now: datetime) -> list[date]:
    """The days it was due on, one after another; what was taken back never was."""
    dues: list[datetime] = []
    for each in events:
        if "due" not in each.after:
            continue
        due = each.after["due"]
        if each.verb == UNDONE:
            while dues and dues[-1] != due:
                dues.pop()
        elif due is not None:
            dues.append(due)
    found: list[date] = []
    for due in dues:
        if not found or found[-1] != _local(due, now):
            found.append(_local(due, now))
    return found


def slips(events: Sequence[Event], now: datetime) -> str:
    """已推迟 2 次：12月1日 → 12月8日 → 12月15日; empty if it was never moved."""
    days = dates(events, now)
    later = sum(after > before for before, after in pairwise(days))
    moves = len(days) - 1
    if moves < 1:
        return ""
    if later == moves:
        said = f"已推迟 {moves} 次"
    elif later:
        said = f"改期 {moves} 次，其中推迟 {later} 次"
    else:
        said = f"已提前 {moves} 次"
    shown = [_short(each, now) for each in days]
    if len(shown) > MOST_DATES:
        shown = [shown[0], "…", *shown[-(MOST_DATES - 1) :]]
    return f"{said}：{' → '.join(shown)}"


# --- how it is said ------------------------------------------------------------------------


def line(entry: Entry, now: datetime, calendar: Calendar) -> str:
    """#3 用户验收结束｜张三｜12月15日 周二，还有 20 天（14 个工作日）｜比计划晚 14 天"""
    parts = [f"#{entry.number} {first_line(entry.title)}", entry.owner_name or "待认领"]
    if measured := metric_words(entry):
        parts.append(measured)
    if entry.due is not None:
        parts.append(f"{day_of(entry.due, now)}，{countdown(entry.due, now, calendar)}")
        late = late_days(entry, now)
        if late and planned(entry) != entry.due:
            parts.append(f"比计划{late_words(late)}")
    return "｜".join(parts)


def metric_words(entry: Entry) -> str:
    """指标 80%，实际 78%"""
    shown = (("指标", entry.details.get("metric")), ("实际", entry.details.get("actual")))
    return "，".join(f"{name} {first_line(str(value), 20)}" for name, value in shown if value)


async def facts(request: Request, entry: Entry) -> list[tuple[str, str]]:
    """What 查看 shows of a milestone or a goal."""
    now, plan = request.now, planned(entry)
    shown = [
        ("指标", str(entry.details.get("metric", ""))),
        ("实际值", str(entry.details.get("actual", ""))),
        ("计划", day_of(plan, now) if plan else ""),
    ]
    if entry.state == DONE and entry.closed_at is not None:
        late = late_days(entry, now)
        behind = "" if late is None else f"，{late_words(late)}"
        shown.append(("完成于", day_of(entry.closed_at, now) + behind))
    shown.append(("日期变动", slips(await history.story(request.tx, entry.id), now)))
    if entry.state == OPEN and entry.due is not None:
        shown.append(("倒计时", countdown(entry.due, now, request.calendar)))
    return [(name, words) for name, words in shown if words]


async def after_finish(request: Request, entry: Entry) -> list[str]:
    """Plan and actual at once, and for a goal the number that proves it."""
    notes = [versus(entry, request.now)] if planned(entry) is not None else []
    notes.append(slips(await history.story(request.tx, entry.id), request.now))
    if entry.details.get("metric"):
        notes.append(metric_words(entry))
        if not entry.details.get("actual"):
            notes.append(f"做到多少还没记，可以补：实际 {entry.number} 数值")
    return [each for each in notes if each]


async def after_move(request: Request, entry: Entry) -> list[str]:
    """How often by now, and how far from the plan."""
    said = slips(await history.story(request.tx, entry.id), request.now)
    late = late_days(entry, request.now)
    return [said + (f"（比原计划{late_words(late)}）" if late else "")] if said else []


def day_of(moment: datetime, now: datetime) -> str:
    """12月1日 周二；the year is said where it is not this one."""
    day = _local(moment, now)
    return (f"{day.year}年" if day.year != now.year else "") + day_words(day)


def _short(day: date, now: datetime) -> str:
    return (f"{day.year}年" if day.year != now.year else "") + f"{day.month}月{day.day}日"


def _local(moment: datetime, now: datetime) -> date:
    return moment.astimezone(now.tzinfo).date()
