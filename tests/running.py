"""The bot as a process of its own, and Feishu as the one who calls it."""

import asyncio
import contextlib
import itertools
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from tests.platforms.feishu_events import FeishuSigner
from tests.platforms.feishu_server import BOT, FeishuServer

PATIENCE = 20.0  # seconds until a test gives up waiting
ENCRYPT_KEY, TOKEN = "encrypt-key", "v_token"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def real_now() -> datetime:
    """Processes live in real time; the only tests that do."""
    return datetime.now(UTC)  # noqa: TID251


async def until(fact: Callable[[], bool], what: str) -> None:
    """Wait for it; fail if it does not come true."""
    deadline = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        await asyncio.sleep(0.01)


def write_config(folder: Path, feishu: FeishuServer, database_url: str, extra: str = "") -> Path:
    """A configuration file; ``extra`` holds more sections."""
    file = folder / "config.toml"
    file.write_text(
        f'[database]\nurl = "{database_url}"\n[console]\nenabled = false\n'
        f'[feishu]\napp_id = "{feishu.app_id}"\napp_secret = "{feishu.app_secret}"\n'
        f'verification_token = "{TOKEN}"\nencrypt_key = "{ENCRYPT_KEY}"\n'
        f'base_url = "{feishu.url}"\n{extra}',
        encoding="utf-8",
    )
    return file


class Bot:
    """``guanjia run``; can be killed and started again on the same port."""

    def __init__(self, config: Path, *, port: int | None = None) -> None:
        self.port = port or free_port()
        self._config = config
        self._process: asyncio.subprocess.Process | None = None

    async def spawn(self, environment: Mapping[str, str] | None = None) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "--config", str(self._config), "run"),
            env={
                "GUANJIA__SERVER__PORT": str(self.port),
                "GUANJIA_LOG": "WARNING",
                **(environment or {}),
            },
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )

    async def start(self) -> None:
        await self.spawn()
        async with aiohttp.ClientSession() as session:
            deadline = time.monotonic() + PATIENCE
            while await self._readiness(session) != 200:
                assert self.process.returncode is None, await self.errors()
                assert time.monotonic() < deadline, "the bot does not become ready"
                await asyncio.sleep(0.02)

    async def _readiness(self, session: aiohttp.ClientSession) -> int:
        try:
            async with session.get(f"http://127.0.0.1:{self.port}/readyz") as response:
                return response.status
        except aiohttp.ClientError:
            return 0

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    async def kill(self) -> None:
        self.process.kill()
        await self.process.communicate()

    async def errors(self) -> str:
        """What it wrote to stderr, once it has ended."""
        _, said = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        return said.decode()

    async def ended(self) -> int:
        """Its exit code."""
        await self.errors()
        assert self.process.returncode is not None
        return self.process.returncode


@contextlib.asynccontextmanager
async def running(config: Path) -> AsyncIterator[Bot]:
    bot = Bot(config)
    try:
        await bot.start()
        yield bot
        if bot.process.returncode is None:
            bot.process.terminate()
            await bot.ended()
    finally:
        if bot.process.returncode is None:
            await bot.kill()


class Event:
    """One 卡点, which may be delivered again and again."""

    def __init__(self, signer: FeishuSigner, number: int, chat: str, sender: str) -> None:
        self.message_id = f"om_said{number:05d}"
        self.title = f"支付接口超时{number}"
        self.headers, self.body = signer.message(
            text=f"@大管家 卡点 {self.title} 周五前",
            mentions=[(BOT, "大管家")],
            sender=sender,
            chat=chat,
            at=real_now(),
            message_id=self.message_id,
            event_id=f"ev-said{number:05d}",
        )


class Caller:
    """Feishu calling: events, delivered until they are answered 200, if they may be repeated."""

    def __init__(self, feishu: FeishuServer) -> None:
        self._signer = FeishuSigner(feishu.app_id, ENCRYPT_KEY, TOKEN)
        self._numbers = itertools.count(1)
        self.acknowledged: list[Event] = []
        self.statuses: set[int] = set()

    def event(self, *, chat: int) -> Event:
        return Event(self._signer, next(self._numbers), f"oc_{chat}", f"ou_{chat}")

    async def deliver(self, session: aiohttp.ClientSession, event: Event, bot: Bot) -> bool:
        """Once; whether it was answered 200."""
        address = f"http://127.0.0.1:{bot.port}/feishu/event"
        try:
            async with session.post(address, data=event.body, headers=event.headers) as answer:
                status = answer.status
        except aiohttp.ClientError:
            return False
        self.statuses.add(status)
        return status == 200

    async def insist(self, session: aiohttp.ClientSession, event: Event, bot: Bot) -> None:
        deadline = time.monotonic() + 3 * PATIENCE
        while not await self.deliver(session, event, bot):
            assert time.monotonic() < deadline, "never acknowledged"
            await asyncio.sleep(0.02)
        self.acknowledged.append(event)
