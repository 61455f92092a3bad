"""One page of the ledger, filtered, sorted and counted by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from storage.database import Tx
from storage.ledger import ENTRIES, OPEN, Entry
from storage.schema import entry

RESOLVED = "resolved"  # a blocker between 解决 and 确认
PENDING = "pending"  # waits for its approver
_COUNTED = sa.func.count().over().label("total")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of the team's entries; what is None or empty does not matter."""

    team_id: int
    kinds: Sequence[str] = ()
    states: Sequence[str] = (OPEN,)
    owners: Sequence[int] = ()
    nobody: bool = False  # only what has no owner
    due_before: datetime | None = None
    due: tuple[datetime, datetime] | None = None
    concerns: int | None = None  # who owns it or wrote it down
    opened: tuple[datetime, datetime] | None = None  # [since, until)
    closed: tuple[datetime, datetime] | None = None


# What hurts most comes first: sorts by name, ``number`` makes each of them unambiguous.
_LATER = (entry.c.due.is_(None), entry.c.due)
ORDERS: dict[str, Sequence[Any]] = {
    "due": (*_LATER, entry.c.number),
    "stuck": (
        entry.c.stage == RESOLVED,
        entry.c.rung.desc(),
        entry.c.weight.desc(),
        entry.c.opened_at,
        entry.c.number,
    ),
    "weight": (entry.c.weight.desc(), *_LATER, entry.c.number),
    "undecided": ((entry.c.stage == PENDING).desc(), entry.c.number.desc()),
    "newest": (entry.c.number.desc(),),
    "oldest": (entry.c.number,),
    "closed": (entry.c.closed_at.desc(), entry.c.number.desc()),
}


async def page(
    tx: Tx, wanted: Wanted, order: str, *, limit: int, offset: int = 0
) -> tuple[list[Entry], int]:
    """One page, and how many entries there are on all of them."""
    return await _page(tx, _fits(wanted), ORDERS[order], limit=limit, offset=offset)


def _fits(wanted: Wanted) -> list[Any]:
    fits: list[Any] = [entry.c.team_id == wanted.team_id]
    if wanted.states:
        fits.append(entry.c.state.in_(wanted.states))
    if wanted.kinds:
        fits.append(entry.c.kind.in_(wanted.kinds))
    if wanted.owners:
        fits.append(entry.c.owner_id.in_(wanted.owners))
    if wanted.nobody:
        fits.append(entry.c.owner_id.is_(None))
    if wanted.due_before is not None:
        fits.append(entry.c.due < wanted.due_before)
    if wanted.due is not None:
        fits += [entry.c.due >= wanted.due[0], entry.c.due < wanted.due[1]]
    if wanted.concerns is not None:
        mine = (entry.c.owner_id == wanted.concerns, entry.c.opened_by == wanted.concerns)
        fits.append(sa.or_(*mine))
    if wanted.opened is not None:
        fits += [entry.c.opened_at >= wanted.opened[0], entry.c.opened_at < wanted.opened[1]]
    if wanted.closed is not None:
        fits += [entry.c.closed_at >= wanted.closed[0], entry.c.closed_at < wanted.closed[1]]
    return fits


async def _page(
    tx: Tx, fits: Sequence[Any], order: Sequence[Any], *, limit: int, offset: int
) -> tuple[list[Entry], int]:
    # Owners are looked up for the page only, not for all that fits.
    fitting = sa.select(entry.c.id, _COUNTED).where(*fits).order_by(*order)
    page_ = fitting.limit(limit).offset(offset).subquery()
    query = ENTRIES.join(page_, page_.c.id == entry.c.id).add_columns(page_.c.total)
    rows = (await tx.execute(query.order_by(*order))).mappings().all()
    if not rows and offset:
        every = sa.select(sa.func.count()).select_from(entry).where(*fits)
        return [], int((await tx.execute(every)).scalar_one())
    found = [dict(row) for row in rows]
    total = [int(row.pop("total")) for row in found]
    return [Entry(**row) for row in found], total[0] if total else 0


# --- mine ----------------------------------------------------------------------------------


