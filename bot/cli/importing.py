"""``guanjia import``: a plan from Excel becomes tasks, shown before anything is stored."""

import argparse
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli import PathOf, say, settings, with_database
from bot.errors import Misconfigured

if TYPE_CHECKING:
    from bot.config import Config
    from bot.plan import Plan, Planned
    from bot.sheet import Row
    from storage.database import Database, Tx
    from storage.intake import New
    from storage.member import Member
    from storage.team import Team

MOST_ROWS = 5_000  # all in one transaction, for which a running bot has to wait
SHOWN = 10


def add(commands: Any, path: PathOf) -> None:
    take = commands.add_parser("import", help="a plan from a spreadsheet")
    verbs = take.add_subparsers(dest="verb", required=True, metavar="VERB")
    tasks = verbs.add_parser("tasks", help="tasks from CSV or XLSX, with a preview")
    tasks.add_argument("file", metavar="FILE")
    tasks.add_argument("--team", metavar="T", help="the team they belong to")
    tasks.add_argument("--by", metavar="NAME", help="who opens them (default: 项目经理)")
    tasks.add_argument("--yes", action="store_true", help="store them; else only show them")
    tasks.set_defaults(act=lambda arguments: _tasks(arguments, path))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """The plan, and what of it would be stored."""

    plan: "Plan"
    team: "Team"
    by: "Member"
    new: "list[Planned]"
    there: list[int]  # rows whose task is open already
    twice: list[int]  # rows that say what an earlier row says


def _tasks(arguments: argparse.Namespace, path: PathOf) -> int:
    from bot.sheet import read_rows

    config = settings(arguments, path)
    rows = list(read_rows(arguments.file))
    if len(rows) > MOST_ROWS:
        raise Misconfigured(f"{arguments.file} has more than {MOST_ROWS} rows: split it")
    now = datetime.now(UTC)

    async def look(database: "Database") -> _Offer:
        return await _offer(database, arguments, config, rows, now)

    async def keep(database: "Database") -> tuple[_Offer, list[int]]:
        async with database.begin() as tx:
            still = await _sorted_out(tx, offer)
            return still, await _store(tx, still, Path(arguments.file).name, now)

    offer = with_database(config, look)
    _show(arguments.file, offer, config)
    if not offer.new:
        say(_counted("stored", 0, offer))
        return 1 if offer.plan.bad and not offer.there else 0
    if not arguments.yes:
        say(_counted("to store", len(offer.new), offer))
        if not _agreed(len(offer.new)):
            say("nothing is stored yet: say it again with --yes")
            return 0
    offer, numbers = with_database(config, keep)
    say(_counted("stored", len(numbers), offer))
    if numbers:
        say(f"they are #{numbers[0]} to #{numbers[-1]}")
    return 0


