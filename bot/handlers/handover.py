"""转交: who an entry belongs to; nobody is given one without being asked."""

from dataclasses import replace
from typing import Annotated, Any

from bot.acceptance import check_may_judge
from bot.approval import check_may_hand_over, handed_over
from bot.clerk import answer, change, check_may_act, check_open, check_seen, find
from bot.command import Topic
from bot.context import Reply, Request
from bot.decision import PENDING
from bot.errors import Refusal
from bot.kind import head
from bot.leave import TICK, absences
from bot.message import Button, Card, Outgoing, Person
from bot.moment import due_words
from bot.several import each_of
from bot.signature import Mention, Number, Rest
from storage import member as members
from storage.ledger import Entry
from storage.member import Member

topic = Topic("转交", about="换负责人：对方接受了才算", place=31)


@topic.command("转交", "转给", example="转交 12 @李四")
async def hand_over(
    request: Request,
    number: Annotated[int, Number()],
    to: Annotated[Member, Mention("接手的人")],
    reason: Annotated[str | None, Rest("说明")] = None,
) -> Reply:
    """请别人接手，对方说 接受 才换；没人负责的直接给他"""
    entry = await find(request, number)
    check_open(entry)
    await check_may_act(request, entry)
    await check_seen(request, entry)
    check_may_hand_over(request, entry, to)
    said = head(entry.kind, number)
    if to.id == entry.owner_id:
        if entry.offered_to is None:
            raise Refusal(f"{said} 的负责人已经是{to.name}", usage=False)
        await change(request, entry, "转交", "不转了", **_settled(entry))
        instead = await _tell_former(request, entry, to)
        return await answer(request, entry, f"{said} 不转了{instead}，还由{to.name}负责")
    if to.id == entry.offered_to:
        raise Refusal(f"{said} 已经在等{to.name}说 接受 了", usage=False)
    if entry.owner_id is None or to.id == request.sender.id:
        return await _give(request, entry, to, "转交", reason)
    text = f"请{to.name}接手" + (f"，{reason}" if reason else "")
    details = {**entry.details, "offered_by": request.sender.id}
    await change(request, entry, "转交", text, offered_to=to.id, details=details)
    instead = await _tell_former(request, entry, to)
    title = f"{said} 请{to.name}接手{instead}，对方接受前还由{entry.owner_name}负责"
    moments = (request.now + TICK, entry.due)  # who is away now cannot accept it
    absent = await absences(request, [(to.id, to.name, each) for each in moments])
    if not request.chat.private:
        card = _offer(request, entry, title, reason)
        mention = (Person(to.external_id, to.name),)
        text = "\n".join([card.text, *absent])
        asked = Card(title=title, text=text, buttons=card.buttons, mentions=mention)
        return Reply(message=asked, number=number)
    asks = f"{request.sender.name} 想把 {head(entry.kind, number)} 转给你"
    card = _offer(request, entry, asks, reason)
    heard = await request.tell_member(to, card, number=number, group=entry.chat_id)
    return await answer(request, entry, title, *_unheard(heard, to), *absent)


async def _tell_former(request: Request, entry: Entry, to: Member) -> str:
    """Who was asked before need not answer any more; gives the words that say so."""
    if entry.offered_to is None or entry.offered_to == to.id:
        return ""
    former = (await members.by_ids(request.tx, [entry.offered_to]))[entry.offered_to]
    said = head(entry.kind, entry.number)
    if former.id != request.sender.id:
        card = Card(title=f"{said} 不用你接了，改请{to.name}", text=entry.title)
        await request.tell_member(former, card, number=entry.number, group=entry.chat_id)
    return f"，不再请{former.name}"


def _unheard(heard: bool, to: Member) -> list[str]:
    return [] if heard else [f"我还没法通知{to.name}，请你告诉一声"]


def _offer(request: Request, entry: Entry, title: str, reason: str | None) -> Card:
    due = f"截止 {due_words(entry.due, request.now)}" if entry.due else ""
    return Card(
        title=title,
        text="\n".join(each for each in (entry.title, due, reason or "") if each),
        buttons=(
            Button(label="接受", say=f"接受 {entry.number}", style="primary"),
            Button(label="不接", say=f"不接 {entry.number}"),
        ),
    )


@topic.command("接受", "接手", example="接受 12")
async def accept(request: Request, number: Annotated[int, Number()]) -> Reply:
    """接手别人转给我的"""
    entry = await _offered(request, number)
    return await _give(request, entry, request.sender, "接受", None)


