"""站会 in a private chat, one question at a time."""

from datetime import timedelta

import sqlalchemy as sa

from bot.message import Card, as_lines
from storage import dialogue as dialogues
from storage.schema import dialogue
from tests.conftest import WEDNESDAY, Room

OPENS = (WEDNESDAY + timedelta(days=1)).replace(hour=9, minute=30)


async def alone(room: Room, text: str, who: str = "张三") -> str:
    return await room.words(who, text, group="")


async def title(room: Room, text: str, who: str = "张三") -> str:
    return (await alone(room, text, who)).splitlines()[0]


async def press(room: Room, say: str, who: str = "张三") -> str:
    """A button of the newest card in the private chat."""
    async with room.app.database.begin() as tx:
        newest = (await tx.execute(sa.text("SELECT max(id) FROM console_message"))).scalar_one()
    answer = await room.press(who, int(newest), say)
    return as_lines(answer) if answer else ""


async def open_dialogues(room: Room) -> int:
    async with room.app.database.begin() as tx:
        return int(
            (await tx.execute(sa.select(sa.func.count()).select_from(dialogue))).scalar_one()
        )


async def test_three_questions_and_a_receipt(room: Room) -> None:
    assert await title(room, "站会") == "站会 1/3｜昨天做了什么？"
    assert await title(room, "写完了文档") == "站会 2/3｜今天打算做什么？"
    assert await alone(room, "联调接口") == (
        "站会 3/3｜有什么卡住了吗？\n谁能解决就 @ 谁；没有就说 没有"
    )
    assert await alone(room, "测试数据没到 @李四") == (
        "✅ 站会已记下｜11月25日 周三\n"
        "昨日：写完了文档\n"
        "今日：联调接口\n"
        "卡点：测试数据没到 @李四\n"
        "🚧 卡点 #1 测试数据没到｜负责人 李四"
    )
    assert await open_dialogues(room) == 0
    assert "我今天的站会" in await alone(room, "站会")


async def test_what_is_known_is_offered_and_taken_with_one_word(room: Room) -> None:
    await room.say("张三", "任务 整理客户清单 周五前")
    await room.say("张三", "站会 今日：联调接口 卡点：账号没开")
    await room.wait_until(OPENS)

    asked = await room.say("张三", "站会", group="")

    assert isinstance(asked, Card)
    assert asked.text == (
        "上次计划和做完的，就是这些就说 照旧：\n联调接口\n"
        "快到期：#1 整理客户清单（11月27日 周五 18:00），做完的说 完成 编号"
    )
    assert [each.say for each in asked.buttons] == ["照旧第1问", "跳过第1问", "站会 填表"]
    assert "快到期：#1 整理客户清单" in await alone(room, "照旧")
    assert "#2 账号没开" in await alone(room, "同上")
    answer = await alone(room, "照旧")
    assert "昨日：联调接口\n今日：联调接口\n卡点：#2 账号没开\n" in answer
    assert "卡点 #2 账号没开｜已记过，继续盯着" in answer


async def test_steps_forward_and_back(room: Room) -> None:
    await alone(room, "站会")
    assert await alone(room, "返回") == "已经是第一问了，不写了就说 算了"
    assert await alone(room, "照旧") == "没有可以照旧的，写一句就行；不想写就说 跳过"
    assert await title(room, "跳过") == "站会 2/3｜今天打算做什么？"
    assert await title(room, "联调") == "站会 3/3｜有什么卡住了吗？"
    assert await title(room, "上一步") == "站会 2/3｜今天打算做什么？"
    assert await title(room, "写方案") == "站会 3/3｜有什么卡住了吗？"
    assert "今日：写方案\n卡点：没有" in await alone(room, "没有")


async def test_stopping_keeps_nothing(room: Room) -> None:
    await alone(room, "站会")
    await alone(room, "写文档")

    assert await alone(room, "算了") == "好，先不写了\n刚才的没有记，想写的时候再说 站会"
    assert await title(room, "站会") == "站会 1/3｜昨天做了什么？"


async def test_skipping_everything_keeps_nothing(room: Room) -> None:
    for word in ("站会", "跳过", "跳过"):
        await alone(room, word)

    assert await title(room, "跳过") == "都跳过了，没有记"


async def test_what_sounds_like_a_command_is_an_answer(room: Room) -> None:
    await alone(room, "站会")
    for answer in (
        "跟进了3家客户",
        "任务都做完了",
        "完成了12家客户的回访",
        "完成 12 家客户的回访",
        "更新了文档",
        "周报写完了",
        "确认了需求",
        "我的部分做完了",
        "支持了2个部门",
        "1. 写文档 2. 评审",
    ):
        assert (answer, await title(room, answer)) == (answer, "站会 2/3｜今天打算做什么？")
        await alone(room, "返回")
    await alone(room, "任务都做完了")
    await alone(room, "跳过")
    assert "昨日：任务都做完了" in await alone(room, "没有")


async def test_a_plain_command_is_done_and_the_question_stays(room: Room) -> None:
    await room.say("张三", "任务 整理客户清单 周五前")
    await alone(room, "站会")

    assert "✅ 任务 #1 已完成" in await alone(room, "完成 1")
    assert "请假" in await title(room, "请假 明天")
    assert "卡点 #2 已记" in await alone(room, "卡点 数据没到 @李四")
    assert await title(room, "写文档") == "站会 2/3｜今天打算做什么？"


