"""The ledger in figures: how much of each kind is open, late, due and done, and how old it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Tx
from storage.ledger import DONE, OPEN
from storage.listing import RESOLVED
from storage.schema import entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of one kind."""

    open: int = 0
    overdue: int = 0
    due: int = 0  # still to come, in this period
    done: int = 0  # in this period
    ages: tuple[int, ...] = ()  # of what is open, the youngest first

    @property
    def any(self) -> bool:
        return bool(self.open or self.done)


def _sum(condition: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


async def counts(
    tx: Tx,
    team_id: int,
    *,
    now: datetime,
    since: datetime,
    until: datetime,
    ages: Sequence[datetime],
) -> Mapping[str, Counts]:
    """By kind. The period is [since, until); ``ages`` divide by opening, the latest first."""
    # What is solved and waits for a word of confirmation grows no older.
    stuck = entry.c.stage != RESOLVED
    waiting = entry.c.due >= now
    query = (
        sa.select(
            entry.c.kind,
            sa.func.count(),
            _sum(entry.c.due < now),
            _sum(sa.and_(waiting, entry.c.due < until)),
            _sum(stuck),
            *(_sum(sa.and_(stuck, entry.c.opened_at >= each)) for each in ages),
        )
        .where(entry.c.team_id == team_id, entry.c.state == OPEN)
        .group_by(entry.c.kind)
    )
    done = await _done(tx, team_id, since=since)
    found = {kind: Counts(done=count) for kind, count in done.items()}
    for kind, opened, overdue, due, every, *younger in await tx.execute(query):
        bounds = [0, *map(int, younger), int(every)]
        found[kind] = Counts(
            open=opened,
            overdue=int(overdue),
            due=int(due),
            done=done.get(kind, 0),
            ages=tuple(bounds[i + 1] - bounds[i] for i in range(len(bounds) - 1)),
        )
    return found


async def _done(tx: Tx, team_id: int, *, since: datetime) -> dict[str, int]:
    """What closes because nobody answered is not done."""
    query = (
        sa.select(entry.c.kind, sa.func.count())
        .where(
            entry.c.team_id == team_id,
            entry.c.closed_at >= since,
            entry.c.state == DONE,
            entry.c.details["closed_by"].as_string().is_distinct_from("timeout"),
        )
        .group_by(entry.c.kind)
    )
    return {str(kind): int(count) for kind, count in await tx.execute(query)}
