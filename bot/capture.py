"""Writing something down: the ledger's new entry, and the one receipt that answers it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.clerk import check_title
from bot.context import Reply, Request
from bot.deadlines import Deadline
from bot.leave import absences
from bot.message import Card, Person
from bot.receipt import actions, receipt
from storage import ledger
from storage.member import Member


async def capture(
    request: Request,
    kind: str,
    what: str,
    *,
    owner: Member | None,
    owned: bool = True,
    owner_is: str = "负责人",
    helpers: Sequence[Member] = (),
    due: Deadline | None = None,
    stage: str = "",
    weight: int = 0,
    details: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
    told: Sequence[Member] | None = None,
) -> Reply:
    """Open an entry and answer with its receipt.

    ``owned`` is False for kinds that need nobody to do anything. ``{number}`` in ``notes``
    becomes the entry's number. ``told`` are those who must hear of it, instead of its owner and
    helpers.
    """
    check_title(what)
    entry = await ledger.open_entry(
        request.tx,
        team_id=request.team.id,
        kind=kind,
        title=what,
        owner_id=owner.id if owner else None,
        owner_name=owner.name if owner else None,
        by_id=request.sender.id,
        chat_id=request.chat.id,
        at=request.clock,
        due=due.due if due else None,
        helpers=[each.id for each in helpers],
        stage=stage,
        weight=weight,
        details=details,
        message_id=request.incoming.id,
        step=request.cause,
    )
    hear = (owner, *helpers) if told is None else dict.fromkeys(told)
    told = [each for each in hear if each and each.id != request.sender.id]
    number = entry.number
    if owner is not None and due is not None:
        notes = [*notes, *await absences(request, [(owner.id, owner.name, due.due)])]
    answer = receipt(
        kind,
        number,
        what,
        owner=(owner.name if owner else None) if owned else "",
        owner_is=owner_is,
        due=due,
        now=request.now,
        helpers=[each.name for each in helpers],
        notes=[each.replace("{number}", str(number)) for each in notes],
        buttons=actions(entry),
        mentions=() if request.chat.private else [_person(each) for each in told],
    )
    if request.chat.private:
        answer = await _tell(request, answer, number, told)
    return Reply(message=answer, number=number)


async def _tell(request: Request, card: Card, number: int, told: Sequence[Member]) -> Card:
    """What is written down in private, its people must hear all the same; but not the group."""
    missed = []
    for each in told:
        private = await request.reach(each)
        if private is None:
            missed.append(each.name)
            continue
        said = Card(
            title=f"{request.sender.name} 给你记了：{card.title.split(' · 10分钟')[0]}",
            text=card.text,
            buttons=card.buttons,
        )
        await request.tell(private, said, number=number)
    if not missed:
        return card
    note = f"我还没法私聊{'、'.join(missed)}，请你告诉一声"
    return Card(title=card.title, text=f"{card.text}\n{note}", buttons=card.buttons)


def _person(member: Member) -> Person:
    return Person(member.external_id, member.name)
