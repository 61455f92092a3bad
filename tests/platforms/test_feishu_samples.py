"""Every recorded call is read as its file says: our own samples, and others where there are."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.config import FeishuApp
from bot.errors import Forged, Unreadable
from bot.message import Incoming, Kind
from bot.platforms import Answer, Call
from bot.platforms.feishu import Feishu
from bot.platforms.feishu.cipher import Cipher
from tests.platforms import make_samples_feishu as made
from tests.platforms.feishu_sample import APP, AT, BOT, Sample

SHARED = Path(__file__).parents[3] / "shared" / "data" / "protocol" / "feishu.jsonl"
SHARED_APP, SHARED_BOT = "cli_a1b2c3d4e5f60001", "ou_b07b07b07b07b07b07b07b07b07b07b0"
# Accepted by their file, refused by us on purpose.
POLICY = {
    "feishu-plain-1": "an encrypt key is always configured",
    "feishu-policy-stale": "older than any retry",
}


def load(file: Path) -> list[Any]:
    if not file.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{file.name} is not there"))]
    lines = file.read_text(encoding="utf-8").splitlines()
    return [pytest.param(each, id=each["id"]) for each in map(json.loads, lines)]


def feishu(sample: Sample, *, app_id: str, bot: str) -> Feishu:
    settings = {
        "app_id": app_id,
        "app_secret": "unused",
        "verification_token": sample["verification_token"],
        "encrypt_key": sample["encrypt_key"] or "configured all the same",
    }
    platform = Feishu(FeishuApp.model_validate(settings))
    platform._bot = bot
    return platform


def call(sample: Sample) -> Call:
    stamp = sample.get("timestamp")
    # The 2014 timestamp is stale today; every other sample has just arrived.
    now = max(int(stamp or 0), 1_790_000_000) + 1
    return Call(
        method="POST",
        headers={name.lower(): value for name, value in sample["headers"].items()},
        query="",
        body=sample["body"].encode(),
        at=datetime.fromtimestamp(now, UTC),
    )


def facts_of(incoming: Incoming) -> Sample:
    return {
        "kind": incoming.kind.value,
        "id": incoming.id,
        "event_id": incoming.event_id,
        "text": incoming.text,
        "mentions": [[each.id, each.name] for each in incoming.mentions],
        "addressed": incoming.addressed,
        "quoted": incoming.quoted,
        "fields": dict(incoming.fields),
        "chat": incoming.chat.id,
        "chat_name": incoming.chat.name,
        "private": incoming.chat.private,
        "sender": incoming.sender.id,
    }


def refusal_of(read: Callable[[], object]) -> type[Exception] | None:
    try:
        read()
    except (Forged, Unreadable) as refused:
        return type(refused)
    return None


# --- our own ---------------------------------------------------------------------------------

OWN = load(made.FILE)


def test_the_samples_are_what_the_script_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made, "FILE", tmp_path / "samples" / "feishu.jsonl")
    committed = Path(made.__file__).parent / "samples" / "feishu.jsonl"

    made.main()

    assert made.FILE.read_text() == committed.read_text()


@pytest.mark.parametrize("sample", OWN)
def test_our_sample(sample: Sample) -> None:
    platform = feishu(sample, app_id=APP, bot=BOT)

    if sample["expected"] == "reject":
        wanted = Unreadable if sample["layer"] == "envelope" else Forged
        assert refusal_of(lambda: platform.receive(call(sample))) is wanted
        return
    result = platform.receive(call(sample))
    if sample["kind"] == "url_verification":
        assert isinstance(result, Answer)
        assert json.loads(result.body) == sample["expected_response"]
    elif sample["facts"] is None:
        assert result is None
    else:
        assert isinstance(result, Incoming)
        assert result.at == AT
        assert facts_of(result) | sample["facts"] == facts_of(result)


# --- others' ---------------------------------------------------------------------------------

THEIRS = load(SHARED)
SILENT = {  # nothing for the bot: what they come to is None
    "feishu-ev-11-interactive-forwarded",
    "feishu-ev-17-bot-menu",
    "feishu-ev-19-card-form-submit",  # a button that says nothing is not one of our cards'
    "feishu-ev-21-reaction",
    "feishu-ev-23-unknown-type",
}


@pytest.mark.parametrize("sample", THEIRS)
def test_their_sample(sample: Sample) -> None:
    if sample["kind"] == "decrypt_only":
        opened = Cipher(sample["encrypt_key"]).decrypt(sample["encrypt"])
        assert opened == sample["expected_plaintext"]
        return
    platform = feishu(sample, app_id=SHARED_APP, bot=SHARED_BOT)
    if sample["expected"] == "reject" or sample["id"] in POLICY:
        wanted = Unreadable if sample.get("layer") == "envelope" else Forged
        assert refusal_of(lambda: platform.receive(call(sample))) is wanted
        return
    assert_plaintext(sample)
    result = platform.receive(call(sample))
    if sample["kind"] == "url_verification":
        assert isinstance(result, Answer)
        assert json.loads(result.body) == sample["expected_response"]
    elif sample["id"] in SILENT:
        assert result is None
    else:
        assert isinstance(result, Incoming)
        assert_told(result, json.loads(sample["expected_plaintext"]))


def assert_plaintext(sample: Sample) -> None:
    encrypted = json.loads(sample["body"])["encrypt"]
    assert Cipher(sample["encrypt_key"]).decrypt(encrypted) == sample["expected_plaintext"]


def assert_told(incoming: Incoming, plain: Sample) -> None:
    """What the plain text says of a message or a membership is in the Incoming."""
    event = plain["event"]
    if incoming.kind is not Kind.WORDLESS:  # what a minute brings of those counts once
        assert (incoming.event_id or incoming.id) == plain["header"]["event_id"]
    if "message" not in event:
        assert incoming.chat.id == event["chat_id"]
        assert incoming.chat.name == event["name"]
        return
    message = event["message"]
    mentioned = [each["id"]["open_id"] for each in message.get("mentions", [])]
    assert incoming.id == message["message_id"]
    assert incoming.chat.id == message["chat_id"]
    assert incoming.chat.private == (message["chat_type"] == "p2p")
    assert incoming.sender.id == event["sender"]["sender_id"]["open_id"]
    assert incoming.addressed == (incoming.chat.private or SHARED_BOT in mentioned)
    assert [each.id for each in incoming.mentions] == [
        each for each in mentioned if each != SHARED_BOT
    ]
    assert "@_user_" not in incoming.text
    assert "站会助手" not in incoming.text


WORDS = {
    "feishu-ev-01-text-at-bot": "站会 昨天: 登录接口\n今天: 联调",
    "feishu-ev-03-text-key-prefix": "@张十 你好",
    "feishu-ev-05-text-p2p": "/help",
    "feishu-ev-07-post": "周报\n本周完成\n文档 https://example.com/?a=1&b=2[图片]\nprint(1)",
    "feishu-ev-13-user-id-null": "hi",
    "feishu-raw-1": "raw body check",
    "feishu-key-1": "key variant",
    "feishu-key-3": "key variant",
}


@pytest.mark.parametrize("sample", [each for each in THEIRS if each.id in WORDS])
def test_their_words(sample: Sample) -> None:
    result = feishu(sample, app_id=SHARED_APP, bot=SHARED_BOT).receive(call(sample))

    assert isinstance(result, Incoming)
    assert result.text == WORDS[sample["id"]]


def test_repeats_have_one_id() -> None:
    repeats = [each.values[0] for each in THEIRS if each.values[0]]
    groups: dict[str, set[str]] = {}
    for sample in repeats:
        if group := sample.get("dedupe_group"):
            result = feishu(sample, app_id=SHARED_APP, bot=SHARED_BOT).receive(call(sample))
            assert isinstance(result, Incoming)
            groups.setdefault(group, set()).add(result.id)

    assert all(ids == {group} for group, ids in groups.items())
