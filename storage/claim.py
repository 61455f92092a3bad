"""Scheduled runs: whoever inserts the row does the run, in the same transaction."""

from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx, insert_if_absent
from storage.schema import claim


async def take(tx: Tx, *, job: str, team_id: int, slot: datetime) -> bool:
    """False if the run was done before. A rival waits here until we commit or roll back."""
    insert = insert_if_absent(claim, tx).values(job=job, team_id=team_id, slot=slot)
    return (await tx.execute(insert.returning(claim.c.job))).scalar() is not None


async def forget(tx: Tx, *, before: datetime) -> int:
    return (await tx.execute(sa.delete(claim).where(claim.c.slot < before))).rowcount
