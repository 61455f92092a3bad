"""Messages that came in: each is taken once."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx, insert_if_absent
from storage.schema import inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message as it is noted."""

    platform: str
    message_id: str
    event_id: str | None
    chat_external_id: str
    sender_external_id: str
    text: str
    at: datetime
    outcome: str = "done"
    why: str = ""


async def take(tx: Tx, arrivals: Sequence[Arrival]) -> set[tuple[str, str]]:
    """Note messages; gives (platform, message id) of those that are new under both their ids.

    On PostgreSQL a rival that is noting one of them makes us wait for its commit. All in one
    statement and in one order, so that rivals with the same messages do not wait for each other.
    """
    ordered = sorted(arrivals, key=lambda each: (each.platform, each.message_id))
    insert = insert_if_absent(inbox, tx, inbox.c.platform, inbox.c.message_id)
    rows = await tx.execute(insert, [asdict(each) for each in ordered])
    return {(row.platform, row.message_id) for row in rows}


async def forget(tx: Tx, *, before: datetime) -> int:
    """Drop what no platform will send again; the ledger keeps what matters."""
    return (await tx.execute(sa.delete(inbox).where(inbox.c.at < before))).rowcount
