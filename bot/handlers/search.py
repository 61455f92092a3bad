"""查: any record by the words in it."""

from typing import Annotated

from bot.command import Topic
from bot.context import Reply, Request
from bot.errors import Refusal
from bot.kind import KINDS, kind_called, name
from bot.listing import LINES_A_PAGE, check_page, lines_of, offset, take_page, titled, turning
from bot.message import Button, Card
from bot.search import AT_ONCE, Result, look
from bot.signature import Rest

topic = Topic("查找", about="按词找任何一条记录", place=42)

LONGEST = 200  # characters
_TOO_LITTLE = "要写上查什么，比如 查 导入失败；也可以只查一种：查 导入 任务"


@topic.command("查", "搜索", "搜", "查找", example="查 客户清单")
async def find(request: Request, words: Annotated[str, Rest("词")]) -> Card | Reply:
    """按词找记录，标题、经过和根因里有的都算；后面可以写种类：查 导入 任务"""
    said, page = take_page(words)
    if not said:
        raise Refusal(_TOO_LITTLE, usage=False)
    if len(said) > LONGEST:
        raise Refusal("太长了，写两三个词就够，比如 查 导入失败", usage=False)
    text, kind = _with_kind(said)
    found = await _look(request, text, kind, page)
    if not found.total:
        return await _nothing(request, text, kind, found)
    say = f"查 {said}"
    check_page(page, found.total, say)
    what = f"的{name(kind)}" if kind else ""
    title = f"查到「{text}」{what}" if found.whole else f"没有全都说到「{text}」的，最接近的"
    lines = await lines_of(request, found.entries, kinds=True)
    if found.behind:
        lines.append(f"（记录很多，先看了最新的 {AT_ONCE} 条，再查一次会更全）")
    card = Card(
        title=titled(title, found.total, page),
        text="\n".join(lines),
        buttons=turning(say, found.total, page) or _only(found),
    )
    return Reply(message=card, number=found.entries[0].number if found.total == 1 else None)


async def _look(request: Request, text: str, kind: str | None, page: int) -> Result:
    return await look(
        request.tx,
        request.team.id,
        text,
        kinds=[kind] if kind else None,
        limit=LINES_A_PAGE,
        offset=offset(page),
    )


def _with_kind(said: str) -> tuple[str, str | None]:
    """导入 任务: the last word may name a kind; alone it is what is looked for."""
    *words, last = said.split()
    kind = kind_called(last)
    return (" ".join(words), kind) if words and kind else (said, None)


def _only(found: Result) -> tuple[Button, ...]:
    if found.total != 1:
        return ()
    return (Button(label="查看", say=f"查看 {found.entries[0].number}"),)


async def _nothing(request: Request, text: str, kind: str | None, found: Result) -> Card:
    if kind is not None:
        everywhere = await _look(request, text, None, 1)
        if everywhere.total and everywhere.whole:
            return Card(
                title=f"没有说到「{text[:20]}」的{KINDS[kind].name}",
                text=f"别的种类里有 {everywhere.total} 条",
                buttons=(Button(label="看看", say=f"查 {text}", style="primary"),),
            )
    hint = "换个说法，或者少写几个字试试；知识库里的请说：知识 查 " + text[:20]
    return Card(title=f"没有查到「{text[:20]}」", text=hint)
