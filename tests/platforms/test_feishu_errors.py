"""What Feishu refuses, and what becomes of the letter."""

import asyncio
import logging

import pytest

from bot.errors import DeliveryError
from bot.message import Picture
from bot.platforms import Letter
from bot.platforms.feishu import Feishu
from bot.platforms.feishu.faults import STALE_TOKEN
from tests.platforms.conftest import Clock
from tests.platforms.feishu_server import FeishuServer, letter

SIGN_IN = "/tenant_access_token/"


async def refused(feishu: Feishu, sent: Letter | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await feishu.send(sent or letter())
    return caught.value


# --- the token -------------------------------------------------------------------------------


async def test_one_token_serves_many_letters(feishu: Feishu, feishu_server: FeishuServer) -> None:
    await asyncio.gather(*(feishu.send(letter(key=f"key-{number}")) for number in range(10)))

    assert len(feishu_server.messages) == 10
    assert feishu_server.tokens_issued == 1


async def test_a_token_is_renewed_before_it_ends(
    feishu: Feishu, feishu_server: FeishuServer, clock: Clock
) -> None:
    await feishu.send(letter(key="a"))
    clock.now += 6599
    await feishu.send(letter(key="b"))
    assert feishu_server.tokens_issued == 1
    clock.now += 1
    await feishu.send(letter(key="c"))
    assert feishu_server.tokens_issued == 2


@pytest.mark.parametrize("code", sorted(STALE_TOKEN))
async def test_a_stale_token_is_renewed_once(
    feishu: Feishu, feishu_server: FeishuServer, code: int
) -> None:
    feishu_server.refuse(code)

    await feishu.send(letter())

    assert len(feishu_server.messages) == 1
    assert feishu_server.tokens_issued == 2
    assert [each.json["uuid"] for each in feishu_server.sent()] == ["key-1", "key-1"]


async def test_a_token_that_stays_stale_is_an_error(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    feishu_server.refuse(99991663, times=5)

    error = await refused(feishu)

    assert (error.reason, error.permanent) == ("feishu 99991663 token refused", False)
    assert len(feishu_server.sent()) == 2
    assert feishu_server.tokens_issued == 2


async def test_many_that_find_the_token_stale_renew_it_once(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    await feishu.send(letter(key="warm"))
    feishu_server.revoke_tokens()

    await asyncio.gather(*(feishu.send(letter(key=f"key-{number}")) for number in range(8)))

    assert len(feishu_server.messages) == 9
    assert feishu_server.tokens_issued == 2


async def test_an_upload_survives_a_stale_token(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    await feishu.send(letter(key="warm"))
    feishu_server.revoke_tokens()

    await feishu.send(letter(Picture(png=b"\x89PNG", text="")))

    assert [each.content for each in feishu_server.uploads] == [b"\x89PNG"]


async def test_wrong_credentials_do_not_cost_the_letter(
    feishu_server: FeishuServer, clock: Clock
) -> None:
    feishu = Feishu(feishu_server.settings(app_secret="wrong"), clock=clock)

    error = await refused(feishu)
    await feishu.close()

    assert (error.reason, error.permanent) == ("feishu 10014 http 200", False)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"code":0}', b'{"code":0,"tenant_access_token":""}']
)
async def test_a_broken_answer_about_the_token(
    feishu: Feishu, feishu_server: FeishuServer, body: bytes
) -> None:
    feishu_server.answer(body, path=SIGN_IN)

    assert not (await refused(feishu)).permanent


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (230002, "feishu 230002 bot not in group"),
        (230013, "feishu 230013 user outside the app's availability"),
        (230022, "feishu 230022 sensitive content"),
        (230053, "feishu 230053 user has stopped the bot"),
        (232009, "feishu 232009 group dissolved"),
        (99991672, "feishu 99991672 permission scope missing"),
    ],
)
async def test_what_no_retry_can_cure(
    feishu: Feishu, feishu_server: FeishuServer, code: int, reason: str
) -> None:
    feishu_server.refuse(code, msg="早上好 quoted")

    error = await refused(feishu)

    assert (error.reason, error.permanent) == (reason, True)


