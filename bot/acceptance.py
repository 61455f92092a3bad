"""The acceptance list: what is looked at, by whom, and what shows that it passed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.blocker import tell
from bot.clerk import answer, change, check_open
from bot.context import Reply, Request
from bot.errors import Refusal
from bot.kind import head
from bot.message import Card
from bot.moment import due_words
from bot.receipt import actions, first_line, state_words
from bot.roles import KEEPERS
from storage import member as members
from storage.ledger import DONE, OPEN, Entry

FAILED = "failed"  # the stage of what did not pass and waits to be put right
MOST_SHOWN = 3


def evidence_of(entry: Entry) -> Sequence[Mapping[str, Any]]:
    """Every look that was taken at it, the oldest first: at, by, text, passed."""
    return list(entry.details.get("evidence", ()))


def failures(entry: Entry) -> int:
    return sum(not each["passed"] for each in evidence_of(entry))


def newest(entry: Entry) -> str:
    """What was said the last time somebody looked at it: evidence, or why it did not pass."""
    seen = evidence_of(entry)
    return str(seen[-1]["text"]) if seen else ""


# --- how it is said --------------------------------------------------------------------------


def line(entry: Entry, now: datetime) -> str:
    """❌ #12 导入 5 万客户｜王敏｜没通过：3 万条就停了｜12月5日 周六 18:00"""
    mark = "✅" if entry.state == DONE else "❌" if entry.stage == FAILED else "⬜"
    parts = [f"{mark} #{entry.number} {first_line(entry.title)}"]
    if entry.owner_name:
        parts.append(entry.owner_name)
    if entry.state == OPEN and entry.stage == FAILED:
        parts.append(f"没通过：{first_line(newest(entry), 20)}")
    else:
        parts.append(state_words(entry))
    if entry.state == OPEN and entry.due is not None:
        late = "（已逾期）" if entry.due < now else ""
        parts.append(due_words(entry.due, now) + late)
    return "｜".join(parts)


def summary(passed: int, failed: int, waiting: int) -> str:
    return f"通过 {passed} · 没通过 {failed} · 待验 {waiting}"


async def facts(request: Request, entry: Entry) -> list[tuple[str, str]]:
    """Who may judge it where nobody is named; and the newest evidence, as it was said."""
    opener = (await members.by_ids(request.tx, [entry.opened_by]))[entry.opened_by].name
    found = [] if entry.owner_id else [("谁来验", f"{opener}、项目经理或系统管理员")]
    seen = evidence_of(entry)
    known = await members.by_ids(request.tx, [each["by"] for each in seen])
    if failures(entry):
        found.append(("没通过过", f"{failures(entry)} 次"))
    for each in seen[-MOST_SHOWN:]:
        when = due_words(datetime.fromisoformat(each["at"]), request.now)
        said = f"：{each['text']}" if each["text"] else "（没写证据）"
        label = "通过" if each["passed"] else "没通过"
        found.append((label, f"{known[each['by']].name} {when}{said}"))
    return found


# --- who ---------------------------------------------------------------------------------------


def check_may_judge(request: Request, entry: Entry) -> None:
    """Whoever was named for it; where nobody was, its opener and the keepers."""
    said, me = head(entry.kind, entry.number), request.sender
    if entry.owner_id is None:
        if me.id == entry.opened_by or me.has(*KEEPERS):
            return
        raise Refusal(
            f"{said} 没写验收人，要由登记的人、项目经理或系统管理员来验；"
            f"定一个人就请他们说：转交 {entry.number} @验收的人",
            usage=False,
        )
    if me.id != entry.owner_id:
        raise Refusal(
            f"{said} 要由{entry.owner_name}来验，别人不能代验；"
            f"要换人请说：转交 {entry.number} @接手的人",
            usage=False,
        )


# --- the word ----------------------------------------------------------------------------------


async def accept(request: Request, entry: Entry, evidence: str) -> Reply:
    """It passed; said again with more evidence, that is added."""
    if entry.state == DONE and evidence:
        return await _add(request, entry, evidence)
    if entry.state == DONE:
        raise Refusal(
            f"{head(entry.kind, entry.number)} 已经通过了；补证据请说：通过 {entry.number} 证据，"
            f"要重新验请说：重开 {entry.number}",
            usage=False,
        )
    check_open(entry)
    check_may_judge(request, entry)
    values: dict[str, Any] = {"state": DONE, "stage": "", "closed_at": request.clock}
    values |= {"offered_to": None, "details": _seen(request, entry, evidence, passed=True)}
    await change(request, entry, "通过", evidence, **values)
    title = f"✅ {head(entry.kind, entry.number)} 通过了"
    said = f"证据：{evidence}" if evidence else f"证据可以补：通过 {entry.number} 链接或说明"
    told = [entry.opened_by, *entry.helpers]
    mentions = await tell(request, entry, f"{title}（{request.sender.name}）", told, evidence)
    return await answer(request, entry, title, said, mentions=mentions)


async def _add(request: Request, entry: Entry, evidence: str) -> Reply:
    check_may_judge(request, entry)
    details = _seen(request, entry, evidence, passed=True)
    await change(request, entry, "补证据", evidence, details=details)
    title = f"📎 {head(entry.kind, entry.number)} 证据已补"
    return await answer(request, entry, title, f"证据：{evidence}")


async def refuse(request: Request, entry: Entry, reason: str) -> Reply:
    """It did not pass: it stays open until it does."""
    check_open(entry)
    check_may_judge(request, entry)
    details = _seen(request, entry, reason, passed=False)
    await change(request, entry, "不通过", reason, stage=FAILED, details=details)
    times = failures(entry) + 1
    again = f"（第 {times} 次）" if times > 1 else ""
    title = f"❌ {head(entry.kind, entry.number)} 没通过{again}"
    hint = f"改好了再验，就说：通过 {entry.number} 证据"
    told = [entry.opened_by, *entry.helpers]
    mentions = await tell(request, entry, title, told, f"{request.sender.name}：{reason}")
    return await answer(request, entry, title, f"原因：{reason}", hint, mentions=mentions)


def _seen(request: Request, entry: Entry, text: str, *, passed: bool) -> dict[str, Any]:
    at = request.clock.isoformat()
    look = {"at": at, "by": request.sender.id, "text": text, "passed": passed}
    return {**entry.details, "evidence": [*evidence_of(entry), look]}


# --- opening again -----------------------------------------------------------------------------


def reopened(entry: Entry) -> dict[str, Any]:
    """What had not passed when it was cancelled still has not; all evidence stays."""
    return {"stage": entry.stage}


async def after_reopen(request: Request, entry: Entry) -> list[str]:
    """Whoever has to look at it again hears so; gives lines for the reply."""
    if entry.owner_id is None or entry.owner_id == request.sender.id:
        return []
    owner = (await members.by_ids(request.tx, [entry.owner_id]))[entry.owner_id]
    title = f"{request.sender.name} 请你再验 {head(entry.kind, entry.number)}"
    card = Card(title=title, text=entry.title, buttons=actions(entry))
    await request.tell_member(owner, card, number=entry.number, group=entry.chat_id)
    return [f"等{owner.name}再验"]