async def test_all_at_once_ends_the_questions(room: Room) -> None:
    await alone(room, "站会")

    answer = await alone(room, "昨天写完了文档，今天联调接口，没有卡点")

    assert "昨日：写完了文档\n今日：联调接口\n卡点：没有卡点" in answer
    await alone(room, "站会", "李四")
    assert "✅ 站会已记下" in await alone(room, "站会 今日：写方案", "李四")
    assert await open_dialogues(room) == 0


async def test_that_nothing_blocks_may_be_said_at_once(room: Room) -> None:
    await alone(room, "站会")

    assert await title(room, "没有卡点") == "站会 1/3｜昨天做了什么？"
    await alone(room, "写文档")
    assert "昨日：写文档\n今日：联调\n卡点：没有卡点" in await alone(room, "联调")


async def test_ticks_are_an_answer_to_the_first_question(room: Room) -> None:
    await room.say("张三", "任务 整理客户清单 周五前")
    await room.say("张三", "任务 订会议室")
    await alone(room, "站会")

    assert await title(room, "完成：1、2") == "站会 2/3｜今天打算做什么？"
    await alone(room, "写方案")
    answer = await alone(room, "没有")
    assert "昨日：#1 整理客户清单 完成\n#2 订会议室 完成\n今日：写方案\n卡点：没有" in answer
    assert "✅ 任务 #2 订会议室｜已完成" in answer


async def test_the_word_for_a_blocker_may_be_said(room: Room) -> None:
    for word in ("站会", "跳过", "写方案"):
        await alone(room, word)

    answer = await alone(room, "卡点：数据没到 @李四")

    assert "🚧 卡点 #1 数据没到｜负责人 李四" in answer


async def test_an_emoji_is_no_blocker(room: Room) -> None:
    for word in ("站会", "跳过", "写方案"):
        await alone(room, word)

    assert await alone(room, "😭") == "「😭」是卡在哪了？写一句就行；没有就说 没有"
    assert "卡点：没有" in await alone(room, "没有")


async def test_a_button_that_is_pressed_twice_answers_once(room: Room) -> None:
    await alone(room, "站会")

    assert "2/3｜" in await press(room, "跳过第1问")
    assert "2/3｜" in await press(room, "跳过第1问")
    await alone(room, "写方案")
    assert "✅ 站会已记下" in await press(room, "没有第3问")
    assert await press(room, "没有第3问") == "这次已经写完了\n要改请说：站会 修改"


async def test_asking_again_goes_on_where_it_stood(room: Room) -> None:
    await alone(room, "站会")
    await alone(room, "写文档")

    assert await title(room, "站会") == "站会 2/3｜今天打算做什么？"


async def test_the_close_in_the_middle_loses_nothing(room: Room) -> None:
    await room.wait_until(OPENS + timedelta(minutes=50))
    await alone(room, "站会")
    await alone(room, "写了一半")
    await room.wait_until(OPENS + timedelta(minutes=61))

    assert await title(room, "然后联调") == "站会 3/3｜有什么卡住了吗？"
    answer = await alone(room, "没有")
    assert "✅ 站会已补交（迟交）｜11月26日 周四\n昨日：写了一半\n今日：然后联调" in answer


async def test_long_after_the_close_it_is_forgotten(room: Room) -> None:
    await room.wait_until(OPENS)
    await alone(room, "站会")
    await room.wait_until(OPENS + timedelta(minutes=61))

    assert "2/3" not in await alone(room, "好的，谢谢")
    assert await open_dialogues(room) == 0


async def test_after_the_close_it_is_asked_as_late(room: Room) -> None:
    await room.wait_until(OPENS + timedelta(hours=2))
    for word in ("站会", "写文档", "联调"):
        await alone(room, word)

    assert "✅ 站会已补交（迟交）" in await alone(room, "没有")


async def test_the_next_day_it_is_forgotten(room: Room) -> None:
    await alone(room, "站会")
    await room.wait_until(OPENS)

    assert "站会" not in await alone(room, "我的")
    assert "2/3" not in await alone(room, "写文档")
    assert await open_dialogues(room) == 0


async def test_what_is_forgotten_is_swept_away(room: Room) -> None:
    await alone(room, "站会")
    await room.wait_until(WEDNESDAY + timedelta(days=2))

    assert await open_dialogues(room) == 0


async def test_each_private_chat_has_its_own(room: Room) -> None:
    await alone(room, "站会")
    await alone(room, "站会", "李四")
    await alone(room, "写文档")

    assert await title(room, "准备服务器", "李四") == "站会 2/3｜今天打算做什么？"
    async with room.app.database.begin() as tx:
        assert await dialogues.find(tx, 10**6) is None


async def test_in_a_group_nothing_is_taken_for_an_answer(room: Room) -> None:
    await alone(room, "站会")

    assert await room.words("张三", "写文档") == ""


async def test_on_monday_it_asks_for_friday(room: Room) -> None:
    await room.wait_until(WEDNESDAY + timedelta(days=5))

    assert await title(room, "站会") == "站会 1/3｜上个工作日（周五）做了什么？"
