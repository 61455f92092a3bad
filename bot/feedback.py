"""Feedback: what people wish for, who else wishes it, and telling them what becomes of it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.clerk import check_open, find, find_kind
from bot.context import Request
from bot.errors import Refusal
from bot.kind import head
from bot.message import Button, Card, Person
from bot.moment import due_words
from bot.receipt import first_line, state_words
from bot.similar import similar_to
from storage import history, ledger
from storage import member as members
from storage.ledger import CAME_FROM, DONE, OPEN, Entry
from storage.team import TeamChat

PLANNED = "planned"  # the stage while its task is open
TRIES = 20  # so many may press at the same instant before somebody is asked to press again
MOST_NAMES = 8


# How wishes begin and end, whatever is wished for.
_WISHING = re.compile(
    "希望|建议|能不能|可不可以|可以|能够|能否|是否|最好|想要|需要|增加|添加|加个|加一个|新增|支持|提供"
    "|功能|一下|请|吗|呢|吧|[?？]"
)


def like(what: str, listed: Sequence[Entry]) -> list[Entry]:
    """Those that may wish for the same, at most three, the likest first."""
    bare = {each.id: replace(each, title=_bare(each.title)) for each in listed}
    found = similar_to(_bare(what), bare.values())
    titles = {each.id: each for each in listed}
    return [titles[each.id] for each in found]


def _bare(wish: str) -> str:
    return _WISHING.sub(" ", wish)


def votes(entry: Entry) -> list[int]:
    """The members who want it, whoever asked first in front."""
    return list(entry.details.get("votes", ()))


def line(entry: Entry, now: datetime) -> str:
    """#7 希望能批量导入｜👍 5｜已转任务 #12"""
    parts = [f"#{entry.number} {first_line(entry.title)}", f"👍 {len(votes(entry))}"]
    task = entry.details.get("task")
    if entry.state == OPEN and task:
        parts.append(f"已转任务 #{task}")
    elif entry.state != OPEN:
        parts.append(state_words(entry))
    return "｜".join(parts)


async def _amend(
    request: Request,
    number: int,
    verb: str,
    text: str,
    values: Callable[[Entry], Mapping[str, Any]],
) -> Entry:
    """Change it by what it is at this moment: many press at once, and no vote may be lost."""
    for _ in range(TRIES):
        entry = await find_kind(request, number, "feedback")
        changed = await ledger.change(
            request.tx,
            entry,
            at=request.clock,
            by_id=request.sender.id,
            verb=verb,
            text=text,
            step=request.cause,
            **values(entry),
        )
        if changed:
            return await find(request, number)
    raise Refusal(f"反馈 #{number} 这会儿好多人在点，请再点一次", usage=False)


async def vote(request: Request, number: int, said: str) -> Entry:
    """One more who wants it. Raises Refusal for a second vote of the same person."""

    def one_more(entry: Entry) -> Mapping[str, Any]:
        check_open(entry)
        mine = votes(entry)
        if request.sender.id in mine:
            raise Refusal(f"你已经支持过反馈 #{number} 了，现在 {len(mine)} 人支持", usage=False)
        return _votes(entry, [*mine, request.sender.id])

    return await _amend(request, number, "支持", said, one_more)


async def unvote(request: Request, number: int) -> Entry:
    def one_less(entry: Entry) -> Mapping[str, Any]:
        check_open(entry)
        mine = votes(entry)
        if request.sender.id not in mine:
            raise Refusal(f"你没有支持过反馈 #{number}", usage=False)
        return _votes(entry, [each for each in mine if each != request.sender.id])

    return await _amend(request, number, "取消支持", "", one_less)


def _votes(entry: Entry, now: list[int]) -> Mapping[str, Any]:
    return {"details": {**entry.details, "votes": now}, "weight": len(now)}


async def take_in(request: Request, gone: Entry, into: Entry) -> None:
    """Of two wishes that are one: everybody who wanted either, and the task that is under way."""
    task = await _open_task(request, gone)

    def both(entry: Entry) -> Mapping[str, Any]:
        all_votes = dict.fromkeys([*votes(entry), *votes(gone)])
        values = {**_votes(entry, list(all_votes)), "helpers": list(into.helpers)}
        if task is not None and "task" not in entry.details:
            values["details"] = {**values["details"], "task": task.number}
            values["stage"] = PLANNED
        return values

    await _amend(request, into.number, "合并票数", f"来自 #{gone.number}", both)
    if task is not None:
        await ledger.tie(request.tx, entry_id=task.id, kind=CAME_FROM, other_id=into.id)


