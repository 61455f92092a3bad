"""Many new entries in one go, where one after another would keep others waiting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Tx
from storage.history import stored
from storage.ledger import OPEN, OPENED
from storage.schema import entry, history, team


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    title: str
    owner_id: int | None = None
    helpers: Sequence[int] = ()
    due: datetime | None = None
    weight: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""  # a second line of its history


async def open_all(
    tx: Tx,
    entries: Sequence[New],
    *,
    team_id: int,
    kind: str,
    opened_by: int,
    chat_id: int,
    at: datetime,
    noted: str,
) -> list[int]:
    """Open them as ``ledger.open_entry`` would, written by the bot; gives their numbers.

    ``noted`` is the verb of the line that holds their notes.
    """
    if not entries:
        return []
    count_up = (
        sa.update(team)
        .where(team.c.id == team_id)
        .values(last_number=team.c.last_number + len(entries))
        .returning(team.c.last_number)
    )
    last = int((await tx.execute(count_up)).scalar_one())
    numbers = range(last - len(entries) + 1, last + 1)
    told = [_values(each, kind) for each in entries]
    same = {"team_id": team_id, "opened_by": opened_by, "opened_at": at, "chat_id": chat_id}
    rows = [
        {**values, **same, "number": number} for number, values in zip(numbers, told, strict=True)
    ]
    await tx.execute(sa.insert(entry), rows)
    found = await tx.execute(
        sa.select(entry.c.number, entry.c.id).where(
            entry.c.team_id == team_id, entry.c.number.between(numbers[0], numbers[-1])
        )
    )
    ids: dict[int, int] = {row.number: row.id for row in found}
    lines = []
    for number, each, values in zip(numbers, entries, told, strict=True):
        line = {"entry_id": ids[number], "at": at, "by_id": None, "before": {}, "step": ""}
        lines.append({**line, "verb": OPENED, "text": each.title, "after": stored(values)})
        if each.note:
            lines.append({**line, "verb": noted, "text": each.note, "after": {}})
    await tx.execute(sa.insert(history), lines)
    return list(numbers)


def _values(new: New, kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "title": new.title,
        "state": OPEN,
        "stage": "",
        "weight": new.weight,
        "owner_id": new.owner_id,
        "helpers": list(new.helpers),
        "due": new.due,
        "details": dict(new.details),
    }
