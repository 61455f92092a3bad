"""The doors: who may come in, and what is understood."""

import contextlib
import json
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Wecom as Settings
from bot.config import WecomApp, WecomBot
from bot.errors import Forged, Misconfigured, Unreadable
from bot.message import Incoming, Kind
from bot.platforms import Answer, Call, Platform
from bot.platforms.wecom import Wecom, bot
from bot.platforms.wecom.cipher import Cipher, Seal, decrypt_media
from bot.platforms.wecom.way import trusted_response
from tests.platforms.wecom_events import AppSigner, BotSigner, Wire, as_call
from tests.platforms.wecom_server import AES_KEY

AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
BOT: dict[str, Any] = {
    "name": "大管家 小助手",
    "transport": "callback",
    "token": "bot-token",
    "encoding_aes_key": AES_KEY,
}
APP: dict[str, Any] = {
    "corp_id": "ww1",
    "agent_id": 7,
    "secret": "s",
    "token": "app-token",
    "encoding_aes_key": AES_KEY,
}


def build(**sections: Any) -> Wecom:
    settings = Settings.model_validate(sections)
    return Wecom(settings, clock=lambda: 0.0, now=lambda: AT)


@pytest.fixture
def wecom() -> Wecom:
    return build(bot=BOT, app=APP)


@pytest.fixture
def bot_signer() -> BotSigner:
    return BotSigner.of(WecomBot.model_validate(BOT))


@pytest.fixture
def app_signer() -> AppSigner:
    return AppSigner.of(WecomApp.model_validate(APP))


def receive(wecom: Wecom, wire: Wire, at: datetime = AT, *, door: str = "bot") -> Incoming:
    read = wecom.doors[f"/wecom/{door}"](as_call(wire, at))
    assert isinstance(read, Incoming)
    return read


def test_there_is_a_door_for_each_callback_that_is_configured(wecom: Wecom) -> None:
    platform: Platform = wecom
    assert platform.name == "wecom"
    assert set(platform.doors) == {"/wecom/bot", "/wecom/app"}
    assert [(each.count, each.seconds) for each in platform.budgets] == [(20, 60), (1000, 3600)]
    assert build().doors == {}
    long = {"name": "大管家", "bot_id": "b", "secret": "s"}
    assert set(build(bot=long, app=APP).doors) == {"/wecom/app"}


def test_wechatpy_is_loaded_for_an_app_only() -> None:
    code = "import sys, bot.platforms.wecom; sys.exit('wechatpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


def test_a_wrong_key_stops_the_start() -> None:
    with pytest.raises(Misconfigured, match="43"):
        build(bot=BOT | {"encoding_aes_key": AES_KEY[:-1]})


def test_a_group_message_is_understood(wecom: Wecom, bot_signer: BotSigner) -> None:
    read = receive(
        wecom, bot_signer.message(text="卡点 回调超时", sender="li", chat="wrGroup", at=AT)
    )
    assert (read.chat.platform, read.chat.id, read.chat.private) == ("wecom", "wrGroup", False)
    assert (read.sender.id, read.text, read.kind) == ("li", "卡点 回调超时", Kind.SAID)
    assert read.mentions == ()
    assert read.addressed
    assert read.at == AT
    assert trusted_response(read.reply_token)


def test_both_ways_to_one_person_are_one_chat(
    wecom: Wecom, bot_signer: BotSigner, app_signer: AppSigner
) -> None:
    by_bot = receive(wecom, bot_signer.message(text="我的", sender="li", at=AT))
    by_app = receive(wecom, app_signer.message(text="我的", sender="li", at=AT), door="app")
    assert by_bot.chat == by_app.chat
    assert by_bot.chat.private
    assert by_bot.id.startswith("bot:")
    assert by_app.id.startswith("app:")


def test_a_button_speaks_for_its_clicker(
    wecom: Wecom, bot_signer: BotSigner, app_signer: AppSigner
) -> None:
    click = bot_signer.click(say="完成 12", sender="li", chat="wrGroup", at=AT)
    by_bot = receive(wecom, click)
    by_app = receive(wecom, app_signer.click(say="完成 12", sender="li", at=AT), door="app")
    assert (by_bot.text, by_app.text) == ("完成 12", "完成 12")
    assert by_bot.chat.id == "wrGroup"


def test_an_app_greets_once_a_day(wecom: Wecom, app_signer: AppSigner) -> None:
    def enter(after: timedelta) -> Incoming:
        moment = AT + after
        wire = app_signer.enter(sender="li", at=moment)
        return receive(wecom, wire, moment, door="app")

    first, again, tomorrow = (enter(timedelta(hours=hours)) for hours in (0, 3, 24))
    assert first.kind == Kind.GREETED
    assert first.id != again.id
    assert first.event_id == again.event_id != tomorrow.event_id


