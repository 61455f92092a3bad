"""The day in ten lines: who answered, what is stuck, what changed, what 领导 must decide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any

from bot.ask import Ask, asks
from bot.attendance import Attendance, attendances
from bot.blocker import RESOLVED, age_words, lines, stuck_since
from bot.changes import Changes
from bot.context import Context
from bot.message import Button, Card
from bot.milestone import countdown
from bot.moment import day_words, due_words
from bot.preference import daily_hour
from bot.receipt import first_line
from storage import ledger
from storage import report as reports
from storage.ledger import Entry

LINES = 10  # of the card, its title among them
MOST_ASKS = 3
MOST_STUCK = 3
MOST_NAMES = 6
MOST_GOALS = 3
MOST_MORE = 60  # lines behind 更多
MOST_TITLE = 16  # characters, where several stand on one line
SOON = timedelta(days=7)
REMEMBERED = timedelta(days=14)  # an older report is none to go on from
TITLE = "📋 日报｜"
QUIET = "这一天没有动静：没人登记，没有卡点，也没有要领导定的事"


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    day: date
    lines: tuple[str, ...]  # of the card
    more: tuple[str, ...]  # behind 更多
    asks: tuple[Ask, ...]  # that are numbered on the card

    @property
    def quiet(self) -> bool:
        return self.lines == (QUIET,)

    def card(self, *, at: datetime | None = None) -> Card:
        """As it is posted; ``at`` an hour of the day it shows how things stand then."""
        when = f" {at:%H:%M}" if at is not None else ""
        said = "日报" if at is not None else f"日报 {self.day.isoformat()}"
        return Card(
            title=f"{TITLE}{day_words(self.day)}{when}",
            text="\n".join(self.lines),
            buttons=(Button(label="更多", say=f"{said} 第2页"),) if self.more else (),
        )

    def stored(self) -> list[str]:
        return [*self.lines, "", *self.more]


async def daily(context: Context, added: Iterable[Mapping[str, Any]] = ()) -> Daily:
    """What is so at this moment; ``added`` are the project managers' own lines."""
    tx, team_id, day = context.tx, context.team.id, context.now.date()
    since = await _since(context, day)
    facts = _Facts(
        held=[each for each in await attendances(context, since, context.now) if each.expected],
        stuck=await ledger.listed(tx, team_id, kind="blocker"),
        changes=Changes.of(
            await reports.changes(tx, team_id, since=since, until=context.clock), since=since
        ),
        wanted=await asks(context),
        goals=await milestones(context),
        own=[(each["name"], each["text"]) for each in added],
    )
    if not facts.any:
        return Daily(day=day, lines=(QUIET,), more=(), asks=())
    return await _written(context, facts, since)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    held: Sequence[Attendance]
    stuck: Sequence[Entry]
    changes: Changes
    wanted: Sequence[Ask]
    goals: Sequence[Entry]
    own: Sequence[tuple[str, str]]

    @property
    def any(self) -> bool:
        parts = (self.held, self.stuck, self.changes.any, self.wanted, self.goals, self.own)
        return any(parts)


async def _written(context: Context, facts: _Facts, since: datetime) -> Daily:
    wanted, goals = facts.wanted, facts.goals
    asked = {each.entry.number for each in wanted[:MOST_ASKS]}
    first = [_standup(facts.held, context.now)] if facts.held else []
    last = [
        facts.changes.line(_since_words(since, context.now), but=asked),
        *_ask_lines(wanted),
        *([f"🏁 {goals_line(context, goals)}"] if goals else []),
    ]
    room = LINES - 2 - len(first) - len(last)  # beside the title and how many are stuck
    own = _own_lines(facts.own, room)
    worst = _worst(facts.stuck)
    others = [each for each in worst if each.number not in asked]
    told = others[: min(MOST_STUCK, room - len(own))]
    below = len(worst) - len(others)
    stuck = [_stuck_line(context, facts.stuck, worst, told, below), *await lines(context, told)]
    more = [
        *_all_names(facts.held),
        *_titled("其余卡点", await lines(context, others[len(told) :])),
        *_titled("其余要领导定的", [each.text for each in wanted[MOST_ASKS:]]),
        *_titled("有变化的", facts.changes.every()),
        *_titled("其余里程碑", [_goal(context, each) for each in goals[MOST_GOALS:]]),
    ]
    return Daily(
        day=context.now.date(),
        lines=(*first, *stuck, *last, *own),
        more=tuple(more[:MOST_MORE]),
        asks=tuple(wanted[:MOST_ASKS]),
    )


def _own_lines(own: Sequence[tuple[str, str]], room: int) -> list[str]:
    """王敏补充：明天客户来现场; on one line where there is no room for more."""
    found = [f"{name}补充：{text}" for name, text in own]
    return found if len(found) <= room else ["；".join(found)]


def _titled(title: str, found: Sequence[str]) -> list[str]:
    return [f"【{title}】", *found] if found else []


# --- since when ------------------------------------------------------------------------------


