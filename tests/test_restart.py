"""After a stop not everything comes at once, nothing comes stale, and nothing comes twice."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.app import SWEEP, App
from bot.context import LEASE, Context
from bot.lateness import choose
from bot.message import as_lines
from bot.rehearsal import next_runs
from bot.schedule import Job, job
from storage import team as teams
from storage.schema import claim, outbox
from tests.conftest import SHANGHAI, WEDNESDAY, HandClock, Room

THURSDAY = date(2026, 11, 26)
OPENING, SUMMARY, REPORT = "standup-open", "standup-close", "daily-report"
DONE = ""


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 26, hour, minute, tzinfo=SHANGHAI)


class Stopped:
    """A bot that was stopped on Wednesday morning, in a group that goes on."""

    def __init__(self, app: App) -> None:
        self._config = app.config
        self._app = app
        self.clock = HandClock(WEDNESDAY)

    async def start(self, moment: datetime) -> list[str]:
        """Start again; the titles of what the first sweep posts in the group."""
        await self.stop()
        self.clock = HandClock(moment)
        self._app = App(self._config, real_time=self.clock)
        await self._app.prepare()
        return await self.sweep()

    async def sweep(self, moment: datetime | None = None) -> list[str]:
        self.clock.at = moment or self.clock.at
        room = Room(self._app)
        before = await room._last()
        await self._app.schedule.sweep()
        await self._app.delivery.settle()
        return [as_lines(each).splitlines()[0] for each in await room._new(before, room.group)]

    async def stop(self) -> None:
        await self._app.stop()

    async def set(self, name: str, value: object) -> None:
        async with self._app.database.begin() as tx:
            await teams.change_setting(tx, 1, name, value)

    async def notes(self, day: date = THURSDAY) -> dict[tuple[str, str], str]:
        """What the day's runs of the series came to: nothing to say where they were done."""
        query = sa.select(claim.c.job, claim.c.slot, claim.c.note).order_by(claim.c.slot)
        async with self._app.database.begin() as tx:
            rows = [
                (row.job, row.slot.astimezone(SHANGHAI), row.note)
                for row in await tx.execute(query)
            ]
        series = (OPENING, SUMMARY, REPORT)
        return {
            (job, f"{slot:%H:%M}"): note
            for job, slot, note in rows
            if job in series and slot.date() == day
        }

    async def listed(self) -> list[str]:
        """What ``guanjia job list`` says was skipped."""
        lines = await next_runs(self._app.database, self._config, self.clock())
        return [each for each in lines if each.startswith("\t2026")]


@pytest.fixture
async def bot(room: Room, app: App) -> AsyncIterator[Stopped]:
    await room.say("张三", "成员")
    await room.say("李四", "成员")
    made = Stopped(app)
    yield made
    await made.stop()


def opened(titles: list[str]) -> int:
    return sum("站会开始" in each for each in titles)


def summed_up(titles: list[str]) -> int:
    return sum("站会小结" in each for each in titles)


# --- at most one of what is late -----------------------------------------------------------


def in_the_series(name: str, place: int, *, hours: int) -> Job:
    @job(name, times=lambda *_: (), series="standup", place=place, grace=timedelta(hours=hours))
    async def run(_context: Context) -> None:
        """什么也不做"""

    return run


report = in_the_series(REPORT, 0, hours=3)
sum_up = in_the_series(SUMMARY, 1, hours=1)
ask = in_the_series(OPENING, 2, hours=1)


@pytest.mark.parametrize(
    ("now", "due", "expected"),
    [
        (at(9, 31), {ask: at(9, 30)}, {OPENING: DONE}),
        (at(10, 20), {ask: at(9, 30)}, {OPENING: DONE}),
        (at(10, 30), {ask: at(9, 30)}, {OPENING: "晚了 1 小时，没有发"}),
        (at(12), {ask: at(9, 30)}, {OPENING: "晚了 2 小时 30 分，没有发"}),
        (
            at(10, 20),
            {ask: at(9, 30), sum_up: at(10)},
            {SUMMARY: DONE, OPENING: "补发了 standup-close，这一次不发"},
        ),
        (
            at(18, 20),
            {ask: at(17, 30), sum_up: at(18, 5), report: at(18)},
            {
                REPORT: DONE,
                SUMMARY: "补发了 daily-report，这一次不发",
                OPENING: "补发了 daily-report，这一次不发",
            },
        ),
        # On time is on time; but who hears the summary need not be asked any more.
        (at(18, 1), {sum_up: at(18), report: at(18)}, {SUMMARY: DONE, REPORT: DONE}),
        (
            at(10, 32),
            {ask: at(9, 40), sum_up: at(10, 30)},
            {SUMMARY: DONE, OPENING: "到点的是 standup-close，这一次不发"},
        ),
        (at(10, 32), {sum_up: at(10), ask: at(10, 30)}, {SUMMARY: DONE, OPENING: DONE}),
    ],
)
def test_what_is_still_done(
    now: datetime, due: dict[Job, datetime], expected: dict[str, str]
) -> None:
    chosen = choose(list(due.items()), now)

    runs = [*chosen, *(other for each in chosen for other in each.instead_of)]
    assert {each.job.name: each.note for each in runs} == expected
    assert len(runs) == len(due)


async def test_the_summary_is_made_up_for_and_nobody_is_asked_again(bot: Stopped) -> None:
    await bot.set("standup", {"at": "09:30", "closes": "09:50"})

    said = await bot.start(at(10, 10))

    assert (opened(said), summed_up(said)) == (0, 1)
    assert await bot.sweep(at(10, 11)) == []
    assert await bot.notes() == {
        (OPENING, "09:30"): "补发了 standup-close，这一次不发",
        (SUMMARY, "09:50"): DONE,
    }


