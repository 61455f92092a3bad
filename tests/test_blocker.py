"""卡点, through the trial group's door."""

from datetime import datetime, timedelta

import pytest

from bot.app import App
from bot.blocker import age_words, is_solved
from bot.message import Card, as_lines
from bot.workdays import Calendar
from storage.ledger import Entry
from tests.blockers import STUCK, buttons, entry, heard
from tests.conftest import SHANGHAI, Room

# --- 卡点 ----------------------------------------------------------------------------------


async def test_a_blocker_belongs_to_whoever_is_mentioned(room: Room) -> None:
    answer = await room.words("张三", "卡点 支付回调超时 @李四 截止：周五")

    assert answer == (
        '卡点 #1 已记 · 负责人 李四 · 11月27日 周五 18:00 · 10分钟内回"撤销"\n支付回调超时'
    )


async def test_without_a_mention_it_goes_to_the_project_manager(room: Room) -> None:
    await room.say("周总", "角色 @王敏 项目经理")

    assert "负责人 王敏" in await room.words("张三", "卡点 测试数据没到")


async def test_without_a_project_manager_it_says_what_to_do(room: Room) -> None:
    answer = await room.words("张三", "卡点测试数据没到")

    assert answer == (
        '卡点 #1 已记 · 负责人 待定 · 10分钟内回"撤销"\n'
        "测试数据没到\n还没有项目经理，请说：转交 1 @能解决的人"
    )


async def test_an_estimated_deadline_says_so(room: Room) -> None:
    answer = await room.words("张三", "卡点 数据没到 @李四 春节前")

    assert "（节假日安排未公布，按估计）" in answer


async def test_the_priority_is_kept_and_shown(room: Room, app: App) -> None:
    answer = await room.words("张三", "卡点 测试数据没到 @李四 优先级：紧急 周五前")

    assert "优先级：紧急" in answer
    assert "周五" in answer.splitlines()[0]
    assert "优先级：紧急" in await room.words("张三", "查看 1")
    assert (await entry(app, room)).weight == 20

    assert "优先级：高" in await room.words("李四", "优先级 1 高")
    assert "本来就是高" in await room.words("李四", "优先级 1 高")
    assert "紧急 → 高" in await room.words("张三", "查看 1")


@pytest.mark.parametrize("said", ["卡点 数据没到 优先级：很急", "优先级 1 很急"])
async def test_an_unknown_priority_is_refused(room: Room, said: str) -> None:
    await room.say("张三", "卡点 别的事")

    assert "只能是：紧急、高、普通" in await room.words("张三", said)
    assert "#2" not in await room.words("张三", "卡点列表")


# --- 查看 ----------------------------------------------------------------------------------


async def test_its_story_says_who_waits_for_whom_and_how_long(room: Room) -> None:
    await room.say("张三", STUCK)
    await room.wait(timedelta(hours=6))

    story = await room.words("王敏", "查看 1")

    assert "谁在等谁：张三 等 李四" in story
    assert "卡了：6 工作小时" in story


