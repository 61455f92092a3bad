"""What people write without the punctuation of a form: options, names, past milestones."""

import pytest

from bot.app import App
from bot.message import Card
from storage import ledger
from storage.ledger import Entry
from tests.conftest import SHANGHAI, WEDNESDAY, Room


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in ("李四", "陈晨"):
        await room.say(who, "成员")


async def entry(app: App, number: int = 1) -> Entry:
    team = 1
    async with app.database.begin() as tx:
        found = await ledger.find(tx, team, number)
    assert found is not None
    return found


# --- options -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "title", "rating"),
    [
        ("：销售不愿意用，概率高，影响大", "销售不愿意用", (5, 5)),
        (" 服务器宕机 概率 中 影响 高", "服务器宕机", (3, 5)),
        (" 服务器宕机 概率：高，影响：大", "服务器宕机", (5, 5)),
        (" 服务器宕机 概率高影响小", "服务器宕机", (5, 1)),
        (" 概率低 影响很大 服务器宕机", "服务器宕机", (1, 5)),
        (" 服务器宕机 概率 4 影响 5", "服务器宕机", (4, 5)),
        (" 影响 3 个部门的切换 概率：5 影响：4", "影响 3 个部门的切换", (5, 4)),
        (" 影响高端客户 概率：高 影响：小", "影响高端客户", (5, 1)),
    ],
)
async def test_a_rating_needs_no_colon(
    room: Room, app: App, said: str, title: str, rating: tuple[int, int]
) -> None:
    await room.say("王敏", f"风险{said}")

    found = await entry(app)
    assert found.title == title
    assert (found.details["probability"], found.details["impact"]) == rating


async def test_an_answer_ends_where_a_rating_begins(room: Room, app: App) -> None:
    await room.say("王敏", "风险 会丢数据 应对：先备份，概率高，影响大")

    assert (await entry(app)).details["response"] == "先备份"


async def test_five_times_four_is_not_half_in_words(room: Room) -> None:
    answer = await room.words("王敏", "风险 会丢数据 概率：5 影响：4")

    assert "20 分（概率 5 × 影响 4）" in answer


async def test_a_wrong_choice_names_the_choices_once(room: Room) -> None:
    await room.say("王敏", "卡点 数据没到 @李四")

    answer = await room.words("王敏", "优先级 1 特急")

    assert answer.splitlines()[0] == "只能是：紧急、高、普通"


# --- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("任务 让@陈晨 写一份操作手册，给初稿", "写一份操作手册，给初稿"),
        ("任务 请 @陈晨 写操作手册", "写操作手册"),
        ("任务 @陈晨 @李四 协助 导入测试", "导入测试"),
        ("任务 @陈晨 负责，@李四 配合，导入测试", "导入测试"),
        ("决策 先上华东区，再上华南，@李四 @陈晨 知悉", "先上华东区，再上华南"),
        ("任务 协助@李四 导入测试", "协助 导入测试"),
        ("任务 @李四 协助 导入测试", "协助 导入测试"),  # else the helper would own it unsaid
        ("任务 @李四 负责人名单要核对", "负责人名单要核对"),
    ],
)
async def test_what_only_hands_over_is_no_title(
    room: Room, app: App, said: str, title: str
) -> None:
    await room.say("王敏", said)

    assert (await entry(app)).title == title


async def test_a_missing_person_is_asked_for_in_words(room: Room) -> None:
    await room.say("王敏", "任务 写周报")

    answer = await room.words("王敏", "转交 1")

    assert answer.splitlines()[0] == "还要 @ 接手的人，直接写在这句里就行"


async def test_not_solved_is_what_the_button_says(room: Room) -> None:
    await room.say("王敏", "卡点 数据没到 @李四")
    await room.say("李四", "解决 1")

    assert "已重开 卡点 #1" in await room.words("王敏", "没解决 1")


# --- milestones that were reached ----------------------------------------------------------


async def ask(room: Room, said: str) -> Card:
    answer = await room.say("王敏", said)
    assert isinstance(answer, Card)
    return answer


@pytest.mark.parametrize(
    ("when", "day"), [("10月15日", "10月15日 周四"), ("上个月20号", "10月20日 周二")]
)
async def test_a_day_that_is_over_may_be_when_it_was_reached(
    room: Room, app: App, when: str, day: str
) -> None:
    asked = await ask(room, f"里程碑 系统选型 {when} @李四")
    assert asked.title == f"{day} 已经过去了，记成那天达成的吗？"

    done = await room.press("王敏", await room.last_card, asked.buttons[0].say)

    assert isinstance(done, Card)
    assert done.title == f'✅ 里程碑 #1 已记，{day} 达成 · 10分钟内回"撤销"'
    found = await entry(app)
    assert (found.title, found.state, found.owner_name) == ("系统选型", "done", "李四")
    assert found.closed_at is not None
    assert found.closed_at.astimezone(SHANGHAI) < WEDNESDAY
    assert f"已达成 {day}，按时" in await room.words("王敏", "里程碑列表 已完成")


async def test_it_is_taken_back_whole(room: Room, app: App) -> None:
    asked = await ask(room, "里程碑 系统选型 10月15日")
    await room.press("王敏", await room.last_card, asked.buttons[0].say)

    assert await room.words("王敏", "撤销") == "↩️ 已撤销 里程碑 #1 的「登记」\n系统选型"

    assert (await entry(app)).state == "cancelled"


async def test_a_day_of_next_year_is_written_with_its_year(room: Room) -> None:
    answer = await room.words("王敏", "里程碑 系统选型 2027年10月15日")

    assert "里程碑 #1 已记" in answer


# --- a pasted list -------------------------------------------------------------------------


async def test_a_line_with_a_day_of_this_year_that_is_over_says_so(room: Room) -> None:
    answer = await room.words("王敏", "任务\n1）写方案 @李四 周五\n2）@陈晨\t写上线方案\t11月20日")

    assert answer == (
        "一条也没记。第 2 行「@陈晨 写上线方案 1…」今年的「11月20日」已经过去了，明年的请写上年份"
    )


async def test_a_line_that_comes_back_may_end_with_its_clock(room: Room) -> None:
    answer = await room.words("王敏", "任务\n- 每天 备份数据库 19:30 @李四\n- 写方案 @陈晨 周五")

    assert answer.splitlines()[1] == "1. 备份数据库｜李四｜每天 19:30"
