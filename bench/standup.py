"""What the rhythm of many teams costs: opening their standups at one hour, and quiet minutes.

``python -m bench.standup 200`` measures fewer teams than the two thousand.
"""

import asyncio
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bench.commands import folder_on_disk, postgres_database, postgres_url
from bot.config import Config
from bot.delivery import Delivery
from bot.parts import build_calendar, load_jobs
from bot.platforms import Budget, Letter
from bot.schedule import Schedule
from bot.timetable import Timetables
from storage import migration, schema
from storage import team as teams
from storage.database import Database

TEAMS = 2_000
PEOPLE = 20  # of a team
QUIET = 10  # minutes in which nothing is due
A_SECOND, A_MINUTE = 50, 1_000  # letters that Feishu takes from one app
CONFIG = Config()
CALENDAR = build_calendar(CONFIG)
LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)
QUIET_FROM = datetime(2026, 11, 25, 9, 12, tzinfo=CALENDAR.zone)  # a working Wednesday
OPENS = datetime(2026, 11, 25, 9, 30, tzinfo=CALENDAR.zone)


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at.astimezone(UTC)

    def seconds(self) -> float:
        return self.at.timestamp()


class Feishu:
    """Takes every letter at once, and remembers when it came."""

    name = "feishu"
    budgets = (Budget(count=5, seconds=1.0),)
    pace = None

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.came: list[float] = []

    async def send(self, letter: Letter) -> str:
        self.came.append(self._clock.seconds())
        return letter.key

    def most(self, seconds: int) -> int:
        """Letters within so many seconds, at the busiest."""
        each = Counter(int(moment) for moment in self.came)
        return max((sum(each[first + n] for n in range(seconds)) for first in each), default=0)


