"""站会 asks at the hour, and once more of those alone who have not answered."""

import asyncio
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.app import App
from bot.config import Config
from bot.message import Card, Outgoing, as_lines, from_json
from storage import member as members
from storage import team as teams
from storage.schema import chat, member
from tests.blockers import at, names
from tests.conftest import WEDNESDAY, HandClock, Room

OPENS, NUDGES, CLOSES = at(26, 9, 30), at(26, 10, 18), at(26, 10, 30)
NUDGE = (
    "⏰ 站会 10:30 收，还差你一句\n"
    "点 填写，或者回一句（群里先 @我）：\n"
    "站会 昨日：… 今日：… 卡点：没有"
)


async def meet(room: Room, *people: str) -> None:
    for each in people:
        await room.say(each, "我的")


async def openings(room: Room, until: datetime) -> list[Card]:
    return _cards(await room.wait_until(until), "开始｜")


async def nudges(room: Room, until: datetime) -> list[Card]:
    return _cards(await room.wait_until(until), "还差你一句")


def called(cards: list[Card]) -> list[str]:
    """Who is told or named; private chats have no order among each other."""
    return sorted(name for each in cards for name in names(each))


def _cards(said: list[Outgoing], about: str) -> list[Card]:
    return [each for each in said if isinstance(each, Card) and about in each.title]


# --- at the opening --------------------------------------------------------------------------


async def test_the_group_is_asked_once(room: Room) -> None:
    await meet(room, "张三", "李四")

    (opening,) = await openings(room, CLOSES)

    assert as_lines(opening) == (
        "☀️ 站会开始｜11月26日 周四\n"
        "10:30 前点 填写，或者 @我 说一句：\n"
        "站会 昨日：… 今日：… 卡点：没有"
    )
    assert [(each.label, each.say) for each in opening.buttons] == [("填写", "站会")]
    assert opening.mentions == ()


async def test_who_is_away_is_said(room: Room) -> None:
    await meet(room, "张三", "李四", "王五")
    await room.say("李四", "请假 周四 找 @王五")
    await room.say("王五", "请假 周四上午")

    (opening,) = await openings(room, OPENS)

    # 王五 stands in for 李四 but is away this morning too.
    assert opening.text.splitlines()[-1] == "今天请假：李四、王五"
    await room.say("王五", "请假 取消")
    await room.say("李四", "请假 周五 找 @王五")
    (opening,) = await openings(room, OPENS + timedelta(days=1))
    assert opening.text.splitlines()[-1] == "今天请假：李四（找 王五）"


async def test_nobody_is_asked_where_everybody_is_away(room: Room) -> None:
    await meet(room, "张三")
    await room.say("张三", "请假 周四")

    said = await room.wait_until(CLOSES)

    assert not any("站会" in as_lines(each) for each in said)


async def test_who_wants_more_is_asked_in_private_too(room: Room) -> None:
    await meet(room, "张三", "李四", "王五")
    await room.say("张三", "提醒 多")
    await room.say("李四", "提醒 多")
    await room.say("李四", "免打扰 20:00-10:00")
    await room.say("王五", "提醒 少")

    first, second = sorted(await openings(room, OPENS), key=names)

    assert (names(first), names(second)) == ([], ["张三"])
    assert as_lines(second) == (
        "☀️ 站会开始｜11月26日 周四\n"
        "10:30 前点 填写，我一项一项问；也可以回一句：\n"
        "站会 昨日：… 今日：… 卡点：没有"
    )


async def test_the_teams_own_questions_are_asked(room: Room) -> None:
    await meet(room, "张三")
    await room.say("张三", "设置 站会问题 今日、卡点、心情 1-5")

    (opening,) = await openings(room, OPENS)

    assert "站会 今日：… 卡点：没有 心情：4" in opening.text


# --- who has not answered --------------------------------------------------------------------


async def test_only_who_has_not_answered_is_reminded(room: Room) -> None:
    await meet(room, "张三", "李四", "王五")
    await room.wait_until(OPENS)
    await room.say("张三", "站会 今日：联调")

    assert await nudges(room, NUDGES - timedelta(minutes=1)) == []
    said = await nudges(room, NUDGES)

    assert len(said) == 2
    assert called(said) == ["李四", "王五"]  # in private
    assert {as_lines(each) for each in said} == {NUDGE}
    assert [each.say for each in said[0].buttons] == ["站会"]
    assert await nudges(room, CLOSES) == []


async def test_the_reminder_can_be_answered_at_once(room: Room) -> None:
    await meet(room, "张三")
    await room.wait_until(NUDGES)

    asked = await room.press("张三", await room.last_card, "站会")

    assert asked is not None
    assert "昨日" in as_lines(asked)


async def test_who_wants_none_or_quiet_is_left_in_peace(room: Room) -> None:
    await meet(room, "张三", "李四", "王五", "赵六")
    await room.say("张三", "提醒 不要")
    await room.say("李四", "免打扰 21:00-11:00")
    await room.say("王五", "提醒 少")
    await room.say("赵六", "提醒 多")

    said = await nudges(room, CLOSES)

    assert called(said) == ["王五", "赵六"]


async def test_who_is_away_for_the_rest_is_not_reminded(room: Room) -> None:
    await meet(room, "张三", "李四", "王五")
    await room.say("张三", "请假 周四 10:00 到 18:00")  # leaves while it is open
    await room.say("李四", "请假 周四上午")
    await room.say("王五", "请假 周四 9:00 到 10:00")  # is back before it closes

    said = await nudges(room, CLOSES)

    assert called(said) == ["王五"]


