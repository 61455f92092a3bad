"""What happens to a blocker that nobody clears, as the hours go by."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.config import Config
from bot.message import Card, as_lines
from bot.parts import load_jobs
from bot.schedule import Schedule
from storage import ledger
from storage.database import Database
from storage.ledger import Entry
from storage.schema import history
from tests.blockers import STUCK, at, entry, heard, names, posts
from tests.conftest import SHANGHAI, HandClock, Room


async def raisings(app: App) -> list[str]:
    async with app.database.begin() as tx:
        found = await tx.execute(
            sa.select(history.c.text).where(history.c.verb == "升级").order_by(history.c.id)
        )
        return list(found.scalars())


@pytest.fixture
async def team(room: Room) -> None:
    """王敏 manages the project, 赵总 leads."""
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @赵总 领导")


# --- the ladder ----------------------------------------------------------------------------


@pytest.mark.usefixtures("team")
async def test_it_climbs_from_its_owner_to_the_leaders_each_rung_once(
    room: Room, app: App
) -> None:
    await room.say("张三", STUCK)

    assert await posts(room, at(25, 13, 59)) == []
    (first,) = await posts(room, at(25, 14))
    assert (first.title, names(first)) == ("⏰ 卡点 #1 卡了 4 工作小时，请看一下", ["李四"])
    assert first.text == "测试数据没到\n张三 等 李四"
    assert await posts(room, at(25, 17, 59)) == []
    (second,) = await posts(room, at(25, 18))
    assert names(second) == ["王敏"]
    assert second.title == "⬆️ 卡点 #1 升级到项目经理：卡了 8 工作小时，还没解决"
    (third,) = await posts(room, at(27, 16))
    assert names(third) == ["赵总"]
    assert await posts(room, at(30, 18, month=11) + timedelta(days=7)) == []

    assert (await entry(app, room)).rung == 3
    assert await raisings(app) == [
        "给负责人 李四（卡了 4 工作小时）",
        "给项目经理 王敏（卡了 8 工作小时）",
        "给领导 赵总（卡了 2 个工作日）",
    ]
    assert "升级：已到领导" in await room.words("张三", "查看 1")
    assert "大管家 升级：给领导 赵总" in await room.words("张三", "查看 1")
    assert "⬆3" in await room.words("张三", "卡点列表")


@pytest.mark.usefixtures("team")
async def test_nights_and_weekends_do_not_count(room: Room) -> None:
    await room.wait_until(at(27, 16))
    await room.say("张三", STUCK)

    assert await posts(room, at(30, 10, 59)) == []
    assert len(await posts(room, at(30, 11))) == 1


@pytest.fixture
async def before_the_holiday(config: Config, database: Database) -> AsyncIterator[Room]:
    """The afternoon before 国庆 2026: seven days off, and the Saturday after them is worked."""
    made = App(config, real_time=HandClock(at(30, 15, month=9)))
    await made.prepare()
    yield Room(made)
    await made.stop()


async def test_the_holiday_does_not_count_but_the_working_saturday_does(
    before_the_holiday: Room,
) -> None:
    room = before_the_holiday
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @赵总 领导")
    await room.say("张三", STUCK)

    assert await posts(room, at(8, 9, 30, month=10)) == []
    assert [names(each) for each in await posts(room, at(8, 10, month=10))] == [["李四"]]
    assert [names(each) for each in await posts(room, at(8, 14, month=10))] == [["王敏"]]
    # 3 hours before the holiday, 9 on Thursday, 9 on Friday: the last 3 are Saturday's.
    assert await posts(room, at(9, 23, month=10)) == []
    assert await posts(room, at(10, 11, 59, month=10)) == []
    assert [names(each) for each in await posts(room, at(10, 12, month=10))] == [["赵总"]]


@pytest.mark.usefixtures("team")
async def test_before_an_agreed_deadline_nothing_climbs(room: Room, app: App) -> None:
    await room.say("张三", f"{STUCK} 周五下班前")

    assert await posts(room, at(27, 18, 30)) == []
    assert await posts(room, at(30, 12, 59)) == []
    assert [names(each) for each in await posts(room, at(30, 13))] == [["李四"]]

    await room.say("张三", "改期 1 12月4日 12:00")
    assert await posts(room, datetime(2026, 12, 7, 10, 30, tzinfo=SHANGHAI)) == []
    assert (await entry(app, room)).rung == 1
    later = await posts(room, datetime(2026, 12, 7, 11, 0, tzinfo=SHANGHAI))
    assert [names(each) for each in later] == [["王敏"]]


@pytest.mark.usefixtures("team")
async def test_what_waits_for_its_confirmation_does_not_climb(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")

    assert await posts(room, at(25, 18)) == []
    assert (await entry(app, room)).rung == 0


@pytest.mark.usefixtures("team")
async def test_opened_again_it_climbs_anew(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    await room.wait_until(at(25, 18))
    assert (await entry(app, room)).rung == 2
    await room.say("李四", "解决 1")

    await room.say("张三", "重开 1")

    assert (await entry(app, room)).rung == 0
    assert await posts(room, at(26, 12, 30)) == []
    assert [names(each) for each in await posts(room, at(26, 13))] == [["李四"]]


async def test_what_nobody_owns_goes_straight_to_the_project_manager(room: Room, app: App) -> None:
    await room.say("张三", "卡点 测试数据没到")
    await room.say("王敏", "角色 @王敏 项目经理")

    (first,) = await posts(room, at(25, 14))

    assert names(first) == ["王敏"]
    assert "张三 等人认领" in first.text
    assert (await entry(app, room)).rung == 2
    assert await posts(room, at(26, 18)) == []


async def test_with_nobody_to_turn_to_the_group_is_asked_once(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到")

    (asked,) = await posts(room, at(25, 14), "还没人负责")

    assert names(asked) == []
    assert [each.say for each in asked.buttons][:2] == ["解决 1", "认领 1"]
    assert await posts(room, at(30, 18), "卡点") == []


@pytest.mark.usefixtures("team")
async def test_a_manager_who_owns_it_hears_of_it_once(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到")

    told = await posts(room, at(27, 18))

    assert [names(each) for each in told] == [["王敏"], ["赵总"]]


@pytest.mark.usefixtures("team")
async def test_several_for_one_person_are_one_message_of_ten_lines(room: Room) -> None:
    for what in "甲乙丙丁戊己庚辛壬癸子丑":
        await room.say("张三", f"卡点 {what}厂区的{what}设备坏了{what} @李四")
    await room.say("张三", "卡点 发票没开 @赵六 优先级：紧急")

    said = await posts(room, at(25, 14), "卡点")

    to = {names(each)[0]: each for each in said}
    assert len(said) == 2
    assert to["李四"].title == "⬆️ 12 个卡点等你处理"
    lines = as_lines(to["李四"]).splitlines()
    assert len(lines) <= 10
    assert lines[1] == "#1 甲厂区的甲设备坏了甲｜张三 等 李四｜卡了 4 工作小时 ⬆1"
    assert lines[-1] == "……还有 4 个，说 卡点列表 看全部"
    assert to["赵六"].title.startswith("⏰ 卡点 #13")


@pytest.mark.usefixtures("team")
async def test_two_managers_hear_the_same_each_alone(room: Room) -> None:
    await room.say("王敏", "角色 @孙工 项目经理")
    await room.say("张三", STUCK)
    await room.wait_until(at(25, 14))

    one, other = await posts(room, at(25, 18))

    assert (one.title, one.text) == (other.title, other.text)
    assert (names(one), names(other)) == (["王敏"], ["孙工"])


@pytest.mark.usefixtures("team")
async def test_what_was_written_down_in_private_is_not_told_to_the_group(
    room: Room, app: App
) -> None:
    await room.say("李四", "我的", group="")
    await room.say("张三", STUCK, group="")

    said = await room.wait_until(at(25, 14), group=room.group)

    assert "卡点" not in "".join(map(as_lines, said))
    assert "卡了 4 工作小时" in (await heard(app, "李四"))[-1]


@pytest.mark.usefixtures("team")
async def test_many_replicas_raise_it_once(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    clock = HandClock(at(25, 14, 1))
    replicas = [
        Schedule(
            load_jobs(),
            database=app.database,
            config=app.config,
            calendar=app.calendar,
            clock=clock,
            post=app.delivery.accept,
        )
        for _ in range(3)
    ]

    await asyncio.gather(*(each.sweep() for each in replicas))

    assert await raisings(app) == ["给负责人 李四（卡了 4 工作小时）"]
    assert (await entry(app, room)).version == 2


@pytest.mark.usefixtures("team")
async def test_what_somebody_changes_meanwhile_is_left_alone(
    room: Room, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.say("张三", STUCK)
    listed = ledger.listed

    async def stale(*args: object, **wanted: object) -> list[Entry]:
        """What the job reads has been changed by the time it writes."""
        found: list[Entry] = await listed(*args, **wanted)  # type: ignore[arg-type]
        for each in found:
            await ledger.change(
                args[0],  # type: ignore[arg-type]
                each,
                at=app.clock(),
                by_id=None,
                verb="修改",
                text="",
                weight=10,
            )
        return found

    monkeypatch.setattr(ledger, "listed", stale)

    assert await posts(room, at(25, 14)) == []

    monkeypatch.undo()
    assert await raisings(app) == []
    assert len(await posts(room, at(25, 14, 30))) == 1


# --- 升级 ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("team")
async def test_anybody_may_raise_it_at_once_rung_by_rung(room: Room, app: App) -> None:
    await room.say("张三", f"{STUCK} 下周五")

    said = [await room.say("张三", f"升级 1 {why}".strip()) for why in ("", "客户在催", "停工了")]

    titles = [as_lines(each).splitlines()[0] for each in said if each]
    assert titles == [
        "⬆️ 卡点 #1 已升级给负责人 李四",
        "⬆️ 卡点 #1 已升级给项目经理 王敏",
        "⬆️ 卡点 #1 已升级给领导 赵总",
    ]
    assert [names(each) for each in said if isinstance(each, Card)] == [
        ["李四"],
        ["王敏"],
        ["赵总"],
    ]
    assert await raisings(app) == [
        "给负责人 李四",
        "给项目经理 王敏，客户在催",
        "给领导 赵总，停工了",
    ]
    assert await room.words("张三", "升级 1") == "卡点 #1 已经升到最上面了：领导 赵总"
    assert (await entry(app, room)).rung == 3


@pytest.mark.usefixtures("team")
async def test_a_rung_reached_by_hand_is_not_climbed_again(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    await room.say("张三", "升级 1")
    await room.say("张三", "升级 1")

    assert await posts(room, at(26, 18)) == []
    assert [names(each) for each in await posts(room, at(27, 16))] == [["赵总"]]


@pytest.mark.usefixtures("team")
async def test_pressing_the_button_twice_climbs_one_rung(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    card = await room.last_card
    await room.press("张三", card, "升级 1")

    again = await room.press("张三", card, "升级 1")

    assert again is not None
    assert "刚刚升级给负责人 李四" in as_lines(again)
    assert (await entry(app, room)).rung == 1


@pytest.mark.usefixtures("team")
async def test_its_owner_asks_the_next_one_up(room: Room) -> None:
    await room.say("张三", STUCK)

    assert "已升级给项目经理 王敏" in await room.words("李四", "升级 1")


async def test_without_anybody_above_it_says_what_to_do(room: Room, app: App) -> None:
    await room.say("张三", "卡点 测试数据没到")

    assert "上面还没有人，请先定：角色 @某某 项目经理" in await room.words("张三", "升级 1")
    assert (await entry(app, room)).rung == 0


@pytest.mark.usefixtures("team")
async def test_what_is_solved_or_is_no_blocker_is_not_raised(room: Room) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")
    await room.say("张三", "任务 写周报")

    assert "没解决请说：重开 1" in await room.words("张三", "升级 1")
    assert "只用在卡点上" in await room.words("张三", "升级 2")
    await room.say("张三", "确认 1")
    assert "已解决了" in await room.words("张三", "升级 1")
