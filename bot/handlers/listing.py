"""Lists of what is open: mine, the team's by kind, what is late."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from bot import agenda, listing, mine
from bot.command import Commands, Topic
from bot.context import Reply, Request
from bot.listing import take_page
from bot.message import Card, Outgoing
from bot.signature import Mention, Rest
from storage.member import Member

topic = Topic("清单", about="看手上的、全部的、逾期的，开会用的议程", place=40)

Words = Annotated[str | None, Rest("上周/已完成/全部")]
People = Annotated[tuple[Member, ...], Mention("谁的", known=True)]


@topic.command("我的", "我的任务", example="我的")
async def my_list(request: Request) -> Outgoing:
    """看等着我的：负责的、协助的、请我接手的、等我确认的"""
    return await mine.mine(request)


@topic.command("任务列表", "所有任务", example="任务列表 @张三")
async def tasks(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看没完成的任务，逾期的在前；可以按人、时间、状态筛"""
    return await listing.listed(request, "task", "任务列表", words or "", people)


@topic.command("卡点列表", "所有卡点", example="卡点列表 上周")
async def blockers(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看没解决的卡点：谁在等谁，等了多久"""
    return await listing.listed(request, "blocker", "卡点列表", words or "", people)


@topic.command("我的卡点", example="我的卡点")
async def my_blockers(request: Request, words: Words = None) -> Outgoing:
    """看和我有关的卡点：等我解决的、我登记的"""
    return await listing.listed(request, "blocker", "卡点列表", f"与我有关 {words or ''}", ())


@topic.command("风险列表", "所有风险", "风险清单", example="风险列表")
async def risks(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看还盯着的风险，最要紧的在前"""
    return await listing.listed(request, "risk", "风险列表", words or "", people)


@topic.command("决策列表", "所有决策", example="决策列表 本月")
async def decisions(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看有效的决策，等批准的在前"""
    return await listing.listed(request, "decision", "决策列表", words or "", people)


@topic.command("变更列表", "所有变更", example="变更列表")
async def changes(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看没落地的变更，等批准的在前"""
    return await listing.listed(request, "change", "变更列表", words or "", people)


@topic.command("里程碑列表", "所有里程碑", example="里程碑列表")
async def milestones(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看没达成的里程碑，最近的在前"""
    return await listing.listed(request, "milestone", "里程碑列表", words or "", people)


@topic.command("目标列表", "所有目标", example="目标列表")
async def goals(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看没达成的目标"""
    return await listing.listed(request, "goal", "目标列表", words or "", people)


@topic.command("反馈列表", "所有反馈", "需求列表", "建议列表", example="反馈列表")
async def feedback(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看大家的反馈，支持最多的在前"""
    return await listing.listed(request, "feedback", "反馈列表", words or "", people)


@topic.command("数据问题列表", "所有数据问题", example="数据问题列表")
async def data(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看没修好的数据问题"""
    return await listing.listed(request, "data", "数据问题列表", words or "", people)


@topic.command("纪要列表", "所有纪要", example="纪要列表 本月")
async def minutes(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看会议纪要，新的在前"""
    return await listing.listed(request, "minutes", "纪要列表", words or "", people)


@topic.command("经验列表", "所有经验", example="经验列表")
async def lessons(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看记下的经验，新的在前"""
    return await listing.listed(request, "lesson", "经验列表", words or "", people)


@topic.command("问题列表", "所有问题", example="问题列表")
async def questions(request: Request, people: People = (), words: Words = None) -> Outgoing:
    """看还没回答的问题，等得最久的在前"""
    return await listing.listed(request, "question", "问题列表", words or "", people)


@topic.command("逾期", "超期", example="逾期 @李四")
async def overdue(
    request: Request,
    people: People = (),
    words: Annotated[str | None, Rest("我的/第几页")] = None,
) -> Outgoing | Reply | None:
    """看已经过了期限还没了结的，拖得最久的在前；可以只看一个人"""
    said, page = take_page(words or "")
    if said in ("我的", "我"):
        people = (*people, request.sender)
    elif said:  # 逾期的客户怎么跟进 is said of something else
        commands: Commands = request.commands
        return await commands.fallback(request) if commands.fallback else None
    return await listing.overdue(request, page, people)


@topic.command("议程", "会议议程", example="议程")
async def meeting(request: Request) -> Outgoing:
    """开会只谈这些：卡点、逾期的、没批的、红色风险"""
    return await agenda.agenda(request)


_TURNED: dict[str, Callable[[Request, int], Awaitable[Card]]] = {
    "我的": mine.mine,
    "逾期": listing.overdue,
    "议程": agenda.agenda,
}


@topic.command("翻页", example="翻页 我的 第2页")
async def turn(
    request: Request, which: Annotated[str, Rest("我的/逾期/议程 第几页")]
) -> Outgoing | Reply | None:
    """我的、逾期、议程太长时看后面几页；列表直接说：任务列表 第2页"""
    words, page = take_page(which)
    shown = _TURNED.get(words)
    if shown is not None:
        return await shown(request, page)
    commands: Commands = request.commands
    return await commands.fallback(request) if commands.fallback else None
