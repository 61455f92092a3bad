"""What the samples cannot show: freshness, a bot that does not know itself, silence in logs."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import FeishuApp
from bot.errors import Forged, Unreadable
from bot.message import Chat, Incoming, Person
from bot.platforms import Answer, Call
from bot.platforms.feishu import Feishu, events
from bot.platforms.feishu.plain import clean
from tests.platforms.feishu_events import FeishuSigner, Wire, as_call

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
BOT = "ou_guanjia"
APP = "cli_0123456789abcdef"
SETTINGS = FeishuApp.model_validate(
    {
        "app_id": APP,
        "app_secret": "unused",
        "verification_token": "v-token",
        "encrypt_key": "e-key",
    }
)
signer = FeishuSigner(APP, "e-key", "v-token")


@pytest.fixture
def feishu() -> Feishu:
    platform = Feishu(SETTINGS)
    platform._bot = BOT
    return platform


def read(feishu: Feishu, wire: Wire, at: datetime = NOW) -> Incoming:
    incoming = feishu.receive(as_call(wire, at))
    assert isinstance(incoming, Incoming)
    return incoming


def blocker(**changes: Any) -> Wire:
    said: dict[str, Any] = {
        "text": "@大管家 卡点 超时 @王五",
        "sender": "ou_jie",
        "chat": "oc_pilot",
        "mentions": [(BOT, "大管家"), ("ou_wang", "王五")],
        "at": NOW,
    }
    return signer.message(**said | changes)


def test_a_message(feishu: Feishu) -> None:
    wire = blocker(message_id="om_1", event_id="ev_1")

    assert read(feishu, wire) == Incoming(
        chat=Chat("feishu", "oc_pilot"),
        sender=Person("ou_jie"),
        id="om_1",
        event_id="ev_1",
        text="卡点 超时 @王五",
        mentions=(Person("ou_wang", "王五"),),
        addressed=True,
        at=NOW,
    )


def test_somebody_mentioned_twice_is_there_twice(feishu: Feishu) -> None:
    people = [("ou_wang", "王五"), ("ou_wang", "王五")]

    incoming = read(feishu, blocker(text="任务 @王五 找 @王五", mentions=people))

    assert incoming.text == "任务 @王五 找 @王五"
    assert [each.id for each in incoming.mentions] == ["ou_wang", "ou_wang"]
    assert not incoming.addressed


def test_a_form(feishu: Feishu) -> None:
    wire = signer.action(
        say="站会",
        sender="ou_jie",
        chat="oc_pilot",
        at=NOW,
        fields={"yesterday": "A\n<at id=all></at>", "due": "2026-12-01 +0800"},
        value={"say": "站会", "people": []},
        event_id="ev_2",
    )

    assert read(feishu, wire) == Incoming(
        chat=Chat("feishu", "oc_pilot"),
        sender=Person("ou_jie"),
        id="ev_2",
        text="站会",
        quoted="om_card",
        clicked=True,
        fields={"yesterday": "A\n<at id=all></at>", "due": "2026-12-01"},
        at=NOW,
    )


def test_card_actions_count_time_in_microseconds(feishu: Feishu) -> None:
    action = {
        "operator": {"open_id": "ou_jie"},
        "action": {"value": {"say": "帮助"}},
        "context": {"open_chat_id": "oc_pilot"},
    }
    microseconds = {"create_time": str(int(NOW.timestamp() * 1_000_000))}
    wire = signer.event("card.action.trigger", action, at=NOW, header=microseconds)

    incoming = read(feishu, wire)

    assert incoming.at == NOW
    assert incoming.quoted is None


# --- who we are ------------------------------------------------------------------------------


def test_while_the_bot_does_not_know_itself_groups_do_not_address_it() -> None:
    feishu = Feishu(SETTINGS)

    assert not read(feishu, blocker()).addressed
    assert read(feishu, blocker(private=True)).addressed


def test_the_bot_does_not_answer_itself(feishu: Feishu) -> None:
    assert feishu.receive(as_call(blocker(sender=BOT), NOW)) is None


# --- odd posts -----------------------------------------------------------------------------


@pytest.mark.parametrize("content", ["[]", "7", '{"zh_cn": {}}', '{"title": "x"}', "NaN"])
def test_a_post_without_content(feishu: Feishu, content: str) -> None:
    sender = {"sender_id": {"open_id": "ou_1"}, "sender_type": "user"}
    message = {"message_type": "post", "content": content, "mentions": []}
    wire = signer.event("im.message.receive_v1", {"sender": sender, "message": message}, at=NOW)

    assert feishu.receive(as_call(wire, NOW)) is None


def test_everybody_needs_no_blank(feishu: Feishu) -> None:
    assert read(feishu, blocker(text="@_all下午评审 @_all_of_us", mentions=[])).text == (
        "所有人下午评审 @_all_of_us"
    )


# --- when ------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [-300, 0, 7 * 3600, 8 * 3600])
def test_a_retry_may_be_hours_late(feishu: Feishu, late: int) -> None:
    assert read(feishu, blocker(), NOW + timedelta(seconds=late)).id


@pytest.mark.parametrize("late", [-301, 8 * 3600 + 1, 365 * 86400])
def test_a_replay_is_refused(feishu: Feishu, late: int) -> None:
    with pytest.raises(Forged):
        feishu.receive(as_call(blocker(), NOW + timedelta(seconds=late)))


@pytest.mark.parametrize("stamp", ["soon", "1e9", "-5", "１７９００００００１", "9" * 30])
def test_a_timestamp_that_is_none_is_refused(
    feishu: Feishu, stamp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feishu._envelope._cipher, "signed", lambda *_: True)
    headers, body = blocker()

    with pytest.raises(Forged):
        feishu.receive(as_call((headers | {"X-Lark-Request-Timestamp": stamp}, body), NOW))


# --- the check of the address ----------------------------------------------------------------


def test_the_console_checks_the_address(feishu: Feishu) -> None:
    answer = feishu.receive(as_call(signer.url_check('say "hi"'), NOW))

    assert isinstance(answer, Answer)
    assert answer.content_type == "application/json"
    assert json.loads(answer.body) == {"challenge": 'say "hi"'}


@pytest.mark.parametrize("challenge", [None, 7, ["x"]])
def test_a_check_without_challenge(feishu: Feishu, challenge: Any) -> None:
    with pytest.raises(Unreadable):
        feishu.receive(as_call(signer.url_check(challenge), NOW))


def test_a_broken_challenge_is_still_answered(feishu: Feishu) -> None:
    assert isinstance(feishu.receive(as_call(signer.url_check("\ud800"), NOW)), Answer)


def test_an_unsigned_event_is_no_check(feishu: Feishu) -> None:
    _, body = blocker()

    with pytest.raises(Forged):
        feishu.receive(as_call(({}, body), NOW))


# --- whatever comes --------------------------------------------------------------------------


@given(st.binary(max_size=200), st.dictionaries(st.text(max_size=8), st.text(max_size=8)))
def test_any_bytes_are_refused_in_one_of_two_ways(body: bytes, headers: dict[str, str]) -> None:
    call = Call(method="POST", headers=headers, query="", body=body, at=NOW)

    with pytest.raises((Forged, Unreadable)):
        Feishu(SETTINGS).receive(call)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
SHAPES: list[tuple[str, Mapping[str, Any]]] = [
    (
        "im.message.receive_v1",
        {
            "sender": {"sender_id": {"open_id": "ou_1"}, "sender_type": "user"},
            "message": {
                "message_id": "om_1",
                "chat_id": "oc_1",
                "chat_type": "group",
                "create_time": "1790000001000",
                "message_type": "text",
                "content": '{"text": "@_user_1 hi"}',
                "mentions": [{"key": "@_user_1", "id": {"open_id": "ou_2"}, "name": "王五"}],
                "parent_id": "om_0",
            },
        },
    ),
    (
        "card.action.trigger",
        {
            "operator": {"open_id": "ou_1"},
            "action": {"value": {"say": "x", "people": ["a"]}, "form_value": {"a": "b"}},
            "context": {"open_chat_id": "oc_1", "open_message_id": "om_1"},
        },
    ),
    (
        "im.chat.member.user.added_v1",
        {
            "chat_id": "oc_1",
            "operator_id": {"open_id": "ou_1"},
            "name": "试点群",
            "users": [{"name": "新人", "user_id": {"open_id": "ou_2"}}],
        },
    ),
]


def paths(part: object, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in it."""
    inside: list[tuple[Any, Any]] = []
    if isinstance(part, dict):
        inside = list(part.items())
    elif isinstance(part, list):
        inside = list(enumerate(part))
    return [prefix, *(way for key, value in inside for way in paths(value, (*prefix, key)))]


