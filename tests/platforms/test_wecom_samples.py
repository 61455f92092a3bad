"""Wire samples: what must be accepted, refused, or quietly left alone, and what is in it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.config import Wecom as Settings
from bot.config import WecomApp, WecomBot
from bot.errors import Forged, Unreadable
from bot.message import Incoming, Kind
from bot.platforms import Answer, Call
from bot.platforms.wecom import Wecom, bot
from bot.platforms.wecom.cipher import Cipher, Seal, decrypt_media
from tests.platforms import make_samples_wecom

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data" / "protocol" / "wecom.jsonl"
OWN = HERE / "samples" / "wecom.jsonl"

Sample = dict[str, Any]


def load(*kinds: str) -> list[Any]:
    samples = []
    for path in (OWN, SHARED):
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            samples += [json.loads(line) for line in lines if line]
    return [pytest.param(each, id=each["id"]) for each in samples if each["kind"] in kinds]


def call_of(sample: Sample) -> Call:
    """The call, a moment after it was made (where it says when: one of the lies is not to)."""
    seconds = int(sample.get("arrives") or sample["timestamp"]) + 1
    return Call(
        method=sample["method"],
        headers={},
        query=sample["raw_query"],
        body=(sample["body"] or "").encode(sample.get("body_encoding", "utf-8")),
        at=datetime.fromtimestamp(seconds, UTC),
    )


def platform_of(sample: Sample) -> Wecom:
    """A bot and an app that hold the sample's keys."""
    key, token = SecretStr(sample["encoding_aes_key"]), SecretStr(sample["token"])
    agent = "218" if "<AgentID>218</AgentID>" in (sample["expected_plaintext"] or "") else 1000002
    settings = Settings(
        bot=WecomBot(name="RobotA", transport="callback", token=token, encoding_aes_key=key),
        app=WecomApp(
            corp_id=sample["receive_id"],
            agent_id=int(agent),
            secret=SecretStr("s"),
            token=token,
            encoding_aes_key=key,
        ),
    )
    return Wecom(settings, clock=lambda: 0.0, now=lambda: datetime.now(UTC))  # noqa: TID251


def receive(sample: Sample) -> Incoming | Answer | None:
    for_app = sample["kind"] == "app_xml" or sample["receive_id"]
    door = platform_of(sample).doors["/wecom/app" if for_app else "/wecom/bot"]
    return door(call_of(sample))


@pytest.mark.parametrize("sample", load("app_xml", "aibot_json", "url_verify"))
def test_what_must_be_refused_is_refused(sample: Sample) -> None:
    if sample["expected"] == "reject":
        with pytest.raises((Forged, Unreadable)):
            receive(sample)


@pytest.mark.parametrize("sample", load("app_xml", "aibot_json"))
def test_what_is_genuine_is_opened_and_read(sample: Sample) -> None:
    if sample["expected"] != "accept":
        return
    if sample["kind"] == "aibot_json" and sample["receive_id"]:
        # Genuine, but of another kind of receiver than our bot: opened one floor lower.
        call = call_of(sample)
        cipher = Cipher(sample["token"], sample["encoding_aes_key"], sample["receive_id"])
        message = cipher.open(Seal.of(call.query, at=call.at), bot.read_envelope(call.body))
        assert message == sample["expected_plaintext"]
        read = bot.read_message(message, name="RobotA", at=call.at, trusts=lambda _: True)
    else:
        result = receive(sample)
        assert not isinstance(result, Answer)
        read = result
    if sample.get("parse_expected") == "reject":
        assert read is None
    elif "expected_incoming" in sample:
        assert read is not None
        shown = as_plain_values(read)
        assert {name: shown[name] for name in sample["expected_incoming"]} == (
            sample["expected_incoming"]
        )
    elif sample["kind"] == "app_xml":
        check_app(sample, read)
    else:
        check_bot(sample, read)


def as_plain_values(read: Incoming) -> dict[str, Any]:
    """As the samples spell it."""
    values = {name: getattr(read, name) for name in ("id", "event_id", "text", "quoted_text")}
    return values | {
        "chat": read.chat.id,
        "private": read.chat.private,
        "sender": read.sender.id,
        "kind": read.kind.value,
        "fields": dict(read.fields),
        "reply_token": read.reply_token,
        "at": int(read.at.timestamp()),
    }


