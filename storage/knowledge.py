"""The knowledge base of a team: questions with their answers, numbered K1, K2 …"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Tx
from storage.schema import knowledge, team


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    id: int
    team_id: int
    number: int
    external_id: str | None
    question: str
    similar: Sequence[str]
    answer: str
    owner: str
    review_on: date | None
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An entry as somebody wrote it down. None: nothing is said about it."""

    question: str
    answer: str
    external_id: str | None = None
    similar: Sequence[str] | None = None
    owner: str | None = None
    review_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    added: int
    updated: int
    unchanged: int


Stamp = tuple[int, int, datetime | None]

_columns = (
    knowledge.c.id,
    knowledge.c.team_id,
    knowledge.c.number,
    knowledge.c.external_id,
    knowledge.c.question,
    knowledge.c.similar,
    knowledge.c.answer,
    knowledge.c.owner,
    knowledge.c.review_on,
    knowledge.c.updated_at,
    knowledge.c.version,
)
_entries = sa.select(*_columns).where(knowledge.c.removed_at.is_(None))


async def add(tx: Tx, team_id: int, written: Written, *, at: datetime) -> int:
    """Write a new entry; gives its number."""
    number = await _last_number(tx, team_id) + 1
    await tx.execute(sa.insert(knowledge).values(_row(team_id, number, written, at)))
    return number


async def _last_number(tx: Tx, team_id: int) -> int:
    """The highest number ever given; on PostgreSQL locks the team until the commit."""
    await tx.execute(sa.select(team.c.id).where(team.c.id == team_id).with_for_update())
    last = await tx.execute(
        sa.select(sa.func.max(knowledge.c.number)).where(knowledge.c.team_id == team_id)
    )
    return last.scalar() or 0


def _row(team_id: int, number: int, written: Written, at: datetime) -> dict[str, Any]:
    return {
        "team_id": team_id,
        "number": number,
        "external_id": written.external_id,
        "question": written.question,
        "similar": list(written.similar or ()),
        "answer": written.answer,
        "owner": (written.owner or "")[:80],
        "review_on": written.review_on,
        "updated_at": at,
    }


async def find(tx: Tx, team_id: int, number: int) -> Knowledge | None:
    row = (
        await tx.execute(
            _entries.where(knowledge.c.team_id == team_id, knowledge.c.number == number)
        )
    ).one_or_none()
    return Knowledge(**row._mapping) if row else None


async def change(tx: Tx, found: Knowledge, *, at: datetime, **values: Any) -> bool:
    """Change an entry that nobody changed since it was read. False: somebody was faster."""
    changed = await tx.execute(
        sa.update(knowledge)
        .where(knowledge.c.id == found.id, knowledge.c.version == found.version)
        .values(version=knowledge.c.version + 1, updated_at=at, **values)
    )
    return changed.rowcount == 1


async def remove(tx: Tx, found: Knowledge, *, at: datetime) -> bool:
    """Take an entry out; its number is not given again. False: somebody was faster."""
    return await change(tx, found, at=at, removed_at=at, external_id=None)


async def listed(tx: Tx, team_id: int, *, limit: int | None = None) -> list[Knowledge]:
    """The team's entries, newest number first."""
    rows = await tx.execute(
        _entries.where(knowledge.c.team_id == team_id)
        .order_by(knowledge.c.number.desc())
        .limit(limit)
    )
    return [Knowledge(**row._mapping) for row in rows]


async def count(tx: Tx, team_id: int) -> int:
    counted = await tx.execute(
        sa.select(sa.func.count()).where(
            knowledge.c.team_id == team_id, knowledge.c.removed_at.is_(None)
        )
    )
    return int(counted.scalar_one())


async def search(tx: Tx, team_id: int, words: Iterable[str]) -> list[Knowledge]:
    """Entries in which all the words stand, somewhere."""
    wanted = [word.casefold() for word in words]
    return [
        each
        for each in await listed(tx, team_id)
        if all(
            word in "\n".join((each.question, *each.similar, each.answer)).casefold()
            for word in wanted
        )
    ]


async def asked(tx: Tx, team_id: int, question: str) -> Knowledge | None:
    """The entry with this very question."""
    rows = await tx.execute(
        _entries.where(knowledge.c.team_id == team_id, knowledge.c.question == question)
        .order_by(knowledge.c.number)
        .limit(1)
    )
    row = rows.one_or_none()
    return Knowledge(**row._mapping) if row else None


async def stamp(tx: Tx, team_id: int) -> Stamp:
    """Differs whenever anything in the team's knowledge base has changed."""
    row = (
        await tx.execute(
            sa.select(
                sa.func.count(),
                sa.func.coalesce(sa.func.sum(knowledge.c.version), 0),
                sa.func.max(knowledge.c.updated_at),
            ).where(knowledge.c.team_id == team_id)
        )
    ).one()
    return int(row[0]), int(row[1]), row[2]


async def texts(
    tx: Tx, team_id: int, *, longer_than: int
) -> list[tuple[int, str, Sequence[str], str]]:
    """Number, question, similar questions, and the answer where it is longer than this."""
    long = sa.case(
        (sa.func.length(knowledge.c.answer) > longer_than, knowledge.c.answer), else_=""
    )
    rows = await tx.execute(
        sa.select(knowledge.c.number, knowledge.c.question, knowledge.c.similar, long)
        .where(knowledge.c.team_id == team_id, knowledge.c.removed_at.is_(None))
        .order_by(knowledge.c.number)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def take_in(tx: Tx, team_id: int, rows: Iterable[Written], *, at: datetime) -> Imported:
    """Add what is new, update what is known: by its id elsewhere, else by its question.

    Of two rows that mean the same entry, the later one counts.
    """
    last = await _last_number(tx, team_id)
    known = await listed(tx, team_id)
    by_id = {each.external_id: each for each in known if each.external_id}
    by_question = {each.question: each for each in reversed(known)}
    planned: dict[object, tuple[Knowledge | None, Written]] = {}
    for row in rows:
        found = by_id.get(row.external_id) if row.external_id else None
        if found is None:
            same = by_question.get(row.question)
            if same and not (row.external_id and same.external_id):
                found = same
        key = found.id if found else row.external_id or (row.question,)
        planned[key] = (found, row)
    new = [row for found, row in planned.values() if found is None]
    updated = 0
    for found, row in planned.values():
        if found is not None and (changes := _changes(found, row)):
            await change(tx, found, at=at, **changes)
            updated += 1
    if new:
        values = [_row(team_id, number, row, at) for number, row in enumerate(new, last + 1)]
        await tx.execute(sa.insert(knowledge), values)
    return Imported(added=len(new), updated=updated, unchanged=len(planned) - len(new) - updated)


def _changes(found: Knowledge, row: Written) -> dict[str, Any]:
    """What the row says other than what is known."""
    said: Mapping[str, Any] = {
        "external_id": row.external_id,
        "question": row.question,
        "similar": list(row.similar) if row.similar is not None else None,
        "answer": row.answer,
        "owner": row.owner[:80] if row.owner is not None else None,
        "review_on": row.review_on,
    }
    known = {"similar": list(found.similar)}
    return {
        name: value
        for name, value in said.items()
        if value is not None and value != known.get(name, getattr(found, name))
    }
