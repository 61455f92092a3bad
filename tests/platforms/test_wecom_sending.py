"""Sending: which way a letter takes, what it becomes, and what happens when WeCom says no."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.message import Button, Card, Chat, Document, Person, Picture, Text
from bot.platforms.wecom import Wecom
from tests.platforms.wecom_letters import (
    NOW,
    PNG,
    Clock,
    answering,
    refused,
    to_group,
    to_member,
)
from tests.platforms.wecom_server import WecomServer

CARD = Card(
    title="🚧 卡点 #12",
    text="支付回调超时",
    facts=(("负责人", "王五"), ("截止", "11-21 周六")),
    buttons=(
        Button(label="完成", say="完成 12", style="primary"),
        Button(label="看", say="查看 12"),
    ),
)


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


# --- which way -------------------------------------------------------------------------------


async def test_an_answer_uses_up_the_response_url(server: WecomServer, wecom: Wecom) -> None:
    await wecom.send(to_group("已记录", **answering(server)))
    (message,) = server.messages
    assert (message.way, message.to, message.text) == ("answer", "c1", "已记录")


async def test_the_second_answer_goes_to_the_group_robot(
    server: WecomServer, wecom: Wecom
) -> None:
    for words in ("一", "二"):
        await wecom.send(to_group(words, **answering(server)))
    assert [(each.way, each.text) for each in server.messages] == [
        ("answer", "一"),
        ("robot", "二"),
    ]


async def test_the_second_answer_in_private_goes_through_the_app(
    server: WecomServer, wecom: Wecom
) -> None:
    for words in ("一", "二"):
        await wecom.send(to_member(words, **answering(server)))
    assert [(each.way, each.to) for each in server.messages] == [("answer", "c1"), ("app", "lisi")]


@pytest.mark.parametrize("ago", [timedelta(hours=1), timedelta(days=1), None])
async def test_an_old_response_url_is_not_tried(
    server: WecomServer, wecom: Wecom, ago: timedelta | None
) -> None:
    asked_at = NOW - ago if ago else None
    await wecom.send(to_group("晚了", **answering(server, asked_at=asked_at)))
    assert [each.way for each in server.messages] == ["robot"]
    assert not server.sent("response")


async def test_a_foreign_response_url_is_not_tried(server: WecomServer, wecom: Wecom) -> None:
    token = f"{server.url}/cgi-bin/elsewhere?response_code=c1"
    await wecom.send(to_group("x", reply_token=token, asked_at=NOW))
    assert [each.way for each in server.messages] == ["robot"]
    assert not server.sent("elsewhere")


@pytest.mark.parametrize("code", [45009, -1, 40058, 93000])
async def test_a_refused_answer_takes_the_next_way(
    server: WecomServer, wecom: Wecom, code: int
) -> None:
    server.refuse(code, path="aibot/response")
    await wecom.send(to_group("x", **answering(server)))
    assert [each.way for each in server.messages] == ["robot"]


async def test_a_group_without_a_robot_cannot_be_told(server: WecomServer, wecom: Wecom) -> None:
    for lane in ("", "别的群"):
        failure = await refused(wecom, to_group("x", lane=lane))
        assert failure.permanent
        assert failure.reason == "no way into this group: pair a group robot"
    assert not server.requests


async def test_a_used_answer_and_no_robot_is_the_end(server: WecomServer, wecom: Wecom) -> None:
    await wecom.send(to_group("一", lane="", **answering(server)))
    failure = await refused(wecom, to_group("二", lane="", **answering(server)))
    assert failure.permanent
    assert "pair a group robot" in failure.reason


async def test_a_private_chat_without_an_app_can_only_be_answered(server: WecomServer) -> None:
    settings = server.settings(app=None)
    wecom = Wecom(settings, clock=Clock(), now=lambda: NOW, base_url=server.url)
    await wecom.send(to_member("好", **answering(server)))
    assert (await refused(wecom, to_member("早"))).permanent
    await wecom.close()


async def test_a_ping_rings_where_it_can(server: WecomServer, wecom: Wecom) -> None:
    people = (Person("wangwu", "王五"),)
    await wecom.send(to_group(Text(text="看一下", mentions=people), **answering(server)))
    (message,) = server.messages
    assert (message.way, message.mentioned) == ("robot", ["wangwu"])
    server.refuse(45009, path="webhook")
    await wecom.send(to_group(Text(text="看一下", mentions=people), **answering(server)))
    assert server.messages[-1].way == "answer"
    assert server.messages[-1].text == "@王五 看一下"


# --- what it becomes -------------------------------------------------------------------------


async def test_text_to_a_group_rings_only_real_members(server: WecomServer, wecom: Wecom) -> None:
    people = tuple(
        Person(user, name)
        for user, name in (("wang.wu", "王五"), ("@all", "所有人"), ("all", "全部"), ("a|b", "坏"))
    )
    await wecom.send(to_group(Text(text="<@all> @all <@zhao> 看", mentions=people)))
    (message,) = server.messages
    assert message.body["text"]["mentioned_list"] == ["wang.wu"]
    assert message.text == "@所有人 @全部 @坏 ＜@all> @all ＜@zhao> 看"


async def test_a_text_without_mentions_has_no_list(server: WecomServer, wecom: Wecom) -> None:
    await wecom.send(to_group("早上好"))
    assert server.messages[0].body == {"msgtype": "text", "text": {"content": "早上好"}}


async def test_a_longer_text_still_rings_and_a_longest_is_cut(
    server: WecomServer, wecom: Wecom
) -> None:
    people = (Person("wangwu"),)
    await wecom.send(to_group(Text(text="长" * 1000, mentions=people)))
    await wecom.send(to_group(Text(text="长" * 9000, mentions=people)))
    first, second = server.messages
    assert first.text == "<@wangwu> " + "长" * 1000
    assert second.text.startswith("<@wangwu> ")
    assert second.text.endswith("…（内容较长，已截断）")
    assert len(second.text.encode()) <= 4096


async def test_a_card_to_a_group_says_what_to_answer(server: WecomServer, wecom: Wecom) -> None:
    people = (Person("wangwu"),)
    card = Card(title=CARD.title, facts=CARD.facts, buttons=CARD.buttons, mentions=people)
    await wecom.send(to_group(card))
    (message,) = server.messages
    assert message.kind == "markdown"
    assert message.text.splitlines() == [
        "<@wangwu> **🚧 卡点 #12**",
        "负责人：王五",
        "截止：11-21 周六",
        "可回复：@大管家 完成 12",
        "可回复：@大管家 查看 12",
    ]


async def test_a_card_as_an_answer_has_buttons(server: WecomServer, wecom: Wecom) -> None:
    await wecom.send(to_group(CARD, **answering(server)))
    (message,) = server.messages
    assert message.content["button_list"] == [
        {"text": "完成", "style": 1, "key": "完成 12"},
        {"text": "看", "style": 2, "key": "查看 12"},
    ]
    assert message.content["task_id"] == "k-1"
    assert message.content["sub_title_text"] == "支付回调超时"


async def test_a_card_to_a_member_has_buttons(server: WecomServer, wecom: Wecom) -> None:
    sent = await wecom.send(to_member(CARD))
    (message,) = server.messages
    assert sent == "msg-1"
    assert (message.way, message.kind, message.to) == ("app", "template_card", "lisi")
    assert message.body["agentid"] == server.agent_id


async def test_pictures(server: WecomServer, wecom: Wecom) -> None:
    picture = Picture(png=PNG, text="排行榜：1. 王五")
    await wecom.send(to_group(picture, **answering(server)))
    await wecom.send(to_member(picture))
    await wecom.send(to_group(picture, lane="", **answering(server)))
    assert [(each.way, each.kind) for each in server.messages] == [
        ("robot", "image"),
        ("app", "image"),
        ("answer", "markdown"),
    ]
    assert server.uploads[0].content == PNG
    assert server.messages[-1].text == "排行榜：1. 王五"


async def test_a_picture_that_is_too_large_is_said(server: WecomServer, wecom: Wecom) -> None:
    await wecom.send(to_group(Picture(png=bytes(2 * 1024 * 1024 + 1), text="第一名 王五")))
    assert [each.text for each in server.messages] == ["第一名 王五"]


async def test_documents(server: WecomServer, wecom: Wecom) -> None:
    document = Document(name='周报/"第47周".xlsx', content=b"x" * 2_000_000, text="本周 12 条")
    await wecom.send(to_group(document))
    await wecom.send(to_member(document))
    assert [(each.way, each.kind) for each in server.messages] == [
        ("robot", "text"),
        ("robot", "file"),
        ("app", "text"),
        ("app", "file"),
    ]
    assert {each.name for each in server.uploads} == {"周报__第47周_.xlsx"}
    assert all(len(each.content) == 2_000_000 for each in server.uploads)


async def test_a_document_that_is_too_small_is_said(server: WecomServer, wecom: Wecom) -> None:
    await wecom.send(to_group(Document(name="空.txt", content=b"")))
    assert [each.text for each in server.messages] == ["空.txt"]


@pytest.mark.parametrize("user", ["@all", "a|b", "", "li si", "all", "李四\n"])
async def test_one_person_is_one_person(server: WecomServer, wecom: Wecom, user: str) -> None:
    failure = await refused(wecom, to_member("x", chat=Chat("wecom", user, private=True)))
    assert failure.permanent
    assert not server.requests
