"""Usage rows to scores to a ranking: pure arithmetic. The formula is explained in docs/stars.md.

A score is the sum of a person's days. A day gives

    entries    2 × (created − duplicates + updated) × required_filled ÷ required_total, at most 40
    follow-ups 3 × followups, at most 30
    stages     5 × stage_moves, at most 10

Every term only grows with honest work, so doing more never lowers a score. Sums are exact: the
order of rows changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from storage.usage import Row

ENTRY, FOLLOWUP, STAGE = 2, 3, 5
MOST_ENTRIES, MOST_FOLLOWUPS, MOST_STAGES = 40, 30, 10  # points of one day
LEAST_ACTIONS = 5  # of a period, to be ranked


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What somebody did in a period, and what it is worth."""

    days: int = 0
    created: int = 0
    updated: int = 0
    genuine: int = 0  # created without duplicates, and updated
    followups: int = 0
    stage_moves: int = 0
    duplicates: int = 0
    required_filled: int = 0
    required_total: int = 0
    entries: Fraction = Fraction(0)
    followup_points: Fraction = Fraction(0)
    stages: Fraction = Fraction(0)
    gains: Mapping[str, Fraction]  # what each habit would have given more

    @property
    def actions(self) -> int:
        return self.genuine + self.followups + self.stage_moves

    @property
    def score(self) -> Decimal:
        return rounded(self.entries + self.followup_points + self.stages)

    @property
    def completeness(self) -> Decimal | None:
        """Percent of the required fields; None if there were none to fill."""
        if not self.required_total:
            return None
        return rounded(Fraction(100 * self.required_filled, self.required_total), places="1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    member_id: int
    rank: int | None  # None: too little to be ranked
    tally: Tally

    @property
    def score(self) -> Decimal:
        return self.tally.score


def rounded(value: Fraction, places: str = "0.1") -> Decimal:
    """Half up, as people round; decided on the exact value."""
    step = Fraction(Decimal(places))
    whole = (value / step + Fraction(1, 2)).__floor__()
    return (Decimal(whole) * Decimal(places)).quantize(Decimal(places), ROUND_HALF_UP)


def rank(work: Mapping[int, Iterable[Row]]) -> list[Standing]:
    """Everybody with rows, the best first; equal scores share a rank, as in 1, 2, 2, 4."""
    tallies = {member_id: tally(rows) for member_id, rows in work.items()}
    ranked = {m: each for m, each in tallies.items() if each.actions >= LEAST_ACTIONS}
    standings = [
        Standing(
            member_id=member_id,
            rank=1 + sum(other.score > each.score for other in ranked.values())
            if member_id in ranked
            else None,
            tally=each,
        )
        for member_id, each in tallies.items()
    ]
    return sorted(
        standings, key=lambda each: (each.rank is None, -each.tally.score, each.member_id)
    )


def tally(rows: Iterable[Row]) -> Tally:
    days: dict[date, list[Row]] = defaultdict(list)
    everything = list(rows)
    for each in everything:
        days[each.day].append(each)
    worth = [_Day(each) for each in days.values()]
    return Tally(
        days=sum(each.worked for each in worth),
        created=sum(each.created for each in everything),
        updated=sum(each.updated for each in everything),
        genuine=sum(_genuine(each) for each in everything),
        followups=sum(each.followups for each in everything),
        stage_moves=sum(each.stage_moves for each in everything),
        duplicates=sum(each.duplicates for each in everything),
        required_filled=sum(each.required_filled for each in everything),
        required_total=sum(each.required_total for each in everything),
        entries=sum((each.entries() for each in worth), Fraction(0)),
        followup_points=sum((each.followups() for each in worth), Fraction(0)),
        stages=sum((each.stages for each in worth), Fraction(0)),
        gains=_gains(worth),
    )


def _gains(worth: list["_Day"]) -> dict[str, Fraction]:
    return {
        "fields": sum((each.entries(full=True) - each.entries() for each in worth), Fraction(0)),
        "duplicates": sum(
            (each.entries(unique=True) - each.entries() for each in worth), Fraction(0)
        ),
        "followups": sum(
            (each.followups(more=1) - each.followups() for each in worth), Fraction(0)
        ),
    }


def _genuine(row: Row, *, unique: bool = False) -> int:
    """Entries that count. ``unique``: as if none had been a duplicate."""
    return (row.created if unique else max(0, row.created - row.duplicates)) + row.updated


class _Day:
    """One day of one person: one row, or one for each record."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows
        moves = sum(each.stage_moves for each in rows)
        self.stages = Fraction(min(MOST_STAGES, STAGE * moves))
        self.worked = any(_genuine(x) + x.followups + x.stage_moves for x in rows)

    def entries(self, *, full: bool = False, unique: bool = False) -> Fraction:
        """Each row is multiplied by its own completeness, so another row never costs anything."""
        points = Fraction(0)
        for each in self._rows:
            share = Fraction(1)
            if each.required_total and not full:
                share = Fraction(each.required_filled, each.required_total)
            points += ENTRY * _genuine(each, unique=unique) * share
        return min(Fraction(MOST_ENTRIES), points)

    def followups(self, *, more: int = 0) -> Fraction:
        count = more + sum(each.followups for each in self._rows)
        return Fraction(min(MOST_FOLLOWUPS, FOLLOWUP * count))
