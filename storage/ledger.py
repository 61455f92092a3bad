"""The ledger: everything the team must not forget, numbered, with its whole history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage import team as teams
from storage.database import Tx
from storage.schema import entry, history, member

OPEN = "open"
DONE = "done"
CANCELLED = "cancelled"
SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    id: int
    team_id: int
    number: int
    kind: str
    title: str
    state: str
    owner_id: int | None
    owner_name: str | None
    helpers: Sequence[int]
    opened_by: int
    opened_at: datetime
    due: datetime | None
    closed_at: datetime | None
    chat_id: int
    details: Mapping[str, Any]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of an entry's history; ``by`` is empty where the bot acted by itself."""

    at: datetime
    by: str | None
    verb: str
    text: str


_owner = member.alias("owner")
_columns = (
    entry.c.id,
    entry.c.team_id,
    entry.c.number,
    entry.c.kind,
    entry.c.title,
    entry.c.state,
    entry.c.owner_id,
    _owner.c.name.label("owner_name"),
    entry.c.helpers,
    entry.c.opened_by,
    entry.c.opened_at,
    entry.c.due,
    entry.c.closed_at,
    entry.c.chat_id,
    entry.c.details,
    entry.c.version,
)
_entries = sa.select(*_columns).outerjoin_from(entry, _owner, _owner.c.id == entry.c.owner_id)


# Made once: SQLAlchemy recognises a statement at once that it has compiled before.
_open_entry = sa.insert(entry).returning(entry.c.id)
_add_line = sa.insert(history)


async def open_entry(
    tx: Tx,
    *,
    team_id: int,
    kind: str,
    title: str,
    owner_id: int | None,
    by_id: int,
    chat_id: int,
    at: datetime,
    due: datetime | None = None,
    helpers: Sequence[int] = (),
    details: Mapping[str, Any] | None = None,
    message_id: str = "",
    text: str = "",
) -> int:
    """Write a new entry with its first line of history; gives its number."""
    number = await teams.next_number(tx, team_id)
    values = {
        "team_id": team_id,
        "number": number,
        "kind": kind,
        "title": title,
        "state": OPEN,
        "owner_id": owner_id,
        "helpers": list(helpers),
        "opened_by": by_id,
        "opened_at": at,
        "due": due,
        "chat_id": chat_id,
        "message_id": message_id,
        "details": dict(details or {}),
    }
    entry_id = (await tx.execute(_open_entry, values)).scalar_one()
    await _note(tx, entry_id, at=at, by_id=by_id, verb="登记", text=text or title, before={})
    return number


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
    **values: Any,
) -> bool:
    """Change an entry that nobody changed since it was read, and note who did what.

    False: somebody else was faster; nothing was changed. With no values only the note is added.
    """
    if values:
        changed = await tx.execute(
            sa.update(entry)
            .where(entry.c.id == found.id, entry.c.version == found.version)
            .values(version=entry.c.version + 1, **values)
        )
        if changed.rowcount != 1:
            return False
    before = {name: _plain(getattr(found, name)) for name in values}
    await _note(tx, found.id, at=at, by_id=by_id, verb=verb, text=text, before=before)
    return True


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    return list(value) if isinstance(value, tuple) else value


def _rich(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"instant"}:
        return datetime.fromisoformat(value["instant"])
    return value


async def note_step(tx: Tx, *, by_id: int, at: datetime, verb: str, text: str) -> None:
    """Keep a trace of what a member did beside the ledger (a role, a setting, knowledge)."""
    await _note(tx, None, at=at, by_id=by_id, verb=verb, text=text, before={})


async def _note(
    tx: Tx,
    entry_id: int | None,
    *,
    at: datetime,
    by_id: int | None,
    verb: str,
    text: str,
    before: Mapping[str, Any],
) -> None:
    line = {"entry_id": entry_id, "at": at, "by_id": by_id, "verb": verb, "text": text}
    await tx.execute(_add_line, {**line, "before": dict(before)})


class OtherStep(Exception):
    """The newest step cannot be taken back; its verb is the argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    entry: Entry  # as it was before the undoing
    verb: str


async def undo_last(
    tx: Tx, *, team_id: int, by_id: int, since: datetime, at: datetime
) -> Undone | None:
    """Take back the newest thing this member did since then. None: there is nothing.

    An opening is cancelled, a change is put back; both stay in the history. Raises
    ``LookupError`` with the entry's number if somebody has changed the entry since, and
    ``OtherStep`` if the newest thing was about no entry.
    """
    row = (
        await tx.execute(
            sa.select(history)
            .outerjoin(entry, entry.c.id == history.c.entry_id)
            .where(
                sa.or_(entry.c.team_id == team_id, history.c.entry_id.is_(None)),
                history.c.by_id == by_id,
                history.c.at >= since,
                sa.not_(history.c.undone),
                history.c.verb != "撤销",
            )
            .order_by(history.c.id.desc())
            .limit(1)
        )
    ).one_or_none()
    if row is None:
        return None
    if row.entry_id is None:
        raise OtherStep(row.verb)
    found = await _by_id(tx, row.entry_id)
    later = await tx.execute(
        sa.select(history.c.id)
        .where(
            history.c.entry_id == row.entry_id,
            history.c.id > row.id,
            sa.not_(history.c.undone),
            history.c.verb != "撤销",
        )
        .limit(1)
    )
    if later.scalar() is not None:
        raise LookupError(found.number)
    await tx.execute(sa.update(history).where(history.c.id == row.id).values(undone=True))
    values = {name: _rich(value) for name, value in (row.before or {}).items()}
    if row.verb == "登记":
        values = {"state": CANCELLED, "closed_at": at}
    text = f"撤销「{row.verb}」"
    await change(tx, found, at=at, by_id=by_id, verb="撤销", text=text, **values)
    return Undone(entry=found, verb=row.verb)


async def _by_id(tx: Tx, entry_id: int) -> Entry:
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


async def story(tx: Tx, entry_id: int) -> list[Event]:
    """The whole history of an entry, oldest first."""
    rows = await tx.execute(
        sa.select(history.c.at, member.c.name.label("by"), history.c.verb, history.c.text)
        .outerjoin_from(history, member, member.c.id == history.c.by_id)
        .where(history.c.entry_id == entry_id)
        .order_by(history.c.id)
    )
    return [Event(**row._mapping) for row in rows]


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
