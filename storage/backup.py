"""A copy of everything in one SQLite file, from either kind of database, and back again."""

import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sa

from storage import migration
from storage.database import Database, Tx, copy_sqlite, fold_sqlite
from storage.schema import metadata

_BATCH = 500
_MAGIC = b"SQLite format 3\x00"


class NotABackup(Exception):
    """The file is not one that ``save`` wrote."""


async def save(database: Database, file: Path) -> None:
    """Write a consistent copy, also while the bot runs. Raises OSError or sqlite3.Error.

    The file appears only when it is whole.
    """
    with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
        part = Path(scratch) / "part.db"
        if database.file is not None:
            copy_sqlite(database.file, part)
        else:
            copy = Database(f"sqlite+aiosqlite:///{part}")
            try:
                await migration.upgrade(copy)
                await _copy(database, copy)
            finally:
                await copy.close()
            fold_sqlite(part)
        part.replace(file)


async def restore(file: Path, database: Database) -> int:
    """Put a backup in place of what the database holds, in one transaction; rows copied.

    Raises NotABackup or OSError.
    """
    with file.open("rb") as opened:
        if opened.read(len(_MAGIC)) != _MAGIC:
            raise NotABackup(f"{file} is not a backup made by `guanjia db backup`")
    with tempfile.TemporaryDirectory() as scratch:
        # Older backups are brought to this version's tables first, on a copy of the file.
        copy = Path(scratch) / "copy.db"
        shutil.copyfile(file, copy)
        source = Database(f"sqlite+aiosqlite:///{copy}")
        try:
            if await migration.current(source) is None:
                raise NotABackup(f"{file} is an SQLite file, but not of 大管家")
            await migration.upgrade(source)
            return await _copy(source, database, replace=True)
        finally:
            await source.close()


async def is_empty(database: Database) -> bool:
    """Whether nobody has said anything yet."""
    async with database.begin() as tx:
        for name in ("inbox", "entry", "knowledge", "usage"):
            found = await tx.execute(sa.select(metadata.tables[name].c.id).limit(1))
            if found.scalar() is not None:
                return False
    return True


async def _copy(source: Database, target: Database, *, replace: bool = False) -> int:
    count = 0
    async with source.begin() as old, target.begin() as new:
        if not source.embedded:
            # One snapshot for all tables; nobody is kept from writing.
            await old.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        if replace:
            for table in reversed(metadata.sorted_tables):
                await new.execute(sa.delete(table))
        for table in metadata.sorted_tables:
            count += await _copy_table(table, old, new)
        if not target.embedded:
            await _continue_ids(new)
    return count


async def _copy_table(table: sa.Table, old: Tx, new: Tx) -> int:
    count = 0
    rows = await old.execute(sa.select(table).order_by(*table.primary_key.columns))
    while batch := rows.fetchmany(_BATCH):
        await new.execute(sa.insert(table), [dict(row._mapping) for row in batch])
        count += len(batch)
    return count


async def _continue_ids(tx: Tx) -> None:
    """PostgreSQL counts ids by itself: it must go on after the copied ones."""
    for table in metadata.sorted_tables:
        if "id" in table.c and isinstance(table.c.id.type, sa.BigInteger):
            await tx.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "  # noqa: S608
                    f'coalesce(max(id), 0) + 1, false) FROM "{table.name}"'
                )
            )
