"""A blocker: how long it is stuck, who waits for whom, and that its reporter says it is over."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.clerk import answer, change
from bot.context import Context, Reply, Request
from bot.deadlines import Hours
from bot.errors import Refusal
from bot.kind import head
from bot.message import Button, Card, Person
from bot.receipt import first_line
from bot.roles import KEEPERS
from bot.workdays import Calendar
from storage import ledger
from storage import member as members
from storage.ledger import CANCELLED, DONE, MERGED_INTO, OPEN, Entry
from storage.member import Member

RESOLVED = "resolved"  # the stage between 解决 and 确认
TIMEOUT = "timeout"  # closed because nobody confirmed: not solved
RUNGS = ("", "负责人", "项目经理", "领导")  # who has it, by how far it was escalated

# What a blocker that is open again no longer is.
_ENDINGS = ("closed_by", "confirmed_by", "resolved_by", "resolved_at", "chased_at", "merged_into")
_ANSWERS = ("cause", "fix")


class Priority(StrEnum):
    URGENT = "紧急"
    HIGH = "高"
    NORMAL = "普通"


WEIGHTS = {Priority.URGENT: 20, Priority.HIGH: 10, Priority.NORMAL: 0}


def priority_of(entry: Entry) -> Priority:
    return next(
        (each for each, weight in WEIGHTS.items() if entry.weight >= weight), Priority.NORMAL
    )


def is_solved(entry: Entry) -> bool:
    """Confirmed: what was closed by time-out is over, but not solved."""
    return entry.state == DONE and entry.details.get("closed_by") != TIMEOUT


# --- how it is said ------------------------------------------------------------------------


def workday_length(hours: Hours) -> timedelta:
    """How long a working day is; an hour at least, whatever was configured."""
    opens, closes = (
        timedelta(hours=at.hour, minutes=at.minute) for at in (hours.on_work, hours.off_work)
    )
    return max(closes - opens, timedelta(hours=1))


def worked(since: datetime, until: datetime, calendar: Calendar, hours: Hours) -> timedelta:
    return calendar.working_hours(since, until, opens=hours.on_work, closes=hours.off_work)


def stuck_since(entry: Entry) -> datetime:
    """When it was opened, or opened again after it had been closed."""
    again = entry.details.get("stuck_since")
    return datetime.fromisoformat(again) if again else entry.opened_at


def age_words(entry: Entry, now: datetime, calendar: Calendar, hours: Hours | None = None) -> str:
    """卡了 6 工作小时, from one working day on 卡了 3 个工作日."""
    hours = hours or Hours()
    age = worked(stuck_since(entry), entry.closed_at or now, calendar, hours)
    days = age // workday_length(hours)
    if days:
        return f"卡了 {days} 个工作日"
    whole = age // timedelta(hours=1)
    return f"卡了 {whole} 工作小时" if whole else "卡了不到 1 工作小时"


def waiting_words(entry: Entry, names: Mapping[int, str]) -> str:
    """谁在等谁: 张三 等 李四. ``names`` are members' names by id."""
    reporter = names.get(entry.opened_by, "登记的人")
    if entry.stage == RESOLVED:
        return f"等 {reporter} 确认"
    if entry.owner_id is None:
        return f"{reporter} 等人认领"
    if entry.owner_id == entry.opened_by:
        return f"{reporter} 自己在解决"
    return f"{reporter} 等 {entry.owner_name}"


def line(
    entry: Entry,
    now: datetime,
    calendar: Calendar,
    names: Mapping[int, str],
    *,
    hours: Hours | None = None,
) -> str:
    """#12 测试数据没到（紧急）｜张三 等 李四｜卡了 6 工作小时 ⬆2"""
    level = priority_of(entry)
    urgent = "" if level is Priority.NORMAL else f"（{level}）"
    age = age_words(entry, now, calendar, hours)
    if entry.state == OPEN:
        state = waiting_words(entry, names)
        rung = f" ⬆{entry.rung}" if entry.rung and not entry.stage else ""
        age += rung
    elif entry.state == DONE:
        state = "已解决" if is_solved(entry) else "超时关闭，不算解决"
    else:
        state = "已取消" if entry.state == CANCELLED else "已被取代"
    return f"#{entry.number} {first_line(entry.title)}{urgent}｜{state}｜{age}"