def check_app(sample: Sample, read: Incoming | None) -> None:
    facts = sample.get("facts") or {}
    if facts.get("MsgType") in ("location", "voice", "image") and "Recognition" not in facts:
        assert read is None
        return
    assert read is not None
    assert read.chat.private
    assert read.chat.id == read.sender.id
    if "FromUserName" in facts:
        assert read.sender.id == facts["FromUserName"]
    if "MsgId" in facts:
        assert read.id == f"app:{facts['MsgId']}"
    words = facts.get("Content", facts.get("EventKey"))
    if words is not None:
        assert read.text == words


def check_bot(sample: Sample, read: Incoming | None) -> None:
    facts = sample["facts"]
    event = facts.get("event", {}).get("eventtype")
    readable = facts["msgtype"] in ("text", "mixed", "voice")
    if not readable and event not in ("template_card_event", "enter_chat"):
        private = facts["chattype"] == "single" and facts["msgtype"] in ("image", "file", "video")
        assert (read.kind if read else None) == (Kind.WORDLESS if private else None)
        return
    assert read is not None
    assert read.id == f"bot:{facts['msgid']}"
    assert read.sender.id == facts["from"]["userid"]
    assert read.chat.id == facts.get("chatid", facts["from"]["userid"])
    assert read.chat.private == (facts["chattype"] == "single")
    assert read.reply_token == facts.get("response_url", "")
    assert "@RobotA" not in read.text
    if facts["msgtype"] == "text":
        assert read.text == facts["text"]["content"].removeprefix("@RobotA ").strip()


@pytest.mark.parametrize("sample", load("url_verify"))
def test_an_address_is_proved_with_the_bare_words(sample: Sample) -> None:
    if sample["expected"] == "accept":
        expected = sample["expected_plaintext"].encode()
        assert receive(sample) == Answer(body=expected, content_type="text/plain")


@pytest.mark.parametrize("sample", load("encrypt_kat"))
def test_sealing_gives_exactly_the_known_bytes(sample: Sample) -> None:
    cipher = Cipher(sample["token"], sample["encoding_aes_key"], sample["receive_id"])
    message = sample["expected_plaintext"].encode()
    encrypted = cipher.seal(message, bytes.fromhex(sample["random16_hex"]))
    assert encrypted == sample["encrypt"]
    signature = cipher.sign(encrypted, timestamp=sample["timestamp"], nonce=sample["nonce"])
    assert signature == sample["msg_signature"]


@pytest.mark.parametrize("sample", load("media_decrypt"))
def test_files_are_opened_or_refused(sample: Sample) -> None:
    ciphertext = base64.b64decode(sample["ciphertext_base64"])
    if sample["expected"] == "reject":
        with pytest.raises(Unreadable):
            decrypt_media(sample["aeskey"], ciphertext)
    else:
        expected = base64.b64decode(sample["expected_plaintext_base64"])
        assert decrypt_media(sample["aeskey"], ciphertext) == expected


def test_our_samples_are_what_their_maker_makes() -> None:
    assert OWN.read_text(encoding="utf-8") == make_samples_wecom.as_text()


def test_one_message_delivered_several_times_has_one_id() -> None:
    groups: dict[str, set[str]] = {}
    for parameters in load("app_xml", "aibot_json"):
        sample = parameters.values[0]
        if group := sample.get("dedupe_group"):
            read = receive(sample)
            assert isinstance(read, Incoming)
            groups.setdefault(group, set()).add(read.id)
    assert groups
    assert all(len(ids) == 1 for ids in groups.values())


@pytest.mark.parametrize("sample", load("app_xml", "aibot_json", "url_verify"))
def test_genuine_calls_expire(sample: Sample) -> None:
    if sample["expected"] != "accept" or (sample["kind"] == "aibot_json" and sample["receive_id"]):
        return
    call = call_of(sample)
    door = platform_of(sample).doors["/wecom/app" if sample["receive_id"] else "/wecom/bot"]
    for late in (timedelta(hours=8, seconds=2), -timedelta(minutes=5, seconds=3)):
        moved = Call(
            method=call.method, headers={}, query=call.query, body=call.body, at=call.at + late
        )
        with pytest.raises(Forged):
            door(moved)
