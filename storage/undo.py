"""Taking back the last thing that somebody did; the history says so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage import ledger
from storage.database import Tx
from storage.history import rich
from storage.ledger import CANCELLED, MERGED, MERGED_INTO, OPENED, REPLACED, SUPERSEDES, Entry
from storage.schema import entry, history, link

UNDONE = "撤销"
MOST_LINES = 500  # of one step


class OtherStep(Exception):
    """The newest step is about no entry: its verb, what is noted of it, and the line's id."""

    def __init__(self, verb: str, text: str, line_id: int) -> None:
        super().__init__(verb)
        self.verb = verb
        self.text = text
        self.line_id = line_id


class Changed(Exception):
    """Somebody has changed the entry since; its number is the argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    entry: Entry  # as it was before the undoing
    verb: str
    text: str  # what the line said


async def undo_last(
    tx: Tx, *, team_id: int, by_id: int, since: datetime, at: datetime, step: str = ""
) -> list[Undone]:
    """Take back all lines of the newest message of this member since then; empty: none.

    An opening is cancelled, a change is put back; both stay in the history. Raises ``Changed``
    if somebody has changed one of the entries since, and ``OtherStep`` if the newest step was
    about no entry. Nothing is changed then.
    """
    lines = await _lines(tx, team_id=team_id, by_id=by_id, since=since)
    if not lines:
        return []
    if lines[0].entry_id is None:
        raise OtherStep(lines[0].verb, lines[0].text, lines[0].id)
    mine = [each.id for each in lines]
    for each in lines:
        later = sa.select(history.c.id).where(
            history.c.entry_id == each.entry_id,
            history.c.id > each.id,
            history.c.id.not_in(mine),
            sa.not_(history.c.undone),
            history.c.verb != UNDONE,
        )
        if (await tx.execute(later.limit(1))).scalar() is not None:
            raise Changed((await ledger.by_id(tx, each.entry_id)).number)
    await tx.execute(sa.update(history).where(history.c.id.in_(mine)).values(undone=True))
    return [await _undo(tx, each, by_id=by_id, at=at, step=step) for each in lines]


async def settle(tx: Tx, line_id: int) -> None:
    """A step about no entry was taken back elsewhere: the next 撤销 reaches past it."""
    await tx.execute(sa.update(history).where(history.c.id == line_id).values(undone=True))


async def _lines(tx: Tx, *, team_id: int, by_id: int, since: datetime) -> list[Any]:
    """The lines of the newest step that is not undone yet, newest first."""
    rows = (
        await tx.execute(
            sa.select(history)
            .outerjoin(entry, entry.c.id == history.c.entry_id)
            .where(
                sa.or_(entry.c.team_id == team_id, history.c.entry_id.is_(None)),
                history.c.by_id == by_id,
                history.c.at >= since,
                sa.not_(history.c.undone),
                history.c.verb != UNDONE,
            )
            .order_by(history.c.id.desc())
            .limit(MOST_LINES)
        )
    ).all()
    if not rows or rows[0].entry_id is None or not rows[0].step:
        return list(rows[:1])
    return [row for row in rows if row.step == rows[0].step and row.entry_id is not None]


async def _undo(tx: Tx, line: Any, *, by_id: int, at: datetime, step: str) -> Undone:
    found = await ledger.by_id(tx, line.entry_id)
    values = rich(line.before)
    if line.verb == OPENED:
        values = {"state": CANCELLED, "closed_at": at}
        await tx.execute(sa.delete(link).where(link.c.entry_id == found.id))
    elif line.verb == MERGED:
        await ledger.untie(tx, entry_id=found.id, kind=MERGED_INTO)
    elif line.verb == REPLACED:
        replaced = (link.c.other_id == found.id, link.c.kind == SUPERSEDES)
        await tx.execute(sa.delete(link).where(*replaced))
    text = f"撤销「{line.verb}」"
    await ledger.change(tx, found, at=at, by_id=by_id, verb=UNDONE, text=text, step=step, **values)
    return Undone(entry=found, verb=line.verb, text=line.text)
