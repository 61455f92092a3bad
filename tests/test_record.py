"""The verbs that every ledger entry has, and who may use them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.message import Card
from storage import ledger
from storage.schema import history
from tests.conftest import Room


@pytest.fixture
async def entry(room: Room) -> int:
    """任务 #1, opened by 王敏, owned by 张三."""
    await room.say("王敏", "任务 @张三 整理客户清单 周五下班前")
    return 1


async def verbs(app: App) -> list[str]:
    async with app.database.begin() as tx:
        found = await tx.execute(sa.select(history.c.verb).order_by(history.c.id))
        return list(found.scalars())


async def test_the_whole_life_of_an_entry_stays_in_its_history(
    room: Room, app: App, entry: int
) -> None:
    for who, said in (
        ("张三", "进展 1 做了一半"),
        ("张三", "改期 1 下周三下班前"),
        ("王敏", "转交 1 @李四"),
        ("李四", "接受 1"),
        ("李四", "完成 1 已发群里"),
        ("王敏", "重开 1 漏了一半"),
        ("王敏", "取消 1 不要了"),
    ):
        assert "用法" not in await room.words(who, said)

    story = await room.words("张三", "查看 1")
    for words in ("做了一半", "→ 12月2日 周三 18:00", "张三 → 李四", "已发群里", "漏了一半"):
        assert words in story
    assert await verbs(app) == [
        "登记", "进展", "改期", "转交", "接受", "完成", "重开", "取消",
    ]  # fmt: skip


async def test_the_receipt_of_a_move_names_the_new_deadline(room: Room, entry: int) -> None:
    answer = await room.words("张三", "改期 1 下周三下班前")

    assert answer.splitlines()[0] == "📅 任务 #1 改到 12月2日 周三 18:00 · 负责人 张三"


@pytest.mark.parametrize("said", ["完成 1", "取消 1", "改期 1 明天", "转交 1 @王敏"])
async def test_others_may_not_change_it(room: Room, entry: int, said: str) -> None:
    answer = await room.words("路人", said)

    assert "要由张三、登记的人、项目经理或系统管理员来改" in answer
    assert "进行中" in await room.words("路人", "查看 1")


async def test_the_project_manager_may_change_it(room: Room, entry: int) -> None:
    await room.say("周总", "角色 @经理 项目经理")

    assert "已完成" in await room.words("经理", "完成 1")


async def test_anybody_may_write_progress(room: Room, entry: int) -> None:
    assert "进展已记" in await room.words("路人", "进展 1 客户那边已经给了")


@pytest.mark.parametrize("said", ["完成 1", "取消 1", "进展 1 又做了点", "改期 1 明天"])
async def test_what_is_closed_must_be_reopened_first(room: Room, entry: int, said: str) -> None:
    await room.say("张三", "完成 1")

    assert "重开 1" in await room.words("张三", said)


async def test_nobody_can_claim_what_somebody_owns(room: Room, entry: int) -> None:
    assert "已由张三负责" in await room.words("李四", "认领 1")


async def test_what_nobody_owns_can_be_claimed_once(room: Room) -> None:
    await room.say("张三", "卡点 数据没到")

    assert "负责人 李四" in await room.words("李四", "认领 1")
    assert "已经是你的了" in await room.words("李四", "认领 1")


async def test_a_number_that_does_not_exist_is_said_kindly(room: Room) -> None:
    assert await room.words("张三", "完成 99") == "没有 #99 这条记录，说 我的 看看自己的"


async def test_undo_takes_back_the_opening(room: Room, entry: int) -> None:
    assert "已撤销 任务 #1" in await room.words("王敏", "撤销")

    assert await room.words("王敏", "任务列表") == "没有未了结的任务 👍"
    assert "登记" in await room.words("王敏", "查看 1")


async def test_undo_puts_back_what_was_changed(room: Room, entry: int) -> None:
    await room.say("张三", "改期 1 下周三下班前")
    await room.say("张三", "转交 1 @李四")

    await room.say("张三", "撤销")
    assert "张三｜11月27日" not in await room.words("张三", "任务列表")
    await room.say("张三", "撤销")

    assert "张三｜11月27日 周五 18:00" in await room.words("张三", "任务列表")
    assert "没有可以撤销的" in await room.words("张三", "撤销")


async def test_undo_is_for_ones_own_last_ten_minutes(room: Room, entry: int) -> None:
    assert "没有可以撤销的" in await room.words("李四", "撤销")

    await room.wait(timedelta(minutes=11))

    assert "没有可以撤销的" in await room.words("王敏", "撤销")


async def test_undo_does_not_overwrite_what_others_did_since(room: Room, entry: int) -> None:
    await room.say("张三", "进展 1 做了一半")

    assert "之后又有人改过" in await room.words("王敏", "撤销")
    assert "整理客户清单" in await room.words("王敏", "任务列表")


async def test_my_list_holds_what_i_own_and_is_open(room: Room, entry: int) -> None:
    await room.say("张三", "任务 写周报 明天")
    await room.say("张三", "任务 已做完的 明天")
    await room.say("张三", "完成 3")

    mine = await room.words("张三", "我的")

    assert mine.splitlines()[0] == "张三 手上的（2） · 🔵本周到期 2"
    assert mine.index("写周报") < mine.index("整理客户清单")
    assert "已做完的" not in mine
    assert await room.words("李四", "我的") == "手上没有没了结的事 👍"


async def test_overdue_shows_what_is_late(room: Room, entry: int) -> None:
    assert await room.words("王敏", "逾期") == "没有逾期的 👍"

    await room.wait(timedelta(days=3))

    assert "已逾期" in await room.words("王敏", "逾期")
    assert "整理客户清单" in await room.words("王敏", "逾期")


async def test_two_who_change_the_same_entry_do_not_overwrite_each_other(
    room: Room, app: App, entry: int
) -> None:
    team = await room.team()
    async with app.database.begin() as tx:
        stale = await ledger.find(tx, team.id, 1)
    assert stale is not None
    await room.say("张三", "改期 1 下周三下班前")

    async with app.database.begin() as tx:
        changed = await ledger.change(
            tx, stale, at=app.clock(), by_id=None, verb="改期", text="", due=None
        )

    assert changed is False
    assert "12月2日" in await room.words("张三", "任务列表")


async def test_resolving_a_blocker_keeps_cause_and_fix(room: Room) -> None:
    await room.say("张三", "卡点 支付回调超时 @李四 周五前")

    answer = await room.say("李四", "解决 1 根因：证书过期 方案：加到期告警")

    assert isinstance(answer, Card)
    assert answer.title == "✅ 卡点 #1 已解决，等张三确认"
    assert "证书过期" in await room.words("张三", "查看 1")


async def test_undo_does_not_reach_past_a_step_beside_the_ledger(room: Room, entry: int) -> None:
    await room.say("王敏", "知识 加 问：怎么登录 答：打开网页")

    assert "上一步是「知识 加」" in await room.words("王敏", "撤销")

    assert "整理客户清单" in await room.words("王敏", "任务列表")
