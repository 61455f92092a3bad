"""Data problems: who repairs them, what they came from, and telling who reported them."""

from collections import Counter
from datetime import datetime, timedelta

from bot.context import Request
from bot.kind import head
from bot.message import Button, Card
from bot.moment import due_words
from bot.receipt import first_line
from bot.roles import Role
from storage import history, ledger
from storage import member as members
from storage.ledger import DONE, OPEN, Entry
from storage.member import Member

LATELY = timedelta(days=90)
MOST_CAUSES = 4


def line(entry: Entry, now: datetime) -> str:
    """#3 华东区金额多了一个零｜李四｜报了 2 天"""
    parts = [f"#{entry.number} {first_line(entry.title)}", entry.owner_name or "待认领"]
    days = (now.date() - entry.opened_at.astimezone(now.tzinfo).date()).days
    parts.append(f"报了 {days} 天" if days else "今天报的")
    if entry.due is not None:
        late = "（已逾期）" if entry.state == OPEN and entry.due < now else ""
        parts.append(due_words(entry.due, now) + late)
    return "｜".join(parts)


async def whose(request: Request) -> Member | None:
    """The 数据专员 with the fewest open ones; None if nobody has the role."""
    keepers = await request.in_role(Role.DATA)
    if len(keepers) < 2:
        return keepers[0] if keepers else None
    listed = await ledger.listed(request.tx, request.team.id, kind="data")
    busy = Counter(each.owner_id for each in listed)
    return min(keepers, key=lambda each: (busy[each.id], each.id))


async def fixed(request: Request, entry: Entry) -> list[str]:
    """Its reporter hears of it; without a cause the week's count would not know it."""
    heard = await _tell_reporter(
        request,
        entry,
        f"✅ 你报的{head(entry.kind, entry.number)} 已修好",
        Button(label="没修好", say=f"重开 {entry.number}"),
    )
    return [*heard, *await _cause_hint(request, entry)]


async def cancelled(request: Request, entry: Entry) -> list[str]:
    return await _tell_reporter(request, entry, f"你报的{head(entry.kind, entry.number)} 不处理了")


async def _tell_reporter(
    request: Request, entry: Entry, title: str, *buttons: Button
) -> list[str]:
    if entry.opened_by == request.sender.id:
        return []
    reporter = (await members.by_ids(request.tx, [entry.opened_by]))[entry.opened_by]
    said = (await history.story(request.tx, entry.id))[-1].text
    text = "\n".join(each for each in (entry.title, said) if each)
    card = Card(title=title, text=text, buttons=buttons)
    told = await request.tell_member(reporter, card, number=entry.number, group=entry.chat_id)
    return [f"已告诉{reporter.name}"] if told else []


def facts(entry: Entry) -> list[tuple[str, str]]:
    shown = (("根因", entry.details.get("cause")), ("方案", entry.details.get("fix")))
    return [(name, str(words)) for name, words in shown if words]


async def _cause_hint(request: Request, entry: Entry) -> list[str]:
    if entry.details.get("cause"):
        return []
    often = await _causes(request)
    known = f"（常见的：{'、'.join(often)}）" if often else ""
    return [f"根因还没写，周报按根因统计，可以补：解决 {entry.number} 根因：… 方案：…{known}"]


async def _causes(request: Request) -> list[str]:
    """What lately went wrong most often, in the words that were used."""
    since = request.clock - LATELY
    done = await ledger.listed(
        request.tx, request.team.id, kind="data", state=DONE, closed_since=since
    )
    said = Counter(
        cause
        for each in done
        if len(cause := str(each.details.get("cause") or "")) in range(1, 16)
    )
    return [cause for cause, _ in said.most_common(MOST_CAUSES)]
