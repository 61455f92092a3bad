"""POST /api/usage, over HTTP."""

import io
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError

from bot.app import App
from bot.config import Config
from tests.conftest import Room

ROW = {
    "person": "张三",
    "date": "2026-11-24",
    "created": 3,
    "updated": 2,
    "followups": 4,
    "required_filled": 18,
    "required_total": 20,
    "duplicates": 1,
    "amount": 0.1,
}
TOKEN = {"Authorization": "Bearer second-token"}
Client = TestClient[web.Request, web.Application]


@pytest.fixture
def config(database_url: str) -> Config:
    return Config.model_validate(
        {"database": {"url": database_url}, "api": {"tokens": ["first-token", "second-token"]}}
    )


@pytest.fixture
async def client(app: App) -> AsyncIterator[Client]:
    async with TestClient(TestServer(app.web())) as made:
        yield made


async def post(
    client: Client, body: object, headers: Mapping[str, str] = TOKEN
) -> tuple[int, dict[str, Any]]:
    data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    async with client.post("/api/usage", data=data, headers=headers) as response:
        return response.status, await response.json()


async def test_rows_are_taken_and_bad_ones_reported(client: Client, room: Room) -> None:
    await room.say("张三", "我的")

    answer = await post(client, [ROW, ROW | {"date": "昨天"}, 7, ROW | {"person": "李四"}])

    assert answer == (
        200,
        {
            "accepted": 2,
            "rejected": [
                {"row": 2, "why": "日期（date）没看懂：「昨天」，要写成 2026-11-20"},
                {"row": 3, "why": "这一行不是一个对象"},
            ],
        },
    )
    # (3 − 1 + 2) × 2 × 18/20 for what was entered, 4 × 3 for following up
    assert "张三 本周 19.2 分" in await room.words("张三", "我的得分")
    assert "2 行，2 个人" in await room.words("张三", "使用情况")


async def test_sending_it_again_changes_nothing(client: Client, room: Room) -> None:
    await post(client, [ROW])
    await post(client, {"rows": [ROW]})

    assert "1 行，1 个人" in await room.words("张三", "使用情况")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer first-token,second-token"},
        {"Authorization": "Basic second-token"},
        {"Authorization": "second-token"},
        {"Authorization": "Bearer 令牌"},
    ],
)
async def test_without_a_known_token_nothing_is_read(
    client: Client, headers: Mapping[str, str]
) -> None:
    assert (await post(client, b"no json", headers))[0] == 401


async def test_either_token_will_do(client: Client) -> None:
    assert (await post(client, [], {"Authorization": "bearer first-token"}))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[NaN]",
        b'"rows"',
        b"{}",
        b'{"rows": {}}',
        b'{"rows": [], "team": 1}',
        b'{"rows": [], "team": "nobody"}',
        b"[" * 100_000,
    ],
)
async def test_what_cannot_be_read_is_said(client: Client, body: bytes) -> None:
    status, answer = await post(client, body)

    assert status == 400
    assert answer["error"]


async def test_too_much_at_once(client: Client) -> None:
    fits = b"[" + b" " * (1024 * 1024 - 2) + b"]"

    assert (await post(client, fits))[0] == 200
    assert (await post(client, fits + b" "))[0] == 413


async def test_odd_values_stop_no_other_row(client: Client, room: Room) -> None:
    odd = (
        b'[{"person": "\\ud800", "date": 1}, {"person": "a\\u0000b", "date": 1e99999},'
        b'{"created": 1e400}, {"person": {"a": 1}}, null, true,' + json.dumps(ROW).encode() + b"]"
    )

    status, answer = await post(client, odd)

    assert (status, answer["accepted"]) == (200, 1)
    assert [each["row"] for each in answer["rejected"]] == [1, 2, 3, 4, 5, 6]


async def test_a_large_import_is_one_transaction(client: Client, room: Room) -> None:
    rows = [ROW | {"person": f"p{number}"} for number in range(3000)]

    assert await post(client, {"team": "大管家", "rows": rows}) == (
        200,
        {"accepted": 3000, "rejected": []},
    )
    assert "3000 行，3000 个人" in await room.words("张三", "使用情况")


class TestWithoutTokens:
    @pytest.fixture
    def config(self, database_url: str) -> Config:
        return Config.model_validate({"database": {"url": database_url}})

    async def test_everybody_is_refused(self, client: Client) -> None:
        assert (await post(client, [ROW]))[0] == 401
        assert (await post(client, [ROW], {"Authorization": "Bearer "}))[0] == 401
        assert (await post(client, [ROW], {}))[0] == 401


def test_an_empty_token_stops_the_start() -> None:
    with pytest.raises(ValidationError, match="an empty token would let everybody in"):
        Config.model_validate({"api": {"tokens": [""]}})
