"""Asking back, once, where a date could mean two things."""

from datetime import datetime, timedelta

from bot.deadlines import Deadline, gone_by
from bot.grammar import Unclear
from bot.message import Button, Card
from bot.moment import due_words
from bot.workdays import Calendar

SMALL_HOURS = 5  # before this hour, people still count by the evening

_WEEK = timedelta(days=7)
_RECENT = timedelta(days=31)

_WHY = {
    "past": "「{words}」已经过去了。",
    "confirm": "「{words}」拿不准是哪天。",
    "invalid": "「{words}」这个时间不存在。",
}
_THIS_YEAR = "今年的「{words}」已经过去了。"


def ask_about(unclear: Unclear, said: str, now: datetime, calendar: Calendar) -> Card:
    """One question; each button says the sentence again with a date that is plain."""
    deadline = unclear.deadline
    lately = _lately(deadline, now)
    why = (_THIS_YEAR if lately else _WHY[deadline.status]).format(words=deadline.matched)
    choices = _choices(deadline, now, calendar) if deadline.matched in said else []
    buttons = [
        Button(
            label=due_words(each, now),
            say=said.replace(deadline.matched, f" {each:%Y-%m-%d %H:%M}前 ", 1)[:500],
        )
        for each in choices
    ]
    asks = {0: "请换个说法", 1: "是下面这个时间就点一下，不是就换个说法"}
    ask = asks.get(len(buttons), "请选一个，或者换个说法")
    return Card(
        title="什么时候截止？",
        text=f"{why}{ask}，比如 下周五下班前、12月5日。",
        buttons=tuple(buttons),
    )


def _lately(deadline: Deadline, now: datetime) -> bool:
    """11月20号, said on the 24th: of next year, or just too late?"""
    passed = gone_by(deadline, now) if deadline.status == "confirm" else None
    return passed is not None and passed.due is not None and now - passed.due <= _RECENT


def _choices(deadline: Deadline, now: datetime, calendar: Calendar) -> list[datetime]:
    """What the words may have meant; nothing where no day can be told."""
    due = deadline.due
    if due is None:
        return []
    if deadline.status == "past":
        return _ahead(due, now, calendar)
    if _lately(deadline, now):
        return [*_coming(due, now, calendar), due]
    # 明天 said in the small hours may be the day that has begun already.
    before = due - timedelta(days=1)
    return [before, due] if now.hour < SMALL_HOURS and before > now else [due]


def _ahead(due: datetime, now: datetime, calendar: Calendar) -> list[datetime]:
    """今天上午 said in the afternoon is tomorrow's; 本周一 may be next Monday."""
    found = _coming(due, now, calendar)
    again = due + _WEEK
    if due.date() != now.date() and again > now and calendar.is_workday(again.date()):
        found.append(again)
    return sorted(set(found))


def _coming(due: datetime, now: datetime, calendar: Calendar) -> list[datetime]:
    """The same hour of today and of the next working day, as far as they are ahead."""
    today = datetime.combine(now.date(), due.timetz())
    morrow = datetime.combine(calendar.next_workday(now.date()), due.timetz())
    return [today, morrow] if today > now and calendar.is_workday(now.date()) else [morrow]
