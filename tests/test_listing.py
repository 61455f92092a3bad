"""Lists: ten lines a page, what hurts most first, filters that are understood or refused."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App
from bot.listing import take_page
from bot.message import Card
from bot.period import PERIODS, period
from storage import team as teams
from tests.conftest import WEDNESDAY, Room

OTHER = "别家的项目群"
KINDS_LISTED = (
    "任务列表", "卡点列表", "风险列表", "决策列表", "变更列表", "里程碑列表", "目标列表",
    "反馈列表", "数据问题列表", "纪要列表", "经验列表", "问题列表",
)  # fmt: skip


async def shown(room: Room, text: str, who: str = "王敏") -> Card:
    answer = await room.say(who, text)
    assert isinstance(answer, Card), answer
    return answer


def numbers(card: Card) -> list[int]:
    """The entries that the lines speak of."""
    return [int(line.partition("#")[2].split()[0]) for line in card.text.splitlines()]


async def write(room: Room, *said: str) -> None:
    for each in said:
        await room.say("王敏", each)


@pytest.fixture
async def people(room: Room) -> Room:
    for who in ("王敏", "张三", "李四"):
        await room.say(who, "成员")
    return room


# --- pages ---------------------------------------------------------------------------------


async def test_twenty_five_tasks_are_three_pages(people: Room) -> None:
    await write(people, *(f"任务 第{i}件 12月{i + 1}日" for i in range(25)))

    first = await shown(people, "任务列表")
    second = await shown(people, "任务列表 第2页")
    third = await shown(people, "@大管家 任务列表第3页")

    assert first.title == "未了结的任务（25） · 第1/3页"
    assert numbers(first) == list(range(1, 11))
    assert numbers(second) == list(range(11, 21))
    assert numbers(third) == list(range(21, 26))
    assert [(each.label, each.say) for each in first.buttons] == [
        ("更多（还有 15 条）", "任务列表 第2页")
    ]
    assert [each.say for each in second.buttons] == ["任务列表 第3页", "任务列表"]
    assert [each.say for each in third.buttons] == ["任务列表 第2页"]
    assert "一共只有 3 页" in await people.words("王敏", "任务列表 第4页")


async def test_the_button_keeps_the_filters(people: Room) -> None:
    await write(people, *(f"任务 @张三 第{i}件 12月1日" for i in range(12)), "任务 我的一件 明天")

    first = await shown(people, "任务列表 @张三 本周")
    more, instead = first.buttons

    assert instead.say == "任务列表 @张三 本周到期"
    assert more.say == "任务列表 @张三 本周 第2页"
    assert numbers(await shown(people, more.say)) == [2, 1]


@pytest.mark.parametrize("called", ["我的", "逾期", "议程"])
async def test_lists_without_filters_turn_their_pages_too(people: Room, called: str) -> None:
    await write(people, *(f"任务 第{i}件 今天下班前" for i in range(12)))
    await people.wait(timedelta(days=1))

    first = await shown(people, called)
    second = await shown(people, first.buttons[0].say)

    assert first.buttons[0].say == f"翻页 {called} 第2页"
    assert numbers(first) + numbers(second) == list(range(1, 13))
    assert [each.say for each in second.buttons] == [called]
    assert "一共只有 2 页" in await people.words("王敏", f"翻页 {called} 第3页")


async def test_turning_what_is_no_list_is_no_command(people: Room) -> None:
    assert "抱歉" not in await people.words("王敏", "翻页 客户资料")


@given(st.text(max_size=30), st.integers(1, 999))
def test_a_page_is_taken_off_the_end_only(words: str, page: int) -> None:
    plain, first = take_page(words)
    again, taken = take_page(f"{words} 第{page}页")

    assert taken == page
    assert again == words.strip()
    assert first == 1 or plain != words.strip()


# --- order ---------------------------------------------------------------------------------


async def test_tasks_by_deadline_the_latest_and_those_without_last(people: Room) -> None:
    await write(
        people, "任务 没期限", "任务 下周 下周三", "任务 明天 明天", "任务 今天 今天下班前"
    )
    await people.wait(timedelta(days=1))

    assert numbers(await shown(people, "任务列表")) == [4, 3, 2, 1]


async def test_blockers_that_wait_for_confirmation_come_last(people: Room) -> None:
    await write(people, "卡点 支付超时 @李四", "卡点 账号没开 @李四", "卡点 数据没到 @李四")
    await people.say("李四", "解决 1")
    await people.say("王敏", "升级 3")

    listed = await shown(people, "卡点列表")

    assert numbers(listed)[-1] == 1
    assert "等 王敏 确认" in listed.text.splitlines()[-1]
    assert sorted(numbers(listed)) == [1, 2, 3]


async def test_decisions_newest_first(people: Room) -> None:
    await write(people, "决策 先上线销售模块", "决策 统一用企业微信登录")

    assert numbers(await shown(people, "决策列表")) == [2, 1]


# --- filters -------------------------------------------------------------------------------


async def test_only_what_one_person_owns(people: Room) -> None:
    await write(people, "任务 @张三 甲 明天", "任务 @李四 乙 明天")

    listed = await shown(people, "任务列表 @张三")

    assert listed.title == "张三 未了结的任务（1）"
    assert numbers(listed) == [1]
    assert (await shown(people, "任务列表 @王敏")).title == "没有王敏 未了结的任务"


async def test_what_is_done_says_when(people: Room) -> None:
    await write(people, "任务 甲 明天", "任务 乙 明天", "完成 1")

    done = await shown(people, "任务列表 已完成")
    every = await shown(people, "任务列表 全部")

    assert done.text == "#1 甲｜王敏｜已完成 11月25日 周三"
    assert numbers(every) == [2, 1]
    assert every.text.splitlines()[0].endswith("｜进行中")


async def test_a_period_is_when_it_was_written_down_whatever_became_of_it(people: Room) -> None:
    await write(people, "任务 甲 明天", "任务 乙 明天", "完成 1")
    await people.wait(timedelta(days=6))
    await write(people, "任务 丙 明天", "完成 2")

    last = await shown(people, "任务列表 上周")
    assert last.title == "上周记下的任务（2）"
    assert sorted(numbers(last)) == [1, 2]
    assert numbers(await shown(people, "任务列表 本周")) == [3]
    assert numbers(await shown(people, "任务列表 今天")) == [3]
    assert (await shown(people, "任务列表 昨天")).title == "没有昨天记下的任务"
    # With 已完成 it is when it was done.
    assert numbers(await shown(people, "任务列表 本周 已完成")) == [2]
    assert numbers(await shown(people, "任务列表 已完成 上周 @王敏")) == [1]


async def test_late_and_unowned_are_filters_too(people: Room) -> None:
    await write(people, "任务 甲 今天下班前", "任务 乙 明天下班前", "卡点 谁来管")
    await people.wait(timedelta(hours=10))

    assert numbers(await shown(people, "任务列表 逾期")) == [1]
    assert (await shown(people, "卡点列表 待认领")).title == "等人认领的卡点（1）"
    assert (await shown(people, "任务列表 我的")).title == "王敏 未了结的任务（2）"


@pytest.mark.parametrize("called", KINDS_LISTED)
async def test_what_is_not_understood_is_refused_with_examples(people: Room, called: str) -> None:
    answer = await people.words("王敏", f"{called} 紫色的")

    assert answer.startswith("没看懂「紫色的」")
    assert f"{called} 上周" in answer
    assert f"{called} @张三" in answer


@pytest.mark.parametrize("called", KINDS_LISTED)
async def test_every_list_is_kind_when_empty(people: Room, called: str) -> None:
    assert (await people.words("王敏", called)).startswith("没有")
    assert (await people.words("王敏", f"{called} 全部")).startswith("没有")


@pytest.mark.parametrize("name", sorted(set(PERIODS.values())))
@given(ahead=st.timedeltas(timedelta(), timedelta(days=5000)))
def test_a_period_is_whole_days_and_ends_by_today_or_holds_it(name: str, ahead: timedelta) -> None:
    now = WEDNESDAY + ahead
    since, until = period(name, now)

    assert since < until
    assert (since.hour, until.hour) == (0, 0)
    assert (since <= now < until) is (name in ("今天", "本周", "本月"))
    if "周" in name:
        assert since.weekday() == until.weekday() == 0
        assert until - since == timedelta(days=7)
    if "月" in name:
        assert since.day == until.day == 1


# --- mine ----------------------------------------------------------------------------------


async def test_mine_is_marked_by_when_it_is_due(people: Room) -> None:
    await write(
        people,
        "任务 @张三 拖着的 今天中午", "任务 @张三 今晚的 今天下班前", "任务 @张三 周五的 周五",
        "任务 @张三 下周的 下周三", "任务 @张三 哪天都行",
    )  # fmt: skip
    await people.wait(timedelta(hours=4))

    mine = await shown(people, "我的", who="张三")

    assert mine.title == "张三 手上的（5） · 🔴逾期 1 · 🟡今天到期 1 · 🔵本周到期 1"
    assert [line[0] for line in mine.text.splitlines()] == ["🔴", "🟡", "🔵", "⚪", "⚪"]


async def test_mine_holds_what_i_help_with_am_offered_or_must_confirm(people: Room) -> None:
    await write(people, "任务 @李四 @张三 一起做 明天", "任务 @李四 想转走 明天")
    await people.say("张三", "卡点 支付超时 @李四 明天")
    await people.say("李四", "转交 2 @张三")
    await people.say("李四", "解决 3")

    mine = (await shown(people, "我的", who="张三")).text.splitlines()

    assert "协助李四" in mine[0]
    assert "[待接] 李四 请你接手" in mine[1]
    assert "[待确认]" in mine[2]
    others = await shown(people, "我的", who="李四")
    assert numbers(others) == [1, 2]  # what only waits for confirmation is no work of theirs
    assert await people.words("王敏", "我的") == "手上没有没了结的事 👍"


# --- whose ---------------------------------------------------------------------------------


async def test_lists_show_nothing_of_another_team(people: Room, app: App) -> None:
    async with app.database.begin() as tx:
        other = await teams.open_team(tx, "别家", at=WEDNESDAY)
        await teams.open_chat(
            tx,
            team_id=other.id,
            platform="console",
            external_id=OTHER,
            private=False,
            name=OTHER,
            person="",
        )
    for said in ("任务 @王敏 机密甲 今天下班前", "卡点 机密乙", "反馈 机密丙", "决策 机密丁"):
        await people.say("王敏", said, group=OTHER)
    await people.say("王敏", "任务 公开 今天下班前")
    await people.wait(timedelta(days=1))

    for said in ("我的", "逾期", "议程", "看板", *KINDS_LISTED):
        for words in (said, f"{said} 全部", f"{said} 本周"):
            for answer in await people.answers("王敏", words):
                assert "机密" not in repr(answer)
    assert "机密甲" in await people.words("王敏", "任务列表", group=OTHER)
    assert "公开" not in await people.words("王敏", "任务列表 全部", group=OTHER)
