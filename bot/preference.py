"""What a team has set for itself in chat; without that, what the configuration says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.config import Config
from bot.workdays import Calendar
from storage.team import Team

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Weekly:
    weekday: int  # Monday is 0
    at: time


@dataclass(frozen=True, slots=True)
class Ladder:
    """After how many working hours a blocker reaches its owner, the project managers, 领导."""

    owner: int
    manager: int
    leader: int

    def after(self, rung: int) -> timedelta:
        return timedelta(hours=(self.owner, self.manager, self.leader)[rung - 1])


def calendar_of(calendar: Calendar, team: Team) -> Calendar:
    """The deployment's calendar, with the zone and the days that the team has set for itself."""
    chosen: Mapping[str, Any] = team.settings.get("calendar", {})
    if not chosen:
        return calendar
    off = frozenset(date.fromisoformat(each) for each in chosen.get("holidays", ()))
    on = frozenset(date.fromisoformat(each) for each in chosen.get("workdays", ()))
    return replace(
        calendar,
        zone=ZoneInfo(chosen["zone"]) if "zone" in chosen else calendar.zone,
        holidays=(calendar.holidays - on) | off,
        workdays=(calendar.workdays - off) | on,
    )


def stars_hour(config: Config, team: Team) -> Weekly | None:
    """None: the team has no weekly CRM使用之星."""
    chosen: Mapping[str, Any] = team.settings.get("stars", {})
    if chosen.get("off"):
        return None
    weekday = chosen.get("weekday", config.stars.weekday)
    at = time.fromisoformat(chosen["at"]) if "at" in chosen else config.stars.at
    return Weekly(WEEKDAYS.index(weekday), at)


def daily_hour(config: Config, team: Team) -> time | None:
    """None: the team gets no daily report by itself."""
    return _hour(team, "daily", config.reports.daily)


def weekly_hour(config: Config, team: Team) -> time | None:
    """None: the team gets no weekly report by itself."""
    return _hour(team, "weekly", config.reports.weekly)


def _hour(team: Team, name: str, given: time) -> time | None:
    chosen: Mapping[str, Any] = team.settings.get(name, {})
    if chosen.get("off"):
        return None
    return time.fromisoformat(chosen["at"]) if "at" in chosen else given


def escalation_ladder(config: Config, team: Team) -> Ladder | None:
    """None: the team lets nothing climb by itself."""
    chosen: Mapping[str, Any] = team.settings.get("escalation", {})
    if chosen.get("off"):
        return None
    given = config.escalation
    return Ladder(*chosen.get("hours", (given.owner, given.manager, given.leader)))
