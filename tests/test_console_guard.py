"""What the trial group's routes refuse, and what they allow nobody to do."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.trial_house import Visitor, visit

GOOD = {"group": "项目群", "sender": "张三", "text": "早"}


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit() as found:
        yield found


@pytest.mark.parametrize(
    "body",
    [
        [],
        "早",
        {},
        GOOD | {"text": None},
        GOOD | {"text": " \n"},
        GOOD | {"text": ["早"]},
        GOOD | {"group": None},
        GOOD | {"group": "群" * 81},
        GOOD | {"sender": ""},
        GOOD | {"sender": "\u202e\u200b "},
        GOOD | {"sender": "名" * 81},
        GOOD | {"sender": "大管家"},
        GOOD | {"sender": "大\u200b管家"},
        GOOD | {"reply_to": True},
        GOOD | {"reply_to": -1},
        GOOD | {"reply_to": 1e30},
        GOOD | {"reply_to": "1; DROP"},
        GOOD | {"id": ""},
        GOOD | {"id": 5},
        GOOD | {"id": "x" * 201},
    ],
)
async def test_a_malformed_message_is_answered_with_a_sentence(
    visitor: Visitor, body: Any
) -> None:
    status, sentence = await visitor.error(body)
    assert status == 400
    assert sentence.endswith("。")
    assert await visitor.read() == []


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000])
async def test_what_is_no_json_is_refused(visitor: Visitor, raw: bytes) -> None:
    response = await visitor.session.post(
        visitor.server.make_url("/console/messages"),
        data=raw,
        headers={"Content-Type": "application/json"},
    )
    assert response.status == 400


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"after": "9" * 30}, {"wait": "x"}, {"group": ""}]
)
async def test_a_malformed_question_is_refused(visitor: Visitor, query: dict[str, str]) -> None:
    assert (await visitor.get("/console/messages", **query)).status == 400


async def test_long_is_accepted_and_too_long_is_not(visitor: Visitor) -> None:
    long = "好" * 120_000
    await visitor.say("张三", long)
    assert (await visitor.read())[0]["text"] == long
    response = await visitor.session.post(
        visitor.server.make_url("/console/messages"),
        data=io.BytesIO(json.dumps(GOOD | {"text": "x" * 1024 * 1024}).encode()),
        headers={"Content-Type": "application/json"},
    )
    assert response.status == 413


async def test_a_body_without_a_length_is_measured_too(visitor: Visitor) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    response = await visitor.session.post(
        visitor.server.make_url("/console/messages"),
        data=flood(),
        headers={"Content-Type": "application/json"},
    )
    assert response.status == 413


async def test_invisible_characters_do_not_make_a_new_person(visitor: Visitor) -> None:
    await visitor.say("\u202e张\u200b三\x00 ", "a\x00b\ud800c\r\nd\te")
    [line] = await visitor.read()
    assert (line["sender"], line["text"]) == ("张三", "abc\nd\te")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:80"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
async def test_other_sites_cannot_post(
    visitor: Visitor, headers: dict[str, str], status: int
) -> None:
    response = await visitor.session.post(
        visitor.server.make_url("/console/messages"),
        data=json.dumps(GOOD),
        headers={"Content-Type": "application/json", **headers},
    )
    assert response.status == status
    assert visitor.house.heard == []


async def test_the_pages_own_origin_is_welcome(visitor: Visitor) -> None:
    origin = str(visitor.server.make_url("")).rstrip("/")
    assert (await visitor.post("/console/messages", GOOD, Origin=origin)).status == 200


async def test_the_page_and_its_files_allow_nothing_foreign(visitor: Visitor) -> None:
    page = await visitor.get("/")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none';")
    text = await page.text()
    assert "http://" not in text
    assert "https://" not in text
    for path in ("page.js", "page.css", "icon.svg"):
        response = await visitor.get(f"/console/static/{path}")
        assert response.status == 200
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert (await visitor.get("/console/static/../page.py")).status == 404


async def test_a_token_is_asked_for() -> None:
    async with visit(token="geheim") as visitor:
        assert (await visitor.get("/")).status == 200
        for path in ("state", "messages", "clock", "files/1"):
            assert (await visitor.get(f"/console/{path}")).status == 401
        for path in ("messages", "actions", "clock"):
            assert (await visitor.post(f"/console/{path}", GOOD)).status == 401
        bearer = {"Authorization": "Bearer geheim"}
        assert (await visitor.post("/console/messages", GOOD, **bearer)).status == 200
        wrong = {"Authorization": "Bearer geheim2"}
        assert (await visitor.post("/console/messages", GOOD, **wrong)).status == 401

        assert (await visitor.error({"token": "falsch"}, "/console/login"))[0] == 401
        assert (await visitor.error({"token": None}, "/console/login"))[0] == 401
        response = await visitor.post("/console/login", {"token": "geheim"})
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "geheim" not in cookie
        # The test client keeps no cookies of plain addresses, so hand it back ourselves.
        mine = {"Cookie": cookie.partition(";")[0]}
        assert (await visitor.post("/console/messages", GOOD, **mine)).status == 200
