"""The acceptance list as the database sorts and counts it."""

import sqlalchemy as sa

from storage.database import Tx
from storage.ledger import DONE, ENTRIES, OPEN, Entry
from storage.schema import entry

PASSED, FAILED, WAITING = "passed", "failed", "waiting"

_outcome = sa.case(
    (entry.c.state == DONE, PASSED),
    (entry.c.stage == FAILED, FAILED),
    else_=WAITING,
)


def _fits(team_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        entry.c.team_id == team_id,
        entry.c.kind == "acceptance",
        entry.c.state.in_((OPEN, DONE)),
    )


async def counts(tx: Tx, team_id: int) -> dict[str, int]:
    """How many passed, failed and wait; only what there is."""
    outcomes = sa.select(_outcome.label("outcome")).where(*_fits(team_id)).subquery()
    query = sa.select(outcomes.c.outcome, sa.func.count()).group_by(outcomes.c.outcome)
    return {str(outcome): int(count) for outcome, count in await tx.execute(query)}


async def page(
    tx: Tx, team_id: int, *, outcome: str | None = None, limit: int, offset: int = 0
) -> list[Entry]:
    """What failed first, then what waits, the earliest deadline first, then what passed."""
    fits = [*_fits(team_id), *([_outcome == outcome] if outcome else [])]
    order = (
        sa.case((_outcome == FAILED, 0), (_outcome == WAITING, 1), else_=2),
        entry.c.due.is_(None),
        entry.c.due,
        entry.c.number,
    )
    query = ENTRIES.where(*fits).order_by(*order).limit(limit).offset(offset)
    return [Entry(**row._mapping) for row in await tx.execute(query)]
