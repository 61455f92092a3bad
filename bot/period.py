"""Stretches of the calendar that a list can be asked for: 本周, 上月, 明天到期."""

import re
from datetime import datetime, timedelta

PERIODS = {
    "今日": "今天", "昨日": "昨天", "这周": "本周", "这个月": "本月", "上个月": "上月",
    **{each: each for each in ("今天", "昨天", "本周", "上周", "本月", "上月")},
}  # fmt: skip
_DAYS = {
    "今日": "今天", "明日": "明天", "这周": "本周", "下星期": "下周", "这个月": "本月",
    "下个月": "下月",
    **{each: each for each in ("今天", "明天", "后天", "本周", "下周", "本月", "下月")},
}  # fmt: skip
# 本周到期: what is due in it, not what was written down in it.
DUES = {f"{said}到期": name for said, name in _DAYS.items()}
_DUE = re.compile(rf"({'|'.join(_DAYS)})\s*(?:要|该)?(?:到期|截止|要?交)的?")


def say_due(words: str) -> str:
    """今天 到期, 明天要交的: as one word of DUES."""
    return _DUE.sub(r" \1到期 ", words)


def period(name: str, now: datetime) -> tuple[datetime, datetime]:
    """The instants [since, until) of 上周, in the zone of ``now``."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    match name:
        case "今天":
            return today, today + timedelta(days=1)
        case "昨天":
            return today - timedelta(days=1), today
        case "本周":
            return monday, monday + timedelta(days=7)
        case "上周":
            return monday - timedelta(days=7), monday
        case "本月":
            return first, (first + timedelta(days=31)).replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), first


def due_span(name: str, now: datetime) -> tuple[datetime, datetime]:
    """The same for what may lie ahead: 明天, 下周."""
    day = timedelta(days=1)
    match name:
        case "明天" | "后天":
            since = period("今天", now)[1] + (day if name == "后天" else timedelta())
            return since, since + day
        case "下周":
            since = period("本周", now)[1]
            return since, since + 7 * day
        case "下月":
            since = period("本月", now)[1]
            return since, (since + 31 * day).replace(day=1)
    return period(name, now)