def test_clicks_on_two_cards_in_one_second_are_two(wecom: Wecom, app_signer: AppSigner) -> None:
    ids = {
        receive(wecom, app_signer.click(say="完成 1", sender=who, at=AT, task=task), door="app").id
        for who in ("li", "wang")
        for task in ("a", "b")
    }
    assert len(ids) == 4


def test_an_address_is_checked_with_the_bare_echo(
    wecom: Wecom, bot_signer: BotSigner, app_signer: AppSigner
) -> None:
    for door, signer in (("bot", bot_signer), ("app", app_signer)):
        call = as_call(signer.url_check("1616140317555161061", at=AT), AT)
        answer = wecom.doors[f"/wecom/{door}"](call)
        assert answer == Answer(body=b"1616140317555161061", content_type="text/plain")


def test_the_doors_do_not_open_for_each_other(
    wecom: Wecom, bot_signer: BotSigner, app_signer: AppSigner
) -> None:
    bot_wire = bot_signer.message(text="x", sender="li", at=AT)
    app_wire = app_signer.message(text="x", sender="li", at=AT)
    for door, wire in (("app", bot_wire), ("bot", app_wire)):
        with pytest.raises((Forged, Unreadable)):
            wecom.doors[f"/wecom/{door}"](as_call(wire, AT))


@pytest.mark.parametrize("late", [timedelta(hours=8, seconds=1), -timedelta(minutes=5, seconds=1)])
def test_a_call_must_be_fresh(wecom: Wecom, bot_signer: BotSigner, late: timedelta) -> None:
    wire = bot_signer.message(text="x", sender="li", at=AT)
    assert receive(wecom, wire, AT + timedelta(hours=8))
    assert receive(wecom, wire, AT - timedelta(minutes=5))
    with pytest.raises(Forged):
        receive(wecom, wire, AT + late)


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
def test_a_query_holds_each_part_once(wecom: Wecom, bot_signer: BotSigner, name: str) -> None:
    wire = bot_signer.message(text="x", sender="li", at=AT)
    parts = dict(pair.split("=") for pair in wire.query.split("&"))
    door = wecom.doors["/wecom/bot"]
    for query in (
        wire.query + "&" + urlencode({name: parts[name]}),
        urlencode({key: value for key, value in parts.items() if key != name}),
        urlencode(parts | {name: ""}),
        urlencode(parts | {name: parts[name] + " "}),
    ):
        with pytest.raises(Forged):
            door(as_call(Wire(query, wire.body), AT))


@given(query=st.text(max_size=60), body=st.binary(max_size=200), get=st.booleans())
def test_noise_is_refused(query: str, body: bytes, get: bool) -> None:
    call = Call(method="GET" if get else "POST", headers={}, query=query, body=body, at=AT)
    for door in WECOM.doors.values():
        with pytest.raises((Forged, Unreadable)):
            door(call)


WECOM = build(bot=BOT, app=APP)


@given(body=st.binary(max_size=300))
def test_signed_noise_is_refused_as_well(body: bytes) -> None:
    query = BotSigner("bot-token", AES_KEY).query("x", at=AT)
    for door in WECOM.doors.values():
        with pytest.raises((Forged, Unreadable)):
            door(Call(method="POST", headers={}, query=query, body=body, at=AT))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
_names = (
    "msgid", "chatid", "chattype", "from", "msgtype", "text", "mixed", "voice", "event", "quote",
    "create_time", "response_url",
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(_names), _json), st.sampled_from(_names), _json)
def test_no_object_of_odd_shape_gets_an_error(
    content: dict[str, Any], name: str, value: object
) -> None:
    good = {
        "msgid": "1",
        "chattype": "group",
        "chatid": "wr",
        "from": {"userid": "u"},
        "msgtype": "text",
        "text": {"content": "x"},
    }
    for tried in (content, good | {name: value}):
        read = bot.read(tried, name="大管家", at=AT, trusts=lambda _: False)
        assert read is None or (read.sender.id and read.chat.id and read.reply_token == "")


@pytest.mark.parametrize(
    "items",
    [
        "x",
        {},
        {"selected_item": ["x"]},
        {"selected_item": [{"question_key": "q"}]},
        {"selected_item": [{"question_key": "q", "option_ids": {"option_id": [1]}}]},
        {"selected_item": [{"question_key": "", "option_ids": {"option_id": []}}]},
    ],
)
def test_an_odd_choice_is_left_alone(items: object) -> None:
    card = {"event_key": "投票", "selected_items": items}
    event = {"eventtype": "template_card_event", "template_card_event": card}
    heading = BotSigner("t", AES_KEY).heading("li", "wr")
    content = heading | {"msgtype": "event", "event": event}
    assert bot.read(content, name="大管家", at=AT, trusts=lambda _: True) is None


