"""A voice message, a picture or a file in a private chat: there is nothing to read in it."""

import pytest

from bot.message import Incoming, Kind, Person, Text
from bot.platforms.console import private_chat
from tests.conftest import Room


def sent(room: Room, what: str, *, number: int, minute: int = 1) -> Incoming:
    return Incoming(
        chat=private_chat("张三"),
        sender=Person("张三", "张三"),
        id=f"x{number}",
        event_id=f"wordless:张三:{minute}",
        kind=Kind.WORDLESS,
        text=what,
        at=room.now,
    )


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("[语音]", "语音我听不懂，请打字告诉我，一句话就行"),
        ("[图片]", "图片我看不了，要记什么请打字告诉我"),
        ("[文件]", "文件我看不了，要记什么请打字告诉我"),
    ],
)
async def test_it_is_answered_kindly(room: Room, what: str, answer: str) -> None:
    await room.app.handle(sent(room, what, number=1))
    await room.app.delivery.settle()

    assert await room.told("张三") == [Text(text=answer)]


async def test_nine_pictures_in_a_row_are_answered_once(room: Room) -> None:
    for number in range(9):
        await room.app.handle(sent(room, "[图片]", number=number))
    await room.app.handle(sent(room, "[图片]", number=9, minute=2))
    await room.app.delivery.settle()

    assert len(await room.told("张三")) == 2


async def test_a_question_that_is_open_stays(room: Room) -> None:
    await room.say("张三", "站会", group="")
    await room.app.handle(sent(room, "[语音]", number=1))
    await room.app.delivery.settle()

    assert "站会 2/3｜" in await room.words("张三", "写文档", group="")
