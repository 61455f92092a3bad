"""Sending, against a stand-in for Feishu's servers."""

import json
from typing import Any

import pytest

from bot.errors import DeliveryError, Misconfigured
from bot.message import Button, Card, Chat, Document, Field, Form, Person, Picture, Text
from bot.platforms import Platform
from bot.platforms.feishu import Feishu
from bot.platforms.feishu.faults import GONE
from bot.platforms.feishu.post import LARGEST_FILE, LARGEST_PICTURE, part_key
from tests.platforms.feishu_server import FeishuServer, letter

# --- what arrives ----------------------------------------------------------------------------


async def test_a_text_arrives(feishu: Feishu, feishu_server: FeishuServer) -> None:
    sent = await feishu.send(letter())

    (message,) = feishu_server.messages
    assert sent == message.id
    assert (message.chat, message.kind, message.text) == ("oc_pilot", "text", "早上好")
    (request,) = feishu_server.sent()
    assert request.query == {"receive_id_type": "chat_id"}
    assert request.json["uuid"] == "key-1"
    assert "早上好" in request.body.decode()  # not escaped: limits count bytes


async def test_a_private_chat_may_be_named_by_its_person(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    await feishu.send(letter(chat=Chat("feishu", "ou_jie", private=True)))

    assert feishu_server.sent()[0].query == {"receive_id_type": "open_id"}


async def test_cards_and_forms_arrive(feishu: Feishu, feishu_server: FeishuServer) -> None:
    card = Card(
        title="🚧 卡点 #1",
        text="超时",
        facts=(("负责人", "王五"),),
        buttons=(Button(label="完成", say="完成 1"),),
        mentions=(Person("ou_wang", "王五"),),
    )
    form = Form(title="登记", say="卡点", fields=(Field(name="what", label="描述"),))

    await feishu.send(letter(card))
    await feishu.send(letter(form, key="key-2"))

    assert [each.kind for each in feishu_server.messages] == ["interactive", "interactive"]
    assert "负责人\n王五" in feishu_server.messages[0].text


async def test_a_picture_arrives_with_its_words(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    await feishu.send(letter(Picture(png=b"\x89PNG", text="本周之星：阿杰")))

    (upload,) = feishu_server.uploads
    assert (upload.content, upload.file_type) == (b"\x89PNG", "message")
    (message,) = feishu_server.messages
    assert message.kind == "post"
    assert message.text == "本周之星：阿杰"


async def test_a_document_arrives_under_its_name(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    document = Document(name="周报/11月\u202e.xlsx", content=b"PK", text="本周周报")

    first = await feishu.send(letter(document))

    (upload,) = feishu_server.uploads
    assert (upload.name, upload.file_type, upload.content) == ("周报_11月.xlsx", "xls", b"PK")
    assert [each.kind for each in feishu_server.messages] == ["text", "file"]
    assert [each.uuid for each in feishu_server.messages] == ["key-1", "key-1-2"]
    assert first == feishu_server.messages[0].id


async def test_a_file_of_any_kind_is_a_stream(feishu: Feishu, feishu_server: FeishuServer) -> None:
    await feishu.send(letter(Document(name="x" * 100 + ".csv", content=b"a")))

    (upload,) = feishu_server.uploads
    assert upload.file_type == "stream"
    assert upload.name == "x" * 64 + ".csv"


async def test_what_is_too_large_to_upload(feishu: Feishu, feishu_server: FeishuServer) -> None:
    await feishu.send(letter(Picture(png=bytes(LARGEST_PICTURE + 1), text="第一名：阿杰")))
    with pytest.raises(DeliveryError, match="feishu file too large") as refused:
        await feishu.send(letter(Document(name="a", content=bytes(LARGEST_FILE + 1))))

    assert feishu_server.messages[0].text == "第一名：阿杰"
    assert refused.value.permanent
    assert feishu_server.uploads == []


# --- replies ---------------------------------------------------------------------------------


async def test_an_answer_quotes_what_it_answers(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    feishu_server.chats["om_asked"] = "oc_pilot"

    await feishu.send(letter(reply_to="om_asked"))

    (message,) = feishu_server.messages
    assert (message.reply_to, message.chat) == ("om_asked", "oc_pilot")


@pytest.mark.parametrize("code", sorted(GONE))
async def test_an_answer_to_what_is_gone_is_said_in_the_chat(
    feishu: Feishu, feishu_server: FeishuServer, code: int
) -> None:
    feishu_server.refuse(code, path="/reply")

    await feishu.send(letter(reply_to="om_asked"))

    (message,) = feishu_server.messages
    assert (message.chat, message.reply_to, message.uuid) == ("oc_pilot", None, "key-1")


@pytest.mark.parametrize("odd", ["ev_click", "om_/../../bot", "om_?x=1", "../x"])
async def test_what_is_no_message_id_is_not_replied_to(
    feishu: Feishu, feishu_server: FeishuServer, odd: str
) -> None:
    await feishu.send(letter(reply_to=odd))

    assert feishu_server.sent()[0].path == "/open-apis/im/v1/messages"


async def test_another_refusal_of_an_answer_is_an_error(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    feishu_server.refuse(230002, path="/reply")

    with pytest.raises(DeliveryError, match="230002"):
        await feishu.send(letter(reply_to="om_asked"))
    assert feishu_server.messages == []


# --- again and again -------------------------------------------------------------------------


async def test_a_letter_sent_again_appears_once(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    document = letter(Document(name="a.csv", content=b"a", text="名单"))

    first = await feishu.send(document)
    second = await feishu.send(document)

    assert first == second
    assert [each.kind for each in feishu_server.messages] == ["text", "file"]


async def test_half_a_letter_is_completed(feishu: Feishu, feishu_server: FeishuServer) -> None:
    document = letter(Document(name="a.csv", content=b"a", text="名单"))
    await feishu.send(letter(Text(text="x"), key="warm"))
    feishu_server.messages.clear()
    feishu_server.answer(b"", path="/im/v1/files", status=502)

    with pytest.raises(DeliveryError):
        await feishu.send(document)
    await feishu.send(document)

    assert [each.kind for each in feishu_server.messages] == ["text", "file"]


@pytest.mark.parametrize("length", [1, 47, 48, 49, 50])
def test_the_keys_of_parts(length: int) -> None:
    keys = {part_key("k" * length, number) for number in range(1, 12)}

    assert len(keys) == 11
    assert all(len(key) <= 50 for key in keys)
    assert keys == {part_key("k" * length, number) for number in range(1, 12)}


# --- who we are ------------------------------------------------------------------------------


async def test_start_learns_the_bots_id(feishu: Feishu, feishu_server: FeishuServer) -> None:
    await feishu.start()

    assert feishu._bot == feishu_server.bot_open_id


async def test_start_may_fail_and_be_tried_again(
    feishu: Feishu, feishu_server: FeishuServer
) -> None:
    feishu_server.answer(b"", path="/bot/v3/info", status=503)

    with pytest.raises(DeliveryError):
        await feishu.start()
    await feishu.start()

    assert feishu._bot == feishu_server.bot_open_id


@pytest.mark.parametrize("bot", [None, {}, {"open_id": ""}, {"open_id": 7}])
async def test_a_bot_without_id(feishu: Feishu, feishu_server: FeishuServer, bot: Any) -> None:
    feishu_server.answer(json.dumps({"code": 0, "bot": bot}).encode(), path="/bot/v3/info")

    with pytest.raises(DeliveryError, match="open id"):
        await feishu.start()
    assert feishu._bot is None


async def test_check_gives_the_bots_name(feishu: Feishu) -> None:
    assert await feishu.check() == "大管家"


async def test_closing_twice(feishu: Feishu) -> None:
    await feishu.send(letter())

    await feishu.close()
    await feishu.close()


def test_the_long_connection_is_not_there_yet(feishu_server: FeishuServer) -> None:
    with pytest.raises(Misconfigured, match=r"feishu\.transport"):
        Feishu(feishu_server.settings(transport="websocket"))


def test_the_platform(feishu: Feishu) -> None:
    platform: Platform = feishu

    assert json.loads(platform.accepted.body) == {}
    assert feishu.name == "feishu"
    assert list(feishu.doors) == ["/feishu/event"]
    assert [(each.count, each.seconds) for each in feishu.budgets] == [(5, 1)]
