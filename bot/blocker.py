"""A blocker is over when whoever reported it says so."""

from collections.abc import Mapping
from typing import Any

from bot.clerk import answer, change
from bot.context import Reply, Request
from bot.errors import Refusal
from bot.kind import head
from bot.message import Button, Card, Person
from bot.roles import KEEPERS
from storage import member as members
from storage.ledger import DONE, Entry
from storage.member import Member

RESOLVED = "resolved"  # the stage between 解决 and 确认


async def resolve(request: Request, entry: Entry, said: str, details: Mapping[str, Any]) -> Reply:
    """Solved; its reporter confirms, at once where they say it themselves."""
    number = entry.number
    if entry.opened_by == request.sender.id:
        return await confirm(request, entry, said, details)
    reporter = (await members.by_ids(request.tx, [entry.opened_by]))[entry.opened_by]
    if entry.stage == RESOLVED:
        raise Refusal(
            f"{head(entry.kind, number)} 已经说解决了，在等{reporter.name}确认", usage=False
        )
    resolved = {
        **details,
        "resolved_by": request.sender.id,
        "resolved_at": request.clock.isoformat(),
    }
    await change(request, entry, "解决", said, stage=RESOLVED, details=resolved)
    hint = "" if details.get("cause") else f"根因还没写，可以补：解决 {number} 根因：… 方案：…"
    title = f"✅ {head(entry.kind, number)} 已解决，等{reporter.name}确认"
    if not request.chat.private:
        mention = Person(reporter.external_id, reporter.name)
        return await answer(request, entry, title, hint, mentions=[mention])
    await _ask(request, entry, reporter, said)
    return await answer(request, entry, title, hint)


async def _ask(request: Request, entry: Entry, reporter: Member, said: str) -> None:
    number = entry.number
    card = Card(
        title=f"{head(entry.kind, number)} {request.sender.name} 说解决了，请你确认",
        text="\n".join(each for each in (entry.title, said) if each),
        buttons=(
            Button(label="确认", say=f"确认 {number}", style="primary"),
            Button(label="没解决", say=f"重开 {number}"),
        ),
    )
    await request.tell_member(reporter, card, number=number, group=entry.chat_id)


def check_may_confirm(request: Request, entry: Entry) -> None:
    if request.sender.id != entry.opened_by and not request.sender.has(*KEEPERS):
        raise Refusal(
            f"{head(entry.kind, entry.number)} 要由登记的人或项目经理来确认", usage=False
        )


async def confirm(request: Request, entry: Entry, said: str, details: Mapping[str, Any]) -> Reply:
    """Solved and confirmed: only this counts as solved."""
    confirmed = {**details, "confirmed_by": request.sender.id}
    verb = "确认" if entry.stage == RESOLVED else "解决"
    values = {"state": DONE, "stage": "", "closed_at": request.clock, "offered_to": None}
    await change(request, entry, verb, said, **values, details=confirmed)
    title = f"✅ {head(entry.kind, entry.number)} 已解决"
    hint = "" if details.get("cause") else "下次可以写上根因：解决 编号 根因：… 方案：…"
    return await answer(request, entry, title, hint)
