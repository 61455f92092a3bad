"""The ladder that a blocker climbs while nobody clears it: owner, project managers, 领导."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.blocker import RESOLVED
from bot.context import Context
from bot.leave import Away, absent_words, away
from bot.message import Card, Person
from bot.preference import Ladder
from bot.roles import Role
from storage import member as members
from storage.ledger import OPEN, Entry
from storage.member import Member
from storage.team import TeamChat

OWNER, MANAGER, LEADER = 1, 2, 3  # the rungs


@dataclass(frozen=True, slots=True)
class Staff:
    """Who stands on which rung for whom; who is away is heard by their stand-in."""

    owners: Mapping[int, Member]  # by id
    managers: Sequence[Member]
    leaders: Sequence[Member]
    away: Away

    def on(self, rung: int, entry: Entry, *, but: int | None = None) -> list[Member]:
        """Those who hear of an entry on this rung: its owner on the first one only."""
        found = self.away.there(self._posted(rung, entry))
        if rung > OWNER:
            found = [each for each in found if each.id != entry.owner_id]
        return [each for each in found if each.id != but]

    def _posted(self, rung: int, entry: Entry) -> list[Member]:
        """Whose rung it is, away or not."""
        if rung == OWNER:
            owner = self.owners.get(entry.owner_id or 0)
            return [owner] if owner else []
        above = self.managers if rung == MANAGER else self.leaders
        return [each for each in above if each.id != entry.owner_id]

    def _deserted(self, rung: int, entry: Entry) -> bool:
        """All are away, and nobody is there for them."""
        return bool(self._posted(rung, entry)) and not self.on(rung, entry)

    def absent(self, entry: Entry) -> list[Member]:
        """Who would have heard of it by now, but is away; not where a colleague of theirs did."""
        found: dict[int, Member] = {}
        for rung in range(OWNER, entry.rung + 1):
            for each in self._posted(rung, entry):
                replaced = self.away.stand_in(each.id) or self._deserted(rung, entry)
                if self.away.has(each.id) and replaced:
                    found[each.id] = each
        return list(found.values())

    def away_above(self, entry: Entry) -> list[Member]:
        """Who would be next, but is away with nobody for them."""
        above = range(entry.rung + 1, LEADER + 1)
        return [
            each
            for rung in above
            for each in self._posted(rung, entry)
            if self._deserted(rung, entry)
        ]

    def next_rung(self, entry: Entry, *, but: int | None = None) -> int | None:
        """The next one up on which somebody stands. None: there is nobody above."""
        for rung in range(entry.rung + 1, LEADER + 1):
            if self.on(rung, entry, but=but):
                return rung
        return None

    def due_rung(self, entry: Entry, waited: timedelta, ladder: Ladder) -> int | None:
        """The rung that is due after so many working hours, one at a time."""
        for rung in range(entry.rung + 1, LEADER + 1):
            if waited < ladder.after(self._counts_as(rung, entry)):
                return None
            nobody = rung == OWNER and self._unowned(entry) and not self.on(MANAGER, entry)
            if self.on(rung, entry) or nobody:
                return rung
        return None

    def _counts_as(self, rung: int, entry: Entry) -> int:
        """Whose hours it has: it takes the place of rungs on which everybody is away."""
        while rung - 1 > entry.rung and self._deserted(rung - 1, entry):
            rung -= 1
        # What nobody owns goes straight to the project managers.
        return OWNER if rung == MANAGER and self._unowned(entry) else rung

    def _unowned(self, entry: Entry) -> bool:
        """Nobody's, or of somebody who has left."""
        return entry.owner_id not in self.owners


async def staff_of(context: Context, entries: Sequence[Entry]) -> Staff:
    owned = [each.owner_id for each in entries if each.owner_id is not None]
    people = await members.by_ids(context.tx, list(dict.fromkeys(owned)))
    return Staff(
        owners={each.id: each for each in people.values() if each.left_at is None},
        managers=await context.in_role(Role.MANAGER),
        leaders=await context.in_role(Role.LEADER),
        away=await away(context),
    )


def absent_lines(staff: Staff, entry: Entry, zone: ZoneInfo) -> list[str]:
    """李四 请假到 11月27日，还没人替"""
    return [_absent_line(staff.away, each, zone) for each in staff.absent(entry)]


def away_above_lines(staff: Staff, entry: Entry, zone: ZoneInfo) -> list[str]:
    return [_absent_line(staff.away, each, zone) for each in staff.away_above(entry)]


def _absent_line(away: Away, each: Member, zone: ZoneInfo) -> str:
    return absent_words(each.name, away.leaves[each.id], away.stand_in(each.id), zone)


def may_climb(entry: Entry, now: datetime) -> bool:
    """Not what waits for 确认, and nothing before the deadline that was agreed for it."""
    agreed = entry.due is not None and entry.due > now
    return entry.state == OPEN and entry.stage != RESOLVED and not agreed


def ladder_since(entry: Entry) -> datetime:
    """From when on its hours count: opened, opened again, or the deadline that was missed."""
    again = entry.details.get("reopened_at")
    since = datetime.fromisoformat(again) if again else entry.opened_at
    return max(since, entry.due) if entry.due is not None else since


async def announce(
    context: Context,
    people: Sequence[Member],
    card: Card,
    *,
    number: int | None = None,
    group: int | None = None,
    openly: bool = False,
) -> None:
    """Tell several people the same: in private where the bot can, the others in one group post.

    ``openly``: in the group in any case, if there is one.
    """
    waiting: dict[int, tuple[TeamChat, list[Person]]] = {}
    for each in people:
        if each.left_at is not None:
            continue
        private = await context.reach(each)
        chat = await context.group_of(group, each.platform)
        if private is not None and (chat is None or not openly):
            await context.tell(private, card, number=number)
        elif chat is not None:
            _, names = waiting.setdefault(chat.id, (chat, []))
            names.append(Person(each.external_id, each.name))
    for chat, names in waiting.values():
        await context.tell(chat, replace(card, mentions=tuple(names)), number=number)
