"""周报, through the trial group's door."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App
from bot.cause import by_cause, grouped
from bot.config import Config
from bot.message import Card, as_lines
from bot.weekly import last_workday, week_of
from bot.workdays import Calendar
from storage import ledger
from storage import team as teams
from storage.database import Database
from storage.ledger import Entry
from storage.team import Team
from tests.blockers import entry
from tests.conftest import SHANGHAI, HandClock, Room

FRIDAY = datetime(2026, 11, 27, 17, 30, tzinfo=SHANGHAI)


async def reports(room: Room, until: datetime, *, group: str | None = None) -> list[str]:
    said = await room.wait_until(until, group=group)
    cards = [as_lines(each) for each in said if isinstance(each, Card)]
    return [each for each in cards if each.startswith("📊 周报｜")]


async def on_demand(room: Room) -> str:
    """The card of 周报, without the picture before it."""
    return as_lines((await room.answers("王敏", "周报"))[-1])


async def a_week(room: Room) -> None:
    """Four blockers: confirmed, timed out, waiting for its confirmation, still stuck."""
    await room.say("王敏", "角色 @王敏 项目经理")
    for what in ("支付回调超时", "测试数据没到", "账号没开", "发票没开"):
        await room.say("张三", f"卡点 {what} @李四")
    await room.say("李四", "解决 1 根因：证书过期了 方案：续期")
    await room.say("张三", "确认 1")
    await room.say("张三", "卡点 短信发不出 @李四")
    await room.say("张三", "解决 5 根因：证书过期")
    await room.say("张三", "卡点 网页打不开 @李四")
    await room.say("张三", "解决 6")
    await room.say("李四", "解决 2")


async def test_it_is_posted_on_the_last_working_day_and_counts_only_what_is_so(
    room: Room,
) -> None:
    await a_week(room)
    await room.say("张三", "任务 整理客户清单 明天")
    await room.say("张三", "任务 写周报")
    await room.say("张三", "完成 8")
    assert await reports(room, FRIDAY - timedelta(minutes=1)) == []
    await room.say("李四", "解决 3")

    (said,) = await reports(room, FRIDAY)

    assert said == (
        "📊 周报｜11月20日 周五 17:30 到 11月27日 周五 17:30\n"
        "卡点：新记 6，解决 3，还开着 3（2 个等确认），卡得最久的：\n"
        "#4 发票没开｜张三 等 李四｜卡了 2 个工作日 ⬆2\n"
        "解决的根因：证书过期了 2、没写根因 1\n"
        "任务：完成 1，逾期 1"
    )


async def test_what_was_closed_by_time_out_is_not_counted_as_solved(room: Room) -> None:
    await a_week(room)
    await room.wait_until(FRIDAY + timedelta(days=3))  # Monday: the time to confirm is over

    said = await on_demand(room)

    assert "解决 0，超时关闭 1（不算解决），还开着 2" in said
    assert "根因" not in said


async def test_a_quiet_team_gets_no_report(room: Room) -> None:
    await room.say("张三", "成员")

    assert await reports(room, FRIDAY + timedelta(hours=3)) == []
    assert await room.words("张三", "周报") == "这周台账上还没有动静"


async def test_what_was_taken_back_was_never_opened(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到")
    await room.say("张三", "撤销")

    assert await room.words("张三", "周报") == "这周台账上还没有动静"


async def test_what_happens_after_a_report_is_in_the_next_one(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到 @李四")
    await room.wait_until(FRIDAY + timedelta(hours=3))
    await room.say("张三", "解决 1 根因：没人导")

    (said,) = await reports(room, FRIDAY + timedelta(days=7))

    assert said.startswith("📊 周报｜11月27日 周五 17:30 到 12月4日 周五 17:30\n")
    assert "卡点：新记 0，解决 1，还开着 0\n解决的根因：没人导 1" in said


async def test_it_goes_to_the_group_that_was_chosen_for_it(room: Room) -> None:
    await room.say("王敏", "卡点 测试数据没到", group="项目群")
    assert "日报和周报以后发在这个群" in await room.words("王敏", "设置 本群 周报", group="管理群")

    assert len(await reports(room, FRIDAY, group="管理群")) == 1


async def test_data_problems_are_counted_by_cause(room: Room, app: App) -> None:
    team = await room.team()
    await room.say("张三", "卡点 发票没开 @李四")
    opened = await entry(app, room)
    async with app.database.begin() as tx:
        for number, cause in enumerate(("重复导入", "重复导入了", "", None), 2):
            await ledger.open_entry(
                tx,
                team_id=team.id,
                kind="data",
                title=f"金额不对 {number}",
                owner_id=None,
                by_id=opened.opened_by,
                chat_id=opened.chat_id,
                at=app.clock(),
                details={"cause": cause} if cause is not None else {},
            )
    for number in (2, 3, 4):
        await room.say("张三", f"完成 {number}")

    assert "数据问题：新记 4，修好 3，原因：重复导入 2、没写根因 1" in await room.words(
        "张三", "周报"
    )


async def test_the_longest_report_stays_within_ten_lines(room: Room, app: App) -> None:
    await a_week(room)
    for what in ("网线断了", "打印机坏", "门禁卡失效", "会议室被占"):
        await room.say("张三", f"卡点 {what} @李四")
    await room.say("张三", "任务 整理客户清单 明天")
    await room.say("张三", "里程碑 UAT 结束 11月30日")
    await room.wait_until(FRIDAY.replace(hour=9, minute=40))
    await room.say("张三", "站会 昨日：写文档 今日：联调 卡点：没有")
    team = await room.team()
    opened = await entry(app, room)
    async with app.database.begin() as tx:
        await ledger.open_entry(
            tx, team_id=team.id, kind="data", title="金额不对", owner_id=None,
            by_id=opened.opened_by, chat_id=opened.chat_id, at=app.clock(),
        )  # fmt: skip

    (said,) = await reports(room, FRIDAY)

    assert len(said.splitlines()) == 10
    assert said.count("张三 等 李四") == 3
    assert "#3 账号没开" in said


async def test_another_teams_blockers_are_nobodys_business(room: Room, app: App) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    async with app.database.begin() as tx:
        other = await teams.open_team(tx, "别家", at=app.clock())
        await teams.open_chat(
            tx, team_id=other.id, platform="console", external_id="别家的群", private=False,
            name="别家的群", person="",
        )  # fmt: skip
    await room.say("外人", "卡点 测试数据没到", group="别家的群")

    said = await room.wait_until(FRIDAY, group=room.group)

    assert not any("卡点 #" in as_lines(each) or "周报" in as_lines(each) for each in said)
    assert await room.words("张三", "周报") == "这周台账上还没有动静"
    assert "卡点 #1 已记" in await room.words("张三", "卡点 测试数据又没到")
    assert "没有 #2" in await room.words("张三", "并入 1 2")


# --- when ----------------------------------------------------------------------------------


@pytest.fixture
async def september(config: Config, database: Database) -> AsyncIterator[Room]:
    made = App(config, real_time=HandClock(datetime(2026, 9, 28, 10, 0, tzinfo=SHANGHAI)))
    await made.prepare()
    yield Room(made)
    await made.stop()


async def test_before_the_holiday_it_comes_on_its_eve_and_after_it_on_the_working_saturday(
    september: Room,
) -> None:
    room = september
    await room.say("张三", "卡点 测试数据没到 @李四")

    eve = datetime(2026, 9, 30, 17, 30, tzinfo=SHANGHAI)
    assert await reports(room, eve - timedelta(minutes=1)) == []
    assert len(await reports(room, eve)) == 1
    saturday = datetime(2026, 10, 10, 17, 30, tzinfo=SHANGHAI)
    assert await reports(room, saturday - timedelta(minutes=1)) == []
    (said,) = await reports(room, saturday)
    assert said.startswith("📊 周报｜9月30日 周三 17:30 到 10月10日 周六 17:30")


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 11, 25), date(2026, 11, 27)),
        (date(2026, 9, 28), date(2026, 9, 30)),  # 国庆 takes the rest
        (date(2026, 10, 8), date(2026, 10, 10)),  # a working Saturday
        (date(2026, 2, 14), date(2026, 2, 14)),
    ],
)
def test_the_last_working_day_of_a_week(day: date, last: date) -> None:
    assert last_workday(Calendar(), day) == last


def test_a_week_that_is_all_holiday_has_none_and_its_days_go_to_the_next_report() -> None:
    week = frozenset(date(2026, 11, 23) + timedelta(days=number) for number in range(7))
    calendar = Calendar(holidays=week)
    now = datetime(2026, 12, 2, 10, 0, tzinfo=SHANGHAI)

    assert last_workday(calendar, date(2026, 11, 25)) is None
    team = Team(id=1, name="甲", settings={})
    assert week_of(now, calendar, Config(), team).since == FRIDAY - timedelta(days=7)


# --- causes --------------------------------------------------------------------------------

CAUSES = st.lists(st.text(alphabet="证书过期了没人导数据权限不足abc 12", max_size=8))


@given(CAUSES)
def test_every_cause_is_in_one_group(causes: list[str]) -> None:
    groups = grouped(causes)

    assert sorted(one for each in groups for one in each) == sorted(causes)
    assert [len(each) for each in groups] == sorted(map(len, groups), reverse=True)


def test_many_causes_are_one_short_line() -> None:
    written = ["证书过期", "权限没开", "数据重复导入", "网线断了", "需求变了", "人手不够", ""]
    causes = by_cause(
        Entry(
            id=1, team_id=1, number=1, kind="blocker", title="甲", state="done", stage="",
            weight=0, rung=0, owner_id=None, owner_name=None, offered_to=None, helpers=(),
            opened_by=1, opened_at=FRIDAY, due=None, closed_at=FRIDAY, chat_id=1,
            details={"cause": each}, version=1,
        )
        for each in written
    )  # fmt: skip

    assert causes == "证书过期 1、权限没开 1、数据重复导入 1、网线断了 1、其他 2、没写根因 1"


async def test_no_near_miss_says_the_same_again(room: Room) -> None:
    assert "周报 上周" not in await room.words("张三", "@大管家 周报 上周")
