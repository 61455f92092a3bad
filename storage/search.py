"""Which entries say which words: kept when somebody searches, so that writing costs nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage.database import Tx, insert_if_absent
from storage.ledger import ENTRIES, OPEN, Entry
from storage.schema import entry, history, term

AT_ONCE = 500  # databases take only so many parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Unindexed:
    """An entry whose words are out of date, with all that it says now."""

    id: int
    number: int
    title: str
    details: Mapping[str, Any]
    told: Sequence[str]  # the texts of its history


async def unindexed(tx: Tx, team_id: int, *, most: int) -> int:
    """How many of the team's entries wait to be indexed; not counted beyond ``most``."""
    waiting = _waiting(team_id).limit(most).subquery()
    return int((await tx.execute(sa.select(sa.func.count()).select_from(waiting))).scalar_one())


def _waiting(team_id: int) -> Any:
    # In the words of the partial index: SQLite would not recognise it by "unindexed = 1".
    return sa.select(entry.c.id).where(entry.c.team_id == team_id, sa.text("entry.unindexed"))


async def take(tx: Tx, team_id: int, *, most: int) -> list[Unindexed]:
    """Claim some of the team's entries for indexing, the newest first.

    Whoever changes one of them meanwhile waits for us and marks it again; whatever somebody else
    is changing just now is left for the next time.
    """
    ids = _waiting(team_id).order_by(entry.c.id.desc()).limit(most)
    if tx.dialect.name == "postgresql":
        ids = ids.with_for_update(skip_locked=True)
    rows = (
        await tx.execute(
            sa.update(entry)
            .where(entry.c.id.in_(ids))
            .values(unindexed=False)
            .returning(entry.c.id, entry.c.number, entry.c.title, entry.c.details)
        )
    ).all()
    told = await _told(tx, [row.id for row in rows])
    return [Unindexed(**row._mapping, told=told.get(row.id, ())) for row in rows]


async def _told(tx: Tx, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = sa.select(history.c.entry_id, history.c.text).order_by(history.c.id.desc())
    for begin in range(0, len(ids), AT_ONCE):
        part = ids[begin : begin + AT_ONCE]
        for entry_id, text in await tx.execute(query.where(history.c.entry_id.in_(part))):
            found.setdefault(entry_id, []).append(text)
    return found


async def write(tx: Tx, team_id: int, said: Mapping[int, Collection[str]]) -> None:
    """Keep which words each of these entries says; what it no longer says is forgotten."""
    ids = list(said)
    for begin in range(0, len(ids), AT_ONCE):
        part = ids[begin : begin + AT_ONCE]
        rows = await tx.execute(
            sa.select(term.c.entry_id, term.c.term).where(term.c.entry_id.in_(part))
        )
        known = {(entry_id, word) for entry_id, word in rows}
        now = {(entry_id, word) for entry_id in part for word in said[entry_id]}
        gone = [{"e": entry_id, "w": word, "t": team_id} for entry_id, word in known - now]
        new = [{"entry_id": each, "term": word, "team_id": team_id} for each, word in now - known]
        if gone:
            await tx.execute(_forget, gone)
        if new:
            new.sort(key=lambda row: (row["term"], row["entry_id"]))  # as the table is sorted
            await tx.execute(insert_if_absent(term, tx), new)


_forget = sa.delete(term).where(
    term.c.team_id == sa.bindparam("t"),
    term.c.term == sa.bindparam("w"),
    term.c.entry_id == sa.bindparam("e"),
)


async def holding(
    tx: Tx,
    team_id: int,
    words: Collection[str],
    *,
    least: int,
    in_title: Collection[str] = (),
    number: int | None = None,
    kinds: Collection[str] | None = None,
    limit: int,
    offset: int = 0,
) -> tuple[list[Entry], int]:
    """Entries that say at least so many of the words, the best first; and how many there are.

    Best is: of this ``number``, most of the words, most of ``in_title`` in the title, open, new.
    """
    hits = sa.func.count().label("hits")
    holds = (
        sa.select(term.c.entry_id, hits)
        .where(term.c.team_id == team_id, term.c.term.in_(words))
        .group_by(term.c.entry_id)
        .having(hits >= least)
        .subquery()
    )
    fits = [entry.c.team_id == team_id]
    if kinds is not None:
        fits.append(entry.c.kind.in_(kinds))
    matches = sa.select(entry.c.id).join(holds, holds.c.entry_id == entry.c.id).where(*fits)
    ranked = matches.order_by(
        *([(entry.c.number == number).desc()] if number is not None else []),
        holds.c.hits.desc(),
        *_titled(in_title),
        (entry.c.state == OPEN).desc(),
        entry.c.number.desc(),
    )
    total = sa.func.count().over().label("total")
    rows = (await tx.execute(ranked.add_columns(total).limit(limit).offset(offset))).all()
    if not rows and offset:
        every = sa.select(sa.func.count()).select_from(matches.subquery())
        return [], int((await tx.execute(every)).scalar_one())
    return await by_ids(tx, [row.id for row in rows]), rows[0].total if rows else 0


def _titled(words: Collection[str]) -> list[Any]:
    """An order: those with most of the words in their title first."""
    hits = [
        sa.case((entry.c.title.icontains(each, autoescape=True), 1), else_=0) for each in words
    ]
    return [sum(hits[1:], hits[0]).desc()] if hits else []


async def by_ids(tx: Tx, ids: Sequence[int]) -> list[Entry]:
    """These entries, in this order."""
    rows = await tx.execute(ENTRIES.where(entry.c.id.in_(ids)))
    found = {row.id: Entry(**row._mapping) for row in rows}
    return [found[each] for each in ids]