@topic.command("不接", "拒绝", example="不接 12 这周排满了")
async def decline(
    request: Request,
    number: Annotated[int, Number()],
    reason: Annotated[str | None, Rest("原因")] = None,
) -> Reply:
    """不接手，还由原来的人负责"""
    entry = await _offered(request, number)
    await change(request, entry, "不接", reason or "", **_settled(entry))
    title = f"{head(entry.kind, number)} {request.sender.name} 没接，还由{entry.owner_name}负责"
    mentions = await _tell_askers(request, entry, title, reason or "")
    return await answer(request, entry, title, reason or "", mentions=mentions)


def _settled(entry: Entry) -> dict[str, Any]:
    """Nobody is asked to take it over any more."""
    details = {key: each for key, each in entry.details.items() if key != "offered_by"}
    return {"offered_to": None, "details": details}


async def _tell_askers(
    request: Request, entry: Entry, title: str, reason: str = ""
) -> list[Person]:
    """Who offered it and who had it hear how it went; those in the answer's own chat by it."""
    asked = entry.details.get("offered_by")
    ids = [each for each in dict.fromkeys((asked, entry.owner_id)) if each is not None]
    known = await members.by_ids(request.tx, ids)
    others = [known[each] for each in ids if each in known and each != request.sender.id]
    if not request.chat.private:
        return [Person(each.external_id, each.name) for each in others]
    card = Card(title=title, text="\n".join([entry.title, reason]).strip())
    for each in others:
        await request.tell_member(each, card, number=entry.number, group=entry.chat_id)
    return []


async def _offered(request: Request, number: int) -> Entry:
    entry = await find(request, number)
    check_open(entry)
    if entry.offered_to == request.sender.id:
        return entry
    if entry.owner_id == request.sender.id:
        raise Refusal(f"{head(entry.kind, number)} 已经是你的了", usage=False)
    raise Refusal(f"{head(entry.kind, number)} 没有人要转给你", usage=False)


@topic.command("认领", "我来", example="认领 12")
async def claim(
    request: Request, numbers: Annotated[tuple[int, ...], Number()]
) -> Outgoing | Reply:
    """把没人管的记录接过来，可以一次几条"""
    return await each_of(request, "认领", numbers, lambda number: _claim(request, number))


async def _claim(request: Request, number: int) -> Reply:
    entry = await find(request, number)
    check_open(entry)
    if entry.offered_to == request.sender.id:
        return await _give(request, entry, request.sender, "接受", None)
    if entry.owner_id == request.sender.id:
        raise Refusal(f"{head(entry.kind, number)} 已经是你的了", usage=False)
    if entry.owner_id is not None:
        raise Refusal(
            f"{head(entry.kind, number)} 已由{entry.owner_name}负责，"
            f"要换人请他说：转交 {number} @{request.sender.name}",
            usage=False,
        )
    check_may_hand_over(request, entry, request.sender)
    if entry.kind == "acceptance":  # nobody gets the right to judge by asking for it
        check_may_judge(request, entry)
    return await _give(request, entry, request.sender, "认领", None)


async def _give(
    request: Request, entry: Entry, to: Member, verb: str, reason: str | None
) -> Reply:
    text = f"{entry.owner_name or '待认领'} → {to.name}" + (f"，{reason}" if reason else "")
    settled = _settled(replace(entry, **handed_over(entry, to)))
    await change(request, entry, verb, text, owner_id=to.id, **settled)
    due = f" · {due_words(entry.due, request.now)}" if entry.due else ""
    role = "批准人" if entry.stage == PENDING else "负责人"
    title = f"✅ {head(entry.kind, entry.number)} {role} {to.name}{due}"
    absent = await absences(request, [(to.id, to.name, entry.due)])
    if to.id == request.sender.id:
        asked = verb == "接受"
        mentions = await _tell_askers(request, entry, title) if asked else []
        return await answer(request, entry, title, *absent, mentions=mentions)
    if not request.chat.private:
        mentions = [Person(to.external_id, to.name)]
        return await answer(request, entry, title, *absent, mentions=mentions)
    given = f"{request.sender.name} 把 {head(entry.kind, entry.number)} 交给你了{due}"
    card = Card(title=given, text="\n".join([entry.title, reason or ""]).strip())
    heard = await request.tell_member(to, card, number=entry.number, group=entry.chat_id)
    return await answer(request, entry, title, *_unheard(heard, to), *absent)
