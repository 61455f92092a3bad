"""The team's week in facts: what got stuck, what was cleared and why it had happened."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.attendance import attendances, rate
from bot.blocker import RESOLVED, TIMEOUT, is_solved, lines, stuck_since
from bot.cause import by_cause
from bot.config import Config
from bot.context import Context
from bot.daily import goals_line, milestones
from bot.message import Button, Card, Picture
from bot.moment import day_words, due_words
from bot.preference import weekly_hour
from bot.receipt import first_line
from bot.trend import Trend, Week, draw
from bot.workdays import Calendar
from storage import attendance, ledger
from storage import trend as trends
from storage.ledger import CANCELLED, DONE, OPEN, Entry
from storage.team import Team, TeamChat

TITLE = "📊 周报｜"
WEEKS = 8  # in the picture
OLDEST = 3  # blockers that are named
REACHED = 2  # milestones that are named
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    since: datetime
    until: datetime

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.since <= moment <= self.until


# --- when ----------------------------------------------------------------------------------


def last_workday(calendar: Calendar, day: date) -> date | None:
    """Of the day's week; None where a holiday takes all of it."""
    sunday = day + timedelta(days=6 - day.weekday())
    week = (sunday - timedelta(days=back) for back in range(7))
    return next((each for each in week if calendar.is_workday(each)), None)


def week_of(now: datetime, calendar: Calendar, config: Config, team: Team) -> Span:
    """From the hour of the last report in an earlier week until now: nothing falls between."""
    day = now.date() - _WEEK
    while (last := last_workday(calendar, day)) is None:
        day -= _WEEK
    at = weekly_hour(config, team) or config.reports.weekly
    return Span(calendar.at(last, at), now)


# --- what ----------------------------------------------------------------------------------


async def weekly(context: Context) -> Card | None:
    """None: nothing happened, and nothing is open."""
    span = week_of(context.now, context.calendar, context.config, context.team)
    parts = [
        *await _standup(context, span),
        *await _blockers(context, span),
        *await _data(context, span),
        *await _tasks(context, span),
        *await _milestones(context, span),
    ]
    if not parts:
        return None
    title = f"{TITLE}{due_words(span.since, span.until)} 到 {due_words(span.until, span.until)}"
    buttons = (
        Button(label="卡点列表", say="卡点列表"),
        Button(label="逾期", say="逾期"),
    )
    return Card(title=title, text="\n".join(parts), buttons=buttons)


async def picture(context: Context, chat: TeamChat, card: Card) -> Picture | None:
    """How the weeks went; None where there is too little to draw, or no way to show it."""
    if not context.shows_pictures(chat):
        return None
    figures = await trend(context)
    png = await asyncio.to_thread(draw, figures) if figures else None
    return Picture(png=png, text=f"{card.title}\n{_said(figures)}") if figures and png else None


def _said(figures: Trend) -> str:
    """The same in words, for whoever cannot see it."""
    rates = ["—" if each.rate is None else f"{each.rate}%" for each in figures.weeks]
    parts = (
        ("每周末", [each.label for each in figures.weeks]),
        ("没解决的卡点", [str(each.stuck) for each in figures.weeks]),
        ("完成的任务", [str(each.done) for each in figures.weeks]),
        ("写站会的人", rates),
    )
    return "\n".join(f"{label}：{'、'.join(values)}" for label, values in parts)


async def trend(context: Context) -> Trend | None:
    """Up to eight weeks, from the team's first one on. None: there are not two yet."""
    spans = await _weeks(context)
    if len(spans) < 2:
        return None
    tx, team_id = context.tx, context.team.id
    stuck = await trends.open_at(tx, team_id, "blocker", [each.until for each in spans])
    done = await trends.done_in(tx, team_id, "task", [(each.since, each.until) for each in spans])
    found = await attendances(context, spans[0].since, context.now)
    first = await attendance.first_answer(tx, team_id)
    rates = [
        rate([each for each in found if span.since < each.sitting.closes <= span.until], first)
        for span in spans
    ]
    labels = [f"{each.until.month}/{each.until.day}" for each in spans]
    end = _end_of_week(context)
    partial = end is None or context.now < end
    if partial:
        labels[-1] = "至今"
    return Trend(
        team=context.team.name,
        span=f"{day_words(spans[0].until)} 到 {day_words(spans[-1].until)}",
        weeks=tuple(
            Week(label=label, stuck=one, done=two, rate=three.percent)
            for label, one, two, three in zip(labels, stuck, done, rates, strict=True)
        ),
        partial=partial,
    )


