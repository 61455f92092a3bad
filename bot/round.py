"""When the standups of a team are held: its rounds, and the sittings that come of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.config import Config
from bot.workdays import Calendar
from storage.team import Team

NUDGED_AT = 0.8  # of the window: who has not answered by then is reminded
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One standup of the day; a team may hold several."""

    key: str = ""  # empty for the team's first; it never changes, the name may
    name: str = "站会"
    opens: time
    closes: time  # not later than `opens`: on the next day
    days: tuple[int, ...] | None = None  # Monday is 0; None: working days, 调休 included
    ahead: bool = False  # asks for the next working day: 今晚写明天的

    def held_on(self, day: date, calendar: Calendar) -> bool:
        if self.days is None:
            return calendar.is_workday(day)
        return day.weekday() in self.days

    def on(self, day: date, zone: Any) -> "Sitting":
        last = day + _DAY if self.closes <= self.opens else day
        return Sitting(
            round=self,
            day=day,
            opens=datetime.combine(day, self.opens, zone),
            closes=datetime.combine(last, self.closes, zone),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A round on one day."""

    round: Round
    day: date  # on which it opens; its answers are kept under it
    opens: datetime
    closes: datetime

    @property
    def nudges(self) -> datetime:
        """When those are reminded who have not answered, on the full minute."""
        moment = self.opens + (self.closes - self.opens) * NUDGED_AT
        return moment.replace(second=0, microsecond=0)

    def open_at(self, now: datetime) -> bool:
        return self.opens <= now < self.closes


def rounds_of(config: Config, team: Team) -> tuple[Round, ...]:
    """The team's rounds by the hour at which they open; none: it holds no standup."""
    chosen: Mapping[str, Any] = team.settings.get("standup", {})
    if chosen.get("off"):
        return ()
    stored = chosen.get("rounds")
    if stored is None:
        stored = [chosen] if "at" in chosen else []
    found = [_read(each) for each in stored]
    if not found:
        found = [Round(opens=config.standup.at, closes=config.standup.closes)]
    return tuple(sorted(found, key=lambda each: (each.opens, each.key)))


def _read(stored: Mapping[str, Any]) -> Round:
    days = stored.get("days")
    return Round(
        key=stored.get("key", ""),
        name=stored.get("name", "站会"),
        opens=time.fromisoformat(stored["at"]),
        closes=time.fromisoformat(stored["closes"]),
        days=None if days is None else tuple(days),
        ahead=bool(stored.get("ahead")),
    )


def stored(each: Round) -> dict[str, Any]:
    """As it is kept in the team's settings."""
    return {
        "key": each.key,
        "name": each.name,
        "at": f"{each.opens:%H:%M}",
        "closes": f"{each.closes:%H:%M}",
        **({} if each.days is None else {"days": list(each.days)}),
        **({"ahead": True} if each.ahead else {}),
    }


def sittings(rounds: Iterable[Round], day: date, calendar: Calendar) -> list[Sitting]:
    """Those that open on this day, in order."""
    held = [each.on(day, calendar.zone) for each in rounds if each.held_on(day, calendar)]
    return sorted(held, key=lambda each: each.opens)


def around(rounds: Sequence[Round], now: datetime, calendar: Calendar) -> list[Sitting]:
    """Those that open today or opened yesterday and may still be open, in order."""
    today = now.astimezone(calendar.zone).date()
    return [
        *sittings(rounds, today - _DAY, calendar),
        *sittings(rounds, today, calendar),
    ]


def current(rounds: Sequence[Round], now: datetime, calendar: Calendar) -> Sitting | None:
    """Which one an answer is for that is given now: the open one, else the one that has closed
    last today, else the next of today. None: today has none."""
    found = around(rounds, now, calendar)
    today = now.astimezone(calendar.zone).date()
    open_now = [each for each in found if each.open_at(now)]
    closed = [
        each
        for each in found
        if each.closes <= now and each.closes.astimezone(calendar.zone).date() == today
    ]
    later = [each for each in found if each.opens > now]
    if open_now:
        return open_now[-1]
    return closed[-1] if closed else next(iter(later), None)
