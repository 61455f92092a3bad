"""决策: what was decided, by whom and why; and who has read it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from bot import decision
from bot.approval import asking, reading, replaced, tell
from bot.capture import capture
from bot.clerk import answer, check_title, find, find_kind
from bot.command import Topic
from bot.context import Reply, Request
from bot.contradiction import speaks_against
from bot.decision import PENDING
from bot.draft import ask_first
from bot.errors import Refusal
from bot.kind import head
from bot.message import Button, Card, Outgoing
from bot.moment import day_words, due_words
from bot.receipt import first_line, state_words
from bot.search import search
from bot.signature import Mention, Number, Option, Rest
from storage import ledger
from storage import member as members
from storage.ledger import CANCELLED, OPEN, SUPERSEDED, Entry
from storage.member import Member

topic = Topic("决策", about="定了什么、谁定的、为什么，都留痕", place=12)

MOST_FOUND = 10


@topic.command(
    "决策", "决定", example="决策 审批流用 A 方案 批准 @王敏 理由：改动最小 备选：B 方案 @李四"
)
async def decide(
    request: Request,
    what: Annotated[str, Rest("内容")],
    approver: Annotated[Member | None, Option("批准", "批准人", "拍板", hint="@谁")] = None,
    reason: Annotated[str | None, Option("理由", "原因")] = None,
    alternatives: Annotated[str | None, Option("备选", "备选方案")] = None,
    supersedes: Annotated[tuple[int, ...], Option("取代", hint="#N")] = (),
    people: Annotated[tuple[Member, ...], Mention("要知道的人")] = (),
) -> Reply:
    """记一条决策；有批准人就等他批准，@ 到的人要回 已阅"""
    decision.check_words(what)
    await decision.check_approver_named(request, approver)
    for each in (what, reason or "", alternatives or ""):
        check_title(each)
    olds = [await decision.to_replace(request, each) for each in supersedes]
    pending = approver is not None and approver.id != request.sender.id
    if not pending:
        for old in olds:
            await decision.check_may_replace(request, old)
    if not olds and not request.settled and (question := await _question(request, what, pending)):
        return question
    known = (request.sender.id, approver.id if approver else None)
    readers = [each for each in dict.fromkeys(people) if each.id not in known]
    details: dict[str, Any] = {
        "reason": reason,
        "alternatives": alternatives,
        "approver": approver.id if approver else None,
        "supersedes": [old.number for old in olds],
        "readers": {str(each.id): None for each in readers},
    }
    if approver is not None and not pending:
        details.update(approved_by=approver.id, approved_at=request.clock.isoformat())
    details = {name: value for name, value in details.items() if value}
    return await _open(request, what, details, readers, approver if pending else None, olds)


async def _question(request: Request, what: str, pending: bool) -> Reply | None:
    """A decision in force on the same subject: does the new one take its place?"""
    active = await ledger.listed(request.tx, request.team.id, kind="decision")
    against = speaks_against(what, [each for each in active if each.stage != PENDING])
    if not against:
        return None
    lines = ["现在有效的："]
    for each in against:
        by = await decision.approval_words(request, each)
        said = day_words(each.opened_at.astimezone(request.now.tzinfo))
        lines.append(f"#{each.number} {first_line(each.title, 60)}（{by or said}）")
    mine = [each for each in against if pending or decision.may_replace(request, each)]
    if len(mine) < len(against):
        lines.append("要取代别人定的，请重说一句并加上 批准 @定的人")
    return await ask_first(
        request,
        "和已有的决策说的是一件事吗？",
        "\n".join([f"你要记的：{first_line(what, 60)}", *lines]),
        keep="两个都有效",
        others=[(f"取代 #{each.number}", f"取代 #{each.number}") for each in mine],
    )


async def _open(
    request: Request,
    what: str,
    details: dict[str, Any],
    readers: Sequence[Member],
    approver: Member | None,
    olds: Sequence[Entry],
) -> Reply:
    notes = _notes(request, details, readers, olds)
    former = await decision.former_approvers(request, olds, request.sender.id)
    if approver is not None:
        former = []  # they hear of it when it is approved
    if former:
        notes.append(f"原来是{'、'.join(each.name for each in former)}批准的，已告知")
    told = [*([approver] if approver else []), *former, *readers]
    reply = await capture(
        request,
        "decision",
        what,
        owner=approver,
        owned=approver is not None,
        owner_is="批准人",
        stage=PENDING if approver else "",
        details=details,
        notes=notes,
        told=() if request.chat.private else told,
    )
    opened = await find(request, reply.number or 0)
    if approver is None:
        await decision.replace(request, opened, olds)
    if request.chat.private:
        if approver is not None:
            said = [each.replace("{number}", str(opened.number)) for each in notes]
            await tell(request, opened, [approver], asking(request, opened, said))
        await tell(request, opened, readers, reading(request, opened))
        await tell(request, opened, former, replaced(request, opened, olds))
    return reply


def _notes(
    request: Request, details: Mapping[str, Any], readers: Sequence[Member], olds: Sequence[Entry]
) -> list[str]:
    labels = (("理由", "reason"), ("备选", "alternatives"))
    notes = [f"{label}：{details[name]}" for label, name in labels if name in details]
    if "approved_by" in details:
        notes.append(f"{request.sender.name}批准，现在有效")
    if olds:
        replaced = "、".join(f"#{old.number} {first_line(old.title)}" for old in olds)
        waits = "approver" in details and "approved_by" not in details
        notes.append(f"{'批准后取代' if waits else '取代了'} {replaced}")
    if readers:
        notes.append(f"请{'、'.join(each.name for each in readers)}看过后回 已阅 {{number}}")
    return notes


@topic.command("已阅", "已读", example="已阅 12")
async def read(request: Request, number: Annotated[int, Number()]) -> Reply:
    """看过一条决策了；没被点名的人也可以回"""
    entry = await find_kind(request, number, "decision")
    said = head("decision", number)
    if entry.state == SUPERSEDED:
        now = await decision.in_force(request.tx, entry)
        hint = f"，请看现在有效的 #{now.number}：查看 {now.number}" if now else ""
        raise Refusal(f"{said} 已经被取代了{hint}", usage=False)
    if entry.state == CANCELLED:
        raise Refusal(f"{said} {state_words(entry)}，不用看了", usage=False)
    before = await decision.note_reading(
        request.tx, entry, by_id=request.sender.id, at=request.clock, step=request.cause
    )
    if before is not None:
        when = due_words(before, request.now)
        return await answer(request, entry, f"你 {when} 已经看过 {said} 了")
    waiting = decision.unread(await find(request, number))
    known = await members.by_ids(request.tx, waiting)
    names = "、".join(known[each].name for each in waiting[:10])
    left = f" · 还差 {names}" if names else ""
    if not names and entry.details.get("readers"):
        left = " · 大家都看过了"
    return await answer(request, entry, f"👀 {said} {request.sender.name}已阅{left}")


@topic.command("决策 查", "决定 查", "查决策", example="决策 查 审批流")
async def look_up(request: Request, words: Annotated[str, Rest("词")]) -> Outgoing:
    """在所有决策里找，被取代的、没批准的也找得到"""
    found, total = await search(
        request.tx, request.team.id, words, kinds=("decision",), limit=MOST_FOUND
    )
    if not found:
        return Card(title=f"决策里没有找到「{first_line(words, 20)}」")
    lines = [await _line(request, each) for each in found]
    if total > len(found):
        lines.append(f"……还有 {total - len(found)} 条，多写一个词会更准")
    buttons = tuple(
        Button(label=f"查看 #{each.number}", say=f"查看 {each.number}") for each in found[:3]
    )
    title = f"决策里有「{first_line(words, 20)}」的（{total}）"
    return Card(title=title, text="\n".join(lines), buttons=buttons)


async def _line(request: Request, entry: Entry) -> str:
    """#5 审批流用 A 方案｜有效｜11月25日 周三"""
    state = state_words(entry)
    if entry.state == SUPERSEDED:
        now = await decision.in_force(request.tx, entry)
        state += f"，现在看 #{now.number}" if now else ""
    mark = "✅" if entry.state == OPEN and entry.stage != PENDING else "▫️"
    said = day_words(entry.opened_at.astimezone(request.now.tzinfo))
    return f"{mark} #{entry.number} {first_line(entry.title)}｜{state}｜{said}"
