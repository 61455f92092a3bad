"""决策: what is kept of it, who finds it, and its line in the log."""

import pytest

from bot.app import App
from bot.decision import log_rows
from bot.dispatch import DEFAULT_TEAM
from bot.message import Card, as_lines
from storage import history, ledger
from storage import member as members
from storage import team as teams
from tests.conftest import SHANGHAI, WEDNESDAY, Room
from tests.house_of_decisions import PEOPLE, buttons, entry, mentioned, posts, typed


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in PEOPLE:
        await room.say(who, "成员")


async def test_a_decision_keeps_its_reason_and_what_else_was_thought_of(room: Room) -> None:
    answer = await room.words("张三", "决策 审批流用 A 方案 理由：改动最小 备选：B 方案；自研")

    assert answer == (
        '决策 #1 已记 · 10分钟内回"撤销"\n审批流用 A 方案\n理由：改动最小\n备选：B 方案；自研'
    )
    story = await room.words("李四", "查看 1")
    for words in ("状态：有效", "理由：改动最小", "备选：B 方案；自研"):
        assert words in story
    assert "待认领" not in story


async def test_who_is_named_after_the_reason_is_no_part_of_it(room: Room) -> None:
    answer = await room.say("张三", "决策 审批流用 A 理由：@李四 说改动小 @李四、@赵六")

    assert mentioned(answer) == ["李四", "赵六"]
    assert "理由：@李四 说改动小\n" in await room.newest()


async def test_whoever_approves_himself_decides_at_once(room: Room, app: App) -> None:
    await room.say("王敏", "决策 客户分三级 批准 @王敏")

    assert (await entry(app, 1)).stage == ""
    assert "批准人：王敏，11月25日 周三 10:00 批准" in await room.words("张三", "查看 1")


async def test_an_approver_is_asked_and_named_in_the_receipt(room: Room, app: App) -> None:
    answer = await room.say("张三", "决策 客户分三级 拍板：@王敏")

    assert isinstance(answer, Card)
    assert answer.title == '决策 #1 已记 · 批准人 王敏 · 10分钟内回"撤销"'
    assert mentioned(answer) == ["王敏"]
    assert buttons(answer) == ["批准 1", "驳回 1", "查看 1"]
    found = await entry(app, 1)
    assert (found.stage, found.owner_name) == ("pending", "王敏")


async def test_said_in_private_the_approver_hears_of_it(room: Room) -> None:
    await room.say("王敏", "成员", group="私聊")

    answer = await room.say("张三", "决策 客户分三级 批准 @王敏 @李四", group="私聊")

    assert mentioned(answer) == []
    asked = (await posts(room, "私聊:王敏"))[-1]
    assert as_lines(asked) == "张三 请你批准 决策 #1\n客户分三级\n请李四看过后回 已阅 1"
    assert buttons(asked) == ["批准 1", "驳回 1", "已阅 1", "查看 1"]
    # 李四 has never spoken in private: the bot speaks first.
    shown = (await posts(room, "私聊:李四"))[-1]
    assert as_lines(shown) == "张三 请你看 决策 #1\n客户分三级"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("决策 @李四 批准 @王敏", "还缺内容"),
        ("决策 理由：便宜", "还缺内容"),
        ("决策 。。。", "还缺内容"),
        ("决策 用 D 批准：李四", "批准 @王敏"),
        ("决策 用 D @李四 批准", "批准 @王敏"),
        ("决策 用 D 取代 5", "取代 #5"),
        ("决策 用 D 取代：五号", "取代要写编号"),
        ("决策 用 D 取代 #99", "没有 #99 这条记录"),
        ("决策 " + "长" * 5000, "这句有 5000 字，最多 500 字"),
        ("决策 用 D 理由：" + "长" * 5000, "这句有 5000 字，最多 500 字"),
    ],
    ids=lambda each: each[:16],
)
async def test_what_is_unclear_is_said_and_not_stored(
    room: Room, app: App, said: str, answer: str
) -> None:
    assert answer in await room.words("张三", said)

    async with app.database.begin() as tx:
        assert await ledger.every(tx) == []


async def test_an_approver_whom_nobody_knows_is_not_guessed(room: Room, app: App) -> None:
    await app.handle(typed("m1", "张三", "决策 客户分三级 批准 @没这人"))
    await app.delivery.settle()

    assert "没有找到「没这人」" in await room.newest()
    async with app.database.begin() as tx:
        assert await ledger.every(tx) == []


