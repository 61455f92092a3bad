"""When standups are held: how it is said, what counts from when, and a whole year of it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.config import Config
from bot.errors import Refusal
from bot.jobs import standup
from bot.message import as_lines, from_json
from bot.round import Round, changed, plan, rounds_of, sittings
from bot.round_words import days_words, fitted, overlap, read, words
from bot.schedule import Job, Schedule
from bot.workdays import Calendar
from storage import team as teams
from storage.schema import member
from storage.team import Team
from tests.blockers import at
from tests.conftest import SHANGHAI, Room

USUAL = Round(opens=time(9, 30), closes=time(10, 30))


# --- how it is said --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("8：45 9点半", "工作日 08:45 开始，09:30 收"),
        ("9:30-10:00", "工作日 09:30 开始，10:00 收"),
        ("从九点半到十点", "工作日 09:30 开始，10:00 收"),
        ("下午2点", "工作日 14:00 开始，15:00 收"),  # as long as before
        ("3点", "工作日 15:00 开始，16:00 收"),
        ("下午5点到6点", "工作日 17:00 开始，18:00 收"),
        ("23:30", "工作日 23:30 开始，次日 00:30 收"),
        ("21:00 24:00", "工作日 21:00 开始，次日 00:00 收"),
        ("21:00 次日9:00 写明天的", "工作日 21:00 开始，次日 09:00 收，写明天的"),
        ("晚上9点 第二天早上8点半", "工作日 21:00 开始，次日 08:30 收"),
        ("9:30 次日9:30", "工作日 09:30 开始，次日 09:30 收"),
        ("周一到周五 9:30 10:00", "周一到周五 09:30 开始，10:00 收"),
        ("周一三五 9:30", "周一三五 09:30 开始，10:30 收"),
        ("每周一、周三和周五 9点", "周一三五 09:00 开始，10:00 收"),
        ("周三9点", "周三 09:00 开始，10:00 收"),
        ("周1-5 9:30", "周一到周五 09:30 开始，10:30 收"),
        ("周五到周一 9:30", "周一五六日 09:30 开始，10:30 收"),
        ("周末 10:00", "周六日 10:00 开始，11:00 收"),
        ("每天", "每天 09:30 开始，10:30 收"),
        ("按工作日 10点", "工作日 10:00 开始，11:00 收"),
    ],
)
def test_hours_and_days(said: str, meant: str) -> None:
    assert words(fitted(USUAL, read(said))) == meant


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("10:30 9:30", "收的时间 9:30 不晚于开始的 10:30。当天收就说：设置 站会 10:30 11:30；"
         "第二天才收就说：设置 站会 10:30 次日9:30"),
        ("21:00 9:00", "第二天才收就说：设置 站会 21:00 次日9:00"),
        ("9:30 9:30", "收的时间 9:30 不晚于开始的 9:30"),
        ("9:30 9:35", "从开始到收至少 10 分钟，比如 设置 站会 9:30 10:30"),
        ("9:30 次日9:31", "一场最长 24 小时，比如 设置 站会 21:00 次日9:00"),
        ("次日9:00", "「次日」写在收的时间前面，比如 设置 站会 21:00 次日9:00"),
        ("9:00 10:00 11:00", "最多写两个时间：几点开始、几点收，比如 设置 站会 9:30 10:30"),
        ("24:00", "开始的时间要写成 0:00 到 23:59"),
        ("25:00", "没有「25:00」这个时间，比如 设置 站会 9:30 10:30"),
        ("9:75", "没有「9:75」这个时间"),
        ("早点", "「早点」没看懂。要写几点开始、几点收，比如 设置 站会 9:30 10:30"),
        ("9:30 周八", "「周八」没看懂"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_an_example(said: str, why: str) -> None:
    with pytest.raises(Refusal) as refused:
        fitted(USUAL, read(said))

    assert refused.value.text.startswith(why) or why in refused.value.text
    assert refused.value.text.count("\n") == 0


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("9:00 10:00", "10:00 11:00", False),
        ("9:00 10:00", "9:50 11:00", True),
        ("周一 9:00 10:00", "周二 9:00 10:00", False),
        ("周六 9:00 10:00", "工作日 9:00 10:00", True),  # a Saturday may be worked
        ("21:00 次日9:00", "8:30 8:50", True),
        ("周日 21:00 次日9:00", "周一 8:30 8:50", True),
        ("周日 21:00 次日9:00", "周二 8:30 8:50", False),
        ("9:30 次日9:30", "12:00 13:00", True),
    ],
)
def test_two_that_are_open_at_once(one: str, other: str, *, both: bool) -> None:
    first, second = (fitted(USUAL, read(each)) for each in (one, other))

    assert (overlap(first, [second]) is second) is both
    assert (overlap(second, [first]) is first) is both


def test_days_are_said_as_people_say_them() -> None:
    said = [days_words(each) for each in (None, (0, 1, 2, 3, 4), (5, 6), (2,), tuple(range(7)))]

    assert said == ["工作日", "周一到周五", "周六日", "周三", "每天"]


@pytest.mark.parametrize(
    ("said", "nudged"),
    [
        ("9:30 10:30", "26 10:18"),
        ("9:30 9:40", "26 09:38"),
        ("21:00 次日9:00", "27 08:00"),  # four fifths are 6:36
        ("22:00 次日2:00", "27 01:12"),  # nobody is left to be reminded in the morning
        ("14:00 次日9:30", "27 08:00"),
        ("20:00 次日10:00", "27 08:00"),
        ("9:30 次日9:30", "27 08:00"),
        ("05:00 8:10", "26 07:32"),
    ],
)
def test_the_reminder_comes_after_four_fifths_and_not_at_night(said: str, nudged: str) -> None:
    each = fitted(USUAL, read(f"{said}")).on(date(2026, 11, 26), Calendar())

    assert f"{each.nudges:%d %H:%M}" == nudged


def test_where_clocks_are_changed_the_window_is_measured_in_real_time() -> None:
    berlin = Calendar(zone=ZoneInfo("Europe/Berlin"))
    each = Round(opens=time(1), closes=time(6)).on(date(2026, 3, 29), berlin)  # four hours long

    assert f"{each.nudges:%H:%M}" == "05:12"


# --- from when on ----------------------------------------------------------------------------


def held(setting: dict[str, Any], day: int) -> list[str]:
    team = Team(id=1, name="甲", settings={"standup": setting} if setting else {})
    found = sittings(rounds_of(Config(), team), date(2026, 11, day), Calendar())
    return [f"{each.opens:%H:%M}-{each.closes:%H:%M}" for each in found]


def choose(setting: dict[str, Any], said: str, now: datetime, key: str = "") -> dict[str, Any]:
    rounds = plan(Config(), setting)
    new = [fitted(each, read(said)) if each.key == key else each for each in rounds]
    return changed(Config(), setting, new, now, Calendar())


def test_before_it_opens_the_new_hours_count_today() -> None:
    setting = choose({}, "10:00 10:30", at(26, 9))

    assert (held(setting, 25), held(setting, 26)) == (["09:30-10:30"], ["10:00-10:30"])


@pytest.mark.parametrize("now", [at(26, 9, 30), at(26, 10, 29), at(26, 18)])
def test_what_has_begun_goes_on_and_the_new_hours_count_from_tomorrow(now: datetime) -> None:
    setting = choose({}, "14:00 15:00", now)

    assert (held(setting, 26), held(setting, 27)) == (["09:30-10:30"], ["14:00-15:00"])


def test_hours_that_are_over_today_count_from_tomorrow() -> None:
    setting = choose({}, "8:00 9:00", at(26, 9, 10))

    assert (held(setting, 26), held(setting, 27)) == (["09:30-10:30"], ["08:00-09:00"])


def test_changed_again_on_the_same_day_what_has_begun_still_goes_on() -> None:
    setting = choose({}, "14:00 15:00", at(26, 10))
    setting = choose(setting, "16:00 17:00", at(26, 10, 5))
    assert (held(setting, 26), held(setting, 27)) == (["09:30-10:30"], ["16:00-17:00"])
    setting = changed(
        Config(), setting, plan(Config(), setting), at(26, 10, 6), Calendar(), off=True
    )
    assert (held(setting, 26), held(setting, 27)) == (["09:30-10:30"], [])
    setting = changed(Config(), setting, [USUAL], at(26, 10, 7), Calendar())

    assert (held(setting, 26), held(setting, 27)) == (["09:30-10:30"], ["09:30-10:30"])


def test_one_round_does_not_hold_up_another() -> None:
    evening = Round(key="2", name="晚会", opens=time(17), closes=time(18))
    setting = changed(Config(), {}, [USUAL, evening], at(26, 10), Calendar())
    assert held(setting, 26) == ["09:30-10:30", "17:00-18:00"]

    setting = choose(setting, "17:30 18:00", at(26, 10, 5), key="2")

    assert (held(setting, 25), held(setting, 26)) == (
        ["09:30-10:30"], ["09:30-10:30", "17:30-18:00"]
    )  # fmt: skip


def test_last_night_is_finished_as_it_was() -> None:
    setting = choose({}, "21:00 次日9:00", at(25, 18))
    setting = choose(setting, "20:00 次日7:00", at(27, 8))

    assert (held(setting, 26), held(setting, 27)) == (["21:00-09:00"], ["20:00-07:00"])


def test_a_new_name_changes_nothing_else() -> None:
    before = choose({}, "10:00 10:30", at(26, 9))
    renamed = [replace(each, name="晨会") for each in plan(Config(), before)]

    after = changed(Config(), before, renamed, at(26, 10, 10), Calendar())

    assert held(after, 26) == ["10:00-10:30"]
    assert [each.name for each in plan(Config(), after)] == ["晨会"]
    assert after["past"] == before["past"]


def test_what_was_stored_before_rounds_is_still_read() -> None:
    old = {"at": "08:45", "closes": "09:30"}

    assert held(old, 26) == ["08:45-09:30"]
    assert held({"off": True}, 26) == []
    setting = choose(old, "9:00", at(26, 8))
    assert (held(setting, 25), held(setting, 26)) == (["08:45-09:30"], ["09:00-09:45"])


# --- a whole year ----------------------------------------------------------------------------

FIRST, LAST = datetime(2026, 1, 1, tzinfo=SHANGHAI), datetime(2027, 2, 28, 23, tzinfo=SHANGHAI)


async def foreseen(app: App, *jobs: Job) -> dict[str, list[datetime]]:
    """When each of these jobs would speak, by what its messages begin with."""
    schedule = Schedule(
        jobs,
        database=app.database,
        config=app.config,
        calendar=app.calendar,
        clock=app.clock,
        post=lambda _letters: None,
    )
    found: dict[str, list[datetime]] = {}
    async with app.database.begin() as tx:
        (team,) = await teams.all_teams(tx)
        await tx.execute(sa.update(member).values(joined_at=FIRST))
        async with schedule.foreseen(tx, team, FIRST, LAST) as letters:
            for moment, letter in letters:
                title = as_lines(from_json(letter.message)).splitlines()[0].split("｜")[0]
                found.setdefault(title, []).append(moment)
    return found


async def test_every_working_day_of_a_year_has_one_opening_and_one_summary(
    room: Room, app: App
) -> None:
    await room.say("张三", "我的")

    said = await foreseen(app, standup.ask, standup.nudge, standup.sum_up)

    days = [FIRST.date() + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    worked = [each for each in days if app.calendar.is_workday(each)]
    assert said == {
        title: [datetime.combine(each, clock, SHANGHAI) for each in worked]
        for title, clock in (
            ("☀️ 站会开始", time(9, 30)),
            ("⏰ 站会 10:30 收，还差你一句", time(10, 18)),
            ("📋 站会小结", time(10, 30)),
        )
    }
    assert date(2026, 2, 14) in worked  # a Saturday before 春节
    assert date(2026, 10, 10) in worked  # and one after 国庆
    off = [date(2026, 2, each) for each in range(15, 24)]
    off += [date(2026, 10, each) for each in range(1, 8)]
    off += [date(2027, 2, each) for each in (5, 8)]  # 春节 by the statutory days alone
    assert not set(off) & set(worked)
