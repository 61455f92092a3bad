"""Whether a task was written down before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx
from storage.ledger import OPEN
from storage.schema import Instant, entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    number: int
    title: str
    stage: str


_due = sa.bindparam("due", type_=Instant)
_mine = sa.select(entry.c.number, entry.c.title, entry.c.stage).where(
    entry.c.owner_id == sa.bindparam("owner"),
    entry.c.state == OPEN,
    entry.c.kind == "task",
    sa.or_(entry.c.due == _due, sa.and_(entry.c.due.is_(None), _due.is_(None))),
)


async def due_then(tx: Tx, owner_id: int, due: datetime | None) -> Sequence[Written]:
    """The open tasks of an owner with this very deadline, or with none."""
    rows = await tx.execute(_mine, {"owner": owner_id, "due": due})
    return [Written(**row._mapping) for row in rows]