async def test_an_invalid_card_tells_which_rule(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    feishu_server.refuse(
        230099, msg="Failed to create card content, ext=ErrCode: 11310; ErrMsg: x"
    )

    error = await refused(feishu)

    assert (error.reason, error.permanent) == ("feishu 230099 card invalid (11310)", True)


@pytest.mark.parametrize(
    ("code", "status", "header", "pause"),
    [
        (99991400, 429, "7", 7.0),
        (99991400, 400, "0.5", 0.5),
        (230020, 400, None, None),
        (11232, 429, "5", 5.0),
        (99991400, 400, "soon", None),
        (99991400, 429, "-3", None),
        (99991400, 429, "99999999", None),
    ],
)
async def test_too_fast(
    feishu: Feishu,
    feishu_server: FeishuServer,
    code: int,
    status: int,
    header: str | None,
    pause: float | None,
) -> None:
    headers = {"x-ogw-ratelimit-reset": header} if header else {}
    feishu_server.refuse(code, status=status, headers=headers)

    error = await refused(feishu)

    assert not error.permanent
    assert error.retry_after == pause


async def test_a_proxy_may_be_the_one_that_is_busy(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    feishu_server.answer(b"busy", status=429, headers={"x-ogw-ratelimit-reset": "3"})

    assert (await refused(feishu)).retry_after == 3.0


@pytest.mark.parametrize("code", [230049, 1, 5000, 2200])
async def test_what_may_pass(feishu: Feishu, feishu_server: FeishuServer, code: int) -> None:
    feishu_server.refuse(code)

    assert not (await refused(feishu)).permanent


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"not json"),
        (200, b"[" * 100_000),
        (200, b'{"code": "0"}'),
        (200, b'{"code": true}'),
        (200, b"\xff\xfe"),
        (404, b"404 page not found"),
        (500, b'{"code": 0}'),
        (502, b"<html>"),
    ],
)
async def test_an_answer_of_no_use(
    feishu: Feishu, feishu_server: FeishuServer, status: int, body: bytes
) -> None:
    feishu_server.answer(body, status=status)

    error = await refused(feishu)

    assert (error.reason, error.permanent) == (
        f"feishu http {status} without a usable answer",
        False,
    )


async def test_redirections_are_not_followed(feishu: Feishu, feishu_server: FeishuServer) -> None:
    elsewhere = {"Location": f"{feishu_server.url}/elsewhere"}
    feishu_server.answer(b"", status=307, headers=elsewhere)

    assert not (await refused(feishu)).permanent
    assert feishu_server.sent("/elsewhere") == []


async def test_nobody_there(feishu: Feishu, feishu_server: FeishuServer) -> None:
    await feishu_server.stop()

    error = await refused(feishu)

    assert error.reason.startswith("feishu unreachable: ")
    assert not error.permanent


@pytest.mark.parametrize("body", [b'{"code":0}', b'{"code":0,"data":{"message_id":7}}'])
async def test_sent_without_an_id(
    feishu: Feishu, feishu_server: FeishuServer, body: bytes
) -> None:
    feishu_server.answer(body)

    assert await feishu.send(letter()) is None


async def test_an_upload_without_a_key(feishu: Feishu, feishu_server: FeishuServer) -> None:
    feishu_server.answer(b'{"code":0,"data":{}}', path="/im/v1/images")

    error = await refused(feishu, letter(Picture(png=b"x", text="")))

    assert error.reason == "feishu gave no image_key"


async def test_the_stand_in_counts_per_second(
    feishu: Feishu, feishu_server: FeishuServer, clock: Clock
) -> None:
    feishu_server.per_second = 2

    await feishu.send(letter(key="a"))
    await feishu.send(letter(key="b"))
    assert (await refused(feishu, letter(key="c"))).retry_after == 1.0
    clock.now += 1
    await feishu.send(letter(key="c"))


async def test_logs_hold_neither_secrets_nor_words(
    feishu: Feishu, feishu_server: FeishuServer, caplog: pytest.LogCaptureFixture
) -> None:
    feishu_server.refuse(230002, msg="早上好")

    with caplog.at_level(logging.DEBUG):
        await refused(feishu)

    assert "230002" in caplog.text
    for secret in ("早上好", "s3cret", "t-1"):
        assert secret not in caplog.text
