"""提醒: one message a person, with what is due and who waits for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.config import Config
from bot.context import Context
from bot.leave import Away, Span, away, away_in, back_from, leaving, short_words, spells
from bot.message import Button, Card
from bot.moment import day_words
from bot.reminder import HOURS, Item, Level, Moment, Wish, items_for, new_items, wish_of
from bot.schedule import every_day, job
from storage import claim, ledger
from storage import leave as leaves
from storage import member as members
from storage import reminder as reminders
from storage.leave import Leave
from storage.member import Member
from storage.team import Team

NAME = "reminder"
MOST = 10
REMEMBERED = timedelta(days=7)
AROUND = timedelta(days=30)  # of a leave: when it is still, or already, of interest


def _hours(config: Config, _team: Team) -> Sequence[time]:
    return sorted({*HOURS, config.reminders.at})


@job(NAME, times=_hours, days=every_day)
async def remind(context: Context) -> None:
    """提醒每个人：今天到期的、逾期的、等他一句话的；按各人自己的设置，请假的由替他的人听"""
    absence = await _absence(context)
    moments = await _moments(context, absence)
    if not any(_speaks(wish, moment) for wish, moment in moments.values()):
        return
    entries = await reminders.waiting(
        context.tx, context.team.id, due_before=_horizon(context, absence)
    )
    for member, (wish, moment) in moments.items():
        soon = absence.leaving(member.id, context)
        items = items_for(
            member.id,
            wish,
            moment,
            entries,
            leaving=soon,
            instead_of={each: absence.names[each] for each in absence.now.stood_in_for(member.id)},
        )
        back = absence.back(member.id, context) if moment.digests else None
        if back is not None:
            items += await _new(context, member, back, moment, items)
        if items:
            await _tell(context, member, moment, items, back=back, leaving=soon)


@dataclass(frozen=True, slots=True)
class _Absence:
    """Who is away now, was lately and will be soon."""

    now: Away
    found: Sequence[Leave]
    spells: Mapping[int, Sequence[Span]]
    names: Mapping[int, str]  # of who is away now

    def at(self, member_id: int, moment: datetime) -> bool:
        return any(
            each.since <= moment < each.until for each in self.found if each.member_id == member_id
        )

    def leaving(self, member_id: int, context: Context) -> Span | None:
        return leaving(self.spells.get(member_id, ()), context.now, context.calendar)

    def back(self, member_id: int, context: Context) -> Span | None:
        return back_from(self.spells.get(member_id, ()), context.now, context.calendar)


async def _absence(context: Context) -> _Absence:
    now = context.now
    found = await leaves.between(context.tx, context.team.id, now - AROUND, now + AROUND)
    absent = await away_in(context, [each for each in found if each.since <= now < each.until])
    people = await members.by_ids(context.tx, sorted(absent.leaves))
    names = {each.id: each.name for each in people.values()}
    return _Absence(absent, found, spells(found, context.calendar), names)


def _horizon(context: Context, absence: _Absence) -> datetime:
    """Up to when what is due may be of interest: who leaves hears of all that time."""
    day = context.calendar.next_workday(context.now.date()) + timedelta(days=1)
    ends = [
        leave.until
        for member_id in absence.spells
        if (leave := absence.leaving(member_id, context)) is not None
    ]
    return max(datetime.combine(day, time(0), context.calendar.zone), *ends, context.now)


async def _new(
    context: Context, member: Member, back: Span, moment: Moment, items: Sequence[Item]
) -> list[Item]:
    """What became theirs meanwhile and is not said yet."""
    said = {each.entry.id for each in items}
    opened = await ledger.listed(
        context.tx, context.team.id, owner_id=member.id, opened_since=back.since
    )
    return [each for each in new_items(member.id, opened) if each.entry.id not in said]


async def _moments(context: Context, absence: _Absence) -> Mapping[Member, tuple[Wish, Moment]]:
    """For each member who may be spoken to now: their wish, and since when they were not."""
    midnight = datetime.combine(context.now.date(), time(0), context.calendar.zone)
    since = midnight - REMEMBERED
    earlier = await claim.taken(
        context.tx, job=NAME, team_id=context.team.id, since=since, before=context.now
    )
    await claim.forget_job(context.tx, job=NAME, team_id=context.team.id, before=since)
    if not earlier:
        return {}  # a team that is new at noon has not slept through its morning
    hours = [each.astimezone(context.calendar.zone) for each in earlier if each >= midnight]
    settings = await members.settings_of(context.tx, context.team.id)
    found = {}
    for each in await members.in_team(context.tx, context.team.id):
        wish = wish_of(settings.get(each.id, {}))
        if wish.level is Level.NONE or wish.silent(context.now.time()):
            continue
        if absence.now.has(each.id):
            continue
        # An hour that was slept through, by us or by the member, is made up for now.
        spoken = [
            hour
            for hour in hours
            if not wish.silent(hour.time()) and not absence.at(each.id, hour)
        ]
        moment = Moment(
            now=context.now,
            since=max(spoken, default=midnight),
            digest=context.config.reminders.at,
            calendar=context.calendar,
        )
        found[each] = wish, moment
    return found


def _speaks(wish: Wish, moment: Moment) -> bool:
    return moment.digests or wish.level is Level.MUCH


async def _tell(
    context: Context,
    member: Member,
    moment: Moment,
    items: Sequence[Item],
    *,
    back: Span | None,
    leaving: Span | None,
) -> None:
    lines = [each.line for each in items[:MOST]]
    if len(items) > MOST:
        lines.append(f"……还有 {len(items) - MOST} 条，说 我的 看全部")
    if leaving is not None and moment.digests:
        lines.append(await _farewell(context, member, leaving))
    alone = items[0] if len(items) == 1 else None
    card = Card(
        title=f"⏰ {_title(moment, items, back)}｜{day_words(context.now)}",
        text="\n".join(lines),
        buttons=alone.buttons if alone else (Button(label="我的", say="我的", style="primary"),),
    )
    await context.tell_member(
        member,
        card,
        number=alone.entry.number if alone else None,
        group=items[0].entry.chat_id,
    )


async def _farewell(context: Context, member: Member, leaving: Span) -> str:
    stand_in = (await away(context, leaving.since)).stand_in(member.id)
    when = short_words(leaving, context.config.deadlines.noon)
    if stand_in is None:
        return f"{when} 你请假，还没人替。定一位就说：请假 找 @替你的人"
    return f"{when} 你请假，到时候提醒{stand_in.name}"


def _title(moment: Moment, items: Sequence[Item], back: Span | None) -> str:
    if back is not None:
        return f"欢迎回来，要留意 {len(items)} 件"
    if moment.digests:
        return f"今天要留意 {len(items)} 件"
    return f"快到期的 {len(items)} 件"
