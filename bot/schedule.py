"""What the bot does by itself: jobs, when each is due for each team, and running each once.

A run is a row (job, team, slot), inserted first in the run's own transaction. So it happens once
on any number of replicas, and again after a crash or a bug, as long as it is worth doing.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.config import Config
from bot.context import Context
from bot.preference import calendar_of
from bot.workdays import Calendar
from storage import claim
from storage import team as teams
from storage.database import Database, Tx
from storage.outbox import Waiting
from storage.team import Team

log = logging.getLogger(__name__)

Run = Callable[[Context], Awaitable[None]]
Days = Callable[[Calendar, Config, Team, date], bool]
Times = Callable[[Config, Team], Sequence[time]]
Moments = Callable[[Config, Team, Calendar, date], Iterable[datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    name: str
    about: str
    moments: Moments  # the instants that belong to a day; some may lie on the day after
    grace: timedelta  # how late it is still worth doing
    run: Run

    def slots(
        self, since: datetime, until: datetime, *, team: Team, config: Config, calendar: Calendar
    ) -> Iterator[datetime]:
        """The instants in (since, until] at which the job is due, in order."""
        local = calendar_of(calendar, team)
        # Of the same zone two instants would be compared by their wall clocks.
        since, until = since.astimezone(UTC), until.astimezone(UTC)
        day = since.astimezone(local.zone).date() - timedelta(days=1)
        last = until.astimezone(local.zone).date()
        while day <= last:
            for slot in sorted(self.moments(config, team, local, day)):
                if since < slot <= until:
                    yield slot
            day += timedelta(days=1)


def on_workdays(calendar: Calendar, _config: Config, _team: Team, day: date) -> bool:
    return calendar.is_workday(day)


def every_day(_calendar: Calendar, _config: Config, _team: Team, _day: date) -> bool:
    return True


def _at(times: Times, days: Days) -> Moments:
    def moments(config: Config, team: Team, calendar: Calendar, day: date) -> Iterable[datetime]:
        if not days(calendar, config, team, day):
            return ()
        return [datetime.combine(day, each, calendar.zone) for each in times(config, team)]

    return moments


def job(
    name: str,
    *,
    times: Times | None = None,
    days: Days = on_workdays,
    moments: Moments | None = None,
    grace: timedelta = timedelta(hours=1),
) -> Callable[[Run], Job]:
    """A job by the wall clock of some days, or with ``moments`` whenever it says."""
    if (times is None) == (moments is None):
        raise ValueError(f"{name}: either times or moments")
    due = moments or _at(times or (lambda _config, _team: ()), days)

    def declare(run: Run) -> Job:
        about = (run.__doc__ or "").strip().splitlines()[0]
        return Job(name=name, about=about, moments=due, grace=grace, run=run)

    return declare


class Schedule:
    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        database: Database,
        config: Config,
        calendar: Calendar,
        clock: Callable[[], datetime],
        post: Callable[[Sequence[Waiting]], None],
    ) -> None:
        names = [each.name for each in jobs]
        if len(set(names)) != len(names):
            raise ValueError("two jobs have the same name")
        self.jobs = tuple(sorted(jobs, key=lambda each: each.name))
        self._database = database
        self._config = config
        self._calendar = calendar
        self._clock = clock
        self._post = post
        # Only spares the database a question: the claim decides.
        self._done: set[tuple[str, int, datetime]] = set()
        self.runs = {"done": 0, "failed": 0}

    async def sweep(self) -> None:
        """Run what is due and not done: each job's latest slot, if it is not too late."""
        now = self._clock()
        async with self._database.begin() as tx:
            all_teams = await teams.all_teams(tx)
        due = [
            (slot, each, team)
            for team in all_teams
            for each in self.jobs
            if (slot := self._latest(each, team, now)) is not None
        ]
        for slot, each, team in sorted(due, key=lambda one: one[0]):
            try:
                await self.run(each, team, slot)
            except Exception:
                self.runs["failed"] += 1
                log.exception("job %s of team %d failed at %s", each.name, team.id, slot)
        self._done = {key for key in self._done if key[2] > now - timedelta(days=2)}

    def _latest(self, each: Job, team: Team, now: datetime) -> datetime | None:
        slots = list(
            each.slots(
                now - each.grace, now, team=team, config=self._config, calendar=self._calendar
            )
        )
        if not slots or (each.name, team.id, slots[-1]) in self._done:
            return None
        return slots[-1]

    async def run(
        self, each: Job, team: Team, slot: datetime, *, clock: datetime | None = None
    ) -> list[Waiting] | None:
        """Do one run; what it wrote. None if it was done before, here or on another replica."""
        context: Context | None = None
        async with self._database.begin() as tx:
            if await claim.take(tx, job=each.name, team_id=team.id, slot=slot):
                context = self._context(tx, each, team, slot, clock)
                await each.run(context)
        self._done.add((each.name, team.id, slot))
        if context is None:
            return None
        self.runs["done"] += 1
        self._post(context.letters)
        return context.letters

    async def try_out(self, each: Job, team: Team, slot: datetime) -> list[Waiting]:
        """What a run would write; nothing of it is kept."""
        async with self._database.begin() as tx:
            context = self._context(tx, each, team, slot, None)
            await each.run(context)
            await tx.rollback()
        return context.letters

    def _context(
        self, tx: Tx, each: Job, team: Team, slot: datetime, clock: datetime | None
    ) -> Context:
        calendar = calendar_of(self._calendar, team)
        return Context(
            tx=tx,
            team=team,
            now=slot.astimezone(calendar.zone),
            clock=clock or self._clock(),
            calendar=calendar,
            config=self._config,
            cause=f"{each.name}/{team.id}/{slot.isoformat()}",
        )

    def ahead(self, all_teams: Sequence[Team], since: datetime, until: datetime) -> list[datetime]:
        """Every instant in (since, until] at which some job is due, in order, each once."""
        return sorted(
            {
                slot
                for team in all_teams
                for each in self.jobs
                for slot in each.slots(
                    since, until, team=team, config=self._config, calendar=self._calendar
                )
            }
        )

    def named(self, name: str) -> Job | None:
        return next((each for each in self.jobs if each.name == name), None)
