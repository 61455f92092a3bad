"""预算 and 支出: exact to the cent, and heard of before it is too late."""

import asyncio
import io
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.app import App
from bot.budget import Account
from bot.message import Card, Document
from bot.platforms.console import chat_of, incoming
from storage import history, ledger
from storage import member as members
from tests.conftest import Room
from tests.house_of_decisions import buttons, entry, mentioned, posts


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    await staff(room)


async def staff(room: Room) -> None:
    for who in ("王敏", "张三", "李四"):
        await room.say(who, "成员")
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @李四 系统管理员")


async def spent(app: App, number: int = 1) -> Decimal:
    return Decimal((await entry(app, number)).details["spent"])


async def nothing_stored(app: App) -> bool:
    async with app.database.begin() as tx:
        return await ledger.every(tx) == []


# --- the plan --------------------------------------------------------------------------------


async def test_a_subject_gets_a_plan_and_says_it_in_two_ways(room: Room, app: App) -> None:
    answer = await room.words("王敏", "预算 培训 12000")

    assert answer == (
        '预算 #1 已记 · 10分钟内回"撤销"\n'
        "培训\n计划 ¥12,000（1.2万），花了就说：支出 培训 金额 说明"
    )
    assert (await entry(app, 1)).details == {"plan": "12000.00", "spent": "0.00"}


async def test_the_same_subject_again_changes_its_plan_and_the_history_keeps_both(
    room: Room, app: App
) -> None:
    await room.say("王敏", "预算 CRM 培训 12000")

    answer = await room.words("李四", "预算 ＣＲＭ　培训 1.5万")

    assert answer.splitlines()[0] == (
        '预算 CRM 培训 改为 ¥15,000（1.5万），原来 ¥12,000 · 10分钟内回"撤销"'
    )
    assert "李四 改预算：¥12,000 → ¥15,000" in await room.words("张三", "查看 1")
    assert "本来就是" in await room.words("王敏", "预算 CRM 培训 15000")
    assert len(await posts(room, "私聊")) == 0
    async with app.database.begin() as tx:
        assert len(await ledger.every(tx)) == 1


async def test_a_subject_that_is_alike_is_pointed_out(room: Room) -> None:
    await room.say("王敏", "预算 培训 12000")

    assert "另有相近的科目：培训 #1；弄重了就回 撤销" in await room.words(
        "王敏", "预算 培训费 500"
    )


async def test_words_behind_a_known_subject_make_no_new_one(room: Room, app: App) -> None:
    await room.say("王敏", "预算 培训 12000")

    assert "已有科目「培训」" in await room.words("王敏", "预算 培训 讲师 5000")

    async with app.database.begin() as tx:
        assert len(await ledger.every(tx)) == 1


@pytest.mark.parametrize("said", ["预算 培训 12000", "支出 培训 500"])
async def test_only_keepers_write_amounts(room: Room, app: App, said: str) -> None:
    answer = "预算和支出要项目经理或系统管理员来记，现在是 王敏、李四"
    assert await room.words("张三", said) == answer
    assert await nothing_stored(app)


async def test_in_a_team_that_nobody_keeps_yet_anyone_may(room: Room, app: App) -> None:
    async with app.database.begin() as tx:
        for each in await members.in_team(tx, 1):
            await members.set_roles(tx, each.id, [])

    await room.say("张三", "预算 培训 12000")
    await room.say("李四", "支出 培训 500")

    assert await spent(app) == 500


async def test_a_subject_is_nobodys_work(room: Room, app: App) -> None:
    await room.say("王敏", "预算 培训 12000")

    assert (await entry(app, 1)).owner_id is None
    assert "培训" not in await room.words("王敏", "我的")
    story = await room.words("王敏", "查看 1")
    assert "待认领" not in story
    assert "计划：¥12,000（1.2万）" in story


@pytest.mark.parametrize("subject", ["5G 流量", "CRM2.0", "2位讲师", "3D 打印", "差旅 2026年"])
async def test_a_subject_may_have_digits_and_spaces(room: Room, app: App, subject: str) -> None:
    await room.say("王敏", f"预算 {subject} 300")
    await room.say("王敏", f"支出 {subject} 30.5 十一月")

    found = await entry(app, 1)
    assert (found.title, found.details["plan"]) == (subject, "300.00")
    assert await spent(app) == Decimal("30.5")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("预算 培训", "还缺金额，前面空一格写，比如：预算 培训 12000"),
        ("预算 12000", "还缺科目"),
        ("预算 培训 0", "预算要大于 0"),
        ("预算 培训 -5000", "预算要大于 0"),
        ("预算 培训 1e9", "「1e9」不像金额"),
        ("预算 培训 0.001", "金额最多到分"),
        ("预算 培训 一万二元", "金额请用数字写"),
        ("预算 培训 3000 500", "有 2 个数像金额：3000、500"),
        ("预算 培训 99999999999999", "金额太大了"),
        ("预算 @张三 3000", "科目写一个名字就行"),
        ("预算 " + "长" * 41 + " 3000", "科目名最多 40 个字"),
        ("预算 " + "长" * 5000 + " 3000", "科目名最多 40 个字"),
        ("预算 培训 3kk", "还缺金额"),
        ("预算 培训 1,20", "「1,20」不像金额"),
        ("支出 培训 3000", "还没有预算科目"),
        ("支出 培训", "还缺金额"),
        ("支出 3000", "还缺科目"),
    ],
)
async def test_what_is_unclear_is_asked_for_and_not_stored(
    room: Room, app: App, said: str, answer: str
) -> None:
    assert answer in await room.words("王敏", said)
    assert await nothing_stored(app)


