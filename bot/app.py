"""Putting the parts together: the only place that knows them all, and the clock."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import api, operations, webhooks
from bot.config import Config
from bot.delivery import Delivery
from bot.dispatch import DEFAULT_TEAM, Dispatcher
from bot.errors import DeliveryError
from bot.message import Incoming
from bot.parts import (
    build_calendar,
    build_platforms,
    load_commands,
    load_greeters,
    load_jobs,
    open_database,
    prepare_database,
)
from bot.platforms import Platform
from bot.schedule import Schedule
from bot.worker import Worker
from storage import console as transcript
from storage import member as members
from storage import outbox
from storage import team as teams

log = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)
SWEEP = "sweep"  # the timer's only job
START_SECONDS = 2.0  # for the platforms to be reached before the doors open
# Whoever stops us kills us after ten seconds: requests get four, letters on the wire four.
STOP_SECONDS = 4.0


class App:
    """The whole bot. Also the trial group's ``House``."""

    def __init__(
        self, config: Config, *, real_time: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.config = config
        self.database = open_database(config)
        self.calendar = build_calendar(config)
        self._real_time = real_time
        self._ahead = timedelta(0)
        self._held: datetime | None = None  # while the trial clock walks through its jobs
        self.platforms = build_platforms(config, self._real_time)
        self.clock_movable = not self.platforms
        if config.console.enabled:
            from bot.platforms.console import Console

            self.console: Console | None = Console(self.database, self.clock)
            self.platforms["console"] = self.console
        else:
            self.console = None
        self.commands = load_commands()
        self.delivery = Delivery(
            database=self.database, platforms=self.platforms, clock=self.clock
        )
        self.schedule = Schedule(
            load_jobs(),
            database=self.database,
            config=config,
            calendar=self.calendar,
            clock=self.clock,
            post=self.delivery.accept,
            expect=self.delivery.expect,
        )
        self.dispatcher = Dispatcher(
            database=self.database,
            commands=self.commands,
            greeters=load_greeters(),
            config=config,
            calendar=self.calendar,
            clock=self.clock,
            post=self.delivery.accept,
            schedule=self.schedule,
        )
        self.sender = Worker("delivery", self.delivery.step)
        self.delivery.wake = self.sender.wake
        self._starters = [
            Worker(f"start-{name}", lambda each=each: self.reach(each))  # type: ignore[misc]
            for name, each in self.platforms.items()
        ]
        self._started: set[str] = set()  # platforms that know what reading their calls takes
        self._all_started = asyncio.Event()
        if not self.platforms:
            self._all_started.set()
        self._timer = AsyncIOScheduler(timezone="UTC")
        self._watch = Worker("clock", self._mind_the_clock)
        self.stopping = False

    # --- the clock ---------------------------------------------------------------------

    def clock(self) -> datetime:
        """The instant, aware; the trial clock may be ahead of the real one."""
        return self._held or self._real_time() + self._ahead

    def now(self) -> datetime:
        return self.clock().astimezone(self.calendar.zone)

    async def advance(self, to: datetime) -> None:
        """Move the trial clock forward; every job that is due on the way runs at its hour."""
        if not self.clock_movable:
            raise PermissionError("real chats are connected: their time cannot be moved")
        async with self.database.begin() as tx:
            all_teams = await teams.all_teams(tx)
        try:
            for instant in self.schedule.ahead(all_teams, self.clock(), to):
                self._held = instant
                await self.schedule.sweep()
                await self.delivery.settle()
            self._held = None
            self._ahead = max(self._ahead, to - self._real_time())
        finally:
            self._held = None
        async with self.database.begin() as tx:
            await transcript.set_ahead(tx, self._ahead)

    # --- what the trial group asks ------------------------------------------------------

    @property
    def token(self) -> str:
        return self.config.console.token.get_secret_value()

    async def handle(self, incoming: Incoming) -> None:
        await self.dispatcher.handle(incoming)

    def leads(self, text: str, quoting: bool) -> bool:
        return self.commands.leads(text, quoting=quoting)

    def unlogged(self, text: str) -> bool:
        return self.commands.unlogged(text)

    def phrases(self) -> list[dict[str, str]]:
        return [
            {"say": each.name, "about": each.about, "example": each.example}
            for each in self.commands
        ]

    async def members(self) -> list[str]:
        """The names that the trial group knows."""
        async with self.database.begin() as tx:
            found = [
                each.name
                for team in await teams.all_teams(tx)
                for each in await members.in_team(tx, team.id)
                if each.platform == "console"
            ]
        return list(dict.fromkeys(found))

    # --- starting and stopping ----------------------------------------------------------

    async def prepare(self) -> None:
        """Open the database. Raises Misconfigured with the fix."""
        await prepare_database(self.database)
        async with self.database.begin() as tx:
            await teams.open_team(tx, DEFAULT_TEAM, at=self.clock())
            if self.clock_movable:
                self._ahead = await transcript.ahead(tx)
            if self.database.embedded:
                # No other process can be sending: what a crash left is due now.
                await outbox.release(tx, at=self.clock())

    async def start(self) -> None:
        await self.prepare()
        self.sender.start()
        for each in self._starters:
            each.start()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._all_started.wait(), START_SECONDS)
        self._timer.add_job(
            self._sweep, "cron", second=0, coalesce=True, max_instances=1, id=SWEEP,
            misfire_grace_time=None, next_run_time=datetime.now(UTC),
        )  # fmt: skip
        self._timer.start()
        self._watch.start()

    async def reach(self, platform: Platform) -> float:
        """Let a platform look up what it needs; gives the seconds until the next time."""
        try:
            await platform.start()
        except DeliveryError as error:
            log.warning("%s is not reachable yet: %s", platform.name, error.reason)
            return 30.0
        self._started.add(platform.name)
        if self._started >= self.platforms.keys():
            self._all_started.set()
        return 3600.0

    async def _hear(self, incoming: Incoming) -> None:
        """A message from a platform's door. Raises NotYet while it cannot be read rightly."""
        # Who does not know yet what it is called in a group cannot tell who is spoken to.
        unsure = incoming.mentions and not incoming.addressed
        if self.stopping or (unsure and incoming.chat.platform not in self._started):
            raise webhooks.NotYet
        await self.handle(incoming)

    async def _sweep(self) -> None:
        if self._held is None and not self.stopping:
            await self.schedule.sweep()

    async def _mind_the_clock(self) -> float:
        """The timer sleeps until a wall clock's hour: set back, it would sleep an hour more."""
        job = self._timer.get_job(SWEEP)
        now = datetime.now(UTC)
        if job is not None and job.next_run_time - now > 2 * MINUTE:
            job.modify(next_run_time=now)
        return MINUTE.total_seconds()

    async def stop(self) -> None:
        """Finish what is accepted; what is not sent yet stays in the outbox."""
        self.stopping = True
        await self._watch.stop()
        if self._timer.running:
            self._timer.shutdown(wait=False)
        for each in self._starters:
            await each.stop()
        await self.sender.stop()
        await self.delivery.stop(STOP_SECONDS)
        for platform in self.platforms.values():
            await platform.close()
        await self.database.close()

    @property
    def ready(self) -> bool:
        return self.sender.alive and not self.stopping

    def web(self) -> web.Application:
        application = web.Application(client_max_size=webhooks.MOST_BYTES)
        application.add_routes(webhooks.routes(self.platforms, self._hear, self._real_time))
        application.add_routes(operations.routes(self))
        application.add_routes(
            api.routes(self.config.api, self.database, self.clock, default_team=DEFAULT_TEAM)
        )
        if self.console is not None:
            from bot.platforms.console.page import routes

            application.add_routes(
                routes(
                    self.console,
                    self,
                    calendar=self.calendar,
                    public_url=self.config.server.public_url,
                )
            )
        return application
