"""Who is away, who hears instead of them, and how that is said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.context import Context, Request
from bot.errors import Refusal
from bot.message import Card, Person
from bot.moment import day_words
from bot.workdays import Calendar
from storage import leave as leaves
from storage import member as members
from storage.leave import Leave
from storage.member import Member

TICK = timedelta(microseconds=1)
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Away:
    """Who is away at one instant."""

    leaves: Mapping[int, Leave]  # by who is away
    stand_ins: Mapping[int, Member]  # by their own id

    def has(self, member_id: int | None) -> bool:
        return member_id in self.leaves

    def stand_in(self, member_id: int) -> Member | None:
        """Who is there for them, if need be the stand-in's own. None: nobody is."""
        seen = {member_id}
        while (leave := self.leaves.get(member_id)) is not None:
            if leave.stand_in_id is None or leave.stand_in_id in seen:
                return None
            member_id = leave.stand_in_id
            seen.add(member_id)
        return self.stand_ins.get(member_id)

    def there(self, people: Sequence[Member]) -> list[Member]:
        """These people, the stand-in in the place of who is away; each once."""
        found: dict[int, Member] = {}
        for each in people:
            present = self.stand_in(each.id) if self.has(each.id) else each
            if present is not None:
                found.setdefault(present.id, present)
        return list(found.values())

    def stood_in_for(self, member_id: int) -> list[int]:
        """Whose part this member takes."""
        found = []
        for each in self.leaves:
            present = self.stand_in(each)
            if present is not None and present.id == member_id:
                found.append(each)
        return found


async def away(context: Context, at: datetime | None = None) -> Away:
    """Who of the team is away at this instant: now, if none is given."""
    moment = at or context.now
    return await away_in(
        context, await leaves.between(context.tx, context.team.id, moment, moment + TICK)
    )


async def away_in(context: Context, found: Iterable[Leave]) -> Away:
    """The same, of leaves that were read already."""
    by_member = {each.member_id: each for each in found}
    ids = {each.stand_in_id for each in by_member.values() if each.stand_in_id is not None}
    people = await members.by_ids(context.tx, sorted(ids)) if ids else {}
    there = {each.id: each for each in people.values() if each.left_at is None}
    return Away(by_member, there)


async def stands_in(request: Request, member_id: int | None) -> bool:
    """Whether the sender is there for this member now."""
    if member_id is None or member_id == request.sender.id:
        return False
    present = (await away(request)).stand_in(member_id)
    return present is not None and present.id == request.sender.id


# --- how it is said --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to another, both in the team's zone; whole days are midnight to midnight."""

    since: datetime
    until: datetime

    @property
    def first(self) -> date:
        return self.since.date()

    @property
    def last(self) -> date:
        """The last day that it touches."""
        whole = self.until.time() == _MIDNIGHT
        return self.until.date() - timedelta(days=whole)

    def overlaps(self, other: "Span") -> bool:
        return self.since < other.until and other.since < self.until

    def covers(self, other: "Span") -> bool:
        return self.since <= other.since and other.until <= self.until


def span_of(leave: Leave, zone: ZoneInfo) -> Span:
    return Span(leave.since.astimezone(zone), leave.until.astimezone(zone))


def span_words(span: Span, now: datetime, noon: time = time(12)) -> str:
    """11月25日 周三 到 11月27日 周五, or 11月26日 周四 下午; the year where it is another."""
    first = _year(span.first, now.date()) + day_words(span.first)
    begins, ends = _parts(span, noon)
    if span.first == span.last:
        return " ".join(each for each in (first, _part_of_day(begins, ends)) if each)
    last = _year(span.last, span.first) + day_words(span.last)
    return " ".join(each for each in (first, begins, "到", last, ends) if each)


def short_words(span: Span, noon: time = time(12)) -> str:
    """11月25日 到 27日"""
    first = f"{span.first.month}月{span.first.day}日"
    begins, ends = _parts(span, noon)
    if span.first == span.last:
        return " ".join(each for each in (first, _part_of_day(begins, ends)) if each)
    same = (span.first.year, span.first.month) == (span.last.year, span.last.month)
    last = f"{span.last.day}日" if same else f"{span.last.month}月{span.last.day}日"
    return " ".join(each for each in (first, begins, "到", last, ends) if each)


