"""Who is away from when to when, and who stands in for them."""

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
    query = _leaves.where(
        leave.c.team_id == team_id, leave.c.until > since, leave.c.since < until
    ).order_by(leave.c.since, leave.c.id)
    if member_id is not None:
        query = query.where(leave.c.member_id == member_id)
    return [Leave(**row._mapping) for row in await tx.execute(query)]


async def cancel(tx: Tx, leave_id: int, *, at: datetime) -> bool:
    """False: it was cancelled before."""
    done = await tx.execute(
        sa.update(leave)
        .where(leave.c.id == leave_id, leave.c.cancelled_at.is_(None))
        .values(cancelled_at=at)
    )
    return done.rowcount == 1
