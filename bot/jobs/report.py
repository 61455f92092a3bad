"""日报 and 周报: written by themselves at the team's hour."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from bot import edition
from bot.config import Config
from bot.context import Context
from bot.preference import daily_hour, weekly_hour
from bot.schedule import job
from bot.weekly import last_workday, picture, weekly
from bot.workdays import Calendar
from storage import report as reports
from storage.report import WEEKLY
from storage.team import Team


def _daily(config: Config, team: Team) -> Sequence[time]:
    at = daily_hour(config, team)
    return () if at is None else (at,)


def _before(config: Config, team: Team, calendar: Calendar, day: date) -> Iterable[datetime]:
    at = daily_hour(config, team)
    if at is None or not calendar.is_workday(day):
        return ()
    before = calendar.at(day, at) - edition.AHEAD
    return [before] if before.date() == day else ()


# Shown after the report is out it would be of no use.
@job("daily-preview", moments=_before, grace=edition.AHEAD - timedelta(minutes=1))
async def show(context: Context) -> None:
    """日报发出前一刻钟，先给项目经理看草稿，可以加一句或先不发"""
    await edition.preview(context)


@job("daily-report", times=_daily, grace=timedelta(hours=3), series="standup", place=0)
async def report(context: Context) -> None:
    """工作日傍晚给领导发日报：站会、卡点、变化、要领导定的事、里程碑"""
    await edition.post(context)


def _weekly(config: Config, team: Team) -> Sequence[time]:
    at = weekly_hour(config, team)
    return () if at is None else (at,)


def _last_workday(calendar: Calendar, _config: Config, _team: Team, day: date) -> bool:
    return day == last_workday(calendar, day)


@job("weekly-report", times=_weekly, days=_last_workday, grace=timedelta(hours=6))
async def post(context: Context) -> None:
    """每周最后一个工作日发周报，附几周来的趋势图"""
    home = await context.home("report")
    card = await weekly(context)
    if home is None or card is None:
        return
    held = await reports.hold(
        context.tx, team_id=context.team.id, kind=WEEKLY, day=context.now.date()
    )
    if not await reports.post(
        context.tx, held.id, lines=card.text.splitlines(), asks=(), at=context.clock
    ):
        return
    drawn = await picture(context, home, card)
    if drawn is not None:
        await context.tell(home, drawn)
    await context.tell(home, card)