async def test_nobody_is_waited_for_until_somebody_has_it(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到")
    assert "谁在等谁：张三 等人认领" in await room.words("王敏", "查看 1")

    await room.say("张三", "认领 1")
    assert "谁在等谁：张三 自己在解决" in await room.words("王敏", "查看 1")


def blocker(opened: datetime, closed: datetime | None = None) -> Entry:
    return Entry(
        id=1, team_id=1, number=1, kind="blocker", title="甲", state="open", stage="", weight=0,
        rung=0, owner_id=None, owner_name=None, offered_to=None, helpers=(), opened_by=1,
        opened_at=opened, due=None, closed_at=closed, chat_id=1, details={}, version=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("opened", "now", "words"),
    [
        ("2026-11-25T10:00", "2026-11-25T10:30", "卡了不到 1 工作小时"),
        ("2026-11-25T10:00", "2026-11-25T16:10", "卡了 6 工作小时"),
        ("2026-11-25T17:00", "2026-11-26T10:00", "卡了 2 工作小时"),  # a night
        ("2026-11-27T16:00", "2026-11-30T11:00", "卡了 4 工作小时"),  # a weekend
        ("2026-11-25T10:00", "2026-11-30T10:00", "卡了 3 个工作日"),
        ("2026-09-30T15:00", "2026-10-08T10:00", "卡了 4 工作小时"),  # 国庆
        ("2026-10-09T15:00", "2026-10-10T12:00", "卡了 6 工作小时"),  # a working Saturday
        ("2026-11-28T10:00", "2026-11-29T20:00", "卡了不到 1 工作小时"),
    ],
)
def test_age_counts_working_hours(opened: str, now: str, words: str) -> None:
    since, until = (
        datetime.fromisoformat(each).replace(tzinfo=SHANGHAI) for each in (opened, now)
    )

    assert age_words(blocker(since), until, Calendar()) == words
    assert age_words(blocker(since, closed=until), until + timedelta(days=9), Calendar()) == words


# --- 解决, 确认, 重开 -------------------------------------------------------------------------


async def test_its_reporter_confirms_what_its_owner_solved(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    answer = await room.say("李四", "解决 1 根因：证书过期 方案：加到期告警")

    assert isinstance(answer, Card)
    assert answer.title == "✅ 卡点 #1 已解决，等张三确认"
    assert [each.name for each in answer.mentions] == ["张三"]
    assert buttons(answer)[:2] == ["确认 1", "重开 1"]
    story = await room.words("王敏", "查看 1")
    assert "谁在等谁：等 张三 确认" in story
    assert "根因：证书过期\n方案：加到期告警" in story

    assert await room.words("张三", "确认 1") == "✅ 卡点 #1 已解决\n测试数据没到"
    assert is_solved(await entry(app, room))


async def test_a_stranger_cannot_confirm(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")

    for who in ("路人", "李四"):
        assert await room.words(who, "确认 1") == "卡点 #1 要由登记的人或项目经理来确认"
    assert (await entry(app, room)).state == "open"


async def test_nobody_confirms_their_own_solution_for_another(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("张三", "卡点 测试数据没到")
    await room.say("王敏", "解决 1")

    assert "是你说解决的，要请登记的人来确认" in await room.words("王敏", "确认 1")
    assert "已解决" in await room.words("张三", "确认 1")


async def test_confirming_twice_does_nothing_twice(room: Room) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")
    card = await room.last_card
    first = await room.press("张三", card, "确认 1")
    story = await room.words("张三", "查看 1")

    again = await room.press("张三", card, "确认 1")

    assert first is not None
    assert as_lines(first).startswith("✅ 卡点 #1 已解决")
    assert again is not None
    assert as_lines(again) == "卡点 #1 已经确认过解决了，又卡了请说：重开 1"
    assert await room.words("张三", "查看 1") == story


async def test_what_nobody_solved_cannot_be_confirmed(room: Room) -> None:
    await room.say("张三", STUCK)
    await room.say("张三", "任务 写周报")

    assert "还没有人说解决了" in await room.words("张三", "确认 1")
    assert "只用在卡点上" in await room.words("张三", "确认 2")


async def test_the_reporters_own_word_needs_no_confirmation(room: Room) -> None:
    await room.say("张三", STUCK)

    answer = await room.words("张三", "解决 1")

    assert answer.startswith("✅ 卡点 #1 已解决\n")
    assert "根因还没写，可以补：解决 1 根因：…" in answer


@pytest.mark.parametrize("confirmed", [False, True])
async def test_the_cause_may_be_written_afterwards(
    room: Room, app: App, *, confirmed: bool
) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")
    assert "已经说解决了，在等张三确认" in await room.words("李四", "解决 1")
    if confirmed:
        await room.say("张三", "确认 1")

    assert "补上了" in await room.words("李四", "解决 1 根因：证书过期")

    found = await entry(app, room)
    assert found.details["cause"] == "证书过期"
    assert found.state == ("done" if confirmed else "open")
    assert "要由李四" in await room.words("路人", "解决 1 根因：乱写")


async def test_stuck_again_it_may_have_another_cause(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    await room.say("张三", "解决 1 根因：证书过期 方案：续期")
    await room.say("张三", "重开 1")

    assert "上次的根因：证书过期" in await room.words("张三", "查看 1")
    assert "cause" not in (await entry(app, room)).details
    assert "补上了" not in await room.words("张三", "解决 1 根因：域名过期")
    story = await room.words("张三", "查看 1")
    assert "根因：域名过期" in story
    assert "上次的根因" not in story


async def test_stuck_again_and_solved_without_a_word_the_cause_is_the_last_one(
    room: Room, app: App
) -> None:
    await room.say("张三", STUCK)
    await room.say("张三", "解决 1 根因：证书过期")
    await room.say("张三", "重开 1")

    answer = await room.words("李四", "解决 1")

    assert "根因沿用上次的：证书过期；这次不一样就说：解决 1 根因：… 方案：…" in answer
    await room.say("张三", "确认 1")
    assert (await entry(app, room)).details["cause"] == "证书过期"
    assert "上次的根因" not in await room.words("张三", "查看 1")


async def test_the_buttons_own_words_may_be_said(room: Room, app: App) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")

    assert "已重开 卡点 #1" in await room.words("张三", "没解决 1")


async def test_its_owner_hears_that_it_is_not_solved(room: Room) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")

    answer = await room.say("张三", "重开 1 还差两张表")

    assert isinstance(answer, Card)
    assert answer.title == "已重开 卡点 #1"
    assert [each.name for each in answer.mentions] == ["李四"]
    assert "谁在等谁：张三 等 李四" in await room.words("王敏", "查看 1")


async def test_what_is_confirmed_in_private_is_told_to_its_owner(room: Room, app: App) -> None:
    await room.say("李四", "我的", group="")
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")

    await room.say("张三", "确认 1", group="")

    assert (await heard(app, "李四"))[-1] == "✅ 卡点 #1 已解决，张三 确认了\n测试数据没到"


async def test_a_solved_one_that_is_stuck_again_is_as_old_as_that(room: Room) -> None:
    await room.say("张三", STUCK)
    await room.wait(timedelta(days=1))
    await room.say("张三", "解决 1")
    await room.wait(timedelta(days=5))
    await room.say("张三", "重开 1")
    await room.wait(timedelta(hours=2))

    assert "卡了：2 工作小时" in await room.words("张三", "查看 1")
