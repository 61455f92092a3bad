"""Lists of what is open: mine, the team's by kind, what is late."""

from bot.command import Topic
from bot.context import Request
from bot.kind import name
from bot.message import Card, Outgoing
from bot.receipt import listing
from storage import ledger

topic = Topic("清单", about="看手上的、全部的、逾期的", place=14)


@topic.command("我的", "我的任务", example="我的")
async def mine(request: Request) -> Outgoing:
    """看我手上还没了结的"""
    entries = await ledger.listed(request.tx, request.team.id, owner_id=request.sender.id)
    if not entries:
        return Card(title="手上没有没了结的事 👍")
    return listing(f"{request.sender.name} 手上的", entries, request.now)


@topic.command("任务列表", "所有任务", example="任务列表")
async def tasks(request: Request) -> Outgoing:
    """看全部没完成的任务"""
    return await _list(request, "task")


@topic.command("卡点列表", "所有卡点", example="卡点列表")
async def blockers(request: Request) -> Outgoing:
    """看全部没解决的卡点：谁在等谁"""
    return await _list(request, "blocker")


async def _list(request: Request, kind: str) -> Outgoing:
    entries = await ledger.listed(request.tx, request.team.id, kind=kind)
    if not entries:
        return Card(title=f"没有未了结的{name(kind)} 👍")
    return listing(f"未了结的{name(kind)}", entries, request.now)


@topic.command("逾期", "超期", example="逾期")
async def overdue(request: Request) -> Outgoing:
    """看已经过了期限还没了结的"""
    entries = await ledger.listed(request.tx, request.team.id, due_before=request.clock)
    if not entries:
        return Card(title="没有逾期的 👍")
    return listing("已逾期", entries, request.now)
