"""改期 推迟一周: a deadline that is counted from the one before."""

from datetime import datetime

from bot.context import Reply, Request
from bot.deadlines import Deadline, Shift
from bot.errors import Refusal
from bot.kind import head
from bot.message import Button, Card
from bot.moment import day_words, due_words
from storage.ledger import Entry


def until(request: Request, entry: Entry, said: Deadline | Shift) -> datetime | Reply:
    """The new deadline, or a question where there is no old one to count from."""
    if isinstance(said, Deadline):
        if said.due is None:
            raise Refusal("时间没看懂，比如 下周三下班前")
        return said.due
    if entry.due is None:
        return _ask(request, entry, said)
    moment = _shifted(request, said, entry.due)
    if moment < request.now:
        raise Refusal(
            f"原来是 {due_words(entry.due, request.now)}，{said.matched}"
            f"就是 {due_words(moment, request.now)}，已经过去了。"
            f"请直接说时间，比如 改期 {entry.number} 下周三下班前",
            usage=False,
        )
    return moment


def _ask(request: Request, entry: Entry, shift: Shift) -> Reply:
    """From which day on? Today is offered."""
    buttons: tuple[Button, ...] = ()
    if not shift.earlier:
        ends = request.config.deadlines.hours.off_work
        today = datetime.combine(request.now.date(), ends, request.now.tzinfo)
        moment = _shifted(request, shift, today)
        label = f"从今天算：{due_words(moment, request.now)}"
        buttons = (Button(label=label, say=f"改期 {entry.number} {moment:%Y-%m-%d %H:%M}前"),)
    card = Card(
        title=f"{head(entry.kind, entry.number)} 还没有期限，{shift.matched}是到哪天？",
        text=f"{entry.title}\n请直接说时间，比如 改期 {entry.number} 下周三下班前",
        buttons=buttons,
    )
    return Reply(message=card, number=entry.number, asks=bool(buttons))


def day_off_words(
    request: Request, number: int, said: Deadline | Shift, due: datetime
) -> list[str]:
    """What was counted and not named may fall on a day off."""
    day = due.astimezone(request.now.tzinfo).date()
    if isinstance(said, Deadline) or request.calendar.is_workday(day):
        return []
    after = request.calendar.next_workday(day)
    return [f"那天是休息日，要避开就说：改期 {number} {day_words(after).split()[0]}"]


def _shifted(request: Request, shift: Shift, due: datetime) -> datetime:
    try:
        return shift.of(due, request.calendar, request.config.deadlines.hours)
    except OverflowError:
        raise Refusal(f"「{shift.matched}」太远了，请直接说时间") from None