def _year(day: date, other: date) -> str:
    return f"{day.year}年" if day.year != other.year else ""


def _parts(span: Span, noon: time) -> tuple[str, str]:
    """Where in its first and its last day it begins and ends; empty: they are whole."""
    begins, ends = span.since.time(), span.until.time()
    said = {_MIDNIGHT: "", noon: "下午"}.get(begins, f"{begins:%H:%M}")
    return said, {_MIDNIGHT: "", noon: "上午"}.get(ends, f"{ends:%H:%M}")


def _part_of_day(begins: str, ends: str) -> str:
    if begins and ends:
        clock = "12:00"
        return f"{begins.replace('下午', clock)} 到 {ends.replace('上午', clock)}"
    if ":" in ends:
        return f"到 {ends}"
    return f"{begins} 起" if ":" in begins else begins or ends


def worked_days(span: Span, calendar: Calendar, noon: time = time(12)) -> float | None:
    """How many working days it takes; None where it begins or ends at a clock of its own."""
    if {span.since.time(), span.until.time()} - {_MIDNIGHT, noon}:
        return None
    whole = calendar.workdays_between(span.first, span.last + timedelta(days=1))
    halves = 0
    if span.since.time() == noon:
        halves += calendar.is_workday(span.first)
    if span.until.time() == noon:
        halves += calendar.is_workday(span.last)
    return whole - halves / 2


def count_words(days: float, calendar: Calendar, span: Span) -> str:
    """3 个工作日; said to be an estimate where the official days of the year are not known."""
    guess = calendar.is_estimated(span.first) or calendar.is_estimated(span.last)
    return f"{days:g} 个工作日" + ("，按估计" if guess else "")


def until_words(leave: Leave, zone: ZoneInfo) -> str:
    """11月27日; a clock where they are back in the course of a day."""
    until = span_of(leave, zone).until
    last = span_of(leave, zone).last
    clock = "" if until.time() == _MIDNIGHT else f" {until:%H:%M}"
    return f"{last.month}月{last.day}日{clock}"


def absent_words(name: str, leave: Leave, stand_in: Member | None, zone: ZoneInfo) -> str:
    """李四 请假到 11月27日，找 王五"""
    who = f"找 {stand_in.name}" if stand_in else "还没人替"
    return f"{name} 请假到 {until_words(leave, zone)}，{who}"


# --- before and after ----------------------------------------------------------------------------


def spells(found: Iterable[Leave], calendar: Calendar) -> dict[int, list[Span]]:
    """Each member's leaves, joined where no working time lies between them."""
    joined: dict[int, list[Span]] = {}
    for each in sorted(found, key=lambda one: one.since):
        span = span_of(each, calendar.zone)
        own = joined.setdefault(each.member_id, [])
        if own and not calendar.working_hours(own[-1].until, span.since):
            own[-1] = Span(own[-1].since, max(own[-1].until, span.until))
        else:
            own.append(span)
    return joined


def leaving(own: Iterable[Span], now: datetime, calendar: Calendar) -> Span | None:
    """The leave before which today is the last working day."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), _MIDNIGHT, calendar.zone)
    for each in own if calendar.is_workday(now.date()) else ():
        last = each.since > now and not calendar.working_hours(tomorrow, each.since)
        if last and calendar.working_hours(each.since, each.until):
            return each
    return None


def back_from(own: Iterable[Span], now: datetime, calendar: Calendar) -> Span | None:
    """The leave after which today is the first working day; not half a day's."""
    today = datetime.combine(now.date(), _MIDNIGHT, calendar.zone)
    for each in own if calendar.is_workday(now.date()) else ():
        first = each.until <= now and not calendar.working_hours(each.until, today)
        begun = each.since.astimezone(calendar.zone)
        whole = each.first if begun.time() == _MIDNIGHT else each.first + timedelta(days=1)
        if first and calendar.workdays_between(whole, each.until.date()):
            return each
    return None


