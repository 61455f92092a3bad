"""重复的任务: when the time of the last one has passed, the next one is opened."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.config import Config
from bot.context import Context
from bot.kind import head
from bot.leave import absent_words, away
from bot.message import Button, Card
from bot.moment import due_words
from bot.receipt import actions, first_line
from bot.recurrence import words
from bot.reminder import Level, wish_of
from bot.schedule import every_day, job
from bot.task import CARRIES, following, repeat_details, rule_of, slot_of
from storage import ledger
from storage import member as members
from storage import reminder as reminders
from storage import team as teams
from storage.ledger import DONE, OPEN, PART_OF, REPEATS, Entry
from storage.team import Team

MOST = 10
EIGHT = time(8)


def _at(_config: Config, _team: Team) -> Sequence[time]:
    return (EIGHT,)


@job("recurrence", times=_at, days=every_day, grace=timedelta(hours=23))
async def open_next(context: Context) -> None:
    """重复的任务：上一次的时间过了，开下一次"""
    opened: dict[int | None, list[tuple[Entry, Entry]]] = {}
    for last in await reminders.in_stage(context.tx, context.team.id, CARRIES):
        if last.state not in (OPEN, DONE) or slot_of(last) > context.now:
            continue
        due = following(context, last)
        if _can_wait(context, due):
            continue
        entry = await _open(context, last, due)
        opened.setdefault(entry.owner_id, []).append((entry, last))
    for owner_id, pairs in opened.items():
        await _tell(context, owner_id, pairs)


def _can_wait(context: Context, due: datetime) -> bool:
    """On a day off nobody is told of what the next working morning is early enough for."""
    today = context.now.date()
    if context.calendar.is_workday(today):
        return False
    morning = context.calendar.next_workday(today)
    return due > datetime.combine(morning, EIGHT, context.calendar.zone)


async def _open(context: Context, last: Entry, due: datetime) -> Entry:
    """However many times were missed, one entry: the next time that is still to come."""
    rule = rule_of(last)
    details = {key: each for key, each in last.details.items() if key != "repeat"}
    passed = await ledger.change(
        context.tx,
        last,
        at=context.clock,
        by_id=None,
        verb="下一次",
        text=due_words(due, context.now),
        stage="",
        details=details,
    )
    if not passed:
        # Nothing of this run is kept then; the next sweep does it again.
        raise RuntimeError(f"entry {last.id} was changed meanwhile")
    entry = await ledger.open_entry(
        context.tx,
        team_id=context.team.id,
        kind=last.kind,
        title=last.title,
        owner_id=last.owner_id,
        owner_name=last.owner_name,
        by_id=None,
        opened_by=last.opened_by,
        chat_id=last.chat_id,
        at=context.clock,
        due=due,
        helpers=last.helpers,
        stage=CARRIES,
        details=repeat_details(rule, due),
    )
    named = await ledger.tied_from(context.tx, last.id, REPEATS)
    first = named[0] if named else last
    await ledger.tie(context.tx, entry_id=entry.id, kind=REPEATS, other_id=first.id)
    for whole in await ledger.tied_from(context.tx, last.id, PART_OF):
        if whole.state == OPEN:
            await ledger.tie(context.tx, entry_id=entry.id, kind=PART_OF, other_id=whole.id)
    return entry


async def _tell(
    context: Context, owner_id: int | None, pairs: Sequence[tuple[Entry, Entry]]
) -> None:
    """One message an owner, unless they are not to be disturbed: then the digest says it."""
    entry, _ = pairs[0]
    alone = len(pairs) == 1
    lines = [line for pair in pairs for line in _lines(context, *pair, alone=alone)]
    if len(lines) > MOST:
        lines = [*lines[: MOST - 1], "……其余的说 我的"]
    card = Card(
        title=_title(context, entry) if alone else f"🔁 新开了 {len(pairs)} 条重复的任务",
        text="\n".join(lines),
        buttons=actions(entry) if alone else (Button(label="我的", say="我的"),),
    )
    number = entry.number if alone else None
    owner = (await members.by_ids(context.tx, [owner_id])).get(owner_id) if owner_id else None
    if owner is None:
        home = await context.home()
        if home is not None:
            await context.tell(home, card, number=number)
        return
    if owner.left_at is not None:
        await _tell_group(context, card, pairs)
        return
    absent = await away(context)
    if absent.has(owner.id):
        stand_in = absent.stand_in(owner.id)
        leave = absent.leaves[owner.id]
        line = absent_words(owner.name, leave, stand_in, context.calendar.zone)
        card = replace(card, text=f"{card.text}\n{line}")
        if stand_in is None:
            await _tell_group(context, card, pairs)
            return
        owner = stand_in
    wish = wish_of(await members.own_settings(context.tx, owner.id))
    if wish.level is not Level.NONE and not wish.silent(context.now.time()):
        await context.tell_member(owner, card, number=number, group=entry.chat_id)


async def _tell_group(context: Context, card: Card, pairs: Sequence[tuple[Entry, Entry]]) -> None:
    """Nobody is there for its owner: the group hears of what was written down in a group."""
    groups = {each.id for each in await teams.groups(context.tx, context.team.id)}
    home = await context.home()
    if home is not None and all(entry.chat_id in groups for entry, _ in pairs):
        await context.tell(home, card, number=pairs[0][0].number if len(pairs) == 1 else None)


def _title(context: Context, entry: Entry) -> str:
    parts = [f"🔁 {head(entry.kind, entry.number)} 到新的一次了"]
    if entry.owner_name:
        parts.append(f"负责人 {entry.owner_name}")
    return " · ".join([*parts, _due(context, entry)])


def _due(context: Context, entry: Entry) -> str:
    return due_words(entry.due, context.now) if entry.due else ""


def _lines(context: Context, entry: Entry, last: Entry, *, alone: bool) -> list[str]:
    repeat = words(rule_of(entry))
    title = first_line(entry.title)
    said = f"{title}（{repeat}）"
    if not alone:
        said = f"#{entry.number} {title}｜{_due(context, entry)}｜{repeat}"
    if last.state != OPEN:
        return [said]
    return [said, f"上一次 #{last.number} 还没完成，做完说：完成 {last.number}"]
