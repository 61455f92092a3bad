"""How a moment is said to people: always with its weekday."""

from datetime import date, datetime

WEEKDAYS = "一二三四五六日"


def day_words(day: date) -> str:
    """11月27日 周五"""
    return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def due_words(due: datetime, now: datetime) -> str:
    """11月27日 周五 18:00；the year is said where it is not this one. Both aware."""
    local = due.astimezone(now.tzinfo)
    year = f"{local.year}年" if local.year != now.year else ""
    return f"{year}{day_words(local)} {local:%H:%M}"
