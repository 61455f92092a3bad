"""Who answered the standups of a span: counted of those who were there to answer."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.context import Context
from bot.participant import excused, participants
from bot.round import Sitting, rounds_of, sittings
from storage import attendance
from storage import leave as leaves
from storage.attendance import Given
from storage.member import Member

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Of one sitting."""

    sitting: Sitting
    answered: tuple[Member, ...]
    late: tuple[Member, ...]  # of them, those who answered after the close
    missing: tuple[Member, ...]
    away: tuple[Member, ...]  # and have not answered all the same

    @property
    def expected(self) -> int:
        return len(self.answered) + len(self.missing)


async def attendances(context: Context, since: datetime, until: datetime) -> list[Attendance]:
    """Of the sittings that closed in (since, until], or are open then, in order."""
    held = _held(context, since, until)
    people = await participants(context) if held else []
    if not people:
        return []
    given = await attendance.given(
        context.tx, context.team.id, since=held[0].day, until=held[-1].day
    )
    joined = await attendance.joined(context.tx, context.team.id)
    gone = await leaves.between(context.tx, context.team.id, held[0].opens, until + _DAY)
    found = []
    for each in held:
        known = [one for one in people if joined[one.id] <= each.opens]
        found.append(_of(each, known, people, given, set(excused(each, gone, until))))
    return found


def _held(context: Context, since: datetime, until: datetime) -> list[Sitting]:
    rounds = rounds_of(context.config, context.team)
    calendar = context.calendar
    day = since.astimezone(calendar.zone).date() - _DAY  # it may close on the day after
    found: list[Sitting] = []
    while day <= until.astimezone(calendar.zone).date():
        found += sittings(rounds, day, calendar)
        day += _DAY
    return [each for each in found if since < each.closes and each.opens <= until]


def _of(
    sitting: Sitting,
    known: Sequence[Member],
    people: Iterable[Member],
    given: Iterable[Given],
    off: Collection[int],
) -> Attendance:
    """``known`` are those who belonged to the team at its opening, ``off`` who was excused; who
    answers counts anyhow."""
    said = {
        each.member_id: each
        for each in given
        if (each.day, each.round_key) == (sitting.day, sitting.round.key)
    }
    answered = [each for each in people if each.id in said]
    silent = [each for each in known if each.id not in said]
    return Attendance(
        sitting=sitting,
        answered=tuple(answered),
        late=tuple(each for each in answered if said[each.id].late),
        missing=tuple(each for each in silent if each.id not in off),
        away=tuple(each for each in silent if each.id in off),
    )


# --- how many -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    given: int
    expected: int

    @property
    def percent(self) -> int | None:
        """None: nobody was asked."""
        return round(self.given * 100 / self.expected) if self.expected else None


def rate(found: Iterable[Attendance], first: date | None) -> Rate:
    """Over several sittings; what was held before the team's ``first`` answer was none yet."""
    counted = [each for each in found if first is not None and each.sitting.day >= first]
    return Rate(
        sum(len(each.answered) for each in counted), sum(each.expected for each in counted)
    )
