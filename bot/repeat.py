"""又卡了: finding the blocker that a new one repeats, and making two entries one."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from bot.blocker import RESOLVED, lines, reopen, tell
from bot.clerk import answer, change, check_may_change, check_open, find_kind
from bot.context import Reply, Request
from bot.deadlines import Deadline
from bot.draft import ask_first
from bot.errors import Refusal
from bot.kind import head, name
from bot.receipt import first_line
from bot.similar import MOST, likeness
from storage import blocker as blockers
from storage import ledger
from storage.ledger import CANCELLED, MERGED, MERGED_INTO, OPEN, Entry
from storage.member import Member

MERGEABLE = ("blocker", "data", "feedback")  # what hangs on other kinds would be lost
RECENT = timedelta(days=30)  # so long after its end the same trouble is the same blocker
SAME_TROUBLE = 0.62  # 支付接口超时 and 订单接口超时 are two

# What people add when they say the same thing once more.
_AGAIN = re.compile("已经|一直|[又还再仍也都了的啊呢吧]")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Title:
    numbers: frozenset[str]
    words: str
    letters: frozenset[str]


@lru_cache(maxsize=8192)  # each report is compared with the same titles as the one before
def _title(text: str) -> _Title:
    words = _AGAIN.sub("", text.lower())
    return _Title(frozenset(_NUMBER.findall(text)), words, frozenset(words))


def alike(one: str, other: str) -> float:
    """From 0 to 1. 第3批数据没到 and 第4批数据没到 are two troubles."""
    mine, theirs = _title(one), _title(other)
    if mine.numbers and theirs.numbers and mine.numbers != theirs.numbers:
        return 0.0
    few = min(len(mine.letters), len(theirs.letters))
    if 2 * len(mine.letters & theirs.letters) < few:  # spares taking most titles apart
        return 0.0
    return 1.0 if mine.words == theirs.words else likeness(mine.words, theirs.words)


async def repeated(request: Request, what: str) -> list[Entry]:
    """The blockers that a new one may be, the likest first: open, or closed not long ago."""
    known = await blockers.known(request.tx, request.team.id, since=request.clock - RECENT)
    scored = [(alike(what, each.title), each.number) for each in known]
    close = sorted((each for each in scored if each[0] >= SAME_TROUBLE), reverse=True)[:MOST]
    return [await find_kind(request, number, "blocker") for _, number in close]


async def ask(request: Request, found: list[Entry]) -> Reply:
    """Store nothing before its sender has said whether it is one of these."""
    others = [
        (f"{'并入' if _is_stuck(each) else '重开'} #{each.number}", f"并入 #{each.number}")
        for each in found
    ]
    text = "\n".join(
        [*await lines(request, found), "是同一件就点带编号的按钮，不是就点「就这么记」。"]
    )
    return await ask_first(request, "又卡了？像是记过的卡点", text, others=others)


def _is_stuck(entry: Entry) -> bool:
    return entry.state == OPEN and entry.stage != RESOLVED


async def join(
    request: Request,
    number: int,
    what: str,
    people: tuple[Member, ...],
    due: Deadline | None,
) -> Reply:
    """A report of a blocker that is known: noted there, and opened again if it was over."""
    entry = await find_kind(request, number, "blocker")
    helpers = _with(entry, request.sender.id, *(each.id for each in people))
    if not _is_stuck(entry):
        return await reopen(request, entry, f"又卡了：{what}", helpers=helpers)
    await change(request, entry, "进展", f"又卡了：{what}", helpers=helpers)
    notes = [f"期限没有改，要改请说：改期 {number} …"] if due else []
    title = f"📝 已并到 {head(entry.kind, number)} · 负责人 {entry.owner_name or '待认领'}"
    told = [entry.owner_id, *(each.id for each in people)]
    mentions = await tell(request, entry, f"{request.sender.name} 也卡在这里", told, what)
    return await answer(request, entry, title, *notes, mentions=mentions)


def _with(entry: Entry, *ids: int) -> list[int]:
    """Its helpers and these members, who are to hear of it too."""
    there = (entry.owner_id, entry.opened_by)
    return list(dict.fromkeys([*entry.helpers, *(each for each in ids if each not in there)]))


async def merge(request: Request, entry: Entry, into: Entry) -> Reply:
    """One of two entries of the same thing goes into the other; 撤销 puts both back."""
    _check_may_merge(request, entry, into)
    details = {**entry.details, "merged_into": into.number}
    values: dict[str, Any] = {"state": CANCELLED, "stage": "", "closed_at": request.clock}
    values |= {"offered_to": None, "details": details}
    await change(request, entry, MERGED, f"并入 {head(into.kind, into.number)}", **values)
    await ledger.tie(request.tx, entry_id=entry.id, kind=MERGED_INTO, other_id=into.id)
    helpers = _with(into, entry.opened_by, *entry.helpers)
    said = f"#{entry.number} 并入：{first_line(entry.title)}"
    await change(request, into, "进展", said, helpers=helpers)
    title = f"🔗 {head(entry.kind, entry.number)} 已并入 {head(into.kind, into.number)}"
    mentions = await tell(request, into, title, [entry.opened_by, into.owner_id], said)
    return await answer(request, into, title, said, mentions=mentions)


def _check_may_merge(request: Request, entry: Entry, into: Entry) -> None:
    if entry.id == into.id:
        raise Refusal("要并到另一条里，比如 并入 12 5", usage=False)
    if entry.kind != into.kind:
        raise Refusal(
            f"#{entry.number} 是{name(entry.kind)}，#{into.number} 是{name(into.kind)}，"
            "同一种才能并",
            usage=False,
        )
    check_open(entry)
    check_may_change(request, entry)
    check_open(into)
