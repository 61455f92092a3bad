"""Questions that are asked one at a time in a private chat, and the answers so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx, insert_if_absent
from storage.schema import dialogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    chat_id: int
    member_id: int
    about: str  # which standup
    said: Sequence[str | None]  # by question; None is still to be asked, empty was skipped
    at: datetime  # of the last answer


_find = sa.select(
    dialogue.c.chat_id,
    dialogue.c.member_id,
    dialogue.c.about,
    dialogue.c.said,
    dialogue.c.at,
).where(dialogue.c.chat_id == sa.bindparam("chat"))


async def find(tx: Tx, chat_id: int) -> Dialogue | None:
    row = (await tx.execute(_find, {"chat": chat_id})).one_or_none()
    return Dialogue(**row._mapping) if row else None


async def keep(
    tx: Tx, *, chat_id: int, member_id: int, about: str, said: Sequence[str | None], at: datetime
) -> None:
    """The chat's dialogue as it is now; there is one at a time."""
    values = {"member_id": member_id, "about": about, "said": list(said), "at": at}
    changed = await tx.execute(
        sa.update(dialogue).where(dialogue.c.chat_id == chat_id).values(**values)
    )
    if changed.rowcount == 0:
        await tx.execute(insert_if_absent(dialogue, tx).values(chat_id=chat_id, **values))


async def end(tx: Tx, chat_id: int) -> None:
    await tx.execute(sa.delete(dialogue).where(dialogue.c.chat_id == chat_id))


async def forget(tx: Tx, *, before: datetime) -> int:
    return (await tx.execute(sa.delete(dialogue).where(dialogue.c.at < before))).rowcount
