"""What is said to the bot in free words: shown at once, or offered as a button; never done."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import App
from bot.message import Card, Outgoing
from storage import ledger
from storage.ledger import Entry
from tests.conftest import Room


@pytest.fixture
async def team(room: Room) -> Room:
    """#1 a blocker of 李四's, #2 a task of 张三's, #3 to be accepted, #4 money, #5 decided."""
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("张三", "卡点 测试数据没到 @李四")
    await room.say("王敏", "任务 @张三 整理客户清单 周五下班前")
    await room.say("王敏", "验收 导入 5 万客户 @李四")
    await room.say("王敏", "预算 培训 2万")
    await room.say("王敏", "决策 审批流用 A 方案")
    return room


async def entries(app: App) -> list[Entry]:
    async with app.database.begin() as tx:
        return [found for found, _, _ in await ledger.every(tx)]


def says(answer: Outgoing | None) -> list[str]:
    assert isinstance(answer, Card), answer
    return [each.say for each in answer.buttons]


# --- offered ---------------------------------------------------------------------------------

OFFERED = {
    "1号卡点搞定了": "解决 1",
    "#1 解决了": "解决 1",
    "卡点1已经解决了": "解决 1",
    "把2号关了": "完成 2",
    "2号任务做完啦！": "完成 2",
    "2号任务改到下周三": "改期 2 下周三",
    "把 2 号推迟到下周三": "改期 2 下周三",
    "2号推迟一周": "改期 2 推迟一周",
    "3号验收通过了": "通过 3",
    "3号没通过": "不通过 3",
    "让张三明天把合同发我": "任务 @张三 明天把合同发我",
    "麻烦安排@张三明天下午3点去客户现场装软件": "任务 @张三 明天下午3点去客户现场装软件",
    "请叫一下李四，周五前给测试数据": "任务 @李四 周五前给测试数据",
    "我明天请假": "请假 明天",
    "记得提醒我明天交周报": "任务 明天交周报",
    "测试环境又挂了，谁管啊": "卡点 测试环境又挂了",
    "登录页打不开，怎么办？": "卡点 登录页打不开",
}


async def test_what_would_change_something_is_a_button(team: Room, app: App) -> None:
    before = await entries(app)

    offered = {said: says(await team.say("王敏", f"@大管家 {said}")) for said in OFFERED}

    assert offered == {said: [command] for said, command in OFFERED.items()}
    assert await entries(app) == before


async def test_the_offer_says_of_what_and_a_press_does_it(team: Room, app: App) -> None:
    answer = await team.words("张三", "@大管家 1号卡点搞定了")

    assert answer == "是要说「解决 1」吗？\n卡点 #1 测试数据没到"
    await team.press("张三", await team.last_card, "解决 1")
    assert (await entries(app))[0].state == "done"


async def test_what_is_over_is_only_shown(team: Room) -> None:
    await team.say("张三", "完成 2")

    assert says(await team.say("张三", "@大管家 2号任务做完了")) == ["查看 2"]
    assert says(await team.say("张三", "@大管家 2号没做完")) == ["重开 2"]
    assert await team.words("张三", "@大管家 9号任务做完了") == (
        "没有 #9 这条记录，说 我的 看看自己的"
    )


async def test_who_quotes_a_record_need_not_say_its_number(team: Room, app: App) -> None:
    await team.say("王敏", "查看 2")
    card = await team.last_card

    for said in ("完成了", "@大管家 已经搞定了！"):
        assert says(await team.say("张三", said, reply_to=card)) == ["完成 2"]

    human = await _said_by_a_colleague(team)
    assert await team.say("张三", "完成了", reply_to=human) is None
    assert await team.words("张三", "@大管家 完成了") == (
        "是第几号？比如 完成 12；引用那条记录再说 完成 也行。"
    )


async def _said_by_a_colleague(room: Room) -> int:
    await room.say("李四", "方案你看了吗")
    return room.last_said