def _agreed(count: int) -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stdout.write(f"store {count} tasks? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


# --- the ledger ----------------------------------------------------------------------------


async def _offer(
    database: "Database",
    arguments: argparse.Namespace,
    config: "Config",
    rows: "list[Row]",
    now: datetime,
) -> _Offer:
    from bot.parts import build_calendar
    from bot.plan import read, roster_of
    from storage import member as members

    async with database.begin() as tx:
        team = await _team(tx, arguments.team)
        by = await _by(tx, team, arguments.by)
        roster = roster_of(await members.contacts(tx, team.id))
    calendar = build_calendar(config)
    local, hours = now.astimezone(calendar.zone), config.deadlines.hours
    plan = read(rows, roster=roster, now=local, calendar=calendar, hours=hours)
    async with database.begin() as tx:
        return await _sorted_out(
            tx, _Offer(plan=plan, team=team, by=by, new=[], there=[], twice=[])
        )


async def _sorted_out(tx: "Tx", offer: _Offer) -> _Offer:
    """What is new of the plan, as the ledger is now."""
    from storage import ledger

    known = {
        (each.title, each.owner_id, each.due)
        for each in await ledger.listed(tx, offer.team.id, kind="task")
    }
    new: dict[Any, Planned] = {}
    there, twice = [], []
    for each in offer.plan.tasks:
        if each.sameness in known:
            there.append(each.row)
        elif each.sameness in new:
            twice.append(each.row)
        else:
            new[each.sameness] = each
    return replace(offer, new=list(new.values()), there=there, twice=twice)


async def _team(tx: "Tx", name: str | None) -> "Team":
    from storage import team as teams

    every = await teams.all_teams(tx)
    named = [each for each in every if name in (None, each.name)]
    if len(named) == 1:
        return named[0]
    names = ", ".join(each.name for each in every)
    if name:
        raise Misconfigured(f"there is no team {name}; there are: {names or 'none'}")
    if not named:
        raise Misconfigured("there is no team yet: say something to the bot in its group first")
    raise Misconfigured(f"say which team with --team: there are {names}")


async def _by(tx: "Tx", team: "Team", name: str | None) -> "Member":
    from bot.roles import Role
    from storage import member as members

    if name:
        found = [each for each in await members.in_team(tx, team.id) if each.name == name]
        if len(found) == 1:
            return found[0]
        if not found:
            raise Misconfigured(f"nobody in the team {team.name} is called {name}")
        raise Misconfigured(f"{len(found)} members of {team.name} are called {name}: take another")
    found = await members.in_role(tx, team.id, Role.MANAGER)
    if len(found) == 1:
        return found[0]
    how_many = "no" if not found else "more than one"
    raise Misconfigured(
        f"the team {team.name} has {how_many} 项目经理: say who opens the tasks with --by NAME"
    )


async def _store(tx: "Tx", offer: _Offer, file: str, now: datetime) -> list[int]:
    from storage import intake
    from storage import member as members
    from storage import team as teams

    groups = await teams.groups(tx, offer.team.id)
    theirs = [each for each in groups if each.platform == offer.by.platform]
    chat = next(iter([*theirs, *groups]), None) or await members.private_chat(tx, offer.by)
    if chat is None:
        raise Misconfigured("the bot is in no group yet: say something to it there first")
    new = [_new(each, file) for each in offer.new]
    return await intake.open_all(
        tx,
        new,
        team_id=offer.team.id,
        kind="task",
        opened_by=offer.by.id,
        chat_id=chat.id,
        at=now,
        noted="导入",
    )


def _new(task: "Planned", file: str) -> "New":
    from bot.plan import WEIGHTS
    from storage.intake import New

    details = {"priority": task.priority, "progress": task.progress}
    return New(
        title=task.title,
        owner_id=task.owner[0] if task.owner else None,
        helpers=[one for one, _ in task.helpers],
        due=task.due,
        weight=WEIGHTS.get(task.priority, 0),
        details={name: value for name, value in details.items() if value},
        note="；".join([f"{file} 第 {task.row} 行", *task.notes]),
    )


# --- what is shown -------------------------------------------------------------------------


def _show(file: str, offer: _Offer, config: "Config") -> None:
    from bot.parts import build_calendar

    plan = offer.plan
    zone = build_calendar(config).zone
    say(f"{file} for the team {offer.team.name}, opened by {offer.by.name}")
    for what, name in plan.columns.used.items():
        say(f"  column {name}: {what}")
    if plan.columns.ignored:
        say(f"  ignored columns: {', '.join(plan.columns.ignored)}")
    for each in offer.new[:SHOWN]:
        due = each.due.astimezone(zone) if each.due else None
        parts = [
            f"owner {each.owner[1] if each.owner else 'nobody yet'}",
            f"helpers {'、'.join(name for _, name in each.helpers)}" if each.helpers else "",
            f"due {due:%Y-%m-%d %a %H:%M}" if due else "no deadline",
            f"priority {each.priority}" if each.priority else "",
            f"{each.progress}% done" if each.progress else "",
            "；".join(each.notes),
        ]
        title = each.title.replace("\n", " ")
        say(f"  row {each.row}: {title} | {' | '.join(part for part in parts if part)}")
    if len(offer.new) > SHOWN:
        say(f"  and {len(offer.new) - SHOWN} more")
    for row, why in plan.bad:
        sys.stderr.write(f"第 {row} 行：{why}\n")


def _counted(done: str, count: int, offer: _Offer) -> str:
    parts = [f"{count} {done}", f"{len(offer.plan.bad)} rejected"]
    if offer.there:
        parts.append(f"{len(offer.there)} in the ledger already")
    if offer.twice:
        parts.append(f"{len(offer.twice)} twice in the file")
    if offer.plan.over:
        parts.append(f"{len(offer.plan.over)} left out, as they are done or cancelled")
    unowned = sum(each.owner is None for each in offer.new)
    if unowned:
        parts.append(f"{unowned} without an owner")
    late = sum(each.due is not None and each.due < datetime.now(UTC) for each in offer.new)
    if late:
        parts.append(f"{late} overdue from the start")
    return ", ".join(parts)
