"""例会: when it is held, its agenda before it, and the minutes that are asked for."""

from datetime import date, datetime, time, timedelta

import pytest

from bot.errors import Refusal
from bot.meeting import Meeting, is_asking, read
from bot.message import Card, Outgoing, as_lines
from bot.workdays import Calendar
from tests.conftest import SHANGHAI, WEDNESDAY, Room

ASKED = """\
📝 例会开完了？把纪要贴给我
引用这条 @我，或者说 纪要，一行一条，我来记成决策和任务：
决策：先上华东区
@张三 周五前给名单
卡点：测试数据没到 @李四
没开就不用管这条"""


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in ("王敏", "张三", "李四"):
        await room.say(who, "成员")
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "设置 站会 关")


def day(number: int, hour: int = 12, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, number, hour, minute, tzinfo=SHANGHAI)


def of_the_meeting(said: list[Outgoing]) -> list[str]:
    lines = [as_lines(each) for each in said]
    return [each for each in lines if "例会" in each.splitlines()[0]]


# --- 设置 例会 -------------------------------------------------------------------------------


async def test_a_keeper_sets_it_and_is_told_when_the_next_one_is(room: Room) -> None:
    assert await room.words("李四", "设置 例会 周二 周五 10:00") == (
        "改设置要项目经理或系统管理员来做，现在是 王敏"
    )
    assert await room.words("李四", "设置 例会") == (
        "例会：还没定\n要开就说：设置 例会 周二 周五 10:00"
    )
    assert await room.words("王敏", "设置 例会 周二 周五 10:00") == (
        "✅ 例会：周二、周五 10:00\n"
        "下一次 11月27日 周五 10:00，提前 15 分钟在这个群发议程，开完再请大家贴纪要\n"
        "遇到放假就不开"
    )
    shown = await room.say("李四", "设置")
    assert isinstance(shown, Card)
    assert dict(shown.facts)["例会"] == "周二、周五 10:00，提前 15 分钟发议程"
    assert (await room.words("王敏", "设置 例会 14:30")).startswith("✅ 例会：周二、周五 14:30")
    assert await room.words("王敏", "设置 例会 关") == (
        "✅ 例会：不发议程了\n要开就说：设置 例会 周二 周五 10:00"
    )


