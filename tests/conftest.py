"""The stage on which features are tested: a trial group on a real database, with its own clock.

``room`` runs on SQLite, and also on PostgreSQL where TEST_POSTGRES_URL names a database.
"""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import sqlalchemy as sa
from hypothesis import settings

from bot.app import App
from bot.config import Config
from bot.dispatch import DEFAULT_TEAM
from bot.message import Card, Form, Outgoing, Person, Text, as_lines
from bot.platforms.console import BOT, chat_of, clicked, incoming, transcribed
from bot.platforms.console.view import message_of, said
from storage import console as transcript
from storage import embedded, migration
from storage import team as teams
from storage.console import PRIVATE
from storage.database import Database, fold_sqlite
from storage.schema import metadata
from storage.team import Team

# How long an example takes is the machine's business.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A plain working Wednesday.
WEDNESDAY = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
BACKENDS = ["sqlite", *(["postgresql"] if POSTGRES else [])]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("GUANJIA__"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_wait_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test cuts the power either; bots in processes of their own keep every promise."""
    quick = [each for each in embedded.PRAGMAS if not each.startswith("synchronous")]
    monkeypatch.setattr(embedded, "PRAGMAS", (*quick, "synchronous=OFF"))


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def asyncpg_url(url: str) -> sa.URL:
    return sa.make_url(url).set(drivername="postgresql+asyncpg")


@pytest.fixture
async def empty_database_url(backend: str, tmp_path: Path) -> AsyncIterator[str]:
    """A database without any tables; on PostgreSQL dropped afterwards."""
    if backend == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'guanjia.db'}"
        return
    url = await _create()
    yield url
    await _drop(url)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with every table and no rows, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "guanjia.db"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{file}"))
    fold_sqlite(file)
    return file


@pytest.fixture(scope="session")
def migrated_postgresql() -> Iterator[str]:
    """A PostgreSQL database with every table, for the whole run: its rows are wiped each time."""

    async def make() -> str:
        url = await _create()
        await _migrate(url)
        return url

    url = asyncio.run(make())
    yield url
    asyncio.run(_drop(url))


async def _create() -> str:
    name = f"guanjia_test_{uuid.uuid4().hex[:12]}"
    server = await asyncpg.connect(POSTGRES)
    await server.execute(f'CREATE DATABASE "{name}"')
    # No test cuts the server's power: nobody need wait for its disk.
    await server.execute(f'ALTER DATABASE "{name}" SET synchronous_commit TO off')
    await server.close()
    return asyncpg_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


async def _drop(url: str) -> None:
    server = await asyncpg.connect(POSTGRES)
    await server.execute(f'DROP DATABASE "{sa.make_url(url).database}" WITH (FORCE)')
    await server.close()


async def _migrate(url: str) -> None:
    database = Database(url)
    await migration.upgrade(database)
    await database.close()


async def _wipe(url: str) -> None:
    """Leave no rows and no connections; count from one again."""
    server = await asyncpg.connect(url.replace("+asyncpg", ""))
    await server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    tables = [each.name for each in reversed(metadata.sorted_tables)]
    rows = "; ".join(f'DELETE FROM "{name}"' for name in tables)  # noqa: S608
    counters = "; ".join(
        f"SELECT setval(pg_get_serial_sequence('{each.name}', 'id'), 1, false)"
        for each in metadata.sorted_tables
        if "id" in each.c and isinstance(each.c.id.type, sa.BigInteger)
    )
    try:
        await server.execute(f"{rows}; {counters}")
    except asyncpg.UndefinedTableError:  # the test took a table away
        await server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await _migrate(url)
    await server.close()


@pytest.fixture
def migrated(backend: str, request: pytest.FixtureRequest) -> str:
    """What a test's database is made from: a file to copy, or the URL of the one on the server."""
    return str(request.getfixturevalue(f"migrated_{backend}"))


@pytest.fixture
async def database_url(backend: str, tmp_path: Path, migrated: str) -> AsyncIterator[str]:
    """A migrated database without rows, for one test."""
    if backend == "sqlite":
        file = tmp_path / "guanjia.db"
        shutil.copyfile(migrated, file)
        yield f"sqlite+aiosqlite:///{file}"
        return
    yield migrated
    await _wipe(migrated)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database with one team."""
    opened = Database(database_url)
    async with opened.begin() as tx:
        await teams.open_team(tx, DEFAULT_TEAM, at=WEDNESDAY)
    yield opened
    await opened.close()


class Room:
    """People talking to the bot through the trial group's own door."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.group = "项目群"
        self._seen = 0

    @property
    def now(self) -> datetime:
        return self.app.now()

    async def say(
        self,
        who: str,
        text: str,
        *,
        group: str | None = None,
        reply_to: int | None = None,
        key: str | None = None,
    ) -> Outgoing | None:
        """Say it, and give what the bot answers in that chat: one message or none."""
        answers = await self.answers(who, text, group=group, reply_to=reply_to, key=key)
        assert len(answers) <= 1, answers
        return answers[0] if answers else None

    async def answers(
        self,
        who: str,
        text: str,
        *,
        group: str | None = None,
        reply_to: int | None = None,
        key: str | None = None,
    ) -> list[Outgoing]:
        chat = chat_of(self.group if group is None else group, who)
        before = await self._last()
        at = self.app.clock()
        async with self.app.database.begin() as tx:
            message_id = await transcript.write(
                tx,
                key=key or uuid.uuid4().hex,
                chat=chat.id,
                sender=who,
                body=said(transcribed(text, self.app.unlogged)),
                reply_to=reply_to,
                at=at,
            )
        self.last_said = message_id
        await self.app.handle(
            incoming(
                message_id,
                chat=chat,
                sender=who,
                text=text,
                roster=await self.app.members(),
                leads=self.app.leads,
                at=at,
                quoted=reply_to,
            )
        )
        await self.app.delivery.settle()
        return await self._new(before, chat.id)

    async def words(self, who: str, text: str, **where: str) -> str:
        """The answer as plain text; empty for silence."""
        answer = await self.say(who, text, group=where.get("group"))
        return as_lines(answer) if answer else ""

    async def press(
        self, who: str, card: int, say: str, fields: dict[str, str] | None = None
    ) -> Outgoing | None:
        """Press a button, or submit the form, of the bot's message ``card``."""
        before = await self._last()
        async with self.app.database.begin() as tx:
            line = await transcript.find(tx, card)
            assert line is not None
            message_id = await transcript.write(
                tx,
                key=uuid.uuid4().hex,
                chat=line.chat,
                sender=who,
                body=said(say),
                at=self.app.clock(),
            )
        chat = chat_of(line.chat, who)
        await self.app.handle(
            clicked(
                message_id,
                chat=chat,
                sender=who,
                say=say,
                fields=fields or {},
                roster=await self.app.members(),
                at=self.app.clock(),
                card=card,
            )
        )
        await self.app.delivery.settle()
        answers = await self._new(before, chat.id)
        assert len(answers) <= 1, answers
        return answers[0] if answers else None

    async def told(self, who: str) -> list[Outgoing]:
        """What the bot has said to somebody in private so far."""
        return await self._new(0, PRIVATE + who)

    async def wait_until(self, moment: datetime, *, group: str | None = None) -> list[Outgoing]:
        """Let the clock run; what the bot says by itself meanwhile, in this chat or anywhere.

        Whom it tells in private is mentioned in what this gives: that is who hears of it.
        """
        before = await self._last()
        await self.app.advance(moment)
        return await self._anywhere(before) if group is None else await self._new(before, group)

    async def wait(self, span: timedelta, *, group: str | None = None) -> list[Outgoing]:
        return await self.wait_until(self.now + span, group=group)

    @property
    async def last_card(self) -> int:
        """The transcript id of the bot's newest message."""
        async with self.app.database.begin() as tx:
            lines = [
                line
                for chat in await transcript.chats(tx, viewer="")
                for line in await transcript.newest(tx, chat.chat, limit=50)
                if line.sender == BOT
            ]
        return max(line.id for line in lines)

    async def newest(self) -> str:
        """What the bot said last, as plain text."""
        newest = await self.last_card
        async with self.app.database.begin() as tx:
            line = await transcript.find(tx, newest)
        assert line is not None
        message = message_of(line)
        return as_lines(message) if message else ""

    async def team(self) -> Team:
        async with self.app.database.begin() as tx:
            return (await teams.all_teams(tx))[0]

    async def _last(self) -> int:
        async with self.app.database.begin() as tx:
            lines = await transcript.chats(tx, viewer="")
            private = await tx.execute(sa.text("SELECT coalesce(max(id), 0) FROM console_message"))
        return max([line.id for line in lines] + [int(private.scalar_one())])

    async def _anywhere(self, after: int) -> list[Outgoing]:
        async with self.app.database.begin() as tx:
            chats = [each.chat for each in await transcript.chats(tx, viewer=None)]
            found = [
                (line.id, line.chat, message_of(line))
                for chat in chats
                for line in await transcript.read(tx, chat, after=after, limit=500)
                if line.sender == BOT
            ]
        return [_told(chat, message) for _, chat, message in sorted(found, key=_id) if message]

    async def _new(self, after: int, chat: str) -> list[Outgoing]:
        async with self.app.database.begin() as tx:
            lines = await transcript.read(tx, chat, after=after, limit=500)
        found = [message_of(line) for line in lines if line.sender == BOT]
        return [each for each in found if each is not None]


def _id(line: tuple[int, str, Outgoing | None]) -> int:
    return line[0]


def _told(chat: str, message: Outgoing) -> Outgoing:
    who = chat.removeprefix(PRIVATE)
    if who == chat or not isinstance(message, Text | Card | Form):
        return message
    return replace(message, mentions=(Person(who, who),))


class HandClock:
    """A clock that only moves when it is told to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at.astimezone(UTC)


@pytest.fixture
def config(database_url: str) -> Config:
    return Config.model_validate({"database": {"url": database_url}})


@pytest.fixture
async def app(config: Config, database: Database) -> AsyncIterator[App]:
    """The whole bot at 10:00 of a working Wednesday; nothing runs by itself."""
    made = App(config, real_time=HandClock(WEDNESDAY))
    await made.prepare()
    yield made
    await made.stop()


@pytest.fixture
def room(app: App) -> Room:
    return Room(app)
