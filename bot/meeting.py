"""例会: on which days and at what hour a team meets, and what is asked of it afterwards."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.errors import Refusal
from bot.message import Card
from bot.moment import WEEKDAYS
from bot.round_words import closed_in_day, days_words, take_days
from bot.timewords.clock import Hours, impossible_clock, read_clock
from bot.timewords.numeral import plain
from bot.workdays import Calendar
from storage.team import Team

EXAMPLE = "设置 例会 周二 周五 10:00"
EARLIEST, LATEST = time(7), time(22)
WEEKS_AHEAD = 8
ASK = "例会开完了？把纪要贴给我"
_DAY = timedelta(days=1)
_NOISE = re.compile(r"[\s,，、;；。和及]+|改到|改成|开始|开会|开|在|每次")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One hour on some days of the week."""

    days: tuple[int, ...]  # Monday is 0; empty: every working day
    at: time

    def held_on(self, day: date, calendar: Calendar) -> bool:
        """Not on a holiday. A Saturday that is worked for one is still no Tuesday."""
        if not self.days:
            return calendar.is_workday(day)
        return day.weekday() in self.days and not _is_holiday(day, calendar)

    def following(self, now: datetime, calendar: Calendar) -> datetime | None:
        """The start of the next one."""
        today = now.astimezone(calendar.zone).date()
        days = (today + number * _DAY for number in range(7 * WEEKS_AHEAD))
        starts = (calendar.at(day, self.at) for day in days if self.held_on(day, calendar))
        return next((each for each in starts if each > now), None)

    @property
    def words(self) -> str:
        """周二、周五 10:00"""
        if 0 < len(self.days) < 3:
            named = "、".join(f"周{WEEKDAYS[each]}" for each in self.days)
        else:
            named = days_words(self.days or None)
        return f"{named} {self.at:%H:%M}"


def _is_holiday(day: date, calendar: Calendar) -> bool:
    """A Saturday or Sunday is one if the days off go on beside it."""
    if calendar.is_workday(day):
        return False
    friday = day - (day.weekday() - 4) * _DAY
    return day.weekday() < 5 or not all(
        calendar.is_workday(each) for each in (friday, friday + 3 * _DAY)
    )


def meeting_of(team: Team) -> Meeting | None:
    """None: the team has no regular meeting."""
    chosen: Mapping[str, Any] = team.settings.get("meeting", {})
    if "at" not in chosen or chosen.get("off"):
        return None
    return Meeting(days=tuple(chosen["days"]), at=time.fromisoformat(chosen["at"]))


def stored(meeting: Meeting) -> dict[str, Any]:
    return {"days": list(meeting.days), "at": f"{meeting.at:%H:%M}"}


# --- what people say -------------------------------------------------------------------------


def read(words: str, before: Meeting | None) -> Meeting:
    """周二 周五 10:00; what is not said stays as it was. Raises Refusal."""
    days, rest = take_days(plain(words))
    at = _clock(rest)
    if days is None and before is None:
        raise Refusal(f"还要写周几，比如 {EXAMPLE}", usage=False)
    if at is None and before is None:
        raise Refusal(f"还要写几点，比如 {EXAMPLE}", usage=False)
    return Meeting(
        days=days if days is not None else before.days if before else (),
        at=at or (before.at if before else EARLIEST),
    )


def _clock(text: str) -> time | None:
    found: set[time] = set()
    position = 0
    while position < len(text):
        if noise := _NOISE.match(text, position):
            position = noise.end()
            continue
        clock = read_clock(text, position, Hours(), placed=True)
        if clock is None or clock.at is None or clock.at >= _DAY:
            raise _unclear(text, position)
        at = clock.at
        if clock.loose and at < timedelta(hours=7):
            at += _DAY / 2  # 3点 is in the afternoon, as it is for deadlines
        found.add(closed_in_day(at))
        position = clock.stop
    if len(found) > 1:
        raise Refusal(f"几天要在同一个时间开，比如 {EXAMPLE}", usage=False)
    at_ = next(iter(found), None)
    if at_ is not None and not EARLIEST <= at_ <= LATEST:
        raise Refusal(
            f"例会要在 {EARLIEST:%H:%M} 到 {LATEST:%H:%M} 之间开始，比如 {EXAMPLE}", usage=False
        )
    return at_


def _unclear(text: str, position: int) -> Refusal:
    stop = impossible_clock(text, position)
    if stop is not None:
        return Refusal(f"没有「{text[position:stop]}」这个时间，比如 {EXAMPLE}", usage=False)
    word = text[position:].split()[0][:20]
    return Refusal(
        f"「{word}」没看懂。要写周几、几点，比如 {EXAMPLE}；不开了就说：设置 例会 关", usage=False
    )


# --- afterwards ------------------------------------------------------------------------------


def asking() -> Card:
    """The post that asks for the minutes."""
    return Card(
        title=f"📝 {ASK}",
        text="引用这条 @我，或者说 纪要，一行一条，我来记成决策和任务：\n"
        "决策：先上华东区\n@张三 周五前给名单\n卡点：测试数据没到 @李四\n"
        "没开就不用管这条",
    )


def is_asking(words: str) -> bool:
    """Whether a quoted message is that post."""
    return ASK in "".join(words.strip().splitlines()[:1])
