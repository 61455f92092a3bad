"""纪要: what a meeting said, or what a day brought."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from bot import minuted, minutes
from bot.capture import capture
from bot.clerk import LONGEST_TITLE, answer, change, find
from bot.command import Found, Topic
from bot.context import Reply, Request
from bot.decision import check_words
from bot.draft import ask_first
from bot.errors import Refusal
from bot.leader_reply import quoted_words
from bot.meeting import is_asking
from bot.message import Button, Card, Outgoing, Text
from bot.minuted import Minuted, item_words
from bot.moment import day_words
from bot.receipt import UNDO_HINT, first_line
from bot.signature import Mention, Rest
from bot.utterance import act
from storage.member import Member

topic = Topic("纪要", about="记会议纪要，或者汇总一天定下的事", place=20)

MOST_LINES = 10
MOST_UNCLEAR = 3
_ONLY_TEXT = "只存纪要"
LONGEST = 5000  # characters
_NOT_HELD = re.compile(
    r"(?:今天|今日|这次|这周|本周|例会|会议?)*(?:没有?开成?|不开|没有?|取消|改期|推迟|延期)(?:例会|会|纪要)?了?[。.!！~]*"
)


async def from_lines(request: Request, text: str) -> Reply | None:
    """Lines that make decisions, tasks or blockers: shown as understood, stored on the press."""
    if "\n" not in request.text or not text.strip():
        return None
    only_text = request.settled and text.endswith(f" {_ONLY_TEXT}")
    text = text.removesuffix(f" {_ONLY_TEXT}") if only_text else text
    _check_length(text)
    found = None if only_text else await minuted.read(request, text)
    if found is None:
        return await _keep(request, text, ()) if only_text else None
    if request.settled:
        return await _store(request, text, found)
    return await _ask(request, found)


async def _ask(request: Request, found: Minuted) -> Reply:
    lines = [f"{at}. {await item_words(request, each)}" for at, each in enumerate(found.items, 1)]
    shown = _first(lines, MOST_LINES, "……还有 {left} 条")
    why = [f"⚠️ 先不记「{first_line(line, 16)}」：{reason}" for line, reason in found.unclear]
    shown += _first(why, MOST_UNCLEAR, "⚠️ 还有 {left} 行先不记")
    if left := found.others + len(found.unclear):
        shown.append(f"另外 {left} 行只存在纪要里" if lines else "都只存在纪要里，改好了再发也行")
    return await ask_first(
        request,
        f"这份纪要里有 {len(lines)} 件事，这样记对吗？" if lines else "这份纪要只存成文字？",
        "\n".join(shown),
        keep="就这么记" if lines else None,
        others=[(_ONLY_TEXT, _ONLY_TEXT)],
    )


def _first(lines: Sequence[str], most: int, more: str) -> list[str]:
    left = len(lines) - most
    return [*lines[:most], more.format(left=left)] if left > 0 else list(lines)


async def _store(request: Request, text: str, found: Minuted) -> Reply:
    kept = await _keep(request, text, ())
    entry = await find(request, kept.number or 0)
    stored = await minuted.store(request, found, entry)
    more = f"……还有 {{left}} 条，都在：查看 {entry.number}"
    shown = _first(stored.lines, MOST_LINES - 1 - len(stored.notes[:MOST_UNCLEAR]), more)
    card = Card(
        title=f"纪要 #{entry.number} 已记，{len(stored.lines)} 件事在跟 · {UNDO_HINT}",
        text="\n".join([*shown, *stored.notes[:MOST_UNCLEAR]]),
        buttons=(
            *stored.approvals[:MOST_UNCLEAR],
            Button(label="查看", say=f"查看 {entry.number}"),
        ),
        mentions=() if request.chat.private else tuple(stored.people),
    )
    return Reply(message=card, number=entry.number)


def _check_length(what: str) -> None:
    if len(what) > LONGEST:
        raise Refusal(f"这份纪要有 {len(what)} 字，最多 {LONGEST} 字，请分成几份", usage=False)


@topic.command(
    "纪要",
    "会议纪要",
    example="纪要 例会：确定分三批上线，周五前给名单 @张三 @李四",
    pasted=from_lines,
)
async def write(
    request: Request,
    what: Annotated[str | None, Rest("内容，或哪一天")] = None,
    people: Annotated[tuple[Member, ...], Mention("参会的人")] = (),
) -> Outgoing | Reply:
    """记一份纪要；一行一条就能变成决策、任务、卡点；只说 纪要 或 纪要 昨天，就汇总那天的"""
    if what is None and people:
        raise Refusal(
            "纪要写什么？比如：纪要 确定分三批上线 @张三。只说 纪要 就汇总今天的", usage=False
        )
    meant = minutes.day_and_page(request, what) if what and not people else None
    if what is None or meant is not None:
        return await _show(request, *(meant or (request.now.date(), 1)))
    check_words(what)
    return await _keep(request, what, people)


async def _keep(request: Request, what: str, people: Sequence[Member]) -> Reply:
    _check_length(what)
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


@topic.listens_to_quotes
async def answered(request: Request, found: Found | None) -> Outgoing | Reply | None:
    """The minutes that were asked for: who quotes that post need not say 纪要."""
    incoming, said = request.incoming, request.text
    if incoming.clicked or not (incoming.quoted or incoming.quoted_text) or not said:
        return None
    lines = "\n" in said
    if found is not None and (found.command.handler is write or not lines):
        return None
    if not is_asking(await quoted_words(request)):
        return None
    if _NOT_HELD.fullmatch(said):
        return Text(text="好，这次没有纪要")
    if not lines and await minuted.read(request, said) is None:
        return None
    text = f"纪要\n{said}"
    incoming = replace(incoming, text=text, quoted=None, quoted_text="")
    return await act(replace(request, text=text, incoming=incoming))


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
