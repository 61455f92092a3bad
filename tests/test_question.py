"""问, and any sentence that is no command, through the trial group's door."""

import pytest

from bot.message import Card, as_lines
from tests.conftest import Room

ADD = "知识 加 问：怎么导入客户 答：客户列表右上角点导入。注意：先下载模板"


@pytest.fixture
async def taught(room: Room) -> Room:
    await room.say("王敏", ADD)
    await room.say(
        "王敏", "知识 加 问：忘记密码怎么办 答：登录页点忘记密码 相似：密码忘了;登不上去"
    )
    return room


@pytest.mark.parametrize(
    "said", ["问 怎么导入客户", "怎么导入客户？", "请问客户怎么批量导入", "提问：如何导入客户"]
)
async def test_a_known_question_is_answered(taught: Room, said: str) -> None:
    answer = await taught.words("李四", f"@大管家 {said}")

    assert answer == "来自知识 K1：怎么导入客户\n客户列表右上角点导入。注意：先下载模板"


async def test_a_near_miss_is_asked_back_and_the_button_answers(taught: Room) -> None:
    answer = await taught.say("李四", "@大管家 怎么导出客户")

    assert isinstance(answer, Card)
    assert answer.title == "你是不是想问："
    assert [(each.label, each.say) for each in answer.buttons] == [
        ("怎么导入客户", "问 怎么导入客户")
    ]
    pressed = await taught.press("李四", await taught.last_card, answer.buttons[0].say)
    assert pressed is not None
    assert as_lines(pressed).startswith("来自知识 K1：")


async def test_two_entries_with_one_question_are_offered_by_number(taught: Room) -> None:
    await taught.say("王敏", "知识 加 问：怎么导入客户？ 答：看手册")

    answer = await taught.say("李四", "问 怎么导入客户")

    assert isinstance(answer, Card)
    assert {each.say for each in answer.buttons} == {"知识 查 K1", "知识 查 K3"}


async def test_without_an_answer_the_bot_says_so(taught: Room) -> None:
    answer = await taught.words("李四", "问 发票抬头填哪个公司")
    assert answer.startswith("这个我还没有把握，先不乱说。")
    assert "知识 加" in answer

    await taught.say("王敏", "角色 @王敏 项目经理")
    await taught.say("王敏", "角色 @李四 支持专家")

    answer = await taught.words("王敏", "@大管家 发票抬头填哪个公司？")
    assert answer == "这个我还没有把握，先不乱说。可以问问支持专家 李四。"


HERE = "我在。派任务、报卡点、问问题，直接说一句就行；说 帮助 看我会什么。"


LINES = {
    "谢谢": "不客气，有事随时说。",
    "好的收到，辛苦了": "不客气，有事随时说。",
    "收到": "好的，有事再叫我。",
    "OK，没问题": "好的，有事再叫我。",
    "哈哈哈": HERE,
    "今天中午吃什么": HERE,
    "今天天气真好": HERE,
    "😭😭😭": HERE,
}


async def test_whoever_speaks_to_the_bot_gets_one_line(taught: Room) -> None:
    for said, answer in LINES.items():
        assert await taught.words("李四", f"@大管家 {said}") == answer
        assert await taught.words("李四", said, group="") == answer


async def test_what_people_say_to_each_other_is_left_alone(taught: Room) -> None:
    for said in (*LINES, "大家好", "3号卡点搞定了", "还有哪些卡点没解决？", "完成了"):
        assert await taught.say("李四", said) is None


async def test_an_edit_counts_at_once(taught: Room) -> None:
    await taught.say("王敏", "知识 改 K1 答：改用批量导入工具")
    assert "改用批量导入工具" in await taught.words("李四", "问 怎么导入客户")

    await taught.say("王敏", "知识 删 K1")
    assert "来自知识" not in await taught.words("李四", "问 怎么导入客户")

    await taught.say("王敏", "知识 加 问：怎么导入客户 答：新的办法")
    assert "来自知识 K3" in await taught.words("李四", "问 怎么导入客户")


async def test_a_question_with_nothing_known_is_not_guessed_at(room: Room) -> None:
    assert "没有把握" in await room.words("李四", "问 怎么导入客户")
    assert "没有把握" in await room.words("李四", "@大管家 客户在哪里导入？")


@pytest.mark.parametrize("said", ["@大管家", "@大管家 你好", "@大管家 在吗？", "@大管家 hi!"])
async def test_whoever_calls_hears_that_someone_is_there(room: Room, said: str) -> None:
    assert "说 帮助 看我会什么" in await room.words("张三", said)
