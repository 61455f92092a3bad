"""A team's reports: one of a kind a day, what was added to it, and that it was posted once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Tx, insert_if_absent
from storage.ledger import ENTRIES, OPEN, Entry
from storage.schema import entry, history, report

DAILY, WEEKLY = "daily", "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    id: int
    team_id: int
    kind: str
    day: date
    lines: Sequence[str]  # as posted; what is behind 更多 stands after an empty one
    asks: Sequence[Mapping[str, Any]]  # {"number", "text"}: what 领导 were asked for
    added: Sequence[Mapping[str, Any]]  # {"by", "name", "text"}: lines of the keepers
    held_by: int | None
    posted_at: datetime | None


_reports = sa.select(
    report.c.id,
    report.c.team_id,
    report.c.kind,
    report.c.day,
    report.c.lines,
    report.c.asks,
    report.c.added,
    report.c.held_by,
    report.c.posted_at,
)


async def find(tx: Tx, *, team_id: int, kind: str, day: date) -> Report | None:
    row = (await tx.execute(_reports.where(*_key(team_id, kind, day)))).one_or_none()
    return Report(**row._mapping) if row else None


async def hold(tx: Tx, *, team_id: int, kind: str, day: date) -> Report:
    """The report of the day, made empty if it is new, and locked until the commit.

    So of two who add, hold or post at once the second sees what the first has done.
    """
    values = {"team_id": team_id, "kind": kind, "day": day, "lines": [], "asks": [], "added": []}
    await tx.execute(insert_if_absent(report, tx).values(**values))
    query = _reports.where(*_key(team_id, kind, day)).with_for_update()
    return Report(**(await tx.execute(query)).one()._mapping)


def _key(team_id: int, kind: str, day: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (report.c.team_id == team_id, report.c.kind == kind, report.c.day == day)


async def change(tx: Tx, report_id: int, **values: Any) -> None:
    """Set ``added`` or ``held_by``."""
    await tx.execute(sa.update(report).where(report.c.id == report_id).values(**values))


async def post(
    tx: Tx,
    report_id: int,
    *,
    lines: Sequence[str],
    asks: Sequence[Mapping[str, Any]],
    at: datetime,
) -> bool:
    """Note what is posted now. False: it was posted before, and must not be again."""
    posted = await tx.execute(
        sa.update(report)
        .where(report.c.id == report_id, report.c.posted_at.is_(None))
        .values(lines=list(lines), asks=[dict(each) for each in asks], posted_at=at)
    )
    return posted.rowcount == 1


async def last_posted(tx: Tx, *, team_id: int, kind: str, before: date) -> datetime | None:
    """When the newest report of an earlier day was posted."""
    query = sa.select(sa.func.max(report.c.posted_at)).where(
        report.c.team_id == team_id, report.c.kind == kind, report.c.day < before
    )
    found: datetime | None = (await tx.execute(query)).scalar()
    return found


async def first_unposted(
    tx: Tx, *, team_id: int, kind: str, since: date, before: date
) -> date | None:
    """The first of these days whose report was held and never posted."""
    query = sa.select(sa.func.min(report.c.day)).where(
        report.c.team_id == team_id,
        report.c.kind == kind,
        report.c.day >= since,
        report.c.day < before,
        report.c.posted_at.is_(None),
    )
    found: date | None = (await tx.execute(query)).scalar()
    return found


# --- what has changed ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A line of an entry's history that nobody took back."""

    entry: Entry
    verb: str
    text: str
    by_id: int | None  # None: the bot itself


async def changes(tx: Tx, team_id: int, *, since: datetime, until: datetime) -> list[Change]:
    """What was done in (since, until], in order, to what is open or was closed since then."""
    # An entry that was closed before cannot have changed, unless it is open again.
    live = sa.or_(entry.c.state == OPEN, entry.c.closed_at > since)
    query = (
        ENTRIES.join(history, history.c.entry_id == entry.c.id)
        .add_columns(history.c.verb, history.c.text, history.c.by_id)
        .where(
            entry.c.team_id == team_id,
            live,
            history.c.at > since,
            history.c.at <= until,
            sa.not_(history.c.undone),
        )
        .order_by(history.c.id)
    )
    found = []
    for row in (await tx.execute(query)).mappings():
        values = dict(row)
        verb, text, by_id = (values.pop(name) for name in ("verb", "text", "by_id"))
        found.append(Change(entry=Entry(**values), verb=verb, text=text, by_id=by_id))
    return found
