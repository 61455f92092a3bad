"""Scheduled runs: whoever inserts the row does the run, in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx, insert_if_absent
from storage.schema import claim, team


async def take(tx: Tx, *, job: str, team_id: int, slot: datetime, note: str = "") -> bool:
    """False if the run was done before. A rival waits here until we commit or roll back.

    With a note it is not done, and never will be: the note says why.
    """
    values = {"job": job, "team_id": team_id, "slot": slot, "note": note}
    insert = insert_if_absent(claim, tx, claim.c.job)
    return (await tx.execute(insert, values)).scalar() is not None


_at = sa.select(claim.c.job, claim.c.team_id, claim.c.slot).where(
    claim.c.slot.in_(sa.bindparam("slots", expanding=True))
)
MOST_AT_ONCE = 500  # slots in one question


async def taken_at(tx: Tx, slots: Iterable[datetime]) -> list[tuple[str, int, datetime]]:
    """What was done, or noted, of these slots: job, team and slot, of all teams."""
    wanted = sorted(set(slots))
    found: list[tuple[str, int, datetime]] = []
    for begin in range(0, len(wanted), MOST_AT_ONCE):
        rows = await tx.execute(_at, {"slots": wanted[begin : begin + MOST_AT_ONCE]})
        found += [(row.job, row.team_id, row.slot) for row in rows]
    return found


async def taken(
    tx: Tx, *, job: str, team_id: int, since: datetime, before: datetime
) -> list[datetime]:
    """The slots in [since, before) that were run."""
    rows = await tx.execute(
        sa.select(claim.c.slot)
        .where(
            claim.c.job == job,
            claim.c.team_id == team_id,
            claim.c.slot >= since,
            claim.c.slot < before,
            claim.c.note == "",
        )
        .order_by(claim.c.slot)
    )
    return list(rows.scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    job: str
    team_name: str
    slot: datetime
    note: str


async def skipped(tx: Tx, *, since: datetime, most: int) -> Sequence[Skipped]:
    """The last runs that were not done, newest first."""
    rows = await tx.execute(
        sa.select(claim.c.job, team.c.name.label("team_name"), claim.c.slot, claim.c.note)
        .join(team, team.c.id == claim.c.team_id)
        .where(claim.c.slot > since, claim.c.note != "")
        .order_by(claim.c.slot.desc(), claim.c.job)
        .limit(most)
    )
    return [Skipped(**row._mapping) for row in rows]


async def forget(tx: Tx, *, before: datetime) -> int:
    return (await tx.execute(sa.delete(claim).where(claim.c.slot < before))).rowcount


async def forget_job(tx: Tx, *, job: str, team_id: int, before: datetime) -> None:
    """For a job of many slots a day, which nobody asks about for long."""
    await tx.execute(
        sa.delete(claim).where(
            claim.c.job == job, claim.c.team_id == team_id, claim.c.slot < before
        )
    )