async def test_a_late_opening_is_posted_while_it_is_of_use(bot: Stopped) -> None:
    said = await bot.start(at(10, 10))
    assert (opened(said), summed_up(said)) == (1, 0)

    said = await bot.sweep(at(10, 30))

    assert (opened(said), summed_up(said)) == (0, 1)
    assert await bot.notes() == {(OPENING, "09:30"): DONE, (SUMMARY, "10:30"): DONE}


async def test_what_is_too_late_is_noted_and_not_posted(bot: Stopped) -> None:
    said = await bot.start(at(12))

    assert (opened(said), summed_up(said)) == (0, 0)
    assert await bot.notes() == {
        (OPENING, "09:30"): "晚了 2 小时 30 分，没有发",
        (SUMMARY, "10:30"): "晚了 1 小时 30 分，没有发",
    }
    listed = [each for each in await bot.listed() if "2026-11-26" in each]
    assert [each for each in listed if "standup-nudge" not in each] == [
        "\t2026-11-26 10:30 大管家 standup-close: 晚了 1 小时 30 分，没有发",
        "\t2026-11-26 09:30 大管家 standup-open: 晚了 2 小时 30 分，没有发",
    ]
    again = await bot.start(at(12, 1))
    assert (opened(again), summed_up(again)) == (0, 0)


async def test_what_was_before_the_team_is_nobodys_loss(bot: Stopped) -> None:
    said = await bot.start(WEDNESDAY + timedelta(minutes=20))

    assert (opened(said), summed_up(said)) == (0, 0)
    assert await bot.notes(WEDNESDAY.date()) == {}


async def test_hours_that_were_chosen_later_were_not_missed(bot: Stopped) -> None:
    await bot.start(at(9, 31))
    await bot.set("standup", {"at": "08:30", "closes": "09:00"})

    assert await bot.sweep(at(9, 32)) == []
    assert await bot.notes() == {(OPENING, "09:30"): DONE}
    friday = at(8, 30) + timedelta(days=1)
    assert opened(await bot.sweep(friday)) == 1


# --- nothing twice -------------------------------------------------------------------------


async def test_a_clock_that_is_set_back_posts_nothing_twice(bot: Stopped) -> None:
    said = await bot.start(at(9, 30))
    for moment in (at(10, 18), at(10, 30), at(9, 30), at(9, 50), at(10, 18), at(10, 31)):
        said += await bot.sweep(moment)
    said += await bot.start(at(9, 30))
    said += await bot.start(at(10, 30))

    assert (opened(said), summed_up(said)) == (1, 1)
    assert len(said) == len(set(said))


async def test_a_clock_that_is_set_back_holds_no_letter_back(bot: Stopped) -> None:
    await bot.start(at(12))
    delivery, database = bot._app.delivery, bot._app.database
    await delivery.step()  # it will look again in a quarter of a minute
    bot.clock.at = at(11)
    async with database.begin() as tx:
        letter = {"key": "k", "chat_id": 1, "message": "{}", "written_at": at(11)}
        await tx.execute(sa.insert(outbox).values(**letter, due_at=at(11)))

    await delivery.step()

    async with database.begin() as tx:
        due = await tx.execute(sa.select(outbox.c.due_at).where(outbox.c.key == "k"))
        assert due.scalar_one() == at(11) + LEASE  # it is taken


async def test_a_crash_between_the_claim_and_the_post_posts_once(
    bot: Stopped, backend: str
) -> None:
    await bot.start(at(9, 29))
    database = bot._app.database
    async with database.begin() as tx:
        for each in _REFUSING[backend]:
            await tx.execute(sa.text(each))

    assert await bot.sweep(at(9, 30)) == []
    assert await bot.notes() == {}
    assert bot._app.schedule.runs["failed"] == 1
    async with database.begin() as tx:
        await tx.execute(
            sa.text("DROP TRIGGER refusing" + (" ON outbox" if backend == "postgresql" else ""))
        )

    said = await bot.start(at(9, 31)) + await bot.sweep(at(9, 32))

    assert (opened(said), summed_up(said)) == (1, 0)
    assert await bot.notes() == {(OPENING, "09:30"): DONE}


# The database takes the claim, and refuses the letter.
_REFUSING = {
    "sqlite": [
        "CREATE TRIGGER refusing BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END"
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
        "CREATE TRIGGER refusing BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}


# --- summer time ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sunday", [date(2027, 3, 28), date(2027, 10, 31)], ids=["spring", "autumn"]
)
async def test_a_standup_in_the_hour_of_the_change_is_held_once(
    bot: Stopped, sunday: date
) -> None:
    await bot.set("calendar", {"zone": "Europe/Berlin"})
    night = {"at": "02:30", "closes": "03:30", "days": [sunday.weekday()]}
    await bot.set("standup", {"rounds": [night]})
    midnight = datetime.combine(sunday, datetime.min.time(), SHANGHAI)
    said = await bot.start(midnight)

    for minutes in range(6, 15 * 60, 6):
        said += await bot.sweep(midnight + timedelta(minutes=minutes))

    assert (opened(said), summed_up(said)) == (1, 1)
    assert said.index(next(each for each in said if "开始" in each)) == 0


async def test_the_timer_does_not_sleep_through_a_clock_that_is_set_back(app: App) -> None:
    late = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 - the timer's own clock
    job = app._timer.add_job(app._sweep, "cron", second=0, id=SWEEP, next_run_time=late)
    app._timer.start(paused=True)

    await app._mind_the_clock()

    assert job.next_run_time < late - timedelta(minutes=50)