async def test_of_one_that_is_near_the_agenda_is_asked_for(room: Room) -> None:
    assert (await room.words("王敏", "设置 例会 周三 10:10")).splitlines()[1] == (
        "下一次 11月25日 周三 10:10，这次的议程说 议程 就能看"
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("周二 周五 10:00", "周二、周五 10:00"),
        ("周二、五 下午3点", "周二、周五 15:00"),
        ("每周三 14:30", "周三 14:30"),
        ("周一三五 9点半", "周一三五 09:30"),
        ("每天 9:00", "每天 09:00"),
        ("工作日 17:00 开始", "工作日 17:00"),
        ("周一到周四 3点", "周一到周四 15:00"),
        ("星期日 20：00", "周日 20:00"),
    ],
)
def test_it_is_said_as_people_do(said: str, words: str) -> None:
    assert read(said, None).words == words


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("周二", "还要写几点，比如 设置 例会 周二 周五 10:00"),
        ("10:00", "还要写周几，比如 设置 例会 周二 周五 10:00"),
        ("周二 25:00", "没有「25:00」这个时间，比如 设置 例会 周二 周五 10:00"),
        ("周二 10:00 周五 14:00", "几天要在同一个时间开，比如 设置 例会 周二 周五 10:00"),
        ("周二 23:00", "例会要在 07:00 到 22:00 之间开始，比如 设置 例会 周二 周五 10:00"),
        (
            "每月5号 10:00",
            "「每月5号」没看懂。要写周几、几点，比如 设置 例会 周二 周五 10:00；"
            "不开了就说：设置 例会 关",
        ),
    ],
)
def test_what_is_not_understood_is_answered_with_an_example(said: str, answer: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(said, None)

    assert refused.value.text == answer


def test_what_is_not_said_stays() -> None:
    before = Meeting(days=(1, 4), at=time(10))

    assert read("周三", before).words == "周三 10:00"
    assert read("15:00", before).words == "周二、周五 15:00"
    assert read("工作日", before).words == "工作日 10:00"


def test_there_is_none_on_a_holiday_and_a_worked_saturday_is_no_tuesday() -> None:
    calendar = Calendar()

    def held(days: tuple[int, ...], month: int) -> list[int]:
        meeting = Meeting(days=days, at=time(10))
        dates = (date(2026, month, 1) + timedelta(days=number) for number in range(28))
        return [each.day for each in dates if meeting.held_on(each, calendar)]

    # 2026: 春节 is 15–23 February, worked are Saturday 14 and 28; 国庆 is 1–7 October.
    assert held((1,), 2) == [3, 10, 24]
    assert held((5,), 2) == [7, 14, 28]
    assert held((), 10)[:4] == [8, 9, 10, 12]
    assert held(tuple(range(7)), 10)[:4] == [8, 9, 10, 11]


# --- the agenda ------------------------------------------------------------------------------


async def test_the_agenda_is_posted_before_it_with_owners_and_without_pings(room: Room) -> None:
    await room.say("王敏", "设置 例会 周四 10:00")
    await room.say("张三", "卡点 测试数据没到 @李四")
    await room.say("王敏", "任务 @张三 出方案 今天中午")
    await room.wait_until(day(26, 9, 44))

    said = await room.wait_until(day(26, 9, 45), group=room.group)

    [card] = said
    assert isinstance(card, Card)
    assert as_lines(card) == (
        "📋 10:00 例会议程｜11月26日 周四（2） · 🚧卡点 1 · ⏰逾期 1\n"
        "🚧 卡点 #1 测试数据没到｜张三 等 李四｜卡了 8 工作小时 ⬆2\n"
        "⏰ 任务 #2 出方案｜张三｜11月25日 周三 12:00（已逾期）"
    )
    assert card.mentions == ()


async def test_with_nothing_to_solve_one_line_says_so(room: Room) -> None:
    await room.say("王敏", "设置 例会 周四 10:00")

    said = await room.wait_until(day(26, 10), group=room.group)

    assert [as_lines(each) for each in said] == [
        "📋 10:00 例会：没有要开会解决的，可以不开，或早点散"
    ]


async def test_it_is_posted_in_the_group_that_is_chosen(room: Room) -> None:
    await room.say("王敏", "设置 例会 周四 10:00")
    await room.say("李四", "成员", group="周会群")
    assert "想发在这个群就说：设置 本群 例会" in await room.words(
        "王敏", "设置 例会", group="周会群"
    )

    assert await room.words("王敏", "设置 本群 例会", group="周会群") == "✅ 例会以后发在这个群"

    assert len(of_the_meeting(await room.wait_until(day(26, 10), group="周会群"))) == 1
    assert of_the_meeting(await room.wait_until(day(26, 12), group=room.group)) == []


async def test_on_a_day_off_of_the_team_there_is_none(room: Room) -> None:
    await room.say("王敏", "设置 例会 周四 10:00")
    await room.say("王敏", "设置 假期 2026-11-26 休")

    assert (
        (await room.words("李四", "设置 例会")).splitlines()[1].startswith("下一次 12月3日 周四")
    )
    assert of_the_meeting(await room.wait_until(day(27, 9))) == []


async def test_a_bot_that_was_down_posts_no_agenda_when_the_meeting_is_on(room: Room) -> None:
    await room.say("王敏", "设置 例会 周三 10:30")
    before = await room.last_card
    clock = room.app._real_time
    clock.at = WEDNESDAY.replace(hour=10, minute=41)  # type: ignore[attr-defined]

    await room.app.schedule.sweep()
    await room.app.delivery.settle()

    assert await room.last_card == before


# --- the minutes -----------------------------------------------------------------------------


async def test_an_hour_after_it_the_minutes_are_asked_for(room: Room) -> None:
    await room.say("王敏", "设置 例会 周四 10:00")
    await room.wait_until(day(26, 10, 59))

    said = await room.wait_until(day(26, 11), group=room.group)

    assert [as_lines(each) for each in said] == [ASKED]
    assert is_asking(ASKED)
    assert not is_asking("议程\n例会开完了？把纪要贴给我")
    assert await room.wait_until(day(26, 17), group=room.group) == []


async def test_who_has_given_them_is_not_asked(room: Room) -> None:
    await room.say("王敏", "设置 例会 周四 10:00")
    await room.wait_until(day(26, 10, 30))
    await room.say("张三", "纪要 确定先上华东区")

    assert await room.wait_until(day(26, 12), group=room.group) == []


async def test_minutes_that_were_taken_back_are_none(room: Room) -> None:
    await room.say("王敏", "设置 例会 周四 10:00")
    await room.wait_until(day(26, 10, 30))
    await room.say("张三", "纪要 确定先上华东区")
    await room.say("张三", "撤销")

    assert len(await room.wait_until(day(26, 12), group=room.group)) == 1


async def test_what_is_switched_off_is_still(room: Room) -> None:
    await room.say("王敏", "设置 例会 周四 10:00")
    await room.wait_until(day(26, 9, 50))
    await room.say("王敏", "设置 例会 关")

    assert of_the_meeting(await room.wait_until(day(26, 12))) == []
