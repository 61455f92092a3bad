"""When the standups of a team are held: its rounds, and the sittings that come of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.config import Config
from bot.workdays import Calendar
from storage.team import Team

NUDGED_AT = 0.8  # of the window: who has not answered by then is reminded
NIGHT = timedelta(hours=5)  # so long after midnight it is still the evening before
MORNING = time(8)  # nobody is reminded in the night on which a round goes on
REMEMBERED = timedelta(days=180)  # how long it is known when rounds were held before
MOST_PAST = 20
_DAY = timedelta(days=1)

Setting = Mapping[str, Any]  # a team's settings["standup"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One standup of the day; a team may hold several."""

    key: str = ""  # empty for the team's first; it never changes, the name may
    name: str = "站会"
    opens: time
    closes: time  # not later than `opens`: on the next day
    days: tuple[int, ...] | None = None  # Monday is 0; None: working days, 调休 included
    ahead: bool = False  # asks for the next working day: 今晚写明天的
    since: date | None = None  # it is held from this day on
    until: date | None = None  # and up to this one

    @property
    def overnight(self) -> bool:
        return self.closes <= self.opens

    def same(self, other: "Round") -> bool:
        """Whether it is held at the same hours; its name may be another."""
        plain = replace(other, name=self.name, since=self.since, until=self.until)
        return self == plain

    def held_on(self, day: date, calendar: Calendar) -> bool:
        if (self.since and day < self.since) or (self.until and day > self.until):
            return False
        if self.days is None:
            return calendar.is_workday(day)
        return day.weekday() in self.days

    def on(self, day: date, calendar: Calendar) -> "Sitting":
        last = day + _DAY if self.overnight else day
        return Sitting(
            round=self,
            day=day,
            opens=calendar.at(day, self.opens),
            closes=calendar.at(last, self.closes),
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
        # By the wall clock it would be wrong on the day on which clocks are changed.
        opens, closes = self.opens.astimezone(UTC), self.closes.astimezone(UTC)
        moment = (opens + (closes - opens) * NUDGED_AT).astimezone(self.opens.tzinfo)
        moment = moment.replace(second=0, microsecond=0)
        morning = datetime.combine(moment.date(), MORNING, self.opens.tzinfo)
        if moment.date() > self.day and moment < morning < self.closes:
            return morning
        return moment

    def open_at(self, now: datetime) -> bool:
        return self.opens <= now < self.closes


def rounds_of(config: Config, team: Team) -> tuple[Round, ...]:
    """The team's rounds by the hour at which they open, each with the days on which it counts:
    also those that were held until the team chose others. None: it never held a standup."""
    chosen: Setting = team.settings.get("standup", {})
    found = [*plan(config, chosen), *map(_read, chosen.get("past", ()))]
    return tuple(sorted(found, key=lambda each: (each.opens, each.key)))


def plan(config: Config, chosen: Setting) -> tuple[Round, ...]:
    """What the team has chosen, whether it counts already or from tomorrow on."""
    return () if chosen.get("off") else kept(config, chosen)


def kept(config: Config, chosen: Setting) -> tuple[Round, ...]:
    """The same, also while they are switched off."""
    stored = chosen.get("rounds")
    if stored is None:
        stored = [chosen] if "at" in chosen else []
    found = [_read(each) for each in stored]
    if not found:
        found = [Round(opens=config.standup.at, closes=config.standup.closes)]
    return tuple(sorted(found, key=lambda each: (each.opens, each.key)))


def changed(
    config: Config,
    chosen: Setting,
    rounds: Sequence[Round],
    now: datetime,
    calendar: Calendar,
    *,
    off: bool = False,
) -> dict[str, Any]:
    """The setting to keep when these rounds are chosen now.

    What has begun today goes on as it was, and the new hours of that round count from tomorrow:
    so none is held twice on a day, and none ends earlier than was said.
    """
    today = now.astimezone(calendar.zone).date()
    old = {each.key: each for each in plan(config, chosen)}
    rounds = [replace(each, since=None, until=None) for each in rounds]
    new = {} if off else {each.key: each for each in rounds}
    past = [_read(each) for each in chosen.get("past", ())]
    follow: dict[str, date] = {}  # the first day of what is new
    for key in {*old, *new}:
        before, after = old.get(key), new.get(key)
        if before and after and before.same(after):
            continue
        held = [each for each in (before, after) if each is not None]
        begun = any(each.opens <= now for each in sittings(held, today, calendar))
        held_today = any(each.key == key and each.until == today for each in past)
        last = today if begun or held_today else today - _DAY
        follow[key] = last + _DAY
        if before and (before.since is None or before.since <= last):
            past.append(replace(before, until=last))
    past = [each for each in past if each.until and each.until >= today - REMEMBERED]
    now_chosen = [_from(each, old.get(each.key), follow.get(each.key)) for each in rounds]
    return {
        "rounds": [stored(each) for each in now_chosen],
        "count": max(chosen.get("count", 1), *(int(each.key or 1) for each in rounds)),
        "past": [stored(each) for each in past[-MOST_PAST:]],
        **({"off": True} if off else {}),
    }


def _from(each: Round, before: Round | None, first: date | None) -> Round:
    return replace(each, since=first or (before.since if before else None))


def _read(stored: Mapping[str, Any]) -> Round:
    days = stored.get("days")
    return Round(
        key=stored.get("key", ""),
        name=stored.get("name", "站会"),
        opens=time.fromisoformat(stored["at"]),
        closes=time.fromisoformat(stored["closes"]),
        days=None if days is None else tuple(days),
        ahead=bool(stored.get("ahead")),
        since=date.fromisoformat(stored["since"]) if "since" in stored else None,
        until=date.fromisoformat(stored["until"]) if "until" in stored else None,
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
        **({"since": each.since.isoformat()} if each.since else {}),
        **({"until": each.until.isoformat()} if each.until else {}),
    }


def sittings(rounds: Iterable[Round], day: date, calendar: Calendar) -> list[Sitting]:
    """Those that open on this day, in order."""
    held = [each.on(day, calendar) for each in rounds if each.held_on(day, calendar)]
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
    open_now = [each for each in found if each.open_at(now)]
    if open_now:
        return open_now[-1]
    ended = closed(rounds, now, calendar)
    return ended[-1] if ended else following(rounds, now, calendar)


def closed(rounds: Sequence[Round], now: datetime, calendar: Calendar) -> list[Sitting]:
    """Those of today that are over; until five in the morning last night counts as today."""
    zone = calendar.zone
    local = now.astimezone(zone)

    def is_today(closes: datetime) -> bool:
        same_day = (closes.astimezone(zone) - NIGHT).date() == (local - NIGHT).date()
        return same_day and (
            closes.astimezone(zone).date() == local.date() or now - closes < NIGHT
        )

    return [
        each
        for each in around(rounds, now, calendar)
        if each.closes <= now and is_today(each.closes)
    ]


def following(rounds: Sequence[Round], now: datetime, calendar: Calendar) -> Sitting | None:
    """The next one that opens today."""
    return next((each for each in around(rounds, now, calendar) if each.opens > now), None)
