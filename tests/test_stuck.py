"""The blockers of a standup answer: each becomes a record, or joins the one that it repeats."""

from datetime import timedelta

import pytest

from bot.message import Card, as_lines
from bot.repetition import is_repeated
from tests.conftest import WEDNESDAY, Room

OPENS = (WEDNESDAY + timedelta(days=1)).replace(hour=9, minute=30)
FULL = "站会 昨日：写完文档 今日：联调接口 卡点：测试数据没到 @李四 周五前"


async def test_the_blocker_of_an_answer_becomes_a_record(room: Room) -> None:
    answer = await room.words("张三", FULL)

    assert answer.startswith("✅ 站会已记下｜11月25日 周三\n昨日：写完文档\n今日：联调接口\n")
    assert "🚧 卡点 #1 测试数据没到｜负责人 李四｜截止 11月27日 周五 18:00" in answer
    assert "#1 测试数据没到｜张三 等 李四" in await room.words("王敏", "卡点列表")


async def test_without_a_mention_the_blocker_goes_to_the_project_manager(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")

    assert "负责人 王敏" in await room.words("张三", "站会 今日：联调 卡点：账号没开")


async def test_without_a_project_manager_the_blocker_waits_for_one(room: Room) -> None:
    answer = await room.words("张三", "站会 今日：联调 卡点：账号没开")

    assert "负责人 待定，请说：转交 1 @能解决的人" in answer


@pytest.mark.parametrize("none", ["没有", "无", "暂无", "无卡点。", "None", "没"])
async def test_no_blocker_makes_no_record(room: Room, none: str) -> None:
    await room.say("张三", f"站会 昨日：写文档 今日：联调 卡点：{none}")

    assert await room.words("张三", "卡点列表") == "没有未了结的卡点 👍"


async def test_saying_it_again_edits_and_opens_nothing_twice(room: Room) -> None:
    await room.wait_until(OPENS)
    await room.say("张三", FULL)

    answer = await room.words("张三", "站会 今日：写方案 卡点：测试数据还没到 @赵六 周五前")

    assert answer.startswith("✅ 站会已更新")
    assert "昨日：写完文档\n今日：写方案" in answer
    listed = await room.words("张三", "卡点列表")
    assert "未了结的卡点（1）" in listed
    assert "#1 测试数据还没到｜张三 等 赵六" in listed


async def test_the_same_words_again_change_nothing(room: Room) -> None:
    await room.say("张三", "站会 今日：联调 卡点：账号没开")
    before = await room.words("张三", "查看 1")
    await room.say("张三", "补交 今日：联调 卡点：账号没开")

    assert await room.words("张三", "查看 1") == before


async def test_a_blocker_that_is_no_longer_said_stays_open(room: Room) -> None:
    await room.say("张三", "补交 今日：联调 卡点：账号没开")

    assert "卡点 #1 还开着，不卡了请说：解决 1" in await room.words("张三", "补交 卡点：没有")


async def test_an_undone_blocker_is_opened_again_when_it_is_said_again(room: Room) -> None:
    await room.say("张三", "补交 今日：联调 卡点：账号没开")
    await room.say("张三", "撤销")

    assert "卡点 #2 账号没开" in await room.words("张三", "补交 卡点：账号没开")


async def test_the_next_day_the_same_blocker_is_followed_up(room: Room) -> None:
    await room.say("张三", "站会 今日：联调 卡点：账号没开 @李四")
    await room.wait_until(OPENS)

    answer = await room.words("张三", "站会 今日：联调 卡点：账号没开 @李四")

    assert "卡点 #1 账号没开｜已记过，继续盯着" in answer
    assert "进展：站会：账号没开" in await room.words("张三", "查看 1")


async def test_a_blocker_may_be_named_by_its_number(room: Room) -> None:
    await room.say("李四", "卡点 服务器没批")

    answer = await room.words("张三", "站会 今日：等 卡点：还在等 #1")

    assert "卡点 #1 服务器没批｜已记过，继续盯着" in answer
    assert "（1）" in await room.words("张三", "卡点列表")


async def test_a_reworded_blocker_gets_the_new_owner_and_deadline(room: Room) -> None:
    await room.say("张三", "补交 卡点：测试环境的账号没开 @李四")

    await room.say("张三", "补交 卡点：测试环境的账号还没开 @赵六 周五前")

    assert await room.words("张三", "卡点列表") == (
        "未了结的卡点（1）\n"
        "#1 测试环境的账号还没开｜张三 等 赵六｜卡了不到 1 工作小时｜11月27日 周五 18:00"
    )


async def test_a_solved_blocker_is_said_to_be_solved(room: Room) -> None:
    await room.say("张三", "补交 卡点：账号没开")
    await room.say("张三", "解决 1")

    assert "卡点 #1 账号没开｜已经解决了" in await room.words("张三", "补交 今日：联调")


async def test_too_many_blockers_are_refused(room: Room) -> None:
    lines = "；".join(f"第{number}件事没人管" for number in "一二三四五六七八九十甲")

    assert "一次最多写 10 个卡点" in await room.words("张三", f"站会 卡点：{lines}")
    assert await room.words("张三", "卡点列表") == "没有未了结的卡点 👍"


async def test_a_name_in_the_middle_stays_in_the_title(room: Room) -> None:
    answer = await room.words("张三", "站会 今日：测试 卡点：等 @李四 给数据")

    assert "🚧 卡点 #1 等 李四 给数据｜负责人 李四" in answer


async def test_a_name_that_is_waited_for_stays_in_the_title(room: Room) -> None:
    answer = await room.words("张三", "站会 今日：测试 卡点：服务器没批，等 @李四")

    assert "🚧 卡点 #1 服务器没批，等 李四｜负责人 李四" in answer


# --- what somebody has said before -----------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "mine", "anybodys"),
    [
        ("测试数据没到", "测试数据还没到", True, True),
        ("测试数据没到", "李四的测试数据没到", True, False),
        ("测试环境的账号没开", "账号没开", False, False),
        ("客户甲的数据没到", "客户乙的数据没到", False, False),
        ("A接口超时", "B接口超时", False, False),
        ("第3批数据没到", "第4批数据没到", False, False),
        ("支付接口超时", "订单接口超时", False, False),
        ("数据到了", "数据没到", False, False),
        ("没数据", "没数据", True, True),
        ("没数据", "没数据库", False, False),
    ],
)
def test_what_says_plainly_the_same(one: str, other: str, mine: bool, anybodys: bool) -> None:
    assert is_repeated(one, other, by_the_same=True) is mine
    assert is_repeated(other, one, by_the_same=True) is mine
    assert is_repeated(one, other) is anybodys


