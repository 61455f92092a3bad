"""What a team has set for itself in chat; without that, what the configuration says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from bot.config import Config
from storage.team import Team

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when the day's standup is open."""

    opens: time
    closes: time

    def closed(self, now: datetime) -> bool:
        return now.time() >= self.closes


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


def standup_window(config: Config, team: Team) -> Window | None:
    """None: the team holds no standup."""
    chosen: Mapping[str, Any] = team.settings.get("standup", {})
    if chosen.get("off"):
        return None
    if "at" not in chosen:
        return Window(config.standup.at, config.standup.closes)
    return Window(time.fromisoformat(chosen["at"]), time.fromisoformat(chosen["closes"]))


def stars_hour(config: Config, team: Team) -> Weekly | None:
    """None: the team has no weekly CRM使用之星."""
    chosen: Mapping[str, Any] = team.settings.get("stars", {})
    if chosen.get("off"):
        return None
    weekday = chosen.get("weekday", config.stars.weekday)
    at = time.fromisoformat(chosen["at"]) if "at" in chosen else config.stars.at
    return Weekly(WEEKDAYS.index(weekday), at)


def escalation_ladder(config: Config, team: Team) -> Ladder | None:
    """None: the team lets nothing climb by itself."""
    chosen: Mapping[str, Any] = team.settings.get("escalation", {})
    if chosen.get("off"):
        return None
    given = config.escalation
    return Ladder(*chosen.get("hours", (given.owner, given.manager, given.leader)))
