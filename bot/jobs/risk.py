"""风险月报: once a month, only what has changed in the risk register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot import risk
from bot.config import Config
from bot.context import Context
from bot.message import Button, Card
from bot.moment import day_words
from bot.receipt import first_line
from bot.schedule import job
from bot.workdays import Calendar
from storage import claim, history, ledger
from storage.history import Event
from storage.ledger import CANCELLED, OPEN, OPENED, Entry
from storage.team import Team
from storage.undo import UNDONE

NAME = "risk-review"
REMEMBERED = timedelta(days=80)  # less than claims are kept
MOST = 7  # lines of what changed: with title, overdue and the rest it stays within ten
MOST_LATE = 4

_ORDER = ("新增", "重开", "更新", "关闭")


def _hour(config: Config, _team: Team) -> Sequence[time]:
    return (config.reports.risks,)


def _first_workday(calendar: Calendar, _config: Config, _team: Team, day: date) -> bool:
    return day == calendar.next_workday(day.replace(day=1) - timedelta(days=1))


@job(NAME, times=_hour, days=_first_workday, grace=timedelta(hours=6))
async def post(context: Context) -> None:
    """每月第一个工作日发风险月报：只说上次以来变了的，和复查过期的"""
    home = await context.home("report")
    ever = await ledger.listed(context.tx, context.team.id, kind="risk", state=None)
    watched = [each for each in ever if each.state == OPEN]
    since = await _last_time(context)
    changes = await _changes(context, since)
    if home is None or (all(each.state == CANCELLED for each in ever) and not changes):
        return
    late = [each for each in watched if risk.is_late(each, context.now.date())]
    await context.tell(home, _card(context, since, watched, changes, late))


async def _last_time(context: Context) -> datetime | None:
    """When the last review was posted; None: this is the first, everything is new."""
    runs = await claim.taken(
        context.tx,
        job=NAME,
        team_id=context.team.id,
        since=context.now - REMEMBERED,
        before=context.now,
    )
    return runs[-1] if runs else None


@dataclass(frozen=True, slots=True)
class _Change:
    what: str
    entry: Entry
    words: str

    @property
    def line(self) -> str:
        entry = self.entry
        said = f"（{self.words}）" if self.words else ""
        rated = f"{risk.colour(entry.weight)}{entry.weight}" if entry.weight else "没评估"
        title = f"#{entry.number} {rated} {first_line(entry.title, 30)}"
        return f"{self.what} {title}｜{entry.owner_name or '待认领'}{said}"


async def _changes(context: Context, since: datetime | None) -> list[_Change]:
    told = await history.told_since(
        context.tx,
        team_id=context.team.id,
        kind="risk",
        since=since or datetime.min.replace(year=2000, tzinfo=context.now.tzinfo),
        until=context.now,
    )
    if not told:
        return []
    entries = {
        each.id: each
        for each in await ledger.listed(context.tx, context.team.id, kind="risk", state=None)
    }
    found = [_change(entries[key], _standing(events)) for key, events in told.items()]
    changes = [each for each in found if each is not None]
    return sorted(
        changes, key=lambda one: (_ORDER.index(one.what), -one.entry.weight, one.entry.number)
    )


def _standing(events: Sequence[Event]) -> list[Event]:
    """Without what was taken back, and the taking back."""
    left: list[Event] = []
    for each in events:
        if each.verb != UNDONE:
            left.append(each)
            continue
        undone = each.text.removeprefix(f"{UNDONE}「").removesuffix("」")
        for other in reversed(left):
            if other.verb == undone:
                left.remove(other)
                break
    return left


def _change(entry: Entry, events: Sequence[Event]) -> _Change | None:
    """What these events come to; None if nothing is left of them."""
    if not events:
        return None
    verbs = [each.verb for each in events]
    if entry.state != OPEN:
        closing = [each for each in events if each.after.get("state") not in (None, OPEN)]
        return _Change("关闭", entry, _why_closed(closing[-1])) if closing else None
    if OPENED in verbs:
        return _Change("新增", entry, "")
    if "重开" in verbs:
        return _Change("重开", entry, _last_words(events, "重开"))
    return _Change("更新", entry, _gist(entry, events))


def _why_closed(event: Event) -> str:
    """What was only taken off the list did not go away."""
    said = first_line(event.text, 20)
    if event.after["state"] != CANCELLED:
        return said
    return f"取消：{said}" if said else "取消"


def _last_words(events: Sequence[Event], verb: str) -> str:
    return first_line(next(each.text for each in reversed(events) if each.verb == verb), 20)


def _gist(entry: Entry, events: Sequence[Event]) -> str:
    """From what to what it was rated; without that, the last that was done."""
    rated = [each for each in events if "weight" in each.before]
    if rated and rated[0].before["weight"] != entry.weight:
        before = rated[0].before["weight"]
        return f"{risk.colour(before)}{before} → {risk.colour(entry.weight)}{entry.weight}"
    last = events[-1]
    return f"{last.verb} {first_line(last.text, 20)}".strip()


def _card(
    context: Context,
    since: datetime | None,
    watched: Sequence[Entry],
    changes: Sequence[_Change],
    late: Sequence[Entry],
) -> Card:
    span = f"{day_words(since.astimezone(context.now.tzinfo))} 以来" if since else "到今天"
    lines = [each.line for each in changes[:MOST]]
    if len(changes) > MOST:
        lines.append(f"……还有 {len(changes) - MOST} 条变化，说 风险列表 看全部")
    if late:
        lines.append(_late_words(context, late))
    counts = [f"{what} {n}" for what, n in _counts(changes).items() if n]
    if not changes:
        counts = [f"没有变化，还盯着 {len(watched)} 个{_colours(watched)}"]
    title = " · ".join([f"📉 风险月报｜{span}", *counts])
    return Card(
        title=title, text="\n".join(lines), buttons=(Button(label="风险列表", say="风险列表"),)
    )


def _counts(changes: Sequence[_Change]) -> Mapping[str, int]:
    return {what: sum(each.what == what for each in changes) for what in _ORDER}


def _colours(watched: Sequence[Entry]) -> str:
    counts = {mark: sum(risk.colour(each.weight) == mark for each in watched) for mark in "🔴🟡🟢"}
    said = " ".join(f"{mark}{n}" for mark, n in counts.items() if n)
    return f"（{said}）" if said else ""


def _late_words(context: Context, late: Sequence[Entry]) -> str:
    """复查过期 2：#3 李四（12月1日 周二）、#5 王敏（…）"""
    shown = [
        f"#{each.number} {each.owner_name or '待认领'}（{risk.day_of(day, context.now)}）"
        for each in risk.by_weight(late)[:MOST_LATE]
        if (day := risk.review_of(each)) is not None
    ]
    more = f" 等 {len(late)} 个" if len(late) > MOST_LATE else ""
    return f"⏰ 复查过期：{'、'.join(shown)}{more}"
