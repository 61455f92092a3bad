"""What a common verb means for one kind of entry, beside the change itself."""

from datetime import datetime
from typing import Any

from bot import (
    acceptance,
    approval,
    blocker,
    budget,
    data_problem,
    decision,
    feedback,
    milestone,
    minutes,
    risk,
    task,
)
from bot.context import Request
from bot.errors import Refusal
from bot.kind import head
from storage.ledger import Entry


def check_may_finish(entry: Entry) -> None:
    """Raises Refusal for what ends in another way than by 完成."""
    said = head(entry.kind, entry.number)
    if entry.kind == "acceptance":
        raise Refusal(
            f"{said} 请说：通过 {entry.number} 或 不通过 {entry.number} 原因", usage=False
        )
    if entry.stage == "pending":
        raise Refusal(f"{said} 还没批准：批准 {entry.number} 或 驳回 {entry.number}", usage=False)


async def after_finish(request: Request, entry: Entry) -> list[str]:
    """Called once an entry is done; gives lines for the reply."""
    match entry.kind:
        case "task":
            told = await feedback.task_finished(request, entry)
            return [*await task.after_finish(request, entry), *told]
        case "feedback":
            return await feedback.finished(request, entry)
        case "data":
            return await data_problem.fixed(request, entry)
        case "milestone" | "goal":
            return await milestone.after_finish(request, entry)
    return []


async def after_close(request: Request, entry: Entry) -> list[str]:
    """Called once an entry is cancelled; gives lines for the reply."""
    match entry.kind:
        case "decision":
            return await decision.left_behind(request, entry)
        case "task":
            told = await feedback.task_cancelled(request, entry)
            return [*await task.after_close(request, entry), *told]
        case "feedback":
            return await feedback.cancelled(request, entry)
        case "data":
            return await data_problem.cancelled(request, entry)
        case "budget":
            budget.check_may_go(entry)
    return []


async def reopened(request: Request, entry: Entry) -> dict[str, Any]:
    """What else changes when an entry is opened again. Raises Refusal where it may not be."""
    if entry.kind == "feedback":
        return await feedback.values_reopened(request, entry)
    if entry.kind == "budget":
        await budget.check_may_return(request, entry)
    if entry.kind == "acceptance":
        return acceptance.reopened(entry)
    return {**task.reopened(entry), **await approval.reopened(request, entry)}


async def after_reopen(request: Request, entry: Entry) -> list[str]:
    """Called once an entry is open again; gives lines for the reply."""
    match entry.kind:
        case "task":
            told = await feedback.task_reopened(request, entry)
            return [*task.after_reopen(entry), *told]
        case "feedback":
            return await feedback.reopened(request, entry)
        case "acceptance":
            return await acceptance.after_reopen(request, entry)
    return await approval.ask_again(request, entry)


def moved(entry: Entry, due: datetime) -> dict[str, Any]:
    """What else changes when an entry gets another deadline. Raises Refusal where it has none."""
    if entry.kind == "risk":
        raise Refusal(
            f"{head(entry.kind, entry.number)} 没有期限，换复查的日子请说："
            f"复查 {entry.number} 下次 12月20日",
            usage=False,
        )
    return milestone.moved(entry, due) if entry.kind in milestone.KINDS else {}


async def after_move(request: Request, entry: Entry) -> list[str]:
    """Called once an entry has another deadline; gives lines for the reply."""
    return await milestone.after_move(request, entry) if entry.kind in milestone.KINDS else []


async def facts_of(request: Request, entry: Entry) -> list[tuple[str, str]]:
    """What 查看 shows of an entry beside state, owner and deadline."""
    return [*await _facts(request, entry), *await minutes.origin(request, entry)]


async def _facts(request: Request, entry: Entry) -> list[tuple[str, str]]:
    match entry.kind:
        case "blocker":
            return await blocker.facts(request, entry)
        case "decision":
            return await decision.facts(request, entry)
        case "change":
            return await approval.facts(request, entry)
        case "data":
            return data_problem.facts(entry)
        case "feedback":
            return await feedback.facts(request, entry)
        case "task":
            return [*await task.facts(request, entry), *await feedback.facts(request, entry)]
        case "milestone" | "goal":
            return await milestone.facts(request, entry)
        case "risk":
            return risk.facts(request, entry)
        case "budget":
            return budget.facts(entry)
        case "acceptance":
            return await acceptance.facts(request, entry)
        case "minutes":
            return await minutes.facts(request, entry)
    return []
