"""Who belongs to the team, and who may decide what."""

from bot.message import Person
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
