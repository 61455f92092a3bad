"""Who is reminded of what, and at which of the day's hours: as much as each has asked for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from bot.errors import Refusal
from bot.grammar import half_width
from bot.kind import KINDS, head
from bot.leave import Span
from bot.message import Button
from bot.moment import day_words
from bot.receipt import first_line
from bot.timewords.clock import Hours, read_clock
from bot.timewords.numeral import plain
from bot.workdays import Calendar
from storage.ledger import Entry

HOURS = tuple(time(hour) for hour in range(8, 21))
EVENING = time(18)
SOON = timedelta(hours=2)
# These have posts of their own, or nobody has to do anything by their date.
NOT_DUE = ("decision", "minutes", "question", "training", "budget", "lesson")


class Level(StrEnum):
    LITTLE = "少"
    NORMAL = "标准"
    MUCH = "多"
    NONE = "不要"


ABOUT = {
    Level.LITTLE: "当天、刚逾期的那天",
    Level.NORMAL: "前一天、当天、逾期后每天",
    Level.MUCH: "前一天早晚、当天、到期前 2 小时、逾期后每天",
    Level.NONE: "都不提醒",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """How much a member wants to be reminded, and from when to when not at all."""

    level: Level = Level.NORMAL
    quiet: tuple[time, time] | None = None

    def silent(self, at: time) -> bool:
        if self.quiet is None:
            return False
        begins, ends = self.quiet
        return begins <= at < ends if begins < ends else at >= begins or at < ends


def wish_of(settings: Mapping[str, Any]) -> Wish:
    quiet = settings.get("quiet")
    return Wish(
        Level(settings.get("remind", Level.NORMAL)),
        (time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])) if quiet else None,
    )


# --- 免打扰 21:00-8:00 -------------------------------------------------------------------------

_TO = re.compile(r"\s*(?:到|至|[-~～—–]+)\s*")
_HOUR_ALONE = re.compile(r"\d{1,2}")


def quiet_in(text: str, hours: Hours) -> tuple[time, time]:
    """From when to when. Raises Refusal for what is none, or leaves no hour of the day."""
    parts = _TO.split(half_width(text).strip())
    if len(parts) != 2:
        raise Refusal(
            "要写从几点到几点，比如 免打扰 21:00-8:00；不要了就说 免打扰 关", usage=False
        )
    begins, ends = (_clock(each, hours) for each in parts)
    wish = Wish(quiet=(begins, ends))
    if begins == ends or all(wish.silent(each) for each in HOURS):
        raise Refusal(
            f"{HOURS[0]:%H:%M} 到 {HOURS[-1]:%H:%M} 之间总要留一点时间；都不要就说 提醒 不要",
            usage=False,
        )
    return begins, ends


def _clock(words: str, hours: Hours) -> time:
    said = plain(f"{words}:00" if _HOUR_ALONE.fullmatch(words) else words)
    clock = read_clock(said, 0, hours, placed=True)
    at = clock.at if clock is not None and clock.stop == len(said) else None
    if at is None or at > timedelta(days=1):
        raise Refusal(f"「{words[:10]}」不是钟点，比如 免打扰 21:00-8:00", usage=False)
    minutes = at // timedelta(minutes=1) % (24 * 60)
    return time(minutes // 60, minutes % 60)


# --- what somebody is told -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a digest; ``rank`` sorts, ``buttons`` are for when it is the only one."""

    rank: int
    why: str
    entry: Entry
    buttons: tuple[Button, ...]

    @property
    def line(self) -> str:
        share = self.entry.details.get("progress")
        done = f"（{share}%）" if share is not None else ""
        title = first_line(self.entry.title, 30)
        return f"{self.why}｜{head(self.entry.kind, self.entry.number)} {title}{done}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One of the day's hours, for one member: what has come up in (since, now]."""

    now: datetime
    since: datetime  # the member's hour before this one, or the day's beginning
    digest: time
    calendar: Calendar

    def rang(self, moment: datetime) -> bool:
        return self.since < moment <= self.now

    def at(self, clock: time) -> datetime:
        return datetime.combine(self.now.date(), clock, self.calendar.zone)

    @property
    def digests(self) -> bool:
        return self.rang(self.at(self.digest))

    @property
    def evening(self) -> bool:
        return self.rang(self.at(EVENING)) and self.works

    @property
    def works(self) -> bool:
        return self.calendar.is_workday(self.now.date())


def items_for(
    member_id: int,
    wish: Wish,
    moment: Moment,
    entries: Sequence[Entry],
    *,
    leaving: Span | None = None,
    instead_of: Mapping[int, str] = {},
) -> list[Item]:
    """What this member is told at this hour, what hurts most first.

    ``leaving`` is the leave that begins after this working day; ``instead_of`` are the names of
    those whom the member stands in for: of theirs only what is due.
    """
    if wish.level is Level.NONE:
        return []
    found = [*_due(member_id, wish, moment, entries)]
    if leaving is not None and moment.digests:
        meanwhile = _meanwhile(member_id, leaving, moment, entries)
        known = {each.entry.id for each in meanwhile}
        found = [*(each for each in found if each.entry.id not in known), *meanwhile]
    for absent, name in instead_of.items():
        found += [
            replace(each, why=f"替{name}｜{each.why}")
            for each in _due(absent, wish, moment, entries)
        ]
    if moment.digests and moment.works and (found or _every_day(wish, moment)):
        found += _waiting(member_id, moment, entries)
    return sorted(found, key=lambda each: each.rank)


