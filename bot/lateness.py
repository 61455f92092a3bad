"""What is still done when its hour has passed: after a restart not everything at once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.schedule import Job

ON_TIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A job at one instant."""

    job: "Job"
    slot: datetime
    note: str = ""  # why it is not done
    instead_of: tuple["Run", ...] = ()  # with this one done, these are not


def choose(due: Iterable[tuple["Job", datetime]], now: datetime) -> list[Run]:
    """What to do of all that is due for one team, in order.

    Of what is late one job of a series is done, the first by its place, and none where one of
    a lower place is on time: who hears the summary need not be asked any more.
    """
    runs = [Run(job=job, slot=slot) for job, slot in due]
    chosen = [each for each in runs if not each.job.series or now - each.slot <= ON_TIME]
    late = [each for each in runs if each not in chosen]
    for series in sorted({each.job.series for each in late}):
        chosen += _of_a_series(
            [each for each in late if each.job.series == series],
            [each for each in chosen if each.job.series == series],
            now,
        )
    return sorted(chosen, key=lambda each: (each.slot, each.job.place, each.job.name))


def _of_a_series(late: list[Run], on_time: list[Run], now: datetime) -> list[Run]:
    lost = [each for each in late if now - each.slot >= each.job.grace]
    found = [replace(each, note=f"晚了 {_words(now - each.slot)}，没有发") for each in lost]
    rest = sorted(
        (each for each in late if each not in lost),
        key=lambda each: (each.job.place, now - each.slot),
    )
    if not rest:
        return found
    ahead = [each.job.name for each in on_time if each.job.place < rest[0].job.place]
    if ahead:
        note = f"到点的是 {ahead[0]}，这一次不发"
        return [*found, *(replace(each, note=note) for each in rest)]
    first, *others = rest
    note = f"补发了 {first.job.name}，这一次不发"
    return [*found, replace(first, instead_of=tuple(replace(e, note=note) for e in others))]


def _words(late: timedelta) -> str:
    """2 小时 30 分"""
    hours, minutes = divmod(int(late.total_seconds()) // 60, 60)
    if not hours:
        return f"{minutes} 分"
    return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"
