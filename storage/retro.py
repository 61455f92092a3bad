"""Anonymous retrospectives: what was said, and nothing that tells who said it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx
from storage.schema import retro, retro_note, team


@dataclass(frozen=True, slots=True, kw_only=True)
class Retro:
    """One retrospective; ``place`` counts the team's own from 1."""

    id: int
    place: int
    title: str
    opened_at: datetime
    closed_at: datetime | None
    notes: int


_counted = sa.select(sa.func.count()).where(retro_note.c.retro_id == retro.c.id).scalar_subquery()
_place = sa.func.row_number().over(order_by=retro.c.id)


async def every(tx: Tx, team_id: int) -> list[Retro]:
    """All of the team's, the first one first."""
    query = sa.select(
        retro.c.id,
        _place.label("place"),
        retro.c.title,
        retro.c.opened_at,
        retro.c.closed_at,
        _counted.label("notes"),
    ).where(retro.c.team_id == team_id)
    return [Retro(**row._mapping) for row in await tx.execute(query.order_by(retro.c.id))]


async def start(tx: Tx, *, team_id: int, title: str, by_id: int, at: datetime) -> bool:
    """False: one is open."""
    # Of two at once the second waits here, and then sees the first.
    await tx.execute(sa.select(team.c.id).where(team.c.id == team_id).with_for_update())
    open_ = sa.select(retro.c.id).where(retro.c.team_id == team_id, retro.c.closed_at.is_(None))
    if (await tx.execute(open_)).first() is not None:
        return False
    values = {"team_id": team_id, "title": title, "opened_by": by_id, "opened_at": at}
    await tx.execute(sa.insert(retro).values(values))
    return True


async def close(tx: Tx, retro_id: int, *, at: datetime) -> bool:
    """False: somebody else was faster. On PostgreSQL waits for notes that are being written."""
    closed = await tx.execute(
        sa.update(retro)
        .where(retro.c.id == retro_id, retro.c.closed_at.is_(None))
        .values(closed_at=at)
    )
    return closed.rowcount == 1


async def add(tx: Tx, team_id: int, text: str, *, most: int) -> bool | None:
    """Keep a note in the open retrospective. False: it is full. None: none is open.

    All its notes are written anew, in the order of their random keys: neither the place of a row
    nor the transaction that PostgreSQL notes for it then tells which of them is the new one.
    """
    open_ = sa.select(retro.c.id).where(retro.c.team_id == team_id, retro.c.closed_at.is_(None))
    retro_id = (await tx.execute(open_.with_for_update())).scalar()
    if retro_id is None:
        return None
    count = sa.select(sa.func.count()).where(retro_note.c.retro_id == retro_id)
    if (await tx.execute(count)).scalar_one() >= most:
        return False
    taken = await tx.execute(
        sa.delete(retro_note)
        .where(retro_note.c.retro_id == retro_id)
        .returning(retro_note.c.key, retro_note.c.text)
    )
    kept = [(row.key, row.text) for row in taken]
    kept.append((secrets.token_hex(16), text))
    await tx.execute(
        sa.insert(retro_note),
        [{"key": key, "retro_id": retro_id, "text": said} for key, said in sorted(kept)],
    )
    return True


async def notes(tx: Tx, retro_id: int) -> Sequence[str]:
    """What was said, in an order that tells nothing and stays the same."""
    query = sa.select(retro_note.c.text).where(retro_note.c.retro_id == retro_id)
    return list((await tx.execute(query.order_by(retro_note.c.key))).scalars())


async def drop_notes(tx: Tx, retro_id: int) -> None:
    await tx.execute(sa.delete(retro_note).where(retro_note.c.retro_id == retro_id))
