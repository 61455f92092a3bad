"""设置, through the trial group's door."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from bot.config import Config
from tests.conftest import WEDNESDAY, Room


def test_a_standup_that_closes_before_it_opens_stops_the_start() -> None:
    with pytest.raises(ValidationError, match="closes must be later than at"):
        Config.model_validate({"standup": {"at": "10:00", "closes": "09:00"}})


async def test_the_settings_are_shown(room: Room) -> None:
    shown = await room.words("张三", "设置")

    assert "站会：工作日 09:30 开始，10:30 收" in shown
    assert "星星：每周一 09:00 发上周的 CRM使用之星" in shown


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("设置 星星 九点", "时间没看懂，比如 设置 星星 周一 9:00"),
        ("设置 星星 周八 9:00", "时间没看懂"),
        ("设置 天气 晴", "没有「天气 晴」这项设置"),
    ],
)
async def test_what_cannot_be_is_refused_with_an_example(room: Room, said: str, why: str) -> None:
    assert why in await room.words("张三", said)
    assert "站会：工作日 09:30 开始，10:30 收" in await room.words("张三", "设置")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("设置 星星 周五 17:30", "每周五 17:30"),
        ("设置 星星 星期天 10点", "每周日 10:00"),
        ("设置 星星 周三", "每周三 09:00"),
        ("设置 星星 8:30", "每周一 08:30"),
        ("设置 星星 关", "不发"),
    ],
)
async def test_the_stars_have_their_own_weekday(room: Room, said: str, kept: str) -> None:
    assert kept in await room.words("张三", said)
    assert kept in await room.words("张三", "设置")


async def test_with_keepers_only_they_may_set(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")

    assert "现在是 王敏" in await room.words("张三", "设置 星星 关")
    assert "不发" in await room.words("王敏", "设置 星星 关")


async def test_a_group_may_be_chosen_for_the_standup(room: Room) -> None:
    await room.say("王敏", "成员", group="项目群")

    assert "站会以后发在这个群" in await room.words("王敏", "设置 本群 站会", group="销售群")

    assert await room.wait_until(WEDNESDAY + timedelta(days=1), group="项目群") == []
    assert await room.words("王敏", "设置 本群 饭局", group="销售群") == (
        "要写发什么，比如 设置 本群 站会 或 设置 本群 星星"
    )


async def test_the_chosen_group_gets_it(room: Room) -> None:
    await room.say("王敏", "成员", group="项目群")
    await room.say("王敏", "设置 本群 站会", group="销售群")

    said = await room.wait_until(WEDNESDAY + timedelta(days=1), group="销售群")

    assert len(said) >= 1


async def test_the_questions_of_the_standup_are_shown(room: Room) -> None:
    assert "站会问题：昨日、今日、卡点" in await room.words("张三", "设置")

    await room.say("张三", "设置 站会问题 今日、卡点、心情 1-5")

    assert "站会问题：今日、卡点、心情 1-5" in await room.words("张三", "设置")
