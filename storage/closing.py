"""What the closing pack reads: the newest of a kind that still counts, and how much there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage.database import Tx
from storage.ledger import CANCELLED, ENTRIES, OPEN, Entry
from storage.schema import entry

REJECTED = "rejected"

_ORDERS: dict[str, Sequence[Any]] = {
    "number": (entry.c.number,),
    "due": (entry.c.due.is_(None), entry.c.due, entry.c.number),
    "weight": ((entry.c.state == OPEN).desc(), entry.c.weight.desc(), entry.c.number),
}


def _counts(team_id: int, kind: str) -> tuple[sa.ColumnElement[bool], ...]:
    """What was taken back is not told; what somebody said no to is."""
    return (
        entry.c.team_id == team_id,
        entry.c.kind == kind,
        sa.or_(entry.c.state != CANCELLED, entry.c.stage == REJECTED),
    )


async def part(
    tx: Tx, team_id: int, kind: str, *, order: str = "number", limit: int
) -> tuple[list[Entry], int]:
    """The first of them in this order, and how many there are."""
    fits = _counts(team_id, kind)
    query = ENTRIES.where(*fits).order_by(*_ORDERS[order]).limit(limit)
    found = [Entry(**row._mapping) for row in await tx.execute(query)]
    total = sa.select(sa.func.count()).select_from(entry).where(*fits)
    return found, int((await tx.execute(total)).scalar_one())


async def states(tx: Tx, team_id: int, kind: str) -> dict[str, int]:
    """How many are in each state."""
    query = (
        sa.select(entry.c.state, sa.func.count())
        .where(*_counts(team_id, kind))
        .group_by(entry.c.state)
    )
    return {str(state): int(count) for state, count in await tx.execute(query)}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a blocker ended."""

    number: int
    state: str
    cause: str
    closed_by: str
    title: str = ""
    fix: str = ""


async def endings(tx: Tx, team_id: int) -> list[Ending]:
    """Of every blocker, without all else that was said of it."""
    details = entry.c.details
    query = (
        sa.select(
            entry.c.number,
            entry.c.state,
            sa.func.coalesce(details["cause"].as_string(), ""),
            sa.func.coalesce(details["closed_by"].as_string(), ""),
            entry.c.title,
            sa.func.coalesce(details["fix"].as_string(), ""),
        )
        .where(*_counts(team_id, "blocker"))
        .order_by(entry.c.number)
    )
    return [Ending(*row) for row in await tx.execute(query)]
