"""Scheduled runs: whoever inserts the row does the run, in the same transaction."""

from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx, insert_if_absent
from storage.schema import claim


async def take(tx: Tx, *, job: str, team_id: int, slot: datetime) -> bool:
    """False if the run was done before. A rival waits here until we commit or roll back."""
    insert = insert_if_absent(claim, tx).values(job=job, team_id=team_id, slot=slot)
    return (await tx.execute(insert.returning(claim.c.job))).scalar() is not None


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
        )
        .order_by(claim.c.slot)
    )
    return list(rows.scalars())


async def forget(tx: Tx, *, before: datetime) -> int:
    return (await tx.execute(sa.delete(claim).where(claim.c.slot < before))).rowcount


async def forget_job(tx: Tx, *, job: str, team_id: int, before: datetime) -> None:
    """For a job of many slots a day, which nobody asks about for long."""
    await tx.execute(
        sa.delete(claim).where(
            claim.c.job == job, claim.c.team_id == team_id, claim.c.slot < before
        )
    )
