"""问: an answer from the knowledge base, a question back, or an honest no."""

from dataclasses import replace
from typing import Annotated

from bot import hint, library
from bot.answers import Decision, Index, wonders
from bot.command import Topic
from bot.context import Reply, Request
from bot.message import Button, Card, Outgoing, Text
from bot.roles import Role
from bot.signature import Rest
from bot.utterance import act
from storage import knowledge
from storage.knowledge import Knowledge

topic = Topic("问答", about="问一句，从知识库里找答案", place=60)

LONGEST_LABEL = 40
LONGEST_SAY = 480


@topic.command("问", "提问", "请教", example="问 怎么导入客户")
async def ask(request: Request, what: Annotated[str, Rest("问题")]) -> Outgoing:
    """从知识库里找答案；没把握就反问一句，绝不乱说"""
    index = await library.index_of(request.tx, request.team.id)
    answer = await _answer(request, index, index.decide(what))
    return answer or await _unsure(request)


@topic.otherwise
async def otherwise(request: Request) -> Outgoing | Reply | None:
    """Any other sentence to the bot: one answer, whatever it is.

    What the knowledge base surely knows comes first, then what sounds like a command.
    """
    if await hint.overheard(request):
        return None
    index = await library.index_of(request.tx, request.team.id)
    decision = index.decide(request.text)
    if decision.action != "answer":
        if say := await hint.shown(request):
            return await act(replace(request, text=say))
        if offer := await hint.offered(request):
            return offer
    answer = await _answer(request, index, decision)
    if answer is not None:
        return answer
    if polite := hint.courtesy(request.text):
        return Text(text=polite)
    stuck = hint.trouble(request.text)
    if stuck or decision.action == "handover" or wonders(request.text):
        return await _unsure(request, stuck)
    return Text(text="我在。派任务、报卡点、问问题，直接说一句就行；说 帮助 看我会什么。")


async def _answer(request: Request, index: Index, decision: Decision) -> Outgoing | None:
    if decision.action == "answer" and isinstance(decision.entry, int):
        found = await knowledge.find(request.tx, request.team.id, decision.entry)
        return _from_knowledge(request, found) if found else None
    if decision.action == "ask":
        offered = [
            await knowledge.find(request.tx, request.team.id, number)
            for number in decision.offers
            if isinstance(number, int)
        ]
        return _which(index, [each for each in offered if each])
    return None


def _from_knowledge(request: Request, found: Knowledge) -> Card:
    facts: tuple[tuple[str, str], ...] = ()
    if found.review_on is not None and found.review_on < request.now.date():
        facts = (("注意", "这条过了复核日期，请跟负责的人确认一下"),)
    return Card(
        title=f"来自知识 K{found.number}：{found.question}", text=found.answer, facts=facts
    )


def _which(index: Index, offered: list[Knowledge]) -> Card:
    """One question back; each button asks in the words that are known."""
    return Card(
        title="你是不是想问：",
        text="\n".join(f"K{each.number} {each.question}" for each in offered),
        buttons=tuple(
            Button(label=each.question[:LONGEST_LABEL], say=_say(index, each)) for each in offered
        ),
    )


def _say(index: Index, offered: Knowledge) -> str:
    """What leads to this entry and no other."""
    if len(offered.question) <= LONGEST_SAY and index.leads_to(offered.question, offered.number):
        return f"问 {offered.question}"
    return f"知识 查 K{offered.number}"


async def _unsure(request: Request, stuck: Button | None = None) -> Text | Card:
    experts = await request.in_role(Role.EXPERT)
    names = "、".join(each.name for each in experts[:3])
    who = f"可以问问{Role.EXPERT} {names}。" if experts else ""
    unsure = "这个我还没有把握，先不乱说。"
    if stuck is not None:
        return Card(
            title=f"{unsure}{who}", text="要人来解决的话，可以记成卡点：", buttons=(stuck,)
        )
    return Text(text=unsure + (who or "知道答案的同事可以告诉我：知识 加 问：… 答：…"))
