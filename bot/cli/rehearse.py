"""``guanjia rehearse``: every message the coming days would bring, on a copy of the data."""

import argparse
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.cli import PathOf, say, settings, with_database
from bot.errors import Misconfigured


def add(commands: Any, path: PathOf) -> None:
    rehearse = commands.add_parser("rehearse", help="what the coming days would bring")
    rehearse.add_argument("--from", dest="first", metavar="DATE", help="default: now")
    rehearse.add_argument("--days", type=int, default=7, metavar="N")
    rehearse.set_defaults(act=lambda arguments: _rehearse(arguments, path))


def _rehearse(arguments: argparse.Namespace, path: PathOf) -> int:
    from bot.parts import build_calendar
    from bot.rehearsal import rehearse

    if not 1 <= arguments.days <= 366:
        raise Misconfigured("--days must be between 1 and 366")
    config = settings(arguments, path)
    zone = build_calendar(config).zone
    since = datetime.now(UTC).astimezone(zone)
    if arguments.first:
        try:
            since = datetime.combine(date.fromisoformat(arguments.first), time(0), zone)
        except ValueError as error:
            raise Misconfigured(f"{arguments.first} is not a date: write 2026-11-30") from error
    until = since + timedelta(days=arguments.days)
    found = with_database(config, lambda database: rehearse(database, config, since, until))
    for line in found:
        say(line)
    if not found:
        say(f"nothing would be sent from {since:%Y-%m-%d} for {arguments.days} days")
    return 0
