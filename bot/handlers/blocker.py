"""卡点: what is stuck, and who can clear it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from bot.blocker import (
    RESOLVED,
    RUNGS,
    WEIGHTS,
    Priority,
    check_may_confirm,
    confirm,
    is_solved,
    priority_of,
    tell,
)
from bot.capture import capture
from bot.clerk import answer, change, check_may_change, check_open, check_title, find_kind
from bot.command import Topic
from bot.context import Reply, Request
from bot.deadlines import Deadline
from bot.errors import Refusal
from bot.escalation import LEADER, OWNER, Staff, absent_lines, away_above_lines, staff_of
from bot.feedback import take_in
from bot.grammar import half_width
from bot.kind import head
from bot.receipt import actions
from bot.repeat import MERGEABLE, ask, join, merge, repeated
from bot.roles import Role
from bot.signature import Mention, Number, Option, Rest, When
from storage import history
from storage.ledger import DONE, Entry
from storage.member import Member

topic = Topic("卡点", about="记下卡住的事，盯住能解决的人", place=10)

PRESSED_TWICE = timedelta(minutes=10)
# 12 5, #12 到 #5; or 5 alone, where 12 is quoted.
_MERGE = re.compile(r"#?(\d{1,9})(?:(?:\s|,|、|->|→|到|进|并入|并到)+#?(\d{1,9}))?")


@topic.command("卡点", "阻塞", "卡住了", example="卡点 测试数据还没到 @李四 周五前")
async def report(
    request: Request,
    what: Annotated[str, Rest("描述")],
    people: Annotated[tuple[Member, ...], Mention("谁能解决")] = (),
    due: Annotated[Deadline | None, When()] = None,
    priority: Annotated[Priority | None, Option("优先级", hint="紧急/高/普通")] = None,
    known: Annotated[int | None, Option("并入", "重开", "又是", hint="#编号")] = None,
) -> Reply:
    """登记一个卡点：@ 能解决的人；不 @ 就交给项目经理"""
    people = tuple(dict.fromkeys(people))
    check_title(what)
    if known is not None:
        return await join(request, known, what, people, due)
    if not request.settled and (found := await repeated(request, what)):
        return await ask(request, found)
    managers = [] if people else await request.in_role(Role.MANAGER)
    owner = next(iter([*people, *managers]), None)
    notes = [] if owner else ["还没有项目经理，请说：转交 {number} @能解决的人"]
    if priority is not None and priority is not Priority.NORMAL:
        notes.insert(0, f"优先级：{priority}")
    return await capture(
        request,
        "blocker",
        what,
        owner=owner,
        helpers=people[1:],
        due=due,
        weight=WEIGHTS[priority or Priority.NORMAL],
        notes=notes,
    )


@topic.command("优先级", example="优先级 12 紧急")
async def prioritise(
    request: Request,
    number: Annotated[int, Number()],
    level: Annotated[Priority, Rest("紧急、高或普通")],
) -> Reply:
    """改一个卡点的优先级：紧急、高、普通"""
    entry = await find_kind(request, number, "blocker")
    check_open(entry)
    check_may_change(request, entry)
    if entry.weight == WEIGHTS[level]:
        raise Refusal(f"{head(entry.kind, number)} 本来就是{level}", usage=False)
    text = f"{priority_of(entry)} → {level}"
    await change(request, entry, "优先级", text, weight=WEIGHTS[level])
    return await answer(request, entry, f"{head(entry.kind, number)} 优先级：{level}")


@topic.command("确认", example="确认 12")
async def confirmed(
    request: Request,
    number: Annotated[int, Number()],
    note: Annotated[str | None, Rest("说明")] = None,
) -> Reply:
    """登记的人确认卡点真的解决了；没解决就说 重开"""
    entry = await find_kind(request, number, "blocker")
    if entry.state == DONE:
        ended = "已经确认过解决了" if is_solved(entry) else "已经超时关闭了"
        raise Refusal(
            f"{head(entry.kind, number)} {ended}，又卡了请说：重开 {number}", usage=False
        )
    check_open(entry)
    check_may_confirm(request, entry)
    if entry.stage != RESOLVED:
        raise Refusal(f"{head(entry.kind, number)} 还没有人说解决了", usage=False)
    return await confirm(request, entry, note or "", entry.details)


@topic.command("升级", example="升级 12 客户在催")
async def escalate(
    request: Request,
    number: Annotated[int, Number()],
    reason: Annotated[str | None, Rest("原因")] = None,
) -> Reply:
    """请上一级来看：负责人、项目经理、领导；到点也会自动升级，有期限的过了期限才开始算"""
    entry = await find_kind(request, number, "blocker")
    check_open(entry)
    said = head(entry.kind, number)
    if entry.stage == RESOLVED:
        raise Refusal(f"{said} 已经说解决了，没解决请说：重开 {number}", usage=False)
    if request.incoming.clicked:
        await _check_not_just_now(request, entry)
    staff = await staff_of(request, [entry])
    rung = staff.next_rung(entry, but=request.sender.id)
    if rung is None:
        absent = away_above_lines(staff, entry, request.calendar.zone)
        if absent:
            absent = [f"{said} 上面的人现在都不在", *absent]
        raise Refusal("；".join(absent) or _who_has(entry, staff), usage=False)
    people = staff.on(rung, entry, but=request.sender.id)
    names = f"{RUNGS[rung]} {'、'.join(each.name for each in people)}"
    text = f"给{names}" + (f"，{reason}" if reason else "")
    await change(request, entry, "升级", text, rung=rung)
    asks = f"⬆️ {said} {request.sender.name} 升级给你，请看一下"
    mentions = await tell(
        request, entry, asks, [each.id for each in people], reason or "", actions(entry)
    )
    title = f"⬆️ {said} 已升级给{names}"
    absent = absent_lines(staff, replace(entry, rung=rung), request.calendar.zone)
    return await answer(request, entry, title, reason or "", *absent, mentions=mentions)


async def _check_not_just_now(request: Request, entry: Entry) -> None:
    """A button pressed twice must not climb two rungs."""
    raised = [each for each in await history.story(request.tx, entry.id) if each.verb == "升级"]
    if raised and request.clock - raised[-1].at < PRESSED_TWICE:
        raise Refusal(
            f"{head(entry.kind, entry.number)} 刚刚升级{raised[-1].text}，先等等；"
            f"等不及再说一句：升级 {entry.number}",
            usage=False,
        )


def _who_has(entry: Entry, staff: Staff) -> str:
    said = head(entry.kind, entry.number)
    names = "、".join(each.name for each in staff.on(max(entry.rung, OWNER), entry))
    if entry.rung == LEADER:
        return f"{said} 已经升到最上面了：{RUNGS[LEADER]} {names}"
    known = f"现在在{RUNGS[entry.rung]}{names}那里，" if entry.rung and names else ""
    return f"{said} {known}上面还没有人，请先定：角色 @某某 项目经理 或 角色 @某某 领导"


@topic.command("并入", "合并", example="并入 12 5")
async def merge_into(request: Request, numbers: Annotated[str, Rest("编号 并到第几号")]) -> Reply:
    """两条卡点、数据问题或反馈其实是一件事：并入 12 5 把 12 并到 5；引用 12 那条就只说 并入 5"""
    found = _MERGE.fullmatch(half_width(numbers).strip())
    first, second = (int(each) if each else None for each in found.groups()) if found else (0, 0)
    if second is None:
        first, second = request.quoted_number, first
    if not first or not second:
        raise Refusal("要说哪条并到哪条，比如 并入 12 5，把 12 并到 5", usage=False)
    entry = await find_kind(request, first, *MERGEABLE)
    into = await find_kind(request, second, *MERGEABLE)
    reply = await merge(request, entry, into)
    if entry.kind == "feedback":
        await take_in(request, entry, into)
    return reply
