"""Which days a team has off or works by its own decision, and how the calendar's days are said."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.config import Config
from bot.context import Context
from bot.deadlines import understand
from bot.errors import Refusal
from bot.festivals import NAMES, OFFICIAL, festival_day
from bot.grammar import half_width
from bot.moment import day_words
from bot.workdays import Calendar
from storage.team import Team

EXAMPLE = "设置 假期 2027-02-08..02-14 休、设置 假期 2027-02-06 班、设置 假期 2027-02-08 恢复"
LONGEST = 60  # days of one range
_DAY = timedelta(days=1)
_SATURDAY = 5

OFF, ON, BACK = "休", "班", "恢复"
_WORDS = {
    "放假": OFF, "休息": OFF, "休假": OFF, "休": OFF, "不上班": OFF,
    "上班": ON, "补班": ON, "加班": ON, "工作日": ON, "班": ON,
    "恢复": BACK, "取消": BACK, "按官方": BACK,
}  # fmt: skip
_DATE = (
    r"(?:(?P<{0}y>\d{{4}})\s*[-/.年]\s*)?(?P<{0}m>\d{{1,2}})\s*[-/.月]\s*(?P<{0}d>\d{{1,2}})"
    r"(?!\d)\s*[日号]?"
)
_END = (
    r"(?:(?:(?P<ey>\d{4})\s*[-/.年]\s*)?(?P<em>\d{1,2})\s*[-/.月]\s*)?(?P<ed>\d{1,2})(?!\d)"
    r"\s*[日号]?"
)
_RANGE = re.compile(_DATE.format("s") + rf"(?:\s*(?:\.{{2,}}|…+|到|至|[-~—–]+)\s*{_END})?")
_WORD = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
_NOISE = re.compile(r"[(（][^)）]*[)）]|共\s*\d+\s*天|调休")


@dataclass(frozen=True, slots=True)
class Change:
    days: tuple[date, ...]
    word: str  # OFF, ON or BACK


def changes_in(text: str, now: datetime, calendar: Calendar) -> list[Change]:
    """2027年2月5日至11日放假，1月30日、2月14日上班 as well. Raises Refusal."""
    plain = _NOISE.sub(" ", half_width(text))
    tokens = list(_tokens(plain, now, calendar))
    words = [each for each in tokens if isinstance(each, str)]
    if not tokens or len(words) == len(tokens):
        raise Refusal(f"要写哪几天，比如 {EXAMPLE}", usage=False)
    if not words:
        raise Refusal(f"是休还是班？写在日子后面，比如 {EXAMPLE}", usage=False)
    if isinstance(tokens[0], str):  # 休 2月8日 班 2月6日
        tokens.reverse()
    found: list[Change] = []
    pending: list[date] = []
    for each in tokens:
        if not isinstance(each, str):
            pending += each
        elif pending:
            found.append(Change(tuple(sorted(pending)), each))
            pending = []
    if pending:
        raise Refusal(f"{_named(pending)} 是休还是班？比如 {EXAMPLE}", usage=False)
    return found


def _tokens(plain: str, now: datetime, calendar: Calendar) -> Iterator[str | tuple[date, ...]]:
    """The dates and the words, in the order in which they stand."""
    ranges = list(_RANGE.finditer(plain))
    left = _RANGE.sub(lambda found: " " * len(found[0]), plain)
    if not ranges:
        said = understand(left, now, calendar)
        if any(name in said.matched for name in NAMES):
            raise Refusal(f"{said.matched}从哪天到哪天？请写日子，比如 {EXAMPLE}", usage=False)
        if isinstance(said.start, date) and said.status in ("ok", "estimated"):
            yield _days(_plain_day(said.start), _plain_day(said.end or said.start))
            left = left.replace(said.matched, " ", 1)
    if re.search(r"\d", left):
        raise Refusal(f"日子没看懂，比如 {EXAMPLE}", usage=False)
    placed: list[tuple[int, str | tuple[date, ...]]] = []
    year: int | None = None
    for each in ranges:
        days = _range(each, year, now.date())
        year = days[-1].year if each["sy"] or year else None
        placed.append((each.start(), days))
    placed += [(each.start(), _WORDS[each[0]]) for each in _WORD.finditer(left)]
    for _, token in sorted(placed, key=lambda one: one[0]):
        yield token


def _plain_day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _range(found: re.Match[str], year: int | None, today: date) -> tuple[date, ...]:
    """A day without a year is the next one; the end may leave out what the start says."""
    written = int(found["sy"]) if found["sy"] else year
    month, day = int(found["sm"]), int(found["sd"])
    first = _date(written or today.year, month, day, found[0])
    last = first
    if found["ed"]:
        last = _date(
            int(found["ey"] or first.year), int(found["em"] or month), int(found["ed"]), found[0]
        )
        if last < first and not found["ey"] and found["em"]:
            last = _date(first.year + 1, last.month, last.day, found[0])
    if written is None and last < today:
        first, last = (_date(x.year + 1, x.month, x.day, found[0]) for x in (first, last))
    if last < today:
        raise Refusal(f"「{found[0].strip()}」已经过去了，只能改今天和以后的日子", usage=False)
    if last < first or first.year > today.year + 2:
        raise Refusal(f"「{found[0].strip()}」没看懂，比如 {EXAMPLE}", usage=False)
    return _days(first, last)


def _date(year: int, month: int, day: int, said: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Refusal(f"没有「{said.strip()}」这一天，比如 {EXAMPLE}", usage=False) from None


def _days(first: date, last: date) -> tuple[date, ...]:
    count = (last - first).days + 1
    if count > LONGEST:
        raise Refusal(f"一段最多 {LONGEST} 天，更长的请分开写", usage=False)
    return tuple(first + number * _DAY for number in range(count))


def apply(chosen: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """The team's setting after these changes."""
    days = {key: {date.fromisoformat(x) for x in chosen.get(key, ())} for key in _LISTS}
    for each in changes:
        for key, word in _LISTS.items():
            days[key] -= set(each.days)
            if each.word == word:
                days[key] |= set(each.days)
    lists = {key: [f"{x:%Y-%m-%d}" for x in sorted(found)] for key, found in days.items() if found}
    return {**({"zone": chosen["zone"]} if "zone" in chosen else {}), **lists}