async def _since(context: Context, day: date) -> datetime:
    """The last report's moment; without one, its hour on the working day before this one, or
    before those that were held: what was not reported is still news."""
    which: dict[str, Any] = {"team_id": context.team.id, "kind": reports.DAILY, "before": day}
    last = await reports.last_posted(context.tx, **which)
    if last is not None and context.clock - last <= REMEMBERED:
        return last.astimezone(context.calendar.zone)
    at = daily_hour(context.config, context.team) or context.config.reports.daily
    held = await reports.first_unposted(context.tx, since=day - REMEMBERED, **which)
    before = context.calendar.add_workdays(held or day, -1)
    return context.calendar.at(before, at)


def _since_words(since: datetime, now: datetime) -> str:
    """昨天 18:00 以来; of an earlier day its date and weekday."""
    if (now.date() - since.date()).days == 1:
        return f"昨天 {since:%H:%M} 以来"
    return f"{due_words(since, now)} 以来"


# --- 站会 ------------------------------------------------------------------------------------


def _standup(held: Sequence[Attendance], now: datetime) -> str:
    """☀️ 站会：6/8 人写了｜补交 张三｜没写 赵六｜请假 钱七; of several the totals."""
    if not held:
        return ""
    answered = sum(len(each.answered) for each in held)
    expected = sum(each.expected for each in held)
    many = f" {len(held)} 场" if len(held) > 1 else ""
    counted = f"{answered}/{expected} 人{'次' if many else ''}写了"
    if not answered:
        counted = "还没有人写"
    elif answered == expected:
        counted = f"{expected} 人{'次' if many else ''}都写了 👏"
    still = [each for each in held if each.sitting.open_at(now)]
    closing = f"（{still[-1].sitting.closes:%H:%M} 收）" if still else ""
    over = [each for each in held if each not in still]
    parts = [f"☀️ 站会{many}：{counted}{closing}"]
    for what, names in (
        ("补交", _names(each.late for each in held)),
        # Who may still write is not missing yet; and of nobody the names are no news.
        ("没写", _names(each.missing for each in over) if answered else []),
        ("请假", _names(each.away for each in held)),
    ):
        if names:
            rest = f" 等 {len(names)} 人" if len(names) > MOST_NAMES else ""
            parts.append(f"{what} {'、'.join(names[:MOST_NAMES])}{rest}")
    return "｜".join(parts)


def _names(found: Iterable[Iterable[Any]]) -> list[str]:
    return list(dict.fromkeys(each.name for each in chain.from_iterable(found)))


def _all_names(held: Sequence[Attendance]) -> list[str]:
    missing = _names(each.missing for each in held)
    return [f"没写站会：{'、'.join(missing)}"] if len(missing) > MOST_NAMES else []


# --- 卡点 ------------------------------------------------------------------------------------


def _worst(stuck: Sequence[Entry]) -> list[Entry]:
    """What is really stuck: what climbed highest first, then the most urgent and the oldest."""
    waiting = [each for each in stuck if each.stage != RESOLVED]
    return sorted(waiting, key=lambda each: (-each.rung, -each.weight, stuck_since(each)))


def _stuck_line(
    context: Context,
    stuck: Sequence[Entry],
    worst: Sequence[Entry],
    told: Sequence[Entry],
    below: int,
) -> str:
    """``told`` stand under it, and ``below`` of them further down, where they are asked for."""
    if not stuck:
        return "🚧 没有开着的卡点"
    confirm = len(stuck) - len(worst)
    notes = [f"{confirm} 个等确认"] if confirm else []
    notes += [f"{below} 个在下面等领导定"] if below else []
    said = f"🚧 卡点 {len(stuck)} 个" + (f"（{'，'.join(notes)}）" if notes else "")
    if told:
        rest = len(worst) - len(told) - below
        words = ("，其余最要紧的" if rest else "，还有") if below else "，最要紧的" if rest else ""
        return f"{said}{words}："
    if not worst:
        return said
    oldest = min(worst, key=stuck_since)
    age = age_words(oldest, context.now, context.calendar, context.config.deadlines.hours)
    return f"{said}，最久的{age}"


# --- what is asked for, and what is near -------------------------------------------------------


def _ask_lines(wanted: Sequence[Ask]) -> list[str]:
    if not wanted:
        return ["🙋 没有要领导定的事"]
    how = "引用这条回 1 加一句话" if len(wanted) > 1 else "引用这条回一句话"
    numbered = [f"{place}. {each.text}" for place, each in enumerate(wanted[:MOST_ASKS], 1)]
    return [f"🙋 请领导定（{how}）：", *numbered]


async def milestones(context: Context) -> list[Entry]:
    """Those of the coming week, and those that are over."""
    last = datetime.combine(context.now.date() + SOON, time.max, context.calendar.zone)
    return await ledger.listed(
        context.tx, context.team.id, kind="milestone", due_before=last + timedelta(microseconds=1)
    )


def goals_line(context: Context, goals: Sequence[Entry]) -> str:
    """#8 UAT 结束 还有 3 天、#9 上线 就在今天"""
    rest = f"、另 {len(goals) - MOST_GOALS} 个" if len(goals) > MOST_GOALS else ""
    return "、".join(_goal(context, each) for each in goals[:MOST_GOALS]) + rest


def _goal(context: Context, entry: Entry) -> str:
    left = countdown(entry.due, context.now, context.calendar) if entry.due else ""
    return f"#{entry.number} {first_line(entry.title, MOST_TITLE)} {left.split('（')[0]}"
