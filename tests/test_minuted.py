"""Minutes whose lines become decisions, tasks and blockers, through the trial group's door."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app import App
from bot.meeting import asking
from bot.message import Card, as_lines
from bot.platforms.console import chat_of, incoming
from storage import ledger
from storage import member as members
from storage.ledger import CAME_FROM, CANCELLED, OPEN, SUPERSEDED
from tests.conftest import WEDNESDAY, Room
from tests.house_of_decisions import PEOPLE, buttons, entry, mentioned

FRIDAY = "11月27日 周五 18:00"
MINUTES = """\
11月25日例会
决策：先上华东区 批准 @王敏 理由：客户多
1. @李四 周五前给名单
2. 赵六：下周三前联系客户
- 卡点：测试数据没到 @李四
#1 做到一半了
大家讨论了很久"""
PREVIEW = f"""\
这份纪要里有 5 件事，这样记对吗？
1. 决策 先上华东区｜等王敏批准｜理由：客户多
2. 任务 给名单｜李四｜{FRIDAY}
3. 任务 联系客户｜赵六｜12月2日 周三 18:00
4. 卡点 测试数据没到｜李四
5. 进展 #1 整理客户清单｜做到一半了
另外 2 行只存在纪要里"""
STORED = f"""\
纪要 #2 已记，5 件事在跟 · 10分钟内回"撤销"
决策 #3 先上华东区｜等王敏批准｜理由：客户多
任务 #4 给名单｜李四｜{FRIDAY}
任务 #5 联系客户｜赵六｜12月2日 周三 18:00
卡点 #6 测试数据没到｜李四
进展 #1 整理客户清单｜做到一半了"""


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in PEOPLE:
        await room.say(who, "成员")


@pytest.fixture
async def task(room: Room) -> None:
    await room.say("李四", "任务 整理客户清单")


async def written(app: App) -> Sequence[tuple[int, str, str, str]]:
    async with app.database.begin() as tx:
        found = [each for each, _, _ in await ledger.every(tx)]
    return sorted((each.number, each.kind, each.title, each.state) for each in found)


@pytest.mark.usefixtures("task")
async def test_each_line_is_shown_as_it_was_understood_and_stored_on_a_press(
    room: Room, app: App
) -> None:
    asked = await room.say("张三", f"纪要 {MINUTES}")

    assert isinstance(asked, Card)
    assert as_lines(asked) == PREVIEW
    assert [each.label for each in asked.buttons] == ["就这么记", "只存纪要", "不记了"]
    assert len(await written(app)) == 1

    answer = await room.press("张三", await room.last_card, "存下 1")

    assert isinstance(answer, Card)
    assert as_lines(answer) == STORED
    assert buttons(answer) == ["批准 3", "查看 2"]
    assert mentioned(answer) == ["王敏", "李四", "赵六"]
    assert (await entry(app, 2)).title == MINUTES
    assert "李四 进展" not in await room.words("李四", "查看 1")
    assert "张三 进展：做到一半了" in await room.words("李四", "查看 1")
    minutes = await entry(app, 2)
    async with app.database.begin() as tx:
        made = [each.number for each in await ledger.tied_to(tx, minutes.id, CAME_FROM)]
    assert made == [3, 4, 5, 6]


@pytest.mark.usefixtures("task")
async def test_the_minutes_and_what_they_made_name_each_other(room: Room) -> None:
    await room.say("张三", f"纪要 {MINUTES}")
    await room.press("张三", await room.last_card, "存下 1")

    assert "来自：纪要 #2 11月25日例会" in await room.words("李四", "查看 4")
    assert f"任务 #4 给名单｜李四｜{FRIDAY}｜进行中" in await room.words("李四", "查看 2")


@pytest.mark.usefixtures("task")
async def test_one_undo_takes_all_of_it_back(room: Room, app: App) -> None:
    await room.say("张三", f"纪要 {MINUTES}")
    await room.press("张三", await room.last_card, "存下 1")

    assert "已撤销 纪要 #2" in await room.words("张三", "撤销")

    states = {number: state for number, _, _, state in await written(app)}
    assert states == {1: OPEN, **dict.fromkeys(range(2, 7), CANCELLED)}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("确定分三批上线", "决策 分三批上线"),
        ("一致同意，下周上线", "决策 下周上线"),
        ("@李四 周五前给名单", f"任务 给名单｜李四｜{FRIDAY}"),
        ("李四 周五前给名单", f"任务 给名单｜李四｜{FRIDAY}"),
        ("任务 写方案", "任务 写方案｜张三"),
        ("卡点 数据没到", "卡点 数据没到｜待定"),
        ("【卡点】数据没到", "卡点 数据没到｜待定"),
        ("📌 **决策**：先灰度", "决策 先灰度"),
        ("（1）待办：@李四 @赵六 写方案", "任务 写方案｜李四、赵六 协助"),
    ],
)
async def test_a_line_is_known_by_how_it_begins(room: Room, line: str, shown: str) -> None:
    answer = await room.words("张三", f"纪要 例会\n{line}")

    assert answer == (f"这份纪要里有 1 件事，这样记对吗？\n1. {shown}\n另外 1 行只存在纪要里")


