"""A decision: what it takes the place of, who has read it, and its line in the decision log."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.clerk import change, find
from bot.context import Request
from bot.errors import Refusal
from bot.kind import KINDS
from bot.moment import due_words
from bot.receipt import first_line, state_words
from bot.roles import KEEPERS
from storage import ledger
from storage import member as members
from storage.database import Tx
from storage.ledger import CANCELLED, OPEN, REPLACED, SUPERSEDED, SUPERSEDES, Entry
from storage.member import Member

PENDING = "pending"  # the stage of what waits for its approver
RETRIES = 20  # of a reading, while others read at the same moment
LONGEST_CHAIN = 20

LOG_COLUMNS = (
    "编号", "决策", "状态", "提出人", "提出时间", "批准人", "批准时间",
    "理由", "备选方案", "取代", "被取代", "已阅", "未阅",
)  # fmt: skip


# --- 取代 ------------------------------------------------------------------------------------


async def to_replace(request: Request, number: int) -> Entry:
    """The decision of this number, if it is in force. Raises Refusal if it is not."""
    found = await find(request, number)
    if found.kind != "decision":
        raise Refusal(
            f"#{number} 是{KINDS[found.kind].name}，只有决策能被取代，比如：决策 … 取代 #5",
            usage=False,
        )
    if found.state == SUPERSEDED:
        now = await in_force(request.tx, found)
        hint = f"，现在有效的是 #{now.number}，请说 取代 #{now.number}" if now else ""
        raise Refusal(f"决策 #{number} 已经被取代了{hint}", usage=False)
    if found.state != OPEN or found.stage == PENDING:
        hint = "" if found.state != OPEN else f"，不要它就说：取消 {number}"
        raise Refusal(
            f"决策 #{number} {state_words(found)}，只有有效的决策能被取代{hint}", usage=False
        )
    return found


def may_replace(request: Request, old: Entry) -> bool:
    """Whoever opened it, whoever approved it, and the keepers."""
    mine = request.sender.id in (old.opened_by, old.owner_id, old.details.get("approver"))
    return mine or request.sender.has(*KEEPERS)


async def check_may_replace(request: Request, old: Entry) -> None:
    if may_replace(request, old):
        return
    approver = old.details.get("approver") or old.opened_by
    name = (await members.by_ids(request.tx, [approver]))[approver].name
    raise Refusal(
        f"决策 #{old.number} 是{name}定的，要取代它请加上 批准 @{name}，{name}批准了就取代",
        usage=False,
    )


async def replace(request: Request, new: Entry, olds: Sequence[Entry]) -> None:
    """The new decision is in force, and these are no longer."""
    for old in olds:
        text = f"#{new.number} {first_line(new.title, 60)}"
        values = {"state": SUPERSEDED, "closed_at": request.clock, "offered_to": None}
        await change(request, old, REPLACED, text, **values)
        await ledger.tie(request.tx, entry_id=new.id, kind=SUPERSEDES, other_id=old.id)
    if olds:
        text = "、".join(f"#{old.number} {first_line(old.title)}" for old in olds)
        await change(request, new, "取代", text)


async def former_approvers(
    request: Request, olds: Sequence[Entry], *but: int | None
) -> list[Member]:
    """Who had approved what is replaced: they must hear that it is in force no longer."""
    ids = [old.details.get("approved_by") for old in olds]
    wanted = [each for each in dict.fromkeys(ids) if each and each not in but]
    known = await members.by_ids(request.tx, wanted)
    return [known[each] for each in wanted if each in known]


async def waiting_to_be_replaced(request: Request, new: Entry) -> list[Entry]:
    """What a decision takes the place of once approved. Raises Refusal if another one has."""
    olds = [await find(request, each) for each in new.details.get("supersedes", ())]
    for old in olds:
        if old.state == SUPERSEDED:
            now = await in_force(request.tx, old)
            by = f" #{now.number} " if now else "别的决策"
            raise Refusal(
                f"决策 #{new.number} 要取代的 #{old.number} 已经被{by}取代了。"
                f"请先看看，再说：驳回 {new.number} 原因，按现在的重新提一条",
                usage=False,
            )
    return [old for old in olds if old.state == OPEN]


async def in_force(tx: Tx, old: Entry) -> Entry | None:
    """The decision that in the end took the place of this one, if it is open."""
    seen = {old.id}
    for _ in range(LONGEST_CHAIN):
        later = [
            each
            for each in await ledger.tied_to(tx, old.id, SUPERSEDES)
            if each.state != CANCELLED and each.id not in seen
        ]
        if not later:
            return None
        old = later[-1]
        seen.add(old.id)
        if old.state == OPEN:
            return old
    return None


async def check_may_return(request: Request, entry: Entry) -> None:
    """Two decisions of which one took the place of the other cannot both be in force."""
    if entry.state == SUPERSEDED:
        later = await ledger.tied_to(request.tx, entry.id, SUPERSEDES)
        if by := [each for each in later if each.state != CANCELLED]:
            now = await in_force(request.tx, entry) or by[-1]
            raise Refusal(
                f"决策 #{entry.number} 被 #{by[-1].number} 取代了，"
                f"要改回来请新记一条：决策 … 取代 #{now.number}",
                usage=False,
            )
    earlier = [await find(request, each) for each in entry.details.get("supersedes", ())]
    if entry.stage == "" and (back := [each for each in earlier if each.state == OPEN]):
        raise Refusal(
            f"它取代过的决策 #{back[0].number} 现在又有效了，"
            f"请新记一条：决策 … 取代 #{back[0].number}",
            usage=False,
        )


async def left_behind(request: Request, entry: Entry) -> list[str]:
    """A cancelled decision brings nothing back by itself: say how."""
    return [
        f"它取代的 #{old.number} 没有自动恢复，要恢复请说：重开 {old.number}"
        for old in await ledger.tied_from(request.tx, entry.id, SUPERSEDES)
        if old.state == SUPERSEDED
    ]


# --- 已阅 ------------------------------------------------------------------------------------


async def note_reading(
    tx: Tx, entry: Entry, *, by_id: int, at: datetime, step: str = ""
) -> datetime | None:
    """Note that a member has read it; None, or when they had before.

    Several read at the same moment: nobody's reading is lost to another's.
    """
    for _ in range(RETRIES):
        readers: Mapping[str, str | None] = entry.details.get("readers", {})
        before = readers.get(str(by_id))
        if before:
            return datetime.fromisoformat(before)
        read = {**entry.details, "readers": {**readers, str(by_id): at.isoformat()}}
        noted = await ledger.change(
            tx, entry, at=at, by_id=by_id, verb="已阅", text="", step=step, details=read
        )
        if noted:
            return None
        entry = await ledger.by_id(tx, entry.id)
    raise Refusal(f"决策 #{entry.number} 正有很多人在看，请过一会儿再说一次 已阅", usage=False)


def unread(entry: Entry) -> list[int]:
    """Ids of those who must read it and have not."""
    return [int(each) for each, at in entry.details.get("readers", {}).items() if at is None]


# --- 查看 ------------------------------------------------------------------------------------


async def facts(request: Request, entry: Entry) -> list[tuple[str, str]]:
    """What is told of a decision beside its words and its history."""
    details = entry.details
    shown = [
        ("理由", str(details.get("reason", ""))),
        ("备选", str(details.get("alternatives", ""))),
        ("批准人", await approval_words(request, entry)),
        ("取代", await _before(request.tx, entry)),
        ("注意", await _after(request.tx, entry)),
        *await _readers(request, entry),
    ]
    return [(name, words) for name, words in shown if words]


async def approval_words(request: Request, entry: Entry) -> str:
    """王敏，11月25日 周三 10:05 批准"""
    details = entry.details
    for verb, by, at in (
        ("批准", details.get("approved_by"), details.get("approved_at")),
        ("驳回", details.get("rejected_by"), details.get("rejected_at")),
        ("", details.get("approver") or (entry.stage == PENDING and entry.owner_id), None),
    ):
        if not by:
            continue
        name = (await members.by_ids(request.tx, [by]))[by].name
        if not verb:
            return f"{name}（还没批准）" if entry.stage == PENDING else name
        when = due_words(datetime.fromisoformat(at), request.now) if at else ""
        return f"{name}，{when} {verb}"
    return ""


async def _before(tx: Tx, entry: Entry) -> str:
    """#3 ← #1: it took the place of 3, which had taken that of 1."""
    steps: list[str] = []
    seen = {entry.id}
    now = [entry]
    while len(steps) < LONGEST_CHAIN:
        earlier = {
            old.id: old
            for each in now
            for old in await ledger.tied_from(tx, each.id, SUPERSEDES)
            if old.id not in seen
        }
        if not earlier:
            break
        now = list(earlier.values())
        seen.update(earlier)
        steps.append("、".join(f"#{each.number}" for each in now))
    if not steps and entry.stage == PENDING and entry.details.get("supersedes"):
        planned = "、".join(f"#{each}" for each in entry.details["supersedes"])
        return f"{planned}（批准后）"
    return " ← ".join(steps)


