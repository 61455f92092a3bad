"""验收: who may say that something passed, what shows it, and the list of it all."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.app import App
from bot.message import Button, Card, Document, Form
from storage import ledger
from tests.conftest import Room
from tests.house_of_decisions import buttons, entry, mentioned

ITEM = "导入 5 万客户不超过 10 分钟"


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in ("王敏", "张三", "李四", "赵六"):
        await room.say(who, "成员")
    await room.say("王敏", "角色 @王敏 项目经理")


@pytest.fixture
async def named(room: Room) -> int:
    """验收 #1, written down by 张三, to be judged by 李四."""
    await room.say("张三", f"验收 {ITEM} @李四 12月4日前")
    return 1


async def looks(app: App, number: int = 1) -> list[tuple[bool, str]]:
    seen = (await entry(app, number)).details.get("evidence", [])
    return [(each["passed"], each["text"]) for each in seen]


# --- writing it down -----------------------------------------------------------------------------


async def test_an_item_names_its_judge_and_its_day(room: Room, app: App) -> None:
    answer = await room.say("张三", f"验收 {ITEM} @李四 12月4日前")

    assert isinstance(answer, Card)
    assert answer.title == '验收 #1 已记 · 验收人 李四 · 12月4日 周五 18:00 · 10分钟内回"撤销"'
    assert answer.text == f"{ITEM}\n由李四来验：通过 1 证据，或 不通过 1 原因"
    assert mentioned(answer) == ["李四"]
    assert answer.buttons[:2] == (
        Button(label="通过", say="通过 1", style="primary"),
        Button(label="不通过", say="不通过 1"),
    )
    found = await entry(app, 1)
    assert (found.kind, found.owner_name, found.stage) == ("acceptance", "李四", "")
    assert "验收 #1" in await room.words("李四", "我的")


async def test_without_a_name_it_says_who_may_judge(room: Room, app: App) -> None:
    answer = await room.words("张三", "验收 报表导出")

    assert answer == (
        '验收 #1 已记 · 10分钟内回"撤销"\n报表导出\n'
        "由你、项目经理或系统管理员来验：通过 1 证据，或 不通过 1 原因"
    )
    assert (await entry(app, 1)).owner_id is None
    story = await room.words("赵六", "查看 1")
    assert "谁来验：张三、项目经理或系统管理员" in story
    assert "待认领" not in story


async def test_the_same_item_twice_is_asked_about(room: Room, app: App) -> None:
    await room.say("张三", "验收 报表导出")

    asked = await room.say("李四", "验收 报表 导出")

    assert isinstance(asked, Card)
    assert asked.title == "验收清单里已经有一样的，还要再记一条吗？"
    assert "⬜ #1 报表导出｜待验收" in asked.text
    async with app.database.begin() as tx:
        assert len(await ledger.every(tx)) == 1
    await room.press("李四", await room.last_card, buttons(asked)[0])
    assert (await entry(app, 2)).title == "报表 导出"


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("验收", "用法：验收 <条目>"),
        ("验收 @李四", "还缺条目"),
        ("验收 ……", "还缺验收什么"),
        ("验收 报表导出 @李四 昨天", "昨天"),
        ("验收 " + "长" * 5000, "最多 500 字"),
    ],
)
async def test_what_is_no_item_is_not_stored(
    room: Room, app: App, said: str, answered: str
) -> None:
    assert answered in await room.words("张三", said)
    async with app.database.begin() as tx:
        assert await ledger.every(tx) == []


# --- who may judge -------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["张三", "王敏", "赵六"])
@pytest.mark.parametrize("said", ["通过 1 好了", "不通过 1 慢"])
async def test_nobody_judges_in_the_place_of_who_was_named(
    room: Room, app: App, named: int, who: str, said: str
) -> None:
    answer = await room.words(who, said)

    assert answer == "验收 #1 要由李四来验，别人不能代验；要换人请说：转交 1 @接手的人"
    assert await looks(app) == []
    assert (await entry(app, 1)).state == "open"


@pytest.mark.parametrize(("who", "may"), [("张三", True), ("王敏", True), ("赵六", False)])
async def test_where_nobody_is_named_its_opener_and_the_keepers_judge(
    room: Room, app: App, who: str, may: bool
) -> None:
    await room.say("张三", "验收 报表导出")

    answer = await room.words(who, "通过 1 看过了")

    assert ("✅ 验收 #1 通过了" in answer) is may
    assert ("要由登记的人、项目经理或系统管理员来验" in answer) is not may
    assert (await entry(app, 1)).state == ("done" if may else "open")


