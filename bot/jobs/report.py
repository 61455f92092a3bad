"""周报: on the last working day of the week."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from bot.config import Config
from bot.context import Context
from bot.report import last_workday, weekly
from bot.schedule import job
from bot.workdays import Calendar
from storage.team import Team


def _hour(config: Config, _team: Team) -> Sequence[time]:
    return (config.reports.weekly,)


def _last_workday(calendar: Calendar, _config: Config, _team: Team, day: date) -> bool:
    return day == last_workday(calendar, day)


@job("weekly-report", times=_hour, days=_last_workday, grace=timedelta(hours=6))
async def post(context: Context) -> None:
    """每周最后一个工作日发周报"""
    home = await context.home("report")
    card = await weekly(context)
    if home is not None and card is not None:
        await context.tell(home, card)
