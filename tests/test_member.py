"""Who belongs to the team, and who may decide what."""

from datetime import timedelta

from bot.app import App
from bot.context import Context
from bot.escalation import announce
from bot.message import Card, Person, as_lines
from bot.platforms.console.view import message_of
from storage import console as transcript
from storage import member as members
from tests.conftest import Room
from tests.test_dispatch import message


async def test_the_first_appointment_is_open_to_anyone(room: Room) -> None:
    assert "王敏 现在是：项目经理" in await room.words("张三", "角色 @王敏 项目经理")


async def test_the_first_appointment_must_be_a_keeper(room: Room) -> None:
    assert "先定一位项目经理" in await room.words("张三", "角色 @李四 IT")


async def test_afterwards_only_keepers_appoint(room: Room) -> None:
    await room.say("张三", "角色 @王敏 项目经理")

    assert "现在是 王敏" in await room.words("张三", "角色 @张三 系统管理员")
    assert "张三 现在是：数据专员" in await room.words("王敏", "角色 @张三 数据专员")


async def test_a_member_may_have_several_roles_and_lose_them(room: Room) -> None:
    await room.say("张三", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @李四 IT")
    assert "IT、支持专家" in await room.words("王敏", "角色 @李四 支持专家")
    assert "已经是IT了" in await room.words("王敏", "角色 @李四 it")
    assert "现在是：支持专家" in await room.words("王敏", "角色 @李四 取消 IT")
    assert "本来就不是IT" in await room.words("王敏", "角色 @李四 取消 IT")


async def test_the_last_keeper_stays(room: Room) -> None:
    await room.say("张三", "角色 @王敏 项目经理")

    assert "已经是项目经理了" in await room.words("王敏", "角色 @王敏 项目经理")
    assert "唯一" in await room.words("王敏", "角色 @王敏 取消 项目经理")


async def test_a_role_that_does_not_exist_is_said_kindly(room: Room) -> None:
    assert "没有「皇帝」这个角色" in await room.words("张三", "角色 @王敏 皇帝")


async def test_the_list_of_members(room: Room) -> None:
    await room.say("张三", "角色 @王敏 项目经理")

    answer = await room.words("张三", "成员")

    assert "王敏：项目经理" in answer
    assert "张三：成员" in answer


async def test_a_name_that_two_members_share_is_asked_about(room: Room) -> None:
    for person in ("u1", "u2"):
        await room.app.handle(message("成员", key=person, sender=Person(person, "王伟")))

    await room.app.handle(message("任务 @王伟 写周报 明天", key="m9"))
    await room.app.delivery.settle()

    assert "叫「王伟」的有 2 位" in (await room.newest())


async def test_a_name_that_nobody_has_is_asked_about(room: Room) -> None:
    await room.app.handle(message("任务 @无此人 写周报 明天"))
    await room.app.delivery.settle()

    assert "没有找到「无此人」" in (await room.newest())


async def test_the_longest_name_is_meant(room: Room) -> None:
    for person in ("张三", "张三丰"):
        await room.app.handle(message("成员", key=person, sender=Person(person, person)))

    await room.app.handle(message("任务 @张三丰明天写周报", key="m9"))
    await room.app.delivery.settle()

    assert "负责人 张三丰" in (await room.newest())


# --- who leaves ------------------------------------------------------------------------------


async def removed(room: Room, who: str) -> str:
    """Asked, and confirmed with the button."""
    await room.say("王敏", f"成员 移除 @{who}")
    card = await room.last_card
    async with room.app.database.begin() as tx:
        line = await transcript.find(tx, card)
    asked = message_of(line) if line else None
    assert isinstance(asked, Card)
    answer = await room.press("王敏", card, asked.buttons[0].say)
    return as_lines(answer) if answer else ""


async def test_who_leaves_is_asked_about_first(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("赵六", "我的")
    await room.say("王敏", "任务 @赵六 整理客户清单 周五")

    asked = await room.say("王敏", "成员 移除 @赵六")

    assert isinstance(asked, Card)
    assert as_lines(asked) == (
        "要把赵六移出团队吗？\n"
        "他名下还有 1 件没了结：#1 整理客户清单\n"
        "请找人接手，比如：转交 1 @接手的人\n"
        "移出以后：不再提醒他，站会不算他，@ 不到他；以前的记录都留着\n"
        "他再跟我说话就回来了，角色要重新定"
    )
    assert [each.label for each in asked.buttons] == ["移出", "先不移"]
    assert "赵六：成员" in await room.words("张三", "成员")


async def test_who_has_left_is_found_nowhere_but_in_what_they_did(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @赵六 IT")
    await room.say("王敏", "任务 @赵六 整理客户清单 周五")

    assert await removed(room, "赵六") == (
        "✅ 赵六 已经移出团队\n"
        "他名下还有 1 件没了结：#1 整理客户清单\n"
        "请找人接手，比如：转交 1 @接手的人"
    )

    assert "赵六" not in await room.words("王敏", "成员")
    assert "赵六 已经不在团队里了" in await room.words("王敏", "任务 @赵六 写周报 周五")
    assert "负责人：赵六" in await room.words("王敏", "查看 1")
    assert await room.told("赵六") == []
    said = await room.wait(timedelta(days=3))
    assert not any(each.name == "赵六" for card in said for each in getattr(card, "mentions", ()))


async def test_who_speaks_again_is_back_without_roles(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @赵六 IT")
    await removed(room, "赵六")

    await room.say("赵六", "我的")

    assert "赵六：成员" in await room.words("王敏", "成员")
    assert "任务 #1 已记 · 负责人 赵六" in await room.words("王敏", "任务 @赵六 写周报 周五")


async def test_who_may_not_be_removed(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("张三", "我的")

    assert "现在是 王敏" in await room.words("张三", "成员 移除 @王敏")
    assert "唯一能管团队的人" in await room.words("王敏", "成员 移除 @王敏")
    await room.say("王敏", "角色 @张三 系统管理员")
    assert "不能移除自己" in await room.words("王敏", "成员 移除 @王敏")


async def test_who_was_to_hear_instead_is_there_no_more(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("赵六", "我的")
    await room.say("张三", "请假 周四 找 @赵六")
    await removed(room, "赵六")
    await room.wait(timedelta(days=1))

    assert "张三 请假到 11月26日，还没人替" in await room.words("王敏", "站会成员")


async def test_nobody_speaks_to_who_has_left(room: Room, app: App) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("赵六", "我的")
    await removed(room, "赵六")
    team = await room.team()
    async with app.database.begin() as tx:
        (gone,) = await members.meet(
            tx, team_id=team.id, platform="console", people=[("赵六", "赵六")], at=app.clock()
        )
        context = Context(
            tx=tx, team=team, now=app.now(), clock=app.clock(), calendar=app.calendar,
            config=app.config, cause="test",
        )  # fmt: skip

        assert await context.reach(gone) is None
        assert not await context.tell_member(gone, Card(title="在吗"))
        await announce(context, [gone], Card(title="在吗"))

        assert context.letters == []
