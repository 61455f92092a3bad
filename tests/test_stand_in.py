"""Who is away is left in peace: the stand-in hears, and may act, instead."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot.app import App
from bot.config import Config
from bot.context import Context
from bot.leave import away
from bot.message import as_lines
from storage import member as members
from storage import team as teams
from storage.database import Database
from tests.blockers import STUCK, at, entry, names, posts
from tests.conftest import SHANGHAI, WEDNESDAY, HandClock, Room
from tests.test_reminder import reminders

pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
async def app(config: Config, database: Database) -> AsyncIterator[App]:
    """Wednesday afternoon."""
    made = App(config, real_time=HandClock(at(25, 14, 55)))
    await made.prepare()
    yield made
    await made.stop()


@pytest.fixture
async def people(room: Room) -> None:
    """王敏 manages the project, 赵总 leads; it is 15:00, and the bot has been there before."""
    for each in ("赵总", "李四", "王五", "张三"):
        await room.say(each, "我的")
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @赵总 领导")
    await room.say("王敏", "设置 站会 关")
    await room.wait_until(at(25, 15))


async def stand_in(app: App, who: str, moment: datetime) -> str | None:
    async with app.database.begin() as tx:
        (found,) = await teams.all_teams(tx)
        context = Context(
            tx=tx,
            team=found,
            now=moment,
            calendar=app.calendar,
            config=app.config,
            cause="test",
            clock=moment,
        )
        absent = await away(context)
        (member,) = [x for x in await members.in_team(tx, found.id) if x.name == who]
        present = absent.stand_in(member.id)
    return present.name if present else None


async def leave_the_team(app: App, who: str) -> None:
    async with app.database.begin() as tx:
        (team,) = await teams.all_teams(tx)
        (gone,) = [each for each in await members.in_team(tx, team.id) if each.name == who]
        await members.leave(tx, gone.id, at=WEDNESDAY)


# --- who it is -------------------------------------------------------------------------------


async def test_a_stand_in_who_is_away_is_stood_in_for(room: Room, app: App) -> None:
    await room.say("李四", "请假 周四到周五 找 @王五")
    answer = await room.words("王五", "请假 周五 找 @张三")

    assert answer.splitlines()[1:] == ["李四 11月26日 到 27日 请假本来找你，那时由张三替"]
    assert await stand_in(app, "李四", at(26, 10)) == "王五"
    assert await stand_in(app, "李四", at(27, 10)) == "张三"


async def test_two_who_stand_in_for_each_other_are_nobody(room: Room, app: App) -> None:
    await room.say("李四", "请假 周四 找 @王五")

    assert await room.words("王五", "请假 周四 找 @李四") == (
        '请假 已记 · 11月26日 周四 · 找 李四 · 10分钟内回"撤销"\n'
        "李四 11月26日 也请假，那时没人替，最好换一位"
    )
    assert await stand_in(app, "李四", at(26, 10)) is None


async def test_a_stand_in_who_has_left_is_nobody(room: Room, app: App) -> None:
    await room.say("李四", "请假 周四 找 @王五")
    await leave_the_team(app, "王五")

    assert await stand_in(app, "李四", at(26, 10)) is None
    await room.say("张三", STUCK)
    (first,) = await posts(room, at(26, 10))
    assert names(first) == ["王敏"]
    assert first.text.splitlines()[-1] == "李四 请假到 11月26日，还没人替"


async def test_what_somebody_left_behind_goes_straight_to_the_project_manager(
    room: Room, app: App
) -> None:
    await room.say("张三", STUCK)
    await leave_the_team(app, "李四")

    assert [names(each) for each in await posts(room, at(26, 10))] == [["王敏"]]


# --- reminders -------------------------------------------------------------------------------


async def test_the_stand_in_gets_the_reminders(room: Room) -> None:
    await room.say("王敏", "任务 @李四 整理客户清单 周四")
    await room.say("王敏", "任务 @王五 发会议纪要 周四")
    await room.say("李四", "请假 周四到周五 找 @王五")

    assert await reminders(room, at(26, 12), "李四") == []
    assert await reminders(room, at(27, 12), "王五") == [
        "⏰ 今天要留意 2 件｜11月27日 周五\n"
        "逾期 1 天｜任务 #2 发会议纪要\n"
        "替李四｜逾期 1 天｜任务 #1 整理客户清单"
    ]


async def test_without_a_stand_in_nobody_is_reminded(room: Room) -> None:
    await room.say("王敏", "任务 @李四 整理客户清单 周四")
    await room.say("李四", "请假 周四到周五")

    assert await reminders(room, at(27, 23)) == []


async def test_before_the_leave_and_on_the_first_day_back(room: Room) -> None:
    await room.say("王敏", "任务 @李四 整理客户清单 周五")
    await room.say("王敏", "任务 @李四 写方案 下周一")
    await room.say("李四", "请假 周五到下周一 找 @王五")

    assert await reminders(room, at(26, 12)) == [
        "⏰ 今天要留意 2 件｜11月26日 周四\n"
        "请假期间 11月27日 周五 18:00｜任务 #1 整理客户清单\n"
        "请假期间 11月30日 周一 18:00｜任务 #2 写方案\n"
        "11月27日 到 30日 你请假，到时候提醒王五"
    ]
    await room.wait_until(at(27, 15))
    await room.say("王敏", "任务 @李四 新任务 12月10日")
    assert await reminders(room, datetime(2026, 12, 1, 12, tzinfo=SHANGHAI), "李四") == [
        "⏰ 欢迎回来，要留意 3 件｜12月1日 周二\n"
        "逾期 4 天｜任务 #1 整理客户清单\n"
        "逾期 1 天｜任务 #2 写方案\n"
        "请假时新来｜任务 #3 新任务"
    ]


async def test_who_has_named_nobody_is_asked_to(room: Room) -> None:
    await room.say("王敏", "任务 @李四 整理客户清单 周五")
    await room.say("李四", "请假 周五")

    (digest,) = await reminders(room, at(26, 12))
    assert digest.endswith("11月27日 你请假，还没人替。定一位就说：请假 找 @替你的人")
    assert (await room.words("李四", "请假 找 @王五")).startswith("请假 已记 · 11月27日 周五 · 找")


async def test_after_a_morning_off_the_digest_comes_at_noon(room: Room) -> None:
    await room.say("王敏", "任务 @李四 整理客户清单 周四")
    await room.say("李四", "请假 周四上午")

    assert await reminders(room, at(26, 11, 59)) == []
    assert await reminders(room, at(26, 13)) == [
        "⏰ 今天要留意 1 件｜11月26日 周四\n今天 18:00｜任务 #1 整理客户清单"
    ]


# --- what the stand-in may do ----------------------------------------------------------------


async def test_the_stand_in_may_finish_move_and_hand_over_and_the_history_says_who(
    room: Room,
) -> None:
    for what in ("整理客户清单", "写方案", "发周报"):
        await room.say("王敏", f"任务 @李四 {what} 周五")
    await room.say("李四", "请假 周四 找 @王五")
    refused = "任务 #1 要由李四、登记的人、项目经理或系统管理员来改"
    assert await room.words("王五", "完成 1") == refused
    await room.wait_until(at(26, 10))

    assert (await room.words("王五", "完成 1")).startswith("✅ 任务 #1 已完成")
    assert (await room.words("王五", "改期 2 下周五")).startswith("📅 任务 #2 改到 12月4日")
    assert (await room.words("王五", "转交 3 @张三")).startswith("任务 #3 请张三接手")
    assert "王五 完成" in await room.words("张三", "查看 1")
    assert await room.words("王五", "取消 3") == refused.replace("#1", "#3")
    assert await room.words("张三", "改期 2 周五") == refused.replace("#1", "#2")
    await room.wait_until(at(27, 10))
    assert await room.words("王五", "改期 2 周五") == refused.replace("#1", "#2")


# --- blockers --------------------------------------------------------------------------------


async def test_the_owners_rung_goes_to_the_stand_in(room: Room, app: App) -> None:
    await room.say("李四", "请假 周四到周五 找 @王五")
    await room.say("张三", STUCK)

    (first,) = await posts(room, at(26, 10))
    assert (first.title, names(first)) == ("⏰ 卡点 #1 卡了 4 工作小时，请看一下", ["王五"])
    assert first.text == "测试数据没到\n张三 等 李四\n李四 请假到 11月27日，找 王五"
    assert "给负责人 王五（卡了 4 工作小时；李四 请假到 11月27日，找 王五）" in (
        await room.words("张三", "查看 1")
    )
    assert (await entry(app, room)).rung == 1


async def test_without_one_it_goes_straight_to_the_project_manager(room: Room) -> None:
    await room.say("李四", "请假 周四到周五")
    await room.say("张三", STUCK)

    (first,) = await posts(room, at(26, 10))
    assert (first.title, names(first)) == (
        "⬆️ 卡点 #1 升级到项目经理：卡了 4 工作小时，还没解决",
        ["王敏"],
    )
    assert first.text.splitlines()[-1] == "李四 请假到 11月27日，还没人替"


async def test_a_manager_who_is_away_is_stood_in_for_or_left_out(room: Room) -> None:
    await room.say("王敏", "角色 @孙七 项目经理")
    await room.say("王敏", "请假 周四到周五")
    await room.say("张三", STUCK)
    await room.wait_until(at(26, 13, 59))

    assert [names(each) for each in await posts(room, at(26, 14))] == [["孙七"]]

    await room.say("张三", "卡点 权限没开 @李四")
    await room.say("孙七", "请假 周五 找 @张三")
    assert [names(each) for each in await posts(room, at(27, 13))] == [["李四"], ["张三"]]


async def test_where_all_are_away_the_next_above_hears_of_it(room: Room) -> None:
    await room.say("王敏", "请假 周四到周五")
    await room.say("李四", "请假 周四到周五")
    await room.say("张三", STUCK)

    (first,) = await posts(room, at(26, 10))
    assert names(first) == ["赵总"]
    assert first.text.splitlines()[-2:] == [
        "李四 请假到 11月27日，还没人替",
        "王敏 请假到 11月27日，还没人替",
    ]


async def test_where_nobody_at_all_is_there_it_waits(room: Room, app: App) -> None:
    for each in ("王敏", "李四", "赵总"):
        await room.say(each, "请假 周四到周五")
    await room.say("张三", STUCK)

    assert await posts(room, at(27, 15)) == []
    assert await room.words("张三", "升级 1") == (
        "卡点 #1 上面的人现在都不在；李四 请假到 11月27日，还没人替；"
        "王敏 请假到 11月27日，还没人替；赵总 请假到 11月27日，还没人替"
    )
    assert await posts(room, at(29, 23)) == []
    assert (await entry(app, room)).rung == 0
    assert [names(each) for each in await posts(room, at(30, 9))] == [["李四"]]


async def test_a_reporter_who_is_away_is_asked_when_they_are_back(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    await room.say("张三", "请假 周四到下周一")
    await room.say("李四", "解决 1")

    assert await posts(room, at(30, 23)) == []
    asked = await posts(room, datetime(2026, 12, 1, 18, tzinfo=SHANGHAI))
    assert [each.title for each in asked] == ["❓ 卡点 #1 解决了吗？请你确认"]
    assert (await entry(app, room)).state == "open"


async def test_leave_is_no_time_to_answer_in(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")
    asked = await posts(room, at(26, 18))
    assert [each.title for each in asked] == ["❓ 卡点 #1 解决了吗？请你确认"]
    await room.say("张三", "请假 周五到下周一")

    # Three hours on Thursday, nine on Tuesday, six on Wednesday: two working days.
    assert await posts(room, datetime(2026, 12, 2, 14, 59, tzinfo=SHANGHAI)) == []
    closed, _ = await posts(room, datetime(2026, 12, 2, 15, tzinfo=SHANGHAI))
    assert closed.title == "⌛ 卡点 #1 超时关闭：3 个工作日没人确认，不算解决"


# --- what repeats ----------------------------------------------------------------------------


async def test_of_a_repeating_task_the_stand_in_is_told(room: Room) -> None:
    await room.say("李四", "任务 每个工作日 9:00 巡检")
    await room.say("李四", "请假 周五到下周一 找 @王五")

    (told,) = await posts(room, at(27, 8, 30), about="🔁")
    assert names(told) == ["王五"]
    assert told.text.splitlines()[-1] == "李四 请假到 11月30日，找 王五"


async def test_where_nobody_stands_in_the_group_is_told(room: Room) -> None:
    await room.say("李四", "任务 每个工作日 9:00 巡检")
    await room.say("李四", "请假 周五到下周一")
    await room.say("王五", "任务 每个工作日 9:00 对账", group="")
    await room.say("王五", "请假 周五", group="")

    (told,) = await posts(room, at(27, 8, 30), about="🔁")
    assert names(told) == []
    assert told.title == "🔁 任务 #3 到新的一次了 · 负责人 李四 · 11月27日 周五 09:00"
    assert told.text.splitlines()[-1] == "李四 请假到 11月30日，还没人替"


async def test_half_a_day_is_not_greeted(room: Room) -> None:
    await room.say("张三", "任务 写方案 明天")
    await room.say("张三", "请假 今天下午")

    said = [as_lines(each) for each in await room.wait_until(WEDNESDAY + timedelta(days=1))]

    assert any("今天要留意" in each for each in said)
    assert not any("欢迎回来" in each for each in said)