class House:
    """The scheduled work of one process, with a clock of its own."""

    def __init__(self, database: Database, at: datetime) -> None:
        self.database = database
        self.clock = Clock(at)
        self.feishu = Feishu(self.clock)
        platforms: Any = {"feishu": self.feishu}
        self.delivery = Delivery(
            database=database,
            platforms=platforms,
            clock=self.clock,
            monotonic=self.clock.seconds,
        )
        self.schedule = Schedule(
            load_jobs(),
            database=database,
            config=CONFIG,
            calendar=CALENDAR,
            clock=self.clock,
            post=self.delivery.accept,
            expect=self.delivery.expect,
        )

    async def sweep_quietly(self) -> None:
        before = self.schedule.runs["done"]
        await self.schedule.sweep()
        if self.schedule.runs["done"] != before:
            raise RuntimeError("something was due in a quiet minute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds: of this process's CPU, and on the clock, the database included."""

    cpu: float
    wall: float


async def spent(work: Callable[[], Awaitable[object]]) -> Spent:
    cpu, wall = time.process_time(), time.perf_counter()
    await work()
    return Spent(cpu=time.process_time() - cpu, wall=time.perf_counter() - wall)


# --- two thousand teams --------------------------------------------------------------------


def own_choice(number: int) -> dict[str, Any]:
    """Hours that no other team has, as far as the day has minutes for it."""
    opens, length = number % 61, 30 + number // 61
    at = f"{10 + opens // 60}:{opens % 60:02}"
    closes = f"{11 + (opens + length) // 60}:{(opens + length) % 60:02}"
    return {
        "standup": {"at": at, "closes": closes},
        "calendar": {"holidays": [f"2027-02-{1 + number % 28:02}"]},
        "escalation": {"hours": [4, 8, 24 + number % 10]},
        "note": number,
    }


async def fill(database: Database, count: int, *, different: bool) -> None:
    team_rows = [
        {"id": n, "name": f"团队{n}", "created_at": LONG_AGO,
         "settings": own_choice(n) if different else {}}
        for n in range(1, count + 1)
    ]  # fmt: skip
    chat_rows = [
        {"team_id": n, "platform": "feishu", "external_id": f"oc_{n}", "private": False,
         "name": f"群{n}"}
        for n in range(1, count + 1)
    ]  # fmt: skip
    member_rows = [
        {"team_id": n, "platform": "feishu", "external_id": f"ou_{n}_{k}", "name": f"成员{k}",
         "roles": [], "settings": {}, "joined_at": LONG_AGO}
        for n in range(1, count + 1) for k in range(PEOPLE)
    ]  # fmt: skip
    async with database.begin() as tx:
        for table, rows in (
            (schema.team, team_rows), (schema.chat, chat_rows), (schema.member, member_rows),
        ):  # fmt: skip
            await tx.execute(sa.insert(table), rows)
    async with database.begin() as tx:
        if not database.embedded:
            await tx.execute(sa.text("ANALYZE"))  # as autovacuum does in time


async def settle(database: Database, at: datetime) -> None:
    """What an earlier process has done by then."""
    async with database.begin() as tx:
        choices = await teams.choices(tx)
        due = Timetables(load_jobs(), CONFIG, CALENDAR).due(choices, at.astimezone(UTC))
        rows = [
            {"job": job.name, "team_id": team_id, "slot": slot}
            for job, slot, ids in due
            for team_id in ids
        ]
        await tx.execute(sa.insert(schema.claim), rows)


# --- measuring -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    cold: Spent  # the first sweep of a process
    warm: float  # seconds on the clock
    cold_different: Spent
    warm_different: float
    changed: float  # the sweep after one of the different teams has changed its hours
    opening: Spent
    sending: float  # seconds of CPU
    runs: int
    letters: int
    a_second: int
    a_minute: int
    last: float  # seconds until the last letter left


async def quiet(house: House) -> float:
    took = []
    for _ in range(QUIET):
        house.clock.at += timedelta(minutes=1)
        took.append((await spent(house.sweep_quietly)).wall)
    return statistics.median(took)


async def measure(database: Database, other: Database, count: int) -> Figures:
    await fill(other, count, different=True)
    await settle(other, QUIET_FROM)
    house = House(other, QUIET_FROM)
    cold_different = await spent(house.sweep_quietly)
    warm_different = await quiet(house)
    async with other.begin() as tx:
        await teams.change_setting(tx, 1, "standup", {"at": "11:11", "closes": "11:55"})
    changed = (await spent(house.sweep_quietly)).wall

    await fill(database, count, different=False)
    await settle(database, QUIET_FROM)
    house = House(database, QUIET_FROM)
    cold = await spent(house.sweep_quietly)
    warm = await quiet(house)
    house.clock.at = OPENS
    before = house.schedule.runs["done"]
    opening = await spent(house.schedule.sweep)
    sending = await spent(lambda: deliver(house))
    if house.schedule.runs["failed"] or len(house.feishu.came) < count:
        raise RuntimeError("not every standup was opened")
    return Figures(
        cold=cold, warm=warm, cold_different=cold_different, warm_different=warm_different,
        changed=changed, opening=opening, sending=sending.cpu,
        runs=house.schedule.runs["done"] - before,
        letters=len(house.feishu.came), a_second=house.feishu.most(1),
        a_minute=house.feishu.most(60),
        last=max(house.feishu.came) - OPENS.timestamp(),
    )  # fmt: skip


async def deliver(house: House) -> None:
    for _ in range(150):
        await house.delivery.settle()
        house.clock.at += timedelta(seconds=1)


async def measure_sqlite(count: int) -> Figures:
    with folder_on_disk() as folder:
        urls = [f"sqlite+aiosqlite:///{folder / name}.db" for name in ("same", "different")]
        return await _measured(urls, count)


async def measure_postgres(count: int) -> Figures:
    server = sa.make_url(postgres_url())
    async with postgres_database(server) as same, postgres_database(server) as different:
        return await _measured([same, different], count)


async def _measured(urls: Sequence[str], count: int) -> Figures:
    same, different = (Database(each) for each in urls)
    try:
        for each in (same, different):
            await migration.upgrade(each)
        return await measure(same, different, count)
    finally:
        for each in (same, different):
            await each.close()


# --- the table -----------------------------------------------------------------------------

ROWS: Sequence[tuple[str, Callable[[Figures], str], str]] = (
    ("nothing due, first sweep of a process", lambda f: f"{f.cold.wall * 1000:.0f} ms", ""),
    ("nothing due, median of the next", lambda f: f"{f.warm * 1000:.0f} ms", "< 50 ms"),
    ("… all teams with different hours, first sweep",
     lambda f: f"{f.cold_different.wall * 1000:.0f} ms", ""),
    ("… median of the next", lambda f: f"{f.warm_different * 1000:.0f} ms", "< 50 ms"),
    ("… after one of them has changed", lambda f: f"{f.changed * 1000:.0f} ms", "< 150 ms"),
    ("opening all at 9:30, CPU of the process", lambda f: f"{f.opening.cpu:.1f} s", "< 20 s"),
    ("… on the clock", lambda f: f"{f.opening.wall:.1f} s", "< 60 s"),
    ("… runs of jobs / letters", lambda f: f"{f.runs} / {f.letters}", ""),
    ("sending the letters, CPU of the process", lambda f: f"{f.sending:.1f} s", ""),
    ("letters in the busiest second", lambda f: str(f.a_second), f"≤ {A_SECOND}"),
    ("letters in the busiest minute", lambda f: str(f.a_minute), f"≤ {A_MINUTE}"),
    ("the last letter leaves after", lambda f: f"{f.last:.0f} s", "≤ 120 s"),
)  # fmt: skip


def table(measured: Mapping[str, Figures], count: int) -> str:
    lines = [
        f"## Standups of {count:,} teams of {PEOPLE}",
        "",
        "Quiet minutes on the clock, the database included.",
        "",
        f"| | {' | '.join(measured)} | aim |",
        f"|---|{'---|' * len(measured)}---|",
    ]
    for title, cell, aim in ROWS:
        cells = " | ".join(cell(each) for each in measured.values())
        lines.append(f"| {title} | {cells} | {aim} |")
    return "\n".join(lines)


async def measure_all(count: int) -> str:
    measured = {"SQLite": await measure_sqlite(count)}
    if postgres_url():
        measured["PostgreSQL"] = await measure_postgres(count)
    return table(measured, count)


if __name__ == "__main__":
    print(asyncio.run(measure_all(int(sys.argv[1]) if sys.argv[1:] else TEAMS)) + "\n")
