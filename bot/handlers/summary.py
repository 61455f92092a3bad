"""站会小结: who wrote what at a standup, a page at a time."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from bot.command import Topic
from bot.context import Request
from bot.errors import Refusal
from bot.grammar import half_width
from bot.listing import take_page
from bot.message import Card, Outgoing
from bot.moment import day_words
from bot.round import Round, Sitting, current, rounds_of, sittings
from bot.signature import Rest
from bot.standup_summary import summary

topic = Topic("站会小结", about="这次站会谁写了什么、卡在哪", place=53)

LOOK_BACK = 31  # days
_DAYS_AGO = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_DAY = re.compile(r"(?:(\d{4})[-年./])?(\d{1,2})[-月./](\d{1,2})[日号]?|今[天日]|昨[天日]|前天")


@topic.command("站会 小结", "站会小结", example="站会 小结 昨天")
async def show(
    request: Request, which: Annotated[str | None, Rest("哪天 哪一场")] = None
) -> Outgoing:
    """看这次站会谁写了什么；后面可以写 昨天、11月24日，几场的再写名字"""
    words, page = take_page(which or "")
    sitting = _sitting(request, half_width(words).strip())
    found = await summary(request, sitting)
    if found is None:
        when = f"{day_words(sitting.day)}的{sitting.round.name}"
        title = f"{when}还没开始" if sitting.opens > request.now else f"{when}没有人写"
        return Card(title=title)
    if page > found.pages:
        raise Refusal(f"一共只有 {found.pages} 页，第一页请说：{found.say}", usage=False)
    return found.card(page)


def _sitting(request: Request, words: str) -> Sitting:
    """The one that is meant: now open or just closed if nothing is said. Raises Refusal."""
    rounds = rounds_of(request.config, request.team)
    said = _DAY.match(words)
    day = _day(request, said) if said else request.now.date()
    name = words[said.end() :].strip() if said else words
    held = sittings(rounds, day, request.calendar)
    if name:
        held = [each for each in held if each.round.name == name]
        if not held:
            raise Refusal(
                f"{day_words(day)}没有叫「{name[:20]}」的站会，比如 站会 小结、站会 小结 昨天",
                usage=False,
            )
    elif not said and (now := current(rounds, request.now, request.calendar)) is not None:
        return now
    begun = [each for each in held if each.opens <= request.now]
    if not held:
        last = _last(request, rounds)
        before = (
            f"，上一次是 {day_words(last)}，可以说：站会 小结 {last.isoformat()}" if last else ""
        )
        raise Refusal(f"{day_words(day)}没有站会{before}", usage=False)
    return begun[-1] if begun else held[0]


def _last(request: Request, rounds: Sequence[Round]) -> date | None:
    """The newest day on which one has opened."""
    days = (request.now.date() - timedelta(days=number) for number in range(LOOK_BACK))
    held = (each for day in days for each in sittings(rounds, day, request.calendar))
    return next((each.day for each in held if each.opens <= request.now), None)


def _day(request: Request, said: re.Match[str]) -> date:
    today = request.now.date()
    if said[0] in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[said[0]])
    try:
        day = date(int(said[1] or today.year), int(said[2]), int(said[3]))
        return day.replace(year=today.year - 1) if day > today and not said[1] else day
    except ValueError:
        raise Refusal(f"没有「{said[0]}」这一天，比如 站会 小结 11月24日", usage=False) from None
