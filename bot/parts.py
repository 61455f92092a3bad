"""The parts that an App is made of, each from the declarations or the configuration."""

import fcntl
import importlib
import pkgutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

import bot.handlers
import bot.jobs
from bot.command import Commands, Topic
from bot.config import Config
from bot.dispatch import Greeter
from bot.errors import Misconfigured
from bot.message import Kind
from bot.platforms import Platform
from bot.schedule import Job
from bot.workdays import Calendar
from storage import migration
from storage.database import DRIVERS, Database


def _values_in(package: object, kind: type) -> list[object]:
    """The values of a type that the modules of a package declare."""
    path = package.__path__  # type: ignore[attr-defined]
    name = package.__name__  # type: ignore[attr-defined]
    modules = [
        importlib.import_module(f"{name}.{each.name}") for each in pkgutil.iter_modules(path)
    ]
    return [
        value for module in modules for value in vars(module).values() if isinstance(value, kind)
    ]


def load_commands() -> Commands:
    return Commands(each for each in _values_in(bot.handlers, Topic) if isinstance(each, Topic))


def load_jobs() -> list[Job]:
    return [each for each in _values_in(bot.jobs, Job) if isinstance(each, Job)]


def load_greeters() -> dict[Kind, Greeter]:
    from bot.handlers.greeting import greeters

    return greeters


def open_database(config: Config) -> Database:
    """Nothing is connected yet. Raises Misconfigured."""
    try:
        return Database(config.database.url)
    except (ValueError, sa.exc.ArgumentError) as error:
        begins = " or ".join(f"{driver}://" for driver in DRIVERS)
        raise Misconfigured(f"database.url is not usable: it begins with {begins}") from error


def build_calendar(config: Config) -> Calendar:
    return Calendar(
        zone=config.calendar.timezone,
        holidays=frozenset(config.calendar.holidays),
        workdays=frozenset(config.calendar.workdays),
    )


def build_platforms(config: Config, now: Callable[[], datetime]) -> dict[str, Platform]:
    """The real chats that are configured; imported only then."""
    platforms: dict[str, Platform] = {}
    if config.feishu:
        from bot.platforms.feishu import Feishu

        platforms["feishu"] = Feishu(config.feishu)
    if config.wecom.bot or config.wecom.app or config.wecom.group_robots:
        from bot.platforms.wecom import Wecom

        platforms["wecom"] = Wecom(config.wecom, clock=time.monotonic, now=now)
    return platforms


@contextmanager
def held_alone(database: Database) -> Iterator[None]:
    """Keep an embedded database from being served twice. Raises Misconfigured."""
    if database.file is None:
        yield
        return
    lock = database.file.with_name(database.file.name + ".lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        opened = lock.open("ab")
    except OSError as error:
        raise Misconfigured(
            f"the database {database.file} cannot be opened ({error.strerror}): "
            "check database.url and that its folder is writable"
        ) from error
    with opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Misconfigured(
                f"another process serves {database.file}: stop it first; "
                "several replicas need PostgreSQL"
            ) from error
        yield


async def prepare_database(database: Database) -> None:
    """An embedded database is migrated; a server must have been. Raises Misconfigured."""
    where = database.url.render_as_string(hide_password=True)
    try:
        if database.embedded:
            await migration.upgrade(database)
            return
        revision = await migration.current(database)
    except Exception as error:
        raise Misconfigured(
            f"the database {where} cannot be opened ({type(error).__name__}): "
            "check database.url, and that its server is running or its folder is writable"
        ) from error
    if revision != migration.newest():
        raise Misconfigured(
            f"the database {where} is not at this version's tables: run `guanjia db upgrade`"
        )
