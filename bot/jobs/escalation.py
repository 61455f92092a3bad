"""Blockers that nobody clears climb; those that nobody confirms are asked about, then closed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from bot.blocker import (
    RESOLVED,
    RUNGS,
    TIMEOUT,
    age_words,
    confirm_buttons,
    lines,
    workday_length,
    worked,
)
from bot.config import Config
from bot.context import Context
from bot.escalation import (
    LEADER,
    OWNER,
    Staff,
    absent_lines,
    announce,
    ladder_since,
    may_climb,
    staff_of,
)
from bot.kind import head
from bot.leave import TICK, Away, away_in
from bot.message import Button, Card
from bot.moment import due_words
from bot.preference import escalation_ladder
from bot.receipt import actions
from bot.schedule import job
from storage import leave as leaves
from storage import ledger
from storage import member as members
from storage import team as teams
from storage.leave import Leave
from storage.ledger import DONE, Entry
from storage.member import Member
from storage.team import Team

EVERY = timedelta(minutes=30)
MOST = 8  # entries of one message: with what is around them it stays within ten lines
ALL = (Button(label="卡点列表", say="卡点列表"),)


def _half_hours(config: Config, _team: Team) -> Sequence[time]:
    opens, closes = config.deadlines.on_work, config.deadlines.off_work
    every = (
        time(minute // 60, minute % 60)
        for minute in range(opens.hour * 60 + opens.minute, 24 * 60, EVERY.seconds // 60)
    )
    return [each for each in every if each <= closes]


@job("escalation", times=_half_hours)
async def climb(context: Context) -> None:
    """工作时间每半小时：没解决的卡点到点升级；没人确认的催一次，再不确认就超时关闭"""
    found = await ledger.listed(context.tx, context.team.id, kind="blocker")
    await _settle(context, [each for each in found if each.stage == RESOLVED])
    await _escalate(context, [each for each in found if may_climb(each, context.now)])


async def _change(
    context: Context, entry: Entry, verb: str, text: str, **values: Any
) -> Entry | None:
    """The entry as it is then; None if somebody was faster: the next run looks again."""
    changed = await ledger.change(
        context.tx,
        entry,
        at=context.clock,
        by_id=None,
        verb=verb,
        text=text,
        step=context.cause,
        **values,
    )
    return await ledger.by_id(context.tx, entry.id) if changed else None


def _waited(context: Context, since: datetime) -> timedelta:
    return worked(since, context.now, context.calendar, context.config.deadlines.hours)


# --- climbing ------------------------------------------------------------------------------


async def _escalate(context: Context, entries: Sequence[Entry]) -> None:
    ladder = escalation_ladder(context.config, context.team)
    if ladder is None:
        return
    waited = {each.id: _waited(context, ladder_since(each)) for each in entries}
    late = [
        each
        for each in entries
        if each.rung < LEADER and waited[each.id] >= ladder.after(each.rung or OWNER)
    ]
    if not late:
        return
    staff = await staff_of(context, late)
    raised = []
    for each in late:
        rung = staff.due_rung(each, waited[each.id], ladder)
        if rung is None:
            continue
        names = "、".join(person.name for person in staff.on(rung, each))
        age = age_words(each, context.now, context.calendar, context.config.deadlines.hours)
        absent = absent_lines(staff, replace(each, rung=rung), context.calendar.zone)
        why = "；".join([age, *absent])
        text = f"给{RUNGS[rung]} {names}（{why}）" if names else f"还没人负责，问群里（{why}）"
        higher = await _change(context, each, "升级", text, rung=rung)
        if higher is not None:
            raised.append(higher)
    await _alert(context, staff, raised)


async def _alert(context: Context, staff: Staff, raised: Sequence[Entry]) -> None:
    """One message to each, whatever came due for them; who hears the same hears it together."""
    people: dict[int, Member] = {}
    of_member: dict[int, list[Entry]] = {}
    for entry in sorted(raised, key=lambda each: (-each.weight, each.opened_at)):
        for each in staff.on(entry.rung, entry):
            people[each.id] = each
            of_member.setdefault(each.id, []).append(entry)
    together: dict[tuple[int, ...], list[int]] = {}
    for member_id, entries in of_member.items():
        together.setdefault(tuple(each.number for each in entries), []).append(member_id)
    groups = {each.id for each in await teams.groups(context.tx, context.team.id)}
    for ids in together.values():
        entries = of_member[ids[0]]
        await announce(
            context,
            [people[each] for each in ids],
            await _alarm(context, staff, entries),
            number=entries[0].number if len(entries) == 1 else None,
            group=entries[0].chat_id,
            # What was written down in private is not for the group.
            openly=all(each.rung == OWNER and each.chat_id in groups for each in entries),
        )
    await _call(context, [each for each in raised if not staff.on(each.rung, each)])


async def _alarm(context: Context, staff: Staff, entries: Sequence[Entry]) -> Card:
    zone = context.calendar.zone
    absent = {line: None for each in entries for line in absent_lines(staff, each, zone)}
    if len(entries) > 1:
        title = f"⬆️ {len(entries)} 个卡点等你处理"
        return await _several(context, title, entries, "；".join(absent))
    (entry,) = entries
    age = age_words(entry, context.now, context.calendar, context.config.deadlines.hours)
    said = head(entry.kind, entry.number)
    title = f"⏰ {said} {age}，请看一下"
    if entry.rung > OWNER:
        title = f"⬆️ {said} 升级到{RUNGS[entry.rung]}：{age}，还没解决"
    text = (await lines(context, entries))[0].split("｜")[1]
    said_below = "\n".join([entry.title, text, *absent])
    return Card(title=title, text=said_below, buttons=actions(entry))


async def _call(context: Context, entries: Sequence[Entry]) -> None:
    """Nobody owns them and nobody is above: the group is asked."""
    if not entries:
        return
    groups = await teams.groups(context.tx, context.team.id)
    here = [each for each in groups if each.id == entries[0].chat_id]
    home = next(iter([*here, *groups]), None)
    if home is None:
        return
    title = "✋ 还没人负责的卡点，谁能解决？"
    card = await _several(context, title, entries, "说一句：认领 编号")
    if len(entries) == 1:
        card = Card(title=card.title, text=card.text, buttons=actions(entries[0]))
    number = entries[0].number if len(entries) == 1 else None
    await context.tell(home, card, number=number)


async def _several(context: Context, title: str, entries: Sequence[Entry], last: str = "") -> Card:
    shown = await lines(context, entries[: MOST - bool(last)])
    if len(entries) > len(shown):
        shown.append(f"……还有 {len(entries) - len(shown)} 个，说 卡点列表 看全部")
    return Card(title=title, text="\n".join([*shown, last]).strip(), buttons=ALL)


# --- waiting for 确认 -------------------------------------------------------------------------


async def _settle(context: Context, waiting: Sequence[Entry]) -> None:
    """Ask its reporter once after a working day; later close it, which is not solving it.

    Who is away is not asked until they are back, and their leave is no time to answer.
    """
    day = workday_length(context.config.deadlines.hours)
    days = context.config.escalation.confirm_days
    absence = await _absence(context, waiting)
    asked: list[Entry] = []
    closed: list[Entry] = []
    for each in waiting:
        resolved_at, chased_at = (each.details.get(key) for key in ("resolved_at", "chased_at"))
        if resolved_at is None or absence.now.has(each.opened_by):
            continue
        since = _at(chased_at or resolved_at)
        waited = _waited(context, since) - absence.worked(context, each.opened_by, since)
        if chased_at is None and waited >= day:
            details = {**each.details, "chased_at": context.now.isoformat()}
            chased = await _change(context, each, "催确认", "", details=details)
            asked += [chased] if chased else []
        # Counted from the asking: who is asked late, because we were down, has as many days.
        elif chased_at is not None and waited >= (days - 1) * day:
            over = await _time_out(context, each, days)
            closed += [over] if over else []
    people = await members.by_ids(
        context.tx, [each for one in [*asked, *closed] for each in _concerned(one)]
    )
    await _ask(context, asked, people, days - 1)
    await _tell_closed(context, closed, people, days, absence.now)


@dataclass(frozen=True, slots=True)
class _Absence:
    """Who is away now, and was since the first of them was said to be solved."""

    now: Away
    found: Sequence[Leave]

    def worked(self, context: Context, member_id: int, since: datetime) -> timedelta:
        """How many working hours since then the member was away."""
        hours = context.config.deadlines.hours
        mine = (each for each in self.found if each.member_id == member_id)
        spans = ((max(each.since, since), min(each.until, context.now)) for each in mine)
        return sum((worked(*each, context.calendar, hours) for each in spans), timedelta())


async def _absence(context: Context, waiting: Sequence[Entry]) -> _Absence:
    starts = [
        _at(each.details["resolved_at"]) for each in waiting if "resolved_at" in each.details
    ]
    if not starts:
        return _Absence(Away({}, {}), ())
    now = context.now
    found = await leaves.between(context.tx, context.team.id, min(starts), now + TICK)
    current = [each for each in found if each.since <= now < each.until]
    return _Absence(await away_in(context, current), found)


def _at(stored: str) -> datetime:
    return datetime.fromisoformat(stored)


async def _time_out(context: Context, entry: Entry, days: int) -> Entry | None:
    text = f"{days} 个工作日没人确认，不算解决"
    values: dict[str, Any] = {"state": DONE, "stage": "", "offered_to": None}
    values |= {"closed_at": context.clock, "details": {**entry.details, "closed_by": TIMEOUT}}
    return await _change(context, entry, "超时关闭", text, **values)


def _concerned(entry: Entry) -> list[int]:
    """Its reporter and its owner."""
    both = (entry.opened_by, entry.owner_id)
    return list(dict.fromkeys(each for each in both if each is not None))


async def _ask(
    context: Context, asked: Sequence[Entry], people: dict[int, Member], left: int
) -> None:
    for reporter in dict.fromkeys(each.opened_by for each in asked):
        mine = [each for each in asked if each.opened_by == reporter]
        warning = f"再过 {left} 个工作日没回就超时关闭，不算解决"
        if len(mine) == 1:
            (entry,) = mine
            at = due_words(_at(entry.details["resolved_at"]), context.now)
            card = Card(
                title=f"❓ {head(entry.kind, entry.number)} 解决了吗？请你确认",
                text=f"{entry.title}\n{at} 说解决了，{warning}",
                buttons=confirm_buttons(entry.number),
            )
        else:
            how = f"说 确认 编号 或 重开 编号；{warning}"
            title = f"❓ {len(mine)} 个卡点等你确认"
            card = await _several(context, title, mine, how)
        number = mine[0].number if len(mine) == 1 else None
        await announce(context, [people[reporter]], card, number=number, group=mine[0].chat_id)


async def _tell_closed(
    context: Context, closed: Sequence[Entry], people: dict[int, Member], days: int, absent: Away
) -> None:
    for concerned in dict.fromkeys(tuple(_concerned(each)) for each in closed):
        theirs = [each for each in closed if tuple(_concerned(each)) == concerned]
        if len(theirs) == 1:
            (entry,) = theirs
            said = head(entry.kind, entry.number)
            card = Card(
                title=f"⌛ {said} 超时关闭：{days} 个工作日没人确认，不算解决",
                text=f"{entry.title}\n还卡着就说：重开 {entry.number}",
                buttons=actions(entry),
            )
        else:
            title = f"⌛ {len(theirs)} 个卡点 {days} 个工作日没人确认，超时关闭，不算解决"
            card = await _several(context, title, theirs, "还卡着就说：重开 编号")
        number = theirs[0].number if len(theirs) == 1 else None
        told = absent.there([people[each] for each in concerned])
        await announce(context, told, card, number=number, group=theirs[0].chat_id)
