"""A date that could mean two things is asked about once, with an answer at a press."""

import asyncio
from datetime import timedelta

import pytest

from bot.message import Card, as_lines
from bot.platforms.console import chat_of, clicked
from tests.conftest import WEDNESDAY, Room


async def ask(room: Room, words: str) -> Card:
    answer = await room.say("王敏", f"任务 @张三 整理清单 {words}")
    assert isinstance(answer, Card)
    assert answer.title == "什么时候截止？"
    return answer


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        ("本周一前", ["11月25日 周三 18:00", "11月26日 周四 18:00", "11月30日 周一 18:00"]),
        ("昨天", ["11月25日 周三 18:00", "11月26日 周四 18:00", "12月1日 周二 18:00"]),
        ("今天早上", ["11月26日 周四 09:00"]),
        ("2月30号前", []),
        (
            "11月20号",
            ["11月25日 周三 18:00", "11月26日 周四 18:00", "2027年11月20日 周六 18:00"],
        ),
        ("10月1号", ["2027年10月1日 周五 18:00"]),
        ("上个月20号", ["11月25日 周三 18:00", "11月26日 周四 18:00"]),
    ],
)
async def test_what_is_offered(room: Room, words: str, labels: list[str]) -> None:
    answer = await ask(room, words)

    assert [each.label for each in answer.buttons] == labels


async def test_a_day_that_is_just_over_is_said_to_be_of_this_year(room: Room) -> None:
    answer = await ask(room, "11月20号")

    assert answer.text.startswith("今年的「11月20号」已经过去了。请选一个")


@pytest.mark.parametrize(
    ("hours", "words", "labels"),
    [
        (9, "今天", ["11月26日 周四 18:00"]),  # 19:00: today is over
        (4 * 24, "昨天", ["11月30日 周一 18:00"]),  # Sunday; no Saturday a week on
        (2 * 24 + 9, "今天", ["11月30日 周一 18:00"]),  # Friday evening
        (5 * 24, "昨天", ["11月30日 周一 18:00", "12月1日 周二 18:00"]),  # no Sunday either
    ],
)
async def test_only_working_days_ahead_are_offered(
    room: Room, hours: int, words: str, labels: list[str]
) -> None:
    await room.wait_until(WEDNESDAY + timedelta(hours=hours))

    answer = await ask(room, words)

    found = [each.label for each in answer.buttons]
    assert found == labels


async def test_after_midnight_tomorrow_may_be_today(room: Room) -> None:
    await room.wait_until(WEDNESDAY + timedelta(hours=14, minutes=40))

    answer = await ask(room, "明天上午")

    assert [each.label for each in answer.buttons] == [
        "11月26日 周四 12:00",
        "11月27日 周五 12:00",
    ]


async def test_a_press_says_it_plainly(room: Room) -> None:
    answer = await ask(room, "本周一前")

    receipt = await room.press("王敏", await room.last_card, answer.buttons[-1].say)

    assert isinstance(receipt, Card)
    assert receipt.title == '任务 #1 已记 · 负责人 张三 · 11月30日 周一 18:00 · 10分钟内回"撤销"'
    assert receipt.text == "整理清单"


async def test_a_question_is_answered_once(room: Room) -> None:
    answer = await ask(room, "本周一前")
    card = await room.last_card
    await room.press("王敏", card, answer.buttons[0].say)

    again = await room.press("张三", card, answer.buttons[0].say)

    assert again is not None
    assert as_lines(again) == "这个已经有人选过了"
    assert "（1）" in await room.words("王敏", "任务列表")


async def test_two_presses_at_once_are_one_answer(room: Room) -> None:
    answer = await ask(room, "本周一前")
    card = await room.last_card

    presses = [
        clicked(
            number,
            chat=chat_of(room.group, "王敏"),
            sender="王敏",
            say=answer.buttons[0].say,
            fields={},
            roster=["张三"],
            at=room.app.clock(),
            card=card,
        )
        for number in (901, 902)
    ]
    await asyncio.gather(*(room.app.handle(each) for each in presses))
    await room.app.delivery.settle()

    assert "（1）" in await room.words("王敏", "任务列表")