@pytest.mark.parametrize(
    "line",
    [
        "张三 汇报了进度",
        "决定权在客户",
        "参会：@李四 @王敏",
        "钱七：周五前给名单",
        "周五前写信给 li@example.com",
        "https://example.com/a#12",
    ],
)
async def test_what_is_no_work_stays_text_without_a_question(
    room: Room, app: App, line: str
) -> None:
    answer = await room.words("张三", f"纪要 例会\n{line}")

    assert answer.startswith("纪要 #1 已记")
    assert [kind for _, kind, _, _ in await written(app)] == ["minutes"]


async def test_a_single_line_is_stored_as_it_always_was(room: Room) -> None:
    answer = await room.words("张三", "纪要 确定分三批上线，周五前给名单 @李四")

    assert answer.startswith('纪要 #1 已记 · 参会 李四 · 10分钟内回"撤销"')


async def test_what_is_unclear_is_said_and_stays_text(room: Room, app: App) -> None:
    asked = await room.words(
        "张三", "纪要 @李四 周五前给名单\n@李四 11月20日前交材料\n#99 做完一半"
    )

    assert asked == (
        "这份纪要里有 1 件事，这样记对吗？\n"
        f"1. 任务 给名单｜李四｜{FRIDAY}\n"
        "⚠️ 先不记「@李四 11月20日前交材料」：今年的「11月20日前」已经过去了，明年的请写上年份\n"
        "⚠️ 先不记「#99 做完一半」：没有 #99 这条记录\n"
        "另外 2 行只存在纪要里"
    )
    await room.press("张三", await room.last_card, "存下 1")
    assert [kind for _, kind, _, _ in await written(app)] == ["minutes", "task"]


async def test_nobody_is_guessed_where_two_have_the_name(room: Room, app: App) -> None:
    team = await room.team()
    async with app.database.begin() as tx:
        await members.meet(
            tx, team_id=team.id, platform="feishu", people=[("ou_1", "李四")], at=WEDNESDAY
        )

    asked = await room.say("张三", "纪要 例会\n李四：周五前给名单")

    assert isinstance(asked, Card)
    assert asked.title == "这份纪要只存成文字？"
    assert asked.text == (
        "⚠️ 先不记「李四：周五前给名单」：叫「李四」的有 2 位，请用 @ 从名单里选是哪一位\n"
        "都只存在纪要里，改好了再发也行"
    )
    assert [each.label for each in asked.buttons] == ["只存纪要", "不记了"]


async def test_a_decision_takes_the_place_of_another(room: Room, app: App) -> None:
    await room.say("张三", "决策 报表每周发")

    asked = await room.words("张三", "纪要 例会\n决策：报表每月发，取代 #1\n决策 先不做 取代 #9")
    await room.press("张三", await room.last_card, "存下 1")

    assert "1. 决策 报表每月发｜取代 #1\n⚠️ 先不记「决策 先不做 取代 #9」：没有 #9" in asked
    assert [state for _, _, _, state in await written(app)] == [SUPERSEDED, OPEN, OPEN]


async def test_only_the_words_are_kept_if_wished(room: Room, app: App) -> None:
    await room.say("张三", "纪要 例会\n@李四 周五前给名单")

    answer = await room.press("张三", await room.last_card, "存下 1 只存纪要")

    assert isinstance(answer, Card)
    assert answer.title == '纪要 #1 已记 · 10分钟内回"撤销"'
    assert await written(app) == [(1, "minutes", "例会\n@李四 周五前给名单", OPEN)]


async def test_nothing_is_kept_if_wished(room: Room, app: App) -> None:
    await room.say("张三", "纪要 例会\n@李四 周五前给名单")

    assert as_lines(
        await room.press("张三", await room.last_card, "不存 1") or Card(title="")
    ) == ("好，没有记")
    assert await written(app) == []


