"""What a meeting's minutes make: their lines read as decisions, tasks, blockers and progress."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot import minutes_line
from bot.clerk import check_open, check_title, find
from bot.command import Command, Commands
from bot.context import Reply, Request
from bot.deadlines import Deadline, understand
from bot.decision import PENDING, check_approver_named, check_words, to_replace
from bot.errors import Refusal
from bot.grammar import Missing, Sentence, Unclear, parse
from bot.kind import name
from bot.leave import absences
from bot.message import Button, Card, Person
from bot.minutes_line import NOT_RATED, WORDS, bare, read_line
from bot.moment import due_words
from bot.pasted import Line, line_words, reason, without
from bot.people import recognise
from bot.receipt import first_line
from bot.roles import Role
from bot.signature import Parameter
from storage import ledger
from storage import member as members
from storage.ledger import CAME_FROM, Entry

MOST_LINES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line as it was understood: what is to be written down, with a command's arguments."""

    kind: str
    said: str  # the command that says it
    command: Command
    values: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Minuted:
    items: Sequence[Item]
    unclear: Sequence[tuple[str, str]]  # lines, and why they stay text
    others: int  # lines that are text


async def read(request: Request, text: str) -> Minuted | None:
    """None: nothing in it is work. Raises Refusal where there is too much of it."""
    lines = [each for each in map(bare, text.splitlines()) if each]
    reader = _Reader(request)
    names = [each.name for each in await members.in_team(request.tx, request.team.id)]
    written = [(each, read_line(each, names, reader.deadline)) for each in lines]
    if not any(meant.said for _, meant in written):
        return None
    if len(lines) > MOST_LINES:
        raise Refusal(
            f"一次最多 {MOST_LINES} 行，这里有 {len(lines)} 行，什么也没记，请分成几份发",
            usage=False,
        )
    items: list[Item] = []
    unclear: list[tuple[str, str]] = []
    for line, meant in written:
        if meant.why:
            unclear.append((line, meant.why))
        for kind, said in meant.said:
            try:
                items.append(await reader.item(kind, said))
            except (Refusal, Unclear) as error:
                unclear.append((line, reason(error, request.now)))
    others = sum(meant == WORDS for _, meant in written)
    return Minuted(items=items, unclear=unclear, others=others)


class _Reader:
    """Reads line after line; of two people of one name, each mention is used once."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._commands: Commands = request.commands
        self._incoming = request.incoming

    def deadline(self, text: str) -> Deadline:
        hours = self._request.config.deadlines.hours
        return understand(text, self._request.now, self._request.calendar, hours)

    async def item(self, kind: str, said: str) -> Item:
        """Raises Refusal or Unclear."""
        found = self._commands.find(said)
        if found is None:
            raise Missing("没看懂")
        command = found.command
        sentence = await self._sentence(said[found.rest :], command.parameters)
        values = parse(command.parameters, sentence)
        item = Item(kind=kind, said=said, command=command, values=values)
        await _check(_alone(self._request, item), item)
        return item

    async def _sentence(self, text: str, wanted: Sequence[Parameter]) -> Sentence:
        people, _ = await recognise(self._request, text, self._incoming, wanted)
        for each in people:
            self._incoming = without(self._incoming, each.member.external_id)
        return Sentence(
            text=text,
            people=people,
            now=self._request.now,
            calendar=self._request.calendar,
            hours=self._request.config.deadlines.hours,
        )


async def _check(request: Request, item: Item) -> None:
    """What would be refused when it is stored is said before. Raises Refusal."""
    check_title(item.values["what"])
    match item.kind:
        case minutes_line.PROGRESS:
            check_open(await find(request, item.values["number"]))
        case minutes_line.DECISION:
            check_words(item.values["what"])
            await check_approver_named(request, item.values["approver"])
            for each in item.values["supersedes"]:
                await to_replace(request, each)
        case minutes_line.RISK:
            if None in (item.values["probability"], item.values["impact"]):
                raise Refusal(NOT_RATED)
        case minutes_line.TASK:
            if item.values["due"] and item.values["every"]:
                raise Refusal("重复的任务不用再写期限", usage=False)


def _alone(request: Request, item: Item) -> Request:
    """As if this line had been a message of its own, about which nothing more is asked."""
    incoming = replace(request.incoming, id="", text=item.said)
    return replace(
        request, text=item.said, incoming=incoming, quoted_number=None, settled=True, seen=None
    )


# --- how it is shown -------------------------------------------------------------------------


async def item_words(request: Request, item: Item, number: int | None = None) -> str:
    """任务 #3 给名单｜张三｜11月27日 周五 18:00"""
    values = item.values
    if item.kind == minutes_line.PROGRESS:
        entry = await find(request, values["number"])
        title = first_line(entry.title, 20)
        return f"进展 #{entry.number} {title}｜{first_line(values['what'])}"
    said = name(item.kind)
    if item.kind == minutes_line.TASK:
        line = Line(**values)
        return f"{said} {line_words(request, line, number)}"
    what = f"{said} " + f"#{number} " * (number is not None) + first_line(values["what"])
    match item.kind:
        case minutes_line.DECISION:
            more = _decision(request, values)
        case minutes_line.RISK:
            more = [f"概率{values['probability']}、影响{values['impact']}"]
        case _:
            more = await _blocker(request, values)
    return "｜".join([what, *more])