# --- spending --------------------------------------------------------------------------------


async def test_spending_adds_up_and_says_what_is_left(room: Room, app: App) -> None:
    await room.say("王敏", "预算 培训 12000")

    answer = await room.say("李四", "支出 培训 3,000.50 讲师场地")

    assert isinstance(answer, Card)
    assert answer.title == '培训 支出 ¥3,000.50 已记 · 10分钟内回"撤销"'
    assert answer.text == "已花 ¥3,000.50 / ¥12,000（25%） · 剩 ¥8,999.50\n讲师场地"
    assert await spent(app) == Decimal("3000.50")
    assert "李四 支出：¥3,000.50 讲师场地" in await room.words("张三", "查看 1")


async def test_a_refund_is_said_with_its_sign_and_cannot_exceed_what_was_spent(
    room: Room, app: App
) -> None:
    await room.say("王敏", "预算 培训 12000")
    await room.say("王敏", "支出 培训 3000")

    answer = await room.words("王敏", "支出 培训 -1,200.50 退场地费")

    assert answer.startswith("培训 退款 ¥1,200.50 已记")
    assert "王敏 退款：-¥1,200.50 退场地费" in await room.words("张三", "查看 1")
    assert "退不了 ¥5,000" in await room.words("王敏", "支出 培训 -5000")
    assert "不用记" in await room.words("王敏", "支出 培训 0")
    assert await spent(app) == Decimal("1799.50")


async def test_taking_back_puts_the_money_back(room: Room, app: App) -> None:
    await room.say("王敏", "预算 培训 12000")
    await room.say("王敏", "支出 培训 3000")
    await room.say("王敏", "支出 培训 11000")

    assert "已撤销 预算 #1 的「支出」" in await room.words("王敏", "撤销")

    assert await spent(app) == 3000
    await room.say("王敏", "撤销")
    assert await spent(app) == 0
    await room.say("王敏", "撤销")
    assert (await entry(app, 1)).state == "cancelled"
    assert "还没有预算科目" in await room.words("王敏", "支出 培训 1")


async def test_taking_back_a_new_plan_brings_the_old_one_back(room: Room, app: App) -> None:
    await room.say("王敏", "预算 培训 12000")
    await room.say("王敏", "预算 培训 20000")

    await room.say("王敏", "撤销")

    assert (await entry(app, 1)).details["plan"] == "12000.00"


async def test_what_somebody_else_spent_since_is_not_overwritten(room: Room, app: App) -> None:
    await room.say("王敏", "预算 培训 12000")
    await room.say("王敏", "支出 培训 3000")
    await room.say("李四", "支出 培训 500")

    assert "之后又有人改过" in await room.words("王敏", "撤销")
    assert await spent(app) == 3500


async def test_an_unknown_subject_is_asked_about_and_a_press_settles_it(
    room: Room, app: App
) -> None:
    await room.say("王敏", "预算 培训 12000")
    await room.say("王敏", "预算 硬件 5万")

    answer = await room.say("王敏", "支出 培训费 300.5 打车 去客户")

    assert isinstance(answer, Card)
    assert answer.title == "没有「培训费」这个科目，先没记"
    assert "现有科目：培训、硬件" in answer.text
    assert buttons(answer) == ["支出 培训 300.5 打车 去客户"]
    assert await spent(app) == 0
    card = await room.last_card
    await room.press("王敏", card, buttons(answer)[0])
    assert await spent(app) == Decimal("300.5")
    again = await room.press("王敏", card, buttons(answer)[0])
    assert "已经有人选过了" in str(again)
    assert await spent(app) == Decimal("300.5")


async def test_the_longest_subject_that_fits_is_meant(room: Room, app: App) -> None:
    await room.say("王敏", "预算 CRM 10000")
    await room.say("王敏", "预算 CRM培训 10000")
    await room.say("王敏", "支出 CRM培训 100 讲师")
    await room.say("王敏", "支出 CRM 20 培训")

    assert [await spent(app, number) for number in (1, 2)] == [Decimal(20), Decimal(100)]


