"""Letters to the stand-in for WeCom, and a clock that stands still."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import DeliveryError
from bot.message import Chat, Outgoing, Text
from bot.platforms import Letter
from bot.platforms.wecom import Wecom
from tests.platforms.wecom_server import WecomServer

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
GROUP = Chat("wecom", "wrGroup")
PRIVATE = Chat("wecom", "lisi", private=True)
LANE = "项目群"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def to_group(message: Outgoing | str, **more: Any) -> Letter:
    said = Text(text=message) if isinstance(message, str) else message
    values: dict[str, Any] = {"key": "k-1", "chat": GROUP, "lane": LANE, "message": said}
    return Letter(**values | more)


def to_member(message: Outgoing | str, **more: Any) -> Letter:
    return to_group(message, **{"chat": PRIVATE, "lane": ""} | more)


def answering(server: WecomServer, code: str = "c1", **more: Any) -> dict[str, Any]:
    return {"reply_token": server.response_url(code), "asked_at": NOW, **more}


async def refused(wecom: Wecom, letter: Letter) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await wecom.send(letter)
    return caught.value
