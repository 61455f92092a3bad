"""看板: the ledger in figures, as a card and as a picture that say the same."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from bot.context import Request
from bot.kind import KINDS, name
from bot.message import Button, Card, Picture
from bot.moment import day_words
from bot.period import period
from bot.picture import Age, Board, Row, draw
from bot.workdays import Calendar
from storage import board
from storage.board import Counts

# How many working days ago it was opened: the bounds, and what lies between them is called.
AGES = (1, 5)
AGE_NAMES = ("1天内", "2–5天", "5天以上")
AGING = ("blocker", "task")


async def show(request: Request) -> Card:
    """The card; the picture, where there can be one, is on its way already."""
    now = request.now
    since, until = period("本周", now)
    counts = await board.counts(
        request.tx,
        request.team.id,
        now=request.clock,
        since=since,
        until=until,
        ages=[_begin(request.calendar, now, days) for days in AGES],
    )
    shown = {kind: counts[kind] for kind in KINDS if kind in counts and counts[kind].any}
    title = f"看板｜{day_words(now)}"
    if not shown:
        return Card(title=title, text="还没有记录。先记一条：任务 @张三 整理客户清单 周五下班前")
    card = _card(title, shown)
    if request.shows_pictures(request.chat):
        said = "\n".join(f"{label}：{value}" for label, value in card.facts)
        png = await asyncio.to_thread(draw, _board(request, shown))
        if png is not None:
            await request.tell(request.chat, Picture(png=png, text=f"{title}\n{said}"))
    return card


def _begin(calendar: Calendar, now: datetime, days: int) -> datetime:
    """The first moment from which on something is so many working days old, or younger."""
    day = calendar.add_workdays(now.date(), -days)
    return datetime.combine(day, time(), now.tzinfo)


def _card(title: str, shown: Mapping[str, Counts]) -> Card:
    facts = [(name(kind), _words(kind, each)) for kind, each in shown.items()]
    for kind in AGING:
        ages = shown[kind].ages if kind in shown else ()
        if any(ages):
            said = " · ".join(f"{what} {n}" for what, n in zip(AGE_NAMES, ages, strict=True))
            waiting = shown[kind].open - sum(ages)
            rest = f"；另有 {waiting} 个说解决了、等确认" if waiting else ""
            facts.append((f"{name(kind)}开了多久", f"{said}（工作日）{rest}"))
    opened, late, _, done = _totals(shown)
    if apart := [name(kind) for kind in shown if not KINDS[kind].owned]:
        facts.append(("合计里不含", f"{'、'.join(apart)}（不用谁去做完）"))
    return Card(
        title=title,
        text=f"未了结 {opened} · 逾期 {late} · 本周完成 {done}",
        facts=tuple(facts),
        buttons=(
            Button(label="议程", say="议程", style="primary"),
            Button(label="逾期", say="逾期"),
            Button(label="卡点列表", say="卡点列表"),
            Button(label="任务列表", say="任务列表"),
        ),
    )


def _totals(shown: Mapping[str, Counts]) -> tuple[int, int, int, int]:
    """Open, late, still due this week, done this week: of what somebody has to do."""
    work = [each for kind, each in shown.items() if KINDS[kind].owned]
    return (
        sum(each.open for each in work),
        sum(each.overdue for each in work),
        sum(each.due for each in work),
        sum(each.done for each in work),
    )


def _words(kind: str, each: Counts) -> str:
    """未了结 5 · 逾期 2 · 本周到期 1 · 本周完成 3, without what is none."""
    parts = (
        ("未了结" if KINDS[kind].owned else KINDS[kind].open, each.open),
        ("逾期", each.overdue),
        ("本周还有到期", each.due),
        (f"本周{KINDS[kind].done.removeprefix('已')}", each.done),
    )
    return " · ".join(f"{label} {n}" for label, n in parts if n)


def _board(request: Request, shown: Mapping[str, Counts]) -> Board:
    now = request.now
    rows = [
        Row(label=name(kind), open=c.open, overdue=c.overdue, due=c.due, done=c.done)
        for kind, c in shown.items()
    ]
    ages = [
        Age(label=name(kind), counts=shown[kind].ages)
        for kind in AGING
        if kind in shown and any(shown[kind].ages)
    ]
    monday = now - timedelta(days=now.weekday())
    return Board(
        team=request.team.name,
        day=f"{now.year}年{day_words(now)}",
        week=f"本周从 {day_words(monday)} 算起",
        totals=_totals(shown),
        rows=tuple(rows),
        age_names=AGE_NAMES,
        ages=tuple(ages),
    )
