"""What the ledger's questions cost the database, and what a full ledger costs whoever writes.

``python -m bench.ledger 100000`` measures fewer entries than the million.
"""

import asyncio
import random
import re
import sqlite3
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import sqlalchemy as sa

from bench.commands import folder_on_disk, percentile, postgres_database, postgres_url
from bench.full_ledger import (
    A_TEAM,
    COLUMNS,
    MEMBERS,
    NOW,
    PEOPLE,
    THINGS,
    Ledger,
    fill_postgres,
    fill_sqlite,
)
from bot.app import App
from bot.config import Config
from bot.message import Chat, Incoming, Person
from storage import migration
from storage.database import Database

ENTRIES = 1_000_000
ASKED = 200  # times each question
WRITTEN = 100  # entries a round
ROUNDS = 5
LIMIT = 20.0  # milliseconds
MORE = 1.2  # times what it costs in an empty ledger
QUESTIONS = ("我的", "任务列表", "卡点列表", "议程", "查看 {number}", "查 {word}")
WRITE = ("任务", "卡点")  # a blocker is compared with those that it may repeat
BIG = ("entry", "history", "term", "inbox", "outbox", "member")


# --- watching the database -----------------------------------------------------------------


class Watch:
    """What an engine executes while it is on: the statements, and the time they take."""

    def __init__(self, database: Database) -> None:
        self.seconds = 0.0
        self.statements: list[tuple[str, Any]] = []
        self._engine = database.engine.sync_engine

    def _begins(self, *told: Any) -> None:
        self.statements.append((told[2], told[3]))
        self._began = time.perf_counter()

    def _ends(self, *_told: Any) -> None:
        self.seconds += time.perf_counter() - self._began

    @contextmanager
    def on(self) -> Any:
        self.seconds, self.statements = 0.0, []
        sa.event.listen(self._engine, "before_cursor_execute", self._begins)
        sa.event.listen(self._engine, "after_cursor_execute", self._ends)
        try:
            yield self
        finally:
            sa.event.remove(self._engine, "before_cursor_execute", self._begins)
            sa.event.remove(self._engine, "after_cursor_execute", self._ends)


async def explained(
    database: Database, statement: str, parameters: Any, *, few: bool = False
) -> list[str]:
    """The plan of a statement, with what it was asked with; of ``few`` rows, as if of many."""
    if isinstance(parameters, list):
        parameters = parameters[0]
    if database.embedded:
        opened = sqlite3.connect(str(database.file))
        try:
            rows = opened.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
        finally:
            opened.close()
        return [str(row[3]) for row in rows]
    plain = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        if few:  # PostgreSQL reads a small table as a whole, whatever indexes it has
            await connection.execute("SET enable_seqscan = off")
        return [str(row[0]) for row in await connection.fetch(f"EXPLAIN {statement}", *parameters)]
    finally:
        await connection.close()


def scans(plan: Sequence[str]) -> list[str]:
    """The lines of a plan that read a whole table of those that grow."""
    tables = "|".join(BIG)
    whole = re.compile(rf"^SCAN (?:{tables})\b|Seq Scan on (?:{tables})\b")
    return [line.strip() for line in plan if whole.search(line.strip())]


# --- asking and writing --------------------------------------------------------------------


class Team:
    """People of some team who talk to the bot through its door."""

    def __init__(self, app: App, teams: int) -> None:
        self.app = app
        self.watch = Watch(app.database)
        self._teams = teams
        self._chance = random.Random(7)  # noqa: S311 - the same questions every time

    async def say(self, text: str) -> None:
        team = self._chance.randint(1, self._teams)
        who = f"人{(team - 1) * MEMBERS + self._chance.randint(1, MEMBERS)}"
        await self.app.handle(
            Incoming(
                chat=Chat("console", f"群{team}"),
                sender=Person(who, who),
                id=uuid.uuid4().hex,
                text=text,
                at=NOW,
            )
        )

    async def ask(self, question: str) -> float:
        """The milliseconds that the database took for all of it, message and answer included."""
        words = {
            "number": self._chance.randint(1, A_TEAM),
            "word": self._chance.choice(THINGS),
        }
        with self.watch.on() as watch:
            await self.say(question.format(**words))
        await self.app.delivery.settle()
        return float(watch.seconds * 1000)

    async def write(self, kind: str) -> tuple[float, float]:
        """Log one entry: milliseconds in the database, and of all until it is committed."""
        title = "".join(chr(self._chance.randint(0x4E00, 0x9FA5)) for _ in range(8))
        with self.watch.on() as watch:
            began = time.perf_counter()
            await self.say(f"{kind} {title} 周五前")
            took = time.perf_counter() - began
        await self.app.delivery.settle()
        return watch.seconds * 1000, took * 1000

    async def written(self) -> int:
        async with self.app.database.begin() as tx:
            return int((await tx.execute(sa.text("SELECT max(id) FROM entry"))).scalar() or 0)


Cost = tuple[float, float]  # of logging an entry: in the database, in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one database; milliseconds."""

    asked: Mapping[str, tuple[float, float]]  # p50 and p99
    whole: Sequence[str]  # lines of plans that read a whole table
    plans: Mapping[str, list[str]]
    written: Mapping[str, tuple[Cost, Cost]]  # in an empty ledger, in a full one
    filled: float  # seconds