# --- from a wish to work -------------------------------------------------------------------


def check_not_planned(entry: Entry) -> None:
    check_open(entry)
    task = entry.details.get("task")
    if task:
        raise Refusal(
            f"反馈 #{entry.number} 已经转成任务 #{task} 了，看进展请说：查看 {task}", usage=False
        )


async def plan(request: Request, number: int, task: Entry) -> Entry:
    """The task that it has become; both know of each other from now on."""

    def planned(entry: Entry) -> Mapping[str, Any]:
        check_not_planned(entry)
        return {"stage": PLANNED, "details": {**entry.details, "task": task.number}}

    entry = await _amend(request, number, "转任务", f"任务 #{task.number}", planned)
    await ledger.tie(request.tx, entry_id=task.id, kind=CAME_FROM, other_id=entry.id)
    lines = [f"负责人 {task.owner_name}"]
    if task.due:
        lines.append(due_words(task.due, request.now))
    heard = [each for each in (task.owner_id, *task.helpers) if each]
    title = f"📣 你支持的反馈 #{number} 已转任务 #{task.number}"
    await tell_voters(request, entry, title, " · ".join(lines), but=heard)
    return entry


async def task_finished(request: Request, task: Entry) -> list[str]:
    """What the task was made for is there as well."""
    notes = []
    for each in await ledger.tied_from(request.tx, task.id, CAME_FROM):
        if each.state != OPEN or each.details.get("task") != task.number:
            continue

        def done(entry: Entry) -> Mapping[str, Any]:
            details = {**entry.details, "finished_with": task.number}
            values = {"state": DONE, "stage": "", "closed_at": request.clock}
            return {**values, "details": details}

        text = f"任务 #{task.number} 已完成"
        entry = await _amend(request, each.number, "完成", text, done)
        said = await _last_words(request, task)
        heard = await tell_voters(request, entry, f"🎉 你支持的反馈 #{each.number} 已实现", said)
        notes.append(f"反馈 #{each.number} 也算实现了{heard}")
    return notes


async def task_cancelled(request: Request, task: Entry) -> list[str]:
    """The wish is still there, and can become another task."""
    notes = []
    for each in await ledger.tied_from(request.tx, task.id, CAME_FROM):
        if each.state != OPEN or each.details.get("task") != task.number:
            continue

        def waiting(entry: Entry) -> Mapping[str, Any]:
            details = {name: value for name, value in entry.details.items() if name != "task"}
            return {"stage": "", "details": details}

        text = f"任务 #{task.number} 取消了"
        entry = await _amend(request, each.number, "放回清单", text, waiting)
        title = f"你支持的反馈 #{each.number} 先放回清单了：任务 #{task.number} 已取消"
        said = await _last_words(request, task)
        heard = await tell_voters(request, entry, title, said)
        notes.append(f"反馈 #{each.number} 放回清单{heard}")
    return notes


async def task_reopened(request: Request, task: Entry) -> list[str]:
    notes = []
    for each in await ledger.tied_from(request.tx, task.id, CAME_FROM):
        finished = each.state == DONE and each.details.get("finished_with") == task.number
        waiting = each.kind == "feedback" and each.state == OPEN and "task" not in each.details
        if not (finished or waiting):
            continue

        def planned(entry: Entry) -> Mapping[str, Any]:
            details = dict(entry.details)
            details.pop("finished_with", None)
            values = {"state": OPEN, "stage": PLANNED, "closed_at": None}
            return {**values, "details": {**details, "task": task.number}}

        text = f"任务 #{task.number} 重开了"
        entry = await _amend(request, each.number, "重开", text, planned)
        title = f"你支持的反馈 #{each.number} 又在做了：任务 #{task.number} 重开了"
        said = await _last_words(request, task)
        heard = await tell_voters(request, entry, title, said)
        notes.append(f"反馈 #{each.number} 也跟着打开{heard}")
    return notes


# --- what the common verbs mean for feedback itself ------------------------------------------