async def test_a_second_press_and_another_person_store_nothing(room: Room, app: App) -> None:
    await room.say("张三", "纪要 例会\n@李四 周五前给名单")
    card = await room.last_card

    other = await room.press("李四", card, "存下 1")
    assert other is not None
    assert as_lines(other) == "这句要请说的人自己来点"
    assert await written(app) == []

    await room.press("张三", card, "存下 1")
    await room.press("张三", card, "存下 1")
    assert len(await written(app)) == 2


async def test_what_changed_before_the_press_is_said(room: Room) -> None:
    await room.say("李四", "任务 整理客户清单")
    await room.say("张三", "纪要 例会\n#1 做到一半\n@李四 周五前给名单")
    card = await room.last_card
    await room.say("李四", "完成 1")

    answer = await room.press("张三", card, "存下 1")

    assert answer is not None
    assert "任务 #3 给名单｜李四" in as_lines(answer)
    assert "⚠️ 没记「#1 做到一半」：任务 #1 已完成了，要接着做请说：重开 1" in as_lines(answer)


async def test_too_many_lines_or_words_are_asked_for_in_parts(room: Room, app: App) -> None:
    lines = "\n".join(f"@李四 写第 {number} 章" for number in range(51))

    assert "一次最多 50 行，这里有 51 行" in await room.words("张三", f"纪要 {lines}")
    assert "最多 5000 字，请分成几份" in await room.words(
        "张三", "纪要 @李四 写方案\n" + "长" * 5000
    )
    assert await written(app) == []


async def test_many_lines_are_ten_on_the_card(room: Room) -> None:
    lines = "\n".join(f"@李四 写第 {number} 章" for number in range(1, 31))

    asked = await room.words("张三", f"纪要 {lines}")
    answer = await room.press("张三", await room.last_card, "存下 1")

    assert asked.splitlines()[-1] == "……还有 20 条"
    assert isinstance(answer, Card)
    assert len(as_lines(answer).splitlines()) <= 11
    assert answer.text.splitlines()[-1] == "……还有 21 条，都在：查看 1"


# --- answering the post that asks for them -----------------------------------------------------


@pytest.fixture
async def asked(room: Room) -> int:
    await room.say("王敏", "设置 例会 周三 11:00")
    await room.wait_until(WEDNESDAY + timedelta(hours=2, minutes=1))
    assert await room.newest() == as_lines(asking())
    return await room.last_card


@pytest.mark.parametrize("said", ["决策：先上华东区\n@李四 周五前给名单", "@李四 周五前给名单"])
async def test_who_quotes_the_post_need_not_say_the_word(
    room: Room, asked: int, said: str
) -> None:
    answer = await room.say("张三", f"@大管家 {said}", reply_to=asked)

    assert isinstance(answer, Card)
    assert f"任务 给名单｜李四｜{FRIDAY}" in answer.text

    stored = await room.press("张三", await room.last_card, "存下 1")
    assert isinstance(stored, Card)
    assert stored.title.startswith("纪要 #1 已记")


async def test_other_words_to_the_post_are_no_minutes(room: Room, app: App, asked: int) -> None:
    answer = await room.say("张三", "@大管家 今天没开", reply_to=asked)
    assert as_lines(answer or Card(title="")) == "好，这次没有纪要"
    await room.say("张三", "决策 先上华东区", reply_to=asked)

    assert [kind for _, kind, _, _ in await written(app)] == ["decision"]


async def test_only_that_post_is_meant(room: Room, app: App) -> None:
    await room.say("张三", "决策 先上华东区")

    await room.say("张三", "@大管家 大家看一下\n@李四 周五前给名单", reply_to=await room.last_card)

    assert [kind for _, kind, _, _ in await written(app)] == ["decision"]


async def test_a_platform_that_quotes_words_only_is_understood(room: Room, app: App) -> None:
    plain = incoming(
        10_000, chat=chat_of("项目群", "张三"), sender="张三", text="决策：先上华东区\n讨论很久",
        roster=[], leads=app.leads, at=app.clock(),
    )  # fmt: skip

    await app.handle(replace(plain, addressed=True, quoted_text=as_lines(asking())[:20]))
    await app.delivery.settle()

    assert (await room.newest()).startswith(
        "这份纪要里有 1 件事，这样记对吗？\n1. 决策 先上华东区"
    )
