"""The least that a bot must do for a message: decrypt, write one row to disk, post one reply.

What ``commands`` compares the bot with: ``python -m bench.floor PORT FEISHU_PORT FILE``.
"""

import asyncio
import json
import sqlite3
import sys
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.platforms.feishu.cipher import Cipher

ENCRYPT_KEY = "encrypt-key"


def open_file(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE message (id TEXT PRIMARY KEY, text TEXT)")
    return database


async def serve(port: int, feishu_port: int, file: Path) -> None:
    database, cipher = open_file(file), Cipher(ENCRYPT_KEY)
    session = aiohttp.ClientSession(f"http://127.0.0.1:{feishu_port}")
    replies: set[asyncio.Task[None]] = set()

    async def reply(message_id: str) -> None:
        body = {"msg_type": "text", "content": json.dumps({"text": "ok"}), "uuid": message_id}
        path = f"/open-apis/im/v1/messages/{message_id}/reply"
        async with session.post(path, json=body) as response:
            await response.json()

    async def take(request: web.Request) -> web.Response:
        event = json.loads(cipher.decrypt((await request.json())["encrypt"]))
        message = event["event"]["message"]
        row = (message["message_id"], message["content"])
        database.execute("INSERT INTO message VALUES (?, ?)", row)
        task = asyncio.create_task(reply(message["message_id"]))
        replies.add(task)
        task.add_done_callback(replies.discard)
        return web.json_response({})

    async def ready(_request: web.Request) -> web.Response:
        return web.Response()

    application = web.Application()
    application.add_routes([web.post("/feishu/event", take), web.get("/readyz", ready)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
