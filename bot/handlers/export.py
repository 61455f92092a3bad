"""导出: a table of the team's records, sent into the chat."""

import asyncio
import re
from collections.abc import Sequence
from typing import Annotated, Any

from bot import decision, sheet, table
from bot.command import Topic
from bot.context import Request
from bot.errors import Refusal
from bot.grammar import half_width
from bot.kind import KINDS, PLANNED
from bot.message import Document
from bot.moment import day_words
from bot.signature import Rest
from storage import archive, history
from storage import member as members
from storage.ledger import OPEN

topic = Topic("导出", about="把记录导成 Excel 表", place=43)

MOST = 5_000  # rows of one file: more takes seconds to make, while others wait for their answers
AT_ONCE = 100  # entries read before others have a turn

_KINDS: dict[str, str | None] = {
    **{each.name: kind for kind, each in KINDS.items()},
    **dict.fromkeys(("全部", "所有", "台账", "记录"), None),
    **dict.fromkeys(("待办",), "task"),
    **dict.fromkeys(("阻塞",), "blocker"),
    **dict.fromkeys(("需求", "建议"), "feedback"),
    **dict.fromkeys(("数据错误", "数据"), "data"),
}
_FORMATS = {"csv": "csv", "xlsx": "xlsx", "excel": "xlsx", "表格": "xlsx"}
_ONLY_OPEN = ("未了结", "未完成", "没完成", "没了结", "进行中", "未关闭", "没解决", "未解决")


@topic.command("导出", example="导出 任务")
async def export(request: Request, wanted: Annotated[str | None, Rest("种类")] = None) -> Document:
    """把团队的一种记录或全部导成 Excel 表，谁都可以；可加 csv、未了结"""
    kind, suffix, only_open = _understood(wanted or "")
    name = ("没了结的" if only_open else "") + (KINDS[kind].name if kind else "全部记录")
    team = request.team.id
    state = OPEN if only_open else None
    count = await archive.count(request.tx, team_id=team, kind=kind, state=state)
    if not count:
        raise Refusal(f"还没有{name}，没什么可导出的", usage=False)
    if count > MOST:
        raise Refusal(
            f"{name}有 {count} 条，群里一次最多导 {MOST} 条。"
            "可以只导没了结的：导出 任务 未了结；要全部请管理员在服务器上用 guanjia export",
            usage=False,
        )
    columns: Sequence[str] = table.columns(kind)
    rows: Sequence[Sequence[Any]]
    if kind == "decision" and not only_open:
        columns, rows = await decision.log_rows(request.tx, team, request.calendar.zone)
    else:
        rows = await _rows(request, kind, state)
    content = await asyncio.to_thread(_file, suffix, columns, rows)
    still_open = await archive.count(request.tx, team_id=team, kind=kind, state=OPEN)
    rest = f"（没了结 {still_open} 条）" if not only_open and kind and KINDS[kind].owned else ""
    return Document(
        name=f"{name}_{request.now:%Y-%m-%d}.{suffix}",
        content=content,
        text=f"{name} {count} 条{rest}，截至{day_words(request.now)} {request.now:%H:%M}",
    )


def _understood(wanted: str) -> tuple[str | None, str, bool]:
    """Kind (None: all), format and whether only what is open. Raises Refusal."""
    names = "、".join(each.name for kind, each in KINDS.items() if kind not in PLANNED)
    usage = f"导出哪一种？请说 导出 任务，或 导出 全部。能导的有：{names}"
    found: list[str | None] = []
    suffix, only_open = "xlsx", False
    for word in re.split(r"[\s,，、。]+", half_width(wanted).strip()):
        plain = word.lower().removesuffix("列表").removesuffix("清单")
        if plain in _FORMATS:
            suffix = _FORMATS[plain]
        elif plain.removesuffix("的") in _ONLY_OPEN:
            only_open = True
        elif plain in _KINDS:
            found.append(_KINDS[plain])
        elif plain:
            raise Refusal(f"「{word[:20]}」没看懂。{usage}", usage=False)
    if not found:
        raise Refusal(usage, usage=False)
    if len(found) > 1:
        raise Refusal("一次导出一种，要所有的请说：导出 全部", usage=False)
    return found[0], suffix, only_open


async def _rows(request: Request, kind: str | None, state: str | None) -> list[list[Any]]:
    rows: list[list[Any]] = []
    after = (0, 0)
    while found := await archive.piece(
        request.tx, team_id=request.team.id, kind=kind, state=state, after=after, limit=AT_ONCE
    ):
        stories = await history.stories(request.tx, [each.id for each in found])
        ids = {one for each in found for one in table.concerned(each)}
        known = await members.by_ids(request.tx, list(ids))
        names = {each.id: each.name for each in known.values()}
        for each in found:
            zone = request.calendar.zone
            rows.append(table.row(each, stories[each.id], names, zone, mixed=kind is None))
        after = (found[-1].team_id, found[-1].number)
        await asyncio.sleep(0)  # an embedded database does not wait: let others have a turn
    return rows


def _file(suffix: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    if suffix == "csv":
        return sheet.as_csv(columns, rows)
    return sheet.as_xlsx(columns, rows, table.widths(columns))
