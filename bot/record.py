"""Ledger entries as other programs read them: the shape that `guanjia export` promises."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from storage import history, ledger
from storage.database import Tx
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
    tx: Tx, zone: ZoneInfo, *, team_id: int | None = None, kind: str | None = None
) -> list[dict[str, Any]]:
    """Every entry with its whole history; times are ISO 8601 with zone."""
    found = []
    for entry, team, names in await ledger.every(tx, team_id=team_id, kind=kind):
        record = _record(entry, team, names, zone)
        record["history"] = [
            {"at": _iso(each.at, zone), "by": each.by, "verb": each.verb, "text": each.text}
            for each in await history.story(tx, entry.id)
        ]
        found.append(record)
    return found


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
