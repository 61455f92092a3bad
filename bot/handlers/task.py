"""任务: every job has one owner and one deadline."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from bot.capture import capture
from bot.command import Topic
from bot.context import Reply, Request
from bot.deadlines import Deadline
from bot.draft import ask_first
from bot.errors import Refusal
from bot.every import sounds_repeated
from bot.leave import absences
from bot.message import Button, Card, Person
from bot.pasted import SHOWN, Line, line_words, read
from bot.people import first_named, without_name
from bot.receipt import UNDO_HINT
from bot.recurrence import Rule
from bot.signature import Every, Mention, Rest, When, parameters
from bot.task import (
    CARRIES,
    first_of,
    later_than_whole,
    part_words,
    repeat_details,
    repeat_words,
    same_open,
    tie_part,
    whole_of,
)
from storage import ledger
from storage.member import Member

topic = Topic("任务", about="派任务：一个负责人、一个期限", place=11)


async def from_list(request: Request, text: str) -> Reply | None:
    """Several tasks at once: shown as they were understood, stored on the press."""
    found = await read(request, text, parameters(assign)) if "\n" in text else None
    if found is None:
        return None
    lines, heading = found
    if request.settled:
        return await _store(request, lines)
    shown = [f"{place}. {line_words(request, each)}" for place, each in enumerate(lines, 1)]
    if len(lines) > SHOWN:
        shown = [*shown[:SHOWN], f"……还有 {len(lines) - SHOWN} 条"]
    if heading:
        shown.append(f"（「{heading}」当标题，不单记）")
    undated = sum(not (each.due or each.every) for each in lines)
    if undated:
        shown.append(f"（{undated} 条没有期限）")
    title = f"这 {len(lines)} 条任务都记下吗？"
    return await ask_first(request, title, "\n".join(shown), keep="全部记下")


@topic.command("任务", "待办", example="任务 @张三 整理客户清单 周五下班前", pasted=from_list)
async def assign(
    request: Request,
    what: Annotated[str, Rest("内容")],
    people: Annotated[tuple[Member, ...], Mention("负责人")] = (),
    due: Annotated[Deadline | None, When()] = None,
    every: Annotated[Rule | None, Every()] = None,
) -> Reply:
    """派任务：第一个 @ 负责，其余协助，不 @ 就是我的；可以写 每周五 17:00，或一行一条贴一串"""
    called = await first_named(request, what, people)
    if called is not None and (people or called.id == request.sender.id):
        what = without_name(what, called)
    elif called is not None and not request.settled:
        return await ask_first(
            request,
            f"负责人是{called.name}吗？",
            f"{without_name(what, called)}\n没有 @ 人的，就记在你自己名下。",
            others=[(f"是，给{called.name}", f"@{called.name}")],
        )
    people = tuple(dict.fromkeys(people)) or (request.sender,)
    if not request.settled and (same := await same_open(request, what, people[0], due)):
        return await ask_first(
            request,
            f"{people[0].name} 手上已经有一样的：#{same.number}，还要再记一条吗？",
            f"#{same.number} {same.title}",
        )
    whole = await whole_of(request)
    notes = [*part_words(whole), *later_than_whole(whole, due, request.now)]
    if every is not None:
        if due is not None:
            raise Refusal(
                f"重复的任务不用再写「{due.matched}」；只做一次就去掉「每…」", usage=False
            )
        every, due = first_of(request, every)
        notes += repeat_words(request, every, _moment(due))
    elif sounds_repeated(what):
        notes.append("这条只记一次；要重复就写清楚哪天，比如 任务 每周五 17:00 交周报")
    elif due is None:
        notes.append("还没有期限，可以说：改期 {number} 周五下班前")
    reply = await capture(
        request,
        "task",
        what,
        owner=people[0],
        helpers=people[1:],
        due=due,
        stage=CARRIES if every else "",
        details=repeat_details(every, _moment(due)) if every else None,
        notes=notes,
    )
    await tie_part(request, whole, [reply.number or 0])
    return reply


def _moment(due: Deadline | None) -> Any:
    return due.due if due else None


async def _store(request: Request, lines: Sequence[Line]) -> Reply:
    """All of them in this transaction, under one step: one 撤销 takes them back."""
    whole = await whole_of(request)
    numbers = [await _open(request, each) for each in lines]
    await tie_part(request, whole, numbers)
    said = [line_words(request, *each) for each in zip(lines, numbers, strict=True)]
    if len(said) > SHOWN:
        said = [*said[:SHOWN], f"……还有 {len(said) - SHOWN} 条，说 任务列表 看全部"]
    people = dict.fromkeys(
        each for line in lines for each in line.people if each.id != request.sender.id
    )
    missed = await _tell(request, list(people), lines, numbers)
    missed += await absences(request, _owned(request, lines))
    mentions = (
        ()
        if request.chat.private
        else tuple(Person(each.external_id, each.name) for each in people)
    )
    span = f"#{numbers[0]}–#{numbers[-1]}"
    card = Card(
        title=f"任务 {span} 已记（{len(lines)} 条） · {UNDO_HINT}",
        text="\n".join([*said, *part_words(whole), *missed]),
        buttons=(Button(label="任务列表", say="任务列表"),),
        mentions=mentions,
    )
    return Reply(message=card)


def _owned(request: Request, lines: Sequence[Line]) -> list[tuple[int, str, datetime | None]]:
    owners = [(each.people or (request.sender,))[0] for each in lines]
    dues = [_moment(each.due) for each in lines]
    return [(who.id, who.name, due) for who, due in zip(owners, dues, strict=True)]


async def _open(request: Request, line: Line) -> int:
    people = line.people or (request.sender,)
    every, due = line.every, line.due
    if every is not None:
        every, due = first_of(request, every)
    entry = await ledger.open_entry(
        request.tx,
        team_id=request.team.id,
        kind="task",
        title=line.what,
        owner_id=people[0].id,
        by_id=request.sender.id,
        chat_id=request.chat.id,
        at=request.clock,
        due=_moment(due),
        helpers=[each.id for each in people[1:]],
        stage=CARRIES if every else "",
        details=repeat_details(every, _moment(due)) if every else None,
        step=request.cause,
    )
    return entry.number


async def _tell(
    request: Request, people: Sequence[Member], lines: Sequence[Line], numbers: Sequence[int]
) -> list[str]:
    """What is written down in private, its people hear one by one; who cannot be reached."""
    if not request.chat.private:
        return []
    missed = []
    for each in people:
        private = await request.reach(each)
        if private is None:
            missed.append(each.name)
            continue
        mine = [
            line_words(request, line, number)
            for line, number in zip(lines, numbers, strict=True)
            if each in line.people
        ]
        more = [f"……还有 {len(mine) - SHOWN} 条"] if len(mine) > SHOWN else []
        card = Card(
            title=f"{request.sender.name} 给你记了 {len(mine)} 条任务",
            text="\n".join([*mine[:SHOWN], *more]),
            buttons=(Button(label="我的", say="我的"),),
        )
        await request.tell(private, card)
    return [f"我还没法私聊{'、'.join(missed)}，请你告诉一声"] if missed else []
