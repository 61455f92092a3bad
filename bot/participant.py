"""Who takes part in a team's standups, and who of them is excused from one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.context import Context
from bot.leave import Away
from bot.reminder import Wish, wish_of
from bot.roles import Role
from bot.round import Sitting
from storage import member as members
from storage import team as teams
from storage.leave import Leave
from storage.member import Member

WATCHING = frozenset({Role.LEADER, Role.CONSULTANT})
MOST_NAMES = 8  # on one line
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A member's place in the standups of the team."""

    member: Member
    wish: Wish
    chosen: bool | None  # what the keepers have said; None: nothing
    reached: bool  # by a group of the team

    @property
    def watches(self) -> bool:
        roles = self.member.roles
        return bool(roles) and WATCHING.issuperset(roles)

    @property
    def taken(self) -> bool:
        return self.reached and not self.watches if self.chosen is None else self.chosen

    @property
    def why_not(self) -> str:
        """领导看着, 说好不写: for who does not take part."""
        if self.taken:
            return ""
        if self.chosen is False:
            return "说好不写"
        if self.watches:
            return f"{'、'.join(self.member.roles)}，看着就行"
        return "不在我们的群里"


async def seats(context: Context) -> list[Seat]:
    """Every member's."""
    platforms = {each.platform for each in await teams.groups(context.tx, context.team.id)}
    return [
        Seat(
            member=each,
            wish=wish_of(settings),
            chosen=settings.get("standup"),
            reached=each.platform in platforms,
        )
        for each, settings in await members.with_settings(context.tx, context.team.id)
    ]


async def participants(context: Context) -> list[Member]:
    """Those who are asked."""
    return [each.member for each in await seats(context) if each.taken]


def excused(sitting: Sitting, found: Iterable[Leave], now: datetime) -> dict[int, Leave]:
    """Who is away for all that is left of the sitting, with the leave that it is at this moment;
    once it has closed, those who were away at its end."""
    moment = min(max(now, sitting.opens), sitting.closes - _TICK)
    until: dict[int, datetime] = {}
    leaves: dict[int, Leave] = {}
    for each in sorted(found, key=lambda one: one.since):
        back = until.get(each.member_id, moment)
        if each.since <= back < each.until:
            until[each.member_id] = each.until
            leaves.setdefault(each.member_id, each)
    return {who: leave for who, leave in leaves.items() if until[who] >= sitting.closes}


# --- how they are named ----------------------------------------------------------------------


def names(found: Sequence[Member]) -> str:
    """张三、李四 等 12 人"""
    return _some([each.name for each in found])


def absent_names(found: Sequence[Member], absent: Away) -> str:
    """赵六（找 王五）、钱七"""
    said = []
    for each in found:
        present = absent.stand_in(each.id)
        said.append(f"{each.name}（找 {present.name}）" if present else each.name)
    return _some(said)


def _some(said: Sequence[str]) -> str:
    rest = f" 等 {len(said)} 人" if len(said) > MOST_NAMES else ""
    return "、".join(said[:MOST_NAMES]) + rest
