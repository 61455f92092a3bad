"""站会 closes with a summary that fits a phone."""

from datetime import timedelta

import sqlalchemy as sa

from bot.app import App
from bot.message import Card, as_lines
from storage import member as members
from storage import standup as answers
from tests.blockers import at, buttons
from tests.conftest import Room
from tests.test_asking import CLOSES, OPENS, meet

TITLE = "📋 站会小结｜11月26日 周四"


async def summaries(room: Room) -> list[Card]:
    said = await room.wait_until(CLOSES)
    return [each for each in said if isinstance(each, Card) and each.title.startswith(TITLE)]


async def written(app: App, room: Room, *names: str, **more: str) -> None:
    """Each has answered, without a word to the bot: 联调 and their own number."""
    team = await room.team()
    async with app.database.begin() as tx:
        people = await members.meet(
            tx, team_id=team.id, platform="console", at=at(24, 9),
            people=[(each, each) for each in names],
        )  # fmt: skip
        for number, each in enumerate(people, start=1):
            held = await answers.hold(
                tx, team_id=team.id, day=OPENS.date(), member_id=each.id, late=False,
                at=OPENS + timedelta(seconds=number),
            )  # fmt: skip
            await answers.write(
                tx, held.id, yesterday="", today=f"联调 {number}", blockers="", opened=[],
                more={**more, "心情": str(1 + number % 5)},
            )  # fmt: skip


async def test_who_wrote_what_and_who_did_not(room: Room) -> None:
    await meet(room, "张三", "王敏", "李四", "赵六", "王五")
    await room.say("赵六", "请假 周四 找 @王五")
    await room.wait_until(OPENS)
    await room.say("张三", "站会 昨日：写完文档 今日：联调接口 卡点：测试数据没到 @李四 周五前")
    await room.say("王敏", "站会 昨日：写文档 卡点：没有")

    (summary,) = await summaries(room)

    assert as_lines(summary) == (
        f"{TITLE}｜2/4 人\n"
        "张三：联调接口｜卡点 #1\n"
        "王敏：昨日 写文档\n"
        "🚧 #1 测试数据没到｜张三 等 李四｜卡了 1 工作小时\n"
        "还没写：李四、王五（有空 补交 一句就行）\n"
        "请假：赵六（找 王五）"
    )
    assert buttons(summary) == ["补交"]
    assert await room.wait_until(CLOSES + timedelta(minutes=10)) == []


async def test_everybody_there_is_praised(room: Room) -> None:
    await meet(room, "张三")
    await room.wait_until(OPENS)
    await room.say("张三", "站会 今日：联调")

    (summary,) = await summaries(room)

    assert as_lines(summary) == f"{TITLE}｜1/1 人\n张三：联调\n全员到齐 👏"
    assert summary.buttons == ()


async def test_where_nobody_wrote_it_is_one_kind_line(room: Room) -> None:
    await meet(room, "张三", "李四")

    (summary,) = await summaries(room)

    assert as_lines(summary) == f"{TITLE}｜0/2 人\n还没有人写，有空补一句就行"
    assert buttons(summary) == ["补交"]


async def test_who_is_away_is_not_missing_unless_they_wrote(room: Room) -> None:
    await meet(room, "张三", "李四", "王五")
    await room.say("李四", "请假 周四")
    await room.say("王五", "请假 周四")
    await room.wait_until(OPENS)
    await room.say("王五", "站会 今日：在车上看文档")

    (summary,) = await summaries(room)

    assert as_lines(summary) == (
        f"{TITLE}｜1/2 人\n王五：在车上看文档\n还没写：张三（有空 补交 一句就行）\n请假：李四"
    )


async def test_a_late_answer_changes_no_post_and_is_seen_on_demand(room: Room) -> None:
    await meet(room, "张三", "李四")
    (summary,) = await summaries(room)
    await room.say("李四", "补交 今日：写方案")

    assert await room.words("张三", "站会 小结") == (
        f"{TITLE}｜1/2 人\n李四（补交）：写方案\n还没写：张三（有空 补交 一句就行）"
    )
    assert "0/2" in summary.title


