"""存下: answering the question that the bot asked before it stored a sentence."""

from dataclasses import replace
from typing import Annotated

from bot.command import Topic
from bot.context import Reply, Request
from bot.draft import WORTH_KEEPING, incoming_json
from bot.errors import Refusal
from bot.grammar import clean
from bot.message import Card, Outgoing
from bot.signature import Number, Rest
from bot.utterance import act
from storage import draft as drafts

topic = Topic("确认", about="我先问一句再记的，点按钮就行", place=33)


async def _take(request: Request, number: int) -> drafts.Draft:
    kept = await drafts.find(request.tx, request.team.id, number)
    if kept is None:
        raise Refusal(f"没有待确认的第 {number} 句，请直接再说一次", usage=False)
    if kept.member_id != request.sender.id:
        raise Refusal("这句要请说的人自己来点", usage=False)
    if not await drafts.settle(request.tx, number, at=request.clock):
        raise Refusal("这句已经处理过了", usage=False)
    return kept


@topic.command("存下", example="存下 7")
async def store(
    request: Request,
    number: Annotated[int, Number("第几句")],
    more: Annotated[str | None, Rest("补充")] = None,
) -> Outgoing | Reply | None:
    """把刚才问过的那句记下来"""
    kept = await _take(request, number)
    if request.clock - kept.said_at > WORTH_KEEPING:
        raise Refusal("那句说了超过一天，里面的时间可能不对了，请再说一次", usage=False)
    said = incoming_json.validate_json(kept.incoming)
    text = f"{clean(said.text)} {more}" if more else clean(said.text)
    return await act(
        replace(
            request,
            incoming=replace(said, text=text),
            text=text.strip(),
            now=kept.said_at.astimezone(request.now.tzinfo),
            settled=True,
        )
    )


@topic.command("不存", example="不存 7")
async def drop(request: Request, number: Annotated[int, Number("第几句")]) -> Outgoing:
    """刚才问过的那句不记了"""
    await _take(request, number)
    return Card(title="好，没有记")
