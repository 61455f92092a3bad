"""纪要: what a meeting said, or what a day brought."""

from datetime import date
from typing import Annotated, Any

from bot import minutes
from bot.capture import capture
from bot.clerk import LONGEST_TITLE, answer, change, find
from bot.command import Topic
from bot.context import Reply, Request
from bot.decision import check_words
from bot.errors import Refusal
from bot.message import Button, Card, Outgoing
from bot.moment import day_words
from bot.receipt import first_line
from bot.signature import Mention, Rest
from storage.member import Member

topic = Topic("纪要", about="记会议纪要，或者汇总一天定下的事", place=20)

MOST_LINES = 10
LONGEST = 5000  # characters


@topic.command("纪要", "会议纪要", example="纪要 例会：确定分三批上线，周五前给名单 @张三 @李四")
async def write(
    request: Request,
    what: Annotated[str | None, Rest("内容，或哪一天")] = None,
    people: Annotated[tuple[Member, ...], Mention("参会的人")] = (),
) -> Outgoing | Reply:
    """记一份纪要；只说 纪要 或 纪要 昨天，就汇总那天的决策、变更、卡点和任务"""
    if what is None and people:
        raise Refusal(
            "纪要写什么？比如：纪要 确定分三批上线 @张三。只说 纪要 就汇总今天的", usage=False
        )
    meant = minutes.day_and_page(request, what) if what and not people else None
    if what is None or meant is not None:
        return await _show(request, *(meant or (request.now.date(), 1)))
    check_words(what)
    if len(what) > LONGEST:
        raise Refusal(f"这份纪要有 {len(what)} 字，最多 {LONGEST} 字，请分成几份", usage=False)
    long = len(what) > LONGEST_TITLE
    return await capture(
        request,
        "minutes",
        first_line(what, 60) if long else what,
        owner=None,
        owned=False,
        helpers=tuple(dict.fromkeys(people)),
        details={"text": what} if long else None,
        notes=["全文：查看 {number}"] if long else (),
    )


async def _show(request: Request, day: date, page: int) -> Outgoing:
    found = await minutes.gather(request, day)
    if not found.lines:
        return Card(
            title=f"{day_words(day)} 没有新的决策、变更、卡点和任务",
            text="要写几句就说：纪要 例会确定分三批上线",
        )
    begin = (page - 1) * MOST_LINES
    shown = found.lines[begin : begin + MOST_LINES]
    if not shown:
        raise Refusal(f"没有第 {page} 页，一共 {len(found.lines)} 条", usage=False)
    left = len(found.lines) - begin - len(shown)
    buttons = [Button(label="存成纪要", say=f"存成纪要 {day.isoformat()}", style="primary")]
    if left > 0:
        say = f"纪要 {day.isoformat()} 第{page + 1}页"
        buttons.append(Button(label=f"更多（还有 {left} 条）", say=say))
    return Card(title=found.title, text="\n".join(shown), buttons=tuple(buttons))


@topic.command("存成纪要", "存纪要", example="存成纪要 今天")
async def store(
    request: Request, when: Annotated[str | None, Rest("哪一天")] = None
) -> Outgoing | Reply:
    """把一天的汇总存成一份纪要；再存一次就更新"""
    meant = minutes.day_and_page(request, when) if when else (request.now.date(), 1)
    if meant is None:
        raise Refusal("要存哪一天？比如：存成纪要 昨天", usage=False)
    found = await minutes.gather(request, meant[0])
    if not found.lines:
        raise Refusal(f"{day_words(found.day)} 没有可以存的", usage=False)
    details = minutes.details_of(found)
    before = await minutes.kept(request, found.day)
    if before is not None and before.details.get("text") == details["text"]:
        raise Refusal(f"{day_words(found.day)} 的已经存过了：查看 {before.number}", usage=False)
    more = len(found.lines) - MOST_LINES
    notes = found.lines[:MOST_LINES]
    if before is not None:
        values: dict[str, Any] = {"title": found.title, "details": details}
        await change(request, before, "更新", found.title, **values)
        before = await find(request, before.number)
        return await answer(request, before, f"✅ 纪要 #{before.number} 已更新")
    if more > 0:
        notes.append(f"……还有 {more} 条，都在：查看 {{number}}")
    return await capture(
        request, "minutes", found.title, owner=None, owned=False, details=details, notes=notes
    )
