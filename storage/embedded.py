"""SQLite as SQLAlchemy's async driver wants it: statements in the event loop, waiting in a thread.

A statement inside a transaction takes microseconds; handing it to a thread and back takes longer.
Only what may wait goes there: BEGIN for another process (a backup), COMMIT for the disk. The
thread is one, so a rollback after a cancelled commit comes after it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

PRAGMAS = (
    "busy_timeout=15000",
    "journal_mode=WAL",
    "synchronous=FULL",  # what was answered 200 survives a power cut
    "foreign_keys=ON",
)


class Connection:
    """What SQLAlchemy uses of an aiosqlite connection, and ``begin``."""

    def __init__(self, thread: ThreadPoolExecutor, opened: sqlite3.Connection) -> None:
        self._thread = thread
        self._connection = opened  # SQLAlchemy looks here whether it is open

    @classmethod
    async def open(cls, name: str) -> Self:
        """The file, made if it is new. Raises sqlite3.Error or OSError."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        loop = asyncio.get_running_loop()
        try:
            return cls(thread, await loop.run_in_executor(thread, _open, name))
        except BaseException:
            thread.shutdown(wait=False)
            raise

    def cursor(self) -> "Cursor":
        return Cursor(self._connection.cursor())

    async def begin(self) -> None:
        """For writing at once: a read transaction that wants to write later may deadlock."""
        await self._in_thread(lambda: self._connection.execute("BEGIN IMMEDIATE"))

    async def commit(self) -> None:
        await self._in_thread(self._connection.commit)

    async def rollback(self) -> None:
        await self._in_thread(self._connection.rollback)

    async def create_function(self, *function: Any, **options: Any) -> None:
        self._connection.create_function(*function, **options)

    async def close(self) -> None:
        await self._in_thread(self._connection.close)
        self._thread.shutdown(wait=False)

    def stop(self) -> None:
        """Close without an event loop."""
        self._thread.submit(self._connection.close)
        self._thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], object]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, work)


class Cursor:
    """What SQLAlchemy uses of an aiosqlite cursor."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    @property
    def arraysize(self) -> int:
        return self._cursor.arraysize

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        self._cursor.execute(statement, parameters)

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
        self._cursor.executemany(statement, parameters)

    async def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    async def close(self) -> None:
        self._cursor.close()


def _open(name: str) -> sqlite3.Connection:
    if name != ":memory:":
        Path(name).parent.mkdir(parents=True, exist_ok=True)
    # Ours is the only BEGIN: the driver would begin reading, and write late.
    opened = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
    try:
        for pragma in PRAGMAS:
            opened.execute(f"PRAGMA {pragma}")
    except BaseException:
        opened.close()
        raise
    return opened
