"""提醒: one message a person, at their hour, as much as they asked for, and nothing twice."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App
from bot.errors import Refusal
from bot.message import Card, Outgoing, as_lines
from bot.reminder import HOURS, Level, Wish, quiet_in, wish_of
from bot.timewords.clock import Hours
from storage import ledger
from storage.schema import entry as entries
from tests.conftest import SHANGHAI, WEDNESDAY, Room


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
async def runs_since_yesterday(room: Room) -> None:
    """It is Wednesday afternoon; the bot has been there for a while."""
    await room.say("王敏", "我的")
    await room.wait_until(at(25, 15))


async def reminders(room: Room, until: datetime, who: str | None = None) -> list[str]:
    """What is said to remind somebody."""
    posts: list[Outgoing] = await room.wait_until(until)
    return [
        as_lines(each)
        for each in posts
        if isinstance(each, Card)
        and each.title.startswith(("⏰ 今天要", "⏰ 快到期", "⏰ 欢迎"))
        and (who is None or [person.name for person in each.mentions] == [who])
    ]


async def change(app: App, number: int, **values: Any) -> None:
    """What other features store in an entry."""
    async with app.database.begin() as tx:
        await tx.execute(sa.update(entries).where(entries.c.number == number).values(**values))


# --- what is due -----------------------------------------------------------------------------


async def test_the_day_before_the_day_and_every_day_after(room: Room) -> None:
    await room.say("王敏", "任务 @张三 整理客户清单 周五下班前")

    assert await reminders(room, at(26, 12)) == [
        "⏰ 今天要留意 1 件｜11月26日 周四\n明天 18:00｜任务 #1 整理客户清单"
    ]
    assert await reminders(room, at(27, 12)) == [
        "⏰ 今天要留意 1 件｜11月27日 周五\n今天 18:00｜任务 #1 整理客户清单"
    ]
    assert await reminders(room, at(29, 23)) == []  # the weekend
    assert await reminders(room, at(30, 12)) == [
        "⏰ 今天要留意 1 件｜11月30日 周一\n逾期 3 天｜任务 #1 整理客户清单"
    ]
    assert len(await reminders(room, datetime(2026, 12, 1, 12, tzinfo=SHANGHAI))) == 1


async def test_before_a_weekend_the_next_working_day_counts(room: Room) -> None:
    await room.say("王敏", "任务 @张三 整理客户清单 11月30日")

    assert await reminders(room, at(26, 23)) == []
    assert "11月30日 周一 18:00｜任务 #1" in (await reminders(room, at(27, 12)))[0]


async def test_on_a_day_off_only_what_is_due_that_day(room: Room) -> None:
    await room.say("王敏", "任务 @张三 备份 周六 14:00")
    await room.say("王敏", "任务 @张三 整理客户清单 周四")
    await reminders(room, at(27, 23))

    assert await reminders(room, at(28, 23)) == [
        "⏰ 今天要留意 1 件｜11月28日 周六\n今天 14:00｜任务 #1 备份"
    ]
    assert await reminders(room, at(29, 23)) == []


async def test_everything_of_one_person_is_one_message(room: Room) -> None:
    await room.say("王敏", "任务 @张三 写方案 明天")
    await room.say("王敏", "任务 @张三 整理客户清单 后天")
    await room.say("王敏", "进展 2 50% 一半")
    await room.say("王敏", "任务 @李四 核对电话 明天")

    first, second = await reminders(room, at(26, 12))

    assert first == (
        "⏰ 今天要留意 2 件｜11月26日 周四\n"
        "今天 18:00｜任务 #1 写方案\n"
        "明天 18:00｜任务 #2 整理客户清单（50%）"
    )
    assert "核对电话" in second


async def test_a_long_message_ends_after_ten_lines(room: Room) -> None:
    lines = "\n".join(f"- 做第{each}件事 @张三 明天" for each in range(12))
    await room.say("王敏", f"任务\n{lines}")
    await room.press("王敏", await room.last_card, "存下 1")

    (post,) = await reminders(room, at(26, 12))

    assert len(post.splitlines()) == 12
    assert post.endswith("……还有 2 条，说 我的 看全部")


async def test_a_single_thing_carries_its_buttons(room: Room) -> None:
    await room.say("王敏", "任务 @张三 写方案 明天")
    posts = await room.wait_until(at(26, 9, 1))
    (card,) = [each for each in posts if isinstance(each, Card) and "⏰" in each.title]
    assert [each.say for each in card.buttons] == ["完成 1", "改期 1", "查看 1"]

    answer = await room.press("张三", await room.last_card, "完成 1")

    assert answer is not None
    assert "已完成" in as_lines(answer)


async def test_in_private_where_the_bot_can(room: Room) -> None:
    await room.say("王敏", "任务 @张三 写方案 明天")

    said = await room.wait_until(at(26, 9, 5), group=room.group)

    assert "写方案" not in "".join(map(as_lines, said))
    assert "今天 18:00｜任务 #1 写方案" in as_lines((await room.told("张三"))[-1])


async def test_what_is_closed_meanwhile_is_not_spoken_of(room: Room) -> None:
    await room.say("王敏", "任务 @张三 写方案 明天")
    await room.say("王敏", "完成 1")

    assert await reminders(room, at(26, 23)) == []


async def test_what_was_written_down_this_morning_has_been_said(room: Room) -> None:
    await room.wait_until(at(26, 8, 30))
    await room.say("王敏", "任务 @张三 写方案 今天下班前")

    assert await reminders(room, at(26, 23)) == []


async def test_no_slot_speaks_twice(room: Room, app: App) -> None:
    await room.say("王敏", "任务 @张三 写方案 明天")
    assert len(await reminders(room, at(26, 9, 1))) == 1

    await app.schedule.sweep()

    assert await reminders(room, at(26, 23)) == []


async def test_a_morning_that_was_slept_through_is_made_up_for(room: Room, app: App) -> None:
    await room.say("王敏", "任务 @张三 写方案 明天")
    asleep = at(26, 13, 5) - WEDNESDAY
    app._ahead = asleep  # nothing ran meanwhile
    await app.schedule.sweep()
    await app.delivery.settle()

    assert "今天 18:00｜任务 #1 写方案" in as_lines((await room.told("张三"))[-1])
    assert await reminders(room, at(26, 23)) == []


# --- who waits for me ------------------------------------------------------------------------


async def test_what_waits_for_my_word(room: Room, app: App) -> None:
    await room.say("王敏", "任务 @张三 写方案 12月31日")
    await room.say("张三", "转交 1 @李四")
    await room.say("李四", "卡点 测试数据没到 @张三")
    await room.say("张三", "解决 2 已发")
    await room.say("王敏", "反馈 登录页太慢")
    team = await room.team()
    async with app.database.begin() as tx:
        found = await ledger.find(tx, team.id, 1)
        assert found is not None
        me = found.offered_to
    await change(app, 3, kind="decision", stage="pending", owner_id=me)

    (post,) = await reminders(room, at(26, 9, 30), "李四")

    assert post == (
        "⏰ 今天要留意 2 件｜11月26日 周四\n等你接受｜任务 #1 写方案\n等你批准｜决策 #3 登录页太慢"
    )


async def test_a_decision_i_have_not_read_after_a_working_day(room: Room, app: App) -> None:
    await room.say("张三", "我的")
    await room.say("王敏", "反馈 登录页太慢")
    async with app.database.begin() as tx:
        who = await tx.scalar(sa.text("SELECT id FROM member WHERE name = '张三'"))
    await change(app, 1, kind="decision", details={"readers": {str(who): None}})

    assert await reminders(room, at(26, 23)) == []
    (post,) = await reminders(room, at(27, 12))
    assert "等你看一眼｜决策 #1 登录页太慢" in post

    await change(app, 1, details={"readers": {str(who): "2026-11-27T10:00:00+08:00"}})
    assert await reminders(room, at(30, 23)) == []


async def test_a_risk_whose_review_has_come(room: Room, app: App) -> None:
    await room.say("王敏", "任务 @张三 供应商可能延期")
    await change(app, 1, kind="risk", details={"review": "2026-11-27"})

    assert await reminders(room, at(26, 23)) == []
    (post,) = await reminders(room, at(27, 12))
    assert "该复查了｜风险 #1 供应商可能延期" in post


# --- as each wants it ------------------------------------------------------------------------


async def test_little_is_the_day_and_the_first_day_after(room: Room) -> None:
    await room.say("张三", "提醒 少")
    await room.say("王敏", "任务 @张三 整理客户清单 周五下班前")

    assert await reminders(room, at(26, 23)) == []
    assert len(await reminders(room, at(27, 23))) == 1
    assert len(await reminders(room, at(30, 23))) == 1
    assert await reminders(room, datetime(2026, 12, 4, 23, tzinfo=SHANGHAI)) == []


async def test_much_is_also_the_evening_before_and_two_hours_before(room: Room) -> None:
    await room.say("张三", "提醒 多")
    await room.say("王敏", "任务 @张三 整理客户清单 明天 16:30")

    assert await reminders(room, at(25, 23)) == [
        "⏰ 快到期的 1 件｜11月25日 周三\n明天 16:30｜任务 #1 整理客户清单"
    ]
    assert len(await reminders(room, at(26, 14))) == 1
    assert await reminders(room, at(26, 16)) == [
        "⏰ 快到期的 1 件｜11月26日 周四\n今天 16:30｜任务 #1 整理客户清单"
    ]
    assert await reminders(room, at(26, 23)) == []


async def test_none_is_none(room: Room) -> None:
    await room.say("张三", "提醒 不要")
    await room.say("王敏", "任务 @张三 整理客户清单 明天")

    assert await reminders(room, at(30, 23)) == []


async def test_quiet_hours_are_waited_for(room: Room) -> None:
    await room.say("张三", "免打扰 20:30-10:30")
    await room.say("王敏", "任务 @张三 写方案 明天")

    assert await reminders(room, at(26, 10, 30)) == []
    assert len(await reminders(room, at(26, 11))) == 1
    assert await reminders(room, at(26, 23)) == []

    await room.say("张三", "免打扰 关")
    assert len(await reminders(room, at(27, 9, 1))) == 1


async def test_my_own_settings_are_shown_and_stay_mine(room: Room) -> None:
    await room.say("张三", "提醒 多")
    answer = await room.words("张三", "免打扰 晚上9点到早上8点")

    assert answer.startswith("✅ 你的提醒：多（")
    assert "免打扰：21:00 到第二天 08:00" in answer
    assert (await room.words("张三", "提醒")).startswith("你的提醒：多（")
    assert (await room.words("李四", "提醒")).startswith("你的提醒：标准（")
    assert "免打扰：没有设" in await room.words("李四", "免打扰")
    assert "上一步是「免打扰」" in await room.words("张三", "撤销")


@pytest.mark.parametrize("said", ["提醒 偶尔", "提醒 @李四 交周报"])
async def test_what_is_no_level_is_told_how_to_say_it(room: Room, said: str) -> None:
    await room.say("李四", "我的")

    answer = await room.words("张三", said)

    assert answer.startswith("提醒可以设成 少、标准、多、不要")
    assert "记成任务" in answer


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("21:00-8:00", time(21), time(8)),
        ("21：00～8：00", time(21), time(8)),
        ("21-8", time(21), time(8)),
        ("晚上9点半到早上8点", time(21, 30), time(8)),
        ("12:00 至 13:30", time(12), time(13, 30)),
        ("22点到24点", time(22), time(0)),
    ],
)
def test_many_ways_to_say_the_quiet_hours(text: str, begins: time, ends: time) -> None:
    assert quiet_in(text, Hours()) == (begins, ends)


@pytest.mark.parametrize("text", ["8:00-21:00", "9:00-9:00", "随便", "25:00-8:00", "21:00", "a-b"])
def test_quiet_hours_that_cannot_be(text: str) -> None:
    with pytest.raises(Refusal):
        quiet_in(text, Hours())


@given(st.text(alphabet="0123456789:点半到-~晚上早 关", max_size=14))
def test_any_quiet_hours_leave_an_hour_or_are_refused(text: str) -> None:
    try:
        quiet = quiet_in(text, Hours())
    except Refusal:
        return
    wish = wish_of({"quiet": [f"{each:%H:%M}" for each in quiet]})
    assert wish == Wish(Level.NORMAL, quiet)
    assert not all(wish.silent(each) for each in HOURS)
    assert wish.silent(quiet[0])
    assert not wish.silent(quiet[1])


def test_the_hours_of_a_day_are_an_hour_apart() -> None:
    assert [each.hour for each in HOURS] == list(range(8, 21))
    assert timedelta(hours=1) * len(HOURS) == timedelta(hours=13)