async def test_of_two_with_one_name_nobody_is_guessed(room: Room, app: App) -> None:
    async with app.database.begin() as tx:
        team = await teams.open_team(tx, DEFAULT_TEAM, at=WEDNESDAY)
        twin = [("u9", "李四")]
        await members.meet(tx, team_id=team.id, platform="feishu", people=twin, at=WEDNESDAY)

    await app.handle(typed("m1", "张三", "决策 客户分三级 批准 @李四"))
    await app.delivery.settle()

    assert "叫「李四」的有 2 位" in await room.newest()
    async with app.database.begin() as tx:
        assert await ledger.every(tx) == []


async def test_words_that_only_look_like_it_take_the_place_of_nothing(
    room: Room, app: App
) -> None:
    await room.say("张三", "决策 用新系统取代3个旧流程")

    assert (await entry(app, 1)).title == "用新系统取代3个旧流程"


async def test_every_decision_is_found_with_its_state(room: Room) -> None:
    await room.say("张三", "决策 审批流用 A 备选：钉钉")
    await room.say("张三", "决策 审批流用 B 取代 #1 理由：省事")
    await room.say("张三", "决策 审批流配置请外部顾问来做 批准 @王敏")
    await room.say("王敏", "驳回 3 太贵")
    await room.say("张三", "任务 审批流配置 明天")

    found = (await room.words("李四", "决策 查 审批流")).splitlines()

    assert found[0] == "决策里有「审批流」的（3）"
    assert sorted(found[1:]) == [
        "▫️ #1 审批流用 A｜已被取代，现在看 #2｜11月25日 周三",
        "▫️ #3 审批流配置请外部顾问来做｜没批准｜11月25日 周三",
        "✅ #2 审批流用 B｜有效｜11月25日 周三",
    ]
    assert "#1" in await room.words("李四", "决策 查 钉钉")
    assert "#2" in await room.words("李四", "决策 查 省事")
    assert "没有找到「宇宙」" in await room.words("李四", "决策 查 宇宙")


async def test_a_decision_about_looking_for_doubles_is_no_search(room: Room, app: App) -> None:
    await room.say("张三", "决策 查重按手机号")

    assert (await entry(app, 1)).title == "查重按手机号"


async def test_the_log_has_one_row_a_decision(room: Room, app: App) -> None:
    await room.say("张三", "决策 审批流用 A 理由：快 备选：B @李四 @赵六")
    await room.say("李四", "已阅 1")
    await room.say("李四", "决策 审批流用 C 取代 #1 批准 @王敏")
    await room.say("王敏", "批准 2")
    await room.say("张三", "决策 周报每周五交 批准 @王敏")

    async with app.database.begin() as tx:
        team = await teams.open_team(tx, DEFAULT_TEAM, at=WEDNESDAY)
        columns, rows = await log_rows(tx, team.id, SHANGHAI)

    assert columns == (
        "编号", "决策", "状态", "提出人", "提出时间", "批准人", "批准时间",
        "理由", "备选方案", "取代", "被取代", "已阅", "未阅",
    )  # fmt: skip
    at = "2026-11-25 10:00"
    assert rows == [
        (
            1,
            "审批流用 A",
            "已被取代",
            "张三",
            at,
            "",
            "",
            "快",
            "B",
            "",
            "#2",
            f"李四 {at}",
            "赵六",
        ),
        (2, "审批流用 C", "有效", "李四", at, "王敏", at, "", "", "#1", "", "", ""),
        (3, "周报每周五交", "等批准", "张三", at, "王敏", "", "", "", "", "", "", ""),
    ]


async def test_the_history_alone_tells_what_a_decision_is(room: Room, app: App) -> None:
    await room.say("张三", "决策 审批流用 A @李四")
    await room.say("李四", "决策 审批流用 B 取代 #1 批准 @王敏 @赵六")
    for who, said in (
        ("赵六", "已阅 2"),
        ("王敏", "批准 2"),
        ("王敏", "撤销"),
        ("王敏", "批准 2"),
    ):
        await room.say(who, said)

    for number in (1, 2):
        found = await entry(app, number)
        async with app.database.begin() as tx:
            told = history.replay(await history.story(tx, found.id))
        for name, value in told.items():
            assert getattr(found, name) == value, (number, name)