@given(st.binary(max_size=400), st.binary(min_size=16, max_size=16), st.sampled_from(["", "ww1"]))
def test_what_is_sealed_opens_again(message: bytes, random16: bytes, receiver: str) -> None:
    cipher = Cipher("token", AES_KEY, receiver)
    encrypted = cipher.seal(message, random16)
    stamp = str(int(AT.timestamp()))
    seal = Seal(cipher.sign(encrypted, timestamp=stamp, nonce="n"), stamp, "n")
    try:
        expected = message.decode()
    except UnicodeDecodeError:
        with pytest.raises(Forged):
            cipher.open(seal, encrypted)
    else:
        assert cipher.open(seal, encrypted) == expected


@pytest.mark.parametrize("more", ["=", "==", "\n", " "])
def test_base64_has_nothing_after_its_end(more: str) -> None:
    cipher = Cipher("token", AES_KEY, "")
    stamp = str(int(AT.timestamp()))
    for length in (0, 40, 70):  # ends with =, with == and with neither
        encrypted = cipher.seal(b"x" * length, bytes(16)) + more
        seal = Seal(cipher.sign(encrypted, timestamp=stamp, nonce="n"), stamp, "n")
        with pytest.raises(Forged):
            cipher.open(seal, encrypted)


@given(st.binary(max_size=200), st.text(max_size=50))
def test_files_open_or_are_unreadable(ciphertext: bytes, key: str) -> None:
    for each in (key, AES_KEY):
        with contextlib.suppress(Unreadable):
            decrypt_media(each, ciphertext)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("@大管家 小助手 帮助", "帮助"),
        ("＠大管家 小助手：帮助", "帮助"),
        ("@大管家 小助手帮助", "帮助"),
        ("  @大管家 小助手", ""),
        ("@大管家 帮助", "@大管家 帮助"),
        ("任务 @王五 @大管家 小助手 写文档", "任务 @王五 写文档"),
        ("帮助 @大管家 小助手", "帮助"),
        ("邮箱 a@大管家 小助手", "邮箱 a@大管家 小助手"),
        ("@大管家 小助手2 帮助", "@大管家 小助手2 帮助"),
        ("@大管家 小助手\n站会\n昨日：x", "站会\n昨日：x"),
    ],
)
def test_the_name_of_the_bot_is_taken_out(typed: str, understood: str) -> None:
    assert bot.without_mention(typed, "大管家 小助手") == understood


@pytest.mark.parametrize(
    "url",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=1",
        "https://qyapi.weixin.qq.com.evil.example/cgi-bin/aibot/response?response_code=1",
        "https://qyapi.weixin.qq.com@evil.example/cgi-bin/aibot/response?response_code=1",
        "https://evil.example/cgi-bin/aibot/response?response_code=1",
        "https://qyapi.weixin.qq.com/cgi-bin/aibot/response/../../webhook/send?key=1",
        "https://qyapi.weixin.qq.com/cgi-bin/aibot/responses?response_code=1",
        "https://qyapi.weixin.qq.com:8443/cgi-bin/aibot/response?response_code=1",
        "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?x=1#y",
        "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?x=1\r\nHost: evil",
        "https://qyapi.weixin.qq.com\\@evil.example/cgi-bin/aibot/response",
        "",
    ],
)
def test_answers_go_to_wecom_only(url: str, wecom: Wecom, bot_signer: BotSigner) -> None:
    assert not trusted_response(url)
    heading = bot_signer.heading("li", "wrGroup") | {"response_url": url}
    said = {"msgtype": "text", "text": {"content": "x"}}
    assert receive(wecom, bot_signer.raw(heading | said, at=AT)).reply_token == ""


def test_what_is_left_alone_is_logged_without_its_words(
    wecom: Wecom, bot_signer: BotSigner, caplog: pytest.LogCaptureFixture
) -> None:
    heading = bot_signer.heading("li", "wrGroup", message_id="M-1") | {"chatid": 7}
    wire = bot_signer.raw(heading | {"msgtype": "text", "text": {"content": "秘密"}}, at=AT)
    with caplog.at_level(logging.DEBUG):
        assert wecom.doors["/wecom/bot"](as_call(wire, AT)) is None
    assert "M-1" in caplog.text
    assert "秘密" not in caplog.text
    assert "CODE" not in caplog.text


def test_a_frame_of_the_long_connection_reads_the_same() -> None:
    frame = json.loads(
        '{"msgid":"1","chattype":"single","from":{"userid":"u"},"msgtype":"text",'
        '"text":{"content":"帮助"},"aeskey":"k"}'
    )
    read = bot.read(frame, name="大管家", at=AT, trusts=lambda _: True)
    assert read is not None
    assert (read.text, read.reply_token, read.at) == ("帮助", "", AT)
