"""Who is away, and who hears instead of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.context import Context
from storage import leave as leaves
from storage import member as members
from storage.leave import Leave
from storage.member import Member


@dataclass(frozen=True, slots=True)
class Away:
    """Who is away at one instant."""

    leaves: Mapping[int, Leave]  # by who is away
    stand_ins: Mapping[int, Member]  # by their own id

    def has(self, member_id: int | None) -> bool:
        return member_id in self.leaves

    def stand_in(self, member_id: int) -> Member | None:
        """Who is there for them, if need be the stand-in's own. None: nobody is."""
        seen = {member_id}
        while (leave := self.leaves.get(member_id)) is not None:
            if leave.stand_in_id is None or leave.stand_in_id in seen:
                return None
            member_id = leave.stand_in_id
            seen.add(member_id)
        return self.stand_ins.get(member_id)

    def there(self, people: Sequence[Member]) -> list[Member]:
        """These people, the stand-in in the place of who is away; each once."""
        found: dict[int, Member] = {}
        for each in people:
            present = self.stand_in(each.id) if self.has(each.id) else each
            if present is not None:
                found.setdefault(present.id, present)
        return list(found.values())


async def away(context: Context, at: datetime | None = None) -> Away:
    """Who of the team is away at this instant: now, if none is given."""
    moment = at or context.now
    found = await leaves.between(
        context.tx, context.team.id, moment, moment + timedelta(microseconds=1)
    )
    if not found:
        return Away({}, {})
    ids = {each.stand_in_id for each in found if each.stand_in_id is not None}
    return Away(
        {each.member_id: each for each in found},
        await members.by_ids(context.tx, sorted(ids)),
    )