async def test_a_blocker_of_somebody_else_is_joined(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到 @李四")

    answer = await room.words("王敏", "站会 今日：写方案 卡点：测试数据还没到")

    assert answer.endswith(
        "\n并到 张三 记的卡点 #1 测试数据没到（不是一件事就说 撤销，再说 卡点 …）"
    )
    assert "未了结的卡点（1）" in await room.words("王敏", "卡点列表")
    shown = await room.words("王敏", "查看 1")
    assert "王敏 进展：站会：测试数据还没到" in shown
    assert "协助：王敏" in shown


async def test_joining_can_be_taken_back(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到 @李四")
    await room.say("王敏", "站会 卡点：测试数据还没到")

    assert await room.words("王敏", "撤销") == "↩️ 已撤销 卡点 #1 的「进展」\n测试数据没到"
    assert "协助" not in await room.words("王敏", "查看 1")


async def test_what_waits_for_somebody_else_is_another_blocker(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到 @李四")

    assert "🚧 卡点 #2 测试数据没到" in await room.words("王敏", "站会 卡点：测试数据没到 @赵六")


async def test_what_is_only_similar_is_opened_and_may_be_merged(room: Room) -> None:
    await room.say("张三", "卡点 客户甲的数据没到 @李四")

    answer = await room.say("王敏", "站会 卡点：客户乙的数据没到 @李四")

    assert isinstance(answer, Card)
    assert "🚧 卡点 #2 客户乙的数据没到｜负责人 李四\n有点像 #1 客户甲的数据没到" in answer.text
    assert ("并到 #1", "并入 2 1") in [(each.label, each.say) for each in answer.buttons]
    merged = await room.press("王敏", await room.last_card, "并入 2 1")
    assert merged is not None
    assert "卡点 #2 已并入 卡点 #1" in as_lines(merged)


async def test_days_later_in_more_words_it_is_the_same(room: Room) -> None:
    await room.say("张三", "站会 卡点：测试数据没到")
    await room.wait_until(OPENS + timedelta(days=1))

    answer = await room.words("张三", "站会 今日：等 卡点：李四的测试数据没到")

    assert "卡点 #1 测试数据没到｜已记过，继续盯着（不是一件事就说 撤销，再说 卡点 …）" in answer


async def test_what_is_solved_is_not_joined(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到")
    await room.say("张三", "解决 1")

    assert "🚧 卡点 #2 测试数据没到" in await room.words("王敏", "站会 卡点：测试数据没到")


async def test_two_lines_never_join_the_same_blocker(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到")

    answer = await room.words("张三", "站会 卡点：测试数据没到；测试数据还没有到")

    assert "卡点 #1 测试数据没到｜已记过" in answer
    assert "卡点 #2 测试数据还没有到" in answer