async def test_a_closed_subject_takes_no_more_money(room: Room, app: App) -> None:
    await room.say("王敏", "预算 培训 12000")
    assert "已结清" in await room.words("王敏", "关闭 1")
    await room.say("王敏", "预算 硬件 100")

    assert "要接着用请说：重开 1" in await room.words("王敏", "支出 培训 1")
    assert "要接着用请说：重开 1" in await room.words("王敏", "预算 培训 1")
    await room.say("王敏", "重开 1")
    await room.say("王敏", "支出 培训 1")
    assert await spent(app) == 1


async def test_two_open_subjects_never_have_one_name(room: Room, app: App) -> None:
    await room.say("王敏", "预算 培训 12000")
    await room.say("王敏", "取消 1")
    await room.say("王敏", "预算 培训 500")

    assert "现在用的是 预算 #2" in await room.words("王敏", "重开 1")
    assert (await entry(app, 1)).state == "cancelled"


# --- warnings --------------------------------------------------------------------------------


async def test_the_project_managers_hear_of_eighty_and_of_a_hundred_once_each(
    room: Room,
) -> None:
    await room.say("王敏", "预算 培训 10000")
    heard = []
    for amount in ("7999.99", "0.01", "500", "1500", "1", "5000"):
        answer = await room.say("李四", f"支出 培训 {amount}")
        assert isinstance(answer, Card)
        heard.append((mentioned(answer), answer.text.splitlines()[1:]))

    assert heard == [
        ([], []),
        (["王敏"], ["⚠️ 培训已用 80%，剩 ¥2,000"]),
        ([], []),
        (["王敏"], ["🔴 培训的预算用完了；要加就说：预算 培训 新的金额"]),
        ([], []),
        ([], []),
    ]


async def test_after_a_refund_the_same_threshold_is_heard_of_again(room: Room) -> None:
    await room.say("王敏", "预算 培训 10000")
    await room.say("李四", "支出 培训 8000")

    assert "⚠️" not in await room.words("李四", "支出 培训 -1")
    assert "⚠️ 培训已用 80%" in await room.words("李四", "支出 培训 1")


async def test_what_was_taken_back_is_warned_of_when_it_is_spent_again(room: Room) -> None:
    await room.say("王敏", "预算 培训 10000")
    await room.say("李四", "支出 培训 8000")
    await room.say("李四", "撤销")

    assert "⚠️" in await room.words("李四", "支出 培训 8000")
    assert "⚠️" not in await room.words("李四", "支出 培训 1")


async def test_one_spending_that_passes_both_says_the_worse_once(room: Room) -> None:
    await room.say("王敏", "预算 培训 10000")

    assert "🔴 培训的预算用完了，超了 ¥2,000" in await room.words("李四", "支出 培训 12000")


async def test_a_new_plan_is_warned_of_again(room: Room) -> None:
    await room.say("王敏", "预算 培训 10000")
    await room.say("李四", "支出 培训 8500")

    assert "⚠️" not in await room.words("王敏", "预算 培训 2万")
    assert "⚠️ 培训已用 82%" in await room.words("李四", "支出 培训 8000")
    shrunk = await room.say("李四", "预算 培训 16000")

    assert isinstance(shrunk, Card)
    assert "🔴 培训的预算用完了，超了 ¥500" in shrunk.text
    assert mentioned(shrunk) == ["王敏"]


async def test_in_a_private_chat_the_managers_are_told_in_theirs(room: Room) -> None:
    await room.say("王敏", "预算 培训 10000")

    await room.say("李四", "支出 培训 9000", group="私聊")

    told = (await room.told("王敏"))[-1]
    assert isinstance(told, Card)
    assert told.title == "⚠️ 培训已用 90%，剩 ¥1,000"


# --- lists -----------------------------------------------------------------------------------


async def test_the_list_shows_every_subject_and_the_total(room: Room) -> None:
    assert "还没有预算科目" in await room.words("张三", "预算")
    await room.say("王敏", "预算 硬件 5万")
    await room.say("王敏", "预算 培训 10000")
    await room.say("王敏", "支出 培训 8300.5")

    for said in ("预算", "预算列表", "预算 列表"):
        assert await room.words("张三", said) == (
            "预算（2）\n"
            "🟡 #2 培训｜¥8,300.50 / ¥10,000（83%）｜剩 ¥1,699.50\n"
            "🟢 #1 硬件｜¥0 / ¥50,000（0%）｜剩 ¥50,000\n"
            "合计：计划 ¥60,000（6万） · 已花 ¥8,300.50 / ¥60,000（13%） · 剩 ¥51,699.50"
        )
    assert "🟡 #2 培训" in await room.words("张三", "预算 培训")


