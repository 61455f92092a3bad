"""What a leader answers to a report reaches whom it concerns, in their very words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app import App
from bot.leader_reply import Quoted, Word, read, words_of
from bot.message import Card, Outgoing, as_lines
from bot.platforms.console import incoming, private_chat
from storage import console as transcript
from tests.conftest import Room
from tests.house_of_reports import (
    BOSS,
    EVENING,
    MANAGER,
    heard,
    newest,
    report_in,
    settle_in,
)

LISI = "私聊:李四"


@pytest.fixture
async def evening(room: Room) -> Room:
    """周总 reads how the day stands; three things are asked for."""
    await settle_in(room)
    await room.say("张三", "卡点 测试数据没到 @李四")
    await room.say("王敏", "决策 先上线销售模块 批准 @周总")
    await room.say("李四", "风险 数据迁移延期 概率：高 影响：高")
    for _ in range(3):
        await room.say("张三", "升级 1")
    await room.say("周总", "日报", group="")
    return room


async def answer(room: Room, words: str, *, who: str = "周总") -> Card:
    said = await room.say(who, words, group="", reply_to=await report_in(room))
    assert isinstance(said, Card)
    return said


async def test_the_place_of_an_ask_says_whom_it_is_for(evening: Room) -> None:
    before = await newest(evening, BOSS)

    receipt = await answer(evening, "1 我来协调")

    assert as_lines(receipt) == "✅ 已转给 李四\n卡点 #1 测试数据没到"
    assert await heard(evening, LISI, before) == [
        "💬 周总 回复日报（卡点 #1 测试数据没到）\n「我来协调」"
    ]
    assert "周总 批示：我来协调" in await evening.words("李四", "查看 1")


async def test_there_are_many_ways_to_say_which(evening: Room) -> None:
    for words in ("#1 我来协调", "第1条，我来协调", "１、我来协调", "我来协调 #1"):
        assert (await answer(evening, words)).title == "✅ 已转给 李四"


async def test_each_line_goes_where_it_belongs(evening: Room) -> None:
    before = await newest(evening, BOSS)

    receipt = await answer(evening, "1 我来协调\n今晚给结果\n2 再想想")

    assert as_lines(receipt) == (
        "✅ 已转给 李四、王敏\n卡点 #1 测试数据没到 → 李四\n决策 #2 先上线销售模块 → 王敏"
    )
    assert [each.split("\n", 1)[1] for each in await heard(evening, LISI, before)] == [
        "「我来协调\n今晚给结果」"
    ]
    assert [each.split("\n", 1)[1] for each in await heard(evening, MANAGER, before)] == [
        "「再想想」"
    ]


async def test_a_name_says_it_too(evening: Room) -> None:
    before = await newest(evening, BOSS)

    assert (await answer(evening, "@张三 你跟我说一下")).title == "✅ 已转给 张三"

    assert await heard(evening, "私聊:张三", before) == [
        "💬 周总 回复日报\n「@张三 你跟我说一下」"
    ]


async def test_a_yes_to_what_waits_for_approval_is_passed_on_and_not_taken_for_one(
    evening: Room,
) -> None:
    receipt = await answer(evening, "2 同意，找财务要")

    assert [each.say for each in receipt.buttons] == ["批准 2"]
    assert "这句话我只是转达，要正式批准请点一下" in receipt.text
    assert "状态：等批准" in await evening.words("王敏", "查看 2")
    pressed = await evening.press("周总", await newest(evening, BOSS), "批准 2")
    assert pressed is not None
    assert "周总批准了" in as_lines(pressed)
    assert (await answer(evening, "2 不同意")).buttons == ()


async def test_who_is_not_asked_to_approve_is_offered_nothing(evening: Room) -> None:
    await evening.say("周总", "角色 @张三 领导")
    await evening.say("王敏", "角色 @张三 领导")

    said = await evening.say(
        "张三", "#2 同意", group="", reply_to=await _own_report(evening, "张三")
    )

    assert isinstance(said, Card)
    assert said.buttons == ()


async def _own_report(room: Room, who: str) -> int:
    """Somebody may answer what 日报 has shown them, too."""
    await room.say(who, "日报", group="")
    return await report_in(room, f"私聊:{who}")


# --- unclear -----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["我来协调", "2、3天后再说"])
async def test_what_is_unclear_is_asked_once_and_kept(evening: Room, words: str) -> None:
    before = await newest(evening, BOSS)

    asked = await answer(evening, words)

    assert asked.title == "这句话是对哪件事说的？"
    labels = ["#1 测试数据没到", "#2 先上线销售模块", "#3 数据迁移延期", "给王敏", "不用转了"]
    assert [each.label for each in asked.buttons] == labels
    assert await heard(evening, LISI, before) == []
    card = await newest(evening, BOSS)
    pressed = await evening.press("周总", card, asked.buttons[0].say)
    assert pressed is not None
    assert as_lines(pressed) == "✅ 已转给 李四\n卡点 #1 测试数据没到"
    assert await heard(evening, LISI, before) == [
        f"💬 周总 回复日报（卡点 #1 测试数据没到）\n「{words}」"
    ]
    again = await evening.press("周总", card, asked.buttons[1].say)
    assert again is not None
    assert "已经有人选过了" in as_lines(again)


async def test_a_word_for_everybody_goes_to_the_project_manager(evening: Room) -> None:
    before = await newest(evening, BOSS)
    asked = await answer(evening, "大家辛苦了")

    await evening.press("周总", await newest(evening, BOSS), asked.buttons[3].say)

    assert await heard(evening, MANAGER, before) == ["💬 周总 回复日报\n「大家辛苦了」"]


async def test_nothing_is_told_if_it_is_not_wanted(evening: Room) -> None:
    asked = await answer(evening, "算了")

    pressed = await evening.press("周总", await newest(evening, BOSS), asked.buttons[-1].say)

    assert pressed is not None
    assert as_lines(pressed) == "好，没有记"


async def test_with_one_ask_no_number_is_needed(room: Room) -> None:
    """Of the report as it was posted in the evening."""
    await settle_in(room)
    await room.say("李四", "决策 换供应商 批准 @周总")
    await room.wait_until(EVENING)

    assert as_lines(await answer(room, "等预算下来")) == "✅ 已转给 李四\n决策 #1 换供应商"


# --- for whom it is not ------------------------------------------------------------------------


async def test_only_leaders_and_keepers_are_carried(evening: Room) -> None:
    before = await newest(evening, BOSS)

    own = await _own_report(evening, "张三")
    await evening.say("张三", "1 我来协调", group="", reply_to=own)
    assert await heard(evening, LISI, before) == []

    own = await _own_report(evening, "王敏")
    said = await evening.say("王敏", "1 我来协调", group="", reply_to=own)
    assert said is not None
    assert "已转给 李四" in as_lines(said)


async def test_a_quoted_message_that_is_no_report_is_left_alone(evening: Room) -> None:
    await evening.say("周总", "我的", group="")
    before = await newest(evening, BOSS)

    await evening.say("周总", "1 我来协调", group="", reply_to=before)

    assert await heard(evening, LISI, before) == []


async def test_a_command_is_a_command_whatever_it_quotes(evening: Room) -> None:
    said = await evening.say("周总", "批准 2", group="", reply_to=await report_in(evening))

    assert said is not None
    assert "周总批准了" in as_lines(said)


async def test_what_concerns_nobody_else_is_only_noted(evening: Room) -> None:
    await evening.say("周总", "任务 看合同", group="")

    said = await answer(evening, "#4 明天看")

    assert as_lines(said) == "✅ 记下了\n任务 #4 看合同\n没有别人要通知，话记在这一条上了"


async def test_the_week_can_be_answered_too(room: Room) -> None:
    await settle_in(room)
    await room.say("张三", "卡点 测试数据没到 @李四")
    await room.wait_until(EVENING + timedelta(days=2))
    weekly = await report_in(room, room.group, "📊 周报｜")

    said: list[Outgoing] = await room.answers("周总", "@大管家 #1 我来协调", reply_to=weekly)

    assert [as_lines(each) for each in said] == ["✅ 已转给 李四\n卡点 #1 测试数据没到"]


# --- a platform that quotes only the words -----------------------------------------------------


@pytest.mark.parametrize("cut", [None, 20])
async def test_quoted_words_are_enough(evening: Room, app: App, cut: int | None) -> None:
    """Cut off, they still tell the day: what was asked is known of that day's report."""
    await evening.say("王敏", "日报 发")
    report = await report_in(evening)
    async with app.database.begin() as tx:
        line = await transcript.find(tx, report)
    assert line is not None
    words = f"{line.body['title']}\n{line.body['text']}"[:cut]
    before = await newest(evening, BOSS)
    plain = incoming(
        10_000, chat=private_chat("周总"), sender="周总", text="1 我来协调", roster=[],
        leads=app.leads, at=app.clock(),
    )  # fmt: skip

    await app.handle(replace(plain, quoted_text=words))
    await app.delivery.settle()

    assert await heard(evening, LISI, before) == [
        "💬 周总 回复日报（卡点 #1 测试数据没到）\n「我来协调」"
    ]


