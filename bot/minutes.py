"""纪要: what a day brought, gathered from the ledger."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.clerk import find
from bot.context import Request
from bot.deadlines import understand
from bot.decision import PENDING
from bot.errors import Refusal
from bot.kind import name
from bot.moment import day_words
from bot.receipt import first_line, line, state_words
from storage import history, ledger
from storage import member as members
from storage.ledger import CAME_FROM, CANCELLED, OPEN, SUPERSEDED, SUPERSEDES, Entry

REJECTED = "rejected"
MOST_MADE = 20
_COUNTED = (
    ("decision", "条决策"),
    ("change", "个变更"),
    ("blocker", "个卡点"),
    ("task", "个任务"),
)
_PAGE = re.compile(r"\s*第\s*(\d{1,3})\s*页\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    day: date
    title: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class _Span:
    since: datetime
    until: datetime

    def has(self, at: datetime | str | None) -> bool:
        if at is None:
            return False
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        return self.since <= moment < self.until


async def gather(request: Request, day: date) -> Minutes:
    """The day's decisions and changes, and its new blockers and tasks."""
    since = datetime.combine(day, time(), request.calendar.zone)
    span = _Span(since, since + timedelta(days=1))
    people = await members.in_team(request.tx, request.team.id)
    names = {each.id: each.name for each in people}
    lines: dict[str, list[str]] = {}
    for kind in ("decision", "change"):
        told = await history.told_since(
            request.tx, team_id=request.team.id, kind=kind, since=since, until=span.until
        )
        entries = [await ledger.by_id(request.tx, each) for each in told]
        entries.sort(key=lambda each: each.number)
        lines[kind] = [
            f"{name(kind)} #{each.number} {first_line(each.title)}{words}"
            for each in entries
            if (words := await _what_happened(request, each, span, names)) is not None
        ]
    for kind in ("blocker", "task"):
        opened = await ledger.listed(
            request.tx, request.team.id, kind=kind, state=None, opened_since=since
        )
        lines[kind] = [
            f"{name(kind)} {line(each, request.now)}"
            for each in sorted(opened, key=lambda one: one.number)
            if span.has(each.opened_at) and each.state != CANCELLED
        ]
    counts = [f"{len(lines[kind])} {words}" for kind, words in _COUNTED if lines[kind]]
    title = f"{day_words(day)} 纪要：{'、'.join(counts)}"
    return Minutes(day=day, title=title, lines=[each for kind in lines.values() for each in kind])


async def _what_happened(
    request: Request, entry: Entry, span: _Span, names: Mapping[int, str]
) -> str | None:
    """What the day did to a decision or a change; None if nothing that is worth a line."""
    details = entry.details
    if entry.state == CANCELLED and entry.stage != REJECTED:
        return None
    parts = []
    if span.has(details.get("rejected_at")):
        parts.append(f"{names.get(details['rejected_by'], '')}没批准")
    elif span.has(details.get("approved_at")):
        parts.append(f"{names.get(details['approved_by'], '')}批准")
    elif span.has(entry.opened_at) and entry.stage == PENDING:
        parts.append(f"等{entry.owner_name or '项目经理'}批准")
    elif not span.has(entry.opened_at) and not span.has(entry.closed_at):
        return None
    if entry.state == SUPERSEDED:
        later = await ledger.tied_to(request.tx, entry.id, SUPERSEDES)
        parts.append(f"已被 #{later[-1].number} 取代" if later else state_words(entry))
    elif entry.state != OPEN and not parts:
        parts.append(state_words(entry))
    earlier = await ledger.tied_from(request.tx, entry.id, SUPERSEDES)
    if earlier:
        parts.append(f"取代 {'、'.join(f'#{each.number}' for each in earlier)}")
    return f"（{'，'.join(parts)}）" if parts else ""


def day_and_page(request: Request, text: str) -> tuple[date, int] | None:
    """昨天, 11月24日 第2页: the day that is meant; None if the words are no day.

    Raises Refusal for a day that cannot have minutes.
    """
    page = _PAGE.search(text)
    words = text[: page.start()].strip() if page else text.strip()
    number = int(page[1]) if page else 1
    today = request.now.date()
    if not words:
        return (today, number) if page else None
    found = understand(words, request.now, request.calendar, request.config.deadlines.hours)
    if found.start is None or found.matched.strip() != words:
        return None
    if found.end is not None and _day(found.end) != _day(found.start):
        raise Refusal("纪要一次汇总一天，比如：纪要 昨天、纪要 11月24日", usage=False)
    day = _latest(_day(found.start), words, today)
    if day > today:
        raise Refusal(f"{day_words(day)} 还没到，汇总不了", usage=False)
    return day, number


def _day(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at


def _latest(day: date, words: str, today: date) -> date:
    """A deadline looks ahead; minutes look back: 周一 is the one that was, 11月3日 too."""
    if day <= today or re.search("明|后|下", words):
        return day
    if re.search("周|星期|礼拜", words):
        return day - timedelta(days=7)
    if "年" in words or re.search(r"\d{4}", words):
        return day
    if "月" in words or "/" in words:
        return _same_day(day, months=12)
    return _same_day(day, months=1)


def _same_day(day: date, *, months: int) -> date:
    """So many months earlier; the last of the month where it is shorter."""
    count = day.year * 12 + day.month - 1 - months
    first = date(count // 12, count % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=day.day - 1), last)


async def kept(request: Request, day: date) -> Entry | None:
    """The minutes of this day that were stored before."""
    since = datetime.combine(day, time(), request.calendar.zone)
    stored = await ledger.listed(request.tx, request.team.id, kind="minutes", opened_since=since)
    same = [each for each in stored if each.details.get("day") == day.isoformat()]
    return await find(request, same[-1].number) if same else None


def details_of(minutes: Minutes) -> dict[str, Any]:
    return {"day": minutes.day.isoformat(), "text": "\n".join(minutes.lines)}


# --- 查看 ------------------------------------------------------------------------------------


async def facts(request: Request, entry: Entry) -> list[tuple[str, str]]:
    """Their full words, and what has become of each line that made work."""
    shown = [("内容", str(entry.details["text"]))] if "text" in entry.details else []
    made = await ledger.tied_to(request.tx, entry.id, CAME_FROM)
    lines = [
        f"{name(each.kind)} {line(each, request.now)}｜{state_words(each)}"
        for each in made[:MOST_MADE]
    ]
    if len(made) > MOST_MADE:
        lines.append(f"……还有 {len(made) - MOST_MADE} 条")
    return [*shown, *([("记成了", "\n".join(lines))] if lines else [])]


async def origin(request: Request, entry: Entry) -> list[tuple[str, str]]:
    """The minutes that an entry was made from."""
    if entry.kind not in ("decision", "task", "blocker"):
        return []
    return [
        ("来自", f"纪要 #{each.number} {first_line(each.title)}")
        for each in await ledger.tied_from(request.tx, entry.id, CAME_FROM)
        if each.kind == "minutes"
    ]
