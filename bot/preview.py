"""预演: what the bot will say by itself, before it says it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.context import Request
from bot.deadlines import understand
from bot.errors import Refusal
from bot.listing import LINES_A_PAGE, check_page, offset, titled, turning
from bot.message import Card, Document, as_lines, from_json
from bot.moment import day_words
from bot.roles import KEEPERS
from storage import member as members
from storage import team as teams
from storage.outbox import Waiting

MOST_DAYS = 7
MOST_NAMES = 4  # of those who are told the same
WIDEST = 40  # characters of a line
_EXAMPLE = "比如 预演、预演 3天、预演 周五"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message to come, as it is told beforehand."""

    at: datetime
    to: str
    said: tuple[str, ...]


async def preview(request: Request, words: str = "", page: int = 1) -> Card:
    last = last_day(request, words)
    end = request.calendar.at(last + _DAY, time(0))
    # An instant at midnight belongs to the day that begins.
    until = end - timedelta(microseconds=1)
    async with request.schedule.foreseen(request.tx, request.team, request.now, until) as letters:
        lines, hidden = await _lines(request, letters)
    what = f"预演｜到 {day_words(last)}"
    notes = [f"另有 {hidden} 条私聊，项目经理和系统管理员能看到"] if hidden else []
    if not lines:
        text = "群里和你这里都没有" if hidden else "群里和私聊都没有"
        return Card(title=f"🗓 {what}：我不会主动发消息", text="\n".join([text, *notes]))
    say = f"预演 {words}".strip()
    check_page(page, len(lines), say)
    shown = lines[offset(page) : offset(page) + LINES_A_PAGE]
    return Card(
        title=f"🗓 {titled(what, len(lines), page)}",
        text="\n".join([*_told(shown), *notes, "按现在的情况算的，到时候以实际为准"]),
        buttons=turning(say, len(lines), page),
    )


def last_day(request: Request, words: str) -> date:
    """Until when it is told: the next working day if nothing is said. Raises Refusal."""
    today = request.now.date()
    if not words:
        return request.calendar.next_workday(today)
    said = f"{words}天" if words.isdecimal() else words
    if re.search(r"(?<![周期拜])天$", said):
        said += "内"  # 三天 is no deadline, 三天内 is
    found = understand(said, request.now, request.calendar)
    if found.matched != said or found.start is None or found.status == "invalid":
        raise Refusal(f"没看懂「{words[:20]}」：要看几天，或者看到哪一天，{_EXAMPLE}", usage=False)
    last = found.end or found.start
    day = last.date() if isinstance(last, datetime) else last
    if day < today:
        raise Refusal(f"「{words[:20]}」已经过去了，{_EXAMPLE}", usage=False)
    if day > today + MOST_DAYS * _DAY:
        raise Refusal(f"预演最多往后看 {MOST_DAYS} 天，{_EXAMPLE}", usage=False)
    return day


async def _lines(
    request: Request, letters: Sequence[tuple[datetime, Waiting]]
) -> tuple[list[Line], int]:
    """What the sender may see of it, and how much is for others alone."""
    groups = {
        each.id: each.name or "群" for each in await teams.groups(request.tx, request.team.id)
    }
    private = {letter.chat_id for _, letter in letters if letter.private}
    people = await members.spoken_with(request.tx, request.team.id, sorted(private))
    keeps = request.sender.has(*KEEPERS)
    lines: list[Line] = []
    hidden = 0
    same: dict[tuple[datetime, tuple[str, ...]], list[str]] = {}
    for at, letter in letters:
        person = people.get(letter.chat_id)
        if letter.private and not keeps and (person is None or person.id != request.sender.id):
            hidden += 1
            continue
        local, said = at.astimezone(request.calendar.zone), tuple(_gist(letter))
        if not letter.private:
            lines.append(Line(at=local, to=groups.get(letter.chat_id, "群"), said=said))
            continue
        name = person.name if person else letter.chat_external_id
        names = same.setdefault((local, said), [])
        if not names:
            lines.append(Line(at=local, to="", said=said))
        names.append(name)
    told = [each if each.to else replace(each, to=_to(same[each.at, each.said])) for each in lines]
    return told, hidden


def _to(names: Sequence[str]) -> str:
    more = f" 等 {len(names)} 人" if len(names) > MOST_NAMES else ""
    return f"私聊 {'、'.join(names[:MOST_NAMES])}{more}"


def _gist(letter: Waiting) -> list[str]:
    """The first line, for a group the first two, and who is called."""
    message = from_json(letter.message)
    said = [each.strip() for each in as_lines(message).splitlines() if each.strip()] or ["（空）"]
    if not isinstance(message, Document) and (called := getattr(message, "mentions", ())):
        names = "、".join(each.name for each in called[:3])
        more = f" 等 {len(called)} 人" if len(called) > 3 else ""
        said[0] = f"@{names}{more} {said[0]}"
    return [_short(each) for each in said[: 1 if letter.private else 2]]


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _told(lines: Sequence[Line]) -> list[str]:
    told = []
    days: Mapping[date, list[Line]] = {
        day: [each for each in lines if each.at.date() == day]
        for day in dict.fromkeys(each.at.date() for each in lines)
    }
    for day, those in days.items():
        told.append(f"【{day_words(day)}】")
        for each in those:
            first, *rest = each.said
            told += [f"{each.at:%H:%M} {each.to}：{first}", *(f"　　{line}" for line in rest)]
    return told