async def test_a_long_list_has_pages_and_one_total(room: Room) -> None:
    for number in range(12):
        await room.say("王敏", f"预算 科目{number} 100")

    first = await room.say("张三", "预算列表")

    assert isinstance(first, Card)
    assert len(first.text.splitlines()) == 10
    assert buttons(first) == ["预算列表 第2页"]
    assert first.facts[0][1].startswith("计划 ¥1,200")
    assert len((await room.words("张三", "预算列表 第2页")).splitlines()) == 4
    assert "一共只有 2 页" in await room.words("张三", "预算列表 第3页")


async def test_what_is_settled_still_counts_in_the_total(room: Room) -> None:
    await room.say("王敏", "预算 硬件 5万")
    await room.say("王敏", "支出 硬件 4万")
    await room.say("王敏", "预算 培训 10000")
    await room.say("王敏", "完成 1")

    assert await room.words("张三", "预算") == (
        "预算（2）\n"
        "🟢 #2 培训｜¥0 / ¥10,000（0%）｜剩 ¥10,000\n"
        "☑️ #1 硬件｜¥40,000 / ¥50,000（80%）｜剩 ¥10,000｜已结清\n"
        "合计：计划 ¥60,000（6万） · 已花 ¥40,000 / ¥60,000（66%） · 剩 ¥20,000"
    )


async def test_a_subject_with_money_spent_does_not_vanish(room: Room, app: App) -> None:
    await room.say("王敏", "预算 培训 10000")
    await room.say("王敏", "支出 培训 300.5")

    refused = await room.words("王敏", "取消 1")

    assert "支出 培训 -300.50；用完了就说：完成 1" in refused
    assert (await entry(app, 1)).state == "open"
    await room.say("王敏", "支出 培训 -300.50")
    assert "已取消" in await room.words("王敏", "取消 1")


async def test_the_export_has_amounts_that_can_be_summed(room: Room) -> None:
    await room.say("王敏", "预算 培训 1000")
    await room.say("王敏", "支出 培训 1300.5")

    sent = await room.say("张三", "导出 预算")

    assert isinstance(sent, Document)
    sheet = load_workbook(io.BytesIO(sent.content)).worksheets[0]
    header, row = [[cell.value for cell in line] for line in sheet.iter_rows()]
    cells = dict(zip(header, row, strict=True))
    assert [cells[each] for each in ("计划", "已花", "剩余")] == [1000, 1300.5, -300.5]


# --- exactness -------------------------------------------------------------------------------

amounts = st.integers(min_value=-500_00, max_value=5000_00).map(lambda cents: Decimal(cents) / 100)
steps = st.lists(st.one_of(amounts, st.just("撤销")), max_size=12)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(said=steps)
async def test_any_sequence_of_spending_and_taking_back_sums_exactly(
    room: Room, app: App, said: list[Decimal | str]
) -> None:
    async with app.database.begin() as tx:
        number = len(await ledger.every(tx)) + 1
    subject = f"科目{number}号"
    await room.say("王敏", f"预算 {subject} 1000")
    standing: list[Decimal] = []
    for turn, each in enumerate(said):
        if each == "撤销":
            if not standing:
                break
            await room.say("王敏", "撤销")
            standing.pop()
        elif isinstance(each, Decimal):
            await room.say("王敏", f"支出 {subject} {each} {chr(ord('一') + turn)}")
            if each and sum(standing) + each >= 0:
                standing.append(each)

    assert await spent(app, number) == sum(standing, Decimal(0))


async def test_what_is_spent_at_once_is_added_or_refused_but_never_lost(
    room: Room, app: App
) -> None:
    await room.say("王敏", "预算 培训 1000")

    async def spend(number: int, who: str) -> None:
        await app.handle(
            incoming(
                10_000 + number,
                chat=chat_of(room.group, who),
                sender=who,
                text=f"支出 培训 {number}.01",
                roster=[],
                leads=app.leads,
                at=app.clock(),
            )
        )

    await asyncio.gather(*(spend(each, ("王敏", "李四")[each % 2]) for each in range(1, 9)))

    found = await entry(app, 1)
    async with app.database.begin() as tx:
        written = [each.text for each in await history.story(tx, found.id) if each.verb == "支出"]
    assert written
    assert await spent(app) == sum((Decimal(each[1:]) for each in written), Decimal(0))


@given(
    plan=st.integers(min_value=1, max_value=10**15 - 1),
    cost=st.integers(min_value=0, max_value=10**15 - 1),
)
def test_a_threshold_is_passed_exactly_when_it_is_reached(plan: int, cost: int) -> None:
    sums = Account(Decimal(plan) / 100, Decimal(cost) / 100)

    assert sums.passed == (100 if cost >= plan else 80 if cost * 5 >= plan * 4 else 0)
    assert sums.percent == cost * 100 // plan
    assert sums.left + sums.spent == sums.plan
