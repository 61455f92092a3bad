"""From a sentence to what it asks for, done: find the command, check the role, parse, act."""

import re
from dataclasses import replace

from bot.clerk import check_open
from bot.command import Command, Commands, Found
from bot.context import Reply, Request
from bot.errors import Refusal
from bot.grammar import Missing, Sentence, half_width, parse
from bot.message import Button, Card, Form, Outgoing
from bot.people import recognise
from bot.signature import Number, form_field
from storage import ledger, outbox

# 改期 12·3 is what a form says that was made when entry 12 was at its third version.
_SEEN = re.compile(r"(?<=\d)·(\d{1,9})(?!\d)")


_ONLY_OPEN = ("改期", "转交", "驳回", "不通过")  # what needs no form where it cannot be done


async def act(request: Request) -> Outgoing | Reply | None:
    """Do what the sentence asks for. Raises Refusal or Unclear."""
    commands: Commands = request.commands
    if request.incoming.clicked:
        request = _without_version(request)
    request = replace(request, quoted_number=await _quoted_number(request))
    found = commands.find(request.text)
    # What is said without a name is an answer to nothing.
    for listener in () if commands.unlogged(request.text) else commands.listeners:
        answer = await listener(request, found)
        if answer is not None:
            return answer
    if found is None:
        return await _otherwise(request, commands)
    command = found.command
    if command.roles:
        await request.require(*command.roles)
    if command.pasted is not None and not request.incoming.fields:
        answer = await command.pasted(request, request.text[found.rest :])
        if answer is not None:
            return answer
    try:
        values = parse(command.parameters, await _sentence(request, found))
    except Missing as missing:
        if request.incoming.clicked and not request.incoming.fields:
            return await _form(request, found)
        raise _with_usage(missing, command) from missing
    except Refusal as refusal:
        raise _with_usage(refusal, command) from refusal
    try:
        return await command.handler(request, **values)
    except Refusal as refusal:
        raise _with_usage(refusal, command) from refusal


def _without_version(request: Request) -> Request:
    seen = _SEEN.search(request.text)
    if seen is None:
        return request
    text = request.text[: seen.start()] + request.text[seen.end() :]
    return replace(request, text=text, seen=int(seen[1]))


async def _otherwise(request: Request, commands: Commands) -> Outgoing | Reply | None:
    if commands.unlogged(request.text):  # mistyped: not even the question may hold its words
        raise Refusal("要匿名说，请这样开头：匿名 会议太多。刚才那句我没有存", usage=False)
    meant = commands.near(request.text)
    if meant is not None:
        card = Card(
            title="没看懂这句",
            text=f"你是不是想说：{meant[:200]}",
            buttons=(Button(label="就是这句", say=meant[:500], style="primary"),),
        )
        return Reply(message=card, asks=True)
    if commands.fallback is None:
        return None
    return await commands.fallback(request)


async def _form(request: Request, found: Found) -> Reply:
    """A button that says too little, as 改期 12, is answered by a form for the rest."""
    command = found.command
    said = request.text[found.rest :].strip()
    number = int(said.lstrip("#")) if re.fullmatch(r"#?\d{1,9}", said) else None
    entry = await ledger.find(request.tx, request.team.id, number) if number else None
    if entry is not None and command.name in _ONLY_OPEN:
        check_open(entry)
    form = Form(
        title=f"{command.name} #{number}" if entry else command.name,
        text=entry.title if entry else command.about,
        say=f"{command.name} {number}·{entry.version}" if entry else command.name,
        typed=re.sub(r"\d+", str(number), command.example, count=1) if entry else command.example,
        fields=tuple(
            form_field(each)
            for each in command.parameters
            if not (entry and isinstance(each.marker, Number))
        ),
    )
    return Reply(message=form, number=number if entry else None)


async def _sentence(request: Request, found: Found) -> Sentence:
    incoming = request.incoming
    text = request.text[found.rest :]
    wanted = found.command.parameters
    people, roster = (
        ([], {})
        if found.command.unlogged  # who is only spoken of becomes no member by that
        else await recognise(request, text, incoming, wanted)
    )
    return Sentence(
        text=text,
        people=people,
        fields=incoming.fields or None,
        roster=roster,
        quoted_number=request.quoted_number,
        now=request.now,
        calendar=request.calendar,
        hours=request.config.deadlines.hours,
    )


async def _quoted_number(request: Request) -> int | None:
    """The ledger entry that the quoted message speaks of, if it is one."""
    incoming = request.incoming
    if incoming.quoted:
        number = await outbox.number_of(
            request.tx, chat_id=request.chat.id, sent_id=incoming.quoted
        )
        if number is None:
            number = await ledger.number_of(
                request.tx, chat_id=request.chat.id, message_id=incoming.quoted
            )
        return number
    if incoming.quoted_text:
        return _first_number(incoming.quoted_text)
    return None


def _with_usage(refusal: Refusal, command: Command) -> Refusal:
    if not refusal.usage or "用法：" in refusal.text:
        return refusal
    return Refusal(f"{refusal.text}\n用法：{command.usage}\n例如：{command.example}", usage=False)


def _first_number(text: str) -> int | None:
    plain = half_width(text)
    position = plain.find("#")
    digits = ""
    while position >= 0 and position + 1 < len(plain) and plain[position + 1].isdecimal():
        digits += plain[position + 1]
        position += 1
    return int(digits) if 0 < len(digits) < 10 else None