async def lines(context: Context, entries: Iterable[Entry]) -> list[str]:
    """The same for several, with their reporters' names looked up."""
    shown = list(entries)
    found = await members.by_ids(context.tx, [each.opened_by for each in shown])
    names = {each.id: each.name for each in found.values()}
    hours = context.config.deadlines.hours
    return [line(each, context.now, context.calendar, names, hours=hours) for each in shown]


async def facts(request: Request, entry: Entry) -> list[tuple[str, str]]:
    """What 查看 shows of a blocker."""
    hours = request.config.deadlines.hours
    reporter = await members.by_ids(request.tx, [entry.opened_by])
    names = {each.id: each.name for each in reporter.values()}
    age = age_words(entry, request.now, request.calendar, hours).removeprefix("卡了").strip()
    found = [("卡了", age)] if entry.state in (OPEN, DONE) else []
    if entry.state == OPEN:
        found.insert(0, ("谁在等谁", waiting_words(entry, names)))
        if entry.rung and not entry.stage:
            found.append(("升级", f"已到{RUNGS[entry.rung]}"))
    if priority_of(entry) is not Priority.NORMAL:
        found.append(("优先级", priority_of(entry)))
    for label, key in (("根因", "cause"), ("方案", "fix"), ("上次的根因", "last_cause")):
        if entry.details.get(key):
            found.append((label, entry.details[key]))
    return found


# --- 解决, 确认, 重开 -------------------------------------------------------------------------


async def resolve(request: Request, entry: Entry, said: str, details: Mapping[str, Any]) -> Reply:
    """Solved; its reporter confirms, at once where they say it themselves."""
    number = entry.number
    if entry.stage != RESOLVED:
        details = with_cause(details)
    if entry.opened_by == request.sender.id:
        return await confirm(request, entry, said, details)
    reporter = (await members.by_ids(request.tx, [entry.opened_by]))[entry.opened_by]
    if entry.stage == RESOLVED:
        if details != entry.details:
            return await explain(request, entry, said, details)
        raise Refusal(
            f"{head(entry.kind, number)} 已经说解决了，在等{reporter.name}确认", usage=False
        )
    resolved = {
        **details,
        "resolved_by": request.sender.id,
        "resolved_at": request.clock.isoformat(),
    }
    await change(request, entry, "解决", said, stage=RESOLVED, details=resolved)
    hint = _cause_hint(entry, details, "根因：… 方案：…")
    title = f"✅ {head(entry.kind, number)} 已解决，等{reporter.name}确认"
    if not request.chat.private:
        mention = Person(reporter.external_id, reporter.name)
        return await answer(request, entry, title, hint, mentions=[mention])
    asks = Card(
        title=f"{head(entry.kind, number)} {request.sender.name} 说解决了，请你确认",
        text="\n".join(each for each in (entry.title, said) if each),
        buttons=confirm_buttons(number),
    )
    await request.tell_member(reporter, asks, number=number, group=entry.chat_id)
    return await answer(request, entry, title, hint)


def with_cause(details: Mapping[str, Any]) -> dict[str, Any]:
    """Solved once more without a word why: it is for the same cause as the last time."""
    found = dict(details)
    before = found.pop("last_cause", None)
    if before and not found.get("cause"):
        found["cause"] = before
    return found


def _cause_hint(entry: Entry, details: Mapping[str, Any], example: str) -> str:
    cause = details.get("cause")
    if not cause:
        return f"根因还没写，可以补：解决 {entry.number} {example}"
    if cause == entry.details.get("last_cause") and not entry.details.get("cause"):
        return f"根因沿用上次的：{cause}；这次不一样就说：解决 {entry.number} {example}"
    return ""


