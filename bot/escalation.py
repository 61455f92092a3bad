"""The ladder that a blocker climbs while nobody clears it: owner, project managers, 领导."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.blocker import RESOLVED
from bot.context import Context
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
    """Who stands on which rung for whom."""

    owners: Mapping[int, Member]  # by id
    managers: Sequence[Member]
    leaders: Sequence[Member]

    def on(self, rung: int, entry: Entry, *, but: int | None = None) -> list[Member]:
        """Those who hear of an entry on this rung: its owner on the first one only."""
        if rung == OWNER:
            owner = self.owners.get(entry.owner_id or 0)
            found = [owner] if owner else []
        else:
            above = self.managers if rung == MANAGER else self.leaders
            found = [each for each in above if each.id != entry.owner_id]
        return [each for each in found if each.id != but]

    def next_rung(self, entry: Entry, *, but: int | None = None) -> int | None:
        """The next one up on which somebody stands. None: there is nobody above."""
        for rung in range(entry.rung + 1, LEADER + 1):
            if self.on(rung, entry, but=but):
                return rung
        return None

    def due_rung(self, entry: Entry, waited: timedelta, ladder: Ladder) -> int | None:
        """The rung that is due after so many working hours, one at a time."""
        unowned = entry.owner_id is None
        for rung in range(entry.rung + 1, LEADER + 1):
            # What nobody owns goes straight to the project managers.
            after = ladder.after(OWNER if unowned and rung == MANAGER else rung)
            if waited < after:
                return None
            if self.on(rung, entry) or (rung == OWNER and unowned and not self.managers):
                return rung
        return None


async def staff_of(context: Context, entries: Sequence[Entry]) -> Staff:
    owned = [each.owner_id for each in entries if each.owner_id is not None]
    return Staff(
        owners=await members.by_ids(context.tx, list(dict.fromkeys(owned))),
        managers=await context.in_role(Role.MANAGER),
        leaders=await context.in_role(Role.LEADER),
    )


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
        private = await context.reach(each)
        chat = await context.group_of(group, each.platform)
        if private is not None and (chat is None or not openly):
            await context.tell(private, card, number=number)
        elif chat is not None:
            _, names = waiting.setdefault(chat.id, (chat, []))
            names.append(Person(each.external_id, each.name))
    for chat, names in waiting.values():
        await context.tell(chat, replace(card, mentions=tuple(names)), number=number)
