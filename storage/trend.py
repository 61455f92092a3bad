"""How the ledger stood at the end of each week, and what was done in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Tx
from storage.ledger import DONE
from storage.schema import entry


def _sum(condition: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


async def open_at(tx: Tx, team_id: int, kind: str, moments: Sequence[datetime]) -> list[int]:
    """How many of a kind were open at each of these moments."""
    counts = [
        _sum(
            sa.and_(
                entry.c.opened_at <= each,
                sa.or_(entry.c.closed_at.is_(None), entry.c.closed_at > each),
            )
        )
        for each in moments
    ]
    query = sa.select(*counts).where(entry.c.team_id == team_id, entry.c.kind == kind)
    return [int(each) for each in (await tx.execute(query)).one()]


async def done_in(
    tx: Tx, team_id: int, kind: str, spans: Sequence[tuple[datetime, datetime]]
) -> list[int]:
    """How many of a kind were done in each of these spans (since, until]."""
    counts = [
        _sum(sa.and_(entry.c.closed_at > since, entry.c.closed_at <= until))
        for since, until in spans
    ]
    fits = (entry.c.team_id == team_id, entry.c.kind == kind, entry.c.state == DONE)
    return [int(each) for each in (await tx.execute(sa.select(*counts).where(*fits))).one()]


async def first_opened(tx: Tx, team_id: int) -> datetime | None:
    """When the team wrote its first entry."""
    query = sa.select(sa.func.min(entry.c.opened_at)).where(entry.c.team_id == team_id)
    found: datetime | None = (await tx.execute(query)).scalar()
    return found
