"""A sentence that is kept until its sender has answered one question about it."""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import TypeAdapter

from bot.context import Reply, Request
from bot.message import Button, Card, Incoming
from storage import draft as drafts

WORTH_KEEPING = timedelta(days=1)  # 明天 in a sentence of yesterday is too easily misread

incoming_json: TypeAdapter[Incoming] = TypeAdapter(Incoming)


async def ask_first(
    request: Request,
    title: str,
    text: str,
    *,
    keep: str | None = "就这么记",
    drop: str = "不记了",
    others: Sequence[tuple[str, str]] = (),
) -> Reply:
    """Store nothing yet, but the question. The sender's press (or 存下 N) does it after all.

    ``keep`` is None where the sentence cannot be stored as it is: one of the others is chosen.
    ``others`` are more ways to go on: a label, and what is added to the sentence, as
    ("取代 #5", "取代 #5"). The handler is called again with ``request.settled`` and must not ask
    a second time.
    """
    number = await drafts.keep(
        request.tx,
        team_id=request.team.id,
        member_id=request.sender.id,
        incoming=incoming_json.dump_json(request.incoming).decode(),
        said_at=request.clock,
    )
    kept = [Button(label=keep, say=f"存下 {number}", style="primary")] if keep else []
    buttons = [
        *kept,
        *(Button(label=label, say=f"存下 {number} {more}") for label, more in others),
        Button(label=drop, say=f"不存 {number}"),
    ]
    return Reply(message=Card(title=title, text=text, buttons=tuple(buttons)), asks=True)
