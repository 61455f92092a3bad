"""The trial group's transcript, and how far its clock is ahead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.database import Tx, insert_if_absent, insert_or_update
from storage.schema import console_clock, console_message

PRIVATE = "私聊:"  # a private chat is this and the name of whom it is with

# Ids must become visible in their order, or a reader who has seen 12 never sees 11.
_TURN = 0x67756A6961


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message of the transcript, whoever said it."""

    id: int
    chat: str
    sender: str
    body: Mapping[str, Any]
    reply_to: int | None
    at: datetime


_line = (
    console_message.c.id,
    console_message.c.chat,
    console_message.c.sender,
    console_message.c.body,
    console_message.c.reply_to,
    console_message.c.at,
)


async def write(
    tx: Tx,
    *,
    key: str,
    chat: str,
    sender: str,
    body: Mapping[str, Any],
    at: datetime,
    reply_to: int | None = None,
) -> int:
    """Write a message, once for its key. Its id, whether it is new or not."""
    if tx.dialect.name == "postgresql":
        await tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
    insert = insert_if_absent(console_message, tx).values(
        key=key, chat=chat, sender=sender, body=dict(body), reply_to=reply_to, at=at
    )
    new = (await tx.execute(insert.returning(console_message.c.id))).scalar()
    if new is not None:
        return int(new)
    known = sa.select(console_message.c.id).where(console_message.c.key == key)
    return int((await tx.execute(known)).scalar_one())


async def find(tx: Tx, message_id: int) -> Line | None:
    row = (
        await tx.execute(sa.select(*_line).where(console_message.c.id == message_id))
    ).one_or_none()
    return Line(**row._mapping) if row else None


async def read(tx: Tx, chat: str, *, after: int, limit: int) -> list[Line]:
    """What was said in a chat after a message, oldest first."""
    return await _read(tx, console_message.c.chat == chat, after=after, limit=limit)


async def read_all(tx: Tx, *, viewer: str | None, after: int, limit: int) -> list[Line]:
    """The same for every group, and the viewer's private chat; without a viewer, for all."""
    return await _read(tx, _visible(viewer), after=after, limit=limit)


async def newest(tx: Tx, chat: str, *, limit: int, before: int | None = None) -> list[Line]:
    """The last messages of a chat, or the last before a message; oldest first."""
    query = sa.select(*_line).where(console_message.c.chat == chat)
    if before is not None:
        query = query.where(console_message.c.id < before)
    rows = await tx.execute(query.order_by(console_message.c.id.desc()).limit(limit))
    return [Line(**row._mapping) for row in rows][::-1]


async def chats(tx: Tx, *, viewer: str | None) -> list[Line]:
    """The last message of every group and of the viewer's private chat, or of all chats."""
    last = (
        sa.select(sa.func.max(console_message.c.id))
        .where(_visible(viewer))
        .group_by(console_message.c.chat)
    )
    rows = await tx.execute(
        sa.select(*_line).where(console_message.c.id.in_(last)).order_by(console_message.c.id)
    )
    return [Line(**row._mapping) for row in rows]


async def speakers(tx: Tx) -> list[str]:
    """Everybody who has ever said something, the bot included."""
    rows = await tx.execute(
        sa.select(console_message.c.sender)
        .group_by(console_message.c.sender)
        .order_by(sa.func.min(console_message.c.id))
    )
    return list(rows.scalars())


async def ahead(tx: Tx) -> timedelta:
    """How far the trial clock is ahead of the real one."""
    seconds = (
        await tx.execute(sa.select(console_clock.c.ahead_seconds).where(console_clock.c.id == 1))
    ).scalar()
    return timedelta(seconds=seconds or 0)


async def set_ahead(tx: Tx, by: timedelta) -> None:
    values = {"id": 1, "ahead_seconds": round(by.total_seconds())}
    await tx.execute(insert_or_update(console_clock, tx, ["id"], values))


def _visible(viewer: str | None) -> sa.ColumnElement[bool]:
    if viewer is None:
        return sa.true()
    return sa.or_(
        console_message.c.chat.not_like(f"{PRIVATE}%"),
        console_message.c.chat == PRIVATE + viewer,
    )


async def _read(tx: Tx, which: sa.ColumnElement[bool], *, after: int, limit: int) -> list[Line]:
    rows = await tx.execute(
        sa.select(*_line)
        .where(which, console_message.c.id > after)
        .order_by(console_message.c.id)
        .limit(limit)
    )
    return [Line(**row._mapping) for row in rows]
