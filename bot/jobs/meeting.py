"""例会: its agenda shortly before, and asking for its minutes afterwards."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from bot.agenda import agenda
from bot.config import Config
from bot.context import Context
from bot.meeting import asking, meeting_of
from bot.schedule import job
from bot.workdays import Calendar
from storage import ledger
from storage.ledger import CANCELLED
from storage.team import Team

LATE = timedelta(minutes=20)  # by then they are in the middle of it


def _starts(team: Team, calendar: Calendar, day: date) -> list[datetime]:
    meeting = meeting_of(team)
    if meeting is None or not meeting.held_on(day, calendar):
        return []
    return [calendar.at(day, meeting.at)]


def _before(config: Config) -> timedelta:
    return timedelta(minutes=config.meetings.agenda_before)


def _after(config: Config) -> timedelta:
    return timedelta(minutes=config.meetings.minutes_after)


def _agendas(config: Config, team: Team, calendar: Calendar, day: date) -> Iterable[datetime]:
    return [each - _before(config) for each in _starts(team, calendar, day)]


def _ends(config: Config, team: Team, calendar: Calendar, day: date) -> Iterable[datetime]:
    return [each + _after(config) for each in _starts(team, calendar, day)]


@job("meeting-agenda", moments=_agendas, grace=LATE, series="meeting", place=1)
async def post(context: Context) -> None:
    """例会前发议程：只有卡住的、逾期的、没批的和红色风险"""
    home = await context.home("meeting")
    start = context.now + _before(context.config)
    if home is not None:
        await context.tell(home, await agenda(context, meeting=f"{start:%H:%M} 例会"))


@job("meeting-minutes", moments=_ends, grace=timedelta(hours=2), series="meeting", place=0)
async def ask(context: Context) -> None:
    """例会后请大家贴纪要；已经有人写了就不问"""
    home = await context.home("meeting")
    since = context.now - _after(context.config) - _before(context.config)
    written = await ledger.listed(
        context.tx, context.team.id, kind="minutes", state=None, opened_since=since
    )
    if home is None or any(each.state != CANCELLED for each in written):
        return
    await context.tell(home, asking())
