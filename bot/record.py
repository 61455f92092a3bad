"""Ledger entries as other programs read them: the shape that `guanjia export` promises."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from storage import archive, history
from storage import member as members
from storage import team as teams
from storage.database import Database
from storage.ledger import Entry

COLUMNS = (
    "team",
    "number",
    "kind",
    "title",
    "owner",
    "helpers",
    "due",
    "state",
    "opened_by",
    "opened_at",
    "closed_at",
    "details",
    "history",
)


async def records(
    database: Database, zone: ZoneInfo, *, team_id: int | None = None, kind: str | None = None
) -> AsyncIterator[dict[str, Any]]:
    """Every entry with its whole history; times are ISO 8601 with zone.

    Each piece is a transaction of its own, so that a bot that runs meanwhile need not wait for
    the last one.
    """
    titles: dict[int, str] = {}
    after = (0, 0)
    while True:
        async with database.begin() as tx:
            found = await archive.piece(
                tx, team_id=team_id, kind=kind, after=after, limit=archive.PIECE
            )
            if any(each.team_id not in titles for each in found):
                titles = {each.id: each.name for each in await teams.all_teams(tx)}
            concerned = {one for each in found for one in (each.opened_by, *each.helpers)}
            known = await members.by_ids(tx, list(concerned))
            stories = await history.stories(tx, [each.id for each in found])
        names = {each.id: each.name for each in known.values()}
        for entry in found:
            record = _record(entry, titles[entry.team_id], names, zone)
            record["history"] = [
                {"at": _iso(each.at, zone), "by": each.by, "verb": each.verb, "text": each.text}
                for each in stories[entry.id]
            ]
            yield record
        if not found:
            return
        after = (found[-1].team_id, found[-1].number)


def _record(entry: Entry, team: str, names: Mapping[int, str], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "team": team,
        "number": entry.number,
        "kind": entry.kind,
        "title": entry.title,
        "owner": entry.owner_name,
        "helpers": [names.get(each, "") for each in entry.helpers],
        "due": _iso(entry.due, zone),
        "state": entry.state,
        "opened_by": names.get(entry.opened_by),
        "opened_at": _iso(entry.opened_at, zone),
        "closed_at": _iso(entry.closed_at, zone),
        "details": dict(entry.details),
    }


def _iso(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None
