"""Ledger entries as a table that people open in Excel and attach to their reports."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bot.kind import KINDS
from bot.receipt import state_words
from storage.history import Event
from storage.ledger import DONE, Entry

Names = Mapping[int, str]
Telling = Callable[[Entry, Names], Any]

LONGEST_CELL = 30_000  # Excel takes 32,767 characters and cuts off the rest

_FIRST = ("编号", "标题", "负责人", "协助", "截止", "状态", "登记人", "登记时间", "了结时间")
_WIDTHS = {
    "标题": 40,
    "经过": 60,
    "截止": 17,
    "登记时间": 17,
    "了结时间": 17,
    "其他": 40,
    "证据": 40,
}
_WIDTH = 12


def _detail(key: str) -> Telling:
    return lambda entry, _names: _said(entry.details.get(key))


def _said(value: Any) -> Any:
    """Numbers and words as they are; what a cell cannot hold is left out."""
    return value if isinstance(value, str | int | float) and value is not True else ""


def _votes(entry: Entry, _names: Names) -> int:
    return len(entry.details.get("votes", ()))


def _who_voted(entry: Entry, names: Names) -> str:
    return "、".join(names.get(each, "") for each in entry.details.get("votes", ()))


def _priority(entry: Entry, _names: Names) -> str:
    return next((word for least, word in ((20, "紧急"), (10, "高")) if entry.weight >= least), "")


def _progress(entry: Entry, _names: Names) -> str:
    return f"{entry.details['progress']}%" if "progress" in entry.details else ""


def _approver(entry: Entry, names: Names) -> str:
    who = entry.details.get("approved_by") or entry.details.get("approver")
    return names.get(who or 0, "")


def _weight(entry: Entry, _names: Names) -> int | str:
    return entry.weight or ""


def _planned(entry: Entry, _names: Names) -> str:
    """The day of the first deadline; it was written down in the team's own zone."""
    return str(entry.details.get("planned", ""))[:10]


def _behind(entry: Entry, _names: Names) -> int | str:
    """Days behind the plan, negative before it; empty while it is open or had no plan."""
    if entry.state != DONE or entry.closed_at is None or not entry.details.get("planned"):
        return ""
    plan = datetime.fromisoformat(entry.details["planned"])
    return (entry.closed_at.astimezone(plan.tzinfo).date() - plan.date()).days


def _money(key: str) -> Telling:
    return lambda entry, _names: Decimal(entry.details.get(key, "0"))


def _left(entry: Entry, names: Names) -> Decimal:
    return Decimal(_money("plan")(entry, names)) - Decimal(_money("spent")(entry, names))


def _failures(entry: Entry, _names: Names) -> int:
    return sum(not each["passed"] for each in entry.details.get("evidence", ()))


def _evidence(entry: Entry, names: Names) -> str:
    """Every look that was taken at it: who, whether it passed, and what was said."""
    looks = entry.details.get("evidence", ())
    said = [
        f"{names.get(each['by'], '')} {'通过' if each['passed'] else '没通过'}：{each['text']}"
        for each in looks
    ]
    return told([each.rstrip("：") for each in said]) if said else ""


_PLANNED: Sequence[tuple[str, Telling]] = (("计划", _planned), ("晚几天", _behind))

# What only a kind has, in the words of its column.
SPECIAL: Mapping[str, Sequence[tuple[str, Telling]]] = {
    "blocker": (
        ("优先级", _priority),
        ("根因", _detail("cause")),
        ("方案", _detail("fix")),
    ),
    "task": (("优先级", _detail("priority")), ("进度", _progress)),
    "change": (("影响", _detail("impact")), ("批准人", _approver)),
    "risk": (
        ("分数", _weight),
        ("概率", _detail("probability")),
        ("影响", _detail("impact")),
        ("应对", _detail("response")),
        ("复查", _detail("review")),
    ),
    "minutes": (("内容", _detail("text")),),
    "milestone": _PLANNED,
    "goal": (("指标", _detail("metric")), ("实际值", _detail("actual")), *_PLANNED),
    "budget": (("计划", _money("plan")), ("已花", _money("spent")), ("剩余", _left)),
    "acceptance": (("没通过几次", _failures), ("证据", _evidence)),
    "data": (("根因", _detail("cause")), ("方案", _detail("fix"))),
    "feedback": (
        ("支持人数", _votes),
        ("支持的人", _who_voted),
        ("任务编号", _detail("task")),
    ),
}


def columns(kind: str | None) -> tuple[str, ...]:
    """Of one kind, or of all kinds in one table."""
    if kind is None:
        return (_FIRST[0], "种类", *_FIRST[1:], "其他", "经过")
    return (*_FIRST, *(name for name, _ in SPECIAL.get(kind, ())), "经过")


def widths(named: Sequence[str]) -> list[int]:
    return [_WIDTHS.get(each, _WIDTH) for each in named]


def row(
    entry: Entry, events: Sequence[Event], names: Names, zone: ZoneInfo, *, mixed: bool
) -> list[Any]:
    """The cells under ``columns``; ``mixed`` where the table holds all kinds."""
    first = [
        entry.number,
        entry.title,
        entry.owner_name or "",
        "、".join(names.get(each, "") for each in entry.helpers),
        _stamp(entry.due, zone),
        state_words(entry),
        names.get(entry.opened_by, ""),
        _stamp(entry.opened_at, zone),
        _stamp(entry.closed_at, zone),
    ]
    special = [(name, tell(entry, names)) for name, tell in SPECIAL.get(entry.kind, ())]
    story = told([_line(each, zone) for each in events])
    if not mixed:
        return [*first, *(value for _, value in special), story]
    others = "；".join(f"{name}：{value}" for name, value in special if value not in ("", 0))
    return [first[0], KINDS[entry.kind].name, *first[1:], others, story]


def _line(event: Event, zone: ZoneInfo) -> str:
    said = f"：{event.text}" if event.text else ""
    return f"{_stamp(event.at, zone)} {event.by or '大管家'} {event.verb}{said}"


def told(lines: Sequence[str], most: int = LONGEST_CELL) -> str:
    """The lines, the first and the newest of them where all are too many for a cell."""
    whole = "\n".join(lines)
    if len(whole) <= most:
        return whole
    first, room = lines[0][: most // 2], most - most // 2 - 20
    kept: list[str] = []
    for each in reversed(lines[1:]):
        room -= len(each) + 1
        if room < 0:
            break
        kept.insert(0, each)
    left = len(lines) - 1 - len(kept)
    return "\n".join([first, *([f"……中间还有 {left} 步"] if left else []), *kept])


def concerned(entry: Entry) -> list[int]:
    """The members whose names its row needs."""
    details = entry.details
    named = [details.get(each) for each in ("approver", "approved_by")]
    judges = [each["by"] for each in details.get("evidence", ())]
    votes = details.get("votes", ())
    return [entry.opened_by, *entry.helpers, *votes, *judges, *filter(None, named)]


def _stamp(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""
