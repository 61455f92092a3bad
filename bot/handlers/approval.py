"""批准, 驳回: the word of whoever was asked for it."""

from typing import Annotated

from bot.approval import KINDS, approve, reject
from bot.clerk import find_kind
from bot.command import Topic
from bot.context import Reply, Request
from bot.signature import Number, Rest

topic = Topic("批准", about="批准或驳回决策、变更", place=32)


@topic.command("批准", example="批准 12 预算内，可以")
async def approved(
    request: Request,
    number: Annotated[int, Number()],
    note: Annotated[str | None, Rest("意见")] = None,
) -> Reply:
    """批准一条决策或变更，只有指定的批准人能批"""
    return await approve(request, await find_kind(request, number, *KINDS), note or "")


@topic.command("驳回", example="驳回 12 先把成本算清楚")
async def rejected(
    request: Request,
    number: Annotated[int, Number()],
    reason: Annotated[str, Rest("原因")],
) -> Reply:
    """不批准，写上原因，提出的人会收到"""
    return await reject(request, await find_kind(request, number, *KINDS), reason)
