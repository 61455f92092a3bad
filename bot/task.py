"""What is special about tasks: parts of a larger one, how far it is, and coming back by rule."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.clerk import find
from bot.context import Context, Request
from bot.deadlines import Deadline
from bot.errors import Refusal
from bot.moment import day_words, due_words
from bot.receipt import first_line, state_words
from bot.recurrence import Rule, begun, is_daily, moved, next_after, rule_from, words
from storage import ledger
from storage import task as tasks
from storage.ledger import CANCELLED, DONE, OPEN, PART_OF, REPEATS, Entry
from storage.member import Member
from storage.task import Written

CARRIES = "repeats"  # the stage of the entry after which the next one of a series is opened
MOST_PARTS = 10


# --- parts -----------------------------------------------------------------------------------


async def whole_of(request: Request) -> Entry | None:
    """The task that the quoted message speaks of: what is said now is a part of it."""
    if request.quoted_number is None:
        return None
    found = await ledger.find(request.tx, request.team.id, request.quoted_number)
    return found if found is not None and found.kind == "task" else None


def part_words(whole: Entry | None) -> list[str]:
    if whole is None:
        return []
    said = f"#{whole.number} {first_line(whole.title, 30)}"
    if whole.state != OPEN:
        return [f"引用的 {said} {state_words(whole)}，没挂在它下面"]
    return [f"属于 {said}"]


def later_than_whole(whole: Entry | None, due: Deadline | None, now: datetime) -> list[str]:
    """A part that is due after the whole: one of the two dates is wrong."""
    if whole is None or whole.state != OPEN or whole.due is None or due is None:
        return []
    if due.due is None or due.due <= whole.due:
        return []
    return [f"⚠️ 比 #{whole.number} 的截止 {due_words(whole.due, now)} 还晚，看看哪个要改期"]


async def same_open(
    request: Request, what: str, owner: Member, due: Deadline | None
) -> Written | None:
    """A task of theirs that says the same, is due at the same time, and is not done yet."""
    known = await tasks.due_then(request.tx, owner.id, due.due if due else None)
    same = " ".join(what.split()).casefold()
    return next(
        (
            each
            for each in known
            if each.stage != CARRIES and " ".join(each.title.split()).casefold() == same
        ),
        None,
    )


async def tie_part(request: Request, whole: Entry | None, numbers: Sequence[int]) -> None:
    if whole is None or whole.state != OPEN:
        return
    for each in numbers:
        part = await find(request, each)
        await ledger.tie(request.tx, entry_id=part.id, kind=PART_OF, other_id=whole.id)


async def _parts(context: Context, whole: Entry) -> list[Entry]:
    """Its subtasks; what was cancelled is none any more."""
    parts = await ledger.tied_to(context.tx, whole.id, PART_OF)
    return [each for each in parts if each.state != CANCELLED]


def _share(parts: Sequence[Entry]) -> str:
    return f"{sum(each.state == DONE for each in parts)}/{len(parts)}"


# --- progress --------------------------------------------------------------------------------

# 50%, 完成 80%: at the front. 转化率提到 30% is no progress of the task.
_PERCENT = re.compile(
    r"\s*(?:进度|已?完成了?|已?做了|做到了?|大概|大约|约|到)*\s*[:：]?\s*(\d{1,4})\s*[%％]"
)


def progress_in(text: str) -> int | None:
    found = _PERCENT.match(text)
    if found is None:
        return None
    percent = int(found[1])
    if percent > 100:
        raise Refusal("进度最多 100%，比如 进展 12 50% 初稿写完了", usage=False)
    return percent


# --- the common verbs ------------------------------------------------------------------------


async def after_finish(request: Request, entry: Entry) -> list[str]:
    """What is open below it, how far the whole is now, and when it comes back."""
    lines = []
    left = [each for each in await _parts(request, entry) if each.state == OPEN]
    if left:
        named = "、".join(f"#{each.number} {first_line(each.title, 20)}" for each in left[:3])
        more = f" 等 {len(left)} 条" if len(left) > 3 else ""
        lines.append(f"它的子任务还开着：{named}{more}")
    for whole in await ledger.tied_from(request.tx, entry.id, PART_OF):
        parts = await _parts(request, whole)
        lines.append(f"#{whole.number} {first_line(whole.title, 20)}：子任务 {_share(parts)}")
        if whole.state == OPEN and all(each.state == DONE for each in parts):
            lines.append(f"都齐了，整件事做完就说：完成 {whole.number}")
    if entry.stage == CARRIES:
        lines.append(f"下一次 {due_words(following(request, entry), request.now)}，到时自动开")
    return lines


async def after_close(request: Request, entry: Entry) -> list[str]:
    if entry.stage == CARRIES:
        return stopped(entry)
    last = await _last_of_series(request, entry)
    if last is None or last.stage != CARRIES or last.state == CANCELLED:
        return []
    return [f"只取消了这一次；以后都不做，请说：取消 {last.number}"]


def stopped(entry: Entry) -> list[str]:
    """What taking away the entry that carries a series means for the series."""
    if entry.stage != CARRIES:
        return []
    return [f"{words(rule_of(entry))} 的重复也停了"]


def reopened(entry: Entry) -> dict[str, Any]:
    """What else changes: the one that carries a series goes on doing so."""
    return {"stage": entry.stage} if entry.stage == CARRIES else {}


def after_reopen(entry: Entry) -> list[str]:
    if entry.stage != CARRIES:
        return []
    return [f"🔁 {words(rule_of(entry))} 接着重复"]


async def facts(request: Request, entry: Entry) -> list[tuple[str, str]]:
    found = []
    if "progress" in entry.details:
        found.append(("进度", f"{entry.details['progress']}%"))
    wholes = await ledger.tied_from(request.tx, entry.id, PART_OF)
    found += [("属于", f"#{each.number} {first_line(each.title)}") for each in wholes]
    parts = await _parts(request, entry)
    if parts:
        named = [_part_line(each) for each in parts[:MOST_PARTS]]
        if len(parts) > MOST_PARTS:
            named.append(f"还有 {len(parts) - MOST_PARTS} 条")
        found.append((f"子任务 {_share(parts)}", "；".join(named)))
    if entry.stage == CARRIES and entry.state != CANCELLED:
        found.append(("重复", f"{words(rule_of(entry))}，停掉就说 取消 {entry.number}"))
        return found
    last = await _last_of_series(request, entry)
    if last is not None:
        found.append(("重复", f"最新一次是 #{last.number}"))
    return found


def _part_line(part: Entry) -> str:
    if part.state != OPEN:
        return f"#{part.number} {first_line(part.title, 20)}（{state_words(part)}）"
    return f"#{part.number} {first_line(part.title, 20)}（{part.owner_name or '待认领'}）"


# --- coming back -----------------------------------------------------------------------------


def first_of(request: Request, rule: Rule) -> tuple[Rule, Deadline]:
    """The rule as it is kept, and the deadline of its first time."""
    rule = begun(rule, request.now, request.calendar)
    due = next_after(rule, request.now, request.calendar)
    guess = request.calendar.is_estimated(due.date())
    return rule, Deadline("", due=due, status="estimated" if guess else "ok")


def repeat_details(rule: Rule, slot: datetime) -> dict[str, Any]:
    """``slot`` is which time of the series it is, however the entry itself is moved."""
    return {"repeat": {**rule.as_json(), "slot": slot.isoformat()}}


def repeat_words(request: Request, rule: Rule, due: datetime) -> list[str]:
    early = "（遇休息日提前）" if moved(rule, due, request.calendar) else ""
    lines = [f"🔁 {words(rule)}，下一次 {day_words(due)}{early}"]
    if is_daily(rule):
        lines.append("周末和节假日也算；只要工作日就写 每个工作日")
    if rule.clipped:
        lines.append(f"没有{max(rule.on)}号的月份算最后一天")
    return lines


def rule_of(entry: Entry) -> Rule:
    return rule_from(entry.details["repeat"])


def slot_of(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry.details["repeat"]["slot"])


def following(context: Context, entry: Entry) -> datetime:
    """The next time of the series that is still to come."""
    return next_after(rule_of(entry), max(slot_of(entry), context.now), context.calendar)


async def _last_of_series(request: Request, entry: Entry) -> Entry | None:
    """The newest one after this; they all name the first as the one they repeat."""
    named = await ledger.tied_from(request.tx, entry.id, REPEATS)
    first = named[0] if named else entry
    later = await ledger.tied_to(request.tx, first.id, REPEATS)
    return later[-1] if later and later[-1].id != entry.id else None
