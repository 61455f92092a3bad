"""Real processes: killed, doubled, stopped and refused, on real databases."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, time, timedelta
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa
from aiohttp import web

from bot.app import App
from bot.config import Config, load
from bot.context import LEASE, Context
from bot.dispatch import DEFAULT_TEAM
from bot.message import Text
from bot.schedule import Schedule, every_day, job
from bot.workdays import Calendar
from storage import history, ledger, outbox
from storage import member as members
from storage import team as teams
from storage.database import Database
from storage.schema import claim
from storage.schema import outbox as letters
from storage.team import Team
from tests.conftest import POSTGRES, SHANGHAI, WEDNESDAY, HandClock
from tests.platforms.feishu_server import FeishuServer
from tests.running import (
    Bot,
    Caller,
    Event,
    free_port,
    real_now,
    running,
    until,
    write_config,
)

pytestmark = pytest.mark.processes

on_postgresql = pytest.mark.skipif(
    not POSTGRES, reason="several replicas need PostgreSQL: set TEST_POSTGRES_URL"
)
SENDERS = 8


class SlowFeishu(FeishuServer):
    """So that letters are on the wire most of the time, also when the bot is killed."""

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.02)
        return await super()._handle(http)


@pytest.fixture
async def feishu() -> AsyncIterator[FeishuServer]:
    async with SlowFeishu() as server:
        yield server


@pytest.fixture
def config_file(
    tmp_path: Path, feishu: FeishuServer, database: Database, database_url: str
) -> Path:
    """A configuration for the bot, on a migrated database."""
    return write_config(tmp_path, feishu, database_url)


async def check_ledger(database: Database, events: list[Event]) -> None:
    """Each event has one entry with one line of history; the numbers have no gaps."""
    async with database.begin() as tx:
        found = [each for each, _, _ in await ledger.every(tx)]
        stories = [await history.story(tx, each.id) for each in found]
    assert Counter(each.title for each in found) == Counter(each.title for each in events)
    assert [each.number for each in found] == list(range(1, len(events) + 1))
    assert [len(story) for story in stories] == [1] * len(events)


def check_replies(feishu: FeishuServer, events: list[Event]) -> None:
    """Each event has one reply, whatever was posted twice under one uuid.

    What the hour of day made the bot post by itself answers nobody.
    """
    replied = Counter(each.reply_to for each in feishu.messages if each.reply_to)
    assert replied == Counter(each.message_id for each in events)


async def send_the_rest(config_file: Path, *, after: timedelta) -> None:
    """The bot starts again so much later, and sends what the last one left."""
    app = App(load(config_file), real_time=lambda: real_now() + after)
    await app.prepare()
    await app.delivery.settle()
    await app.stop()


# --- killed --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_killed_bot_neither_loses_nor_repeats(
    config_file: Path, feishu: FeishuServer, database: Database, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same disorder every time
    caller, bot = Caller(feishu), Bot(config_file)
    events = [caller.event(chat=number % 40) for number in range(160)]
    waiting = list(events)

    async def sender(session: aiohttp.ClientSession) -> None:
        while waiting:
            await caller.insist(session, waiting.pop(), bot)

    async def killer() -> None:
        for count in sorted(chance.sample(range(150), 4)):
            await until(lambda count=count: len(caller.acknowledged) >= count, "more answers")  # type: ignore[misc]
            await asyncio.sleep(chance.uniform(0, 0.05))
            await bot.kill()
            await bot.start()

    await bot.start()
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(killer(), *(sender(session) for _ in range(SENDERS)))
    await bot.kill()

    await check_ledger(database, events)
    # On PostgreSQL, letters belong to who is dead until their leases run out.
    await send_the_rest(config_file, after=LEASE * 1.1)
    check_replies(feishu, events)


# --- doubled -------------------------------------------------------------------------------


@on_postgresql
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_two_replicas_handle_each_message_once(
    config_file: Path, feishu: FeishuServer, database: Database
) -> None:
    caller = Caller(feishu)
    events = [caller.event(chat=number % 40) for number in range(120)]
    waiting = list(events)
    async with running(config_file) as one, running(config_file) as two:
        async with aiohttp.ClientSession() as session:

            async def sender() -> None:
                while waiting:
                    event = waiting.pop()
                    await asyncio.gather(
                        caller.insist(session, event, one), caller.insist(session, event, two)
                    )

            await asyncio.gather(*(sender() for _ in range(SENDERS)))
        await until(lambda: len(feishu.messages) >= len(events), "all replies")

    await check_ledger(database, events)
    check_replies(feishu, events)
    # Not only dropped by their uuid: nothing was posted twice.
    assert len(feishu.sent()) == len(events)


async def open_group(database: Database, *, people: int) -> Team:
    async with database.begin() as tx:
        team = await teams.open_team(tx, DEFAULT_TEAM, at=WEDNESDAY)
        await teams.open_chat(
            tx,
            team_id=team.id,
            platform="feishu",
            external_id="oc_home",
            private=False,
            name="项目群",
            person="",
        )
        await members.meet(
            tx,
            team_id=team.id,
            platform="feishu",
            people=[(f"ou_{number}", f"成员{number}") for number in range(people)],
            at=WEDNESDAY,
        )
    return team


@job("hourly", times=lambda *_: [time(hour) for hour in range(24)], days=every_day)
async def say_the_hour(context: Context) -> None:
    """每小时说一次"""
    home = await context.home()
    assert home is not None
    await context.tell(home, Text(text=f"{context.now:%H} 点"))


async def test_rivals_that_sweep_together_run_each_slot_once(
    database: Database, database_url: str
) -> None:
    await open_group(database, people=1)
    clock = HandClock(WEDNESDAY)
    rivals = [Database(database_url) for _ in range(3)]
    schedules = [
        Schedule(
            [replace(say_the_hour, grace=timedelta(minutes=30))],
            database=each,
            config=Config(),
            calendar=Calendar(SHANGHAI),
            clock=clock,
            post=lambda _written: None,
        )
        for each in rivals
    ]
    for _ in range(50):
        await asyncio.gather(*(each.sweep() for each in schedules))
        clock.at += timedelta(hours=1)
    for each in rivals:
        await each.close()

    slots = [WEDNESDAY.astimezone(UTC) + timedelta(hours=hours) for hours in range(50)]
    async with database.begin() as tx:
        taken = (await tx.execute(sa.select(claim.c.slot).order_by(claim.c.slot))).scalars()
        assert list(taken) == slots
        written = (await tx.execute(sa.select(letters.c.message))).scalars()
        assert len(list(written)) == 50
        # The last one is its writer's to send, for now.
        due = await outbox.lease(
            tx, at=slots[-1], until=slots[-1] + LEASE, limit=100, platforms=["feishu"]
        )
        assert len(due) == 49
    assert sum(each.runs["done"] for each in schedules) == 50
    assert sum(each.runs["failed"] for each in schedules) == 0


@on_postgresql
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_replicas_share_what_is_due_without_waiting(
    config_file: Path, feishu: FeishuServer, database: Database
) -> None:
    """While one replica is taking letters, the other takes others: it does not stand in line."""
    team = await open_group(database, people=1)
    async with database.begin() as tx:
        home = (await teams.groups(tx, team.id))[0]
        values = {"chat_id": home.id, "message": "{}", "written_at": WEDNESDAY}
        rows = [{**values, "key": f"k{number}", "due_at": WEDNESDAY} for number in range(4)]
        await tx.execute(sa.insert(letters), rows)
    later = WEDNESDAY + LEASE

    async with database.begin() as one, database.begin() as two:
        await two.execute(sa.text("SET LOCAL lock_timeout = '500ms'"))
        taken = [
            await outbox.lease(tx, at=WEDNESDAY, until=later, limit=limit, platforms=["feishu"])
            for tx, limit in ((one, 2), (two, 10))
        ]
    assert [each.key for each in taken[0]] == ["k0", "k1"]
    assert [each.key for each in taken[1]] == ["k2", "k3"]


# --- stopped -------------------------------------------------------------------------------


async def test_a_stop_under_load_keeps_every_promise(
    config_file: Path, feishu: FeishuServer, database: Database
) -> None:
    caller = Caller(feishu)
    promised: list[Event] = []
    async with running(config_file) as bot, aiohttp.ClientSession() as session:
        stopping = False

        async def sender(chat: int) -> None:
            while True:
                event = caller.event(chat=chat)
                if await caller.deliver(session, event, bot):
                    promised.append(event)
                elif stopping:
                    return

        async def stop() -> None:
            nonlocal stopping
            await until(lambda: len(promised) > 40, "answers")
            stopping = True
            bot.process.terminate()
            async with asyncio.timeout(10):
                assert await bot.ended() == 0

        await asyncio.gather(stop(), *(sender(chat) for chat in range(SENDERS)))

    assert caller.statuses <= {200, 503}
    await check_ledger(database, promised)
    await send_the_rest(config_file, after=timedelta(0))
    check_replies(feishu, promised)


# --- refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"GUANJIA__FEISHU__APP_SECRET": ""}, "feishu.app_secret is missing"),
        ({"GUANJIA__FEISHU__APP_SECRET": "file:/no/such/secret"}, "cannot be read"),
        ({"GUANJIA__SERVER__COLOUR": "red"}, "server.colour is not a key"),
        ({"GUANJIA__DATABASE__URL": "sqlite+aiosqlite:////dev/null/bot.db"}, "cannot be opened"),
        ({"GUANJIA__DATABASE__URL": "postgresql+asyncpg://a@127.0.0.1:1/b"}, "cannot be opened"),
        ({"GUANJIA__DATABASE__URL": "mysql://a@127.0.0.1/b"}, "database.url"),
        ({"GUANJIA__DATABASE__URL": "nonsense"}, "database.url"),
    ],
)
async def test_a_start_that_fails_says_why_in_one_sentence(
    tmp_path: Path, feishu: FeishuServer, environment: dict[str, str], said: str
) -> None:
    unused = f"sqlite+aiosqlite:///{tmp_path / 'unused.db'}"
    bot = Bot(write_config(tmp_path, feishu, unused))
    await bot.spawn(environment)
    check_refusal(await bot.errors(), said)
    assert bot.process.returncode == 1


async def test_a_port_in_use_is_named(tmp_path: Path, feishu: FeishuServer) -> None:
    port = free_port()
    taken = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", port)
    unused = f"sqlite+aiosqlite:///{tmp_path / 'unused.db'}"
    bot = Bot(write_config(tmp_path, feishu, unused), port=port)
    async with taken:
        await bot.spawn()
        check_refusal(await bot.errors(), f"port {port}")
    assert bot.process.returncode == 1


@on_postgresql
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_server_without_our_tables_is_refused(
    tmp_path: Path, feishu: FeishuServer, empty_database_url: str
) -> None:
    bot = Bot(write_config(tmp_path, feishu, empty_database_url))
    await bot.spawn()
    check_refusal(await bot.errors(), "guanjia db upgrade")
    assert bot.process.returncode == 1


def check_refusal(errors: str, said: str) -> None:
    assert len(errors.splitlines()) == 1, errors
    assert errors.startswith("guanjia: ")
    assert said in errors
