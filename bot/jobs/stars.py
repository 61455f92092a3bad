"""CRM使用之星: last week's best, once a week."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from bot.config import Config
from bot.context import Context
from bot.leaderboard import rank
from bot.message import Button, Card
from bot.preference import Weekly, stars_hour
from bot.schedule import job
from bot.stars import last_week, ranking
from bot.workdays import Calendar
from storage import member as members
from storage import usage
from storage.team import Team

_SATURDAY = 5


def _hour(config: Config, team: Team) -> Sequence[time]:
    hour = stars_hour(config, team)
    return (hour.at,) if hour else ()


def _day(calendar: Calendar, config: Config, team: Team, day: date) -> bool:
    hour = stars_hour(config, team)
    return hour is not None and is_the_day(hour, day, calendar)


@job("stars", times=_hour, days=_day, grace=timedelta(hours=8))
async def crown(context: Context) -> None:
    """每周公布上周的 CRM使用之星"""
    period = last_week(context.now.date())
    work, unknown = await usage.by_member(
        context.tx, context.team.id, since=period.since, until=period.until
    )
    home = await context.home("stars")
    if home is None or not (work or unknown):
        return
    everybody = await members.in_team(context.tx, context.team.id)
    names = {each.id: each.name for each in everybody}
    lines = ranking(rank(work), names, winners=context.config.stars.winners)
    if not lines:
        lines = ["上周还没有人上榜。CRM 里有记录却没算到你？说：绑定 账号 …"]
    card = Card(
        title=f"🏆 CRM使用之星｜{period.words}",
        text="\n".join(lines),
        buttons=(
            Button(label="我的得分", say="我的得分"),
            Button(label="排行榜", say="排行榜 上周"),
        ),
    )
    await context.tell(home, card)


def is_the_day(hour: Weekly, today: date, calendar: Calendar) -> bool:
    """The team's weekday, or the first working day after it in that week.

    A weekday of the weekend was chosen on purpose and is kept.
    """
    monday = today - timedelta(days=today.weekday())
    if hour.weekday >= _SATURDAY:
        return today.weekday() == hour.weekday
    week = (monday + timedelta(days=number) for number in range(hour.weekday, 7))
    return today == next((day for day in week if calendar.is_workday(day)), None)
