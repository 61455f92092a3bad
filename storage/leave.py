"""Who is away from when to when, and who stands in for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx
from storage.schema import leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    id: int
    team_id: int
    member_id: int
    since: datetime
    until: datetime  # back from then on
    stand_in_id: int | None
    note: str
    said_at: datetime


_leaves = sa.select(
    leave.c.id,
    leave.c.team_id,
    leave.c.member_id,
    leave.c.since,
    leave.c.until,
    leave.c.stand_in_id,
    leave.c.note,
    leave.c.said_at,
).where(leave.c.cancelled_at.is_(None))
# Made once: every entry with an owner and a deadline asks it.
_between = _leaves.where(
    leave.c.team_id == sa.bindparam("team"),
    leave.c.until > sa.bindparam("begin", type_=leave.c.until.type),
    leave.c.since < sa.bindparam("end", type_=leave.c.since.type),
).order_by(leave.c.since, leave.c.id)
_of_member = _between.where(leave.c.member_id == sa.bindparam("member"))


async def add(
    tx: Tx,
    *,
    team_id: int,
    member_id: int,
    since: datetime,
    until: datetime,
    stand_in_id: int | None = None,
    note: str = "",
    at: datetime,
) -> int:
    values = {
        "team_id": team_id,
        "member_id": member_id,
        "since": since,
        "until": until,
        "stand_in_id": stand_in_id,
        "note": note[:200],
        "said_at": at,
    }
    return int((await tx.execute(sa.insert(leave).returning(leave.c.id), values)).scalar_one())


async def between(
    tx: Tx, team_id: int, since: datetime, until: datetime, *, member_id: int | None = None
) -> list[Leave]:
    """The leaves that touch [since, until), the earliest first."""
    asked = {"team": team_id, "begin": since, "end": until}
    if member_id is None:
        rows = await tx.execute(_between, asked)
    else:
        rows = await tx.execute(_of_member, {**asked, "member": member_id})
    return [Leave(**row._mapping) for row in rows]


async def cancel(tx: Tx, leave_id: int, *, at: datetime) -> bool:
    """False: it was cancelled before."""
    done = await tx.execute(
        sa.update(leave)
        .where(leave.c.id == leave_id, leave.c.cancelled_at.is_(None))
        .values(cancelled_at=at)
    )
    return done.rowcount == 1


async def by_ids(tx: Tx, team_id: int, ids: Collection[int]) -> list[Leave]:
    """These leaves, whether cancelled or not, the earliest first."""
    query = sa.select(*_leaves.selected_columns).where(
        leave.c.team_id == team_id, leave.c.id.in_(list(ids))
    )
    rows = await tx.execute(query.order_by(leave.c.since, leave.c.id))
    return [Leave(**row._mapping) for row in rows]


async def restore(tx: Tx, leave_id: int) -> bool:
    """Take the cancelling back. False: it is not cancelled."""
    done = await tx.execute(
        sa.update(leave)
        .where(leave.c.id == leave_id, leave.c.cancelled_at.is_not(None))
        .values(cancelled_at=None)
    )
    return done.rowcount == 1
