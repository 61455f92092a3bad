"""What 领导 answer to a report, brought to whom it concerns in their very words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.clerk import change, find
from bot.context import Reply, Request
from bot.decision import PENDING
from bot.draft import incoming_json
from bot.grammar import half_width
from bot.kind import head
from bot.leave import away
from bot.message import Button, Card, as_lines, from_json
from bot.people import recognise
from bot.receipt import first_line
from bot.roles import KEEPERS, Role
from storage import draft as drafts
from storage import ledger, outbox
from storage import member as members
from storage import report as reports
from storage.ledger import OPEN, Entry
from storage.member import Member
from storage.report import DAILY

VERB = "批示"
CHOSEN = "编号"  # before the number that a button adds: 存下 takes one # only, its own
MOST_OFFERED = 5  # entries, of a report in which nothing is numbered
MOST_TITLE = 16  # characters

_REPORT = re.compile(r"^\W*([日周])报\|(\d{1,2})月(\d{1,2})日")
_NUMBERED = re.compile(r"^\s*(\d)[.、]\D*?#(\d{1,9})")
_ENTRY = re.compile(r"#\s*(\d{1,9})")
# 1 同意; 1、3 都同意; 第2条，再等等. Who says 3天内给我 or 2、3天 counts something else.
_PLACES = re.compile(
    r"^\s*(?:第\s*)?(\d(?:\s*[、,和及]\s*\d)*)\s*"
    r"(?:([条件项]\s*[:、,.]?|[:、,.)])\s*|(?=\s)|$)"
)
_COUNTED = re.compile(r"[个天日周月年号点分秒小时万千百元块人次家%\d]|工作日|季度")
_FRONT = re.compile(r"^\s*#\s*\d{1,9}\s*[:：、,，.。]?\s*")
_AGREED = re.compile(
    r"^\s*(?:我?同意|批准|批了|准了?|可以|没问题|通过|行|好的?|ok)(?!不|吗|么)", re.I
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """The report that is answered, as its reader saw it."""

    name: str  # 日报, 周报
    month: int
    day: int
    asked: Mapping[int, int]  # numbers of entries, by their place
    named: Sequence[int]  # every entry that it speaks of


@dataclass(frozen=True, slots=True)
class Word:
    """Some of what was said, and what it is about."""

    text: str
    numbers: tuple[int, ...] = ()
    people: tuple[Member, ...] = ()


# --- hearing ---------------------------------------------------------------------------------


async def hear(request: Request) -> Reply | None:
    """None: this was no answer to a report, or not for us to carry."""
    incoming = request.incoming
    if not (incoming.quoted or incoming.quoted_text) or not request.text.strip():
        return None
    if not request.sender.has(Role.LEADER, Role.CONSULTANT, *KEEPERS):
        return None
    report = read(await quoted_words(request))
    if report is None:
        return None
    if not report.asked:
        report = replace(report, asked=await _asked(request, report))
    return await _carry(request, report)


async def quoted_words(request: Request) -> str:
    """Of our own letter; where the platform quotes words only, these."""
    if not request.incoming.quoted:
        return request.incoming.quoted_text
    letter = await outbox.message_of(
        request.tx, chat_id=request.chat.id, sent_id=request.incoming.quoted
    )
    return as_lines(from_json(letter)) if letter else ""


async def _asked(request: Request, report: Quoted) -> dict[int, int]:
    """As it was posted: a quotation may end before its asks."""
    if request.incoming.quoted or report.name != "日报":
        return {}
    today = request.now.date()
    try:
        day = date(today.year, report.month, report.day)
        day = day if day <= today else day.replace(year=day.year - 1)
    except ValueError:
        return {}
    posted = await reports.find(request.tx, team_id=request.team.id, kind=DAILY, day=day)
    asks = posted.asks if posted else ()
    return {place: each["number"] for place, each in enumerate(asks, 1)}


def read(words: str) -> Quoted | None:
    """A report is known by its first line; its draft is none."""
    lines = words.strip().splitlines()
    title = _REPORT.match(half_width(lines[0])) if lines else None
    if title is None:
        return None
    places = [found for line in lines if (found := _NUMBERED.match(half_width(line)))]
    numbers = [int(found[1]) for line in lines for found in _ENTRY.finditer(half_width(line))]
    return Quoted(
        f"{title[1]}报",
        int(title[2]),
        int(title[3]),
        {int(found[1]): int(found[2]) for found in places},
        list(dict.fromkeys(numbers)),
    )


# --- what is meant ---------------------------------------------------------------------------


def words_of(text: str, report: Quoted) -> list[Word]:
    """Each line that begins with a place is a word of its own; the others belong to the last."""
    found: list[Word] = []
    for line in text.strip().splitlines():
        numbers, rest = _begins(line, report)
        if numbers or not found:
            found.append(Word(rest, numbers))
        else:
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{rest}".strip())
    if len(found) > 1 and not found[0].numbers:
        return [Word(text.strip(), tuple(_mentioned(text)))]
    return [
        each if each.numbers else replace(each, numbers=tuple(_mentioned(each.text)))
        for each in found
    ]


def _begins(line: str, report: Quoted) -> tuple[tuple[int, ...], str]:
    """The entries that a line begins with, and its words without that."""
    plain = half_width(line)
    front = _FRONT.match(plain)
    if front is not None and plain[front.end() :].strip():
        return tuple(_mentioned(front[0])), line[front.end() :].strip()
    places = _PLACES.match(plain)
    if places is None:
        return (), line.strip()
    said = [int(each) for each in re.findall(r"\d", places[1])]
    rest = line[places.end() :].strip()
    counts = _COUNTED.match(half_width(rest)) and (not places[2] or rest[0].isdigit())
    if not rest or counts or not all(each in report.asked for each in said):
        return (), line.strip()
    return tuple(report.asked[each] for each in said), rest


def _mentioned(text: str) -> list[int]:
    return list(dict.fromkeys(int(each[1]) for each in _ENTRY.finditer(half_width(text))))


# --- carrying --------------------------------------------------------------------------------


async def _carry(request: Request, report: Quoted) -> Reply:
    words = await (_settled(request) if request.settled else _understood(request, report))
    if not all(each.numbers or each.people for each in words):
        return await _which(request, report)
    told = [
        await _tell(request, report, each, number)
        for each in words
        for number in each.numbers or (None,)
    ]
    return await _receipt(request, told)


async def _understood(request: Request, report: Quoted) -> list[Word]:
    words = words_of(request.text, report)
    if len(words) == 1 and not words[0].numbers and len(report.asked) == 1:
        words = [replace(words[0], numbers=tuple(report.asked.values()))]
    return [replace(each, people=await _people(request, each.text)) for each in words]


async def _settled(request: Request) -> list[Word]:
    """The button has added to the words which entry or person was meant."""
    text, _, chosen = request.text.rpartition(" ")
    numbers = tuple(int(each) for each in re.findall(rf"^{CHOSEN}(\d+)$", chosen))
    people = () if numbers else await _people(request, chosen)
    return [Word(text.strip(), numbers, people)]


async def _people(request: Request, text: str) -> tuple[Member, ...]:
    named, _ = await recognise(request, text, request.incoming, ())
    return tuple(dict.fromkeys(each.member for each in named))


async def _which(request: Request, report: Quoted) -> Reply:
    """One question, and the words are kept until it is answered."""
    number = await drafts.keep(
        request.tx,
        team_id=request.team.id,
        member_id=request.sender.id,
        incoming=incoming_json.dump_json(request.incoming).decode(),
        said_at=request.clock,
    )
    buttons = []
    for each in list(report.asked.values() or report.named)[:MOST_OFFERED]:
        entry = await ledger.find(request.tx, request.team.id, each)
        if entry is not None:
            label = f"#{each} {first_line(entry.title, MOST_TITLE)}"
            buttons.append(Button(label=label, say=f"存下 {number} {CHOSEN}{each}"))
    managers = [each for each in await request.in_role(Role.MANAGER) if each != request.sender]
    buttons += [
        Button(label=f"给{each.name}", say=f"存下 {number} @{each.name}") for each in managers[:1]
    ]
    return Reply(
        message=Card(
            title="这句话是对哪件事说的？",
            text=f"「{request.text}」\n点一下，我就转给本人",
            buttons=(*buttons, Button(label="不用转了", say=f"不存 {number}")),
        ),
        asks=True,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """Who was told of one thing, and how."""

    entry: Entry | None
    text: str
    people: Sequence[Member]
    openly: Sequence[Member]  # of them, those whom the bot could only mention in a group
    missed: Sequence[Member]


async def _tell(request: Request, report: Quoted, word: Word, number: int | None) -> _Told:
    entry = await find(request, number) if number is not None else None
    people = [each for each in word.people if each != request.sender]
    if not people and entry is not None:
        people = await _concerned(request, entry)
    openly, missed = [], []
    for each in people:
        private = await request.reach(each)
        there = await request.tell_member(
            each,
            _letter(request, report, word.text, entry),
            number=number,
            group=entry.chat_id if entry else None,
        )
        if not there:
            missed.append(each)
        elif private is None:
            openly.append(each)
    if entry is None:
        await request.step(VERB)
    else:
        await change(request, entry, VERB, word.text)
    return _Told(entry, word.text, people, openly, missed)


async def _concerned(request: Request, entry: Entry) -> list[Member]:
    """Who does it, and who stands in for them; else who brought it up. Never who speaks."""
    me = request.sender.id
    doer = entry.owner_id if entry.stage != PENDING and entry.owner_id != me else None
    concerned = doer or (entry.opened_by if entry.opened_by != me else None)
    if concerned is None:
        return []
    person = (await members.by_ids(request.tx, [concerned]))[concerned]
    stand_in = (await away(request)).stand_in(concerned) if concerned else None
    return [person, *([stand_in] if stand_in and stand_in.id not in (me, concerned) else [])]


def _letter(request: Request, report: Quoted, text: str, entry: Entry | None) -> Card:
    about = f"（{head(entry.kind, entry.number)} {first_line(entry.title)}）" if entry else ""
    buttons = []
    if entry is not None:
        buttons.append(Button(label="查看", say=f"查看 {entry.number}"))
        if entry.state == OPEN:
            buttons.append(Button(label="写进展", say=f"进展 {entry.number}"))
    return Card(
        title=f"💬 {request.sender.name} 回复{report.name}{about}",
        text=f"「{text}」",
        buttons=tuple(buttons),
    )


# --- the receipt -----------------------------------------------------------------------------


async def _receipt(request: Request, told: Sequence[_Told]) -> Reply:
    names = list(dict.fromkeys(each.name for one in told for each in _reached(one)))
    title = f"✅ 已转给 {'、'.join(names)}" if names else "✅ 记下了"
    lines = [line for one in told for line in _lines(one, alone=len(told) == 1)]
    buttons = [
        Button(label=f"批准 #{one.entry.number}", say=f"批准 {one.entry.number}", style="primary")
        for one in told
        if one.entry is not None and _might_approve(request, one.entry, one.text)
    ]
    if buttons:
        lines.append("这句话我只是转达，要正式批准请点一下")
    entries = [one.entry for one in told if one.entry is not None]
    return Reply(
        message=Card(title=title, text="\n".join(lines), buttons=tuple(buttons)),
        number=entries[0].number if len(entries) == 1 else None,
    )


def _reached(told: _Told) -> list[Member]:
    return [each for each in told.people if each not in told.missed]


def _lines(told: _Told, *, alone: bool) -> list[str]:
    found = []
    if told.entry is not None:
        about = f"{head(told.entry.kind, told.entry.number)} {first_line(told.entry.title)}"
        names = "、".join(each.name for each in _reached(told))
        found.append(about if alone or not names else f"{about} → {names}")
        if not told.people:
            found.append("没有别人要通知，话记在这一条上了")
    if told.openly:
        names = "、".join(each.name for each in told.openly)
        found.append(f"我没法先私聊{names}，是在群里 @ 的")
    if told.missed:
        names = "、".join(each.name for each in told.missed)
        kept = "，话已经记在这一条上" if told.entry else ""
        found.append(f"我联系不上{names}，请直接找他{kept}")
    return found


def _might_approve(request: Request, entry: Entry, text: str) -> bool:
    """Said as a yes by whoever may say it: asked all the same, never taken for it."""
    if entry.state != OPEN or entry.stage != PENDING or _AGREED.match(text) is None:
        return False
    named = entry.details.get("approver")
    return named == request.sender.id or (named is None and request.sender.has(*KEEPERS))
