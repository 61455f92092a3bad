"""One verb for several entries: 完成 8、9、11. Each by itself, all taken back together."""

from collections.abc import Awaitable, Callable, Sequence

from bot.context import Reply, Request
from bot.errors import Refusal
from bot.message import Button, Card, Outgoing, Person
from bot.numbering import MOST
from bot.receipt import UNDO_HINT, first_line


async def each_of(
    request: Request,
    verb: str,
    numbers: Sequence[int],
    act: Callable[[int], Awaitable[Outgoing | Reply]],
) -> Outgoing | Reply:
    """Do it to each; why it cannot be done to one hinders no other.

    Raises Refusal where it can be done to none.
    """
    if len(numbers) == 1:
        return await act(numbers[0])
    if len(numbers) > MOST:
        raise Refusal(f"一次最多 {MOST} 条，这里有 {len(numbers)} 条，请分几次说", usage=False)
    lines: list[str] = []
    people: dict[str, Person] = {}
    refused = 0
    for number in numbers:
        written = len(request.letters)
        try:
            async with request.tx.begin_nested():
                answer = await act(number)
        except Refusal as refusal:
            del request.letters[written:]  # they went with the savepoint
            lines.append(f"⚠️ {refusal.text}")
            refused += 1
            continue
        card = answer.message if isinstance(answer, Reply) else answer
        if isinstance(card, Card):
            lines += _lines(card)
            people.update((each.id, each) for each in card.mentions)
    if refused == len(numbers):
        raise Refusal("\n".join(lines), usage=False)
    title = f"{verb}了 {len(numbers) - refused} 条"
    if refused:
        title += f"，{refused} 条没动"
    return Reply(
        message=Card(
            title=f"{title} · {UNDO_HINT}",
            text="\n".join(lines),
            buttons=(Button(label="我的", say="我的"),),
            mentions=tuple(people.values()),
        )
    )


def _lines(card: Card) -> list[str]:
    """✅ 任务 #8 已完成｜整理客户清单, and what else its own answer would say."""
    title, *notes = card.text.splitlines() or [""]
    said = [each for each in notes if not each.startswith("根因还没写")]
    return [f"{card.title}｜{first_line(title, 24)}", *(f"　{each}" for each in said[:3])]
