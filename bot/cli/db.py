"""``guanjia db``: migrations, a copy of everything, and back."""

import argparse
import asyncio
import sqlite3
from pathlib import Path
from typing import Any

from bot.cli import PathOf, say, settings, with_database
from bot.errors import Misconfigured


def add(commands: Any, path: PathOf) -> None:
    db = commands.add_parser("db", help="migrations, backup and restore")
    verbs = db.add_subparsers(dest="verb", required=True, metavar="VERB")
    upgrade = verbs.add_parser("upgrade", help="bring the database to this version's tables")
    upgrade.set_defaults(act=lambda arguments: _upgrade(arguments, path))
    backup = verbs.add_parser("backup", help="a consistent copy, also while the bot runs")
    backup.add_argument("file", metavar="FILE")
    backup.set_defaults(act=lambda arguments: _backup(arguments, path))
    restore = verbs.add_parser("restore", help="put a backup in place of what is there")
    restore.add_argument("file", metavar="FILE")
    restore.add_argument(
        "--replace", action="store_true", help="also if the database is not empty"
    )
    restore.set_defaults(act=lambda arguments: _restore(arguments, path))


def _upgrade(arguments: argparse.Namespace, path: PathOf) -> int:
    from bot.parts import open_database
    from storage import migration

    config = settings(arguments, path)

    async def run() -> str | None:
        database = open_database(config)
        try:
            before = await migration.current(database)
            await migration.upgrade(database)
        except Exception as error:
            where = database.url.render_as_string(hide_password=True)
            raise Misconfigured(f"the database {where} cannot be upgraded: {error}") from error
        finally:
            await database.close()
        return before

    before = asyncio.run(run())
    newest = migration.newest()
    done = "was already" if before == newest else "is now"
    say(f"the database {done} at revision {newest}")
    return 0


def _backup(arguments: argparse.Namespace, path: PathOf) -> int:
    from storage import backup
    from storage.database import Database

    target = Path(arguments.file)
    if not target.parent.is_dir():
        raise Misconfigured(f"the folder {target.parent} does not exist")

    async def work(database: Database) -> None:
        try:
            await backup.save(database, target)
        except (OSError, sqlite3.Error) as error:
            raise Misconfigured(f"the backup cannot be written: {error}") from error

    with_database(settings(arguments, path), work)
    say(f"saved to {target}")
    return 0


def _restore(arguments: argparse.Namespace, path: PathOf) -> int:
    from bot.parts import held_alone
    from storage import backup
    from storage.database import Database

    source = Path(arguments.file)

    async def work(database: Database) -> int:
        if not arguments.replace and not await backup.is_empty(database):
            raise Misconfigured(
                "the database is not empty: add --replace to put the backup in its place"
            )
        try:
            with held_alone(database):
                return await backup.restore(source, database)
        except (OSError, backup.NotABackup) as error:
            raise Misconfigured(f"the backup cannot be restored: {error}") from error

    rows = with_database(settings(arguments, path), work)
    say(f"restored {rows} rows from {source}")
    return 0
