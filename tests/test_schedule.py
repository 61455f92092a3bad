"""Scheduled runs: each once, at its hour, however many ask for it and whatever breaks."""

import asyncio
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.config import Config
from bot.context import Context
from bot.message import Text
from bot.schedule import Job, Schedule, every_day, job, on_workdays
from bot.workdays import Calendar
from storage.outbox import Waiting
from storage.schema import claim, outbox
from storage.team import Team
from tests.conftest import SHANGHAI, WEDNESDAY, HandClock, Room

NINE = datetime(2026, 11, 26, 9, 0, tzinfo=SHANGHAI)


class Rehearsed:
    """A schedule with one job that counts its runs, on the app's database."""

    def __init__(self, app: App, at: datetime) -> None:
        self.runs: list[datetime] = []
        self.fail = False
        self.clock = HandClock(at)
        self.posted: list[Waiting] = []

        @job("daily", times=lambda _config, _team: [time(9)], grace=timedelta(hours=1))
        async def daily(context: Context) -> None:
            """每天一次"""
            group = await context.home()
            assert group is not None
            await context.tell(group, Text(text="早"))
            if self.fail:
                raise ZeroDivisionError
            self.runs.append(context.now)

        self.job: Job = daily
        self.schedules = [
            Schedule(
                [daily],
                database=app.database,
                config=app.config,
                calendar=app.calendar,
                clock=self.clock,
                post=self.posted.extend,
            )
            for _ in range(3)
        ]


@pytest.fixture
async def group(room: Room) -> None:
    await room.say("张三", "成员")


async def rows(app: App, table: sa.Table) -> int:
    async with app.database.begin() as tx:
        found = await tx.execute(sa.select(sa.func.count()).select_from(table))
        return int(found.scalar_one())


async def test_many_replicas_run_a_slot_once(app: App, group: None) -> None:
    stage = Rehearsed(app, NINE + timedelta(minutes=1))

    await asyncio.gather(*(each.sweep() for each in stage.schedules * 3))

    assert stage.runs == [NINE]
    assert await rows(app, claim) == 1
    assert len(stage.posted) == 1


async def test_a_late_run_still_says_its_own_hour(app: App, group: None) -> None:
    stage = Rehearsed(app, NINE + timedelta(minutes=59))

    await stage.schedules[0].sweep()

    assert stage.runs == [NINE]


@pytest.mark.parametrize(
    "at",
    [
        NINE - timedelta(seconds=1),
        NINE + timedelta(hours=1),
        datetime(2026, 11, 28, 9, 5, tzinfo=SHANGHAI),  # a Saturday
        datetime(2026, 10, 1, 9, 5, tzinfo=SHANGHAI),  # a holiday
    ],
)
async def test_nothing_runs_at_the_wrong_time(app: App, group: None, at: datetime) -> None:
    stage = Rehearsed(app, at)

    await stage.schedules[0].sweep()

    assert stage.runs == []


async def test_a_working_saturday_is_a_working_day(app: App, group: None) -> None:
    saturday = datetime(2026, 10, 10, 9, 0, tzinfo=SHANGHAI)
    stage = Rehearsed(app, saturday)

    await stage.schedules[0].sweep()

    assert stage.runs == [saturday]


async def test_a_run_that_fails_leaves_nothing_and_is_done_again(app: App, group: None) -> None:
    letters = await rows(app, outbox)
    stage = Rehearsed(app, NINE)
    stage.fail = True
    await stage.schedules[0].sweep()
    assert await rows(app, claim) == 0
    assert await rows(app, outbox) == letters

    stage.fail = False
    await stage.schedules[1].sweep()

    assert stage.runs == [NINE]
    assert await rows(app, outbox) == letters + 1


async def test_trying_out_keeps_nothing(app: App, group: None) -> None:
    letters = await rows(app, outbox)
    stage = Rehearsed(app, NINE)

    written = await stage.schedules[0].try_out(stage.job, await Room(app).team(), NINE)

    assert len(written) == 1
    assert await rows(app, claim) == 0
    assert await rows(app, outbox) == letters


def test_the_days_of_a_job() -> None:
    team = Team(id=1, name="甲", settings={})
    friday, saturday = date(2026, 11, 27), date(2026, 11, 28)

    assert on_workdays(Calendar(), Config(), team, friday)
    assert not on_workdays(Calendar(), Config(), team, saturday)
    assert every_day(Calendar(), Config(), team, saturday)


async def test_the_trial_clock_passes_every_hour_on_its_way(room: Room, app: App) -> None:
    await room.say("张三", "成员")

    await room.wait_until(WEDNESDAY + timedelta(days=1, hours=2))

    assert app.now() == WEDNESDAY + timedelta(days=1, hours=2)
    async with app.database.begin() as tx:
        slots = (await tx.execute(sa.select(claim.c.slot).order_by(claim.c.slot))).scalars().all()
    assert NINE + timedelta(minutes=30) in slots  # standup-open at 9:30


async def test_the_trial_clock_stands_where_it_was_after_a_restart(room: Room, app: App) -> None:
    await room.wait(timedelta(hours=3))

    again = App(app.config, real_time=HandClock(WEDNESDAY + timedelta(minutes=1)))
    await again.prepare()

    assert again.now() == WEDNESDAY + timedelta(hours=3, minutes=1)
    await again.stop()


def test_two_jobs_with_one_name_do_not_start(app: App) -> None:
    stage = Rehearsed(app, NINE)

    with pytest.raises(ValueError, match="the same name"):
        Schedule(
            [stage.job, stage.job],
            database=app.database,
            config=app.config,
            calendar=app.calendar,
            clock=stage.clock,
            post=stage.posted.extend,
        )
