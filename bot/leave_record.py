"""Writing a leave down: what it joins, what falls due meanwhile, and who hears of it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.context import Reply, Request
from bot.errors import Refusal
from bot.leave import (
    STEP,
    TICK,
    Span,
    away,
    count_words,
    short_words,
    span_of,
    span_words,
    step_text,
    worked_days,
)
from bot.leave_people import Said
from bot.leave_time import EXAMPLE, FARTHEST, LONGEST, Clock
from bot.message import Button, Card, Person
from bot.receipt import UNDO_HINT, first_line
from bot.reminder import NOT_DUE
from storage import leave as leaves
from storage import ledger
from storage import member as members
from storage.leave import Leave
from storage.ledger import Entry
from storage.member import Member

MOST_DUE = 3
AHEAD = FARTHEST + LONGEST


def clock_of(request: Request) -> Clock:
    return Clock(request.now, request.calendar, request.config.deadlines.hours)


async def ahead(request: Request, who: Member) -> list[Leave]:
    return await leaves.between(
        request.tx, request.team.id, request.now, request.now + AHEAD, member_id=who.id
    )


def cancel_button(who: Member, span: Span, request: Request, label: str) -> Button:
    whose = "" if who.id == request.sender.id else f"@{who.name} "
    half = "下午" if span.since.time() == request.config.deadlines.noon else ""
    day = max(span.first, request.now.date())
    return Button(label=label, say=f"请假 取消 {whose}{day:%Y-%m-%d}{half}")


async def record(request: Request, said: Said, span: Span) -> Reply:
    """Write it down; what it overlaps becomes one leave with it."""
    today = clock_of(request).day(request.now.date()).since
    notes = []
    if span.since < today:
        span = Span(today, span.until)
        notes.append("前面的日子已经过去，从今天记起")
    before = await _touched(request, said, span)
    span, more = _joined(request, said, span, before)
    stand_in = said.stand_in or await _stand_in_of(request, before)
    added = await leaves.add(
        request.tx,
        team_id=request.team.id,
        member_id=said.who.id,
        since=span.since,
        until=span.until,
        stand_in_id=stand_in.id if stand_in else None,
        at=request.clock,
    )
    for each in before:
        await leaves.cancel(request.tx, each.id, at=request.clock)
    await request.step(STEP, step_text(added=[added], removed=[each.id for each in before]))
    due = await _due(request, said.who, span)
    notes += [*more, *await _gaps(request, said, stand_in, span), *_due_lines(due, stand_in)]
    return await _receipt(request, replace(said, stand_in=stand_in), span, due, notes)


async def _touched(request: Request, said: Said, span: Span) -> list[Leave]:
    """Their leaves that it overlaps, or goes on from with the same stand-in."""
    found = await leaves.between(
        request.tx,
        request.team.id,
        span.since - TICK,
        span.until + TICK,
        member_id=said.who.id,
    )
    asked = said.stand_in.id if said.stand_in else None
    return [
        each
        for each in found
        if span_of(each, request.calendar.zone).overlaps(span) or asked in (None, each.stand_in_id)
    ]


def _joined(
    request: Request, said: Said, span: Span, before: Sequence[Leave]
) -> tuple[Span, list[str]]:
    """One leave of all of these, and how it is said. Raises Refusal if nothing is new."""
    spans = [span_of(each, request.calendar.zone) for each in before]
    if not spans:
        return span, []
    noon = request.config.deadlines.noon
    whole = Span(min(x.since for x in (span, *spans)), max(x.until for x in (span, *spans)))
    known = "、".join(short_words(each, noon) for each in spans)
    if whole != spans[0]:
        return whole, [f"和已经记的 {known} 连成一段"]
    if said.stand_in is None or said.stand_in.id == before[0].stand_in_id:
        raise Refusal(
            f"{known} 的请假已经记过了。要改短，先说 请假 取消，再说一次新的时间", usage=False
        )
    return whole, [f"{known} 的请假已经记过，替班的改成{said.stand_in.name}"]


async def _stand_in_of(request: Request, before: Sequence[Leave]) -> Member | None:
    ids = [each.stand_in_id for each in before if each.stand_in_id is not None]
    return (await members.by_ids(request.tx, ids[:1])).get(ids[0]) if ids else None


async def name_stand_in(request: Request, said: Said, stand_in: Member) -> Reply:
    """请假 找 @王五: the coming leave has been written down, who stands in has not."""
    coming = [span_of(each, request.calendar.zone) for each in await ahead(request, said.who)]
    if not coming:
        raise Refusal(f"哪天请假？{EXAMPLE}", usage=False)
    if len(coming) > 1:
        days = [short_words(each, request.config.deadlines.noon) for each in coming[:3]]
        raise Refusal(
            f"有 {len(coming)} 段请假：{'、'.join(days)}。是哪一段？"
            f"比如 请假 {days[0].replace(' ', '')} 找 @{stand_in.name}",
            usage=False,
        )
    return await record(request, said, coming[0])


async def _due(request: Request, who: Member, span: Span) -> list[Entry]:
    found = await ledger.listed(
        request.tx, request.team.id, owner_id=who.id, due_before=span.until
    )
    return [
        each for each in found if each.due and each.due >= span.since and each.kind not in NOT_DUE
    ]


def _due_lines(due: Sequence[Entry], stand_in: Member | None) -> list[str]:
    if not due:
        return []
    shown = "、".join(f"#{each.number} {first_line(each.title, 16)}" for each in due[:MOST_DUE])
    more = " 等" if len(due) > MOST_DUE else ""
    then = f"，会提醒{stand_in.name}；要换负责人就点转交" if stand_in else "，要请人接手就点转交"
    return [f"期间到期 {len(due)} 件：{shown}{more}{then}"]


async def _gaps(request: Request, said: Said, stand_in: Member | None, span: Span) -> list[str]:
    """Whether the stand-in is there themselves, and whom they who leave stand in for."""
    found = await leaves.between(request.tx, request.team.id, span.since, span.until)
    wanted = stand_in.id if stand_in else None
    people = await members.by_ids(request.tx, [each.member_id for each in found])
    lines = []
    for each in found:
        there = (await away(request, max(each.since, span.since))).stand_in(each.member_id)
        name = people[each.member_id].name
        when = short_words(span_of(each, request.calendar.zone), request.config.deadlines.noon)
        if each.member_id == wanted:
            who = f"那时由{there.name}替" if there else "那时没人替，最好换一位"
            lines.append(f"{name} {when} 也请假，{who}")
        elif each.stand_in_id == said.who.id:
            who = f"那时由{there.name}替" if there else f"那时没人替，跟{name}说一声吧"
            lines.append(f"{name} {when} 请假本来找{_you(request, said.who)}，{who}")
    return lines


def _you(request: Request, who: Member) -> str:
    return "你" if who.id == request.sender.id else who.name


async def _receipt(
    request: Request, said: Said, span: Span, due: Sequence[Entry], notes: Sequence[str]
) -> Reply:
    hours = request.config.deadlines.hours
    days = worked_days(span, request.calendar, hours.noon)
    when = span_words(span, request.now, hours.noon)
    if days == 0:
        when += "（本来就休息）"
    elif days is not None and days > 1:
        when += f"（{count_words(days, request.calendar, span)}）"
    whose = "" if said.who.id == request.sender.id else f"{said.who.name} "
    parts = [f"{whose}请假 已记", when]
    parts += [f"找 {said.stand_in.name}"] if said.stand_in else []
    told, unheard = await _tell(request, said, when, due)
    return Reply(
        message=Card(
            title=" · ".join([*parts, UNDO_HINT]),
            text="\n".join([*notes, *unheard]),
            buttons=(
                *(
                    Button(label=f"转交 #{each.number}", say=f"转交 {each.number}")
                    for each in due[:MOST_DUE]
                ),
                cancel_button(said.who, span, request, "取消请假"),
            ),
            mentions=tuple(told),
        )
    )


async def _tell(
    request: Request, said: Said, when: str, due: Sequence[Entry]
) -> tuple[list[Person], list[str]]:
    """Who stands in, and whose leave it is, hear of it: here if this is a group."""
    others = [each for each in (said.who, said.stand_in) if each and each.id != request.sender.id]
    if not request.chat.private:
        here = [each for each in others if each.platform == request.chat.platform]
        return [Person(each.external_id, each.name) for each in here], []
    unheard = []
    for each in others:
        card = Card(
            title=f"{request.sender.name} 给你记了请假：{when}",
            text="不对就说：请假 取消",
        )
        if each is said.stand_in:
            listed = [f"#{one.number} {first_line(one.title, 30)}" for one in due[:MOST_DUE]]
            card = Card(
                title=f"{said.who.name} {when} 请假，请你替一下",
                text="\n".join(
                    [
                        f"这段时间到期的、卡住的会提醒你，你可以直接替{said.who.name}"
                        "说 完成、进展、改期、转交。",
                        *([f"期间到期 {len(due)} 件：", *listed] if due else []),
                    ]
                ),
            )
        if not await request.tell_member(each, card, group=request.chat.id):
            unheard.append(f"我还没法通知{each.name}，请你告诉一声")
    return [], unheard
