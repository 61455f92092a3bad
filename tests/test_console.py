"""The trial group over HTTP, with next to nothing behind it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.message import Chat, Document, Person, Text
from bot.platforms import Letter
from storage import console as transcript
from tests.trial_house import CARD, FORM, MONDAY, Visitor, png, visit

GROUP = Chat("console", "项目群", name="项目群")


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with visit() as found:
        yield found


# --- saying and reading ----------------------------------------------------------------


async def test_a_message_is_handled_before_it_is_answered(visitor: Visitor) -> None:
    said = await visitor.say("张三", "@大管家 你好")

    [heard] = visitor.house.heard
    assert (heard.id, heard.sender, heard.chat) == (str(said), Person("张三", "张三"), GROUP)
    assert (heard.text, heard.addressed, heard.at) == ("你好", True, MONDAY)
    first, answer = await visitor.read()
    assert first == {
        "id": said,
        "group": "项目群",
        "sender": "张三",
        "kind": "text",
        "text": "@大管家 你好",
        "mentions": [],
        "card": None,
        "picture": None,
        "document": None,
        "reply_to": None,
        "at": "2026-03-02T09:12:00+08:00",
    }
    assert (answer["sender"], answer["text"], answer["reply_to"]) == ("大管家", "收到：你好", said)


async def test_a_repeat_of_a_message_is_one_message(visitor: Visitor) -> None:
    first = await visitor.say("张三", "卡点 没数据", id="a")
    again = await visitor.say("张三", "卡点 没数据", id="a")
    other = await visitor.say("李四", "卡点 没数据", id="a")

    assert first == again != other
    assert [each.id for each in visitor.house.heard] == [str(first), str(other)]
    assert len(await visitor.read()) == 4


async def test_what_is_said_without_a_name_is_not_in_the_transcript(visitor: Visitor) -> None:
    await visitor.say("张三", "匿名 培训太赶了", group="")
    await visitor.say("张三", "@大管家 匿名：培训太赶了", group="")

    assert [each.text for each in visitor.house.heard] == ["匿名 培训太赶了", "匿名：培训太赶了"]
    said = [each for each in await visitor.read("", sender="张三") if each["sender"] == "张三"]
    assert [each["text"] for each in said] == ["匿名 …（不保存）"] * 2


async def test_a_letter_that_is_sent_twice_is_one_message(visitor: Visitor) -> None:
    letter = Letter(key="k1", chat=GROUP, message=Text(text="早"))

    assert await visitor.house.console.send(letter) == await visitor.house.console.send(letter)
    assert [each["text"] for each in await visitor.read()] == ["早"]


@pytest.mark.parametrize("group", ["", "私聊", "私聊:张三", "私聊：张三", "私聊:李四"])
async def test_a_private_chat_is_always_the_senders_own(visitor: Visitor, group: str) -> None:
    await visitor.say("张三", "我的", group=group)

    assert visitor.house.heard[0].chat == Chat("console", "私聊:张三", True, "张三")
    assert visitor.house.heard[0].addressed
    assert len(await visitor.read("", sender="张三")) == 2
    assert len(await visitor.read("私聊:张三")) == 2
    assert await visitor.read("", sender="李四") == []


async def test_without_a_group_everything_the_reader_may_see_comes(visitor: Visitor) -> None:
    await visitor.say("张三", "甲", group="销售群")
    await visitor.say("张三", "乙", group="")
    await visitor.say("李四", "丙", group="")

    response = await visitor.get("/console/messages", sender="张三", after=0)
    texts = [each["text"] for each in await response.json()]
    assert texts == ["甲", "乙", "收到：乙"]
    response = await visitor.get("/console/messages", sender="张三", after=0, everyone="1")
    assert len(await response.json()) == 5


async def test_a_group_hears_only_what_is_addressed(visitor: Visitor) -> None:
    for text in ("今天天气不错", "＠大管家", "任务 写周报", "请 @大管家 看看"):
        await visitor.say("张三", text)

    assert [each.addressed for each in visitor.house.heard] == [False, True, True, True]
    assert [each.text for each in visitor.house.heard] == [
        "今天天气不错",
        "",
        "任务 写周报",
        "请 看看",
    ]


async def test_a_quote_is_only_of_the_same_chat(visitor: Visitor) -> None:
    said = await visitor.say("张三", "甲")
    await visitor.say("李四", "乙", reply_to=said)
    await visitor.say("李四", "丙", reply_to=str(said), group="销售群")

    assert [each.quoted for each in visitor.house.heard] == [None, str(said), None]
    assert [each["reply_to"] for each in await visitor.read()] == [None, said]


async def test_older_messages_come_page_by_page(visitor: Visitor) -> None:
    async with visitor.house.database.begin() as tx:
        for number in range(250):
            await transcript.write(
                tx,
                key=str(number),
                chat="项目群",
                sender="张三",
                body={"kind": "text", "text": str(number)},
                at=MONDAY,
            )
    newest = await (await visitor.get("/console/messages", group="项目群")).json()
    assert [newest[0]["text"], newest[-1]["text"]] == ["50", "249"]
    response = await visitor.get("/console/messages", group="项目群", before=newest[0]["id"])
    older = await response.json()
    assert [older[0]["text"], older[-1]["text"]] == ["0", "49"]
    assert [each["text"] for each in await visitor.read(after=newest[-2]["id"])] == ["249"]


async def test_a_waiting_reader_gets_what_comes(visitor: Visitor) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(visitor.read(wait=30))
        await visitor.say("张三", "终于")
    assert [each["text"] for each in waiting.result()][:1] == ["终于"]


async def test_waiting_ends_when_the_bot_stops(visitor: Visitor) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(visitor.read(wait=30))
        await visitor.house.console.close()
    assert waiting.result() == []


async def test_waiting_ends_by_itself(visitor: Visitor) -> None:
    assert await visitor.read(wait=0.05) == []


# --- cards, forms, files -----------------------------------------------------------------


async def test_a_card_and_its_button(visitor: Visitor) -> None:
    await visitor.say("王敏", "任务 整理客户清单")
    card = (await visitor.read())[-1]
    assert card["kind"] == "card"
    assert card["text"] == "任务 #3\n整理客户清单\n负责人：张三\n截止：03-06 周五 18:00"
    assert card["card"]["facts"][0] == ["负责人", "张三"]
    assert card["card"]["buttons"][0] == {"label": "完成", "say": "完成 3", "style": "primary"}

    response = await visitor.press(card["id"], "完成 3")

    assert response.status == 200
    heard = visitor.house.heard[-1]
    assert (heard.text, heard.sender.name, heard.quoted) == ("完成 3", "张三", str(card["id"]))
    assert heard.addressed
    note = (await visitor.read())[-2]
    assert (note["kind"], note["text"]) == ("note", "张三 点了「完成」")


async def test_only_what_a_message_offers_can_be_pressed(visitor: Visitor) -> None:
    said = await visitor.say("王敏", "任务 整理客户清单")
    elsewhere = await visitor.house.post(CARD, Chat("console", "销售群"), key="x")
    card = (await visitor.read())[-1]["id"]

    for message, say, more in (
        (card, "完成 4", {}),
        (card, "", {}),
        (card, "完成 3", {"fields": {"what": "x"}}),
        (said, "任务 整理客户清单", {}),
        (elsewhere, "完成 3", {}),
        (10**17, "完成 3", {}),
        (None, "完成 3", {}),
    ):
        assert (await visitor.press(message, say, **more)).status == 400  # type: ignore[arg-type]
    assert len(visitor.house.heard) == 1


async def test_a_form_is_submitted_with_its_fields(visitor: Visitor) -> None:
    form = int(await visitor.house.post(FORM, GROUP, key="f"))
    shown = (await visitor.read())[-1]
    assert (shown["kind"], shown["card"]["submit"], shown["card"]["say"]) == (
        "form",
        "登记",
        "卡点",
    )
    assert [each["name"] for each in shown["card"]["fields"]] == ["what", "owner", "due", "level"]

    unknown = await visitor.press(form, "卡点", fields={"who": "x"})
    wrong = await visitor.press(form, "卡点", fields={"what": 1})
    right = await visitor.press(form, "卡点", fields={"what": " 没数据 ", "owner": "李四"})

    assert (unknown.status, wrong.status, right.status) == (400, 400, 200)
    [heard] = visitor.house.heard
    assert (heard.text, heard.fields) == ("卡点", {"what": "没数据", "owner": "李四"})


async def test_pings_are_in_the_words(visitor: Visitor) -> None:
    await visitor.say("王敏", "点名 站会")
    answer = (await visitor.read())[-1]
    assert answer["text"] == "@张三 @李四 请填站会"
    assert answer["mentions"] == ["张三", "李四"]


async def test_pictures_and_files_are_downloaded_safely(visitor: Visitor) -> None:
    await visitor.say("王敏", "排行榜 本周")
    picture = (await visitor.read())[-1]
    response = await visitor.get(picture["picture"])
    assert await response.read() == png()
    assert response.content_type == "image/png"

    hostile = Document(name='<b>"\r\n../x.html', content=b"<script>alert(1)</script>")
    await visitor.house.post(hostile, GROUP, key="d")
    response = await visitor.get((await visitor.read())[-1]["document"]["url"])
    assert response.content_type == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%3Cb%3E%22%0D%0A..%2Fx.html"
    )
    said = await visitor.say("王敏", "早")
    assert (await visitor.get(f"/console/files/{said}")).status == 404
    assert (await visitor.get("/console/files/999")).status == 404
    assert (await visitor.get("/console/files/x")).status == 400


# --- state and clock ---------------------------------------------------------------------


async def test_the_state_is_all_that_surrounds_the_messages(visitor: Visitor) -> None:
    await visitor.say("李四", "早", group="")
    await visitor.say("新人", "早", group="客户群")
    state = await (await visitor.get("/console/state", sender="张三")).json()

    names = [each["id"] for each in state["groups"]]
    assert names == ["项目群", "销售群", "支持群", "领导群", "客户群"]
    assert state["groups"][-1]["last"]["text"] == "早"
    assert state["private"] == {"id": "私聊:张三", "last": None}
    assert [each["name"] for each in state["members"]][-2:] == ["老周", "新人"]
    assert state["clock"]["now"] == "2026-03-02T09:12:00+08:00"
    assert state["clock"]["weekday"] == "周一"
    assert [each["id"] for each in state["private_of_others"]] == ["私聊:李四"]
    assert len(state["steps"]) == 5
    assert state["phrases"][0]["say"] == "卡点"


@pytest.mark.parametrize(
    ("body", "now"),
    [
        ({"step": "10m"}, "2026-03-02T09:22:00+08:00"),
        ({"step": "1h"}, "2026-03-02T10:12:00+08:00"),
        ({"step": "evening"}, "2026-03-02T18:00:00+08:00"),
        ({"step": "tomorrow"}, "2026-03-03T09:00:00+08:00"),
        ({"step": "workday"}, "2026-03-03T09:00:00+08:00"),
        ({"to": "2026-03-07T10:00"}, "2026-03-07T10:00:00+08:00"),
        ({"to": "2026-03-02T04:00:00Z"}, "2026-03-02T12:00:00+08:00"),
    ],
)
async def test_the_clock_moves_forward(visitor: Visitor, body: dict[str, str], now: str) -> None:
    response = await visitor.post("/console/clock", body)

    assert (await response.json())["now"] == now
    assert (await (await visitor.get("/console/clock")).json())["now"] == now
    assert [each["text"] for each in await visitor.read()] == ["早上好，该填站会了"]


async def test_the_next_workday_knows_the_weekend_and_the_early_hours(visitor: Visitor) -> None:
    friday_evening = MONDAY + timedelta(days=4, hours=10)
    monday_early = MONDAY + timedelta(days=7, hours=-6)
    for at in (friday_evening, monday_early):
        visitor.house.at = at
        response = await visitor.post("/console/clock", {"step": "workday"})
        assert (await response.json())["now"] == "2026-03-09T09:00:00+08:00"


@pytest.mark.parametrize(
    "body",
    [
        {"to": "2026-03-02T09:12:00+08:00"},
        {"to": "2026-01-01"},
        {"to": "2026-12-01"},
        {"to": "明天"},
        {"to": 5},
        {"step": ["10m"]},
        {},
    ],
)
async def test_the_clock_refuses(visitor: Visitor, body: Any) -> None:
    assert (await visitor.error(body, "/console/clock"))[0] == 400
    assert visitor.house.at == MONDAY


async def test_where_real_chats_are_connected_the_clock_stands(visitor: Visitor) -> None:
    visitor.house.clock_movable = False
    assert (await visitor.error({"step": "1h"}, "/console/clock"))[0] == 403


# --- storage -----------------------------------------------------------------------------


async def test_the_clocks_offset_is_kept(visitor: Visitor) -> None:
    async with visitor.house.database.begin() as tx:
        assert await transcript.ahead(tx) == timedelta(0)
        await transcript.set_ahead(tx, timedelta(days=2))
        await transcript.set_ahead(tx, timedelta(days=3))
        assert await transcript.ahead(tx) == timedelta(days=3)
