"""A risk: how likely, how bad, who watches it, and when it is looked at again.

Probability times impact, each from 1 to 5, is the usual 5×5 matrix. That 15 to 25 is red is from
the British NPSA, "A risk matrix for risk managers" (2008). Its bands below (1–3, 4–6, 8–12) are
two here: 5 to 14 is yellow, so that 高×低 is, and up to 4 is green.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from bot.context import Request
from bot.deadlines import title_without, understand
from bot.errors import Refusal
from bot.kind import KINDS
from bot.moment import day_words, due_words
from bot.receipt import first_line
from bot.workdays import Calendar
from storage.ledger import OPEN, Entry

RED = 15
YELLOW = 5


class Level(StrEnum):
    """How likely, or how bad: in three words, or from 1 to 5."""

    HIGH = "高"
    MIDDLE = "中"
    LOW = "低"
    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"

    @property
    def points(self) -> int:
        return _POINTS.get(self.value) or int(self.value)


_POINTS = {"高": 5, "中": 3, "低": 1}
_WORDS = {points: word for word, points in _POINTS.items()}


def colour(score: int) -> str:
    return "🔴" if score >= RED else "🟡" if score >= YELLOW else "🟢"


def colour_name(score: int) -> str:
    return "红" if score >= RED else "黄" if score >= YELLOW else "绿"


def rating(probability: Level, impact: Level) -> dict[str, int]:
    """As ``details`` keep it."""
    return {"probability": probability.points, "impact": impact.points}


def score(probability: Level, impact: Level) -> int:
    return probability.points * impact.points


# --- how it is said --------------------------------------------------------------------------


def rated_words(details: Mapping[str, Any], weight: int) -> str:
    """15 分（概率 高 × 影响 中）; a risk from elsewhere may have none."""
    if "probability" not in details or "impact" not in details:
        return f"{weight} 分" if weight else "没评估"
    rated = (details["probability"], details["impact"])
    in_words = all(each in _WORDS for each in rated)  # 5 × 4, not 高 × 4
    probability, impact = (_WORDS[each] if in_words else str(each) for each in rated)
    return f"{weight} 分（概率 {probability} × 影响 {impact}）"


def score_words(entry: Entry) -> str:
    return rated_words(entry.details, entry.weight)


def review_of(entry: Entry) -> date | None:
    written = entry.details.get("review")
    return date.fromisoformat(written) if written else None


def is_late(entry: Entry, today: date) -> bool:
    review = review_of(entry)
    return entry.state == OPEN and review is not None and review < today


def line(entry: Entry, now: datetime) -> str:
    """#4 🔴25 数据迁移延期｜李四｜复查 12月25日 周五"""
    rated = f"{colour(entry.weight)}{entry.weight}" if entry.weight else "没评估"
    parts = [f"#{entry.number} {rated} {first_line(entry.title)}", entry.owner_name or "待认领"]
    review = review_of(entry)
    if entry.state == OPEN and review is not None:
        late = "（已过期）" if is_late(entry, now.date()) else ""
        parts.append(f"复查 {day_of(review, now)}{late}")
    if entry.state != OPEN:
        parts.append(KINDS["risk"].done if entry.state == "done" else "已取消")
    return "｜".join(parts)


def day_of(day: date, now: datetime) -> str:
    return (f"{day.year}年" if day.year != now.year else "") + day_words(day)


def facts(request: Request, entry: Entry) -> list[tuple[str, str]]:
    band = f"{colour(entry.weight)} {colour_name(entry.weight)} " if entry.weight else ""
    shown = [("等级", band + score_words(entry))]
    if entry.details.get("response"):
        shown.append(("应对", str(entry.details["response"])))
    review = review_of(entry)
    if review is not None and entry.state == OPEN:
        late = f"（已过期，看完请说：复查 {entry.number} 结论）"
        day = day_of(review, request.now)
        shown.append(("复查", day + (late if is_late(entry, request.now.date()) else "")))
    if entry.details.get("reviewed"):
        last = datetime.fromisoformat(entry.details["reviewed"])
        shown.append(("上次复查", due_words(last, request.now)))
    return shown


# --- when it is looked at again --------------------------------------------------------------


def next_month(day: date, calendar: Calendar) -> date:
    """A month on, on a working day."""
    year, month = divmod(day.year * 12 + day.month, 12)
    there = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return there if calendar.is_workday(there) else calendar.next_workday(there)


def review_day(request: Request, said: str) -> date:
    """The day that the words name. Raises Refusal for none, a past or an unclear one."""
    deadline = understand(said, request.now, request.calendar, request.config.deadlines.hours)
    example = "比如 12月20日 或 下周五"
    if deadline.due is None:
        raise Refusal(f"复查时间「{said[:20]}」没看懂，{example}", usage=False)
    if deadline.status == "past":
        raise Refusal(f"复查时间「{deadline.matched}」已经过去了，{example}", usage=False)
    if deadline.status not in ("ok", "estimated"):
        raise Refusal(f"复查时间「{deadline.matched}」拿不准，请写清楚，{example}", usage=False)
    if left := title_without(said, deadline) if deadline.matched != said.strip() else "":
        # What is written behind the day would be lost without a word.
        raise Refusal(f"复查后面只写时间，「{left[:20]}」请写到前面去，{example}", usage=False)
    return deadline.due.astimezone(request.now.tzinfo).date()


# --- what has changed ------------------------------------------------------------------------


def changed_words(before: Entry, after: int) -> str:
    """🟡9 → 🔴15"""
    return f"{colour(before.weight)}{before.weight} → {colour(after)}{after}"


def details_with(entry: Entry, **values: Any) -> dict[str, Any]:
    """What is None stays as it was."""
    return {**entry.details, **{name: each for name, each in values.items() if each is not None}}


def by_weight(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda each: (-each.weight, each.number))
