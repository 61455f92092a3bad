"""批准 and 驳回: who may say the word on a decision or a change, and what it means."""

from collections.abc import Iterable, Sequence
from dataclasses import replace as with_
from datetime import datetime
from typing import Any

from bot import decision
from bot.clerk import answer, change, check_open, find
from bot.context import Reply, Request
from bot.decision import PENDING, unread
from bot.errors import Refusal
from bot.kind import head
from bot.message import Button, Card, Person
from bot.moment import due_words
from bot.receipt import actions, first_line
from bot.roles import KEEPERS
from storage import member as members
from storage import team as teams
from storage.ledger import CANCELLED, OPEN, Entry
from storage.member import Member
from storage.team import TeamChat

APPROVED = "approved"  # the stage of a change that is being carried out
REJECTED = "rejected"
KINDS = ("decision", "change")
MOST_TOLD = 200  # characters of a reason in a card that asks


# --- who -------------------------------------------------------------------------------------


async def check_may_decide(request: Request, entry: Entry) -> None:
    """Only the named approver; where nobody is named, the keepers. Nobody in another's name."""
    said = head(entry.kind, entry.number)
    if entry.stage == REJECTED or (entry.state == OPEN and entry.stage != PENDING):
        raise Refusal(await _decided(request, entry), usage=False)
    check_open(entry)
    named = entry.details.get("approver")
    if named is None:
        if not request.sender.has(*KEEPERS):
            who = f"（{entry.owner_name}）" if entry.owner_name else ""
            raise Refusal(f"{said} 没写批准人，由项目经理{who}或系统管理员来批", usage=False)
        return
    if named == request.sender.id:
        return
    name = (await members.by_ids(request.tx, [named]))[named].name
    hint = f"，别人不能代批；要换人请{name}说：转交 {entry.number} @接手的人"
    raise Refusal(f"{said} 要由{name}来批{hint}", usage=False)


async def _decided(request: Request, entry: Entry) -> str:
    said, details = head(entry.kind, entry.number), entry.details
    rejected = entry.stage == REJECTED
    by = details.get("rejected_by" if rejected else "approved_by")
    if by is None:
        return f"{said} 不用批准，已经有效"
    name = (await members.by_ids(request.tx, [by]))[by].name
    at = datetime.fromisoformat(details["rejected_at" if rejected else "approved_at"])
    verb = "驳回" if rejected else "批准"
    return f"{said} {name}已经{verb}了（{due_words(at, request.now)}）"


def check_may_hand_over(request: Request, entry: Entry, to: Member) -> None:
    """The right to approve is handed on by whoever has it, and never to oneself."""
    if entry.stage != PENDING:
        return
    said = head(entry.kind, entry.number)
    named = entry.details.get("approver")
    if named is not None and named != request.sender.id:
        raise Refusal(f"{said} 要由{entry.owner_name}来批，换人要他自己来转", usage=False)
    if named is None and to.id == request.sender.id and not to.has(*KEEPERS):
        raise Refusal(f"{said} 在等项目经理批准，不用认领", usage=False)
    check_not_own(entry.kind, entry.opened_by, to)


def check_not_own(kind: str, opened_by: int, approver: Member) -> None:
    """A change is let through by somebody else than who wants it, or by a keeper."""
    if kind == "change" and approver.id == opened_by and not approver.has(*KEEPERS):
        raise Refusal(
            "自己提的变更不能自己批，请 @ 别人：批准 @王敏；不写就由项目经理来定", usage=False
        )


def handed_over(entry: Entry, to: Member) -> dict[str, Any]:
    """What else changes when the approval is handed on."""
    if entry.stage != PENDING:
        return {}
    return {"details": {**entry.details, "approver": to.id}}


# --- telling ---------------------------------------------------------------------------------


async def tell(
    request: Request, entry: Entry, people: Iterable[Member], card: Card
) -> list[Person]:
    """Tell them: in the group where the entry was said, else one by one.

    Gives those to be mentioned in the answer itself, because they can read it.
    """
    others = [each for each in dict.fromkeys(people) if each.id != request.sender.id]
    group = request.chat if not request.chat.private else await _group(request, entry.chat_id)
    there = [each for each in others if group is not None and each.platform == group.platform]
    mentions = [Person(each.external_id, each.name) for each in there]
    for each in others:
        if each not in there:
            await request.tell_member(each, card, number=entry.number, group=entry.chat_id)
    if group is None or not request.chat.private:
        return mentions
    await request.tell(group, with_(card, mentions=tuple(mentions)), number=entry.number)
    return []


async def _group(request: Request, chat_id: int) -> TeamChat | None:
    groups = await teams.groups(request.tx, request.team.id)
    return next((each for each in groups if each.id == chat_id), None)


def asking(request: Request, entry: Entry, details: Sequence[str] = ()) -> Card:
    """What an approver reads who is asked in private."""
    return Card(
        title=f"{request.sender.name} 请你批准 {head(entry.kind, entry.number)}",
        text="\n".join([entry.title, *details]),
        buttons=actions(entry),
    )


