"""What is read out of a post: words, and the people in them."""

import json
from typing import Any

import pytest

from bot.message import Incoming, Person
from bot.platforms.feishu import events

BOT = "ou_guanjia"


def words_of(elements: list[Any], mentions: list[Any] | None = None) -> Incoming | None:
    message = {
        "message_id": "om_1",
        "chat_id": "oc_1",
        "chat_type": "group",
        "create_time": "1790000001000",
        "message_type": "post",
        "content": json.dumps({"content": [elements]}),
        "mentions": mentions or [],
    }
    sender = {"sender_id": {"open_id": "ou_1"}, "sender_type": "user"}
    header = {
        "event_type": "im.message.receive_v1",
        "event_id": "ev_1",
        "create_time": "1790000001000",
    }
    return events.read(
        {"header": header, "event": {"sender": sender, "message": message}}, bot=BOT
    )


@pytest.mark.parametrize(
    ("elements", "text"),
    [
        ([{"tag": "media", "file_key": "x"}], "[视频]"),
        ([{"tag": "new", "text": "新东西"}], "新东西"),
        ([{"tag": "new"}, "odd", {"tag": "text", "text": 7}], ""),
        ([{"tag": "a", "href": "https://a.cn", "text": "https://a.cn"}], "https://a.cn"),
        ([{"tag": "a", "href": "https://a.cn"}], "https://a.cn"),
        ([{"tag": "at", "user_id": "ou_wang"}], "@王五"),
        ([{"tag": "at", "user_id": "ou_other", "user_name": "路人"}], "路人"),
        ([{"tag": "at", "user_id": "all"}, {"tag": "text", "text": "来"}], "所有人来"),
    ],
)
def test_elements_of_a_post(elements: list[Any], text: str) -> None:
    wang = {"key": "@_user_1", "id": {"open_id": "ou_wang"}, "name": "王五"}

    incoming = words_of(elements, [wang])

    assert incoming is not None
    assert incoming.text == text
    assert not incoming.addressed


def test_another_bot_is_named_but_nobody() -> None:
    other = {
        "key": "@_user_1",
        "id": {"open_id": "ou_b2"},
        "name": "别的机器人",
        "mentioned_type": "bot",
    }

    incoming = words_of([{"tag": "at", "user_id": "@_user_1"}], [other])

    assert incoming is not None
    assert (incoming.text, incoming.mentions) == ("@别的机器人", ())


def test_somebody_without_a_name_goes_by_the_id() -> None:
    nameless = {"key": "@_user_1", "id": {"open_id": "ou_x"}, "name": "\u202e"}

    incoming = words_of([{"tag": "at", "user_id": "@_user_1"}], [nameless])

    assert incoming is not None
    assert (incoming.text, incoming.mentions) == ("@ou_x", (Person("ou_x"),))
