"""假期提醒: next year's official days are not known yet, and it is December."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from bot.config import Config
from bot.context import Context
from bot.escalation import announce
from bot.leave import away
from bot.message import Button, Card
from bot.roles import KEEPERS
from bot.schedule import job
from bot.workdays import Calendar
from storage import member as members
from storage.team import Team

TEN = time(10)
_DAY = timedelta(days=1)


def _hour(_config: Config, _team: Team) -> Sequence[time]:
    return (TEN,)


def _missing(calendar: Calendar, _config: Config, _team: Team, day: date) -> bool:
    """The first working day of December, and the first after its 15th, while it matters."""
    if day.month != 12 or calendar.knows(day.year + 1):
        return False
    begins = (day.replace(day=1) - _DAY, day.replace(day=15))
    return day in [calendar.next_workday(each) for each in begins]


@job("holiday-warning", times=_hour, days=_missing, grace=timedelta(hours=8))
async def warn(context: Context) -> None:
    """12 月还不知道明年的放假安排，就告诉项目经理和系统管理员一声"""
    year = context.now.year + 1
    card = Card(
        title=f"📅 {year} 年的放假安排我还不知道",
        text=f"明年先按估计：周一到周五上班，法定节日放假，没有调休。{year} 年的期限、站会和提醒"
        "都会按这个算。\n安排公布以后，请管理员更新程序（chinesecalendar），"
        f"或者照着通知说，比如：\n设置 假期 {year}-02-08..02-14 休，{year}-02-20 班",
        buttons=(Button(label="看假期", say="设置 假期"),),
    )
    team = await members.in_team(context.tx, context.team.id)
    keepers = [each for each in team if each.has(*KEEPERS)]
    there = (await away(context)).there(keepers)
    if there or keepers:
        await announce(context, there or keepers, card)
        return
    home = await context.home()
    if home is not None:
        await context.tell(home, card)