# --- reading -----------------------------------------------------------------------------------

REPORT = Quoted("日报", 11, 25, {1: 12, 2: 20, 3: 7}, [12, 20, 7])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("1 同意", [Word("同意", (12,))]),
        ("1、3 都同意", [Word("都同意", (12, 7))]),
        ("2：先缓一缓", [Word("先缓一缓", (20,))]),
        ("1. 好\n2. 不行", [Word("好", (12,)), Word("不行", (20,))]),
        ("#20 再想想", [Word("再想想", (20,))]),
        ("按 #20 和 #7 说的办", [Word("按 #20 和 #7 说的办", (20, 7))]),
        ("3天内给我", [Word("3天内给我", ())]),
        ("2、3天后再说", [Word("2、3天后再说", ())]),
        ("2 周内解决", [Word("2 周内解决", ())]),
        ("4 可以", [Word("4 可以", ())]),
        ("都行\n2 除外", [Word("都行\n2 除外", ())]),
        ("1", [Word("1", ())]),
    ],
)
def test_which_words_are_for_which_ask(said: str, words: list[Word]) -> None:
    assert words_of(said, REPORT) == words


@pytest.mark.parametrize(
    "words",
    ["", "📝 日报草稿｜11月25日 周三｜18:00 发给周总", "✅ 日报已经发给周总", "日报呢", "日报｜"],
)
def test_what_is_no_report(words: str) -> None:
    assert read(words) is None
