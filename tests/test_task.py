"""任务, through the trial group's door."""

from bot.message import as_lines
from tests.conftest import Room


async def test_the_first_mention_owns_the_task(room: Room) -> None:
    answer = await room.words("王敏", "任务 @张三 @李四 整理客户清单 周五下班前")

    assert answer == (
        "任务 #1 已记 · 负责人 张三 · 协助 李四 · 11月27日 周五 18:00"
        ' · 10分钟内回"撤销"\n整理客户清单'
    )


async def test_without_a_mention_it_is_mine(room: Room) -> None:
    answer = await room.words("王敏", "任务 写周报")

    assert "负责人 王敏" in answer
    assert "还没有期限" in answer


async def test_a_button_finishes_the_task(room: Room) -> None:
    await room.say("王敏", "任务 写周报 明天")

    answer = await room.press("王敏", await room.last_card, "完成 1")

    assert answer is not None
    assert as_lines(answer).startswith("✅ 任务 #1 已完成")


async def test_quoting_the_receipt_means_its_number(room: Room) -> None:
    await room.say("王敏", "任务 写周报 明天")

    assert "已完成" in await room.words("王敏", "完成 1")


async def test_a_past_date_is_asked_about(room: Room) -> None:
    answer = await room.words("王敏", "任务 @张三 整理清单 本周一前")

    assert "已经过去了" in answer
    assert "任务列表" not in answer
    assert await room.words("王敏", "任务列表") == "没有未了结的任务 👍"
