"""Today's 日报 on its way: the draft, what is added, held and sent, and to whom; once."""

import asyncio
from datetime import timedelta

import pytest

from bot.app import App
from bot.message import Card, as_lines
from bot.parts import load_jobs
from bot.schedule import Job
from storage import leave as leaves
from storage import member as members
from storage import report as reports
from storage import team as teams
from storage.report import DAILY
from tests.conftest import Room
from tests.house_of_reports import (
    BOSS,
    EVENING,
    MANAGER,
    heard,
    is_report,
    posted,
    report_in,
    settle_in,
)

DAY = timedelta(days=1)
DRAFT = EVENING - timedelta(minutes=15)


async def draft(room: Room, *, chat: str = MANAGER) -> list[Card]:
    said = await room.wait_until(DRAFT, group=chat)
    return [
        each for each in said if isinstance(each, Card) and each.title.startswith("📝 日报草稿")
    ]


# --- the draft ---------------------------------------------------------------------------------


async def test_the_project_manager_sees_it_a_quarter_of_an_hour_before(room: Room) -> None:
    await settle_in(room)
    await room.say("张三", "卡点 测试数据没到 @李四")

    (card,) = await draft(room)

    assert as_lines(card) == (
        "📝 日报草稿｜11月25日 周三｜18:00 发给周总\n"
        "🚧 卡点 1 个：\n"
        "#1 测试数据没到｜张三 等 李四｜卡了 7 工作小时 ⬆1\n"
        "🔄 昨天 18:00 以来：新增 1\n"
        "🙋 没有要领导定的事"
    )
    assert [each.say for each in card.buttons] == ["日报 加", "日报 暂缓"]


async def test_what_is_added_stands_below_the_facts_of_the_hour(room: Room) -> None:
    await settle_in(room)
    await draft(room)

    answer = await room.words("王敏", "日报 加 明天客户来现场看演示", group="")

    assert answer == "✅ 日报里会加上｜18:00 发\n王敏补充：明天客户来现场看演示"
    await room.say("张三", "卡点 刚刚卡住的 @李四")
    (said,) = await posted(room, EVENING)
    assert "#1 刚刚卡住的｜张三 等 李四｜卡了不到 1 工作小时" in said
    assert said.endswith("王敏补充：明天客户来现场看演示")


async def test_the_button_asks_for_the_line_by_a_form(room: Room) -> None:
    await settle_in(room)
    await draft(room)
    card = await report_in(room, MANAGER, "📝 日报草稿")

    form = await room.press("王敏", card, "日报 加")
    answer = await room.press("王敏", card, "日报 加", {"what": "服务器到货了"})

    assert form is not None
    assert as_lines(form).startswith("日报 加\n")
    assert answer is not None
    assert "王敏补充：服务器到货了" in as_lines(answer)


async def test_a_line_is_added_once_and_at_most_three(room: Room) -> None:
    await settle_in(room)
    await room.say("王敏", "日报 加 甲")
    assert "已经在日报里了" in await room.words("王敏", "日报 加 甲")
    await room.say("王敏", "日报 加 乙\n丙")

    assert "一天最多补充 3 句，已经有 3 句" in await room.words("王敏", "日报 加 丁")
    assert "这句有 101 个" in await room.words("王敏", f"日报 加 {'长' * 101}")
    assert "已撤回：丙" in await room.words("王敏", "日报 撤回")
    (said,) = await posted(room, EVENING)
    assert said.splitlines()[-2:] == ["王敏补充：甲", "王敏补充：乙"]


async def test_only_the_keepers_have_a_say(room: Room) -> None:
    await settle_in(room)

    for said in ("日报 加 明天客户来", "日报 暂缓", "日报 发", "日报 撤回"):
        answer = await room.words("张三", said)
        assert answer == "日报要项目经理或系统管理员来定，现在是 王敏"
    assert "没有你加的话" in await room.words("王敏", "日报 撤回")


async def test_a_draft_that_nobody_saw_holds_nothing_up(room: Room, app: App) -> None:
    """Nobody is asked in the group instead, and who is away is not asked at all."""
    await settle_in(room)
    ours = await room.team()
    async with app.database.begin() as tx:
        (manager,) = (x for x in await members.in_team(tx, ours.id) if x.name == "王敏")
        await leaves.add(
            tx, team_id=ours.id, member_id=manager.id, since=room.now, until=room.now + DAY,
            at=room.now,
        )  # fmt: skip

    said = await room.wait_until(EVENING)

    assert not any("日报草稿" in as_lines(each) for each in said)
    assert sum(is_report(each) for each in said) == 1


# --- held and sent -----------------------------------------------------------------------------


async def test_what_is_held_is_told_to_whoever_held_it_and_sent_once_by_hand(room: Room) -> None:
    await settle_in(room)
    await room.say("李四", "角色 @李四 项目经理")
    await room.say("王敏", "角色 @李四 项目经理")
    await draft(room)
    assert "先不发" in await room.words("王敏", "日报 暂缓", group="")
    assert "本来就已经先不发了" in await room.words("李四", "日报 暂缓", group="")
    assert "先不发，要发请说：日报 发" in await room.words("王敏", "日报 加 改好了")
    before = await room.last_card

    assert await posted(room, EVENING) == []
    assert any("今天的日报没发" in each for each in await heard(room, MANAGER, before))
    assert not any("没发" in each for each in await heard(room, "私聊:李四", before))

    assert await room.words("李四", "日报 发", group="") == "✅ 日报已经发给周总"
    again = await room.words("王敏", "日报 发", group="")
    assert again.startswith("今天的日报 18:00 已经发了")
    assert "已经发了" in await room.words("王敏", "日报 暂缓")
    (said,) = [each for each in await heard(room, BOSS, 0) if each.startswith("📋 日报｜")]
    assert said.endswith("王敏补充：改好了")


