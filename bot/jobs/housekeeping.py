"""Forgetting what nobody needs: the ledger keeps what matters."""

from datetime import time, timedelta

from bot.context import Context
from bot.schedule import every_day, job
from bot.search import keep_up
from storage import claim, dialogue, draft, inbox, outbox

# No platform sends a message again after a day; people quote receipts for weeks.
KEEP_MESSAGES = timedelta(days=30)
KEEP_LETTERS = timedelta(days=90)
KEEP_CLAIMS = timedelta(days=90)
KEEP_DRAFTS = timedelta(days=7)
KEEP_DIALOGUES = timedelta(days=1)


@job(
    "housekeeping",
    times=lambda _config, _team: (time(3, 30),),
    days=every_day,
    grace=timedelta(hours=20),
    speaks=False,
)
async def tidy(context: Context) -> None:
    """每天清掉过期的收发记录（台账不动），把新记录编进索引好让 查 找得快"""
    await inbox.forget(context.tx, before=context.clock - KEEP_MESSAGES)
    await outbox.forget(context.tx, before=context.clock - KEEP_LETTERS)
    await draft.forget(context.tx, before=context.clock - KEEP_DRAFTS)
    await dialogue.forget(context.tx, before=context.clock - KEEP_DIALOGUES)
    await claim.forget(context.tx, before=context.clock - KEEP_CLAIMS)
    await keep_up(context.tx, context.team.id)
