"""设置 升级: the hours of a team's ladder."""

import pytest
from pydantic import ValidationError

from bot.config import Config
from tests.blockers import STUCK, at, names, posts
from tests.conftest import Room


@pytest.mark.parametrize("said", ["2 4 6", "2/4/6", "2小时 4小时 6小时", "２，４，６"])
async def test_a_team_has_its_own_hours(room: Room, said: str) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("张三", STUCK)

    answer = await room.words("王敏", f"设置 升级 {said}")

    assert answer == "✅ 升级：卡点 2 工作小时没解决提醒负责人，4 小时到项目经理，6 小时到领导"
    assert "升级：卡点 2 工作小时" in await room.words("王敏", "设置")
    assert [names(each) for each in await posts(room, at(25, 14))] == [["李四"], ["王敏"]]


async def test_climbing_can_be_switched_off_and_on(room: Room) -> None:
    await room.say("张三", STUCK)
    assert "不自动升级" in await room.words("张三", "设置 升级 关")
    assert await posts(room, at(25, 18)) == []

    await room.say("张三", "设置 升级 4 8 24")
    assert len(await posts(room, at(26, 9, 30))) == 1


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("设置 升级 8 4 24", "一个比一个大"),
        ("设置 升级 4 4 24", "一个比一个大"),
        ("设置 升级 4 8", "要写三个小时数"),
        ("设置 升级 0 8 24", "要写三个小时数"),
        ("设置 升级 4.5 8 24", "要写三个小时数"),
        ("设置 升级 4 8 9999", "要写三个小时数"),
        ("设置 升级 快点", "要写三个小时数"),
        ("设置 升级", "还缺"),
    ],
)
async def test_hours_that_cannot_be_are_refused(room: Room, said: str, why: str) -> None:
    assert why in await room.words("张三", said)
    assert "升级：卡点 4 工作小时没解决提醒负责人，8 小时到项目经理" in await room.words(
        "张三", "设置"
    )


def test_a_ladder_that_does_not_climb_stops_the_start() -> None:
    with pytest.raises(ValidationError, match="owner, manager and leader must grow"):
        Config.model_validate({"escalation": {"owner": 8, "manager": 4}})