async def _after(tx: Tx, entry: Entry) -> str:
    if entry.state != SUPERSEDED:
        return ""
    later = [
        each for each in await ledger.tied_to(tx, entry.id, SUPERSEDES) if each.state != CANCELLED
    ]
    if not later:
        return ""
    now = await in_force(tx, entry)
    words = f"已被 #{later[-1].number} 取代"
    return words + (f"，现在有效的是 #{now.number}" if now and now.id != later[-1].id else "")


async def _readers(request: Request, entry: Entry) -> list[tuple[str, str]]:
    readers: Mapping[str, str | None] = entry.details.get("readers", {})
    known = await members.by_ids(request.tx, [int(each) for each in readers])
    read = [
        f"{known[int(each)].name}（{due_words(datetime.fromisoformat(at), request.now)}）"
        for each, at in readers.items()
        if at
    ]
    waiting = [known[int(each)].name for each, at in readers.items() if not at]
    return [("已阅", "、".join(read)), ("未阅", "、".join(waiting))]


# --- the log ----------------------------------------------------------------------------------


async def log_rows(
    tx: Tx, team_id: int, zone: ZoneInfo
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Every decision of the team, to be attached to an acceptance file."""
    entries = await ledger.listed(tx, team_id, kind="decision", state=None)
    names = {each.id: each.name for each in await members.in_team(tx, team_id)}
    ties = await ledger.ties(tx, team_id, SUPERSEDES)
    return LOG_COLUMNS, [_log_row(each, names, ties, zone) for each in entries]


def _log_row(
    entry: Entry, names: Mapping[int, str], ties: Sequence[tuple[int, int]], zone: ZoneInfo
) -> tuple[Any, ...]:
    details = entry.details
    approver = details.get("approved_by") or details.get("approver")
    readers = [(names.get(int(each), ""), at) for each, at in details.get("readers", {}).items()]
    later = [new for new, old in ties if old == entry.number and entry.state == SUPERSEDED]
    return (
        entry.number,
        entry.title,
        state_words(entry),
        names.get(entry.opened_by, ""),
        _stamp(entry.opened_at, zone),
        names.get(approver, "") if approver else "",
        _stamp(details.get("approved_at"), zone),
        details.get("reason", ""),
        details.get("alternatives", ""),
        "、".join(f"#{old}" for new, old in ties if new == entry.number),
        "、".join(f"#{new}" for new in later),
        "、".join(f"{name} {_stamp(at, zone)}" for name, at in readers if at),
        "、".join(name for name, at in readers if not at),
    )


def _stamp(at: datetime | str | None, zone: ZoneInfo) -> str:
    if at is None:
        return ""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


# --- what was typed ---------------------------------------------------------------------------

_APPROVER = re.compile(r"(?:^|[\s,，;；。])(?:批准|批准人|拍板)\s*[:：]\s*(?!\s*[@＠])\S")
_AT_THE_END = re.compile(r"[@＠]\S+\s*(?:来|去)?(?:批准|拍板|审批)\s*$")
_REPLACES = re.compile(r"取代\s*[#＃]?\s*\d{1,9}(?!\d|\s*[个条台套种项份家位次年月日号点万])")


def check_words(what: str) -> None:
    """Raises Refusal where nothing is left to write down, or a number was not recognised."""
    if not re.search(r"\w", what):
        raise Refusal("还缺内容")
    if _REPLACES.search(what):
        raise Refusal("要取代哪一条，请在前面空一格、写上 #，比如：取代 #5", usage=False)


_BY_NAME = re.compile(r"(?:^|[\s,，;；。])(?:批准人?|拍板)\s+(?![@＠])(\S+)")


async def check_approver_named(request: Request, approver: Member | None) -> None:
    """Raises Refusal where an approver was meant, and would be lost."""
    if approver is not None:
        return
    text = request.text
    if _APPROVER.search(text) or _AT_THE_END.search(text):
        raise Refusal("批准的人请这样写：批准 @王敏", usage=False)
    if found := _BY_NAME.search(text):
        team = await members.in_team(request.tx, request.team.id)
        named = [each.name for each in team if each.name and found[1].startswith(each.name)]
        if named:
            raise Refusal(f"批准的人请这样写：批准 @{max(named, key=len)}", usage=False)
