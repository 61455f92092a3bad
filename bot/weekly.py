"""The team's week in facts: what got stuck, what was cleared and why it had happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.blocker import RESOLVED, TIMEOUT, is_solved, lines, stuck_since
from bot.config import Config
from bot.context import Context
from bot.message import Button, Card
from bot.moment import due_words
from bot.similar import SIMILAR, likeness
from bot.workdays import Calendar
from storage import ledger
from storage.ledger import CANCELLED, DONE, OPEN, Entry

OLDEST = 3  # blockers that are named
CAUSES = 4  # causes that are named; the others are counted together
NO_CAUSE = "没写根因"
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


def week_of(now: datetime, calendar: Calendar, config: Config) -> Span:
    """From the hour of the last report in an earlier week until now: nothing falls between."""
    day = now.date() - _WEEK
    while (last := last_workday(calendar, day)) is None:
        day -= _WEEK
    return Span(datetime.combine(last, config.reports.weekly, now.tzinfo), now)


# --- what ----------------------------------------------------------------------------------


async def weekly(context: Context) -> Card | None:
    """None: nothing happened, and nothing is open."""
    span = week_of(context.now, context.calendar, context.config)
    parts = [
        *await _blockers(context, span),
        *await _data(context, span),
        *await _tasks(context, span),
    ]
    if not parts:
        return None
    title = f"📊 周报｜{due_words(span.since, span.until)} 到 {due_words(span.until, span.until)}"
    buttons = (
        Button(label="卡点列表", say="卡点列表"),
        Button(label="逾期", say="逾期"),
    )
    return Card(title=title, text="\n".join(parts), buttons=buttons)


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
    said = [f"卡点：{'，'.join(counts)}"]
    oldest = sorted((each for each in still if each not in waiting), key=stuck_since)[:OLDEST]
    if oldest:
        said += ["卡得最久的：", *await lines(context, oldest)]
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


def by_cause(entries: Iterable[Entry]) -> str:
    """证书过期 2、没写根因 1: the commonest first, those without one last."""
    written = [str(each.details.get("cause", "")).strip() for each in entries]
    groups = grouped([each for each in written if each])
    named = [f"{_short(each[0])} {len(each)}" for each in groups[:CAUSES]]
    others = sum(len(each) for each in groups[CAUSES:])
    without = sum(not each for each in written)
    named += [f"其他 {others}"] if others else []
    named += [f"{NO_CAUSE} {without}"] if without else []
    return "、".join(named)


def grouped(causes: Sequence[str]) -> list[list[str]]:
    """Causes in similar words together, the biggest group first; each is in one group."""
    groups: list[list[str]] = []
    for cause in causes:
        fitting = [each for each in groups if _same_cause(each[0], cause)]
        if fitting:
            fitting[0].append(cause)
        else:
            groups.append([cause])
    return sorted(groups, key=len, reverse=True)


def _same_cause(one: str, other: str) -> bool:
    return one == other or likeness(one, other) >= SIMILAR


def _short(cause: str, most: int = 12) -> str:
    one_line = " ".join(cause.split())
    return one_line if len(one_line) <= most else one_line[: most - 1] + "…"
