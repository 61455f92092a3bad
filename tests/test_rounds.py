"""设置 站会, through the trial group's door."""

from datetime import timedelta

from bot.message import as_lines
from tests.blockers import at
from tests.conftest import WEDNESDAY, Room

DEFAULT = "站会：工作日 09:30 开始，10:30 收"
THURSDAY = (WEDNESDAY + timedelta(days=1)).replace(hour=0)


async def posted(room: Room, about: str, *, hour: int, minute: int = 0) -> list[str]:
    """What the group hears of it on Thursday up to then."""
    said = await room.wait_until(THURSDAY.replace(hour=hour, minute=minute), group=room.group)
    return [as_lines(each) for each in said if about in as_lines(each)]


async def test_it_moves_to_the_teams_own_hours(room: Room) -> None:
    await room.wait_until(at(25, 12))

    assert await room.words("张三", "设置 站会 8：45 9点半") == (
        "✅ 站会：工作日 08:45 开始，09:30 收\n新的时间从 11月26日 周四 08:45 起"
    )
    assert len(await posted(room, "09:30 前", hour=8, minute=45)) == 1
    assert len(await posted(room, "站会小结", hour=9, minute=30)) == 1
    assert await posted(room, "站会", hour=12) == []


async def test_one_that_is_open_goes_on_as_it_was(room: Room) -> None:
    await room.say("张三", "我的")
    await room.wait_until(at(26, 10))

    assert await room.words("张三", "设置 站会 10:10 10:40") == (
        "✅ 站会：工作日 10:10 开始，10:40 收\n"
        "现在开着的站会照旧，10:30 收；新的时间从 11月27日 周五 10:10 起"
    )
    said = await room.wait_until(at(26, 10, 45), group=room.group)
    assert [as_lines(each)[:6] for each in said] == ["📋 站会小结"]


async def test_it_is_switched_off_and_on(room: Room) -> None:
    await room.say("张三", "设置 站会 加 晚会 17:30 18:00")
    assert await room.words("张三", "设置 站会 关") == (
        "✅ 站会：不开（打开就说：设置 站会 开）\n现在开着的站会照旧，10:30 收；以后不开了"
    )
    assert await posted(room, "开始", hour=23) == []
    assert "站会现在关着" in await room.words("张三", "设置 站会 加 早会 8:00")

    assert await room.words("张三", "设置 站会 开") == (
        "✅ 站会：一共 2 场\n"
        "站会：工作日 09:30 开始，10:30 收\n"
        "晚会：工作日 17:30 开始，18:00 收\n"
        "第一场在 11月27日 周五 09:30"
    )


async def test_several_a_day(room: Room) -> None:
    assert await room.words("张三", "设置 站会 加 晚会 17:30 18:00") == (
        "✅ 站会：一共 2 场\n"
        "站会：工作日 09:30 开始，10:30 收\n"
        "晚会：工作日 17:30 开始，18:00 收\n"
        "第一场在 今天 17:30"
    )
    await room.say("张三", "设置 站会 晚会 18:00 18:30")
    said = await room.wait_until(at(25, 19), group=room.group)
    titles = [as_lines(each).split("｜")[0] for each in said]
    assert titles[-2:] == ["🌙 晚会开始", "📋 晚会小结"]

    assert await room.words("张三", "设置 站会 删 晚会") == f"✅ {DEFAULT}"


async def test_a_new_name_keeps_the_answers(room: Room) -> None:
    await room.say("张三", "站会 今日：联调")

    assert "晨会 工作日 09:30 开始" in await room.words("张三", "设置 站会 改名 晨会")

    said = await room.wait_until(at(25, 10, 30), group=room.group)
    assert as_lines(said[-1]) == "📋 晨会小结｜11月25日 周三｜1/1 人\n张三：联调\n全员到齐 👏"


async def test_what_was_said_in_a_round_outlives_it(room: Room) -> None:
    await room.say("张三", "设置 站会 加 晚会 17:30 18:00")
    await room.wait_until(at(25, 17, 40))
    await room.say("张三", "站会 今日：写方案")
    await room.wait_until(at(25, 18, 30))
    await room.say("张三", "设置 站会 删 晚会")
    await room.wait_until(at(26, 12))
    await room.say("张三", "设置 站会 加 晚会 17:30 18:00")

    assert "张三：写方案" in await room.words("张三", "站会 小结 昨天 晚会")


async def test_days_and_the_next_day(room: Room) -> None:
    await room.say("张三", "设置 站会 周一三五")
    assert await posted(room, "站会开始", hour=23) == []
    assert "周一三五 09:30" in await room.words("张三", "设置")

    assert await room.words("张三", "设置 站会 21:00 次日9:00 写明天的 每天") == (
        "✅ 站会：每天 21:00 开始，次日 09:00 收，写明天的\n新的时间从 11月27日 周五 21:00 起\n"
        "放假那几天也会开；放假不开，就把日子写成 工作日"
    )


REFUSED = [
    ("设置 站会 10:30 9:30", "收的时间 9:30 不晚于开始的 10:30"),
    ("设置 站会 25:00", "没有「25:00」这个时间"),
    ("设置 站会 早点", "「早点」没看懂"),
    ("设置 站会 夕会 17:00", "没有叫「夕会」的站会。新开一场就说：设置 站会 加 夕会 17:00"),
    ("设置 站会 删 夕会", "没有叫「夕会」的站会，现在有：站会"),
    ("设置 站会 删 站会", "只有这一场，不开了就说：设置 站会 关"),
    ("设置 站会 加 17:30", "给新的一场起个名字，比如 设置 站会 加 晚会 17:30 18:00"),
    ("设置 站会 加 晚会", "还缺几点开始，比如 设置 站会 加 晚会 17:30 18:00"),
    ("设置 站会 加 站会 17:30", "已经有「站会」了，改时间就说：设置 站会 站会 17:30 18:00"),
    ("设置 站会 加 删 17:30", "「删」不能当名字"),
    ("设置 站会 加 夜里的总结和计划会 21:00", "「夜里的总结和计划会」不能当名字"),
    (
        "设置 站会 加 早会 9:00 9:45",
        "「站会」（工作日 09:30 开始，10:30 收）和「早会」（工作日 09:00 开始，09:45 收）"
        "时间重叠了，请错开，比如 设置 站会 早会 10:30 11:00",
    ),
]


async def test_what_cannot_be_is_refused_in_one_sentence(room: Room) -> None:
    for said, why in REFUSED:
        answer = await room.words("张三", said)

        assert answer.startswith(why)
        assert "\n" not in answer
    assert DEFAULT in await room.words("张三", "设置")


async def test_four_are_enough_and_which_one_is_asked(room: Room) -> None:
    await room.say("张三", "设置 站会 改名 早会")
    for name, hour in (("午会", "12:00"), ("晚会", "17:30"), ("夜会", "20:00")):
        await room.say("张三", f"设置 站会 加 {name} {hour}")

    assert await room.words("张三", "设置 站会 加 五会 22:00") == (
        "最多 4 场，先删一场，比如 设置 站会 删 夜会"
    )
    assert await room.words("张三", "设置 站会 9:00") == (
        "有 4 场：早会、午会、晚会、夜会。要改哪一场？比如 设置 站会 早会 09:30 10:30"
    )


async def test_with_keepers_only_they_may_change_it(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")

    assert "现在是 王敏" in await room.words("张三", "设置 站会 8:00")
    assert DEFAULT in await room.words("张三", "设置 站会")
    assert "08:00 开始" in await room.words("王敏", "设置 站会 8:00")
