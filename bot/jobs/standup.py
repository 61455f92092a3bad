"""站会: asking at the hour, and summing up when it closes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bot.config import Config
from bot.context import Context
from bot.message import Button, Card
from bot.moment import day_words
from bot.receipt import line
from bot.round import Sitting, around, rounds_of, sittings
from bot.schedule import job
from bot.standup import in_a_line, is_nothing, participants
from bot.workdays import Calendar
from storage import ledger
from storage import standup as answers
from storage.ledger import OPEN
from storage.standup import Answer
from storage.team import Team


def _opens(config: Config, team: Team, calendar: Calendar, day: date) -> Iterable[datetime]:
    return [each.opens for each in sittings(rounds_of(config, team), day, calendar)]


def _closes(config: Config, team: Team, calendar: Calendar, day: date) -> Iterable[datetime]:
    return [each.closes for each in sittings(rounds_of(config, team), day, calendar)]


def _sittings(context: Context) -> list[Sitting]:
    return around(rounds_of(context.config, context.team), context.now, context.calendar)


@job("standup-open", moments=_opens)
async def ask(context: Context) -> None:
    """站会开始：在群里请大家写昨日、今日、卡点"""
    home = await context.home("standup")
    if home is None or not await participants(context):
        return
    for each in _sittings(context):
        if each.opens == context.now:
            card = Card(
                title=f"☀️ {each.round.name}开始｜{day_words(context.now)}",
                text=f"{each.closes:%H:%M} 前 @我 说一句（没有卡点就写 没有）：\n"
                "站会 昨日：… 今日：… 卡点：…",
                buttons=(Button(label="填写", say="站会", style="primary"),),
            )
            await context.tell(home, card)


@job("standup-close", moments=_closes)
async def sum_up(context: Context) -> None:
    """站会小结：谁写了、还差谁、有哪些卡点"""
    for each in _sittings(context):
        if each.closes == context.now:
            await _sum_up(context, each)


async def _sum_up(context: Context, sitting: Sitting) -> None:
    home = await context.home("standup")
    expected = await participants(context)
    if home is None or not expected:
        return
    given = await answers.of_day(
        context.tx, context.team.id, sitting.day, round_key=sitting.round.key
    )
    there = {each.member_id for each in given}
    missing = [each.name for each in expected if each.id not in there]
    lines = [_said(each) for each in given]
    if not given:
        lines = ["今天还没有人写，有空说一句就行"]
    blockers = await _blockers(context, given)
    if blockers:
        lines += ["", "卡点：", *blockers]
    if missing and given:
        lines += ["", f"还没写：{'、'.join(missing)}（有空时 补交 一句就行）"]
    elif given:
        lines += ["", "全员到齐 👏"]
    share = f"{len(given)}/{len(given) + len(missing)} 人"
    card = Card(
        title=f"📋 {sitting.round.name}小结｜{day_words(sitting.day)}｜{share}",
        text="\n".join(lines),
        buttons=(Button(label="补交", say="补交"),) if missing else (),
    )
    await context.tell(home, card)


def _said(answer: Answer) -> str:
    plan = f"今日 {in_a_line(answer.today)}" if answer.today else ""
    done = f"昨日 {in_a_line(answer.yesterday)}" if answer.yesterday and not plan else ""
    numbers = "、".join(f"#{each['number']}" for each in answer.opened)
    stuck = f"卡点 {numbers}" if numbers else ""
    if not stuck and answer.blockers and is_nothing(answer.blockers):
        stuck = "没有卡点"
    return f"{answer.member_name}：" + "｜".join(part for part in (plan or done, stuck) if part)


async def _blockers(context: Context, given: Sequence[Answer]) -> list[str]:
    """What blocks now: said today and still open, each once."""
    numbers = sorted({each["number"] for answer in given for each in answer.opened})
    found = [await ledger.find(context.tx, context.team.id, number) for number in numbers]
    return [line(each, context.now) for each in found if each is not None and each.state == OPEN]