async def finished(request: Request, entry: Entry) -> list[str]:
    said = await _last_words(request, entry)
    heard = await tell_voters(request, entry, f"🎉 你支持的反馈 #{entry.number} 已实现", said)
    return [*_said(heard), *await _task_left(request, entry)]


async def cancelled(request: Request, entry: Entry) -> list[str]:
    said = await _last_words(request, entry)
    heard = await tell_voters(request, entry, f"你支持的反馈 #{entry.number} 不做了", said)
    return [*_said(heard), *await _task_left(request, entry)]


async def values_reopened(request: Request, entry: Entry) -> dict[str, Any]:
    """A new task can be made, unless the old one is still to be done."""
    details = dict(entry.details)
    details.pop("finished_with", None)
    if await _open_task(request, entry) is not None:
        return {"stage": PLANNED, "details": details}
    details.pop("task", None)
    return {"details": details}


async def reopened(request: Request, entry: Entry) -> list[str]:
    said = await _last_words(request, entry)
    return _said(
        await tell_voters(request, entry, f"你支持的反馈 #{entry.number} 重新打开了", said)
    )


def _said(heard: str) -> list[str]:
    return [heard.lstrip("，")] if heard else []


async def _task_left(request: Request, entry: Entry) -> list[str]:
    task = await _open_task(request, entry)
    if task is None:
        return []
    return [f"{head(task.kind, task.number)} 还开着，不用做了请说：取消 {task.number}"]


async def _open_task(request: Request, entry: Entry) -> Entry | None:
    number = entry.details.get("task")
    task = await ledger.find(request.tx, request.team.id, number) if number else None
    return task if task is not None and task.state == OPEN else None


async def _last_words(request: Request, entry: Entry) -> str:
    """What was said with the verb that has just been done."""
    return (await history.story(request.tx, entry.id))[-1].text


async def facts(request: Request, entry: Entry) -> list[tuple[str, str]]:
    """For 查看: who wants it and its task; of a task, what it came from."""
    if entry.kind == "task":
        came_from = await ledger.tied_from(request.tx, entry.id, CAME_FROM)
        return [
            (
                "来自",
                f"反馈 #{each.number} {first_line(each.title)}（{len(votes(each))} 人支持）",
            )
            for each in came_from
            if each.kind == "feedback"
        ]
    mine = votes(entry)
    named = await members.by_ids(request.tx, mine[:MOST_NAMES])
    names = "、".join(named[each].name for each in mine[:MOST_NAMES] if each in named)
    more = "等" if len(mine) > MOST_NAMES else ""
    found = [("支持", f"{len(mine)} 人：{names}{more}" if mine else "还没有人")]
    for each in await ledger.tied_to(request.tx, entry.id, CAME_FROM):
        who = f"｜{each.owner_name}" if each.owner_name else ""
        found.append(
            ("任务", f"#{each.number} {first_line(each.title)}{who}｜{state_words(each)}")
        )
    return found


# --- telling -------------------------------------------------------------------------------


async def tell_voters(
    request: Request, entry: Entry, title: str, said: str = "", *, but: Iterable[int] = ()
) -> str:
    """Whoever wanted it hears what became of it: in private, else one post with all their names.

    Gives the words that say so, empty if there was nobody to tell.
    """
    missed = {request.sender.id, *but}
    wanted = dict.fromkeys([entry.opened_by, *votes(entry)])
    found = await members.by_ids(request.tx, [each for each in wanted if each not in missed])
    card = Card(
        title=title,
        text="\n".join(each for each in (entry.title, said) if each),
        buttons=(Button(label="查看", say=f"查看 {entry.number}"),),
    )
    posts: dict[int, tuple[TeamChat, list[Person]]] = {}
    told = 0
    for member in found.values():
        private = await request.reach(member)
        chat = private or await request.group_of(entry.chat_id, member.platform)
        if chat is None:
            continue
        told += 1
        if private is not None:
            await request.tell(private, card, number=entry.number)
        else:
            mention = Person(member.external_id, member.name)
            posts.setdefault(chat.id, (chat, []))[1].append(mention)
    for chat, people in posts.values():
        await request.tell(chat, replace(card, mentions=tuple(people)), number=entry.number)
    return f"，已告诉支持它的 {told} 人" if told else ""