def _meanwhile(
    member_id: int, leaving: Span, moment: Moment, entries: Sequence[Entry]
) -> list[Item]:
    """What falls due while they are away: still time to finish it or to hand it over."""
    found = []
    for each in _owned(member_id, entries):
        due = each.due.astimezone(moment.calendar.zone) if each.due else None
        if due is None or not leaving.since <= due < leaving.until:
            continue
        said = _due_item(each, 4, f"请假期间 {day_words(due)} {due:%H:%M}")
        hand_over = Button(label="转交", say=f"转交 {each.number}")
        found.append(replace(said, buttons=(said.buttons[0], hand_over, *said.buttons[1:])))
    return found


def new_items(member_id: int, entries: Sequence[Entry]) -> list[Item]:
    """What others gave them while they were away."""
    return [
        _due_item(each, 6, "请假时新来")
        for each in _owned(member_id, entries)
        if each.opened_by != member_id
    ]


def _every_day(wish: Wish, moment: Moment) -> bool:
    """Who wants little hears who waits for them once a week, or along with a deadline."""
    monday = moment.now.date() - timedelta(days=moment.now.weekday())
    before = moment.calendar.add_workdays(moment.now.date(), -1)
    return wish.level is not Level.LITTLE or before < monday


def _due(member_id: int, wish: Wish, moment: Moment, entries: Sequence[Entry]) -> list[Item]:
    found = []
    for each in _owned(member_id, entries):
        due = each.due.astimezone(moment.calendar.zone) if each.due else None
        said = _due_words(each, due, wish, moment) if due else None
        if said is not None:
            found.append(_due_item(each, *said))
    return found


def _owned(member_id: int, entries: Sequence[Entry]) -> Iterator[Entry]:
    """What this member has to do something about."""
    for each in entries:
        waits = each.stage in ("resolved", "pending")
        if each.owner_id == member_id and not waits and each.kind not in NOT_DUE:
            yield each


def _due_words(entry: Entry, due: datetime, wish: Wish, moment: Moment) -> tuple[int, str] | None:
    """How it stands, if this is an hour to say so: first what is late, the latest first."""
    today, day = moment.now.date(), due.date()
    if day < today and moment.digests and moment.works:
        first = day >= moment.calendar.add_workdays(today, -1)
        late = (today - day).days
        return (-late, f"逾期 {late} 天") if first or wish.level is not Level.LITTLE else None
    if day == today:
        soon = wish.level is Level.MUCH and moment.rang(due - SOON) and due > moment.now
        if soon or (moment.digests and not _just_told(entry, wish, moment)):
            return 1, f"今天 {due:%H:%M}"
    if day > today and day <= moment.calendar.next_workday(today) and moment.works:
        evening = wish.level is Level.MUCH and moment.evening
        if evening or (moment.digests and wish.level is not Level.LITTLE):
            return 5, _coming(day, today, due)
    return None


def _coming(day: date, today: date, due: datetime) -> str:
    said = "明天" if (day - today).days == 1 else day_words(day)
    return f"{said} {due:%H:%M}"


def _just_told(entry: Entry, wish: Wish, moment: Moment) -> bool:
    """Its receipt of this morning has said it, unless they were not to be disturbed."""
    opened = entry.opened_at.astimezone(moment.calendar.zone)
    return opened >= moment.at(time(0)) and not wish.silent(opened.time())


def _due_item(entry: Entry, rank: int, why: str) -> Item:
    finish = KINDS[entry.kind].finish
    number = entry.number
    return Item(
        rank,
        why,
        entry,
        (
            Button(label=finish, say=f"{finish} {number}", style="primary"),
            Button(label="改期", say=f"改期 {number}"),
            Button(label="查看", say=f"查看 {number}"),
        ),
    )


def _waiting(member_id: int, moment: Moment, entries: Sequence[Entry]) -> list[Item]:
    found = []
    for each in entries:
        said = _waits(each, member_id, moment)
        if said is None:
            continue
        why, verbs = said
        first, *others = [Button(label=verb, say=f"{verb} {each.number}") for verb in verbs]
        primary = Button(label=first.label, say=first.say, style="primary")
        look = Button(label="查看", say=f"查看 {each.number}")
        found.append(Item(3, why, each, (primary, *others, look)))
    return found


def _waits(entry: Entry, me: int, moment: Moment) -> tuple[str, tuple[str, ...]] | None:
    """Whose word it waits for, and the words that may be said.

    Who should confirm that a blocker is solved is asked by the job that would close it.
    """
    today = moment.now.date()
    if entry.offered_to == me:
        return "等你接受", ("接受", "不接")
    if entry.stage == "pending" and me in (entry.owner_id, entry.details.get("approver")):
        return "等你批准", ("批准", "驳回")
    opened = entry.opened_at.astimezone(moment.calendar.zone).date()
    unread = entry.details.get("readers", {}).get(str(me), "") is None
    if unread and moment.calendar.next_workday(opened) < today:
        return "等你看一眼", ("已阅",)
    review = entry.details.get("review") if entry.kind == "risk" else None
    if review and entry.owner_id == me and date.fromisoformat(review) <= today:
        return "该复查了", ("复查",)
    return None
