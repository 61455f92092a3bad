"""``guanjia when``: how a deadline is understood."""

import argparse
import json
from datetime import UTC, datetime
from typing import Any

from bot.cli import PathOf, moment, read_lines, settings, show
from bot.errors import Misconfigured


def add(commands: Any, path: PathOf) -> None:
    when = commands.add_parser("when", help="how a deadline is understood")
    when.add_argument("text", nargs="?", metavar="TEXT")
    when.add_argument("--at", metavar="ISO", help="the moment of speaking")
    when.add_argument("--batch", metavar="FILE", help='JSON lines {"ref","text"}')
    when.set_defaults(act=lambda arguments: _when(when, arguments, path))


def _when(parser: argparse.ArgumentParser, arguments: argparse.Namespace, path: PathOf) -> int:
    from bot.deadlines import understand
    from bot.workdays import Calendar

    if (arguments.text is None) == (arguments.batch is None):
        parser.error("give either TEXT or --batch FILE")
    config = settings(arguments, path)
    days, hours = config.calendar, config.deadlines.hours
    calendar = Calendar(
        zone=days.timezone, holidays=frozenset(days.holidays), workdays=frozenset(days.workdays)
    )
    if arguments.batch is None:
        at = moment(arguments.at, calendar.zone) if arguments.at else datetime.now(UTC)
        show(understand(arguments.text, at, calendar, hours).as_json())
        return 0
    for number, line in enumerate(read_lines(arguments.batch), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, ref = str(row["text"]), moment(row["ref"], calendar.zone)
        except (ValueError, KeyError, TypeError) as error:
            raise Misconfigured(
                f'{arguments.batch}, line {number}: not an object with "ref" and "text"'
            ) from error
        show(understand(text, ref, calendar, hours).as_json())
    return 0
