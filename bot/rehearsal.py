"""Trying jobs without sending: one by hand, or all that the coming days would bring."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.config import Config
from bot.message import as_lines, from_json
from bot.moment import day_words
from bot.parts import build_calendar, load_jobs
from bot.schedule import Job, Schedule
from storage import backup, claim, outbox
from storage import team as teams
from storage.database import Database
from storage.outbox import Waiting
from storage.team import Team

SHOWN = 10  # skipped runs that are listed
SPOKEN_OF = timedelta(days=30)


async def next_runs(database: Database, config: Config, now: datetime) -> list[str]:
    """One line a job: its name, what it does, and when it is due next for each team; then what
    was skipped lately, and why."""
    calendar = build_calendar(config)
    async with database.begin() as tx:
        all_teams = await teams.all_teams(tx)
        skipped = await claim.skipped(tx, since=now - SPOKEN_OF, most=SHOWN)
    lines = []
    for job in sorted(load_jobs(), key=lambda each: each.name):
        lines.append(f"{job.name}\t{job.about}")
        for team in all_teams:
            slots = job.slots(
                now, now + timedelta(days=31), team=team, config=config, calendar=calendar
            )
            first = next(iter(slots), None)
            when = f"{day_words(first)} {first:%H:%M}" if first else "not in the next 31 days"
            lines.append(f"\t{team.name}: {when}")
    if skipped:
        lines.append(f"skipped in the last {SPOKEN_OF.days} days, newest first:")
    for each in skipped:
        slot = each.slot.astimezone(calendar.zone)
        lines.append(f"\t{slot:%Y-%m-%d %H:%M} {each.team_name} {each.job}: {each.note}")
    return lines


async def run_by_hand(
    database: Database,
    config: Config,
    name: str,
    *,
    team: str | None,
    at: datetime,
    clock: datetime,
    keep: bool,
) -> list[str]:
    """Run a job as if it were ``at``; gives what was written, a line a message.

    With ``keep`` the running bot sends it within a minute; without, nothing remains. Raises
    LookupError for a job or team that does not exist.
    """
    written: list[Waiting] = []
    at = at.astimezone(build_calendar(config).zone)
    schedule = Schedule(
        load_jobs(),
        database=database,
        config=config,
        calendar=build_calendar(config),
        clock=lambda: clock,
        post=written.extend,
    )
    job = schedule.named(name)
    if job is None:
        known = "、".join(each.name for each in schedule.jobs)
        raise LookupError(f"there is no job {name}; there are: {known}")
    names = await _names(database)
    lines = []
    for each in await _teams(database, team):
        lines += await _run(schedule, job, each, at, database, clock, names, keep=keep)
    return lines


async def _run(
    schedule: Schedule,
    job: Job,
    team: Team,
    at: datetime,
    database: Database,
    clock: datetime,
    names: Mapping[int, str],
    *,
    keep: bool,
) -> list[str]:
    if not keep:
        return [_line(letter, at, names) for letter in await schedule.try_out(job, team, at)]
    written = await schedule.run(job, team, at)
    if written is None:
        return [f"{team.name}: {job.name} was already run for {at.isoformat()}"]
    async with database.begin() as tx:
        await outbox.release(tx, at=clock, only=[letter.id for letter in written])
    return [_line(letter, at, names) for letter in written]


async def _teams(database: Database, name: str | None) -> Sequence[Team]:
    async with database.begin() as tx:
        found = await teams.all_teams(tx)
    if name is None:
        return found
    chosen = [each for each in found if each.name == name]
    if not chosen:
        raise LookupError(f"there is no team {name}")
    return chosen


async def _names(database: Database) -> dict[int, str]:
    async with database.begin() as tx:
        return await teams.chat_names(tx)


def _line(letter: Waiting, at: datetime, names: Mapping[int, str]) -> str:
    text = as_lines(from_json(letter.message)).replace("\n", "\n    ")
    where = names.get(letter.chat_id, letter.chat_external_id)
    return f"{at:%Y-%m-%d %H:%M} → {where}\n    {text}"


async def rehearse(
    database: Database, config: Config, since: datetime, until: datetime
) -> list[str]:
    """Every message of (since, until], in order, worked out on a copy of the data."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "copy.db"
        await backup.save(database, copy)
        stage = Database(f"sqlite+aiosqlite:///{copy}")
        try:
            return await _play(stage, config, since, until)
        finally:
            await stage.close()


async def _play(stage: Database, config: Config, since: datetime, until: datetime) -> list[str]:
    # Nothing delivers here: what is written is what is shown.
    schedule = Schedule(
        load_jobs(),
        database=stage,
        config=config,
        calendar=build_calendar(config),
        clock=lambda: since,
        post=lambda _letters: None,
    )
    due = [
        (slot, team, job)
        for team in await _teams(stage, None)
        for slot, job in schedule.agenda(team, since, until)
        if job.speaks
    ]
    written: list[tuple[datetime, Waiting]] = []
    for slot, team, job in sorted(due, key=lambda each: each[0]):
        letters = await schedule.run(job, team, slot, clock=slot)
        written += [(slot, letter) for letter in letters or ()]
    names = await _names(stage)
    return [_line(letter, slot, names) for slot, letter in written]
