"""The commands beside ``run``: one file per noun; each imports only what it needs."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from bot.errors import Misconfigured

if TYPE_CHECKING:
    from bot.config import Config
    from storage.database import Database

PathOf = Callable[[argparse.Namespace], Path]
Result = TypeVar("Result")


def add_commands(commands: Any, path: PathOf) -> None:
    from bot.cli import db, doctor, export, faq, importing, job, rehearse, usage, when

    doctor.add(commands, path)
    when.add(commands, path)
    faq.add(commands, path)
    export.add(commands, path)
    importing.add(commands, path)
    job.add(commands, path)
    rehearse.add(commands, path)
    usage.add(commands, path)
    db.add(commands, path)


def settings(arguments: argparse.Namespace, path: PathOf) -> "Config":
    """The configuration that the command line names. Raises Misconfigured."""
    from bot import config

    return config.load(path(arguments), required=arguments.config is not None)


def with_database(config: "Config", work: "Callable[[Database], Awaitable[Result]]") -> Result:
    """Run ``work`` on the configured database, which must be at this version's tables."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.parts import open_database, prepare_database

    async def run() -> Result:
        database = open_database(config)
        try:
            await prepare_database(database)
            return await work(database)
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise Misconfigured(f"the database failed: {type(cause).__name__}: {cause}") from error
        finally:
            await database.close()

    return asyncio.run(run())


def moment(text: str, zone: ZoneInfo) -> datetime:
    """An ISO moment; without a zone it is the calendar's wall clock."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise Misconfigured(f"{text} is not a moment: write 2026-11-27T18:00:00") from error
    return found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)


def read_lines(name: str) -> list[str]:
    """The lines of a text file. Raises Misconfigured if it cannot be read."""
    try:
        return Path(name).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"cannot read {name}: {error}") from error


def show(value: object) -> None:
    """One JSON object on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
