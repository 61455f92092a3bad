"""The ledger: everything the team must not forget, numbered, with its whole history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage import history
from storage import team as teams
from storage.database import Tx, insert_if_absent
from storage.schema import entry, link, member

OPEN = "open"
DONE = "done"
CANCELLED = "cancelled"
SUPERSEDED = "superseded"

OPENED = "登记"  # the verb of every entry's first line
MERGED = "并入"
REPLACED = "被取代"

# The kinds of links: the newer entry is … the other.
PART_OF = "part_of"
SUPERSEDES = "supersedes"
REPEATS = "repeats"
CAME_FROM = "came_from"
MERGED_INTO = "merged_into"  # here the older one may be merged too


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    id: int
    team_id: int
    number: int
    kind: str
    title: str
    state: str
    stage: str
    weight: int
    rung: int
    owner_id: int | None
    owner_name: str | None
    offered_to: int | None
    helpers: Sequence[int]
    opened_by: int
    opened_at: datetime
    due: datetime | None
    closed_at: datetime | None
    chat_id: int
    details: Mapping[str, Any]
    version: int


_owner = member.alias("owner")
_columns = (
    entry.c.id,
    entry.c.team_id,
    entry.c.number,
    entry.c.kind,
    entry.c.title,
    entry.c.state,
    entry.c.stage,
    entry.c.weight,
    entry.c.rung,
    entry.c.owner_id,
    _owner.c.name.label("owner_name"),
    entry.c.offered_to,
    entry.c.helpers,
    entry.c.opened_by,
    entry.c.opened_at,
    entry.c.due,
    entry.c.closed_at,
    entry.c.chat_id,
    entry.c.details,
    entry.c.version,
)
ENTRIES = _entries = sa.select(*_columns).outerjoin_from(
    entry, _owner, _owner.c.id == entry.c.owner_id
)


# Made once: SQLAlchemy recognises a statement at once that it has compiled before.
_open_entry = sa.insert(entry).returning(entry.c.id)


async def open_entry(
    tx: Tx,
    *,
    team_id: int,
    kind: str,
    title: str,
    owner_id: int | None,
    owner_name: str | None = None,
    by_id: int | None,
    opened_by: int | None = None,
    chat_id: int,
    at: datetime,
    due: datetime | None = None,
    helpers: Sequence[int] = (),
    stage: str = "",
    weight: int = 0,
    details: Mapping[str, Any] | None = None,
    message_id: str = "",
    step: str = "",
) -> Entry:
    """Write a new entry with its first line of history.

    ``by_id`` wrote the line, None for the bot; ``opened_by`` is whose entry it is then.
    ``owner_name`` is only for whoever goes on with what this gives.
    """
    number = await teams.next_number(tx, team_id)
    values: dict[str, Any] = {
        "kind": kind,
        "title": title,
        "state": OPEN,
        "stage": stage,
        "weight": weight,
        "owner_id": owner_id,
        "helpers": list(helpers),
        "due": due,
        "details": dict(details or {}),
    }
    where: dict[str, Any] = {
        "team_id": team_id,
        "number": number,
        "opened_by": by_id if opened_by is None else opened_by,
        "opened_at": at,
        "chat_id": chat_id,
    }
    row = {**values, **where, "message_id": message_id}
    entry_id = (await tx.execute(_open_entry, row)).scalar_one()
    await history.note(
        tx, entry_id, at=at, by_id=by_id, verb=OPENED, text=title, after=values, step=step
    )
    return Entry(
        id=entry_id,
        owner_name=owner_name,
        offered_to=None,
        rung=0,
        closed_at=None,
        version=1,
        **values,
        **where,
    )


async def find(tx: Tx, team_id: int, number: int) -> Entry | None:
    row = (
        await tx.execute(_entries.where(entry.c.team_id == team_id, entry.c.number == number))
    ).one_or_none()
    return Entry(**row._mapping) if row else None


async def change(
    tx: Tx,
    found: Entry,
    *,
    at: datetime,
    by_id: int | None,
    verb: str,
    text: str,
    step: str = "",
    **values: Any,
) -> bool:
    """Change an entry that nobody changed since it was read, and note who did what.

    False: somebody else was faster; nothing was changed. With no values only the note is added.
    """
    if values:
        changed = await tx.execute(
            sa.update(entry)
            .where(entry.c.id == found.id, entry.c.version == found.version)
            .values(version=entry.c.version + 1, unindexed=True, **values)
        )
        if changed.rowcount != 1:
            return False
    else:
        await tx.execute(_unindexed, {"changed": found.id})
    before = {name: getattr(found, name) for name in values}
    await history.note(
        tx,
        found.id,
        at=at,
        by_id=by_id,
        verb=verb,
        text=text,
        before=before,
        after=values,
        step=step,
    )
    return True


_unindexed = sa.update(entry).where(entry.c.id == sa.bindparam("changed")).values(unindexed=True)


async def tie(tx: Tx, *, entry_id: int, kind: str, other_id: int) -> None:
    """Note how an entry belongs to another."""
    values = {"entry_id": entry_id, "kind": kind, "other_id": other_id}
    await tx.execute(insert_if_absent(link, tx), values)


async def untie(tx: Tx, *, entry_id: int, kind: str) -> None:
    await tx.execute(sa.delete(link).where(link.c.entry_id == entry_id, link.c.kind == kind))


async def tied_from(tx: Tx, entry_id: int, kind: str) -> list[Entry]:
    """The entries that this one is ``kind`` of: of a subtask, its task."""
    query = _entries.join(link, link.c.other_id == entry.c.id)
    query = query.where(link.c.entry_id == entry_id, link.c.kind == kind)
    return [Entry(**row._mapping) for row in await tx.execute(query.order_by(entry.c.number))]


async def tied_to(tx: Tx, entry_id: int, kind: str) -> list[Entry]:
    """The entries that are ``kind`` of this one: of a task, its subtasks."""
    query = _entries.join(link, link.c.entry_id == entry.c.id)
    query = query.where(link.c.other_id == entry_id, link.c.kind == kind)
    return [Entry(**row._mapping) for row in await tx.execute(query.order_by(entry.c.number))]


async def ties(tx: Tx, team_id: int, kind: str) -> list[tuple[int, int]]:
    """The numbers of all the team's entries that are ``kind`` of another, each with the other."""
    other = entry.alias("other")
    query = (
        sa.select(entry.c.number, other.c.number)
        .select_from(link)
        .join(entry, entry.c.id == link.c.entry_id)
        .join(other, other.c.id == link.c.other_id)
        .where(entry.c.team_id == team_id, link.c.kind == kind)
        .order_by(entry.c.number, other.c.number)
    )
    return [(number, earlier) for number, earlier in await tx.execute(query)]


