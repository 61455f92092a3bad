"""Which sitting an answer belongs to: several a day, over midnight, before and after."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.message import Form
from storage import standup as answers
from storage import team as teams
from tests.conftest import SHANGHAI, WEDNESDAY, Room

THURSDAY = WEDNESDAY + timedelta(days=1)
MORNING = {"key": "", "name": "早会", "at": "09:30", "closes": "10:30"}
EVENING = {"key": "b", "name": "晚会", "at": "17:00", "closes": "18:00"}
NIGHT: Mapping[str, object] = {
    "key": "n",
    "name": "晚间站会",
    "at": "22:00",
    "closes": "01:00",
    "ahead": True,
}


async def hold(room: Room, *rounds: Mapping[str, object]) -> None:
    team = await room.team()
    async with room.app.database.begin() as tx:
        await teams.change_setting(
            tx, team.id, "standup", {"rounds": [dict(each) for each in rounds]}
        )


async def kept(room: Room, day: datetime) -> list[tuple[str, str, bool]]:
    """Of each answer of the day: its round, the plan, and whether it was late."""
    async with room.app.database.begin() as tx:
        said = {
            key: await answers.of_day(tx, 1, day.date(), round_key=key) for key in ("", "b", "n")
        }
    return [(key, each.today, each.late) for key, found in said.items() for each in found]


async def test_between_two_sittings_the_first_answer_is_late_the_second_early(room: Room) -> None:
    await hold(room, MORNING, EVENING)
    await room.wait_until(THURSDAY.replace(hour=12))

    first = await room.words("张三", "站会 今日：联调")
    second = await room.words("张三", "站会 今日：写方案")

    assert first.startswith("✅ 早会已补交（迟交）｜11月26日 周四")
    assert second.startswith("✅ 晚会已记下｜11月26日 周四")
    assert await kept(room, THURSDAY) == [("", "联调", True), ("b", "写方案", False)]
    assert "我今天的晚会｜" in await room.words("张三", "站会")
    await room.say("张三", "补交 今日：联调和评审")
    assert await kept(room, THURSDAY) == [("", "联调和评审", True), ("b", "写方案", False)]


async def test_after_midnight_it_belongs_to_the_sitting_of_the_evening(room: Room) -> None:
    await hold(room, NIGHT)
    await room.wait_until(THURSDAY.replace(hour=0, minute=30))

    answer = await room.words("张三", "站会 今天写完文档，明天联调，没有卡点")

    assert answer.startswith(
        "✅ 晚间站会已记下｜11月25日 周三\n今日：写完文档\n明日：联调\n卡点：没有卡点"
    )
    assert await kept(room, WEDNESDAY) == [("n", "联调", False)]
    assert "我的晚间站会｜11月25日 周三" in await room.words("张三", "站会")
    form = await room.say("李四", "站会")
    assert isinstance(form, Form)
    assert [each.label for each in form.fields] == ["今日", "明日", "卡点"]


async def test_just_after_the_close_at_night_it_is_late(room: Room) -> None:
    await hold(room, NIGHT, MORNING)
    await room.wait_until(THURSDAY.replace(hour=1, minute=30))

    assert "✅ 晚间站会已补交（迟交）｜11月25日" in await room.words("张三", "站会 明日：联调")


async def test_in_the_morning_the_night_is_over(room: Room) -> None:
    await hold(room, NIGHT, MORNING)
    await room.wait_until(THURSDAY.replace(hour=8))

    assert "✅ 早会已记下｜11月26日 周四" in await room.words("张三", "站会 今日：联调")


async def test_the_word_alone_edits_the_sitting_that_was_answered(room: Room) -> None:
    await hold(room, MORNING, EVENING)
    await room.wait_until(THURSDAY.replace(hour=10))
    await room.say("张三", "站会 今日：联调")
    await room.wait_until(THURSDAY.replace(hour=12))

    form = await room.say("张三", "站会 修改")

    assert isinstance(form, Form)
    assert (form.say, form.title) == ("补交", "张三 的早会｜11月26日 周四")
    assert form.fields[1].value == "联调"


async def test_without_another_sitting_who_has_answered_is_told_how_to_add(room: Room) -> None:
    await room.wait_until(datetime(2026, 11, 25, 15, 0, tzinfo=SHANGHAI))
    await room.say("张三", "补交 今日：联调")

    assert await room.words("张三", "站会 今日：写方案") == (
        "今天的站会已经收了，要补充请说：补交 昨日：… 今日：… 卡点：没有"
    )
