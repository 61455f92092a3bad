"""里程碑 and 目标: what must be reached, by when, and what came of it."""

import re
from datetime import datetime
from typing import Annotated

from bot import milestone
from bot.capture import capture
from bot.clerk import answer, change, check_may_change, check_title, find, find_kind
from bot.command import Commands, Topic
from bot.context import Reply, Request
from bot.deadlines import Deadline
from bot.decision import check_words
from bot.draft import ask_first
from bot.errors import Refusal
from bot.grammar import half_width
from bot.kind import head
from bot.message import Outgoing
from bot.receipt import UNDO_HINT
from bot.signature import Mention, Number, Option, Rest, When
from storage.ledger import DONE, OPEN
from storage.member import Member

topic = Topic("里程碑", about="到哪天要做成什么：计划、实际、推迟了几次", place=15)

_TARGET_CUSTOMERS = re.compile(r"\W*目标客户")  # what people of a CRM talk about all day


@topic.command("里程碑", example="里程碑 用户验收测试结束 下周五 @张三")
async def mark(
    request: Request,
    what: Annotated[str, Rest("内容")],
    due: Annotated[Deadline, When("日期", over=True)],
    people: Annotated[tuple[Member, ...], Mention("负责人")] = (),
) -> Reply:
    """记一个里程碑和它的日期；第一次定的日期就是计划，以后改期都会留痕"""
    check_words(what)
    people = tuple(dict.fromkeys(people)) or (request.sender,)
    over = due.status == "past" and due.due is not None
    if over and not request.settled:
        return await _ask_reached(request, due.due)
    reply = await capture(
        request,
        "milestone",
        what,
        owner=people[0],
        helpers=people[1:],
        due=due,
        details=milestone.details_of(due.due),
        notes=[] if over else _counted(request, due),
    )
    return await _reached(request, reply.number or 0, due.due) if over else reply


async def _ask_reached(request: Request, day: datetime | None) -> Reply:
    said = milestone.day_of(day, request.now) if day else ""
    later = f"{request.now.year + 1}年12月1日"
    return await ask_first(
        request,
        f"{said} 已经过去了，记成那天达成的吗？",
        f"还没到的请换个日期再说一次，比如 下周五；明年的把年份也写上，比如 {later}。",
        keep="记成已达成",
    )


async def _reached(request: Request, number: int, day: datetime | None) -> Reply:
    """What was reached before anybody wrote it down: done on its own day."""
    entry = await find(request, number)
    said = milestone.day_of(day, request.now) if day else ""
    await change(request, entry, "完成", f"{said} 已达成", state=DONE, closed_at=day)
    title = f"✅ {head('milestone', number)} 已记，{said} 达成 · {UNDO_HINT}"
    return await answer(request, entry, title, f"负责人 {entry.owner_name}")


@topic.command("目标", example="目标 销售每周都用 CRM 指标：活跃率 80% 下个月底 @张三")
async def aim(
    request: Request,
    what: Annotated[str, Rest("内容")],
    metric: Annotated[str | None, Option("指标", "衡量标准")] = None,
    due: Annotated[Deadline | None, When()] = None,
    people: Annotated[tuple[Member, ...], Mention("负责人")] = (),
) -> Outgoing | Reply | None:
    """记一个目标，用什么指标衡量、到什么时候"""
    if _TARGET_CUSTOMERS.match(half_width(request.text)):
        commands: Commands = request.commands
        return await commands.fallback(request) if commands.fallback else None
    check_words(what)
    if due is not None and not milestone.names_day(due):
        raise Refusal(
            f"「{due.matched}」是要做到的，还是截止？做到什么样写在指标后面，截止写日期，"
            "比如：目标 提升响应 指标：24 小时内回复 12月31日",
            usage=False,
        )
    if metric:
        measured, behind = milestone.apart(request, metric, people)
        if due is None or (behind and behind.due == due.due):  # the same day, said twice
            metric, due = measured, behind
    check_title(metric or "")
    people = tuple(dict.fromkeys(people)) or (request.sender,)
    unmeasured = "还没有指标。要写就先 撤销，再说：目标 … 指标：做到多少 日期"
    notes = [f"指标：{metric}" if metric else unmeasured]
    return await capture(
        request,
        "goal",
        what,
        owner=people[0],
        helpers=people[1:],
        due=due,
        details=milestone.details_of(due.due if due else None, metric),
        notes=[*notes, *_counted(request, due)],
    )


def _counted(request: Request, due: Deadline | None) -> list[str]:
    if due is None or due.due is None:
        return []
    return [milestone.countdown(due.due, request.now, request.calendar)]


@topic.command("实际", "实际值", example="实际 12 活跃率 78%")
async def measure(
    request: Request,
    number: Annotated[int, Number()],
    actual: Annotated[str, Rest("做到多少")],
) -> Reply:
    """目标做到多少了，和指标对着看；达成以后也能补记"""
    entry = await find_kind(request, number, "goal")
    if entry.state not in (OPEN, DONE):
        raise Refusal(
            f"{head('goal', number)} 已经取消了，要接着做请说：重开 {number}", usage=False
        )
    check_may_change(request, entry)
    check_title(actual)
    before = entry.details.get("actual")
    await change(request, entry, "实际", actual, details={**entry.details, "actual": actual})
    notes = [milestone.metric_words(await find(request, number))]
    if before and before != actual:
        notes.append(f"上次记的是 {before}")
    return await answer(request, entry, f"📈 {head('goal', number)} 实际值已记", *notes)
