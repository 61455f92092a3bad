"""What the CRM says about its use, as it names people; who they are is found when it is read.

So somebody who joins the team later, or binds a login, gets the rows that were there before.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from storage import member as members
from storage.database import Tx, insert_or_update
from storage.schema import usage

_KEY = ["team_id", "person", "day", "record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One person's day, or with ``record`` what one record saw of it."""

    person: str
    also: tuple[str, ...] = ()  # a name beside a login, where the CRM gives both
    day: date
    record: str = ""
    created: int = 0
    updated: int = 0
    followups: int = 0
    required_filled: int = 0
    required_total: int = 0
    duplicates: int = 0
    amount: Decimal | None = None
    stage_moves: int = 0
    logins: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    rows: int
    people: int
    last_day: date | None
    imported_at: datetime | None


async def put(tx: Tx, team_id: int, rows: Iterable[Row], *, at: datetime) -> None:
    """Store rows; a later one replaces an earlier one of the same person and day.

    A row of the whole day replaces the rows of its records, and the other way round.
    """
    whole: set[tuple[str, date]] = set()  # days of which nothing older may stay
    days: dict[tuple[str, date], dict[str, Row]] = defaultdict(dict)
    for each in rows:
        day = days[each.person, each.day]
        if not each.record:
            whole.add((each.person, each.day))
            day.clear()
        day.pop("", None)
        day[each.record] = each
    if not days:
        return
    for some, rest in ((whole, True), (days.keys() - whole, False)):
        await _forget(tx, team_id, some, records=rest)
    written = [_values(each, team_id, at) for key in sorted(days) for each in days[key].values()]
    slots = {name: sa.bindparam(f"v_{name}", type_=usage.c[name].type) for name in written[0]}
    await tx.execute(
        insert_or_update(usage, tx, _KEY, slots),
        [{f"v_{name}": value for name, value in each.items()} for each in written],
    )


async def _forget(
    tx: Tx, team_id: int, days: Iterable[tuple[str, date]], *, records: bool
) -> None:
    """Delete what these days had: all of it, or only the row of the whole day."""
    chosen = [{"b_person": person, "b_day": day} for person, day in sorted(days)]
    if not chosen:
        return
    statement = sa.delete(usage).where(
        usage.c.team_id == team_id,
        usage.c.person == sa.bindparam("b_person"),
        usage.c.day == sa.bindparam("b_day"),
    )
    if not records:
        statement = statement.where(usage.c.record == "")
    await tx.execute(statement, chosen)


def _values(row: Row, team_id: int, at: datetime) -> dict[str, Any]:
    values = asdict(row)
    amount = values.pop("amount")
    cents = None if amount is None else int(amount * 100)
    values["also"] = list(row.also)
    return {"team_id": team_id, **values, "amount_cents": cents, "imported_at": at}


async def by_member(
    tx: Tx, team_id: int, *, since: date, until: date
) -> tuple[dict[int, list[Row]], list[str]]:
    """The rows of both days and those between, by member; and the people who are nobody yet.

    Where the CRM knows a member by two names, the day that was imported last counts.
    """
    found = await tx.execute(
        sa.select(usage)
        .where(usage.c.team_id == team_id, usage.c.day >= since, usage.c.day <= until)
        .order_by(usage.c.imported_at, usage.c.id)
    )
    rows = found.all()
    known = await mapping(tx, team_id, [(row.person, row.also) for row in rows])
    days: dict[tuple[int, date], list[tuple[str, Row]]] = defaultdict(list)
    for row in rows:
        member_id = known[row.person]
        if member_id is not None:
            days[member_id, row.day].append((row.person, _row(row)))
    by_id: dict[int, list[Row]] = defaultdict(list)
    for (member_id, _), named in sorted(days.items()):
        newest = named[-1][0]
        by_id[member_id].extend(row for name, row in named if name == newest)
    return dict(by_id), sorted(person for person, known_as in known.items() if known_as is None)


def _row(row: Any) -> Row:
    values = {name: getattr(row, name) for name in Row.__dataclass_fields__ if name != "amount"}
    values["also"] = tuple(row.also)
    cents = row.amount_cents
    return Row(**values, amount=None if cents is None else Decimal(cents) / 100)


async def extent(tx: Tx, team_id: int) -> Extent:
    row = (
        await tx.execute(
            sa.select(
                sa.func.count().label("rows"),
                sa.func.count(usage.c.person.distinct()).label("people"),
                sa.func.max(usage.c.day).label("last_day"),
                sa.func.max(usage.c.imported_at).label("imported_at"),
            ).where(usage.c.team_id == team_id)
        )
    ).one()
    return Extent(**row._mapping)


async def unmapped(tx: Tx, team_id: int) -> dict[str, tuple[str, ...]]:
    """Who in the rows is no member, or could be more than one, with what else they are called."""
    found = await tx.execute(
        sa.select(usage.c.person, usage.c.also)
        .where(usage.c.team_id == team_id)
        .order_by(usage.c.person, usage.c.id)
    )
    people = [(row.person, tuple(row.also)) for row in found]
    known = await mapping(tx, team_id, people)
    return {person: also for person, also in people if known[person] is None}


async def mapping(
    tx: Tx, team_id: int, people: Iterable[tuple[str, Sequence[str]]]
) -> dict[str, int | None]:
    """Which member each (person, also) is. None: nobody fits exactly, or more than one does.

    What somebody bound, and what the platform gave, goes before a name, which anybody may take.
    """
    contacts = await members.contacts(tx, team_id)
    sure = _index(contacts, ("mobile", "email", "crm_login", "external_id"))
    names = _index(contacts, ("name",))
    called: dict[str, set[str]] = defaultdict(set)
    for person, also in people:
        called[person].update(canonical(each) for each in (person, *also))
    known: dict[str, int | None] = {}
    for person, words in called.items():
        fitting = _all(sure, words) or _all(names, words)
        known[person] = next(iter(fitting)) if len(fitting) == 1 else None
    return known


def _all(index: Mapping[str, set[int]], words: Iterable[str]) -> set[int]:
    return {member_id for word in words for member_id in index.get(word, ())}


def _index(
    contacts: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> Mapping[str, set[int]]:
    index: dict[str, set[int]] = defaultdict(set)
    for each in contacts:
        for column in columns:
            if each[column]:
                index[canonical(each[column])].add(each["id"])
    return index


def canonical(person: str) -> str:
    """How two ways to write one person are compared: width, case, and a mobile's decoration."""
    plain = " ".join(unicodedata.normalize("NFKC", person).split()).casefold()
    digits = plain.replace(" ", "").replace("-", "").removeprefix("+")
    if digits.isdecimal() and len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return digits if digits.isdecimal() else plain