def _end_of_week(context: Context) -> datetime | None:
    """When this week's report is due; None where a holiday takes all of it."""
    last = last_workday(context.calendar, context.now.date())
    at = weekly_hour(context.config, context.team) or context.config.reports.weekly
    return context.calendar.at(last, at) if last else None


async def _weeks(context: Context) -> list[Span]:
    """The oldest first; those that ended before the team's first entry or answer are none."""
    answered = await attendance.first_answer(context.tx, context.team.id)
    opened = await trends.first_opened(context.tx, context.team.id)
    zone = context.calendar.zone
    days = [answered, opened.astimezone(zone).date() if opened else None]
    first = min((each for each in days if each is not None), default=None)
    if first is None:
        return []
    spans = [week_of(context.now, context.calendar, context.config, context.team)]
    while len(spans) < WEEKS and spans[0].since.date() >= first:
        earlier = week_of(spans[0].since, context.calendar, context.config, context.team)
        spans.insert(0, earlier)
    return spans


async def _ended(context: Context, kind: str, span: Span) -> list[Entry]:
    found = await ledger.listed(
        context.tx, context.team.id, kind=kind, state=DONE, closed_since=span.since
    )
    return [each for each in found if span.holds(each.closed_at)]


async def _opened(context: Context, kind: str, span: Span) -> list[Entry]:
    """What was taken back or merged is none."""
    found = await ledger.listed(
        context.tx, context.team.id, kind=kind, state=None, opened_since=span.since
    )
    return [each for each in found if span.holds(each.opened_at) and each.state != CANCELLED]


async def _standup(context: Context, span: Span) -> list[str]:
    """站会：5 场，38/40 人次写了（95%）; nothing where nobody has answered yet."""
    first = await attendance.first_answer(context.tx, context.team.id)
    if first is None:
        return []
    over = [
        each
        for each in await attendances(context, span.since, span.until)
        if each.sitting.closes <= span.until and each.expected and each.sitting.day >= first
    ]
    answered = rate(over, first)
    if answered.percent is None:
        return []
    share = f"{answered.given}/{answered.expected} 人次写了（{answered.percent}%）"
    return [f"站会：{len(over)} 场，{share}"]


async def _blockers(context: Context, span: Span) -> list[str]:
    opened = await _opened(context, "blocker", span)
    ended = await _ended(context, "blocker", span)
    still = await ledger.listed(context.tx, context.team.id, kind="blocker", state=OPEN)
    if not (opened or ended or still):
        return []
    solved = [each for each in ended if is_solved(each)]
    timed_out = [each for each in ended if each.details.get("closed_by") == TIMEOUT]
    waiting = [each for each in still if each.stage == RESOLVED]
    counts = [f"新记 {len(opened)}", f"解决 {len(solved)}"]
    counts += [f"超时关闭 {len(timed_out)}（不算解决）"] if timed_out else []
    counts.append(f"还开着 {len(still)}" + (f"（{len(waiting)} 个等确认）" if waiting else ""))
    oldest = sorted((each for each in still if each not in waiting), key=stuck_since)[:OLDEST]
    said = [f"卡点：{'，'.join(counts)}" + ("，卡得最久的：" if oldest else "")]
    said += await lines(context, oldest)
    if solved:
        said.append(f"解决的根因：{by_cause(solved)}")
    return said


async def _data(context: Context, span: Span) -> list[str]:
    opened = await _opened(context, "data", span)
    fixed = await _ended(context, "data", span)
    if not (opened or fixed):
        return []
    causes = f"，原因：{by_cause(fixed)}" if fixed else ""
    return [f"数据问题：新记 {len(opened)}，修好 {len(fixed)}{causes}"]


async def _tasks(context: Context, span: Span) -> list[str]:
    done = await _ended(context, "task", span)
    overdue = await ledger.listed(context.tx, context.team.id, kind="task", due_before=context.now)
    if not (done or overdue):
        return []
    return [f"任务：完成 {len(done)}，逾期 {len(overdue)}"]


async def _milestones(context: Context, span: Span) -> list[str]:
    """里程碑：达成 #3 UAT；#8 上线 还有 3 天"""
    reached = await _ended(context, "milestone", span)
    said = [f"#{each.number} {first_line(each.title, 16)}" for each in reached[:REACHED]]
    more = f" 等 {len(reached)} 个" if len(reached) > REACHED else ""
    parts = [f"达成 {'、'.join(said)}{more}"] if said else []
    goals = await milestones(context)
    parts += [goals_line(context, goals)] if goals else []
    return [f"里程碑：{'；'.join(parts)}"] if parts else []
