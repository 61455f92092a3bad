"""站会, through the trial group's door."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.message import Card, Form, Outgoing, as_lines
from bot.standup import each_blocker, is_nothing, read
from storage import member as members
from storage import standup as answers
from storage import team as teams
from storage.database import Database
from tests.conftest import SHANGHAI, WEDNESDAY, Room

THURSDAY = WEDNESDAY + timedelta(days=1)
OPENS = THURSDAY.replace(hour=9, minute=30)
CLOSES = THURSDAY.replace(hour=10, minute=30)
FULL = "站会 昨日：写完文档 今日：联调接口 卡点：测试数据没到 @李四 周五前"


async def posts(room: Room, until: datetime, about: str) -> list[Outgoing]:
    """What is posted about the standup; other jobs may speak too."""
    return [each for each in await room.wait_until(until) if about in as_lines(each)]


async def test_the_blocker_of_an_answer_becomes_a_record(room: Room) -> None:
    answer = await room.words("张三", FULL)

    assert answer.startswith("✅ 站会已记下｜11月25日 周三\n昨日：写完文档\n今日：联调接口\n")
    assert "🚧 卡点 #1 测试数据没到｜负责人 李四｜截止 11月27日 周五 18:00" in answer
    assert "#1 测试数据没到｜张三 等 李四" in await room.words("王敏", "卡点列表")


async def test_without_a_mention_the_blocker_goes_to_the_project_manager(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")

    assert "负责人 王敏" in await room.words("张三", "站会 今日：联调 卡点：账号没开")


async def test_without_a_project_manager_the_blocker_waits_for_one(room: Room) -> None:
    answer = await room.words("张三", "站会 今日：联调 卡点：账号没开")

    assert "负责人 待定，请说：转交 1 @能解决的人" in answer


@pytest.mark.parametrize("none", ["没有", "无", "暂无", "无卡点。", "None", "没"])
async def test_no_blocker_makes_no_record(room: Room, none: str) -> None:
    await room.say("张三", f"站会 昨日：写文档 今日：联调 卡点：{none}")

    assert await room.words("张三", "卡点列表") == "没有未了结的卡点 👍"


async def test_three_plain_lines_are_yesterday_today_and_blockers(room: Room) -> None:
    answer = await room.words("张三", "站会\n写文档\n联调接口\n测试数据没到；账号没开")

    assert "昨日：写文档\n今日：联调接口" in answer
    assert "卡点 #1 测试数据没到" in answer
    assert "卡点 #2 账号没开" in answer


async def test_one_plain_line_is_asked_about(room: Room) -> None:
    asked = await room.say("张三", "站会 写文档")

    assert isinstance(asked, Form)
    assert {each.name: each.value for each in asked.fields}["today"] == "写文档"


async def test_saying_it_again_edits_and_opens_nothing_twice(room: Room) -> None:
    await room.wait_until(OPENS)
    await room.say("张三", FULL)

    answer = await room.words("张三", "站会 今日：写方案 卡点：测试数据还没到 @赵六 周五前")

    assert answer.startswith("✅ 站会已更新")
    assert "昨日：写完文档\n今日：写方案" in answer
    listed = await room.words("张三", "卡点列表")
    assert "未了结的卡点（1）" in listed
    assert "#1 测试数据还没到｜张三 等 赵六" in listed


async def test_the_same_words_again_change_nothing(room: Room) -> None:
    await room.say("张三", "站会 今日：联调 卡点：账号没开")
    before = await room.words("张三", "查看 1")
    await room.say("张三", "补交 今日：联调 卡点：账号没开")

    assert await room.words("张三", "查看 1") == before


async def test_a_blocker_that_is_no_longer_said_stays_open(room: Room) -> None:
    await room.say("张三", "补交 今日：联调 卡点：账号没开")

    assert "卡点 #1 还开着，不卡了请说：解决 1" in await room.words("张三", "补交 卡点：没有")


async def test_an_undone_blocker_is_opened_again_when_it_is_said_again(room: Room) -> None:
    await room.say("张三", "补交 今日：联调 卡点：账号没开")
    await room.say("张三", "撤销")

    assert "卡点 #2 账号没开" in await room.words("张三", "补交 卡点：账号没开")


async def test_the_next_day_the_same_blocker_is_followed_up(room: Room) -> None:
    await room.say("张三", "站会 今日：联调 卡点：账号没开 @李四")
    await room.wait_until(OPENS)

    answer = await room.words("张三", "站会 今日：联调 卡点：账号没开 @李四")

    assert "卡点 #1 账号没开｜已记过，继续盯着" in answer
    assert "进展：站会：账号没开" in await room.words("张三", "查看 1")


async def test_a_blocker_may_be_named_by_its_number(room: Room) -> None:
    await room.say("李四", "卡点 服务器没批")

    answer = await room.words("张三", "站会 今日：等 卡点：还在等 #1")

    assert "卡点 #1 服务器没批｜已记过，继续盯着" in answer
    assert "（1）" in await room.words("张三", "卡点列表")


async def test_a_reworded_blocker_gets_the_new_owner_and_deadline(room: Room) -> None:
    await room.say("张三", "补交 卡点：测试环境的账号没开 @李四")

    await room.say("张三", "补交 卡点：测试环境的账号还没开 @赵六 周五前")

    assert await room.words("张三", "卡点列表") == (
        "未了结的卡点（1）\n"
        "#1 测试环境的账号还没开｜张三 等 赵六｜卡了不到 1 工作小时｜11月27日 周五 18:00"
    )


async def test_a_solved_blocker_is_said_to_be_solved(room: Room) -> None:
    await room.say("张三", "补交 卡点：账号没开")
    await room.say("张三", "解决 1")

    assert "卡点 #1 账号没开｜已经解决了" in await room.words("张三", "补交 今日：联调")


async def test_too_many_blockers_are_refused(room: Room) -> None:
    lines = "；".join(f"第{number}件事没人管" for number in "一二三四五六七八九十甲")

    assert "一次最多写 10 个卡点" in await room.words("张三", f"站会 卡点：{lines}")
    assert await room.words("张三", "卡点列表") == "没有未了结的卡点 👍"


async def test_a_name_in_the_middle_stays_in_the_title(room: Room) -> None:
    answer = await room.words("张三", "站会 今日：测试 卡点：等 @李四 给数据")

    assert "🚧 卡点 #1 等 李四 给数据｜负责人 李四" in answer


async def test_words_that_belong_nowhere_are_said(room: Room) -> None:
    answer = await room.words("张三", "站会 大家好 今日：联调")

    assert "今日：联调\n没算进去的：大家好" in answer


async def test_one_answer_said_twice_at_once_waits_for_itself(database: Database) -> None:
    async with database.begin() as tx:
        team = (await teams.all_teams(tx))[0]
        (member,) = await members.meet(
            tx, team_id=team.id, platform="feishu", people=[("ou_1", "张三")], at=WEDNESDAY
        )

    async def answer() -> bool:
        async with database.begin() as tx:
            held = await answers.hold(
                tx,
                team_id=team.id,
                day=WEDNESDAY.date(),
                member_id=member.id,
                late=False,
                at=WEDNESDAY,
            )
            await asyncio.sleep(0.01)
            await answers.write(
                tx,
                held.id,
                yesterday="",
                today="",
                blockers="账号",
                opened=[{"text": "账号", "number": 1}],
            )
            return bool(held.opened)

    assert sorted(await asyncio.gather(*(answer() for _ in range(3)))) == [False, True, True]


async def test_the_bare_word_gives_a_form_then_what_was_written(room: Room) -> None:
    form = await room.say("张三", "站会")
    assert isinstance(form, Form)
    assert [each.label for each in form.fields] == ["昨日", "今日", "卡点"]

    filled = {"yesterday": "写文档", "today": "联调", "blockers": "没数据 @张三"}
    answer = await room.press("张三", await room.last_card, form.say, filled)

    assert answer is not None
    assert "卡点 #1 没数据｜负责人 张三" in as_lines(answer)
    mine = await room.words("张三", "站会")
    assert "昨日：写文档\n今日：联调\n卡点：没数据 @张三\n记成卡点：#1" in mine
    again = await room.say("张三", "站会 修改")
    assert isinstance(again, Form)
    assert again.fields[1].value == "联调"


async def test_an_empty_form_is_refused(room: Room) -> None:
    form = await room.say("张三", "站会")
    assert isinstance(form, Form)

    answer = await room.press("张三", await room.last_card, form.say, {"today": " "})

    assert answer is not None
    assert "还没写内容" in as_lines(answer)


async def test_it_opens_and_closes_with_a_summary(room: Room) -> None:
    for name in ("张三", "王敏", "李四"):
        await room.say(name, "我的")

    (opening,) = await posts(room, OPENS, "站会开始")
    assert isinstance(opening, Card)
    assert opening.title == "☀️ 站会开始｜11月26日 周四"
    assert [each.say for each in opening.buttons] == ["站会"]
    await room.say("张三", FULL)
    await room.say("王敏", "站会 昨日：写文档 今日：评审 卡点：没有")

    (summary,) = await posts(room, CLOSES, "站会小结")

    assert as_lines(summary) == (
        "📋 站会小结｜11月26日 周四｜2/3 人\n"
        "张三：今日 联调接口｜卡点 #1\n"
        "王敏：今日 评审｜没有卡点\n"
        "\n"
        "卡点：\n"
        "#1 测试数据没到｜李四｜11月27日 周五 18:00\n"
        "\n"
        "还没写：李四（有空时 补交 一句就行）"
    )
    assert await posts(room, CLOSES + timedelta(minutes=10), "站会") == []


async def test_everybody_there_is_praised(room: Room) -> None:
    await room.say("张三", "我的")
    await room.wait_until(OPENS)
    await room.say("张三", "站会 今日：联调")

    assert len(await posts(room, CLOSES, "全员到齐")) == 1


async def test_after_the_close_it_is_late(room: Room) -> None:
    await room.say("张三", "我的")
    await room.wait_until(CLOSES + timedelta(minutes=1))

    assert "✅ 站会已补交（迟交）" in await room.words("张三", "补交 今日：联调 卡点：没有")
    assert "我今天的站会（迟交）" in await room.words("张三", "站会")
    refused = await room.words("张三", "站会 今日：写方案")
    assert "已经收了，要补充请说：补交" in refused
    assert "已更新" in await room.words("张三", "补交 今日：写方案")
    assert "✅ 站会已补交（迟交）" in await room.words("李四", "站会 今日：联调")


async def test_who_only_watches_is_not_asked(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @周总 领导")
    await room.say("王敏", "角色 @孙顾问 顾问")
    await room.wait_until(OPENS)

    (summary,) = await posts(room, CLOSES, "站会小结")

    assert "0/1 人" in as_lines(summary)
    assert "王敏" not in as_lines(summary)  # nobody has answered, and nobody is named for it


async def test_nobody_is_bothered_at_the_weekend_or_without_members(room: Room) -> None:
    assert await posts(room, CLOSES, "站会") == []
    await room.say("张三", "我的")
    saturday = datetime(2026, 11, 28, 0, 0, tzinfo=SHANGHAI)
    await room.wait_until(saturday)

    assert await posts(room, saturday + timedelta(days=2), "站会") == []


async def test_a_text_of_its_own_colons_stays_whole() -> None:
    said = read("昨日：对接 客户：A公司，进度：80% 今日：写方案")

    assert said.yesterday == "对接 客户：A公司，进度：80%"
    assert said.today == "写方案"


@pytest.mark.parametrize(
    ("text", "blockers"),
    [
        ("1. 数据没到 2. 账号没开", ["数据没到", "账号没开"]),
        ("升级 3.5 版本失败", ["升级 3.5 版本失败"]),
        ("- 数据没到\n- 没有", ["数据没到"]),
        ("没有数据，没法测", ["没有数据，没法测"]),
    ],
)
async def test_blockers_are_told_apart(text: str, blockers: list[str]) -> None:
    assert each_blocker(text) == blockers


@pytest.mark.parametrize("text", ["没有数据", "没人审批", "无法登录", "没时间"])
async def test_what_begins_like_none_may_be_a_blocker(text: str) -> None:
    assert not is_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "昨日：写文档 今日：联调 卡点：没数据",
        "昨天：写文档\n今天：联调\n阻塞：没数据",
        "昨天 写文档\n今天 联调\n卡点 没数据",
        "昨天写文档\n今天联调\n没数据",
        "今天联调\n昨天写文档\n没数据",
        "【昨日】写文档\n【今日】联调\n【问题】：没数据",
        "１．昨日:写文档 ２．今日:联调 ３．问题:没数据",
    ],
)
async def test_many_ways_to_write_it(text: str) -> None:
    said = read(text)

    assert (said.yesterday, said.today, said.blockers) == ("写文档", "联调", "没数据")