async def test_of_two_who_send_at_once_one_does(room: Room) -> None:
    await settle_in(room)
    await room.say("王敏", "角色 @李四 项目经理")

    said = await asyncio.gather(
        room.words("王敏", "日报 发", group=""), room.words("李四", "日报 发", group="")
    )

    assert sorted(each[:8] for each in said) == ["✅ 日报已经发给", "今天的日报 10"]
    assert len([each for each in await heard(room, BOSS, 0) if "日报｜" in each]) == 1


async def test_what_is_held_until_midnight_goes_into_the_next_one(room: Room) -> None:
    await settle_in(room)
    await room.say("张三", "任务 整理客户清单")
    await room.say("王敏", "日报 暂缓")
    assert await posted(room, EVENING + 6 * timedelta(hours=1)) == []

    (said,) = await posted(room, EVENING + DAY)

    assert "🔄 11月24日 周二 18:00 以来：新增 1" in said


async def test_what_was_sent_early_is_not_sent_again(room: Room) -> None:
    await settle_in(room)
    assert await room.words("王敏", "日报 发") == "✅ 日报已经发给周总"

    assert await posted(room, EVENING + timedelta(hours=2)) == []
    assert not any("草稿" in each for each in await heard(room, MANAGER, 0))


async def test_on_a_day_off_it_can_be_sent_by_hand(room: Room) -> None:
    await settle_in(room)
    await room.wait_until(EVENING + 3 * DAY)

    assert "今天不会自动发，要发请说：日报 发" in await room.words("王敏", "日报 加 周末值班")
    assert await room.words("王敏", "日报 发") == "✅ 日报已经发给周总"


# --- to whom -----------------------------------------------------------------------------------


async def test_a_group_that_was_chosen_gets_it_instead_of_the_leaders(room: Room) -> None:
    await settle_in(room)
    await room.say("王敏", "成员", group="管理群")
    answer = await room.words("王敏", "设置 本群 日报", group="管理群")
    assert answer == "✅ 日报和周报以后发在这个群"

    said = await room.wait_until(EVENING, group="管理群")

    assert [is_report(each) for each in said] == [True]
    assert not any("日报｜" in each for each in await heard(room, BOSS, 0))


async def test_without_a_leader_the_teams_own_group_gets_it(room: Room) -> None:
    await settle_in(room, leader=False)
    await room.say("张三", "卡点 测试数据没到 @李四")

    assert len(await posted(room, EVENING, chat=room.group)) == 1


async def test_a_team_without_a_leader_need_not_be_told_that_nothing_happened(
    room: Room,
) -> None:
    await settle_in(room, leader=False)

    said = await room.wait_until(EVENING)

    assert not any("日报" in as_lines(each) for each in said)
    assert "没有动静" in await room.words("王敏", "日报 发")


async def test_every_leader_gets_it_and_who_stands_in_for_one_who_is_away(
    room: Room, app: App
) -> None:
    await settle_in(room)
    await room.say("孙总", "成员")
    await room.say("王敏", "角色 @孙总 领导")
    ours = await room.team()
    async with app.database.begin() as tx:
        people = {each.name: each.id for each in await members.in_team(tx, ours.id)}
        await leaves.add(
            tx, team_id=ours.id, member_id=people["孙总"], since=room.now,
            until=room.now + DAY, stand_in_id=people["李四"], at=room.now,
        )  # fmt: skip

    said = await room.wait_until(EVENING)

    reports_ = [each for each in said if is_report(each)]
    who = [each.mentions[0].name for each in reports_ if isinstance(each, Card)]
    assert sorted(who) == ["周总", "李四"]


async def test_a_leader_whom_the_bot_cannot_speak_to_first_is_named_in_the_draft(
    room: Room, app: App
) -> None:
    await settle_in(room)
    ours = await room.team()
    async with app.database.begin() as tx:
        (far,) = await members.meet(
            tx, team_id=ours.id, platform="wecom", people=[("sun", "孙总")], at=room.now
        )
        await members.set_roles(tx, far.id, ["领导"])

    (card,) = await draft(room)

    assert card.title.endswith("发给周总")
    assert "我没法先私聊孙总，他收不到" in card.text


# --- once --------------------------------------------------------------------------------------


def named(name: str) -> Job:
    return next(each for each in load_jobs() if each.name == name)


@pytest.mark.parametrize("name", ["daily-report", "weekly-report"])
async def test_two_runs_of_a_day_post_once(room: Room, app: App, name: str) -> None:
    await settle_in(room)
    await room.say("张三", "卡点 测试数据没到 @李四")
    ours = await room.team()

    first = await app.schedule.run(named(name), ours, EVENING)
    again = await app.schedule.run(named(name), ours, EVENING)
    later = await app.schedule.run(named(name), ours, EVENING + timedelta(hours=1))

    assert first is not None
    assert len(first) == 1
    assert again is None
    assert later == []


async def test_what_was_down_at_six_posts_what_is_so_when_it_is_up(room: Room, app: App) -> None:
    """A run that is late says its own day, and the next one goes on from when it was posted."""
    await settle_in(room)
    ours = await room.team()
    late = EVENING + timedelta(hours=2)
    await app.schedule.run(named("daily-report"), ours, EVENING, clock=late)

    async with app.database.begin() as tx:
        kept = await reports.find(tx, team_id=ours.id, kind=DAILY, day=EVENING.date())

    assert kept is not None
    assert kept.posted_at == late


async def test_a_team_without_a_group_and_without_leaders_is_left_alone(app: App) -> None:
    async with app.database.begin() as tx:
        (ours,) = await teams.all_teams(tx)

    assert await app.schedule.run(named("daily-report"), ours, EVENING) == []
