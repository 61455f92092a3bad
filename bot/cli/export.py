"""``guanjia export``: the ledger, for other programs and for spreadsheets."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bot.cli import PathOf, say, settings, with_database
from bot.errors import Misconfigured

FORMATS = ("jsonl", "csv", "xlsx")


def add(commands: Any, path: PathOf) -> None:
    from bot.kind import KINDS

    export = commands.add_parser("export", help="records with their whole history")
    export.add_argument("--team", metavar="T")
    export.add_argument("--kind", metavar="K", choices=sorted(KINDS))
    export.add_argument("--format", choices=FORMATS, help="default: as FILE ends, else jsonl")
    export.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    export.set_defaults(act=lambda arguments: _export(export, arguments, path))


def _export(parser: argparse.ArgumentParser, arguments: argparse.Namespace, path: PathOf) -> int:
    from bot.parts import build_calendar
    from bot.record import records
    from storage import team as teams
    from storage.database import Database

    if arguments.format is None:
        ending = Path(arguments.output or "").suffix.lstrip(".").lower()
        arguments.format = ending if ending in FORMATS else "jsonl"
    if arguments.format == "xlsx" and not arguments.output:
        parser.error("--format xlsx needs -o FILE")
    config = settings(arguments, path)
    zone = build_calendar(config).zone

    async def work(database: Database) -> list[dict[str, Any]]:
        async with database.begin() as tx:
            team = None
            if arguments.team:
                team = await teams.find_team(tx, arguments.team)
                if team is None:
                    raise Misconfigured(f"there is no team {arguments.team}")
            return await records(tx, zone, team_id=team.id if team else None, kind=arguments.kind)

    found = with_database(config, work)
    content = _content(found, arguments.format)
    if arguments.output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return 0
    try:
        Path(arguments.output).write_bytes(content)
    except OSError as error:
        raise Misconfigured(f"cannot write {arguments.output}: {error}") from error
    say(f"{len(found)} records in {arguments.output}")
    return 0


def _content(found: list[dict[str, Any]], kind: str) -> bytes:
    from bot import sheet
    from bot.record import COLUMNS

    if kind == "jsonl":
        lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in found)
        return "".join(lines).encode()
    rows = [[_cell(each[column]) for column in COLUMNS] for each in found]
    return sheet.as_csv(COLUMNS, rows) if kind == "csv" else sheet.as_xlsx(COLUMNS, rows)


def _cell(value: Any) -> Any:
    """What a spreadsheet shows: lists of names as words, the rest as JSON."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "、".join(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value