async def measure(full: App, empty: App, teams: int, filled: float) -> Figures:
    team, other = Team(full, teams), Team(empty, teams)
    asked, plans = {}, {}
    for question in QUESTIONS:
        await team.ask(question)
        plans[question] = [
            line
            for statement, parameters in team.watch.statements
            if statement.startswith(("SELECT", "UPDATE", "DELETE"))
            for line in await explained(full.database, statement, parameters)
        ]
        took = [await team.ask(question) for _ in range(ASKED)]
        asked[question] = percentile(took, 50), percentile(took, 99)
    written = {kind: await _compare(kind, team, other) for kind in WRITE}
    whole = [line for plan in plans.values() for line in scans(plan)]
    return Figures(
        asked=asked, whole=whole, plans=plans, filled=filled, written=written,
    )  # fmt: skip


async def _compare(kind: str, full: Team, empty: Team) -> tuple[Cost, Cost]:
    rounds: dict[Team, list[Cost]] = {empty: [], full: []}
    for _ in range(ROUNDS):  # by turns: a slow minute hits them both
        for each, costs in rounds.items():
            before = await each.written()
            took = [await each.write(kind) for _ in range(WRITTEN)]
            if await each.written() != before + WRITTEN:
                raise RuntimeError("not everything was written down")
            costs.append(_middle(took))
    return _middle(rounds[empty]), _middle(rounds[full])


def _middle(costs: Sequence[Cost]) -> Cost:
    return statistics.median(c[0] for c in costs), statistics.median(c[1] for c in costs)


# --- the databases -------------------------------------------------------------------------


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[App]:
    app = App(Config.model_validate({"database": {"url": url}}))
    await app.prepare()
    try:
        yield app
    finally:
        await app.stop()


async def measure_sqlite(ledger: Ledger) -> Figures:
    with folder_on_disk() as folder:
        urls = []
        began = time.perf_counter()
        for name, tables in (("full", tuple(COLUMNS)), ("empty", PEOPLE)):
            url = f"sqlite+aiosqlite:///{folder / name}.db"
            database = Database(url)
            await migration.upgrade(database)
            await database.close()
            fill_sqlite(folder / f"{name}.db", ledger, tables)
            urls.append(url)
        filled = time.perf_counter() - began
        async with opened(urls[0]) as full, opened(urls[1]) as empty:
            return await measure(full, empty, ledger.teams, filled)


async def measure_postgres(ledger: Ledger) -> Figures:
    server = sa.make_url(postgres_url())
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(postgres_database(server)) for _ in range(2)]
        began = time.perf_counter()
        await fill_postgres(urls[0], ledger, tuple(COLUMNS))
        await fill_postgres(urls[1], ledger, PEOPLE)
        filled = time.perf_counter() - began
        async with opened(urls[0]) as full, opened(urls[1]) as empty:
            return await measure(full, empty, ledger.teams, filled)


# --- the table -----------------------------------------------------------------------------


def table(measured: Mapping[str, Figures], ledger: Ledger) -> str:
    lines = [
        f"## A ledger of {ledger.teams * A_TEAM:,} entries of {ledger.teams:,} teams",
        "",
        f"Time in the database for all statements of a command, message and answer included; "
        f"{ASKED} times each. Logging: medians of {ROUNDS} rounds of {WRITTEN}.",
        "",
        f"| | {' | '.join(measured)} | aim |",
        f"|---|{'---|' * len(measured)}---|",
    ]
    for question in QUESTIONS:
        cells = ["{:.1f} / {:.1f} ms".format(*each.asked[question]) for each in measured.values()]
        lines.append(f"| {question}, p50 / p99 | {' | '.join(cells)} | < {LIMIT:.0f} ms |")
    scanned = [str(len(each.whole)) for each in measured.values()]
    lines.append(f"| tables read as a whole | {' | '.join(scanned)} | 0 |")
    for kind in WRITE:
        for title, place in (("in the database", 0), ("in all, committed", 1)):
            costs = [[cost[place] for cost in each.written[kind]] for each in measured.values()]
            cells = [f"{few:.2f} → {many:.2f} ms ({many / few:.2f}×)" for few, many in costs]
            aim = f"≤ {MORE}×" if place else ""
            lines.append(f"| {kind}, empty → full ledger, {title} | {' | '.join(cells)} | {aim} |")
    cells = [f"{each.filled:.0f} s" for each in measured.values()]
    lines.append(f"| generated in | {' | '.join(cells)} | |")
    for name, each in measured.items():
        lines += ["", f"### Plans on {name}", "", "```text"]
        for question, plan in each.plans.items():
            lines += [question, *(f"    {line}" for line in plan)]
        lines.append("```")
    return "\n".join(lines)


async def measure_all(entries: int) -> str:
    ledger = Ledger(entries)
    measured = {"SQLite": await measure_sqlite(ledger)}
    if postgres_url():
        measured["PostgreSQL"] = await measure_postgres(ledger)
    return table(measured, ledger)


if __name__ == "__main__":
    print(asyncio.run(measure_all(int(sys.argv[1]) if sys.argv[1:] else ENTRIES)) + "\n")
