"""Sentences that wait for their sender to answer one question about them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx
from storage.schema import draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    id: int
    member_id: int
    incoming: str  # the message, as JSON
    said_at: datetime
    settled_at: datetime | None


async def keep(tx: Tx, *, team_id: int, member_id: int, incoming: str, said_at: datetime) -> int:
    values = {
        "team_id": team_id,
        "member_id": member_id,
        "incoming": incoming,
        "said_at": said_at,
    }
    return int((await tx.execute(sa.insert(draft).returning(draft.c.id), values)).scalar_one())


async def find(tx: Tx, team_id: int, draft_id: int) -> Draft | None:
    columns = (
        draft.c.id,
        draft.c.member_id,
        draft.c.incoming,
        draft.c.said_at,
        draft.c.settled_at,
    )
    query = sa.select(*columns).where(draft.c.id == draft_id, draft.c.team_id == team_id)
    row = (await tx.execute(query)).one_or_none()
    return Draft(**row._mapping) if row else None


async def settle(tx: Tx, draft_id: int, *, at: datetime) -> bool:
    """Answer its question. False: it was answered before."""
    settled = await tx.execute(
        sa.update(draft)
        .where(draft.c.id == draft_id, draft.c.settled_at.is_(None))
        .values(settled_at=at)
    )
    return settled.rowcount == 1


async def forget(tx: Tx, *, before: datetime) -> int:
    return (await tx.execute(sa.delete(draft).where(draft.c.said_at < before))).rowcount
