"""What happens when WeCom says no, or nothing, or something odd."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from bot.errors import DeliveryError
from bot.message import Picture
from bot.platforms.wecom import Wecom
from bot.platforms.wecom.api import AccessToken
from tests.platforms.wecom_letters import (
    LANE,
    NOW,
    PNG,
    Clock,
    answering,
    refused,
    to_group,
    to_member,
)
from tests.platforms.wecom_server import WecomServer


@pytest.fixture
async def server() -> AsyncIterator[WecomServer]:
    async with WecomServer() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def wecom(server: WecomServer, clock: Clock) -> AsyncIterator[Wecom]:
    wecom = Wecom(server.settings(), clock=clock, now=lambda: NOW)
    yield wecom
    await wecom.close()


@pytest.mark.parametrize(
    ("code", "permanent", "retry_after"),
    [
        (-1, False, None),
        (45009, False, 60.0),
        (60020, False, None),
        (987654, False, None),
        (93000, True, None),
        (93006, True, None),
        (40058, True, None),
        (600039, True, None),
    ],
)
async def test_error_codes(
    server: WecomServer,
    wecom: Wecom,
    code: int,
    permanent: bool,
    retry_after: float | None,
) -> None:
    server.refuse(code, path="webhook/send")
    failure = await refused(wecom, to_group("x"))
    assert (failure.permanent, failure.retry_after) == (permanent, retry_after)
    assert failure.reason.startswith(str(code))
    assert "1700000000" not in failure.reason


@pytest.mark.parametrize("name", ["invaliduser", "unlicenseduser"])
async def test_nobody_reached_is_a_failure(server: WecomServer, wecom: Wecom, name: str) -> None:
    server.refuse(0, path="message/send", more={name: "lisi"})
    failure = await refused(wecom, to_member("x"))
    assert failure.permanent
    assert name in failure.reason


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>", 200),
        (b"[1]", 200),
        (b'{"errcode":"0"}', 200),
        (b"[" * 100_000, 200),
        (b"", 200),
        (b" " * 1_000_001, 200),
        (b"{}", 502),
        (b"{}", 429),
    ],
)
async def test_an_odd_answer_is_worth_another_try(
    server: WecomServer, wecom: Wecom, body: bytes, status: int
) -> None:
    server.answer(body, path="webhook/send", status=status)
    assert not (await refused(wecom, to_group("x"))).permanent


async def test_redirects_are_not_followed(server: WecomServer, wecom: Wecom) -> None:
    location = {"Location": f"{server.url}/cgi-bin/elsewhere"}
    server.answer(b"", path="webhook/send", status=307, headers=location)
    assert (await refused(wecom, to_group("x"))).permanent
    assert not server.sent("elsewhere")


async def test_nobody_at_home(server: WecomServer, wecom: Wecom) -> None:
    await server.stop()
    failure = await refused(wecom, to_group("x", **answering(server)))
    assert not failure.permanent
    assert server.robots[LANE] not in failure.reason


async def test_a_failure_in_both_ways_waits_for_the_one_that_will_mend(
    server: WecomServer, wecom: Wecom
) -> None:
    server.refuse(40058, path="aibot/response")
    server.refuse(45009, path="webhook/send")
    failure = await refused(wecom, to_group("x", **answering(server)))
    assert not failure.permanent
    assert failure.retry_after == 60
    assert not server.messages


async def test_no_secret_reaches_a_log_or_a_reason(
    server: WecomServer, wecom: Wecom, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        server.refuse(-1, path="webhook/send")
        reasons = [(await refused(wecom, to_group("x"))).reason]
        server.answer(b"x", path="message/send")
        reasons.append((await refused(wecom, to_member("x"))).reason)
        await server.stop()
        reasons.append((await refused(wecom, to_member("y"))).reason)
        reasons.append((await refused(wecom, to_group("y", **answering(server)))).reason)
    said = caplog.text + "".join(reasons)
    for secret in (server.robots[LANE], server.secret, "token-1", "response_code"):
        assert secret not in said


# --- the access token ------------------------------------------------------------------------


async def test_many_letters_share_one_token(server: WecomServer, wecom: Wecom) -> None:
    await asyncio.gather(*(wecom.send(to_member(f"{number}")) for number in range(20)))
    assert len(server.messages) == 20
    assert server.tokens_issued == 1


async def test_a_token_is_renewed_before_it_ends(
    server: WecomServer, wecom: Wecom, clock: Clock
) -> None:
    for seconds in (0.0, 6_899.0, 6_901.0):
        clock.seconds = seconds
        await wecom.send(to_member("x"))
    assert server.tokens_issued == 2


@pytest.mark.parametrize("code", [40014, 42001, 40001])
async def test_a_stale_token_is_renewed_once(server: WecomServer, wecom: Wecom, code: int) -> None:
    await wecom.send(to_member("一"))
    server.refuse(code, path="message/send")
    await wecom.send(to_member("二"))
    assert [each.text for each in server.messages] == ["一", "二"]
    assert server.tokens_issued == 2


async def test_a_second_refusal_is_final(server: WecomServer, wecom: Wecom) -> None:
    server.refuse(42001, path="message/send", times=5)
    failure = await refused(wecom, to_member("x"))
    assert not failure.permanent
    assert len(server.sent("message/send")) == 2
    assert len(server.sent("gettoken")) == 2


async def test_revoked_tokens_are_renewed_once_for_all(server: WecomServer, wecom: Wecom) -> None:
    await wecom.send(to_member("x"))
    server.revoke_tokens()
    await asyncio.gather(*(wecom.send(to_member(f"{number}")) for number in range(10)))
    assert len(server.messages) == 11
    assert server.tokens_issued == 2


async def test_a_wrong_secret_is_asked_about_once(server: WecomServer, wecom: Wecom) -> None:
    server.refuse(40001, path="gettoken", times=9)
    failures = await asyncio.gather(
        *(wecom.send(to_member(f"{number}")) for number in range(5)), return_exceptions=True
    )
    assert all(isinstance(each, DeliveryError) for each in failures)
    assert len(server.sent("gettoken")) == 1


async def test_a_newer_token_is_not_dropped_for_an_older_one() -> None:
    fetched: list[str] = []

    async def fetch() -> tuple[str, float]:
        fetched.append(f"token-{len(fetched) + 1}")
        return fetched[-1], 7200.0

    token = AccessToken(fetch, Clock())
    first = await token.get()
    token.drop(first)
    second = await token.get()
    token.drop(first)  # somebody slower finds out as well
    assert await token.get() == second
    assert len(fetched) == 2


async def test_uploads_renew_the_token_as_well(server: WecomServer, wecom: Wecom) -> None:
    await wecom.send(to_member("x"))
    server.revoke_tokens()
    await wecom.send(to_member(Picture(png=PNG, text="x")))
    assert server.messages[-1].kind == "image"


async def test_the_credentials_can_be_checked(server: WecomServer, wecom: Wecom) -> None:
    await wecom.start()
    assert "app credentials accepted" in await wecom.check()
    broken = Wecom(
        server.settings(app={**server.settings().model_dump()["app"], "secret": "wrong"}),
        clock=Clock(),
        now=lambda: NOW,
    )
    with pytest.raises(DeliveryError, match="40001"):
        await broken.check()
    await broken.close()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("gettoken", b'{"errcode":0,"expires_in":7200}'),
        ("gettoken", b'{"errcode":0,"access_token":"t"}'),
        ("media/upload", b'{"errcode":0}'),
        ("media/upload", b'{"errcode":40058}'),
    ],
)
async def test_half_an_answer_sends_nothing(
    server: WecomServer, wecom: Wecom, path: str, body: bytes
) -> None:
    server.answer(body, path=path)
    await refused(wecom, to_member(Picture(png=PNG, text="x")))
    assert not server.messages


async def test_an_answer_may_be_taken_without_a_word(server: WecomServer, wecom: Wecom) -> None:
    server.answer(b"", path="aibot/response")
    await wecom.send(to_group("x", **answering(server)))
    assert not server.messages  # and no second way was tried


async def test_nothing_is_opened_before_it_is_needed(server: WecomServer) -> None:
    wecom = Wecom(server.settings(), clock=Clock(), now=lambda: NOW)
    await wecom.start()
    await wecom.close()
    assert not server.requests
