"""``guanjia usage``: what the CRM says about its use, from a file."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.cli import PathOf, say, settings, with_database
from bot.errors import Misconfigured

if TYPE_CHECKING:
    from bot.usage import Report


def add(commands: Any, path: PathOf) -> None:
    usage = commands.add_parser("usage", help="CRM usage rows")
    verbs = usage.add_subparsers(dest="verb", required=True, metavar="VERB")
    take = verbs.add_parser("import", help="take rows from a CSV or XLSX file")
    take.add_argument("file", metavar="FILE")
    take.add_argument("--team", metavar="T", help="the team they belong to")
    take.set_defaults(act=lambda arguments: _import(arguments, path))


def _import(arguments: argparse.Namespace, path: PathOf) -> int:
    from bot.dispatch import DEFAULT_TEAM
    from bot.sheet import read_rows
    from bot.usage import take_in
    from storage import team as teams
    from storage.database import Database

    config = settings(arguments, path)
    rows = list(read_rows(arguments.file))
    at = datetime.now(UTC)

    async def work(database: Database) -> "Report":
        async with database.begin() as tx:
            if arguments.team is None:
                team = await teams.open_team(tx, DEFAULT_TEAM, at=at)
            else:
                found = await teams.find_team(tx, arguments.team)
                if found is None:
                    names = "、".join(each.name for each in await teams.all_teams(tx))
                    raise Misconfigured(f"there is no team {arguments.team}; there are: {names}")
                team = found
            return await take_in(tx, team.id, rows, at=at)

    report = with_database(config, work)
    _show(report)
    return 1 if report.rejected and not report.accepted else 0


def _show(report: "Report") -> None:
    say(f"accepted: {report.accepted}")
    say(f"rejected: {len(report.rejected)}")
    for each in report.rejected:
        say(f"  row {each.row}: {each.why}")
    if report.unmapped:
        say(f"not members yet: {'、'.join(report.unmapped)}")
        say("  they are counted as soon as they join or say 绑定 账号 … in the chat")
