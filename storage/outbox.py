"""Letters on their way out. Who holds the lease sends; what is not marked is tried again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.database import Tx, insert_if_absent
from storage.schema import chat, outbox
from storage.team import TeamChat


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A letter that this process may send until its lease ends."""

    id: int
    key: str
    chat_id: int
    platform: str
    chat_external_id: str
    private: bool
    lane: str
    message: str
    reply_to: str | None
    reply_token: str
    asked_at: datetime | None
    attempts: int  # that failed
    leased_until: datetime


async def put(
    tx: Tx,
    *,
    key: str,
    chat: TeamChat,
    message: str,
    at: datetime,
    leased_until: datetime,
    reply_to: str | None = None,
    reply_token: str = "",
    asked_at: datetime | None = None,
    lane: str = "",
    number: int | None = None,
    asks: bool = False,
) -> Waiting | None:
    """Write a letter, leased to the writer. None if its key was written before.

    ``lane`` sends it through a group robot that is not paired with the chat yet.
    """
    values = {
        "key": key,
        "chat_id": chat.id,
        "message": message,
        "reply_to": reply_to,
        "reply_token": reply_token,
        "asked_at": asked_at,
        "lane": lane,
        "number": number,
        "asks": asks or None,
        "written_at": at,
        "due_at": leased_until,
        "attempts": 0,
    }
    letter = (await tx.execute(insert_if_absent(outbox, tx, outbox.c.id), values)).scalar()
    if letter is None:
        return None
    return Waiting(
        id=letter,
        key=key,
        chat_id=chat.id,
        platform=chat.platform,
        chat_external_id=chat.external_id,
        private=chat.private,
        lane=lane or chat.lane,
        message=message,
        reply_to=reply_to,
        reply_token=reply_token,
        asked_at=asked_at,
        attempts=0,
        leased_until=leased_until,
    )


_open = sa.and_(outbox.c.sent_at.is_(None), outbox.c.dead_at.is_(None))


async def lease(
    tx: Tx, *, at: datetime, until: datetime, limit: int, platforms: Iterable[str]
) -> list[Waiting]:
    """Take letters that are due and nobody holds, oldest first."""
    due = (
        sa.select(outbox.c.id)
        .join(chat, chat.c.id == outbox.c.chat_id)
        .where(_open, outbox.c.due_at <= at, chat.c.platform.in_(list(platforms)))
        .order_by(outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=outbox)
    )
    taken = (
        await tx.execute(
            sa.update(outbox)
            .where(outbox.c.id.in_(due))
            .values(due_at=until)
            .returning(outbox.c.id)
        )
    ).scalars()
    ids = sorted(taken)
    return await read(tx, ids) if ids else []


async def read(tx: Tx, ids: Sequence[int]) -> list[Waiting]:
    columns = (
        outbox.c.id,
        outbox.c.key,
        outbox.c.chat_id,
        chat.c.platform,
        chat.c.external_id.label("chat_external_id"),
        chat.c.private,
        sa.func.coalesce(sa.func.nullif(outbox.c.lane, ""), chat.c.lane).label("lane"),
        outbox.c.message,
        outbox.c.reply_to,
        outbox.c.reply_token,
        outbox.c.asked_at,
        outbox.c.attempts,
        outbox.c.due_at.label("leased_until"),
    )
    rows = await tx.execute(
        sa.select(*columns)
        .join(chat, chat.c.id == outbox.c.chat_id)
        .where(outbox.c.id.in_(ids))
        .order_by(outbox.c.id)
    )
    return [Waiting(**row._mapping) for row in rows]


async def release(tx: Tx, *, at: datetime, only: Sequence[int] | None = None) -> int:
    """Make leased letters due at once: for a start when no other process can be sending,
    or for letters whose writer does not send."""
    query = sa.update(outbox).where(_open, outbox.c.due_at > at).values(due_at=at)
    if only is not None:
        query = query.where(outbox.c.id.in_(only))
    return (await tx.execute(query)).rowcount


_mark = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("letter"))
    .values(sent_at=sa.bindparam("at"), sent_id=sa.bindparam("platform_id"), why="")
)


async def mark_sent(tx: Tx, sent: Sequence[tuple[int, str | None]], *, at: datetime) -> None:
    """``sent``: letter id and the platform's id of the message, if known."""
    await tx.execute(
        _mark,
        [{"letter": letter, "platform_id": sent_id, "at": at} for letter, sent_id in sent],
    )


async def put_off(tx: Tx, letter: int, *, until: datetime, why: str, tries: int) -> None:
    await tx.execute(
        sa.update(outbox)
        .where(outbox.c.id == letter, _open)
        .values(due_at=until, why=why[:200], attempts=tries)
    )


async def bury(tx: Tx, letter: int, *, at: datetime, why: str) -> None:
    await tx.execute(
        sa.update(outbox).where(outbox.c.id == letter, _open).values(dead_at=at, why=why[:200])
    )


async def settle_question(tx: Tx, *, chat_id: int, sent_id: str) -> bool:
    """A button of this letter was pressed. False if it is a question that was answered before.

    The conditional update is the lock: of two presses at once one waits, and comes second.
    """
    letter = sa.and_(outbox.c.chat_id == chat_id, outbox.c.sent_id == sent_id)
    settled = await tx.execute(sa.update(outbox).where(letter, outbox.c.asks).values(asks=False))
    if settled.rowcount:
        return True
    asked = (await tx.execute(sa.select(outbox.c.asks).where(letter))).scalar()
    return asked is None


async def number_of(tx: Tx, *, chat_id: int, sent_id: str) -> int | None:
    """The ledger entry that a sent letter speaks of."""
    return (
        await tx.execute(
            sa.select(outbox.c.number).where(
                outbox.c.chat_id == chat_id, outbox.c.sent_id == sent_id
            )
        )
    ).scalar()


async def message_of(tx: Tx, *, chat_id: int, sent_id: str) -> str | None:
    """A sent letter, as JSON; None if it was none of ours, or is forgotten."""
    return (
        await tx.execute(
            sa.select(outbox.c.message).where(
                outbox.c.chat_id == chat_id, outbox.c.sent_id == sent_id
            )
        )
    ).scalar()


async def next_due(tx: Tx, platforms: Iterable[str]) -> datetime | None:
    """When the next letter to these platforms is due, or its lease runs out."""
    due: datetime | None = (
        await tx.execute(
            sa.select(outbox.c.due_at)
            .join(chat, chat.c.id == outbox.c.chat_id)
            .where(_open, chat.c.platform.in_(list(platforms)))
            .order_by(outbox.c.due_at)
            .limit(1)
        )
    ).scalar()
    return due


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    waiting: int
    sent: int
    dead: int


async def count(tx: Tx) -> Count:
    row = (
        await tx.execute(
            sa.select(
                sa.func.count().filter(_open),
                sa.func.count().filter(outbox.c.sent_at.is_not(None)),
                sa.func.count().filter(outbox.c.dead_at.is_not(None)),
            ).select_from(outbox)
        )
    ).one()
    return Count(waiting=row[0], sent=row[1], dead=row[2])


async def forget(tx: Tx, *, before: datetime) -> int:
    done = sa.or_(outbox.c.sent_at < before, outbox.c.dead_at < before)
    return (await tx.execute(sa.delete(outbox).where(done))).rowcount