_LISTS = {"holidays": OFF, "workdays": ON}


# --- how days are said -----------------------------------------------------------------------


def runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """First and last of each unbroken row of days."""
    found: list[tuple[date, date]] = []
    for each in sorted(set(days)):
        if found and each - found[-1][1] == _DAY:
            found[-1] = (found[-1][0], each)
        else:
            found.append((each, each))
    return found


def run_words(first: date, last: date, today: date) -> str:
    """2027年2月8日 周一 到 2月14日 周日"""
    year = f"{first.year}年" if first.year != today.year else ""
    if first == last:
        return f"{year}{day_words(first)}"
    until = f"{last.year}年" if last.year != first.year else ""
    return f"{year}{day_words(first)} 到 {until}{day_words(last)}"


def _named(days: Sequence[date]) -> str:
    return "、".join(f"{each.month}月{each.day}日" for each in days[:3])


def own_lines(team: Team, today: date) -> list[str]:
    """What the team has set for itself, from today on."""
    chosen = team.settings.get("calendar", {})
    found = []
    for key, word in (("holidays", "休"), ("workdays", "上班")):
        days = [date.fromisoformat(each) for each in chosen.get(key, ())]
        ahead = [each for each in days if each >= today]
        found += [
            (first, f"{run_words(first, last, today)} {word}") for first, last in runs(ahead)
        ]
    return [line for _, line in sorted(found)]


def official(config: Config, zone: ZoneInfo) -> Calendar:
    """The deployment's calendar, without what a team has set."""
    return Calendar(
        zone=zone,
        holidays=frozenset(config.calendar.holidays),
        workdays=frozenset(config.calendar.workdays),
    )


def official_lines(calendar: Calendar, today: date, days: int) -> list[str]:
    """The breaks of the coming days, and the days at weekends that are worked for them."""
    span = [today + number * _DAY for number in range(days)]
    off = [each for each in span if not calendar.is_workday(each)]
    found = []
    for first, last in runs(off):
        if all(each.weekday() >= _SATURDAY for each in _days(first, last)):
            continue
        name = _festival(first, last)
        said = f"{run_words(first, last, today)} 休" + (f"（{name}）" if name else "")
        found.append((first, said + _guess(calendar, first)))
    worked = [x for x in span if x.weekday() >= _SATURDAY and calendar.is_workday(x)]
    found += [(x, f"{run_words(x, x, today)} 上班" + _guess(calendar, x)) for x in worked]
    return [line for _, line in sorted(found)]


def _guess(calendar: Calendar, day: date) -> str:
    return "，按估计" if calendar.is_estimated(day) else ""


def _festival(first: date, last: date) -> str:
    for name in OFFICIAL:
        for year in {first.year, last.year}:
            if first <= festival_day(name, year) <= last:
                return name
    return ""


def days_words(context: Context, team: Team) -> str:
    """One line for the list of settings."""
    count = len(own_lines(team, context.now.date()))
    return f"团队另外定了 {count} 段（看和改：设置 假期）" if count else "按官方的放假和调休"


def zone_words(zone: ZoneInfo, now: datetime) -> str:
    local = now.astimezone(zone)
    name = "北京时间" if zone.key == "Asia/Shanghai" else zone.key
    return f"{name}（现在 {day_words(local)} {local:%H:%M}）"
