"""本周到期, 逾期 @李四, 我的卡点: lists by when something is due, and by whom it concerns."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.message import Card
from bot.period import DUES, due_span, say_due
from tests.conftest import WEDNESDAY, Room
from tests.test_listing import numbers, shown, write


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in ("王敏", "张三", "李四"):
        await room.say(who, "成员")


@pytest.fixture
async def tasks(room: Room) -> None:
    await write(
        room,
        "任务 @张三 甲 今天下班前", "任务 @李四 乙 明天", "任务 @张三 丙 周日",
        "任务 @张三 丁 下周三", "任务 @张三 戊 12月20日", "任务 @张三 己",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found", "title"),
    [
        ("今天到期", [1], "今天到期的任务（1）"),
        ("今天 到期", [1], "今天到期的任务（1）"),
        ("明天到期的", [2], "明天到期的任务（1）"),
        ("本周到期", [1, 2, 3], "本周到期的任务（3）"),
        ("这周要交的", [1, 2, 3], "本周到期的任务（3）"),
        ("下周到期", [4], "下周到期的任务（1）"),
        ("下个月到期", [4, 5], "下月到期的任务（2）"),
        ("@张三 本周到期", [1, 3], "张三 本周到期的任务（2）"),
    ],
)
async def test_what_is_due(
    room: Room, tasks: None, words: str, found: list[int], title: str
) -> None:
    listed = await shown(room, f"任务列表 {words}")

    assert listed.title == title
    assert numbers(listed) == found


async def test_what_is_done_is_no_longer_due(room: Room, tasks: None) -> None:
    await room.say("张三", "完成 1")

    assert (await shown(room, "任务列表 今天到期")).title == "没有今天到期的任务"
    assert numbers(await shown(room, "任务列表 今天到期 已完成")) == [1]


async def test_this_week_says_what_it_means_and_offers_the_other(room: Room, tasks: None) -> None:
    written = await shown(room, "任务列表 @张三 本周")

    assert written.title == "张三 本周记下的任务（5）"
    assert [(each.label, each.say) for each in written.buttons] == [
        ("看本周到期的", "任务列表 @张三 本周到期")
    ]
    assert (await shown(room, "卡点列表 本周")).title == "没有本周记下的卡点"


async def test_the_next_page_of_what_is_due(room: Room) -> None:
    await write(room, *(f"任务 第{each}件 明天" for each in range(12)))

    first = await shown(room, "任务列表 明天 到期")

    assert [each.say for each in first.buttons] == ["任务列表 明天到期 第2页"]
    assert numbers(await shown(room, first.buttons[0].say)) == [11, 12]


async def test_what_is_late_of_one_person(room: Room, tasks: None) -> None:
    await room.wait(timedelta(days=2))

    assert numbers(await shown(room, "逾期 @李四")) == [2]
    assert (await shown(room, "逾期 @李四")).title == "李四 已逾期（1）"
    assert numbers(await shown(room, "逾期 我的", who="张三")) == [1]
    assert numbers(await shown(room, "逾期")) == [1, 2]
    assert (await shown(room, "逾期 @王敏")).title == "王敏没有逾期的 👍"


async def test_the_pages_of_one_persons(room: Room) -> None:
    await write(room, *(f"任务 @李四 第{each}件 今天下班前" for each in range(12)))
    await room.wait(timedelta(days=1))

    first = await shown(room, "逾期 @李四")

    assert [each.say for each in first.buttons] == ["逾期 @李四 第2页"]
    second = await shown(room, first.buttons[0].say)
    assert numbers(second) == [11, 12]
    assert [each.say for each in second.buttons] == ["逾期 @李四"]


async def test_a_question_about_what_is_late_is_no_list(room: Room) -> None:
    answer = await room.say("王敏", "逾期的客户怎么跟进")

    assert not (isinstance(answer, Card) and "逾期" in answer.title)


async def test_my_blockers_are_those_i_wait_for_and_those_i_own(room: Room) -> None:
    await room.say("王敏", "卡点 数据没到 @李四")
    await room.say("张三", "卡点 账号没开 @王敏")
    await room.say("张三", "卡点 支付超时 @李四")

    mine = await shown(room, "我的卡点")

    assert mine.title == "王敏 在等或要解决的卡点（2）"
    assert sorted(numbers(mine)) == [1, 2]
    assert "没有" in await room.words("赵六", "我的卡点")


@pytest.mark.parametrize("name", sorted(set(DUES.values())))
@given(ahead=st.timedeltas(timedelta(), timedelta(days=5000)))
def test_a_span_is_whole_days_from_today_on_or_holds_it(name: str, ahead: timedelta) -> None:
    now = WEDNESDAY + ahead
    since, until = due_span(name, now)

    assert since < until
    assert until > now
    assert (since.hour, until.hour) == (0, 0)
    assert (since <= now) is (name in ("今天", "本周", "本月"))


def test_only_words_for_due_are_joined() -> None:
    assert say_due("今天 已完成") == "今天 已完成"
    assert say_due("今天到期").strip() == "今天到期"
