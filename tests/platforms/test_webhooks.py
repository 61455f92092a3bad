"""Real calls over HTTP: what is genuine is stored before 200, the rest is refused."""

import io
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession, web
from pydantic import SecretStr

from bot.app import App
from bot.config import Config
from storage.database import Database
from storage.schema import entry, inbox, outbox
from tests.conftest import WEDNESDAY, HandClock
from tests.platforms.feishu_events import FeishuSigner
from tests.platforms.feishu_server import BOT, FeishuServer

APP, KEY, TOKEN = "cli_a1b2c3d4e5f60001", "an-encrypt-key", "a-token"


class Site:
    """The bot behind a real socket, with a stand-in Feishu on its other side."""

    def __init__(self, app: App, url: str, http: ClientSession, feishu: FeishuServer) -> None:
        self.app = app
        self.url = url
        self.http = http
        self.feishu = feishu
        self.signer = FeishuSigner(APP, KEY, TOKEN)
        feishu.chats = self.signer.chats

    async def post(self, body: bytes, headers: dict[str, str]) -> int:
        async with self.http.post(f"{self.url}/feishu/event", data=body, headers=headers) as got:
            self.answer = await got.text()
            return got.status

    def call(self, text: str, at: datetime = WEDNESDAY) -> tuple[dict[str, str], bytes]:
        headers, body = self.signer.message(
            text=f"@大管家 {text}",
            sender="ou_zhangsan",
            chat="oc_project",
            mentions=[(BOT, "大管家")],
            at=at,
        )
        return dict(headers), body

    async def say(self, text: str) -> int:
        headers, body = self.call(text)
        return await self.post(body, headers)

    async def rows(self, table: sa.Table) -> int:
        async with self.app.database.begin() as tx:
            found = await tx.execute(sa.select(sa.func.count()).select_from(table))
            return int(found.scalar_one())


@pytest.fixture
async def site(
    database: Database, database_url: str, feishu_server: FeishuServer
) -> AsyncIterator[Site]:
    config = Config.model_validate(
        {
            "database": {"url": database_url},
            "console": {"enabled": False},
            "feishu": feishu_server.settings(
                app_id=APP, verification_token=SecretStr(TOKEN), encrypt_key=SecretStr(KEY)
            ),
        }
    )
    app = App(config, real_time=HandClock(WEDNESDAY))
    await app.prepare()
    await app.reach(app.platforms["feishu"])
    runner = web.AppRunner(app.web())
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    async with ClientSession() as http:
        yield Site(app, f"http://127.0.0.1:{runner.addresses[0][1]}", http, feishu_server)
    await runner.cleanup()
    await app.stop()


async def test_a_genuine_message_is_stored_before_it_is_answered(site: Site) -> None:
    assert await site.say("卡点 支付接口超时 周五前") == 200

    assert site.answer == "{}"
    assert await site.rows(entry) == 1
    await site.app.delivery.settle()
    assert await site.rows(outbox) == 1
    assert len(site.feishu.messages) == 1


async def test_a_redelivery_has_no_second_effect(site: Site) -> None:
    headers, body = site.call("卡点 数据没到")

    assert [await site.post(body, headers) for _ in range(3)] == [200, 200, 200]

    assert await site.rows(entry) == 1
    assert await site.rows(outbox) == 1


@pytest.mark.parametrize("header", ["x-lark-signature", "x-lark-request-timestamp"])
async def test_what_is_not_genuine_is_refused_and_leaves_nothing(site: Site, header: str) -> None:
    headers, body = site.call("卡点 数据没到")
    forged = {key: "0" if key.lower() == header else value for key, value in headers.items()}

    assert await site.post(body, forged) == 401

    assert site.answer == ""
    assert await site.rows(inbox) == 0


async def test_an_old_call_is_refused(site: Site) -> None:
    headers, body = site.call("卡点 数据没到", WEDNESDAY - timedelta(days=1))

    assert await site.post(body, headers) == 401
    assert await site.rows(inbox) == 0


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"{", b'{"encrypt": 1}'])
async def test_what_cannot_be_read_is_refused(site: Site, body: bytes) -> None:
    assert await site.post(body, {}) in (400, 401)
    assert await site.rows(inbox) == 0


async def test_too_much_is_refused(site: Site) -> None:
    async with site.http.post(
        f"{site.url}/feishu/event", data=io.BytesIO(b"x" * (1024 * 1024 + 1))
    ) as got:
        assert got.status == 413


async def test_a_database_that_fails_makes_the_platform_send_again(site: Site) -> None:
    async with site.app.database.begin() as tx:
        await tx.exec_driver_sql("ALTER TABLE history RENAME TO away")
    headers, body = site.call("卡点 数据没到")

    assert await site.post(body, headers) == 500

    async with site.app.database.begin() as tx:
        await tx.exec_driver_sql("ALTER TABLE away RENAME TO history")
    assert await site.post(body, headers) == 200
    assert await site.rows(entry) == 1


async def test_until_the_bot_knows_its_name_a_group_is_asked_to_say_it_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.app, "_started", set())
    monkeypatch.setattr(site.app.platforms["feishu"], "_bot", None)

    assert await site.say("卡点 数据没到") == 503

    assert await site.rows(inbox) == 0


async def test_doors_of_platforms_that_are_not_configured_are_shut(site: Site) -> None:
    async with site.http.post(f"{site.url}/wecom/bot", data=b"x") as got:
        assert got.status == 404


async def test_operations_see_that_it_lives(site: Site) -> None:
    await site.say("卡点 数据没到")
    async with site.http.get(f"{site.url}/healthz") as got:
        assert got.status == 200
    async with site.http.get(f"{site.url}/readyz") as got:
        assert got.status == 503  # its workers were not started here
        assert "worker" in await got.text()
    async with site.http.get(f"{site.url}/metrics") as got:
        text = await got.text()
    assert 'guanjia_messages_total{outcome="done"} 1.0' in text
    assert 'guanjia_outbox_letters{state="waiting"} 1.0' in text


async def test_somebody_else_cannot_be_pinged_by_words(site: Site) -> None:
    await site.say('卡点 <at user_id="all">所有人</at> @_all <at id=all></at>')
    await site.app.delivery.settle()

    (sent,) = site.feishu.messages
    assert sent.kind == "interactive"
    marked = [each for each in _elements(sent.content) if each.get("tag") == "markdown"]
    assert marked == []


def _elements(value: Any) -> Iterator[dict[str, Any]]:
    """Every element of a card, however deep."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _elements(each)
    elif isinstance(value, list):
        for each in value:
            yield from _elements(each)