async def test_nobody_gets_the_right_to_judge_by_asking_for_it(room: Room, app: App) -> None:
    await room.say("张三", "验收 报表导出")

    assert "没写验收人" in await room.words("赵六", "认领 1")
    assert (await entry(app, 1)).owner_id is None
    await room.say("张三", "转交 1 @赵六")
    assert "✅" in await room.words("赵六", "通过 1")


# --- the word ------------------------------------------------------------------------------------


async def test_it_passes_with_what_shows_it(room: Room, app: App, named: int) -> None:
    answer = await room.say("李四", "通过 1 三次都在 8 分钟内")

    assert isinstance(answer, Card)
    assert answer.title == "✅ 验收 #1 通过了"
    assert answer.text == f"{ITEM}\n证据：三次都在 8 分钟内"
    assert mentioned(answer) == ["张三"]
    found = await entry(app, 1)
    assert (found.state, found.stage) == ("done", "")
    (look,) = found.details["evidence"]
    assert look == {
        "at": found.closed_at.isoformat() if found.closed_at else "",
        "by": found.owner_id,
        "text": "三次都在 8 分钟内",
        "passed": True,
    }
    story = await room.words("张三", "查看 1")
    assert "通过：李四 11月25日 周三 10:00：三次都在 8 分钟内" in story


async def test_evidence_may_follow(room: Room, app: App, named: int) -> None:
    assert "证据可以补：通过 1 链接或说明" in await room.words("李四", "通过 1")

    assert "📎 验收 #1 证据已补" in await room.words("李四", "通过 1 截图在共享盘")

    assert await looks(app) == [(True, ""), (True, "截图在共享盘")]
    assert "已经通过了；补证据请说" in await room.words("李四", "通过 1")
    assert "别人不能代验" in await room.words("张三", "通过 1 我也看过")


async def test_what_fails_stays_open_with_its_reason_until_it_passes(
    room: Room, app: App, named: int
) -> None:
    answer = await room.say("李四", "不通过 1 导入到 3 万条就停了")

    assert isinstance(answer, Card)
    assert answer.title == "❌ 验收 #1 没通过"
    assert "原因：导入到 3 万条就停了" in answer.text
    assert mentioned(answer) == ["张三"]
    found = await entry(app, 1)
    assert (found.state, found.stage) == ("open", "failed")
    assert "（第 2 次）" in await room.words("李四", "不通过 1 还是停")

    await room.say("李四", "通过 1 好了")

    assert await looks(app) == [(False, "导入到 3 万条就停了"), (False, "还是停"), (True, "好了")]
    story = await room.words("张三", "查看 1")
    assert "没通过过：2 次" in story
    assert "状态：已通过" in story


async def test_a_failure_without_its_reason_opens_a_form(room: Room, app: App, named: int) -> None:
    assert "还缺原因" in await room.words("李四", "不通过 1")
    await room.say("李四", "查看 1")
    card = await room.last_card

    form = await room.press("李四", card, "不通过 1")

    assert isinstance(form, Form)
    assert [each.label for each in form.fields] == ["原因"]
    await room.press("李四", await room.last_card, form.say, {"reason": "太慢"})
    assert await looks(app) == [(False, "太慢")]


async def test_in_a_private_chat_its_opener_hears_all_the_same(room: Room, named: int) -> None:
    await room.say("李四", "不通过 1 太慢", group="")

    told = (await room.told("张三"))[-1]

    assert isinstance(told, Card)
    assert told.title == "❌ 验收 #1 没通过"
    assert "李四：太慢" in told.text


async def test_a_word_is_taken_back(room: Room, app: App, named: int) -> None:
    await room.say("李四", "不通过 1 太慢")
    await room.say("李四", "通过 1 好了")

    await room.say("李四", "撤销")
    found = await entry(app, 1)
    assert (found.state, found.stage, len(found.details["evidence"])) == ("open", "failed", 1)
    await room.say("李四", "撤销")

    assert (await entry(app, 1)).stage == ""
    assert await looks(app) == []


async def test_what_passed_can_be_looked_at_again(room: Room, app: App, named: int) -> None:
    await room.say("李四", "通过 1 好了")
    assert "重开 1" in await room.words("李四", "不通过 1 又停了")

    answer = await room.say("张三", "重开 1 又停了")

    told = (await room.told("李四"))[-1]
    assert isinstance(told, Card)
    assert isinstance(answer, Card)
    assert told.title == "张三 请你再验 验收 #1"
    assert "等李四再验" in answer.text
    found = await entry(app, 1)
    assert (found.state, found.stage) == ("open", "")
    assert await looks(app) == [(True, "好了")]


