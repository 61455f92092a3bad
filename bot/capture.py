"""Writing something down: the ledger's new entry, and the one receipt that answers it."""

from collections.abc import Sequence

from bot.context import Reply, Request
from bot.deadlines import Deadline
from bot.message import Button
from bot.receipt import receipt
from storage import ledger
from storage.member import Member


async def capture(
    request: Request,
    kind: str,
    what: str,
    *,
    owner: Member | None,
    helpers: Sequence[Member] = (),
    due: Deadline | None = None,
    finish: str,
    note: str = "",
) -> Reply:
    """Open an entry and answer with its receipt.

    ``finish`` is the verb of its first button; ``{number}`` in ``note`` becomes its number.
    """
    number = await ledger.open_entry(
        request.tx,
        team_id=request.team.id,
        kind=kind,
        title=what,
        owner_id=owner.id if owner else None,
        by_id=request.sender.id,
        chat_id=request.chat.id,
        at=request.clock,
        due=due.due if due else None,
        helpers=[each.id for each in helpers],
        message_id=request.incoming.id,
    )
    answer = receipt(
        kind,
        number,
        what,
        owner=owner.name if owner else None,
        due=due,
        now=request.now,
        helpers=[each.name for each in helpers],
        note=note.replace("{number}", str(number)),
        buttons=(
            Button(label=finish, say=f"{finish} {number}", style="primary"),
            Button(label="查看", say=f"查看 {number}"),
        ),
    )
    return Reply(message=answer, number=number)