def replaced(part: Any, way: tuple[Any, ...], value: object) -> Any:
    if not way:
        return value
    copy = dict(part) if isinstance(part, dict) else list(part)
    copy[way[0]] = replaced(part[way[0]], way[1:], value)
    return copy


@given(st.sampled_from(SHAPES), st.data(), anything)
def test_an_event_of_any_other_shape_does_no_harm(
    shape: tuple[str, Mapping[str, Any]], data: st.DataObject, value: object
) -> None:
    kind, event = shape
    header = {"event_type": kind, "event_id": "ev-1", "create_time": "1790000001000"}
    whole = {"header": header, "event": dict(event)}
    way = data.draw(st.sampled_from([each for each in paths(whole) if each]))

    incoming = events.read(replaced(whole, way, value), bot=BOT)

    if incoming is not None:
        incoming.text.encode()
        assert clean(incoming.text) == incoming.text
        assert all("\n" not in each.name for each in incoming.mentions)


def test_what_is_odd_is_logged_without_its_words(
    feishu: Feishu, caplog: pytest.LogCaptureFixture
) -> None:
    event = {
        "sender": {"sender_type": "user", "sender_id": {"open_id": "密码 123"}},
        "message": {},
    }
    wire = signer.event("im.message.receive_v1", event, at=NOW, event_id="ev_odd")

    with caplog.at_level(logging.DEBUG):
        assert feishu.receive(as_call(wire, NOW)) is None

    assert "ev_odd" in caplog.text
    assert "open_id is no id" in caplog.text
    assert "密码" not in caplog.text
