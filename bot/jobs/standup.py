"""站会: asking at the hour, reminding who has not answered, and summing up when it closes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.attendance import attendances
from bot.config import Config
from bot.context import Context
from bot.escalation import announce
from bot.leave import away_in
from bot.message import Button, Card
from bot.moment import day_words
from bot.participant import Seat, absent_names, excused, seats
from bot.reminder import Level
from bot.round import Sitting, around, rounds_of, sittings
from bot.round_words import closing_words
from bot.schedule import job
from bot.standup_question import questions_of
from bot.standup_summary import summary
from bot.standup_turn import Turn
from bot.workdays import Calendar
from storage import claim
from storage import leave as leaves
from storage.team import Team

FILL = Button(label="填写", say="站会", style="primary")
EVENING = time(17)
_TICK = timedelta(microseconds=1)


def _opens(config: Config, team: Team, calendar: Calendar, day: date) -> Iterable[datetime]:
    return [each.opens for each in sittings(rounds_of(config, team), day, calendar)]


def _nudges(config: Config, team: Team, calendar: Calendar, day: date) -> Iterable[datetime]:
    return [each.nudges for each in sittings(rounds_of(config, team), day, calendar)]


def _closes(config: Config, team: Team, calendar: Calendar, day: date) -> Iterable[datetime]:
    return [each.closes for each in sittings(rounds_of(config, team), day, calendar)]


def _sittings(context: Context) -> list[Sitting]:
    return around(rounds_of(context.config, context.team), context.now, context.calendar)


def _how(context: Context, sitting: Sitting) -> str:
    """How an answer is typed."""
    turn = Turn(
        sitting=sitting,
        day=sitting.day,
        over=False,
        questions=questions_of(context.team),
        written=None,
    )
    return f"站会 {turn.example}"


# --- at the opening --------------------------------------------------------------------------


@job("standup-open", moments=_opens, series="standup", place=2)
async def ask(context: Context) -> None:
    """站会开始：在群里请大家写昨日、今日、卡点"""
    for each in _sittings(context):
        if each.opens == context.now and context.clock < each.closes:
            await _ask(context, each)


async def _ask(context: Context, sitting: Sitting) -> None:
    home = await context.home("standup")
    asked = [each for each in await seats(context) if each.taken] if home else []
    found = await leaves.between(context.tx, context.team.id, sitting.opens, sitting.closes)
    gone = excused(sitting, found, context.now)
    expected = [each for each in asked if each.member.id not in gone]
    if home is None or not expected:
        return
    closing = closing_words(sitting.closes, sitting.day)
    how = _how(context, sitting)
    lines = [f"{closing} 前点 填写，或者 @我 说一句：", how]
    if absent := [each.member for each in asked if each.member.id in gone]:
        today = "今天" if not sitting.round.overnight else ""
        present = await away_in(context, gone.values())
        lines.append(f"{today}请假：{absent_names(absent, present)}")
    sign = "🌙" if sitting.round.opens >= EVENING else "☀️"
    card = Card(
        title=f"{sign} {sitting.round.name}开始｜{day_words(sitting.day)}",
        text="\n".join(lines),
        buttons=(FILL,),
    )
    await context.tell(home, card)
    text = f"{closing} 前点 填写，我一项一项问；也可以回一句：\n{how}"
    await _ask_in_private(context, expected, replace(card, text=text))


async def _ask_in_private(context: Context, expected: Sequence[Seat], card: Card) -> None:
    """Who wants to hear more of everything is asked there too."""
    for each in expected:
        if each.wish.level is not Level.MUCH or each.wish.silent(context.now.time()):
            continue
        private = await context.reach(each.member)
        if private is not None:
            await context.tell(private, card)


# --- before the close ------------------------------------------------------------------------


@job("standup-nudge", moments=_nudges, series="standup", place=3)
async def nudge(context: Context) -> None:
    """站会快收了：只提醒还没写的人，能私聊就私聊，不能就在群里点名一次"""
    for each in _sittings(context):
        due = each.nudges == context.now and context.clock < each.closes
        if due and await _first_time(context, each):
            await _nudge(context, each)


async def _first_time(context: Context, sitting: Sitting) -> bool:
    """Whether this sitting's is the first: its hour may have moved with the team's clock."""
    return await claim.take(
        context.tx,
        job=f"standup-nudge of {sitting.round.key or 'the first'}",
        team_id=context.team.id,
        slot=datetime.combine(sitting.day, time(), UTC),
    )


async def _nudge(context: Context, sitting: Sitting) -> None:
    held = await attendances(context, context.now - _TICK, context.now)
    silent = {each.id for found in held if found.sitting == sitting for each in found.missing}
    wanted = [
        each.member
        for each in (await seats(context) if silent else ())
        if each.member.id in silent
        and each.wish.level is not Level.NONE
        and not each.wish.silent(context.now.time())
    ]
    home = await context.home("standup")
    closing = closing_words(sitting.closes, context.now.date())
    card = Card(
        title=f"⏰ {sitting.round.name} {closing} 收，还差你一句",
        text=f"点 填写，或者回一句（群里先 @我）：\n{_how(context, sitting)}",
        buttons=(FILL,),
    )
    await announce(context, wanted, card, group=home.id if home else None)


# --- at the close ----------------------------------------------------------------------------


@job("standup-close", moments=_closes, series="standup", place=1)
async def sum_up(context: Context) -> None:
    """站会小结：谁写了、还差谁、有哪些卡点"""
    home = await context.home("standup")
    for each in _sittings(context) if home else ():
        if each.closes == context.now and home is not None:
            found = await summary(context, each)
            if found is not None:
                await context.tell(home, found.card())
