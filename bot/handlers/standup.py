"""站会: what I did, what I do, what blocks me; each blocker becomes a record that is followed."""

import re
from dataclasses import replace
from typing import Annotated

from bot import dialogue
from bot.command import Commands, Found, Topic
from bot.context import Reply, Request
from bot.grammar import half_width
from bot.message import Card, Outgoing
from bot.signature import Section, Ticks
from bot.standup import Said
from bot.standup_answer import mine, take
from bot.standup_form import form_of
from bot.standup_question import BLOCKERS, TICKS, TODAY, YESTERDAY
from bot.standup_reading import read
from bot.standup_turn import Turn, turn_of

topic = Topic("站会", about="每天一句：昨日、今日、卡点", place=50)


@topic.command(
    "站会", "每日站会", example="站会 昨日：写完文档 今日：联调接口 卡点：测试数据没到 @李四"
)
async def report(
    request: Request,
    yesterday: Annotated[str | None, Section(*YESTERDAY)] = None,
    today: Annotated[str | None, Section(*TODAY)] = None,
    blockers: Annotated[str | None, Section(*BLOCKERS)] = None,
    done: Annotated[tuple[int, ...], Ticks(*TICKS, hint="12、13")] = (),
) -> Outgoing | Reply:
    """写今天的站会，也可以只说一句话；收之前再说一次就是修改；只说 站会 看自己写的"""
    turn = await turn_of(request)
    filled = Said(yesterday=yesterday, today=today, blockers=blockers, done=done)
    return await _answer(request, turn, filled, say="站会")


@topic.command("补交", example="补交 昨日：写完文档 今日：联调接口 卡点：没有")
async def belated(
    request: Request,
    yesterday: Annotated[str | None, Section(*YESTERDAY)] = None,
    today: Annotated[str | None, Section(*TODAY)] = None,
    blockers: Annotated[str | None, Section(*BLOCKERS)] = None,
    done: Annotated[tuple[int, ...], Ticks(*TICKS, hint="12、13")] = (),
) -> Outgoing | Reply:
    """站会收了以后补写或补充，会标上迟交"""
    turn = await turn_of(request, belated=True)
    filled = Said(yesterday=yesterday, today=today, blockers=blockers, done=done)
    return await _answer(request, turn, filled, say="补交")


@topic.command("站会 修改", "站会修改", "站会 填表", example="站会 修改")
async def edit(request: Request) -> Outgoing:
    """给一张填好的表，改今天写的站会"""
    turn = await turn_of(request)
    if turn.over or not turn.given:
        late = await turn_of(request, belated=True)
        turn = late if late.given else turn
    return await form_of(request, turn, "补交" if turn.over else "站会")


async def _answer(request: Request, turn: Turn, filled: Said, *, say: str) -> Outgoing | Reply:
    said = _said(request, turn, filled)
    if said is not None:
        await dialogue.forget(request)
        return await take(request, turn, said, say=say)
    written = await mine(request, turn) if say == "站会" else None
    if written is not None:
        return written
    if request.chat.private and not turn.given:
        return await dialogue.begin(request, turn)
    return await form_of(request, turn, "补交" if turn.over else say)


def _said(request: Request, turn: Turn, filled: Said) -> Said | None:
    """A form as it was filled; a sentence with all the ways to write it. None: only the word."""
    fields = request.incoming.fields
    if fields:
        own = [each for each in turn.questions if not each.part]
        more = {each.label: fields.get(each.name, "").strip() for each in own}
        return replace(filled, more={label: text for label, text in more.items() if text})
    commands: Commands = request.commands
    found = commands.find(request.text)
    words = request.text[found.rest :] if found else ""
    return read(words, turn.questions, ahead=turn.ahead) if words.strip() else None


# --- one question at a time ------------------------------------------------------------------

# 完成 12 and 完成 12 已发群里, but not 完成 12 家客户的回访.
_NUMBERED = re.compile(
    r"\s*(?:第|no\.?|#)?\s*\d{1,9}\s*[号条]?(?=$|[\s,。;:])(?!\s+[个家次天人万元块份件项遍])"
)


@topic.listens
async def answered(request: Request, found: Found | None) -> Outgoing | Reply | None:
    """In a private chat, the answer to the question that is open there."""
    kept = await dialogue.of(request)
    if kept is None:
        over = dialogue.is_old_button(request)
        return Card(title="这次已经写完了", text="要改请说：站会 修改") if over else None
    if found is not None and _is_command(
        request, found, dialogue.asks_for_blockers(request, kept)
    ):
        return None
    return await dialogue.go_on(request, kept)


def _is_command(request: Request, found: Found, blockers: bool) -> bool:
    """Plainly a command with what belongs to it; 任务都做完了 is an answer."""
    if blockers and found.command.name == "卡点":
        return False
    if found.command.topic == topic.name:
        return True
    if not request.text[found.rest :].strip() and any(
        x.required for x in found.command.parameters
    ):
        return False  # 卡住了 says too little for a command
    if found.command.begins_with_number:
        return _NUMBERED.match(half_width(request.text[found.rest :])) is not None
    commands: Commands = request.commands
    return commands.leads(request.text)