def reading(request: Request, entry: Entry) -> Card:
    """What somebody reads in private who must know of a decision."""
    return Card(
        title=f"{request.sender.name} 请你看 {head(entry.kind, entry.number)}",
        text=entry.title,
        buttons=(
            Button(label="已阅", say=f"已阅 {entry.number}", style="primary"),
            Button(label="查看", say=f"查看 {entry.number}"),
        ),
    )


def replaced(request: Request, entry: Entry, olds: Sequence[Entry]) -> Card:
    """What somebody reads whose approved decision is in force no longer."""
    gone = "、".join(f"#{old.number} {first_line(old.title)}" for old in olds)
    return Card(
        title=f"{request.sender.name} 记了 {head('decision', entry.number)}，取代了你批准的决策",
        text=f"{entry.title}\n取代的：{gone}",
        buttons=(Button(label="查看", say=f"查看 {entry.number}"),),
    )


# --- the word --------------------------------------------------------------------------------


async def approve(request: Request, entry: Entry, note: str) -> Reply:
    """From now on it is in force; a change goes to whoever carries it out."""
    await check_may_decide(request, entry)
    said, me = head(entry.kind, entry.number), request.sender
    now = request.clock.isoformat()
    details = {**entry.details, "approved_by": me.id, "approved_at": now}
    values: dict[str, Any] = {"stage": "", "owner_id": None, "offered_to": None}
    olds: list[Entry] = []
    if entry.kind == "change":
        values.update(stage=APPROVED, owner_id=details.get("doer") or entry.opened_by)
    else:
        olds = await decision.waiting_to_be_replaced(request, entry)
    await change(request, entry, "批准", note, **values, details=details)
    await decision.replace(request, await find(request, entry.number), olds)
    approved = await find(request, entry.number)
    owner = f" · 负责人 {approved.owner_name}" if entry.kind == "change" else ""
    lines = [f"{me.name}：{note}"] if note else []
    lines += [f"取代了 #{old.number} {first_line(old.title)}" for old in olds]
    former = await decision.former_approvers(request, olds, me.id)
    people = [entry.opened_by, *unread(approved), *(each.id for each in former)]
    if approved.owner_id:
        people.append(approved.owner_id)
    return await _told(request, approved, people, f"✅ {said} {me.name}批准了{owner}", lines)


async def reject(request: Request, entry: Entry, reason: str) -> Reply:
    """It is not to be; its opener hears why."""
    await check_may_decide(request, entry)
    me = request.sender
    now = request.clock
    details = {**entry.details, "rejected_by": me.id, "rejected_at": now.isoformat()}
    values = {"state": CANCELLED, "stage": REJECTED, "closed_at": now, "offered_to": None}
    await change(request, entry, "驳回", reason, **values, details=details)
    rejected = await find(request, entry.number)
    title = f"❌ {head(entry.kind, entry.number)} {me.name}没批准"
    return await _told(request, rejected, [entry.opened_by], title, [f"{me.name}：{reason}"])


async def _told(
    request: Request, entry: Entry, ids: Sequence[int], title: str, lines: Sequence[str]
) -> Reply:
    known = await members.by_ids(request.tx, ids)
    people = [known[each] for each in ids]
    card = Card(title=title, text="\n".join([entry.title, *lines]), buttons=actions(entry))
    mentions = await tell(request, entry, people, card)
    return await answer(request, entry, title, *lines, mentions=mentions)


async def facts(request: Request, entry: Entry) -> list[tuple[str, str]]:
    """What is told of a change beside its words and its history."""
    doer = entry.details.get("doer")
    name = (await members.by_ids(request.tx, [doer]))[doer].name if doer else ""
    shown = [
        ("影响", str(entry.details.get("impact", ""))),
        ("批准人", await decision.approval_words(request, entry)),
        ("批准后负责", name if entry.stage == PENDING else ""),
    ]
    return [(label, words) for label, words in shown if words]


# --- opening again ---------------------------------------------------------------------------


async def reopened(request: Request, entry: Entry) -> dict[str, Any]:
    """How far it is when it is opened again: what was never approved has to be.

    Raises Refusal where it may not come back.
    """
    if entry.kind == "decision":
        await decision.check_may_return(request, entry)
    if entry.kind not in KINDS:
        return {}
    kept = {
        key: each
        for key, each in entry.details.items()
        if key not in ("rejected_by", "rejected_at", "closed_by")
    }
    if entry.stage in (PENDING, REJECTED):
        return {"stage": PENDING, "details": kept}
    stage = APPROVED if entry.kind == "change" else ""
    return {"stage": stage, "details": kept}


async def ask_again(request: Request, entry: Entry) -> list[str]:
    """Its approver hears that it waits again; gives lines for the reply."""
    if entry.stage != PENDING:
        return []
    if entry.owner_id is None:
        return ["等项目经理批准"]
    approver = (await members.by_ids(request.tx, [entry.owner_id]))[entry.owner_id]
    if approver.id != request.sender.id:
        card = asking(request, entry)
        await request.tell_member(approver, card, number=entry.number, group=entry.chat_id)
    return [f"等{approver.name}批准"]
