"""What may want somebody's attention: read by the jobs that remind and that open what repeats."""

from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx
from storage.ledger import ENTRIES, OPEN, Entry
from storage.schema import entry


async def waiting(tx: Tx, team_id: int, *, due_before: datetime) -> list[Entry]:
    """The open entries that are due by then, or that somebody has to say a word on."""
    query = ENTRIES.where(
        entry.c.team_id == team_id,
        entry.c.state == OPEN,
        sa.or_(
            entry.c.due < due_before,
            entry.c.offered_to.is_not(None),
            entry.c.stage.in_(("resolved", "pending")),
            entry.c.kind.in_(("decision", "risk")),
        ),
    )
    rows = await tx.execute(query.order_by(entry.c.due.is_(None), entry.c.due, entry.c.number))
    return [Entry(**row._mapping) for row in rows]


async def in_stage(tx: Tx, team_id: int, stage: str) -> list[Entry]:
    """The team's entries in this stage, whatever their state."""
    query = ENTRIES.where(
        entry.c.team_id == team_id,
        entry.c.stage == stage,
        entry.c.stage != sa.literal_column("''"),  # as the partial index has it
    )
    rows = await tx.execute(query.order_by(entry.c.number))
    return [Entry(**row._mapping) for row in rows]
