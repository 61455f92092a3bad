"""What happens to a blocker that is solved while nobody confirms it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot.app import App
from bot.config import Config
from storage.database import Database
from tests.blockers import STUCK, at, entry, names, posts
from tests.conftest import SHANGHAI, WEDNESDAY, HandClock, Room


@pytest.fixture
async def before_the_holiday(config: Config, database: Database) -> AsyncIterator[Room]:
    """The afternoon before 国庆 2026: seven days off, and the Saturday after them is worked."""
    made = App(config, real_time=HandClock(at(30, 15, month=9)))
    await made.prepare()
    yield Room(made)
    await made.stop()


# --- waiting for 确认 -------------------------------------------------------------------------


async def test_its_reporter_is_asked_once_and_then_it_is_closed_by_time_out(
    room: Room, app: App
) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1 根因：证书过期")

    assert await posts(room, at(26, 9, 59)) == []
    (asked,) = await posts(room, at(26, 10))
    assert asked.title == "❓ 卡点 #1 解决了吗？请你确认"
    assert asked.text == (
        "测试数据没到\n11月25日 周三 10:00 说解决了，再过 2 个工作日没回就超时关闭，不算解决"
    )
    assert names(asked) == ["张三"]
    assert [each.say for each in asked.buttons] == ["确认 1", "重开 1"]

    # Three working days after Wednesday it is Monday.
    assert await posts(room, at(30, 9, 59)) == []
    closed, again = await posts(room, at(30, 10))
    assert closed.title == "⌛ 卡点 #1 超时关闭：3 个工作日没人确认，不算解决"
    assert (closed.title, closed.text) == (again.title, again.text)
    # Each chat is sent to by itself: which is first is nobody's promise.
    assert sorted([names(closed), names(again)]) == [["张三"], ["李四"]]
    assert await posts(room, at(30, 10) + timedelta(days=7)) == []

    found = await entry(app, room)
    assert (found.state, found.details["closed_by"]) == ("done", "timeout")
    story = await room.words("张三", "查看 1")
    assert "状态：超时没人确认，已关（不算解决）" in story
    assert "大管家 超时关闭：3 个工作日没人确认，不算解决" in story
    assert "已经超时关闭了" in await room.words("张三", "确认 1")
    assert "已经超时关闭了" in await room.words("张三", "进展 1 又试了")


async def test_what_was_closed_by_time_out_can_be_opened_again(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")
    await room.wait_until(at(30, 10))

    assert "已重开 卡点 #1" in await room.words("张三", "重开 1")

    found = await entry(app, room)
    assert found.state == "open"
    assert {"closed_by", "resolved_at", "chased_at"}.isdisjoint(found.details)
    assert await posts(room, at(30, 13, 59)) == []


@pytest.mark.parametrize("said", ["确认 1", "重开 1"])
async def test_who_answers_in_time_hears_no_more_of_it(room: Room, app: App, said: str) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")
    await room.wait_until(at(26, 10))
    await room.say("张三", said)

    assert await posts(room, at(26, 11)) == []
    assert (await entry(app, room)).details.get("closed_by") is None


async def test_the_holiday_is_no_time_to_confirm_in(before_the_holiday: Room) -> None:
    room = before_the_holiday
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")

    assert await posts(room, at(8, 14, 59, month=10)) == []
    (asked,) = await posts(room, at(8, 15, month=10))
    assert "解决了吗" in asked.title
    assert await posts(room, at(10, 14, 59, month=10)) == []
    closed, _ = await posts(room, at(10, 15, month=10))
    assert "超时关闭" in closed.title


async def test_several_to_confirm_are_one_message(room: Room) -> None:
    for number, what in enumerate(("测试数据没到", "账号没开", "发票没开"), 1):
        await room.say("张三", f"卡点 {what} @李四")
        await room.say("李四", f"解决 {number}")

    (asked,) = await posts(room, at(26, 10), "卡点")
    assert asked.title == "❓ 3 个卡点等你确认"
    assert "#2 账号没开｜等 张三 确认" in asked.text
    closed, _ = await posts(room, at(30, 10), "卡点")
    assert closed.title == "⌛ 3 个卡点 3 个工作日没人确认，超时关闭，不算解决"
    assert "#2 账号没开｜超时关闭，不算解决" in closed.text


async def test_the_days_to_confirm_come_from_the_configuration(
    config: Config, database: Database
) -> None:
    five = config.model_copy(
        update={"escalation": config.escalation.model_copy(update={"confirm_days": 5})}
    )
    app = App(five, real_time=HandClock(WEDNESDAY))
    await app.prepare()
    room = Room(app)
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")

    said = await posts(room, datetime(2026, 12, 2, 10, 0, tzinfo=SHANGHAI))

    assert [each.title[:1] for each in said] == ["❓", "⌛", "⌛"]
    await app.stop()