async def test_ten_lines_and_then_more(room: Room, app: App) -> None:
    people = [f"成员{number}" for number in range(1, 13)]
    await written(app, room, *people)
    await room.say("张三", "我的")

    (summary,) = await summaries(room)

    lines = summary.text.splitlines()
    assert len(lines) == 10
    assert lines[:2] == ["成员1：联调 1", "成员2：联调 2"]
    assert lines[-2:] == ["还有 4 人写了，点 更多 看", "还没写：张三（有空 补交 一句就行）"]
    assert buttons(summary) == ["站会 小结 2026-11-26 第2页", "补交"]
    await room.wait(timedelta(hours=20))
    again = await room.press("张三", await room.last_card, "站会 小结 2026-11-26 第2页")
    assert isinstance(again, Card)
    assert again.title == f"{TITLE}｜12/13 人 · 第2/2页"
    assert again.text.splitlines() == [f"成员{n}：联调 {n}" for n in range(9, 13)]
    assert buttons(again) == ["站会 小结 2026-11-26"]


async def test_many_blockers_do_not_crowd_out_the_people(room: Room) -> None:
    await meet(room, "张三")
    await room.wait_until(OPENS)
    await room.say(
        "张三", "站会 今日：等 卡点：\n1. 数据没到\n2. 账号没开\n3. 合同没签\n4. 服务器没批"
    )

    (summary,) = await summaries(room)

    lines = summary.text.splitlines()
    assert lines[0] == "张三：等｜卡点 #1、#2、#3、#4"
    assert [each.split("｜")[0] for each in lines[1:4]] == [
        "🚧 #1 数据没到", "🚧 #2 账号没开", "🚧 #3 合同没签"
    ]  # fmt: skip
    assert lines[4:] == ["全员到齐 👏"]
    page = await room.words("张三", "站会 小结 第2页")
    assert "🚧 #4 服务器没批" in page


async def test_what_is_solved_by_then_blocks_no_more(room: Room) -> None:
    await meet(room, "张三")
    await room.wait_until(OPENS)
    await room.say("张三", "站会 今日：等 卡点：数据没到")
    await room.say("张三", "取消 1")

    (summary,) = await summaries(room)

    assert "🚧" not in summary.text


async def test_the_mood_is_an_average_of_enough_people(room: Room, app: App) -> None:
    await room.say("张三", "设置 站会问题 今日、心情 1-5")
    await written(app, room, "李四", "王五", "赵六")

    (summary,) = await summaries(room)

    assert summary.text.splitlines()[-1] == "心情 平均 3.0"
    async with app.database.begin() as tx:
        await tx.execute(sa.text("DELETE FROM standup_answer WHERE member_id = 2"))
    assert "心情" not in await room.words("张三", "站会 小结")


async def test_a_team_without_people_or_groups_gets_none(room: Room) -> None:
    assert await summaries(room) == []


async def test_the_others_of_the_day_are_found_by_name_and_day(room: Room) -> None:
    await meet(room, "张三")
    await room.say("张三", "设置 站会 加 晚会 17:30 18:00")
    await room.wait_until(at(25, 17, 40))
    await room.say("张三", "站会 今日：写方案")

    said = await room.wait_until(at(25, 18))

    assert "📋 晚会小结｜11月25日 周三｜1/1 人\n张三：写方案\n全员到齐 👏" in map(as_lines, said)
    await room.wait_until(at(26, 12))
    assert await room.words("张三", "站会小结 昨天 晚会") == (
        "📋 晚会小结｜11月25日 周三｜1/1 人\n张三：写方案\n全员到齐 👏"
    )
    assert await room.words("张三", "站会小结 晚会") == "11月26日 周四的晚会还没开始"
    assert await room.words("张三", "站会小结 11月25日 早会") == (
        "11月25日 周三没有叫「早会」的站会，比如 站会 小结、站会 小结 昨天"
    )
    assert await room.words("张三", "站会小结 11月22日") == (
        "11月22日 周日没有站会，上一次是 11月26日 周四，可以说：站会 小结 2026-11-26"
    )
    assert await room.words("张三", "站会小结 2月30日") == (
        "没有「2月30日」这一天，比如 站会 小结 11月24日"
    )
    assert await room.words("张三", "站会小结 第3页") == (
        "一共只有 1 页，第一页请说：站会 小结 2026-11-26"
    )