async def test_nobody_is_guessed(team: Room) -> None:
    assert "我在。" in await team.words("张三", "@大管家 让小陈把桌子搬过来")
    assert "我在。" in await team.words("张三", "@大管家 让张三")


async def test_who_will_be_away_is_told_how_to_say_it(team: Room) -> None:
    assert await team.words("张三", "@大管家 我请假了") == (
        "要记请假，请说哪几天：请假 明天，请假 周三到周五 找 @人"
    )


# --- shown at once ---------------------------------------------------------------------------

SHOWN = {
    "还有哪些卡点没解决？": "卡点列表",
    "卡点还有哪些": "卡点列表",
    "有没有没完成的任务": "任务列表",
    "看一下所有风险": "风险列表",
    "我今天有什么要做的？": "我的",
    "我负责的": "我的",
    "我今天要干啥呀": "我的",
    "今天的任务": "任务列表 今天到期",
    "本周要到期的任务有哪些": "任务列表 本周到期",
    "有什么逾期的吗": "逾期",
    "帮我查下逾期": "逾期",
    "哪些任务逾期了": "逾期",
    "今天的议程": "议程",
    "今天开会讨论什么": "议程",
    "培训还剩多少预算？": "预算 培训",
    "还剩多少预算": "预算列表",
    "差旅的预算还有多少": "预算列表",
    "审批流最后定的啥": "决策 查 审批流",
    "审批流是怎么定的": "决策 查 审批流",
    "2号怎么样了": "查看 2",
    "你会什么": "帮助",
    "怎么用": "帮助",
    "你能干嘛？": "帮助",
    "你有什么功能呀": "帮助",
}


async def test_what_changes_nothing_is_shown_at_once(team: Room, app: App) -> None:
    for said, command in SHOWN.items():
        wanted = await team.answers("张三", f"@大管家 {command}")

        assert await team.answers("张三", f"@大管家 {said}") == wanted, said
    assert len(await entries(app)) == 5


# --- the knowledge base comes first ----------------------------------------------------------


async def test_what_the_knowledge_base_knows_it_answers(team: Room) -> None:
    for question, answer in (
        ("怎么处理逾期的合同", "合同列表里点催办"),
        ("测试环境挂了找谁", "找运维值班"),
        ("还有哪些卡点没解决", "看项目墙"),
    ):
        await team.say("王敏", f"知识 加 问：{question} 答：{answer}")

    assert "合同列表里点催办" in await team.words("张三", "@大管家 怎么处理逾期的合同？")
    assert "找运维值班" in await team.words("张三", "@大管家 测试环境挂了找谁")
    assert "看项目墙" in await team.words("张三", "@大管家 还有哪些卡点没解决？")


QUESTIONS = (
    "怎么处理逾期的合同？",
    "客户还有多少钱没回款",
    "系统里有哪些任务类型",
    "提成是怎么定的",
    "报表怎么用透视",
    "合同通过了怎么归档",
)


async def test_what_only_resembles_a_command_is_a_question(team: Room) -> None:
    for said in QUESTIONS:
        answer = await team.words("张三", f"@大管家 {said}")

        assert answer.startswith("这个我还没有把握，先不乱说。"), said


# --- never by itself -------------------------------------------------------------------------

_PIECES = st.sampled_from([
    "1号", "#2", "3", "卡点", "任务", "验收", "张三", "@李四", "我", "让", "提醒", "解决了",
    "搞定了", "完成了", "没解决", "改到", "推迟到", "下周三", "明天", "通过了", "批准了", "逾期",
    "请假", "多少", "预算", "培训", "还剩", "怎么", "定的", "审批流", "挂了", "谁管", "谢谢",
    "，", "？", "把", "哪些",
])  # fmt: skip


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_PIECES, min_size=1, max_size=6))
async def test_free_words_change_nothing_and_are_always_answered(
    team: Room, app: App, pieces: list[str]
) -> None:
    said = "".join(pieces)
    if app.commands.find(said) is not None:
        return
    before = await entries(app)

    assert len(await team.answers("王敏", f"@大管家 {said}")) == 1
    assert await entries(app) == before
