"""The whole ledger, a piece at a time, for those who take it elsewhere."""

from typing import Any

import sqlalchemy as sa

from storage.database import Tx
from storage.ledger import ENTRIES, Entry
from storage.schema import entry

PIECE = 500


async def piece(
    tx: Tx,
    *,
    team_id: int | None = None,
    kind: str | None = None,
    state: str | None = None,
    after: tuple[int, int] = (0, 0),
    limit: int,
) -> list[Entry]:
    """The next entries behind this (team id, number), in that order; empty: that was all."""
    query = ENTRIES.where(
        sa.tuple_(entry.c.team_id, entry.c.number) > after, *_fits(team_id, kind, state)
    )
    query = query.order_by(entry.c.team_id, entry.c.number).limit(limit)
    return [Entry(**row._mapping) for row in await tx.execute(query)]


async def count(
    tx: Tx, *, team_id: int | None = None, kind: str | None = None, state: str | None = None
) -> int:
    query = sa.select(sa.func.count()).select_from(entry).where(*_fits(team_id, kind, state))
    return int((await tx.execute(query)).scalar_one())


def _fits(team_id: int | None, kind: str | None, state: str | None) -> list[Any]:
    wanted = ((entry.c.team_id, team_id), (entry.c.kind, kind), (entry.c.state, state))
    return [column == value for column, value in wanted if value is not None]