# --- what an owner's leave means for a deadline --------------------------------------------------


async def absences(
    request: Request, owned: Iterable[tuple[int | None, str | None, datetime | None]]
) -> list[str]:
    """A line for each owner (id, name) who is away at their deadline, or all the time until it."""
    wanted = [
        (owner_id, name or "", due)
        for owner_id, name, due in owned
        if owner_id is not None and due is not None and due > request.now
    ]
    if not wanted:
        return []
    last = max(due for _, _, due in wanted)
    found = await leaves.between(request.tx, request.team.id, request.now, last + TICK)
    lines: dict[str, None] = {}
    for owner_id, name, due in wanted if found else ():
        missed = [x for x in found if x.member_id == owner_id and _misses(request, x, due)]
        if missed:
            lines[await _absence(request, name, missed[0], due)] = None
    return list(lines)


def _misses(request: Request, leave: Leave, due: datetime) -> bool:
    if leave.since <= due < leave.until:
        return True
    hours = request.config.deadlines.hours
    left = request.calendar.working_hours(
        leave.until, due, opens=hours.on_work, closes=hours.off_work
    )
    return leave.since <= request.now and leave.until <= due and not left


async def _absence(request: Request, name: str, leave: Leave, due: datetime) -> str:
    """李四 11月25日 到 27日 请假，找 王五"""
    moment = due if leave.since <= due < leave.until else request.now
    present = (await away(request, moment)).stand_in(leave.member_id)
    name = "你" if leave.member_id == request.sender.id else name
    short = short_words(span_of(leave, request.calendar.zone), request.config.deadlines.noon)
    if present is None:
        return f"{name} {short} 请假，还没人替"
    return f"{name} {short} 请假，找 {'你' if present.id == request.sender.id else present.name}"


# --- 撤销 ------------------------------------------------------------------------------------

STEP, CANCELLING = "请假", "取消请假"  # what undoing calls the steps


def step_text(*, added: Iterable[int] = (), removed: Iterable[int] = ()) -> str:
    """What a step did, so that 撤销 can put it back: +7 -3 -5."""
    return " ".join([*(f"+{each}" for each in added), *(f"-{each}" for each in removed)])


async def taken_back(request: Request, text: str) -> Card:
    """Undo a step; what it replaced is there again, and who stands in hears of it."""
    steps = [(each[0], int(each[1:])) for each in text.split()]
    for sign, number in steps:
        there = sign == "-"
        if there:
            done = await leaves.restore(request.tx, number)
        else:
            done = await leaves.cancel(request.tx, number, at=request.clock)
        if not done:
            raise Refusal("那之后请假又改过，看现在的请说：请假", usage=False)
    found = await leaves.by_ids(request.tx, request.team.id, [number for _, number in steps])
    again = {number for sign, number in steps if sign == "-"}
    zone, noon = request.calendar.zone, request.config.deadlines.noon
    known = [
        span_words(span_of(each, zone), request.now, noon) for each in found if each.id in again
    ]
    gone = "、".join(
        span_words(span_of(each, zone), request.now, noon)
        for each in found
        if each.id not in again
    )
    title = f"↩️ 已撤销 {gone} 的请假" if gone else "↩️ 已撤销，请假照旧"
    note = f"现在记着的是 {'、'.join(known)}" if known else ""
    return Card(title=title, text=note, mentions=await _told(request, found, f"{title}\n{note}"))


async def _told(request: Request, found: Sequence[Leave], said: str) -> tuple[Person, ...]:
    """Whose leave it is and who stands in: mentioned by the answer, or told if it is private."""
    ids = [one for each in found for one in (each.member_id, each.stand_in_id)]
    people = await members.by_ids(
        request.tx, [each for each in dict.fromkeys(ids) if each not in (None, request.sender.id)]
    )
    if not request.chat.private:
        return tuple(Person(each.external_id, each.name) for each in people.values())
    title, _, text = said.partition("\n")
    for each in people.values():
        card = Card(title=f"{request.sender.name}：{title}", text=text)
        await request.tell_member(each, card, group=request.chat.id)
    return ()
