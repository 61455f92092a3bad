"""我的: what waits for one member, marked by when it is due."""

from datetime import datetime, timedelta

from bot.context import Request
from bot.kind import head
from bot.listing import LINES_A_PAGE, check_page, offset, titled, turning
from bot.message import Card
from bot.moment import due_words
from bot.receipt import first_line
from storage import listing
from storage.ledger import Entry
from storage.listing import PENDING, RESOLVED
from storage.member import Member

# A mark for each stretch of time, and what the mark means.
_MARKS = (("🔴", "逾期"), ("🟡", "今天到期"), ("🔵", "本周到期"))
_REST = "⚪"


def _bounds(now: datetime) -> tuple[datetime, ...]:
    """What is due before the first is late, before the second due today, before the third …"""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return now, midnight + timedelta(days=1), midnight + timedelta(days=7 - now.weekday())


async def mine(request: Request, page: int = 1) -> Card:
    who, now = request.sender, request.now
    found, total = await listing.mine(
        request.tx, request.team.id, who.id, limit=LINES_A_PAGE, offset=offset(page)
    )
    if not total:
        return Card(title="手上没有没了结的事 👍")
    check_page(page, total, "我的")
    bounds = _bounds(now)
    before = await listing.my_counts(request.tx, request.team.id, who.id, bounds=bounds)
    each = [count - earlier for count, earlier in zip(before, [0, *before], strict=False)]
    counts = [f"{mark}{what} {n}" for (mark, what), n in zip(_MARKS, each, strict=True) if n]
    return Card(
        title=" · ".join([titled(f"{who.name} 手上的", total, page), *counts]),
        text="\n".join(_line(entry, who, now, bounds) for entry in found),
        buttons=turning("翻页 我的", total, page, first="我的"),
    )


def _line(entry: Entry, who: Member, now: datetime, bounds: tuple[datetime, ...]) -> str:
    """🔴 任务 #12 整理客户清单｜11月20日 周五 18:00"""
    parts = [f"{_mark(entry, bounds)} {head(entry.kind, entry.number)} {first_line(entry.title)}"]
    role = _role(entry, who)
    if role:
        parts.append(role)
    if entry.due is not None:
        parts.append(due_words(entry.due, now))
    return "｜".join(parts)


def _mark(entry: Entry, bounds: tuple[datetime, ...]) -> str:
    for (mark, _), bound in zip(_MARKS, bounds, strict=True):
        if entry.due is not None and entry.due < bound:
            return mark
    return _REST


def _role(entry: Entry, who: Member) -> str:
    """Why it is on the list of this member, where not simply as its owner."""
    if entry.offered_to == who.id:
        return f"[待接] {entry.owner_name} 请你接手" if entry.owner_name else "[待接]"
    if entry.stage == RESOLVED:
        return "[待确认] 说是解决了，等你确认"
    if entry.owner_id != who.id:
        return f"协助{entry.owner_name or ''}"
    return "[待批] 等你批准" if entry.stage == PENDING else ""
