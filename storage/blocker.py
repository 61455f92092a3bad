"""Blockers that a new one may repeat: titles only, for everybody who reports one waits for it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx
from storage.ledger import DONE, OPEN
from storage.schema import entry

NEWEST = 200  # more are not compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    number: int
    title: str


def _newest(*wanted: sa.ColumnElement[bool]) -> sa.Select[tuple[int, str]]:
    return (
        sa.select(entry.c.number, entry.c.title)
        .where(entry.c.team_id == sa.bindparam("team"), entry.c.kind == "blocker", *wanted)
        # With the bare number SQLite walks all that the team ever wrote to save a small sort.
        .order_by((entry.c.number + 0).desc())
        .limit(NEWEST)
    )


# Two questions, as each has an index of its own; together the database would read all that the
# team ever wrote. Made once: SQLAlchemy recognises a statement that it has compiled before.
_open = _newest(entry.c.state == OPEN)
_closed = _newest(entry.c.state == DONE, entry.c.closed_at >= sa.bindparam("since"))


async def known(tx: Tx, team_id: int, *, since: datetime) -> list[Known]:
    """The team's newest blockers that are open, or were closed since then; newest first."""
    rows = [
        *await tx.execute(_open, {"team": team_id}),
        *await tx.execute(_closed, {"team": team_id, "since": since}),
    ]
    rows.sort(key=lambda row: -row.number)
    return [Known(number=row.number, title=row.title) for row in rows[:NEWEST]]
