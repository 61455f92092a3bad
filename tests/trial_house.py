"""A house with next to nothing in it, for the tests of the trial group alone."""

import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientResponse, ClientSession, web
from yarl import URL

from bot.message import (
    Button,
    Card,
    Chat,
    Document,
    Field,
    Form,
    Incoming,
    Outgoing,
    Person,
    Picture,
    Text,
)
from bot.platforms import Letter
from bot.platforms.console import Console
from bot.platforms.console.page import routes
from storage.database import Database
from storage.schema import metadata

MONDAY = datetime(2026, 3, 2, 1, 12, tzinfo=UTC)  # 09:12 in Shanghai

CARD = Card(
    title="任务 #3",
    text="整理客户清单",
    facts=(("负责人", "张三"), ("截止", "03-06 周五 18:00")),
    buttons=(
        Button(label="完成", say="完成 3", style="primary"),
        Button(label="改期", say="改期 3 明天"),
        Button(label="取消", say="取消 3", style="danger"),
    ),
)
FORM = Form(
    title="登记卡点",
    text="填好后大管家会盯到解决。",
    say="卡点",
    submit="登记",
    fields=(
        Field(name="what", label="描述", kind="paragraph", required=True, hint="卡在哪里"),
        Field(name="owner", label="谁能解决", kind="person"),
        Field(name="due", label="截止", kind="date"),
        Field(name="level", label="影响", kind="choice", options=("高", "中", "低")),
    ),
)


def png(width: int = 480, height: int = 240) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(
        b"\0" + b"".join(bytes((20, 90 + x * 120 // width, 110)) for x in range(width))
        for _ in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


ANSWERS: dict[str, Outgoing] = {
    "任务": CARD,
    "表单": FORM,
    "排行榜": Picture(png=png(), text="本周排行榜：张三 第一"),
    "导出": Document(name="任务 清单.csv", content=b"a,b\n", text="3 条任务"),
    "点名": Text(text="请填站会", mentions=(Person("张三", "张三"), Person("李四", "李四"))),
}
PHRASES = ("卡点", "任务", "决策", "站会", "问", "知识 加", "角色", "帮助", "导出", "表单")


class TrialHouse:
    """Answers by the first word, and keeps what it was told."""

    clock_movable = True

    def __init__(self, database: Database, token: str = "") -> None:
        self.database = database
        self.token = token
        self.at = MONDAY
        self.console = Console(database, self.now)
        self.heard: list[Incoming] = []

    def now(self) -> datetime:
        return self.at

    async def handle(self, incoming: Incoming) -> None:
        if incoming.id in [each.id for each in self.heard]:
            return
        self.heard.append(incoming)
        if incoming.addressed:
            word = incoming.text.split(" ")[0]
            answer = ANSWERS.get(word, Text(text=f"收到：{incoming.text}"))
            await self.post(answer, incoming.chat, key=f"a{incoming.id}", reply_to=incoming.id)

    async def post(
        self, message: Outgoing, chat: Chat, *, key: str, reply_to: str | None = None
    ) -> str:
        letter = Letter(key=key, chat=chat, message=message, reply_to=reply_to)
        return await self.console.send(letter)

    async def advance(self, to: datetime) -> None:
        self.at += timedelta(minutes=1)
        await self.post(
            Text(text="早上好，该填站会了"), Chat("console", "项目群"), key=f"s{to.isoformat()}"
        )
        self.at = to

    def leads(self, text: str, quoting: bool) -> bool:
        return text.split(" ")[0] in {*ANSWERS, *PHRASES}

    def unlogged(self, text: str) -> bool:
        return text.startswith("匿名")

    def phrases(self) -> list[dict[str, str]]:
        return [
            {
                "say": each,
                "about": f"{each}怎么用",
                "example": f"{each} 测试数据还没到 @李四 周五前",
            }
            for each in PHRASES
        ]

    async def members(self) -> list[str]:
        return ["王敏", "张三", "老周"]


class Site:
    def __init__(self, address: str) -> None:
        self.address = address

    def make_url(self, path: str) -> URL:
        return URL(self.address + path)


@asynccontextmanager
async def open_house(*, token: str = "") -> AsyncIterator[tuple[TrialHouse, Site]]:
    database = Database("sqlite+aiosqlite:///:memory:")
    async with database.begin() as tx:
        await tx.run_sync(metadata.create_all)
    house = TrialHouse(database, token)
    app = web.Application()
    app.add_routes(routes(house.console, house))

    async def close(_app: web.Application) -> None:
        await house.console.close()

    app.on_shutdown.append(close)
    # As `run` does it: a reader who goes away cancels nothing.
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield house, Site(f"http://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()
        await database.close()


class Visitor:
    """Somebody at the routes."""

    def __init__(self, house: TrialHouse, server: Site, session: ClientSession) -> None:
        self.house = house
        self.server = server
        self.session = session

    async def get(self, path: str, **query: Any) -> ClientResponse:
        return await self.session.get(self.server.make_url(path), params=query)

    async def post(self, path: str, body: Any, **headers: str) -> ClientResponse:
        return await self.session.post(self.server.make_url(path), json=body, headers=headers)

    async def say(self, sender: str, text: str, *, group: str = "项目群", **more: Any) -> int:
        body = {"group": group, "sender": sender, "text": text, **more}
        response = await self.post("/console/messages", body)
        assert response.status == 200, await response.text()
        return int((await response.json())["id"])

    async def press(self, message: int, say: str, **more: Any) -> ClientResponse:
        body = {"group": "项目群", "sender": "张三", "message": message, "say": say, **more}
        return await self.post("/console/actions", body)

    async def read(self, group: str = "项目群", after: int = 0, **query: Any) -> list[Any]:
        query = {"group": group, "after": after, **query}
        response = await self.get("/console/messages", **query)
        assert response.status == 200, await response.text()
        found: list[Any] = await response.json()
        return found

    async def error(self, body: Any, path: str = "/console/messages") -> tuple[int, str]:
        response = await self.post(path, body)
        return response.status, (await response.json())["error"]


@asynccontextmanager
async def visit(*, token: str = "") -> AsyncIterator[Visitor]:
    async with open_house(token=token) as (house, server), ClientSession() as session:
        yield Visitor(house, server, session)
