"""CRM使用之星, through the trial group's door."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.config import Config
from bot.jobs.stars import is_the_day
from bot.message import Card, as_lines
from bot.preference import Weekly
from bot.stars import last_month, last_week, this_month, this_week
from bot.usage import take_in
from storage import team as teams
from tests.conftest import SHANGHAI, WEDNESDAY, Room

NEXT_MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=SHANGHAI)
THIS_WEEK, LAST_WEEK = "2026-11-24", "2026-11-18"


def row(person: str, day: str, *, filled: int = 20, **counts: int) -> dict[str, Any]:
    return {
        "person": person,
        "date": day,
        "created": 0,
        "updated": 0,
        "followups": 0,
        "required_filled": filled,
        "required_total": 20,
        "duplicates": 0,
        **counts,
    }


async def use(room: Room, *rows: dict[str, Any]) -> None:
    async with room.app.database.begin() as tx:
        team = (await teams.all_teams(tx))[0]
        report = await take_in(tx, team.id, enumerate(rows, 1), at=room.now)
    assert report.accepted == len(rows)


async def meet(room: Room, *names: str) -> None:
    for name in names:
        await room.say(name, "我的")


async def stars(room: Room, until: datetime) -> Sequence[str]:
    posted = [as_lines(each) for each in await room.wait_until(until)]
    return [each for each in posted if "CRM使用之星" in each]


def busy_week(day: str) -> list[dict[str, Any]]:
    return [
        row("张三", day, created=5, followups=8),
        row("李四", day, created=8, followups=3, filled=16),
        row("王敏", day, updated=10, followups=2),
        row("赵六", day, created=3, followups=2),
        row("孙七", day, created=1),
        row("路人", day, created=9),
    ]


async def test_the_ranking_of_a_week(room: Room) -> None:
    await meet(room, "张三", "李四", "王敏", "赵六", "孙七")
    await use(room, *busy_week(THIS_WEEK))

    assert await room.words("张三", "排行榜") == (
        "🏆 排行榜｜本周（11月23日—11月29日）\n"
        "🥇 张三 34.0 分｜跟进 8 次，全队最多\n"
        "🥈 王敏 26.0 分｜录入 10 条有效数据，全队最多\n"
        "🥉 李四 21.8 分｜新增 8 条，没有一条重复\n"
        "4. 赵六 12.0 分"
    )


async def test_other_periods(room: Room) -> None:
    await meet(room, "张三")
    await use(room, row("张三", LAST_WEEK, followups=6), row("张三", "2026-10-30", followups=5))

    assert "本周还没有人上榜" in await room.words("张三", "排行榜 本周")
    assert "张三 18.0 分" in await room.words("张三", "排行榜 上周")
    assert "张三 18.0 分" in await room.words("张三", "@大管家 排行榜本月")
    assert "张三 15.0 分" in await room.words("张三", "排行榜 上月")
    assert "可以看：排行榜 本周" in await room.words("张三", "排行榜 去年")


async def test_equal_scores_stand_together(room: Room) -> None:
    await meet(room, "张三", "李四", "王敏")
    await use(room, *(row(name, THIS_WEEK, followups=6) for name in ("李四", "张三", "王敏")))

    board = await room.words("张三", "排行榜")

    assert board.count("🥇") == 3
    assert "跟进 6 次，录入 0 条" in board


async def test_my_score_says_why_and_what_would_gain_most(room: Room) -> None:
    await meet(room, "张三", "李四")
    await use(room, *busy_week(THIS_WEEK))

    mine = await room.words("李四", "我的得分")

    assert mine == (
        "李四 本周 21.8 分｜第 2 名\n"
        "录入 8 条得 12.8 分，必填补全 80%；跟进 3 次得 9.0 分\n"
        "最能涨分的是把 4 个没填的必填项补上，能多 3.2 分"
    )


async def test_duplicates_are_said_and_cost_most(room: Room) -> None:
    await meet(room, "张三")
    await use(room, row("张三", THIS_WEEK, created=10, duplicates=8, followups=4))

    mine = await room.words("张三", "我的得分")

    assert "重复 8 条不算" in mine
    assert "新增前先查重（有 8 条重复），能多 16.0 分" in mine


async def test_too_little_says_how_much_is_missing(room: Room) -> None:
    await meet(room, "张三")
    await use(room, row("张三", LAST_WEEK, followups=3))

    mine = await room.words("张三", "我的得分")

    assert "张三 上周 9.0 分｜还没上榜" in mine
    assert "再录入或跟进 2 次就能上榜" in mine


async def test_who_has_it_all_is_told_to_go_on(room: Room) -> None:
    await meet(room, "张三")
    await use(room, row("张三", THIS_WEEK, created=20, followups=10, stage_moves=2))

    mine = await room.words("张三", "我的得分")

    assert "张三 本周 80.0 分｜第 1 名" in mine
    assert "推进 2 次得 10.0 分\n每天的分都拿满了，保持住就好" in mine


async def test_ten_are_listed_and_the_rest_counted(room: Room) -> None:
    names = [f"同事{each}" for each in "甲乙丙丁戊己庚辛壬癸子丑"]
    await meet(room, *names)
    await use(
        room, *(row(name, THIS_WEEK, updated=30 - i) for i, name in enumerate(reversed(names)))
    )

    board = await room.words("同事甲", "排行榜")

    assert len(board.splitlines()) == 12
    assert board.endswith("……上榜的还有 2 位")


async def test_steady_use_is_a_reason(room: Room) -> None:
    await meet(room, "张三")
    days = [f"2026-11-{number}" for number in (23, 24, 25, 26)]
    await use(room, *(row("张三", day, updated=1, followups=1, filled=10) for day in days))

    assert "4 天都在用，跟进 4 次、录入 4 条" in await room.words("张三", "排行榜")


async def test_nobody_without_rows_is_told_how_to_bind(room: Room) -> None:
    assert "绑定 账号" in await room.words("张三", "我的得分")


async def test_binding_brings_the_rows_that_were_there(room: Room) -> None:
    await use(room, row("zhangsan", THIS_WEEK, followups=6))
    await room.say("张三", "绑定 账号 ZhangSan")

    assert "张三 本周 18.0 分" in await room.words("张三", "我的得分")


async def test_the_state_names_the_unknown_to_keepers_only(room: Room) -> None:
    assert "还没有 CRM 使用数据" in await room.words("王敏", "使用情况")
    await room.say("王敏", "角色 @王敏 项目经理")
    await use(room, *busy_week(THIS_WEEK), row("13800138000", THIS_WEEK) | {"name": "路人乙"})

    everyone = await room.words("周八", "使用情况")
    keeper = await room.words("王敏", "使用情况")

    assert "数据：7 行，7 个人\n到哪天：11月24日 周二" in everyone
    assert "没对上的人：6 个" in everyone
    assert "路人" not in everyone
    assert "138****8000/路人乙" in keeper


async def test_the_stars_of_last_week_are_posted_on_monday(room: Room) -> None:
    await meet(room, "张三", "李四", "王敏", "赵六")
    await use(room, *busy_week(THIS_WEEK))

    assert await stars(room, NEXT_MONDAY - timedelta(minutes=1)) == []
    (posted,) = await stars(room, NEXT_MONDAY)

    assert posted.startswith(
        "🏆 CRM使用之星｜上周（11月23日—11月29日）\n🥇 张三 34.0 分｜跟进 8 次"
    )
    assert "4. 赵六" in posted
    assert await stars(room, NEXT_MONDAY + timedelta(days=6)) == []


async def test_without_usage_nothing_is_posted(room: Room) -> None:
    await meet(room, "张三")

    assert await stars(room, NEXT_MONDAY + timedelta(days=1)) == []


async def test_usage_of_nobody_known_still_says_how_to_be_counted(room: Room) -> None:
    await meet(room, "王敏")
    await use(room, row("张三", THIS_WEEK, followups=9))

    (posted,) = await stars(room, NEXT_MONDAY)

    assert "还没有人上榜" in posted


async def test_the_weekday_is_the_teams_own(room: Room) -> None:
    await meet(room, "张三")
    await room.say("张三", "设置 星星 周四 17:00")
    await use(room, row("张三", LAST_WEEK, followups=9))
    thursday = WEDNESDAY + timedelta(days=1)

    (posted,) = await stars(room, thursday.replace(hour=17))

    assert "上周（11月16日—11月22日）" in posted


async def test_a_holiday_moves_it_to_the_next_working_day(room: Room) -> None:
    """2026-10-05, a Monday, is in the 国庆 break; Thursday is the first day worked."""
    weeks = [date(2026, 9, 28) + timedelta(days=number) for number in range(14)]
    calendar = room.app.calendar

    monday, sunday = Weekly(0, time(9)), Weekly(6, time(9))

    found = [day for day in weeks if is_the_day(monday, day, calendar)]
    assert found == [date(2026, 9, 28), date(2026, 10, 8)]
    found = [day for day in weeks if is_the_day(sunday, day, calendar)]
    assert found == [date(2026, 10, 4), date(2026, 10, 11)]


async def test_it_can_be_switched_off(room: Room) -> None:
    await meet(room, "张三")
    await use(room, *busy_week(THIS_WEEK))
    await room.say("张三", "设置 星星 关")

    assert await stars(room, NEXT_MONDAY + timedelta(days=1)) == []


async def test_the_card_leads_on(room: Room) -> None:
    await meet(room, "张三")
    board = await room.say("张三", "排行榜")

    assert isinstance(board, Card)
    assert [each.say for each in board.buttons] == ["我的得分", "排行榜 上周"]


def test_periods() -> None:
    day = date(2026, 1, 1)

    assert (this_week(day).since, this_week(day).until) == (date(2025, 12, 29), date(2026, 1, 4))
    assert last_week(day).since == date(2025, 12, 22)
    assert this_month(day).until == date(2026, 1, 31)
    assert (last_month(day).since, last_month(day).until) == (
        date(2025, 12, 1),
        date(2025, 12, 31),
    )


def test_the_default_hour_is_the_configurations() -> None:
    config = Config.model_validate({"stars": {"weekday": "fri", "winners": 5}})

    assert (config.stars.weekday, config.stars.winners) == ("fri", 5)