def _decision(request: Request, values: dict[str, Any]) -> list[str]:
    approver = values["approver"]
    waits = approver is not None and approver.id != request.sender.id
    parts = [f"等{approver.name}批准"] if waits else []
    parts += [f"理由：{first_line(values['reason'], 20)}"] if values["reason"] else []
    parts += [f"取代 {'、'.join(f'#{each}' for each in values['supersedes'])}"] * bool(
        values["supersedes"]
    )
    readers = "、".join(dict.fromkeys(each.name for each in values["people"]))
    return [*parts, f"请{readers}看"] if readers else parts


async def _blocker(request: Request, values: dict[str, Any]) -> list[str]:
    if values["known"]:
        return [f"并入 #{values['known']}"]
    people = values["people"] or await request.in_role(Role.MANAGER)
    parts = [people[0].name if people else "待定"]
    due = values["due"]
    return [*parts, due_words(due.due, request.now)] if due and due.due else parts


# --- storing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    lines: Sequence[str]
    notes: Sequence[str]
    people: Sequence[Person]  # who is to be mentioned
    approvals: Sequence[Button]


async def store(request: Request, found: Minuted, minutes: Entry) -> Stored:
    """Every line of work in this transaction, under one step, tied to the minutes.

    Why one cannot be written down hinders no other.
    """
    lines: list[str] = []
    notes = [f"⚠️ 没记「{first_line(line, 16)}」：{why}" for line, why in found.unclear]
    people: dict[str, Person] = {}
    approvals: list[Button] = []
    owned: list[tuple[int, str, datetime | None]] = []
    for item in found.items:
        written = len(request.letters)
        try:
            async with request.tx.begin_nested():
                reply = await item.command.handler(_alone(request, item), **item.values)
        except Refusal as refusal:
            del request.letters[written:]  # they went with the savepoint
            why = reason(refusal, request.now)
            notes.append(f"⚠️ 没记「{first_line(item.values['what'], 16)}」：{why}")
            continue
        if not isinstance(reply, Reply) or reply.number is None:
            continue
        entry = await find(request, reply.number)
        if entry.number > minutes.number:
            await ledger.tie(request.tx, entry_id=entry.id, kind=CAME_FROM, other_id=minutes.id)
        lines.append(await item_words(request, item, entry.number))
        if entry.stage == PENDING:
            approvals.append(Button(label=f"批准 #{entry.number}", say=f"批准 {entry.number}"))
        if entry.owner_id is not None:
            owned.append((entry.owner_id, entry.owner_name or "", entry.due))
        if isinstance(reply.message, Card):
            people.update((each.id, each) for each in reply.message.mentions)
            notes += [x for x in reply.message.text.splitlines() if x.startswith("我还没法私聊")]
    notes += await absences(request, owned)
    return Stored(
        lines=lines,
        notes=list(dict.fromkeys(notes)),
        people=list(people.values()),
        approvals=approvals,
    )