async def test_what_failed_and_was_cancelled_comes_back_as_failed(room: Room, app: App) -> None:
    await room.say("张三", "验收 报表导出")
    await room.say("张三", "不通过 1 少一列")
    await room.say("张三", "取消 1")
    assert "已经取消" in await room.words("张三", "通过 1")

    await room.say("张三", "重开 1")

    assert (await entry(app, 1)).stage == "failed"


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("完成 1", "请说：通过 1 或 不通过 1 原因"),
        ("通过 2", "#2 是任务，这句只用在验收上"),
        ("通过 3", "决策 #3 要说：批准 3 或 驳回 3 原因"),
        ("通过 99", "没有 #99 这条记录"),
        ("通过 1 " + "长" * 5000, "最多 500 字"),
        ("不通过 1 " + "长" * 5000, "最多 500 字"),
        ("通过 1、2", "一次只能说一个编号"),
    ],
)
async def test_what_cannot_pass_says_why(
    room: Room, app: App, named: int, said: str, answered: str
) -> None:
    await room.say("李四", "任务 写方案 明天")
    await room.say("李四", "决策 用 A 方案 批准 @王敏")

    assert answered in await room.words("李四", said)
    assert (await entry(app, 1)).state == "open"
    assert await looks(app) == []


# --- the list ------------------------------------------------------------------------------------


async def test_the_list_counts_and_shows_what_failed_first(room: Room, named: int) -> None:
    await room.say("张三", "验收 报表导出")
    await room.say("张三", "验收 手机登录")
    await room.say("张三", "不通过 3 安卓打不开")
    await room.say("李四", "通过 1")

    assert await room.words("赵六", "验收列表") == (
        "验收（3）\n"
        "通过 1 · 没通过 1 · 待验 1\n"
        "❌ #3 手机登录｜没通过：安卓打不开\n"
        "⬜ #2 报表导出｜待验收\n"
        f"✅ #1 {ITEM}｜李四｜已通过"
    )
    failed = await room.words("赵六", "验收列表 没通过")
    assert failed.splitlines()[2:] == ["❌ #3 手机登录｜没通过：安卓打不开"]
    assert "没看懂「乱来」" in await room.words("赵六", "验收列表 乱来")


async def test_a_late_item_says_so(room: Room, named: int) -> None:
    await room.wait_until(room.now.replace(month=12, day=7))

    assert "12月4日 周五 18:00（已逾期）" in await room.words("张三", "验收列表")


async def test_an_empty_list_says_how_to_begin(room: Room) -> None:
    assert "还没有验收项" in await room.words("张三", "验收列表")


async def test_a_long_list_has_ten_lines_and_more(room: Room) -> None:
    for number in range(12):
        await room.say("张三", f"验收 条目C{number}")

    first = await room.say("张三", "验收列表")

    assert isinstance(first, Card)
    assert len(first.text.splitlines()) == 1 + 10
    assert buttons(first) == ["验收列表 第2页"]
    second = await room.words("张三", "验收列表 第2页")
    assert [each.split()[1] for each in second.splitlines()[2:4]] == ["#11", "#12"]
    assert "一共只有 2 页" in await room.words("张三", "验收列表 第3页")


async def test_what_was_cancelled_is_not_counted(room: Room, named: int) -> None:
    await room.say("张三", "取消 1")

    assert "还没有验收项" in await room.words("张三", "验收列表")


async def test_the_export_holds_all_evidence(room: Room, named: int) -> None:
    await room.say("李四", "不通过 1 太慢")
    await room.say("李四", "通过 1 好了")

    sent = await room.say("张三", "导出 验收")

    assert isinstance(sent, Document)
    sheet = load_workbook(io.BytesIO(sent.content)).worksheets[0]
    header, row = [[cell.value for cell in line] for line in sheet.iter_rows()]
    cells = dict(zip(header, row, strict=True))
    assert cells["没通过几次"] == 1
    assert cells["证据"] == "李四 没通过：太慢\n李四 通过：好了"


# --- any way it may go --------------------------------------------------------------------------

steps = st.lists(st.sampled_from(["通过", "不通过", "重开", "撤销"]), max_size=8)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=steps)
async def test_whatever_is_said_state_stage_and_evidence_agree(
    room: Room, app: App, said: list[str]
) -> None:
    async with app.database.begin() as tx:
        number = len(await ledger.every(tx)) + 1
    await room.say("张三", f"验收 条目C{number} @李四")
    for each in said:
        text = "撤销" if each == "撤销" else f"{each} {number} 因为{each}"
        await room.answers("李四", text)

    found = await entry(app, number)
    seen = [each["passed"] for each in found.details.get("evidence", ())]
    assert (found.state == "done") <= (seen[-1:] == [True])
    assert (found.stage == "failed") <= (seen[-1:] == [False])
    assert all(each["text"] for each in found.details.get("evidence", ()))
