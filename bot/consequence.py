"""What a common verb means for one kind of entry, beside the change itself."""

from bot.context import Request
from bot.errors import Refusal
from bot.kind import head
from storage.ledger import Entry


def check_may_finish(entry: Entry) -> None:
    """Raises Refusal for what ends in another way than by 完成."""
    said = head(entry.kind, entry.number)
    if entry.kind == "acceptance":
        raise Refusal(
            f"{said} 请说：通过 {entry.number} 或 不通过 {entry.number} 原因", usage=False
        )
    if entry.stage == "pending":
        raise Refusal(f"{said} 还没批准：批准 {entry.number} 或 驳回 {entry.number}", usage=False)


async def after_finish(request: Request, entry: Entry) -> list[str]:
    """Called once an entry is done; gives lines for the reply."""
    return []


async def after_close(request: Request, entry: Entry) -> list[str]:
    """Called once an entry is cancelled; gives lines for the reply."""
    return []


async def facts_of(request: Request, entry: Entry) -> list[tuple[str, str]]:
    """What 查看 shows of this kind beside state, owner and deadline."""
    return []
