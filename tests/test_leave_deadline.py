"""A deadline while its owner is away is pointed out at once, whatever kind of entry it is."""

import pytest

from tests.blockers import STUCK
from tests.conftest import Room

pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
async def people(room: Room) -> None:
    for each in ("王敏", "李四", "王五", "张三"):
        await room.say(each, "我的")


async def test_a_deadline_in_the_owners_leave_is_pointed_out(room: Room) -> None:
    await room.say("李四", "请假 周四到周五 找 @王五")
    note = "李四 11月26日 到 27日 请假，找 王五"

    for said, pointed_out in (
        ("任务 @李四 写方案 周四", True),
        ("任务 @李四 写方案 下周一 8:00", False),  # today is still there
        ("任务 @李四 写方案 今天", False),
        ("任务 @李四 写方案", False),
        ("任务 @张三 写方案 周四", False),
        (STUCK + " 周五", True),
        ("里程碑 @李四 上线 周五", True),
    ):
        answer = await room.words("王敏", said)
        assert "已记" in answer
        assert (note in answer, "请假" in answer) == (pointed_out, pointed_out), said


async def test_who_is_away_all_the_time_until_then_cannot_do_it_either(room: Room) -> None:
    await room.say("李四", "请假 今天到周五")

    assert "李四 11月25日 到 27日 请假，还没人替" in await room.words(
        "王敏", "任务 @李四 写方案 下周一 9:00"
    )
    assert "请假" not in await room.words("王敏", "任务 @李四 写方案 下周一 12:00")
    assert "你 11月25日 到 27日 请假" in await room.words("李四", "任务 写总结 周五")


async def test_moving_and_handing_over_point_it_out_too(room: Room) -> None:
    await room.say("李四", "请假 周四到周五 找 @王五")
    await room.say("王敏", "任务 @李四 写方案 下周三")
    await room.say("王敏", "任务 @张三 发周报 周五")
    note = "李四 11月26日 到 27日 请假，找 王五"

    assert (await room.words("王敏", "改期 1 周五")).endswith(note)
    assert (await room.words("王敏", "转交 2 @李四")).endswith(note)
    assert (await room.words("李四", "接受 2")).endswith(note.replace("李四", "你"))


async def test_a_pasted_list_points_it_out_once(room: Room) -> None:
    await room.say("李四", "请假 周四到周五")
    await room.say("王敏", "任务\n- 写方案 @李四 周四\n- 发周报 @李四 周五\n- 对账 @张三 周五")
    await room.press("王敏", await room.last_card, "存下 1")

    assert (await room.newest()).splitlines()[-1] == "李四 11月26日 到 27日 请假，还没人替"
