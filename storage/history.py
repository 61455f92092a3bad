"""What was done to an entry, by whom and when; nothing here is ever edited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Tx
from storage.schema import entry, history, member


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of an entry's history; ``by`` is empty where the bot acted by itself."""

    at: datetime
    by: str | None
    verb: str
    text: str
    before: Mapping[str, Any]  # columns of the entry that the line changed
    after: Mapping[str, Any]
    by_id: int | None = None
    undone: bool = False  # taken back since


# Made once: SQLAlchemy recognises a statement at once that it has compiled before.
_add_line = sa.insert(history)


async def note(
    tx: Tx,
    entry_id: int | None,
    *,
    at: datetime,
    by_id: int | None,
    verb: str,
    text: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    step: str = "",
) -> None:
    line = {"entry_id": entry_id, "at": at, "by_id": by_id, "verb": verb, "text": text}
    changes = {"before": stored(before or {}), "after": stored(after or {})}
    await tx.execute(_add_line, {**line, **changes, "step": step[:250]})


def stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of an entry as a line of history keeps them; ``rich`` gives them back."""
    return {name: _plain(value) for name, value in values.items()}


async def note_step(
    tx: Tx, *, by_id: int, at: datetime, verb: str, text: str, step: str = ""
) -> None:
    """Keep a trace of what a member did beside the ledger (a role, a setting, knowledge)."""
    await note(tx, None, at=at, by_id=by_id, verb=verb, text=text, step=step)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def rich(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Stored values as the entry's columns take them."""
    return {
        name: datetime.fromisoformat(value["instant"])
        if isinstance(value, dict) and value.keys() == {"instant"}
        else value
        for name, value in (values or {}).items()
    }


_story = (
    sa.select(
        history.c.at,
        member.c.name.label("by"),
        history.c.by_id,
        history.c.verb,
        history.c.text,
        history.c.before,
        history.c.after,
        history.c.undone,
    )
    .outerjoin_from(history, member, member.c.id == history.c.by_id)
    .order_by(history.c.id)
)


def _event(row: Any) -> Event:
    values = {name: value for name, value in row._mapping.items() if name != "entry_id"}
    values["before"], values["after"] = rich(values["before"]), rich(values["after"])
    return Event(**values)


async def story(tx: Tx, entry_id: int) -> list[Event]:
    """The whole history of an entry, oldest first."""
    rows = await tx.execute(_story.where(history.c.entry_id == entry_id))
    return [_event(row) for row in rows]


async def stories(tx: Tx, entry_ids: Iterable[int]) -> dict[int, list[Event]]:
    """The histories of several entries, by entry id."""
    wanted = list(entry_ids)
    found: dict[int, list[Event]] = {each: [] for each in wanted}
    query = _story.add_columns(history.c.entry_id)
    for begin in range(0, len(wanted), 500):  # databases take only so many parameters
        part = wanted[begin : begin + 500]
        for row in await tx.execute(query.where(history.c.entry_id.in_(part))):
            found[row.entry_id].append(_event(row))
    return found


async def told_since(
    tx: Tx, *, team_id: int, kind: str, since: datetime, until: datetime
) -> dict[int, list[Event]]:
    """What happened to the team's entries of a kind in [since, until), by entry id."""
    query = (
        _story.add_columns(history.c.entry_id)
        .join(entry, entry.c.id == history.c.entry_id)
        .where(
            entry.c.team_id == team_id,
            entry.c.kind == kind,
            history.c.at >= since,
            history.c.at < until,
        )
    )
    found: dict[int, list[Event]] = {}
    for row in await tx.execute(query):
        found.setdefault(row.entry_id, []).append(_event(row))
    return found


def replay(events: Iterable[Event]) -> dict[str, Any]:
    """The entry's columns, as its history alone tells them."""
    columns: dict[str, Any] = {}
    for each in events:
        columns.update(each.after)
    return columns
