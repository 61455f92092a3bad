"""``guanjia export``: the ledger, for other programs and for spreadsheets."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from bot.cli import PathOf, say, settings, with_database
from bot.errors import Misconfigured

if TYPE_CHECKING:
    from storage.database import Database

FORMATS = ("jsonl", "csv", "xlsx")


def add(commands: Any, path: PathOf) -> None:
    export = commands.add_parser("export", help="records with their whole history")
    export.add_argument("--team", metavar="T")
    export.add_argument("--kind", metavar="K", type=_kind, help="as people call it, or as stored")
    export.add_argument("--format", choices=FORMATS, help="default: as FILE ends, else jsonl")
    export.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    export.set_defaults(act=lambda arguments: _export(export, arguments, path))


def _kind(said: str) -> str:
    from bot.kind import KINDS, PLANNED, kind_called

    kind = said if said in KINDS else kind_called(said)
    if kind is None:
        names = "、".join(
            f"{each.name} ({key})" for key, each in KINDS.items() if key not in PLANNED
        )
        raise argparse.ArgumentTypeError(f"没有「{said}」这种记录 (no such kind); {names}")
    return kind


def _export(parser: argparse.ArgumentParser, arguments: argparse.Namespace, path: PathOf) -> int:
    if arguments.format is None:
        ending = Path(arguments.output or "").suffix.lstrip(".").lower()
        arguments.format = ending if ending in FORMATS else "jsonl"
    if arguments.format == "xlsx" and not arguments.output:
        parser.error("--format xlsx needs -o FILE")
    config = settings(arguments, path)
    zone = config.calendar.timezone

    async def work(database: "Database") -> int:
        from bot.record import records

        team_id = await _team_id(database, arguments.team)
        count = 0
        with _output(arguments.output) as out:
            sheet = _sheet(out, arguments.format)
            async for record in records(database, zone, team_id=team_id, kind=arguments.kind):
                sheet.write(record)
                count += 1
            sheet.close()
        return count

    try:
        count = with_database(config, work)
    except BrokenPipeError:
        # Whoever read it has seen enough, as with `| head`; leaving must not try to flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if arguments.output:
        say(f"{count} records in {arguments.output}")
    return 0


async def _team_id(database: "Database", name: str | None) -> int | None:
    from storage import team as teams

    if not name:
        return None
    async with database.begin() as tx:
        team = await teams.find_team(tx, name)
    if team is None:
        raise Misconfigured(f"there is no team {name}")
    return team.id


@contextmanager
def _output(name: str | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that is there as a whole or not at all."""
    if not name:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    there = Path(name)
    device = there.exists() and not there.is_file()  # /dev/stdout must not be put aside
    unfinished = there if device else Path(f"{name}.part")
    try:
        with unfinished.open("wb") as out:
            yield out
        if not device:
            unfinished.replace(name)
    except OSError as error:
        raise Misconfigured(f"cannot write {name}: {error.strerror or error}") from error
    finally:
        if not device:
            unfinished.unlink(missing_ok=True)


# --- formats -------------------------------------------------------------------------------


class _Sheet(Protocol):
    def write(self, record: dict[str, Any]) -> None: ...

    def close(self) -> None: ...


class _Lines:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, record: dict[str, Any]) -> None:
        self._out.write((json.dumps(record, ensure_ascii=False) + "\n").encode())

    def close(self) -> None:
        self._out.flush()


class _Table:
    def __init__(self, out: BinaryIO, kind: str) -> None:
        from bot.record import COLUMNS
        from bot.sheet import CsvTable, XlsxTable

        self._columns = COLUMNS
        self._table = (CsvTable if kind == "csv" else XlsxTable)(out, COLUMNS)

    def write(self, record: dict[str, Any]) -> None:
        self._table.write([_cell(record[column]) for column in self._columns])

    def close(self) -> None:
        self._table.close()


def _sheet(out: BinaryIO, kind: str) -> _Sheet:
    return _Lines(out) if kind == "jsonl" else _Table(out, kind)


def _cell(value: Any) -> Any:
    """What a spreadsheet shows: lists of names as words, the rest as JSON."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "、".join(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value