async def by_id(tx: Tx, entry_id: int) -> Entry:
    row = (await tx.execute(_entries.where(entry.c.id == entry_id))).one()
    return Entry(**row._mapping)


async def listed(
    tx: Tx,
    team_id: int,
    *,
    kind: str | None = None,
    state: str | None = OPEN,
    owner_id: int | None = None,
    due_before: datetime | None = None,
    closed_since: datetime | None = None,
    opened_since: datetime | None = None,
) -> list[Entry]:
    """Entries that fit all that is given, earliest deadline first."""
    query = _entries.where(entry.c.team_id == team_id)
    if kind is not None:
        query = query.where(entry.c.kind == kind)
    if state is not None:
        query = query.where(entry.c.state == state)
    if owner_id is not None:
        query = query.where(entry.c.owner_id == owner_id)
    if due_before is not None:
        query = query.where(entry.c.due < due_before)
    if closed_since is not None:
        query = query.where(entry.c.closed_at >= closed_since)
    if opened_since is not None:
        query = query.where(entry.c.opened_at >= opened_since)
    rows = await tx.execute(query.order_by(entry.c.due.is_(None), entry.c.due, entry.c.number))
    return [Entry(**row._mapping) for row in rows]


async def number_of(tx: Tx, *, chat_id: int, message_id: str) -> int | None:
    """The entry that was opened by this message."""
    return (
        await tx.execute(
            sa.select(entry.c.number).where(
                entry.c.message_id == message_id, entry.c.chat_id == chat_id
            )
        )
    ).scalar()


async def every(
    tx: Tx, *, team_id: int | None = None, kind: str | None = None
) -> list[tuple[Entry, str, Mapping[int, str]]]:
    """All entries with their team's name and the names of the members concerned."""
    query = _entries
    if team_id is not None:
        query = query.where(entry.c.team_id == team_id)
    if kind is not None:
        query = query.where(entry.c.kind == kind)
    found = [
        Entry(**row._mapping)
        for row in await tx.execute(query.order_by(entry.c.team_id, entry.c.number))
    ]
    names = {row.id: row.name for row in await tx.execute(sa.select(member.c.id, member.c.name))}
    titles = {each.id: each.name for each in await teams.all_teams(tx)}
    return [(each, titles[each.team_id], names) for each in found]
