"""What the tests of several files send to."""

from collections.abc import AsyncIterator

import pytest

from bot.platforms.feishu import Feishu
from tests.platforms.feishu_server import FeishuServer


class Clock:
    """A monotonic clock that moves only when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def feishu_server(clock: Clock) -> AsyncIterator[FeishuServer]:
    async with FeishuServer(clock=clock) as running:
        yield running


@pytest.fixture
async def feishu(feishu_server: FeishuServer, clock: Clock) -> AsyncIterator[Feishu]:
    platform = Feishu(feishu_server.settings(), clock=clock)
    yield platform
    await platform.close()
