"""设置 假期 and 设置 时区; and the warning in December."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest

from bot.app import App
from bot.config import Config
from bot.errors import Refusal
from bot.holiday import Change, apply, changes_in, official_lines
from bot.jobs.holiday import warn
from bot.message import as_lines
from bot.preference import calendar_of
from bot.workdays import Calendar
from storage.database import Database
from storage.team import Team
from tests.blockers import names, posts
from tests.conftest import SHANGHAI, WEDNESDAY, HandClock, Room

CALENDAR = Calendar()


def understood(text: str) -> list[str]:
    return [
        f"{each.word} {each.days[0]:%Y-%m-%d} {len(each.days)}"
        for each in changes_in(text, WEDNESDAY, CALENDAR)
    ]


# --- what is understood ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2027-02-08..02-14 休", ["休 2027-02-08 7"]),
        ("2027-02-08到2027-02-14 休", ["休 2027-02-08 7"]),
        ("2月8日到14日 休", ["休 2027-02-08 7"]),
        ("2月8-14日放假", ["休 2027-02-08 7"]),
        ("2027年12月30日到1月2日 休", ["休 2027-12-30 4"]),
        ("12月31日 休", ["休 2026-12-31 1"]),
        ("2027-02-06 班", ["班 2027-02-06 1"]),
        ("2027-02-08 恢复", ["恢复 2027-02-08 1"]),
        ("休 2月8日 班 2月6日", ["班 2027-02-06 1", "休 2027-02-08 1"]),
        ("明天 休", ["休 2026-11-26 1"]),
        (
            "2027年5月1日（周六）至5日放假调休，共5天。4月25日（星期日）、5月8日（星期六）上班。",
            ["休 2027-05-01 5", "班 2027-04-25 2"],
        ),
    ],
)
def test_days_as_a_notice_writes_them(text: str, said: list[str]) -> None:
    assert understood(text) == said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2月30日 休", "没有「2月30日」这一天，"),
        ("2月8日", "是休还是班？"),
        ("2月8日 休 2月9日", "2月9日 是休还是班？"),
        ("休", "要写哪几天，"),
        ("春节 休", "春节从哪天到哪天？"),
        ("2026-11-20 休", "「2026-11-20」已经过去了，"),
        ("2027-02-14到2027-02-08 休", "「2027-02-14到2027-02-08」没看懂，"),
        ("2027-01-01到2027-06-01 休", "一段最多 60 天，"),
        ("2099-01-01 休", "「2099-01-01」没看懂，"),
        ("8 休", "日子没看懂，"),
    ],
)
def test_nothing_is_guessed(text: str, why: str) -> None:
    with pytest.raises(Refusal) as refusal:
        understood(text)
    assert refusal.value.text.startswith(why)
    assert "设置 假期 2027-02-08..02-14 休" in refusal.value.text or "过去" in why or "60" in why


def test_the_last_word_on_a_day_counts() -> None:
    day = date(2027, 2, 8)
    chosen = apply({"zone": "Asia/Tokyo"}, [Change((day,), "休")])
    assert chosen == {"zone": "Asia/Tokyo", "holidays": ["2027-02-08"]}
    assert apply(chosen, [Change((day,), "班")]) == {
        "zone": "Asia/Tokyo",
        "workdays": ["2027-02-08"],
    }
    assert apply(chosen, [Change((day,), "恢复")]) == {"zone": "Asia/Tokyo"}


def test_the_official_breaks_and_the_days_worked_for_them() -> None:
    assert official_lines(CALENDAR, date(2026, 9, 15), 30) == [
        "9月20日 周日 上班",
        "9月25日 周五 到 9月27日 周日 休（中秋）",
        "10月1日 周四 到 10月7日 周三 休（国庆）",
        "10月10日 周六 上班",
    ]
    assert official_lines(CALENDAR, date(2026, 2, 10), 20) == [
        "2月14日 周六 上班",
        "2月15日 周日 到 2月23日 周一 休（春节）",
        "2月28日 周六 上班",
    ]
    assert official_lines(CALENDAR, date(2027, 2, 1), 10) == [
        "2月5日 周五 到 2月8日 周一 休（春节），按估计"
    ]


# --- in chat ---------------------------------------------------------------------------------


async def test_a_team_has_its_own_days_off(room: Room, app: App) -> None:
    await room.say("王敏", "任务 @李四 交合同 2027-02-09")
    await room.say("王敏", "任务 @李四 每周二 17:00 巡检 2027-02-09 开始")

    assert (await room.words("王敏", "设置 假期 2027-02-08..02-14 休")).splitlines()[:2] == [
        "✅ 2027年2月8日 周一 到 2月14日 周日 休（少 4 个工作日）",
        "有 1 件的期限落在新的休息日：#1",
    ]
    assert await room.words("王敏", "设置 假期 2027-02-06 班") == (
        "✅ 2027年2月6日 周六 上班（多 1 个工作日）"
    )
    calendar = calendar_of(app.calendar, await room.team())
    assert not calendar.is_workday(date(2027, 2, 9))
    assert calendar.is_workday(date(2027, 2, 6))
    assert await room.words("王敏", "设置 假期 2月9日到10日 恢复") == (
        "✅ 2027年2月9日 周二 到 2月10日 周三 恢复成官方的（多 2 个工作日）"
    )
    assert (await room.words("王敏", "设置 假期")).splitlines() == [
        "假期和调休",
        "团队自己定的：",
        "2027年2月6日 周六 上班",
        "2027年2月8日 周一 休",
        "2027年2月11日 周四 到 2月14日 周日 休",
        "",
        "官方的，60 天以内：",
        "2027年1月1日 周五 到 1月3日 周日 休（元旦），按估计",
        "",
        "改就说：设置 假期 2027-02-08..02-14 休、设置 假期 2027-02-06 班、"
        "设置 假期 2027-02-08 恢复",
    ]
    assert "假期：团队另外定了 3 段" in await room.words("王敏", "设置")


async def test_a_new_day_off_counts_at_once(room: Room) -> None:
    await room.say("王敏", "设置 假期 明天 休")

    answer = await room.words("李四", "任务 写方案 2个工作日内")
    assert "11月30日 周一 18:00" in answer
    assert (await room.words("李四", "请假 今天到周五")).startswith(
        "请假 已记 · 11月25日 周三 到 11月27日 周五（2 个工作日） · "
    )


async def test_only_keepers_change_the_days(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")

    assert await room.words("张三", "设置 假期 2027-02-06 班") == (
        "改假期要项目经理或系统管理员来做，现在是 王敏"
    )
    assert await room.words("张三", "设置 时区 柏林") == (
        "改时区要项目经理或系统管理员来做，现在是 王敏"
    )
    assert "没有，都按官方的" in await room.words("张三", "设置 假期")


async def test_the_zone_by_its_name_or_a_city(room: Room) -> None:
    for said, zone in (
        ("Europe/Berlin", "Europe/Berlin（现在 11月25日 周三 03:00）"),
        ("europe/berlin", "Europe/Berlin（现在 11月25日 周三 03:00）"),
        ("柏林", "Europe/Berlin（现在 11月25日 周三 03:00）"),
        ("纽约时间", "America/New_York（现在 11月24日 周二 21:00）"),
        ("北京时间", "北京时间（现在 11月25日 周三 10:00）"),
    ):
        answer = await room.words("王敏", f"设置 时区 {said}")
        assert answer.splitlines()[0] == f"✅ 时区：{zone}"
        assert f"时区：{zone}" in await room.words("王敏", "设置")


async def test_an_unknown_zone_is_one_sentence(room: Room) -> None:
    assert await room.words("王敏", "设置 时区 火星") == (
        "没有「火星」这个时区，可以写城市或时区名，比如 设置 时区 上海、设置 时区 Europe/Berlin"
    )
    assert "是不是 Europe/Berlin？" in await room.words("王敏", "设置 时区 Europe/Berlni")


# --- December --------------------------------------------------------------------------------


def december(day: int, hour: int) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
async def december_comes(config: Config, database: Database) -> AsyncIterator[Room]:
    """The evening of 30 November 2026, when nothing official is known of 2027."""
    made = App(config, real_time=HandClock(december(1, 0) - timedelta(hours=5)))
    await made.prepare()
    yield Room(made)
    await made.stop()


async def test_keepers_are_warned_in_private_that_a_year_is_not_known(
    december_comes: Room,
) -> None:
    room = december_comes
    await room.say("王敏", "角色 @王敏 项目经理")

    assert await posts(room, december(1, 9), about="📅") == []
    (warning,) = await posts(room, december(1, 11), about="📅")
    assert names(warning) == ["王敏"]
    assert as_lines(warning) == (
        "📅 2027 年的放假安排我还不知道\n"
        "明年先按估计：周一到周五上班，法定节日放假，没有调休。"
        "2027 年的期限、站会和提醒都会按这个算。\n"
        "安排公布以后，请管理员更新程序（chinesecalendar），或者照着通知说，比如：\n"
        "设置 假期 2027-02-08..02-14 休，2027-02-20 班"
    )
    answer = await room.words("王敏", warning.text.splitlines()[-1])
    assert answer.startswith("✅ 假期改好了（少 4 个工作日，多 1 个工作日）")


async def test_without_keepers_the_group_is_warned(december_comes: Room) -> None:
    room = december_comes
    await room.say("王敏", "我的")

    (warning,) = await posts(room, december(1, 11), about="📅")
    assert names(warning) == []


def test_the_warning_comes_twice_while_it_is_needed() -> None:
    def days(calendar: Calendar, year: int) -> list[str]:
        """On which days of the year it would come."""
        team = Team(id=1, name="", settings={})
        slots = warn.slots(
            datetime(year, 1, 1, tzinfo=SHANGHAI),
            datetime(year, 12, 31, 23, tzinfo=SHANGHAI),
            team=team,
            config=Config(),
            calendar=calendar,
        )
        return [f"{each:%m-%d %H:%M}" for each in slots]

    assert days(CALENDAR, 2026) == ["12-01 10:00", "12-16 10:00"]
    assert days(CALENDAR, 2029) == ["12-03 10:00", "12-17 10:00"]
    assert days(CALENDAR, 2025) == []  # 2026 is known
    assert days(Calendar(workdays=frozenset({date(2027, 2, 20)})), 2026) == []
