"""数据问题: who gets them, and what is told when they are repaired."""

import pytest

from bot.message import Card
from tests.conftest import WEDNESDAY, Room


@pytest.fixture
async def keepers(room: Room) -> None:
    """王敏 leads; 李四 and 赵六 are 数据专员."""
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @李四 数据专员")
    await room.say("王敏", "角色 @赵六 数据专员")


async def test_it_goes_to_whoever_has_the_fewest(room: Room, keepers: None) -> None:
    assert "负责人 李四" in await room.words("张三", "数据问题 华东区合同金额多了一个零")
    assert "负责人 赵六" in await room.words("张三", "数据错误 客户重复录入三条")
    await room.answers("赵六", "解决 2 根因：重复录入 方案：合并")

    assert "负责人 赵六" in await room.words("张三", "数据问题 商机状态没更新")


async def test_a_day_in_the_words_is_no_deadline(room: Room, keepers: None) -> None:
    answer = await room.words("张三", "数据问题 11月20日的回款少了一笔")

    assert answer == ('数据问题 #1 已记 · 负责人 李四 · 10分钟内回"撤销"\n11月20日的回款少了一笔')


async def test_without_a_keeper_it_says_so(room: Room) -> None:
    answer = await room.words("张三", "数据问题 客户重复录入三条")

    assert "负责人 待定" in answer
    assert "还没有数据专员" in answer
    assert "角色 @谁 数据专员" in answer
    assert "负责人 李四" in await room.words("李四", "认领 1")


async def test_the_reporter_hears_that_it_is_repaired(room: Room, keepers: None) -> None:
    await room.say("张三", "数据问题 客户重复录入三条")

    answer = await room.say("李四", "解决 1 根因：重复录入 方案：合并并加查重")

    (told,) = await room.told("张三")
    assert isinstance(told, Card)
    assert isinstance(answer, Card)
    assert told.title == "✅ 你报的数据问题 #1 已修好"
    assert [(each.label, each.say) for each in told.buttons] == [("没修好", "重开 1")]
    assert answer.text == "客户重复录入三条\n已告诉张三"
    story = await room.words("张三", "查看 1")
    assert "根因：重复录入" in story
    assert "方案：合并并加查重" in story


async def test_a_missing_cause_is_asked_for_and_can_follow(room: Room, keepers: None) -> None:
    await room.say("张三", "数据问题 客户重复录入三条")

    answer = (await room.answers("李四", "解决 1 已合并"))[-1]

    assert isinstance(answer, Card)
    assert "根因还没写，周报按根因统计，可以补：解决 1 根因：… 方案：…" in answer.text
    assert "补上了" in await room.words("李四", "解决 1 根因：重复录入")
    assert "根因：重复录入" in await room.words("张三", "查看 1")


async def test_causes_that_were_used_are_shown(room: Room, keepers: None) -> None:
    for number, cause in ((1, "重复录入"), (2, "接口没同步"), (3, "重复录入")):
        await room.say("王敏", f"数据问题 第 {number} 处不对")
        await room.answers("王敏", f"解决 {number} 根因：{cause}")
    await room.say("王敏", "数据问题 又有一处不对")

    answer = await room.words("王敏", "解决 4")

    assert "（常见的：重复录入、接口没同步）" in answer


async def test_the_reporter_hears_that_nothing_is_done(room: Room, keepers: None) -> None:
    await room.say("张三", "数据问题 客户重复录入三条")

    await room.say("李四", "取消 1 是两家同名的公司")

    (told,) = await room.told("张三")
    assert isinstance(told, Card)
    assert told.title == "你报的数据问题 #1 不处理了"
    assert "是两家同名的公司" in told.text


async def test_nobody_is_told_what_they_did_themselves(room: Room, keepers: None) -> None:
    await room.say("李四", "数据问题 客户重复录入三条")

    await room.say("李四", "解决 1 根因：重复录入")

    assert await room.told("李四") == []


async def test_the_bare_word_asks_what_is_wrong(room: Room) -> None:
    assert "用法：数据问题 <描述>" in await room.words("张三", "数据问题")


async def test_its_line_says_who_and_how_long(room: Room, keepers: None) -> None:
    from bot.data_problem import line
    from storage import ledger

    await room.say("张三", "数据问题 客户重复录入三条")
    async with room.app.database.begin() as tx:
        found = await ledger.find(tx, 1, 1)
    assert found is not None

    assert line(found, WEDNESDAY) == "#1 客户重复录入三条｜李四｜今天报的"
    assert line(found, WEDNESDAY.replace(day=28)).endswith("｜报了 3 天")