async def test_who_watches_or_has_left_is_not_reminded(room: Room) -> None:
    await meet(room, "张三", "李四")
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @周总 领导")
    await room.say("王敏", "站会成员 减 @王敏")
    await room.say("王敏", "成员 移除 @李四")
    await room.press("王敏", await room.last_card, "存下 1")

    said = await nudges(room, CLOSES)

    assert called(said) == ["张三"]


async def test_where_it_cannot_speak_first_one_group_post_names_them(room: Room, app: App) -> None:
    """The smart robot of WeCom without an app only answers in private."""
    team = await room.team()
    people = [("wang", "王伟"), ("li", "李娜"), ("zhao", "赵雷")]
    async with app.database.begin() as tx:
        await teams.open_chat(
            tx, team_id=team.id, platform="wecom", external_id="wr1", private=False,
            name="项目群", person="",
        )  # fmt: skip
        (_, _, last) = await members.meet(
            tx, team_id=team.id, platform="wecom", people=people, at=app.clock()
        )
        await members.change_setting(tx, last.id, "remind", "不要")
    nudge = app.schedule.named("standup-nudge")
    assert nudge is not None

    (letter,) = await app.schedule.try_out(nudge, team, NUDGES)

    said = from_json(letter.message)
    assert (letter.chat_external_id, letter.private) == ("wr1", False)
    assert isinstance(said, Card)
    assert names(said) == ["李娜", "王伟"]
    assert as_lines(said) == NUDGE


# --- once ------------------------------------------------------------------------------------


async def restarted(app: App, moment: datetime, config: Config | None = None) -> App:
    """Another process; the trial clock goes on where it stood."""
    ahead = app.clock() - WEDNESDAY
    again = App(config or app.config, real_time=HandClock(moment - ahead))
    await again.prepare()
    assert again.clock() == moment
    return again


async def said_since(app: App, before: int) -> list[str]:
    """The titles of the letters that were written."""
    await app.delivery.settle()
    async with app.database.begin() as tx:
        rows = await tx.execute(
            sa.text("SELECT message FROM outbox WHERE id > :i ORDER BY id"), {"i": before}
        )
        return [as_lines(from_json(row.message)).splitlines()[0] for row in rows]


async def letters(app: App) -> int:
    async with app.database.begin() as tx:
        found = await tx.execute(sa.text("SELECT coalesce(max(id), 0) FROM outbox"))
        return int(found.scalar_one())


async def test_two_replicas_remind_once(room: Room, app: App) -> None:
    await meet(room, "张三", "李四")
    await room.wait_until(OPENS)
    before = await letters(app)
    replicas = [await restarted(app, NUDGES) for _ in range(2)]

    await asyncio.gather(*(each.schedule.sweep() for each in replicas * 2))

    said = await said_since(app, before)
    assert [each for each in said if "⏰" in each] == ["⏰ 站会 10:30 收，还差你一句"] * 2
    for each in replicas:
        await each.stop()


async def test_a_restart_with_other_hours_reminds_nobody_again(room: Room, app: App) -> None:
    await meet(room, "张三")
    await room.wait_until(NUDGES)
    before = await letters(app)
    url = app.config.database.url
    longer = Config.model_validate({"database": {"url": url}, "standup": {"closes": "11:00"}})
    again = await restarted(app, at(26, 10, 42), longer)

    await again.schedule.sweep()

    assert not any("还差你一句" in each for each in await said_since(again, before))
    await again.stop()


async def test_after_a_standstill_only_one_of_them_is_made_up_for(room: Room, app: App) -> None:
    await meet(room, "张三")
    before = await letters(app)
    again = await restarted(app, at(26, 10, 25))

    await again.schedule.sweep()

    said = [each for each in await said_since(again, before) if "站会" in each]
    assert said == ["☀️ 站会开始｜11月26日 周四"]
    await again.stop()


# --- where and when --------------------------------------------------------------------------


async def test_a_group_it_was_removed_from_is_left_alone(room: Room, app: App) -> None:
    await room.say("张三", "我的", group="老群")
    await room.say("张三", "我的", group="新群")
    async with app.database.begin() as tx:
        await tx.execute(
            sa.update(chat).where(chat.c.external_id == "老群").values(closed_at=app.clock())
        )

    assert _cards(await room.wait_until(OPENS, group="新群"), "开始｜")
    async with app.database.begin() as tx:
        await tx.execute(sa.update(chat).values(closed_at=app.clock()))
    said = await room.wait_until(OPENS + timedelta(days=1, hours=2))
    assert not any("站会" in as_lines(each) for each in said)


async def test_over_night_it_asks_for_tomorrow_and_wakes_nobody(room: Room) -> None:
    await meet(room, "张三")
    await room.say("张三", "设置 站会 21:00 次日9:00 写明天的")

    (opening,) = await openings(room, at(26, 21))

    assert as_lines(opening) == (
        "🌙 站会开始｜11月26日 周四\n"
        "明天 09:00 前点 填写，或者 @我 说一句：\n"
        "站会 今日：… 明日：… 卡点：没有"
    )
    assert await nudges(room, at(27, 7, 59)) == []  # four fifths would be 6:36
    (said,) = await nudges(room, at(27, 8))
    assert said.title == "⏰ 站会 09:00 收，还差你一句"


async def test_who_comes_while_it_is_open_is_not_missed(room: Room) -> None:
    await meet(room, "张三")
    await room.wait_until(OPENS + timedelta(minutes=5))
    await meet(room, "李四")

    assert called(await nudges(room, CLOSES)) == ["张三"]


async def test_a_leaver_is_counted_again_when_back(room: Room, app: App) -> None:
    await meet(room, "张三", "李四")
    async with app.database.begin() as tx:
        await tx.execute(sa.update(member).where(member.c.name == "李四").values(left_at=OPENS))
    await meet(room, "李四")

    assert called(await nudges(room, CLOSES)) == ["张三", "李四"]
