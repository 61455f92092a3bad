"""反馈: wishes with votes; what is wanted most becomes work."""

from typing import Annotated

from bot.capture import capture
from bot.clerk import answer, find, find_kind
from bot.command import Topic
from bot.context import Reply, Request
from bot.deadlines import Deadline
from bot.draft import ask_first
from bot.errors import Refusal
from bot.feedback import check_not_planned, like, line, plan, unvote, votes
from bot.feedback import vote as vote_for
from bot.message import Outgoing
from bot.signature import Mention, Number, Option, Rest, When
from storage import ledger
from storage.ledger import Entry
from storage.member import Member

topic = Topic("反馈", about="提需求和建议，大家投票，想要的人多就排进任务", place=18)


@topic.command("反馈", "需求", "建议", example="反馈 希望客户可以批量导入")
async def suggest(
    request: Request,
    what: Annotated[str, Rest("内容")],
    same: Annotated[tuple[int, ...], Option("支持", hint="#5")] = (),
) -> Outgoing | Reply:
    """提一条需求或建议；有相近的会先问要不要支持那条"""
    if same:
        if len(same) > 1:
            raise Refusal("一次支持一条，比如：支持 5", usage=False)
        return await _vote(request, same[0], "")
    if not request.settled:
        listed = await ledger.listed(request.tx, request.team.id, kind="feedback")
        alike = like(what, listed)
        if alike:
            return await _ask(request, what, alike)
    return await capture(
        request,
        "feedback",
        what,
        owner=None,
        owned=False,
        weight=1,
        details={"votes": [request.sender.id]},
    )


async def _ask(request: Request, what: str, alike: list[Entry]) -> Reply:
    mine = [each.number for each in alike if request.sender.id in votes(each)]
    lines = [
        line(each, request.now) + ("（你支持过）" if each.number in mine else "") for each in alike
    ]
    others = [
        (f"支持 #{each.number}", f"支持 #{each.number}")
        for each in alike
        if each.number not in mine
    ]
    text = "\n".join([f"你要记的：{what}", *lines])
    return await ask_first(request, "有相近的反馈，是同一件事吗？", text, others=others)


@topic.command("支持", "+1", example="支持 7")
async def vote(
    request: Request,
    number: Annotated[int, Number()],
    said: Annotated[str | None, Rest("理由")] = None,
) -> Reply:
    """给一条反馈投一票，一人一票"""
    return await _vote(request, number, said or "")


async def _vote(request: Request, number: int, said: str) -> Reply:
    entry = await vote_for(request, number, said)
    return await answer(request, entry, f"👍 反馈 #{number} 现在 {len(votes(entry))} 人支持")


@topic.command("取消支持", "不支持", example="取消支持 7")
async def withdraw(request: Request, number: Annotated[int, Number()]) -> Reply:
    """收回自己投的一票"""
    entry = await unvote(request, number)
    return await answer(request, entry, f"已收回，反馈 #{number} 现在 {len(votes(entry))} 人支持")


@topic.command("转任务", example="转任务 7 @李四 下周五前")
async def turn_into_task(
    request: Request,
    number: Annotated[int, Number()],
    people: Annotated[tuple[Member, ...], Mention("负责人")] = (),
    due: Annotated[Deadline | None, When()] = None,
    what: Annotated[str | None, Rest("任务内容")] = None,
) -> Reply:
    """把反馈排成任务：第一个 @ 负责，不 @ 就是我；做完反馈一起了结，支持的人会收到消息"""
    entry = await find_kind(request, number, "feedback")
    check_not_planned(entry)
    people = tuple(dict.fromkeys(people)) or (request.sender,)
    notes = [f"来自反馈 #{number}（{len(votes(entry))} 人支持）"]
    if due is None:
        notes.append("还没有期限，可以说：改期 {number} 周五下班前")
    receipt = await capture(
        request,
        "task",
        what or entry.title,
        owner=people[0],
        helpers=people[1:],
        due=due,
        notes=notes,
    )
    await plan(request, number, await find(request, receipt.number or 0))
    return receipt
