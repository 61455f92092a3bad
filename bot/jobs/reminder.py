"""提醒: one message a person, with what is due and who waits for them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from bot.config import Config
from bot.context import Context
from bot.message import Button, Card
from bot.moment import day_words
from bot.reminder import HOURS, Item, Level, Moment, Wish, items_for, wish_of
from bot.schedule import every_day, job
from storage import claim
from storage import member as members
from storage import reminder as reminders
from storage.member import Member
from storage.team import Team

NAME = "reminder"
MOST = 10
REMEMBERED = timedelta(days=7)


def _hours(config: Config, _team: Team) -> Sequence[time]:
    return sorted({*HOURS, config.reminders.at})


@job(NAME, times=_hours, days=every_day)
async def remind(context: Context) -> None:
    """提醒每个人：今天到期的、逾期的、等他一句话的；按各人自己的设置"""
    moments = await _moments(context)
    if not any(_speaks(wish, moment) for wish, moment in moments.values()):
        return
    horizon = context.calendar.next_workday(context.now.date()) + timedelta(days=1)
    before = datetime.combine(horizon, time(0), context.calendar.zone)
    entries = await reminders.waiting(context.tx, context.team.id, due_before=before)
    for member, (wish, moment) in moments.items():
        items = items_for(member.id, wish, moment, entries)
        if items:
            await _tell(context, member, moment, items)


async def _moments(context: Context) -> Mapping[Member, tuple[Wish, Moment]]:
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
        # An hour that was slept through, by us or by the member's wish, is made up for now.
        spoken = [hour for hour in hours if not wish.silent(hour.time())]
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


async def _tell(context: Context, member: Member, moment: Moment, items: Sequence[Item]) -> None:
    lines = [each.line for each in items[:MOST]]
    if len(items) > MOST:
        lines.append(f"……还有 {len(items) - MOST} 条，说 我的 看全部")
    alone = items[0] if len(items) == 1 else None
    card = Card(
        title=f"⏰ {_title(moment, items)}｜{day_words(context.now)}",
        text="\n".join(lines),
        buttons=alone.buttons if alone else (Button(label="我的", say="我的", style="primary"),),
    )
    await context.tell_member(
        member,
        card,
        number=alone.entry.number if alone else None,
        group=items[0].entry.chat_id,
    )


def _title(moment: Moment, items: Sequence[Item]) -> str:
    if moment.digests:
        return f"今天要留意 {len(items)} 件"
    return f"快到期的 {len(items)} 件"
