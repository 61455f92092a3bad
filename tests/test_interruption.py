"""Work that is cancelled or held up half way: nothing is half kept, nothing falsely promised."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.dispatch import Interrupted
from bot.message import Chat, Incoming, Person
from storage import embedded, ledger
from storage.database import Database
from storage.schema import team
from tests.conftest import WEDNESDAY

GROUP = Chat("console", "项目群")


def said(number: int) -> Incoming:
    return Incoming(
        chat=GROUP,
        sender=Person("张三", "张三"),
        id=f"m{number}",
        text=f"卡点 超时{number}",
        at=WEDNESDAY,
    )


async def turns(count: int = 10) -> None:
    """Let the event loop go round: whoever can go on does, and no time passes."""
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_who_shared_a_cancelled_commit_is_not_told_that_it_is_stored(app: App) -> None:
    async with app.database.begin():  # an embedded database lets nobody else begin
        first, leader, follower = [
            asyncio.ensure_future(app.handle(said(number))) for number in (1, 2, 3)
        ]
        await turns()
        first.cancel()
        await turns()  # now the leader waits to commit for both
        leader.cancel()
        with pytest.raises(Interrupted):
            await follower
    await asyncio.gather(first, leader, return_exceptions=True)

    for number in (1, 2, 3):  # the platform sends them again
        await app.handle(said(number))
    async with app.database.begin() as tx:
        entries = [(each.number, each.title) for each, _, _ in await ledger.every(tx)]
    assert entries == [(1, "超时1"), (2, "超时2"), (3, "超时3")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "guanjia.db"


async def test_a_cancelled_transaction_leaves_the_next_one_alone(database: Database) -> None:
    async def rename(name: str) -> None:
        async with database.begin() as tx:
            await tx.execute(sa.update(team).values(name=name))

    for pauses in range(12):  # somewhere in BEGIN, in the statement, in COMMIT
        task = asyncio.ensure_future(rename(f"甲{pauses}"))
        await turns(pauses)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await rename(f"乙{pauses}")
        async with database.begin() as tx:
            assert (await tx.execute(sa.select(team.c.name))).scalar_one() == f"乙{pauses}"


async def test_the_loop_goes_on_while_another_process_holds_the_file(file: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{file}")
    async with database.begin() as tx:
        await tx.execute(sa.text("CREATE TABLE t (x INTEGER)"))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with database.begin() as tx:
            await tx.execute(sa.text("INSERT INTO t VALUES (1)"))

    writing = asyncio.ensure_future(write())
    await turns(100)
    assert not writing.done()
    other.execute("COMMIT")
    await writing
    assert other.execute("SELECT x FROM t").fetchall() == [(1,)]
    other.close()
    await database.close()


async def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database" * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        await embedded.Connection.open(str(broken))


async def test_a_connection_closes_without_a_loop_too(file: Path) -> None:
    opened = await embedded.Connection.open(str(file))
    opened.stop()
    opened._thread.shutdown()  # waits
    with pytest.raises(sqlite3.ProgrammingError):
        opened.cursor()


@pytest.mark.parametrize("url", ["sqlite:///x.db", "mysql://a@b/c", "nonsense", ""])
def test_only_our_drivers_are_accepted(url: str) -> None:
    with pytest.raises(ValueError, match="begins with"):
        Database(url)
