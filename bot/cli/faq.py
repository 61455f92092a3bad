"""``guanjia faq``: knowledge in and out of files, and an offline trial of a knowledge base."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli import PathOf, say, settings, show, with_database
from bot.errors import Misconfigured

if TYPE_CHECKING:
    from bot.answers import Entry
    from bot.faq import Line
    from storage.database import Tx
    from storage.knowledge import Imported, Knowledge
    from storage.team import Team


def add(commands: Any, path: PathOf) -> None:
    faq = commands.add_parser("faq", help="questions and answers, in and out")
    verbs = faq.add_subparsers(dest="verb", required=True, metavar="VERB")
    take = verbs.add_parser("import", help="JSON lines, CSV or XLSX into the knowledge base")
    take.add_argument("file", metavar="FILE")
    take.add_argument("--team", metavar="T")
    take.add_argument("--dry-run", action="store_true", help="only say what would happen")
    take.set_defaults(act=lambda arguments: _import(arguments, path))
    give = verbs.add_parser("export", help="the knowledge base as .jsonl, .csv or .xlsx")
    give.add_argument("--team", metavar="T")
    give.add_argument("-o", "--output", metavar="FILE", help="default: JSON lines on stdout")
    give.set_defaults(act=lambda arguments: _export(arguments, path))
    ask = verbs.add_parser("ask", help="what a knowledge base would answer, without a database")
    ask.add_argument("--kb", metavar="FILE", required=True)
    ask.add_argument("--queries", metavar="FILE", required=True, help='JSON lines {"query"}')
    ask.add_argument("--feedback", metavar="FILE", help='JSON lines {"query","useful"}')
    ask.set_defaults(act=_ask)


async def _team(tx: "Tx", name: str | None, at: datetime) -> "Team":
    """The team of that name; without one the only team, made if there is none yet."""
    from bot.dispatch import DEFAULT_TEAM
    from storage import team as teams

    if name:
        found = await teams.find_team(tx, name)
        if found is None:
            raise Misconfigured(f"there is no team {name}")
        return found
    every = await teams.all_teams(tx)
    if len(every) > 1:
        names = ", ".join(each.name for each in every)
        raise Misconfigured(f"say which team with --team: there are {names}")
    return every[0] if every else await teams.open_team(tx, DEFAULT_TEAM, at=at)


# --- import and export ---------------------------------------------------------------------


class _Rehearsed(Exception):
    """Ends a dry run, so that nothing of it is kept."""

    def __init__(self, result: "Imported") -> None:
        super().__init__()
        self.result = result


def _import(arguments: argparse.Namespace, path: PathOf) -> int:
    from bot import faq
    from storage import knowledge
    from storage.database import Database

    lines = faq.read(arguments.file)
    rows = [each.written for each in lines if each.written]
    _report(lines)
    now = datetime.now(UTC)

    async def work(database: Database) -> "Imported":
        async with database.begin() as tx:
            team = await _team(tx, arguments.team, now)
            result = await knowledge.take_in(tx, team.id, rows, at=now)
            if arguments.dry_run:
                raise _Rehearsed(result)
            return result

    try:
        result = with_database(settings(arguments, path), work)
    except _Rehearsed as rehearsed:
        result = rehearsed.result
    prefix = "dry run: " if arguments.dry_run else ""
    rejected = len(lines) - len(rows)
    say(
        f"{prefix}{result.added} added, {result.updated} updated, "
        f"{result.unchanged} unchanged, {rejected} rejected"
    )
    return 0 if rows or not rejected else 1


def _report(lines: "Sequence[Line]") -> None:
    for each in lines:
        if each.why:
            sys.stderr.write(f"row {each.number}: {each.why}\n")


def _export(arguments: argparse.Namespace, path: PathOf) -> int:
    from storage import knowledge
    from storage.database import Database

    now = datetime.now(UTC)

    async def work(database: Database) -> "list[Knowledge]":
        async with database.begin() as tx:
            team = await _team(tx, arguments.team, now)
            return (await knowledge.listed(tx, team.id))[::-1]

    entries = with_database(settings(arguments, path), work)
    content = _content(entries, Path(arguments.output or "").suffix.lower())
    if not arguments.output:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return 0
    try:
        Path(arguments.output).write_bytes(content)
    except OSError as error:
        raise Misconfigured(f"cannot write {arguments.output}: {error.strerror}") from error
    say(f"{len(entries)} entries in {arguments.output}")
    return 0


def _content(entries: "Sequence[Knowledge]", suffix: str) -> bytes:
    from bot import faq, sheet

    match suffix:
        case ".csv":
            return sheet.as_csv(faq.HEADER, faq.as_rows(entries))
        case ".xlsx":
            return sheet.as_xlsx(faq.HEADER, faq.as_rows(entries))
        case _:
            return faq.as_lines(entries)


# --- the offline trial ---------------------------------------------------------------------


def _ask(arguments: argparse.Namespace) -> int:
    from bot.answers import Index, learn
    from bot.terms import load

    ids, entries = _knowledge(arguments.kb)
    words = load()
    if arguments.feedback:
        entries = learn(entries, _feedback(arguments.feedback), words)
    index = Index(entries, words)
    for row in _objects(arguments.queries, "query"):
        decision = index.decide(row["query"])
        show(
            {
                "query": row["query"],
                "action": decision.action,
                "answer_id": None if decision.entry is None else ids[int(decision.entry)],
                "candidates": [[ids[int(key)], score] for key, score in decision.candidates],
            }
        )
    return 0


def _knowledge(name: str) -> "tuple[list[Any], list[Entry]]":
    """The ids as written, and the entries, which know each other by position."""
    from bot import faq
    from bot.answers import Entry

    lines = faq.read(name)
    _report(lines)
    ids: list[Any] = []
    entries: list[Entry] = []
    for line in lines:
        if line.written is not None:
            said = line.written
            similar = tuple(said.similar or ())
            entries.append(
                Entry(id=len(ids), question=said.question, similar=similar, answer=said.answer)
            )
            ids.append(line.number if line.id is None else line.id)
    return ids, entries


def _feedback(name: str) -> list[tuple[str, bool]]:
    rows = _objects(name, "query")
    for row in rows:
        if not isinstance(row.get("useful"), bool):
            raise Misconfigured(f'{name}: "useful" must be true or false for {row["query"]!r}')
    return [(row["query"], row["useful"]) for row in rows]


def _objects(name: str, key: str) -> list[dict[str, Any]]:
    """JSON lines that have this text. Raises Misconfigured with the line that has not."""
    from bot.sheet import text_of

    try:
        text = text_of(Path(name).read_bytes(), name)
    except OSError as error:
        raise Misconfigured(f"cannot read {name}: {error.strerror}") from error
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not isinstance(row.get(key), str):
            raise Misconfigured(f'{name}, line {number}: not a JSON object with a "{key}"')
        found.append(row)
    return found
