"""``guanjia job``: the scheduled jobs, and running one by hand."""

import argparse
from datetime import UTC, datetime
from typing import Any

from bot.cli import PathOf, moment, say, settings, with_database
from bot.errors import Misconfigured


def add(commands: Any, path: PathOf) -> None:
    job = commands.add_parser("job", help="the scheduled jobs")
    verbs = job.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="every job, and when it is due next")
    listing.set_defaults(act=lambda arguments: _list(arguments, path))
    run = verbs.add_parser("run", help="run one now, as if it were its hour")
    run.add_argument("name", metavar="NAME")
    run.add_argument("--team", metavar="T", help="only this team (default: every team)")
    run.add_argument("--at", metavar="ISO", help="as if it were then")
    run.add_argument(
        "--dry-run", action="store_true", help="print what would be sent, send nothing"
    )
    run.set_defaults(act=lambda arguments: _run(arguments, path))


def _list(arguments: argparse.Namespace, path: PathOf) -> int:
    from bot.rehearsal import next_runs

    config = settings(arguments, path)
    now = datetime.now(UTC)

    lines = with_database(config, lambda database: next_runs(database, config, now))
    for line in lines:
        say(line)
    return 0


def _run(arguments: argparse.Namespace, path: PathOf) -> int:
    from bot.parts import build_calendar
    from bot.rehearsal import run_by_hand
    from storage.database import Database

    config = settings(arguments, path)
    zone = build_calendar(config).zone
    at = moment(arguments.at, zone) if arguments.at else datetime.now(UTC)

    async def work(database: Database) -> list[str]:
        try:
            return await run_by_hand(
                database,
                config,
                arguments.name,
                team=arguments.team,
                at=at,
                clock=datetime.now(UTC),
                keep=not arguments.dry_run,
            )
        except LookupError as error:
            raise Misconfigured(str(error.args[0])) from error

    for line in with_database(config, work):
        say(line)
    return 0
