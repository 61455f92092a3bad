"""When jobs are due: worked out once for all teams that chose the same, and kept for a day."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.config import Config
from bot.workdays import Calendar
from storage.team import Choice, Team

if TYPE_CHECKING:
    from bot.schedule import Job

LOOK_BACK = timedelta(days=1)  # what was not done for longer is not spoken of any more
AHEAD = timedelta(days=1)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Timetable:
    """The slots of one job for every team whose choices are the same."""

    job: "Job"
    since: datetime
    until: datetime
    slots: tuple[datetime, ...]  # in (since, until], in UTC and in order

    def holds(self, now: datetime) -> bool:
        return self.since <= now - self._back and now <= self.until

    def due(self, now: datetime) -> Sequence[datetime]:
        """The latest slot that is still worth doing; of a series all that may have been missed."""
        end = bisect_right(self.slots, now)
        if not end or self.slots[end - 1] <= now - self._back:
            return ()
        if self.job.series:
            return self.slots[bisect_right(self.slots, now - self._back) : end]
        return self.slots[end - 1 : end]

    @property
    def _back(self) -> timedelta:
        return max(LOOK_BACK, self.job.grace) if self.job.series else self.job.grace


Due = tuple["Job", datetime, frozenset[int]]  # with the ids of the teams


class Timetables:
    """Those of all jobs for all teams; they are made again when a team chooses something else."""

    def __init__(self, jobs: Sequence["Job"], config: Config, calendar: Calendar) -> None:
        self._hours = [_Hours(each, config, calendar) for each in jobs]
        self._choices: Sequence[Choice] = ()
        self._plan: list[tuple[Timetable, frozenset[int]]] = []

    def due(self, choices: Sequence[Choice], now: datetime) -> list[Due]:
        """What is due now, for which teams; whether it was done is not known here."""
        if choices != self._choices or not all(table.holds(now) for table, _ in self._plan):
            self._make(choices, now)
        return [(table.job, slot, ids) for table, ids in self._plan for slot in table.due(now)]

    def _make(self, choices: Sequence[Choice], now: datetime) -> None:
        same: dict[str, list[int]] = {}
        for each in choices:
            same.setdefault(each.settings, []).append(each.id)
        teams_of: dict[Timetable, list[int]] = {}
        for settings, ids in same.items():
            chosen = _Chosen(settings)
            for hours in self._hours:
                teams_of.setdefault(hours.table(chosen, now), []).extend(ids)
        self._choices = choices
        self._plan = [(table, frozenset(ids)) for table, ids in teams_of.items()]
        for hours in self._hours:
            hours.forget(now)


class _Chosen:
    """A team's settings, and each of them in words that can be compared."""

    def __init__(self, settings: str) -> None:
        self.settings: Mapping[str, Any] = json.loads(settings)
        self.words = {name: repr(value) for name, value in self.settings.items()}


class _Asked(Mapping[str, Any]):
    """Settings that remember which of them were asked for."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return self._settings[name]

    def __iter__(self) -> Iterator[str]:
        raise TypeError("the hours of a job ask for settings by their names")

    def __len__(self) -> int:
        return len(self._settings)


class _Hours:
    """One job's timetables, by those settings that its hours have been seen to depend on."""

    def __init__(self, job: "Job", config: Config, calendar: Calendar) -> None:
        self._job = job
        self._config = config
        self._calendar = calendar
        self._asked: tuple[str, ...] = ()
        self._kept: dict[tuple[str | None, ...], Timetable] = {}

    def table(self, chosen: _Chosen, now: datetime) -> Timetable:
        kept = self._kept.get(tuple(map(chosen.words.get, self._asked)))
        if kept is not None and kept.holds(now):
            return kept
        asked = _Asked(chosen.settings)
        made = self._make(asked, now)
        if not asked.names.issubset(self._asked):
            self._asked = tuple(sorted({*self._asked, *asked.names}))
            self._kept = {}
        self._kept[tuple(map(chosen.words.get, self._asked))] = made
        return made

    def _make(self, settings: Mapping[str, Any], now: datetime) -> Timetable:
        # An hour more than is looked back, for a clock that is set back.
        since = now - max(LOOK_BACK, self._job.grace) - timedelta(hours=1)
        until = now + AHEAD
        slots = self._job.slots(
            since,
            until,
            team=Team(id=0, name="", settings=settings),
            config=self._config,
            calendar=self._calendar,
        )
        utc = tuple(each.astimezone(UTC) for each in slots)
        return Timetable(job=self._job, since=since, until=until, slots=utc)

    def forget(self, now: datetime) -> None:
        self._kept = {key: each for key, each in self._kept.items() if each.holds(now)}
