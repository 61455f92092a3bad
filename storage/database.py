"""One database, one way to change it: a transaction."""

import asyncio
import functools
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import embedded

log = logging.getLogger(__name__)

Tx = AsyncConnection

# A replica that dies in the middle of a transaction must not hold its rivals for ever.
POSTGRES_SETTINGS = {
    "application_name": "guanjia",
    "idle_in_transaction_session_timeout": "60000",
    "lock_timeout": "20000",
}


DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")


class Database:
    """An engine, and what differs between SQLite (one process) and PostgreSQL (many)."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for what is no URL of a database that we can use."""
        if url.partition(":")[0] not in DRIVERS:
            raise ValueError(f"a database url begins with {' or '.join(DRIVERS)}")
        self.url = sa.make_url(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self._engine = self._sqlite() if self.embedded else self._postgres()
        # SQLite lets one write at a time; waiting in the loop is cheaper than in the file.
        self._turn = asyncio.Lock() if self.embedded else None
        self._holder: asyncio.Task[object] | None = None

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    @property
    def file(self) -> Path | None:
        """Where an embedded database lives; None for a server or one in memory."""
        name = self.url.database
        return Path(name) if self.embedded and name and name != ":memory:" else None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """A transaction: committed as a whole, or not at all."""
        if self._turn is None:
            async with self._engine.begin() as tx:
                yield tx
            return
        if self._holder is asyncio.current_task():
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        async with self._turn:
            self._holder = asyncio.current_task()
            try:
                async with self._engine.begin() as tx:
                    yield tx
            finally:
                self._holder = None

    async def close(self) -> None:
        await self._engine.dispose()

    def _postgres(self) -> AsyncEngine:
        return create_async_engine(
            self.url,
            hide_parameters=True,  # an error must not carry what people said into the log
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            connect_args={"server_settings": POSTGRES_SETTINGS, "timeout": 10},
        )

    def _sqlite(self) -> AsyncEngine:
        name = self.url.database or ":memory:"
        engine = create_async_engine(
            self.url,
            hide_parameters=True,  # an error must not carry what people said into the log
            poolclass=sa.pool.StaticPool,
            async_creator=lambda: embedded.Connection.open(name),
        )
        sa.event.listen(engine.sync_engine, "begin", _begin_immediate)
        return engine


def _begin_immediate(connection: sa.Connection) -> None:
    sa.util.await_only(connection.connection.driver_connection.begin())  # type: ignore[union-attr]


def insert_if_absent(table: sa.Table, tx: Tx, *returning: sa.Column[Any]) -> Any:
    """INSERT … ON CONFLICT DO NOTHING, whatever constraint it would break.

    With ``returning``, no row comes back if there was one already.
    """
    return _insert_if_absent(table, tx.dialect.name, *returning)


@functools.cache
def _insert_if_absent(table: sa.Table, dialect: str, *returning: sa.Column[Any]) -> Any:
    # One statement object each: SQLAlchemy recognises it at once, without comparing its parts.
    insert = _insert(table, dialect).on_conflict_do_nothing()
    return insert.returning(*returning) if returning else insert


def insert_or_update(table: sa.Table, tx: Tx, keys: list[str], values: dict[str, Any]) -> Any:
    """Insert ``values``; where ``keys`` are taken, update the rest."""
    insert = _insert(table, tx.dialect.name).values(**values)
    rest = {name: insert.excluded[name] for name in values if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=rest)


def _insert(table: sa.Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    if dialect == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy, also while the bot runs. Raises sqlite3.Error or OSError."""
    with (
        sqlite3.connect(f"file:{source}?mode=ro", uri=True) as old,
        sqlite3.connect(target) as new,
    ):
        old.backup(new)
    old.close()
    new.close()


def fold_sqlite(file: Path) -> None:
    """Leave one file: fold the write-ahead log of a closed database in."""
    opened = sqlite3.connect(file)
    opened.execute("PRAGMA journal_mode=DELETE")
    opened.close()