def _helps(tx: Tx, member_id: int) -> Any:
    if tx.dialect.name == "postgresql":
        return sa.cast(entry.c.helpers, postgresql.JSONB).contains([member_id])
    each = sa.func.json_each(entry.c.helpers).table_valued("value", name="helper")
    return sa.exists(sa.select(sa.literal(1)).select_from(each).where(each.c.value == member_id))


def _mine(tx: Tx, team_id: int, member_id: int) -> list[Any]:
    """What waits for this member: to do, to take over, to help with, or to confirm."""
    solved = entry.c.stage == RESOLVED
    return [
        entry.c.team_id == team_id,
        entry.c.state == OPEN,
        sa.or_(
            sa.and_(entry.c.owner_id == member_id, sa.not_(solved)),
            entry.c.offered_to == member_id,
            sa.and_(_helps(tx, member_id), sa.not_(solved)),
            sa.and_(entry.c.opened_by == member_id, solved),
        ),
    ]


async def mine(
    tx: Tx, team_id: int, member_id: int, *, limit: int, offset: int = 0
) -> tuple[list[Entry], int]:
    """What waits for this member, earliest deadline first."""
    fits = _mine(tx, team_id, member_id)
    return await _page(tx, fits, ORDERS["due"], limit=limit, offset=offset)


async def my_counts(
    tx: Tx, team_id: int, member_id: int, *, bounds: Sequence[datetime]
) -> list[int]:
    """How much of it is due before each of these moments."""
    counts = [
        sa.func.coalesce(sa.func.sum(sa.case((entry.c.due < at, 1), else_=0)), 0) for at in bounds
    ]
    row = (await tx.execute(sa.select(*counts).where(*_mine(tx, team_id, member_id)))).one()
    return [int(each) for each in row]


# --- what the meeting must solve -----------------------------------------------------------

# Its parts, in this order; an entry stands in the first that it belongs to.
STUCK, LATE, UNDECIDED, RED = range(4)
# What is somebody's own business: nothing for a meeting.
_OWN = ("visit", "training", "question")


def _part(now: datetime, red: int) -> Any:
    return sa.case(
        (entry.c.stage == PENDING, UNDECIDED),
        (entry.c.kind == "blocker", sa.case((entry.c.stage == RESOLVED, None), else_=STUCK)),
        (sa.and_(entry.c.due < now, entry.c.kind.not_in(_OWN)), LATE),
        (sa.and_(entry.c.kind == "risk", entry.c.weight >= red), RED),
        else_=None,
    )


async def agenda(
    tx: Tx, team_id: int, *, now: datetime, red: int, limit: int, offset: int = 0
) -> list[tuple[int, Entry]]:
    """What a meeting must solve, each with the part it belongs to, what hurts most first."""
    part = _part(now, red)
    order = (
        part,
        sa.case((entry.c.kind == "blocker", entry.c.rung), else_=0).desc(),
        sa.case((entry.c.kind.in_(("blocker", "risk")), entry.c.weight), else_=0).desc(),
        sa.case((entry.c.kind == "blocker", entry.c.opened_at), else_=entry.c.due),
        entry.c.number,
    )
    fits = (entry.c.team_id == team_id, entry.c.state == OPEN, part.is_not(None))
    chosen = sa.select(entry.c.id).where(*fits).order_by(*order).limit(limit).offset(offset)
    page_ = chosen.subquery()
    query = ENTRIES.join(page_, page_.c.id == entry.c.id).add_columns(part.label("part"))
    query = query.order_by(*order)
    found = [dict(row) for row in (await tx.execute(query)).mappings()]
    parts = [int(row.pop("part")) for row in found]
    return [(part, Entry(**row)) for part, row in zip(parts, found, strict=True)]


async def agenda_counts(tx: Tx, team_id: int, *, now: datetime, red: int) -> dict[int, int]:
    """How much there is in each part."""
    part = _part(now, red).label("part")
    wanted = sa.select(part).where(entry.c.team_id == team_id, entry.c.state == OPEN).subquery()
    query = (
        sa.select(wanted.c.part, sa.func.count())
        .where(wanted.c.part.is_not(None))
        .group_by(wanted.c.part)
    )
    return {int(each): int(count) for each, count in await tx.execute(query)}