def confirm_buttons(number: int) -> tuple[Button, ...]:
    return (
        Button(label="确认", say=f"确认 {number}", style="primary"),
        Button(label="没解决", say=f"重开 {number}"),
    )


async def explain(request: Request, entry: Entry, said: str, details: Mapping[str, Any]) -> Reply:
    """Cause or remedy of what is solved already, written down afterwards."""
    await change(request, entry, "补充", said, details=dict(details))
    return await answer(request, entry, f"📝 {head(entry.kind, entry.number)} 补上了", said)


def check_may_confirm(request: Request, entry: Entry) -> None:
    """Its reporter; a keeper in their place, but nobody confirms their own solution."""
    said = head(entry.kind, entry.number)
    if request.sender.id == entry.opened_by:
        return
    if not request.sender.has(*KEEPERS):
        raise Refusal(f"{said} 要由登记的人或项目经理来确认", usage=False)
    if entry.details.get("resolved_by") == request.sender.id:
        raise Refusal(f"{said} 是你说解决的，要请登记的人来确认", usage=False)


async def confirm(request: Request, entry: Entry, said: str, details: Mapping[str, Any]) -> Reply:
    """Solved and confirmed: only this counts as solved."""
    confirmed = {**details, "confirmed_by": request.sender.id}
    verb = "确认" if entry.stage == RESOLVED else "解决"
    values = {"state": DONE, "stage": "", "closed_at": request.clock, "offered_to": None}
    await change(request, entry, verb, said, **values, details=confirmed)
    title = f"✅ {head(entry.kind, entry.number)} 已解决"
    hint = _cause_hint(entry, details, "根因：…")
    resolver = entry.details.get("resolved_by")
    told = [*entry.helpers, *([entry.owner_id, resolver] if request.chat.private else [])]
    mentions = await tell(request, entry, f"{title}，{request.sender.name} 确认了", told)
    return await answer(request, entry, title, hint, mentions=mentions)


async def reopen(request: Request, entry: Entry, reason: str, **values: Any) -> Reply:
    """Stuck again: the ladder begins anew, and its owner hears of it."""
    gone = (*_ENDINGS, *_ANSWERS)
    details = {key: each for key, each in entry.details.items() if key not in gone}
    if "cause" in entry.details:
        details["last_cause"] = entry.details["cause"]  # this time it may be another
    details["reopened_at"] = request.clock.isoformat()
    if entry.state != OPEN:
        details["stuck_since"] = details["reopened_at"]
    opened = {"state": OPEN, "stage": "", "rung": 0, "closed_at": None, "details": details}
    await change(request, entry, "重开", reason, **opened, **values)
    await ledger.untie(request.tx, entry_id=entry.id, kind=MERGED_INTO)
    title = f"已重开 {head(entry.kind, entry.number)}"
    told = [entry.owner_id, entry.details.get("resolved_by")]
    mentions = await tell(request, entry, f"{request.sender.name} {title}", told, reason)
    return await answer(request, entry, title, reason, mentions=mentions)


async def tell(
    request: Request,
    entry: Entry,
    title: str,
    ids: Iterable[int | None],
    text: str = "",
    buttons: Sequence[Button] = (),
) -> list[Person]:
    """Whom the answer in a group mentions; in a private chat they are told by a card instead."""
    wanted = [each for each in dict.fromkeys(ids) if each and each != request.sender.id]
    found: list[Member] = list((await members.by_ids(request.tx, wanted)).values())
    here = [
        each
        for each in found
        if not request.chat.private and each.platform == request.chat.platform
    ]
    said = "\n".join(each for each in (entry.title, text) if each)
    card = Card(title=title, text=said, buttons=tuple(buttons))
    for each in found:
        if each not in here:
            await request.tell_member(each, card, number=entry.number, group=entry.chat_id)
    return [Person(each.external_id, each.name) for each in here]
