"""What the bot does by itself: jobs, when each is due for each team, and running each once.

A run is a row (job, team, slot), inserted first in the run's own transaction. So it happens once
on any number of replicas, and again after a crash or a bug, as long as it is worth doing.
"""

import logging
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.config import Config
from bot.context import Context
from bot.lateness import Run, choose
from bot.preference import calendar_of
from bot.timetable import Due, Timetables
from bot.workdays import Calendar
from storage import claim
from storage import team as teams
from storage.database import Database, Tx
from storage.outbox import Waiting
from storage.team import Choice, Team

log = logging.getLogger(__name__)

# Many teams open at 9:30, and a platform takes a thousand letters a minute from one app.
BETWEEN = timedelta(milliseconds=60)
SPREAD = timedelta(seconds=120)
KEPT = timedelta(days=2)  # longer than any run is looked back for

Work = Callable[[Context], Awaitable[None]]
Days = Callable[[Calendar, Config, Team, date], bool]
Times = Callable[[Config, Team], Sequence[time]]
Moments = Callable[[Config, Team, Calendar, date], Iterable[datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    name: str
    about: str
    moments: Moments  # the instants that belong to a day; some may lie on the day after
    grace: timedelta  # how late it is still worth doing
    run: Work
    series: str = ""  # of a series one is made up for, and what was missed is noted
    place: int = 0  # which one: the lowest
    speaks: bool = True

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
        return [calendar.at(day, each) for each in times(config, team)]

    return moments


def job(
    name: str,
    *,
    times: Times | None = None,
    days: Days = on_workdays,
    moments: Moments | None = None,
    grace: timedelta = timedelta(hours=1),
    series: str = "",
    place: int = 0,
    speaks: bool = True,
) -> Callable[[Work], Job]:
    """A job by the wall clock of some days, or with ``moments`` whenever it says.

    Both may look at the team's settings, by their names, and at nothing else of the team: teams
    that have chosen the same share their hours.
    """
    if (times is None) == (moments is None):
        raise ValueError(f"{name}: either times or moments")
    due = moments or _at(times or (lambda _config, _team: ()), days)

    def declare(run: Work) -> Job:
        about = (run.__doc__ or "").strip().splitlines()[0]
        return Job(
            name=name,
            about=about,
            moments=due,
            grace=grace,
            run=run,
            series=series,
            place=place,
            speaks=speaks,
        )

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
        expect: Callable[[datetime], None] = lambda _moment: None,
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
        self._expect = expect
        self._timetables = Timetables(self.jobs, config, calendar)
        # The teams for which a slot is done. Only spares the database questions: claims decide.
        self._done: dict[tuple[str, datetime], set[int]] = {}
        self._choices: dict[int, Choice] = {}
        self._swept: datetime | None = None
        self._changed: dict[int, datetime] = {}  # teams, and when they still had other hours
        self.runs = {"done": 0, "failed": 0, "skipped": 0}

    # --- what is due -----------------------------------------------------------------------

    async def sweep(self) -> None:
        """Do what is due and not done: each job's latest slot, if it is not too late."""
        now = self._clock()
        async with self._database.begin() as tx:
            choices = await teams.choices(tx)
            due = self._timetables.due(choices, now)
            await self._look_up(tx, due)
        self._compare(choices, now)
        waiting: dict[int, list[tuple[Job, datetime]]] = {}
        for job, slot, ids in due:
            for team_id in ids - self._done[job.name, slot]:
                waiting.setdefault(team_id, []).append((job, slot))
        if waiting:
            await self._work(choices, waiting, now)
        self._done = {key: ids for key, ids in self._done.items() if key[1] > now - KEPT}

    def _compare(self, choices: Sequence[Choice], now: datetime) -> None:
        """Note who has chosen something else since the last sweep."""
        before, self._choices = self._choices, {each.id: each for each in choices}
        if self._swept is not None and before != self._choices:
            for each in choices:
                if each.id in before and before[each.id].settings != each.settings:
                    self._changed[each.id] = self._swept
        self._swept = now
        self._changed = {id_: at for id_, at in self._changed.items() if at > now - KEPT}

    async def _look_up(self, tx: Tx, due: Sequence[Due]) -> None:
        """What was done of the slots that are new to us, for all teams at once."""
        new = [(job.name, slot) for job, slot, _ in due if (job.name, slot) not in self._done]
        if not new:
            return
        self._done.update({each: set() for each in new})
        for name, team_id, slot in await claim.taken_at(tx, {slot for _, slot in new}):
            if (name, slot) in self._done:
                self._done[name, slot].add(team_id)

    async def _work(
        self,
        choices: Sequence[Choice],
        waiting: Mapping[int, list[tuple[Job, datetime]]],
        now: datetime,
    ) -> None:
        concerned = [each for each in choices if each.id in waiting]
        between = min(BETWEEN, SPREAD / len(concerned))
        for place, choice in enumerate(concerned):
            team = choice.team()
            due = self._missed(choice, waiting[team.id])
            delay = timedelta(seconds=int((between * place).total_seconds()))
            for each in choose(due, now):
                try:
                    await self._do(each, team, leaves=now + delay if delay else None)
                except Exception:
                    self.runs["failed"] += 1
                    log.exception("%s of team %d failed at %s", each.job.name, team.id, each.slot)

    def _missed(
        self, choice: Choice, due: Sequence[tuple[Job, datetime]]
    ) -> list[tuple[Job, datetime]]:
        """Without those of a series that were never to be: before there was the team, or under
        hours that it has chosen only afterwards."""
        since = self._changed.get(choice.id, choice.created_at)
        missed = []
        for job, slot in due:
            if job.series and slot <= since:
                self._done[job.name, slot].add(choice.id)
            else:
                missed.append((job, slot))
        return missed

    async def _do(self, each: Run, team: Team, *, leaves: datetime | None) -> None:
        if each.note:
            async with self._database.begin() as tx:
                await self._skip(tx, [each], team)
        else:
            await self.run(each.job, team, each.slot, leaves=leaves, instead_of=each.instead_of)
        for done in (each, *each.instead_of):
            self._done[done.job.name, done.slot].add(team.id)

    async def _skip(self, tx: Tx, runs: Sequence[Run], team: Team) -> None:
        for each in runs:
            if await claim.take(
                tx, job=each.job.name, team_id=team.id, slot=each.slot, note=each.note
            ):
                self.runs["skipped"] += 1
                log.info("%s of team %d: %s", each.job.name, team.id, each.note)

    # --- one run ---------------------------------------------------------------------------

    async def run(
        self,
        each: Job,
        team: Team,
        slot: datetime,
        *,
        clock: datetime | None = None,
        leaves: datetime | None = None,
        instead_of: Sequence[Run] = (),
    ) -> list[Waiting] | None:
        """Do one run; what it wrote. None if it was done before, here or on another replica.

        With ``leaves`` its letters wait in the outbox until then.
        """
        context: Context | None = None
        async with self._database.begin() as tx:
            if await claim.take(tx, job=each.name, team_id=team.id, slot=slot):
                context = self._context(tx, each, team, slot, clock, leaves=leaves)
                await each.run(context)
                await self._skip(tx, instead_of, team)
        if context is None:
            return None
        self.runs["done"] += 1
        if leaves is None:
            self._post(context.letters)
        elif context.letters:
            self._expect(leaves)
        return context.letters

    async def try_out(self, each: Job, team: Team, slot: datetime) -> list[Waiting]:
        """What a run would write; nothing of it is kept."""
        async with self._database.begin() as tx:
            context = self._context(tx, each, team, slot, None)
            await each.run(context)
            await tx.rollback()
        return context.letters

    def _context(
        self,
        tx: Tx,
        each: Job,
        team: Team,
        slot: datetime,
        clock: datetime | None,
        *,
        leaves: datetime | None = None,
    ) -> Context:
        calendar = calendar_of(self._calendar, team)
        return Context(
            tx=tx,
            team=team,
            now=slot.astimezone(calendar.zone),
            clock=clock or self._clock(),
            calendar=calendar,
            config=self._config,
            cause=f"{each.name}/{team.id}/{slot.astimezone(calendar.zone).isoformat()}",
            leaves=leaves,
        )

    # --- what is to come -------------------------------------------------------------------

    def ahead(self, all_teams: Sequence[Team], since: datetime, until: datetime) -> list[datetime]:
        """Every instant in (since, until] at which some job is due, in order, each once."""
        return sorted({slot for team in all_teams for slot, _ in self.agenda(team, since, until)})

    def agenda(self, team: Team, since: datetime, until: datetime) -> list[tuple[datetime, Job]]:
        """What is due for a team in (since, until], in the order in which it is done."""
        found = [
            (slot, job)
            for job in self.jobs
            for slot in job.slots(
                since, until, team=team, config=self._config, calendar=self._calendar
            )
        ]
        return sorted(found, key=lambda one: (one[0], one[1].place, one[1].name))

    @asynccontextmanager
    async def foreseen(
        self, tx: Tx, team: Team, since: datetime, until: datetime
    ) -> AsyncIterator[list[tuple[datetime, Waiting]]]:
        """What would be written for a team in (since, until], in order.

        Within, the database is as it would be then; afterwards nothing of it is kept.
        """
        found: list[tuple[datetime, Waiting]] = []
        async with tx.begin_nested() as stage:
            for slot, job in self.agenda(team, since, until):
                if not job.speaks:
                    continue
                if await claim.take(tx, job=job.name, team_id=team.id, slot=slot):
                    context = self._context(tx, job, team, slot, slot)
                    await job.run(context)
                    found += [(slot, letter) for letter in context.letters]
            yield found
            await stage.rollback()

    def named(self, name: str) -> Job | None:
        return next((each for each in self.jobs if each.name == name), None)
