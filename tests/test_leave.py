"""请假: what is written down and said, and that it can be taken back."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.app import App
from bot.config import Config
from bot.message import Card, Outgoing, as_lines
from storage import leave as leaves
from storage.database import Database
from tests.blockers import at, buttons, heard, names
from tests.conftest import SHANGHAI, WEDNESDAY, HandClock, Room
from tests.test_reminder import reminders


def card(answer: Outgoing | None) -> Card:
    assert isinstance(answer, Card)
    return answer


async def stored(app: App, room: Room) -> list[str]:
    team = await room.team()
    async with app.database.begin() as tx:
        found = await leaves.between(tx, team.id, WEDNESDAY, WEDNESDAY + timedelta(days=500))
    return [
        f"{x.since.astimezone(SHANGHAI):%m-%d %H} {x.until.astimezone(SHANGHAI):%m-%d %H}"
        for x in found
    ]


@pytest.fixture
async def people(room: Room) -> None:
    for each in ("王五", "李四", "张三"):
        await room.say(each, "我的")


@pytest.mark.usefixtures("people")
async def test_one_line_says_it_and_the_stand_in_hears_it(room: Room, app: App) -> None:
    answer = card(await room.say("李四", "请假 周三到周五 找 @王五 家里有事"))

    assert as_lines(answer) == (
        '请假 已记 · 11月25日 周三 到 11月27日 周五（3 个工作日） · 找 王五 · 10分钟内回"撤销"'
    )
    assert names(answer) == ["王五"]
    assert buttons(answer) == ["请假 取消 2026-11-25"]
    assert await stored(app, room) == ["11-25 00 11-28 00"]
    assert await room.words("张三", "谁请假") == (
        "接下来的请假：1 段\n李四：11月25日 周三 到 11月27日 周五 · 找 王五"
    )


@pytest.mark.usefixtures("people")
async def test_many_ways_to_name_who_stands_in(room: Room) -> None:
    for said in (
        "找@王五 明天",
        "明天找@王五",
        "明天 由 @王五 代",
        "明天，有事找 王五",
        "明天 @王五 替我",
    ):
        assert await room.words("李四", f"请假 {said}") == (
            '请假 已记 · 11月26日 周四 · 找 王五 · 10分钟内回"撤销"'
        ), said
        await room.say("李四", "撤销")


@pytest.mark.usefixtures("people")
async def test_nobody_is_guessed(room: Room, app: App) -> None:
    for said, answer in (
        ("明天 找 @李四", "替班的要是另一个人，比如 请假 明天 找 @王五"),
        (
            "明天 @王五",
            "「王五」是替班的人吗？前面加个「找」：请假 明天 找 @王五；"
            "是给别人记，就把人写在最前面：请假 @王五 明天",
        ),
        ("明天 找 @王五 找 @张三", "替班的请只说一位，比如 请假 明天 找 @王五"),
        ("找 @王五", "哪天请假？比如 请假 明天、请假 周三到周五 找 @替你的人"),
    ):
        assert await room.words("李四", f"请假 {said}") == answer
    assert await stored(app, room) == []


@pytest.mark.usefixtures("people")
async def test_what_falls_due_meanwhile_is_said(room: Room) -> None:
    await room.say("张三", "任务 @李四 整理客户清单 周四")
    await room.say("张三", "任务 @李四 写方案 下周一")

    answer = card(await room.say("李四", "请假 明天"))

    assert as_lines(answer) == (
        '请假 已记 · 11月26日 周四 · 10分钟内回"撤销"\n'
        "期间到期 1 件：#1 整理客户清单，要请人接手就点转交"
    )
    assert buttons(answer)[0] == "转交 1"


@pytest.mark.usefixtures("people")
async def test_the_half_of_a_day_is_asked_for(room: Room, app: App) -> None:
    question = card(await room.say("李四", "请假 明天半天 找 @王五"))

    assert as_lines(question).splitlines()[0] == "请哪半天？"
    say = buttons(question)[1]
    answer = card(await room.press("李四", await room.last_card, say))

    assert as_lines(answer).startswith("请假 已记 · 11月26日 周四 下午 · 找 王五 · ")
    assert await stored(app, room) == ["11-26 12 11-27 00"]


async def test_leave_that_began_before_begins_today(room: Room, app: App) -> None:
    assert await room.words("李四", "请假 这周") == (
        '请假 已记 · 11月25日 周三 到 11月29日 周日（3 个工作日） · 10分钟内回"撤销"\n'
        "前面的日子已经过去，从今天记起"
    )
    assert await stored(app, room) == ["11-25 00 11-30 00"]


async def test_a_day_off_is_written_down_all_the_same(room: Room) -> None:
    assert await room.words("李四", "请假 周六") == (
        '请假 已记 · 11月28日 周六（本来就休息） · 10分钟内回"撤销"'
    )


async def test_a_year_that_is_not_known_is_an_estimate(room: Room) -> None:
    assert (await room.words("李四", "请假 2027年2月1日到12日")).startswith(
        "请假 已记 · 2027年2月1日 周一 到 2月12日 周五（8 个工作日，按估计） · "
    )


# --- two leaves ------------------------------------------------------------------------------


@pytest.mark.usefixtures("people")
async def test_what_overlaps_becomes_one_and_undoing_parts_it_again(room: Room, app: App) -> None:
    await room.say("李四", "请假 周四到周五 找 @王五")

    assert await room.words("李四", "请假 周五到下周一") == (
        '请假 已记 · 11月26日 周四 到 11月30日 周一（3 个工作日） · 找 王五 · 10分钟内回"撤销"\n'
        "和已经记的 11月26日 到 27日 连成一段"
    )
    assert await stored(app, room) == ["11-26 00 12-01 00"]

    assert await room.words("李四", "撤销") == (
        "↩️ 已撤销 11月26日 周四 到 11月30日 周一 的请假\n"
        "现在记着的是 11月26日 周四 到 11月27日 周五"
    )
    assert await stored(app, room) == ["11-26 00 11-28 00"]


@pytest.mark.usefixtures("people")
async def test_what_is_known_already_is_not_written_down_twice(room: Room, app: App) -> None:
    await room.say("李四", "请假 周四到周五")

    assert await room.words("李四", "请假 周五") == (
        "11月26日 到 27日 的请假已经记过了。要改短，先说 请假 取消，再说一次新的时间"
    )
    assert await room.words("李四", "请假 找 @王五") == (
        '请假 已记 · 11月26日 周四 到 11月27日 周五（2 个工作日） · 找 王五 · 10分钟内回"撤销"\n'
        "11月26日 到 27日 的请假已经记过，替班的改成王五"
    )
    assert await stored(app, room) == ["11-26 00 11-28 00"]


@pytest.mark.usefixtures("people")
async def test_side_by_side_with_other_stand_ins_they_stay_two(room: Room, app: App) -> None:
    await room.say("李四", "请假 周四 找 @王五")
    await room.say("李四", "请假 周五 找 @张三")

    assert await stored(app, room) == ["11-26 00 11-27 00", "11-27 00 11-28 00"]


# --- 取消 and 撤销 ------------------------------------------------------------------------------


async def test_undoing_takes_it_back_and_reaches_no_further(room: Room, app: App) -> None:
    await room.say("李四", "任务 写方案 周五")
    await room.say("李四", "请假 明天")

    assert await room.words("李四", "撤销") == "↩️ 已撤销 11月26日 周四 的请假"
    assert await stored(app, room) == []
    assert await room.words("李四", "撤销") == "↩️ 已撤销 任务 #1 的「登记」\n写方案"


async def test_one_coming_leave_is_cancelled_of_several_one_is_asked_for(
    room: Room, app: App
) -> None:
    assert await room.words("李四", "请假 取消") == "你没有还没过完的请假"
    await room.say("李四", "请假 明天")
    assert await room.words("李四", "请假 取消") == (
        '11月26日 周四 的请假取消了 · 10分钟内回"撤销"'
    )
    assert await room.words("李四", "撤销") == ("↩️ 已撤销，请假照旧\n现在记着的是 11月26日 周四")
    await room.say("李四", "请假 下周三")

    question = card(await room.say("李四", "取消请假"))
    assert as_lines(question).startswith("有 2 段请假，取消哪一段？")
    assert buttons(question) == ["请假 取消 2026-11-26", "请假 取消 2026-12-02"]
    await room.press("李四", await room.last_card, "请假 取消 2026-12-02")
    assert await stored(app, room) == ["11-26 00 11-27 00"]
    assert await room.words("李四", "请假 取消 下周五") == ("那天没有请假，记着的是 11月26日")


@pytest.mark.usefixtures("people")
async def test_who_is_back_early_was_away_until_yesterday(room: Room, app: App) -> None:
    await room.say("李四", "请假 周三到周五 找 @王五")
    await room.wait_until(at(26, 10))

    answer = card(await room.say("李四", "销假"))

    assert as_lines(answer) == (
        '欢迎回来 · 请假记到 11月25日 · 10分钟内回"撤销"\n接下来的提醒还是发给本人'
    )
    assert names(answer) == ["王五"]
    assert await stored(app, room) == ["11-25 00 11-26 00"]


# --- somebody else's -------------------------------------------------------------------------


@pytest.mark.usefixtures("people")
async def test_keepers_may_say_it_for_others(room: Room, app: App) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")

    assert await room.words("张三", "请假 @李四 明天") == (
        "给别人记请假要项目经理或系统管理员来做，现在是 王敏"
    )
    answer = card(await room.say("王敏", "请假 @李四 明天 找 @王五"))
    assert as_lines(answer).startswith("李四 请假 已记 · 11月26日 周四 · 找 王五 · ")
    assert names(answer) == ["李四", "王五"]

    assert await room.words("张三", "请假 取消 @李四") == (
        "取消别人的请假要项目经理或系统管理员来做，现在是 王敏"
    )
    assert await room.words("王敏", "请假 取消 @李四") == (
        '李四 11月26日 周四 的请假取消了 · 10分钟内回"撤销"\n接下来的提醒还是发给本人'
    )
    assert await stored(app, room) == []


@pytest.mark.usefixtures("people")
async def test_what_is_said_in_private_its_people_hear_in_private(room: Room, app: App) -> None:
    await room.say("王五", "我的", group="")
    await room.say("张三", "任务 @李四 整理客户清单 周四")
    answer = await room.words("李四", "请假 明天 找 @王五 生病了", group="")

    assert answer.startswith("请假 已记 · 11月26日 周四 · 找 王五 · ")
    assert (await heard(app, "王五"))[-1] == (
        "李四 11月26日 周四 请假，请你替一下\n"
        "这段时间到期的、卡住的会提醒你，你可以直接替李四说 完成、进展、改期、转交。\n"
        "期间到期 1 件：\n#1 整理客户清单"
    )
    assert "生病" not in await room.words("张三", "请假")
    await room.say("李四", "撤销", group="")
    assert (await heard(app, "王五"))[-1] == "李四：↩️ 已撤销 11月26日 周四 的请假"


# --- across a holiday ------------------------------------------------------------------------


@pytest.fixture
async def september(config: Config, database: Database) -> AsyncIterator[Room]:
    """Before 国庆 2026: seven days are off, and the Saturday after them is worked."""
    made = App(config, real_time=HandClock(at(28, 10, month=9)))
    await made.prepare()
    yield Room(made)
    await made.stop()


async def test_across_the_holiday_the_worked_saturday_is_the_first_day_back(
    september: Room,
) -> None:
    room = september
    await room.say("李四", "设置 站会 关")
    await room.say("李四", "任务 对账 9月30日")
    await room.say("李四", "任务 写方案 10月12日")

    assert (await room.words("李四", "请假 9月30日到10月9日")).startswith(
        "请假 已记 · 9月30日 周三 到 10月9日 周五（3 个工作日） · "
    )
    assert await reminders(room, at(29, 23, month=9)) == [
        "⏰ 今天要留意 1 件｜9月29日 周二\n"
        "请假期间 9月30日 周三 18:00｜任务 #1 对账\n"
        "9月30日 到 10月9日 你请假，还没人替。定一位就说：请假 找 @替你的人"
    ]
    assert await reminders(room, at(9, 23, month=10)) == []
    assert await reminders(room, at(10, 12, month=10)) == [
        "⏰ 欢迎回来，要留意 2 件｜10月10日 周六\n"
        "逾期 10 天｜任务 #1 对账\n"
        "10月12日 周一 18:00｜任务 #2 写方案"
    ]


async def test_two_leaves_with_only_a_weekend_between_are_one_absence(room: Room) -> None:
    await room.say("李四", "设置 站会 关")
    await room.wait_until(at(25, 15))
    await room.say("王敏", "任务 @李四 对账 下周一")
    await room.say("李四", "请假 周五")
    await room.say("李四", "请假 下周一")

    (digest,) = await reminders(room, at(26, 12))
    assert digest.splitlines()[1:] == [
        "请假期间 11月30日 周一 18:00｜任务 #1 对账",
        "11月27日 到 30日 你请假，还没人替。定一位就说：请假 找 @替你的人",
    ]
    assert await room.words("李四", "请假 找 @王敏") == (
        "有 2 段请假：11月27日、11月30日。是哪一段？比如 请假 11月27日 找 @王敏"
    )
    assert (await room.words("李四", "请假 11月27日 找 @王敏")).splitlines()[1] == (
        "11月27日 的请假已经记过，替班的改成王敏"
    )
    assert await reminders(room, at(30, 23), "李四") == []


async def test_one_day_of_a_leave_can_be_taken_out(room: Room) -> None:
    await room.say("张三", "请假 12月1日到3日")

    answer = await room.words("张三", "请假 取消 12月2日")

    assert answer.startswith("请假改了，现在是 12月1日、12月3日 · ")
    assert "12月1日 周二\n我：12月3日 周四" in await room.words("张三", "请假")
    await room.say("张三", "撤销")
    assert "12月1日 周二 到 12月3日 周四" in await room.words("张三", "请假")


async def test_where_it_begins_is_never_guessed(room: Room) -> None:
    assert "从哪天到哪天" in await room.words("张三", "@大管家 请假到下周三")
