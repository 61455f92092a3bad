"""Asking back, once, where a date could mean two things."""

from datetime import datetime, timedelta

from bot.deadlines import Deadline
from bot.grammar import Unclear
from bot.message import Button, Card
from bot.moment import due_words

SMALL_HOURS = 5  # before this hour, people still count by the evening

_WHY = {
    "past": "「{words}」已经过去了。",
    "confirm": "「{words}」拿不准是哪天。",
    "invalid": "「{words}」这个时间不存在。",
}


def ask_about(unclear: Unclear, said: str, now: datetime) -> Card:
    """One question; each button says the sentence again with a date that is plain."""
    deadline = unclear.deadline
    why = _WHY[deadline.status].format(words=deadline.matched)
    buttons = [
        Button(
            label=due_words(each, now),
            say=said.replace(deadline.matched, f" {each:%Y-%m-%d %H:%M}前 ", 1)[:500],
        )
        for each in (_choices(deadline, now) if deadline.matched in said else ())
    ]
    asks = {0: "请换个说法", 1: "是下面这个时间就点一下，不是就换个说法"}
    ask = asks.get(len(buttons), "请选一个，或者换个说法")
    return Card(
        title="什么时候截止？",
        text=f"{why}{ask}，比如 下周五下班前、12月5日。",
        buttons=tuple(buttons),
    )


def _choices(deadline: Deadline, now: datetime) -> list[datetime]:
    """What the words may have meant; nothing where no day can be told."""
    due = deadline.due
    if due is None:
        return []
    if deadline.status == "past":
        # 今天上午 said in the afternoon is tomorrow's; 本周一 is next Monday.
        return [due + timedelta(days=1 if due.date() == now.date() else 7)]
    # 明天 said in the small hours may be the day that has begun already.
    before = due - timedelta(days=1)
    return [before, due] if now.hour < SMALL_HOURS and before > now else [due]
