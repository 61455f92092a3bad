"""Scheduled runs: each once, at its hour, however many ask for it and whatever breaks."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.config import Config
from bot.context import LEASE, Context
from bot.delivery import Delivery
from bot.message import Text
from bot.schedule import Job, Schedule, every_day, job, on_workdays
from bot.workdays import Calendar
from storage import team as teams
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
        self.asked = 0  # how often the job's hours were worked out
        self.clock = HandClock(at)
        self.posted: list[Waiting] = []

        def hours(_config: Config, team: Team) -> list[time]:
            self.asked += 1
            return [time.fromisoformat(team.settings.get("daily", "09:00"))]

        @job("daily", times=hours, grace=timedelta(hours=1))
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


# --- many teams ----------------------------------------------------------------------------


async def open_teams(app: App, count: int) -> None:
    """Each with a group, beside the team that there is."""
    where: dict[str, Any] = {"platform": "console", "private": False, "name": "", "person": ""}
    async with app.database.begin() as tx:
        for number in range(1, count):
            team = await teams.open_team(tx, f"团队{number}", at=WEDNESDAY)
            await teams.open_chat(tx, team_id=team.id, external_id=f"群{number}", **where)


@contextmanager
def statements(app: App) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    seen: list[str] = []

    def note(*told: Any) -> None:
        seen.append(told[2])

    engine = app.database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


async def test_hours_are_worked_out_once_for_all_who_chose_the_same(app: App, group: None) -> None:
    await open_teams(app, 40)
    stage = Rehearsed(app, NINE - timedelta(hours=1))
    schedule = stage.schedules[0]
    await schedule.sweep()
    for_one = stage.asked
    assert 0 < for_one < 10

    for _ in range(30):
        stage.clock.at += timedelta(minutes=1)
        with statements(app) as seen:
            await schedule.sweep()
        assert len(seen) == 1  # the teams and what they chose

    assert stage.asked == for_one
    async with app.database.begin() as tx:
        await teams.change_setting(tx, 7, "colour", "red")  # no hours
    await schedule.sweep()
    assert stage.asked == for_one
    async with app.database.begin() as tx:
        await teams.change_setting(tx, 7, "daily", "10:00")
    await schedule.sweep()
    assert stage.asked == 2 * for_one
    assert stage.runs == []


async def test_what_another_replica_was_told_counts_at_the_next_sweep(
    app: App, group: None
) -> None:
    stage = Rehearsed(app, NINE - timedelta(minutes=10))
    await stage.schedules[0].sweep()
    async with app.database.begin() as tx:
        await teams.change_setting(tx, 1, "daily", "08:52")

    stage.clock.at = NINE - timedelta(minutes=8)
    await stage.schedules[0].sweep()
    stage.clock.at = NINE
    await stage.schedules[0].sweep()

    assert stage.runs == [NINE - timedelta(minutes=8)]


async def test_a_start_looks_up_what_was_done_with_one_question(app: App, group: None) -> None:
    await open_teams(app, 20)
    stage = Rehearsed(app, NINE)
    await stage.schedules[0].sweep()
    assert len(stage.runs) == 20

    with statements(app) as seen:
        await stage.schedules[1].sweep()

    assert len([each for each in seen if "FROM claim" in each]) == 1
    assert len(seen) == 2
    assert len(stage.runs) == 20


async def test_letters_of_many_teams_leave_one_after_another(app: App, group: None) -> None:
    await open_teams(app, 60)
    before = await rows(app, outbox)
    stage = Rehearsed(app, NINE)
    await stage.schedules[0].sweep()

    async with app.database.begin() as tx:
        query = sa.select(outbox.c.due_at).order_by(outbox.c.id).offset(before)
        due = list((await tx.execute(query)).scalars())
    # The first second's are in our hands, as every letter of a few teams is.
    assert len(stage.posted) == 17
    assert due[:17] == [NINE.astimezone(UTC) + LEASE] * 17
    assert Counter(due[17:]) == {
        NINE.astimezone(UTC) + timedelta(seconds=1): 17,
        NINE.astimezone(UTC) + timedelta(seconds=2): 16,
        NINE.astimezone(UTC) + timedelta(seconds=3): 10,
    }


async def test_a_letter_that_waits_for_its_turn_is_sent_by_whoever_is_there(
    app: App, group: None
) -> None:
    await open_teams(app, 60)
    stage = Rehearsed(app, NINE)
    await stage.schedules[0].sweep()
    delivery = Delivery(database=app.database, platforms=app.platforms, clock=stage.clock)
    await delivery.settle()
    delivery.accept(stage.posted)

    sent = []
    for _ in range(5):
        before = delivery.counts["sent"]
        await delivery.settle()
        sent.append(delivery.counts["sent"] - before)
        stage.clock.at += timedelta(seconds=1)

    assert sent == [17, 17, 16, 10, 0]


# --- clocks --------------------------------------------------------------------------------


async def test_a_clock_that_jumps_back_repeats_nothing(app: App, group: None) -> None:
    stage = Rehearsed(app, NINE)
    for minutes in (0, 1, -60, -30, 0, 30):
        stage.clock.at = NINE + timedelta(minutes=minutes)
        await stage.schedules[0].sweep()
        await stage.schedules[1].sweep()

    assert stage.runs == [NINE]
    assert stage.schedules[0].runs == {"done": 1, "failed": 0, "skipped": 0}


@pytest.mark.parametrize(
    ("zone", "day", "hour", "instant"),
    [
        # There is no 2:30 on the spring day: at two the clock shows three.
        ("Europe/Berlin", date(2027, 3, 28), "02:30", "2027-03-28T01:00+00:00"),
        ("Europe/Berlin", date(2027, 10, 31), "02:30", "2027-10-31T00:30+00:00"),
        ("America/New_York", date(2027, 3, 14), "02:30", "2027-03-14T07:00+00:00"),
        ("America/New_York", date(2027, 11, 7), "01:30", "2027-11-07T05:30+00:00"),
    ],
)
async def test_an_hour_that_is_skipped_or_doubled_comes_once(
    app: App, group: None, zone: str, day: date, hour: str, instant: str
) -> None:
    async with app.database.begin() as tx:
        await teams.change_setting(tx, 1, "calendar", {"zone": zone, "workdays": [str(day)]})
        await teams.change_setting(tx, 1, "daily", hour)
    stage = Rehearsed(app, datetime.combine(day, time(0), UTC) - timedelta(hours=2))

    for _ in range(3 * 24):
        await stage.schedules[0].sweep()
        stage.clock.at += timedelta(minutes=30)

    assert stage.runs[0].astimezone(UTC) == datetime.fromisoformat(instant)
    assert [each.date() for each in stage.runs] == [day, day + timedelta(days=1)]
