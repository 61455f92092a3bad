"""请假: who is away, from when to when, and who stands in for them."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Annotated

from bot.command import Topic
from bot.context import Reply, Request
from bot.draft import ask_first
from bot.errors import Refusal
from bot.leave import (
    CANCELLING,
    Span,
    short_words,
    span_of,
    span_words,
    step_text,
)
from bot.leave_people import said_in
from bot.leave_record import (
    AHEAD,
    MOST_DUE,
    ahead,
    cancel_button,
    clock_of,
    name_stand_in,
    record,
)
from bot.leave_time import EXAMPLE, Choice, Clock, check, chosen_words, leave_time
from bot.message import Card, Outgoing, Person
from bot.receipt import UNDO_HINT
from bot.signature import Rest
from storage import leave as leaves
from storage import member as members
from storage.leave import Leave
from storage.member import Member

topic = Topic("请假", about="哪天不在、谁替我；提醒和升级会绕开我，找替我的人", place=54)

MOST = 10  # lines of a list


# --- 请假 明天 找 @王五 --------------------------------------------------------------------------


@topic.command("请假", "休假", example="请假 周三到周五 找 @王五")
async def ask_for(
    request: Request, what: Annotated[str | None, Rest("时间 找 @替我的人")] = None
) -> Outgoing | Reply:
    """记下哪天不在、谁替我；不写时间就看谁要请假。给别人记：请假 @李四 明天（项目经理）"""
    if what is None:
        return await _shown(request)
    said = await said_in(request, what)
    if said.who.id != request.sender.id:
        await request.require_keeper("给别人记请假要项目经理或系统管理员来做")
    if said.stand_in is not None and said.stand_in.id == said.who.id:
        raise Refusal("替班的要是另一个人，比如 请假 明天 找 @王五", usage=False)
    if said.stand_in is not None and not re.search(r"[\w]", said.time):
        return await name_stand_in(request, said, said.stand_in)
    if re.match(r"\s*[到至]", said.time):
        raise Refusal("从哪天到哪天？比如 请假 今天到下周三", usage=False)
    clock = clock_of(request)
    found = leave_time(said.time, clock, settled=request.settled)
    if isinstance(found, Choice):
        return await _ask(request, found, clock)
    check(found, clock)
    return await record(request, said, found)


async def _ask(request: Request, choice: Choice, clock: Clock) -> Reply:
    return await ask_first(
        request,
        choice.title,
        choice.text,
        keep=None,
        drop="先不请",
        others=[
            (span_words(each, request.now, clock.hours.noon), chosen_words(each, clock.hours))
            for each in choice.spans
        ],
    )


# --- 请假 取消 ---------------------------------------------------------------------------------


@topic.command("请假 取消", "取消请假", "请假取消", "销假", example="请假 取消")
async def cancel(
    request: Request, which: Annotated[str | None, Rest("哪天的")] = None
) -> Outgoing | Reply:
    """取消还没过完的请假；有好几段就问是哪一段，也可以写哪天的"""
    said = await said_in(request, which or "")
    if said.who.id != request.sender.id:
        await request.require_keeper("取消别人的请假要项目经理或系统管理员来做")
    part: Span | None = None
    coming = await ahead(request, said.who)
    mine = said.who.id == request.sender.id
    if not coming:
        raise Refusal(f"{'你' if mine else said.who.name}没有还没过完的请假", usage=False)
    if said.time.strip():
        clock = clock_of(request)
        asked = leave_time(said.time, clock)
        spans = asked.spans if isinstance(asked, Choice) else (asked,)
        zone = request.calendar.zone
        fitting = [each for each in coming if any(span_of(each, zone).overlaps(x) for x in spans)]
        if not fitting:
            known = "、".join(short_words(span_of(each, zone)) for each in coming[:3])
            raise Refusal(f"那天没有请假，记着的是 {known}", usage=False)
        coming = fitting
        # A button names a leave by its first day; who types a day means that day.
        part = spans[0] if len(spans) == 1 and not request.incoming.clicked else None
    if len(coming) > 1:
        return _which(request, said.who, coming)
    span = span_of(coming[0], request.calendar.zone)
    if part is not None and (left := _left(span, part, request.text)):
        noon = request.config.deadlines.noon
        still = "、".join(short_words(each, noon) for each in left)
        return await _replace(request, said.who, coming[0], left, f"请假改了，现在是 {still}")
    return await _cancel(request, said.who, coming[0])


def _left(span: Span, part: Span, text: str) -> list[Span]:
    """What remains of a leave without this part of it; who is back from a day on stays back."""
    before = [Span(span.since, part.since)] if part.since > span.since else []
    after = [Span(part.until, span.until)] if part.until < span.until else []
    return before if text.lstrip(" /").startswith("销假") else [*before, *after]


def _which(request: Request, who: Member, coming: Sequence[Leave]) -> Reply:
    zone, noon = request.calendar.zone, request.config.deadlines.noon
    card = Card(
        title=f"有 {len(coming)} 段请假，取消哪一段？",
        buttons=tuple(
            cancel_button(who, span, request, span_words(span, request.now, noon))
            for span in (span_of(each, zone) for each in coming[:MOST])
        ),
    )
    return Reply(message=card, asks=True)


async def _cancel(request: Request, who: Member, leave: Leave) -> Outgoing:
    """What has begun on an earlier day ends with yesterday: that somebody was away stays true."""
    span = span_of(leave, request.calendar.zone)
    today = datetime.combine(request.now.date(), time(0), request.calendar.zone)
    if span.since < today:
        until = short_words(Span(today - timedelta(days=1), today))
        left, title = [Span(span.since, today)], f"欢迎回来 · 请假记到 {until}"
    else:
        noon = request.config.deadlines.noon
        left, title = [], f"{span_words(span, request.now, noon)} 的请假取消了"
    text = "接下来的提醒还是发给本人" if leave.stand_in_id else ""
    return await _replace(request, who, leave, left, title, text, over=True)


async def _replace(
    request: Request,
    who: Member,
    leave: Leave,
    left: Sequence[Span],
    title: str,
    text: str = "",
    *,
    over: bool = False,
) -> Card:
    """What is left of a leave; ``over``: nothing of it that is still to come."""
    noon = request.config.deadlines.noon
    await leaves.cancel(request.tx, leave.id, at=request.clock)
    added = [
        await leaves.add(
            request.tx,
            team_id=request.team.id,
            member_id=who.id,
            since=each.since,
            until=each.until,
            stand_in_id=leave.stand_in_id,
            at=request.clock,
        )
        for each in left
    ]
    await request.step(CANCELLING, step_text(added=added, removed=[leave.id]))
    span = short_words(span_of(leave, request.calendar.zone), noon)
    said = f"{who.name} {span} 的请假取消了" if over else f"{who.name} 的{title}"
    ids = [each for each in (who.id, leave.stand_in_id) if each not in (None, request.sender.id)]
    found = await members.by_ids(request.tx, [each for each in ids if each is not None])
    told = []
    for each in found.values():
        if request.chat.private:
            note = "你不用替了，谢谢" if over and each.id == leave.stand_in_id else ""
            await request.tell_member(each, Card(title=said, text=note), group=request.chat.id)
        else:
            told.append(Person(each.external_id, each.name))
    whose = "" if who.id == request.sender.id else f"{who.name} "
    return Card(title=f"{whose}{title} · {UNDO_HINT}", text=text, mentions=tuple(told))


# --- 谁请假 ------------------------------------------------------------------------------------


@topic.command("谁请假", "请假列表", "请假 列表", example="谁请假")
async def listed(request: Request) -> Outgoing:
    """看接下来谁请假、谁替"""
    return await _shown(request)


async def _shown(request: Request) -> Card:
    """Mine first, then everybody's, the earliest first."""
    found = await leaves.between(request.tx, request.team.id, request.now, request.now + AHEAD)
    mine = [each for each in found if each.member_id == request.sender.id]
    others = [each for each in found if each.member_id != request.sender.id]
    ids = [one for each in found for one in (each.member_id, each.stand_in_id) if one is not None]
    names = {each.id: each.name for each in (await members.by_ids(request.tx, ids)).values()}
    lines = [_line(request, each, names, "我") for each in mine]
    lines += [_line(request, each, names, names[each.member_id]) for each in others]
    if len(lines) > MOST:
        lines = [*lines[: MOST - 1], f"……后面还有 {len(lines) - MOST + 1} 段"]
    zone = request.calendar.zone
    return Card(
        title=f"接下来的请假：{len(found)} 段" if found else "接下来没有人请假",
        text="\n".join(lines) or f"要请就说一句，{EXAMPLE}",
        buttons=tuple(
            cancel_button(
                request.sender, span_of(each, zone), request, _cancel_words(request, each)
            )
            for each in mine[:MOST_DUE]
        ),
    )


def _cancel_words(request: Request, leave: Leave) -> str:
    noon = request.config.deadlines.noon
    return f"取消 {short_words(span_of(leave, request.calendar.zone), noon)}"


def _line(request: Request, leave: Leave, names: dict[int, str], name: str) -> str:
    words = span_words(
        span_of(leave, request.calendar.zone), request.now, request.config.deadlines.noon
    )
    stand_in = names.get(leave.stand_in_id or 0)
    return f"{name}：{words}" + (f" · 找 {stand_in}" if stand_in else "")
