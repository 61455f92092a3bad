"""里程碑 and 目标: plan against actual, the countdown, and how often something was put off."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.app import App
from bot.message import Card, Document, Form
from bot.milestone import countdown, dates, late_words, slips
from bot.workdays import Calendar
from storage import ledger
from storage.history import Event
from storage.ledger import OPENED, Entry
from storage.undo import UNDONE
from tests.conftest import SHANGHAI, WEDNESDAY, Room

MARK = "里程碑 用户验收测试结束 12月1日 @张三"
AIM = "目标 销售每周都用 CRM 指标：活跃率 80% 12月31日 @张三"


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in ("王敏", "张三", "李四"):
        await room.say(who, "成员")


async def stored(app: App, number: int = 1) -> Entry:
    async with app.database.begin() as tx:
        found = await ledger.find(tx, 1, number)
    assert found is not None
    return found


def at(month: int, day: int, hour: int = 18, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


async def facts(room: Room, number: int = 1) -> dict[str, str]:
    card = await room.say("李四", f"查看 {number}")
    assert isinstance(card, Card)
    return dict(card.facts)


# --- writing one down ----------------------------------------------------------------------


async def test_a_day_that_is_said_twice_is_not_part_of_the_metric(room: Room) -> None:
    answer = await room.words("王敏", "目标 年底前销售每天用 CRM 指标：日活率 80% 12月31日")

    assert "12月31日 周四 18:00" in answer
    assert "指标：日活率 80%\n" in answer


async def test_a_milestone_has_an_owner_a_day_and_a_countdown(room: Room, app: App) -> None:
    answer = await room.words("王敏", MARK)

    assert answer == (
        '里程碑 #1 已记 · 负责人 张三 · 12月1日 周二 18:00 · 10分钟内回"撤销"\n'
        "用户验收测试结束\n还有 6 天（4 个工作日）"
    )
    found = await stored(app)
    assert (found.kind, found.owner_name, found.due) == ("milestone", "张三", at(12, 1))
    assert datetime.fromisoformat(found.details["planned"]) == at(12, 1)


async def test_it_is_mine_where_nobody_is_named_and_others_help(room: Room, app: App) -> None:
    assert "负责人 王敏" in await room.words("王敏", "里程碑 系统上线 12月31日")
    assert "负责人 李四 · 协助 张三" in await room.words(
        "王敏", "里程碑 培训完 12月8日 @李四 @张三"
    )


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        ("里程碑 系统上线", "要写上日期"),
        ("里程碑 下周五", "还缺内容"),
        ("里程碑 ！！ 下周五", "还缺内容"),
        ("里程碑", "还缺"),
    ],
)
async def test_it_needs_words_and_a_day(room: Room, said: str, lacks: str) -> None:
    answer = await room.words("王敏", said)

    assert lacks in answer
    assert "例如：里程碑" in answer
    assert "没有 #1" in await room.words("王敏", "查看 1")


async def test_a_day_that_is_over_is_asked_about(room: Room) -> None:
    answer = await room.words("王敏", "里程碑 系统上线 2026年11月1日")

    assert "11月1日" in answer
    assert "没有 #1" in await room.words("王敏", "查看 1")


# --- goals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        AIM,
        "目标 销售每周都用 CRM 12月31日 @张三 指标：活跃率 80%",
        "目标 @张三 12月31日 销售每周都用 CRM 指标：活跃率 80%",
        "目标 销售每周都用 CRM 指标：活跃率 80% @张三 12月31日前",
        "目标 销售每周都用 CRM @张三 指标:活跃率 80%，12月31日前",
    ],
)
async def test_a_goal_has_a_measure_whatever_the_order(room: Room, app: App, said: str) -> None:
    answer = await room.words("王敏", said)

    assert answer == (
        '目标 #1 已记 · 负责人 张三 · 12月31日 周四 18:00 · 10分钟内回"撤销"\n'
        "销售每周都用 CRM\n指标：活跃率 80%\n还有 36 天（26 个工作日）"
    )
    found = await stored(app)
    assert found.details["metric"] == "活跃率 80%"
    assert datetime.fromisoformat(found.details["planned"]) == at(12, 31)


@pytest.mark.parametrize(
    "metric",
    ["24 小时内", "答复 24 小时内", "满意度 4.5", "活跃率 80%", "不低于 去年", "每人每天 5 条"],
)
async def test_what_is_measured_is_no_deadline(room: Room, app: App, metric: str) -> None:
    await room.say("王敏", f"目标 服务更好 指标：{metric}")

    found = await stored(app)
    assert (found.details["metric"], found.due, found.title) == (metric, None, "服务更好")


async def test_a_measure_in_the_title_is_asked_about(room: Room) -> None:
    answer = await room.words("王敏", "目标 24 小时内回复客户")

    assert "「24 小时内」" in answer
    assert "指标" in answer
    assert "没有 #1" in await room.words("王敏", "查看 1")


async def test_an_unclear_day_behind_the_measure_is_asked_about(room: Room) -> None:
    answer = await room.words("王敏", "目标 服务更好 指标：满意度 90% 11月1日")

    assert "「11月1日」拿不准" in answer
    assert "没有 #1" in await room.words("王敏", "查看 1")


async def test_a_goal_without_a_measure_is_asked_for_one(room: Room) -> None:
    assert "还没有指标" in await room.words("王敏", "目标 报表自动化")


async def test_talk_of_target_customers_is_no_goal(room: Room) -> None:
    await room.say("王敏", "目标客户名单在哪里", group="")

    assert "没有 #1" in await room.words("王敏", "查看 1")


# --- what came of it -----------------------------------------------------------------------


async def test_finishing_answers_plan_and_actual(room: Room) -> None:
    await room.say("王敏", MARK)
    await room.wait_until(at(12, 3, 10))

    answer = await room.words("张三", "完成 1")

    assert answer == (
        "✅ 里程碑 #1 已达成\n用户验收测试结束\n计划 12月1日 周二，实际 12月3日 周四，晚 2 天"
    )
    assert (await facts(room))["完成于"] == "12月3日 周四，晚 2 天"


@pytest.mark.parametrize(
    ("day", "said"),
    [(at(11, 30, 9), "提前 1 天"), (at(12, 1, 23), "按时"), (at(12, 2, 1), "晚 1 天")],
)
async def test_days_count_not_hours(room: Room, day: datetime, said: str) -> None:
    await room.say("王敏", MARK)
    await room.wait_until(day)

    assert said in await room.words("张三", "完成 1")


async def test_another_year_is_said(room: Room) -> None:
    await room.say("王敏", "里程碑 系统上线 12月31日")
    await room.wait_until(at(1, 4, 10, year=2027))

    answer = await room.words("王敏", "完成 1")

    assert "计划 2026年12月31日 周四，实际 1月4日 周一，晚 4 天" in answer


async def test_the_plan_is_the_first_deadline_however_often_it_moves(room: Room) -> None:
    await room.say("王敏", MARK)
    await room.say("张三", "改期 1 12月8日")
    moved = await room.words("张三", "改期 1 12月15日 供应商晚了")
    await room.wait_until(at(12, 16, 10))

    answer = await room.words("张三", "完成 1")

    chain = "已推迟 2 次：12月1日 → 12月8日 → 12月15日"
    assert f"{chain}（比原计划晚 14 天）" in moved
    assert f"计划 12月1日 周二，实际 12月16日 周三，晚 15 天\n{chain}" in answer
    assert (await facts(room))["日期变动"] == chain
    assert (await facts(room))["计划"] == "12月1日 周二"


async def test_a_move_that_was_taken_back_is_no_slip(room: Room) -> None:
    await room.say("王敏", MARK)
    await room.say("张三", "改期 1 12月8日")
    await room.say("张三", "撤销")

    assert "日期变动" not in await facts(room)
    assert "已推迟 1 次：12月1日 → 12月15日" in await room.words("张三", "改期 1 12月15日")


async def test_the_first_deadline_of_a_goal_is_its_plan_even_if_it_comes_later(room: Room) -> None:
    await room.say("王敏", "目标 报表自动化")
    assert "推迟" not in await room.words("王敏", "改期 1 12月18日")
    await room.say("王敏", "改期 1 12月25日")

    assert (await facts(room))["计划"] == "12月18日 周五"
    await room.wait_until(at(12, 21, 10))
    assert "计划 12月18日 周五，实际 12月21日 周一，晚 3 天" in await room.words("王敏", "完成 1")


async def test_a_goal_without_any_day_is_just_reached(room: Room) -> None:
    await room.say("王敏", "目标 报表自动化")

    assert await room.words("王敏", "完成 1") == "✅ 目标 #1 已达成\n报表自动化"


async def test_reopened_it_counts_down_again(room: Room) -> None:
    await room.say("王敏", MARK)
    await room.say("张三", "完成 1")
    await room.say("张三", "重开 1 又发现一处")

    assert (await facts(room))["倒计时"] == "还有 6 天（4 个工作日）"
    assert "完成于" not in await facts(room)


# --- 实际 ----------------------------------------------------------------------------------


async def test_the_actual_value_stands_beside_the_measure(room: Room, app: App) -> None:
    await room.say("王敏", AIM)

    assert "指标 活跃率 80%，实际 70%" in await room.words("张三", "实际 1 70%")
    assert "上次记的是 70%" in await room.words("王敏", "实际 1 78%")
    assert (await stored(app)).details["actual"] == "78%"
    shown = await facts(room)
    assert (shown["指标"], shown["实际值"]) == ("活跃率 80%", "78%")
    assert "实际：70%" in await room.words("李四", "查看 1")


async def test_finishing_asks_for_a_missing_value_which_may_follow(room: Room) -> None:
    await room.say("王敏", AIM)

    assert "做到多少还没记，可以补：实际 1 数值" in await room.words("张三", "完成 1")
    assert "指标 活跃率 80%，实际 82%" in await room.words("张三", "实际 1 82%")


async def test_it_can_be_taken_back(room: Room, app: App) -> None:
    await room.say("王敏", AIM)
    await room.say("张三", "实际 1 70%")
    await room.say("张三", "撤销")

    assert "actual" not in (await stored(app)).details


@pytest.mark.parametrize(
    ("who", "said", "answer"),
    [
        ("李四", "实际 1 99%", "要由张三、登记的人、项目经理或系统管理员来改"),
        ("张三", "实际 2 99%", "#2 是里程碑，这句只用在目标上"),
        ("张三", "实际 9 99%", "没有 #9 这条记录"),
        ("张三", "实际 1", "还缺做到多少"),
    ],
)
async def test_what_it_refuses(room: Room, app: App, who: str, said: str, answer: str) -> None:
    await room.say("王敏", AIM)
    await room.say("王敏", MARK)

    assert answer in await room.words(who, said)
    assert "actual" not in (await stored(app)).details


async def test_a_cancelled_goal_has_no_actual_value(room: Room) -> None:
    await room.say("王敏", AIM)
    await room.say("张三", "取消 1")

    assert "已经取消了" in await room.words("张三", "实际 1 70%")


async def test_the_button_asks_for_the_value_by_a_form(room: Room, app: App) -> None:
    card = await room.say("王敏", AIM)
    assert isinstance(card, Card)
    say = next(each.say for each in card.buttons if each.label == "记实际值")

    form = await room.press("张三", await room.last_card, say)
    assert isinstance(form, Form)
    await room.press("张三", await room.last_card, form.say, {"actual": "70%"})

    assert (await stored(app)).details["actual"] == "70%"


# --- lists and tables ----------------------------------------------------------------------


async def test_the_list_says_day_countdown_and_delay(room: Room) -> None:
    await room.say("王敏", MARK)
    await room.say("王敏", "里程碑 系统上线 2027年1月15日 @李四")
    await room.say("张三", "改期 1 12月8日")

    assert (await room.words("王敏", "里程碑列表")).splitlines() == [
        "未了结的里程碑（2）",
        "#1 用户验收测试结束｜张三｜12月8日 周二，还有 13 天（9 个工作日）｜比计划晚 7 天",
        "#2 系统上线｜李四｜2027年1月15日 周五，还有 51 天（36 个工作日）",
    ]


async def test_the_list_says_what_is_late_and_how_late_it_ended(room: Room) -> None:
    await room.say("王敏", MARK)
    await room.wait_until(at(12, 4, 10))
    assert "已逾期 3 天（3 个工作日）" in await room.words("王敏", "里程碑列表")

    await room.say("张三", "完成 1")

    answer = await room.words("王敏", "里程碑列表 已完成")
    assert "#1 用户验收测试结束｜张三｜已达成 12月4日 周五，晚 3 天" in answer


async def test_the_list_of_goals_has_measure_and_value(room: Room) -> None:
    await room.say("王敏", AIM)
    await room.say("张三", "实际 1 70%")

    assert "#1 销售每周都用 CRM｜张三｜指标 活跃率 80%，实际 70%｜12月31日" in await room.words(
        "李四", "目标列表"
    )


async def test_the_export_has_plan_and_delay(room: Room) -> None:
    await room.say("王敏", AIM)
    await room.say("张三", "实际 1 82%")
    await room.wait_until(at(12, 29, 10))
    await room.say("张三", "完成 1")

    row = await exported(room, "导出 目标")

    assert (row["指标"], row["实际值"], row["计划"], row["晚几天"]) == (
        "活跃率 80%", "82%", "2026-12-31", -2,
    )  # fmt: skip


async def exported(room: Room, said: str) -> dict[str, Any]:
    document = await room.say("王敏", said)
    assert isinstance(document, Document)
    sheet = load_workbook(io.BytesIO(document.content)).worksheets[0]
    header, row = sheet.iter_rows(values_only=True)
    return dict(zip(map(str, header), row, strict=True))


# --- 经验 ----------------------------------------------------------------------------------


async def test_anybody_may_note_a_lesson_and_nobody_has_to_do_it(room: Room, app: App) -> None:
    answer = await room.words("李四", "教训 11月20日的导入没先清洗数据，返工三天")

    assert answer == '经验 #1 已记 · 10分钟内回"撤销"\n11月20日的导入没先清洗数据，返工三天'
    found = await stored(app)
    assert (found.kind, found.owner_id, found.due) == ("lesson", None, None)
    assert "待认领" not in await room.words("王敏", "经验列表")
    assert "负责人" not in await facts(room)


async def test_a_lesson_needs_words(room: Room) -> None:
    assert "还缺" in await room.words("李四", "经验 ！！")


# --- words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (at(11, 25, 18), "就在今天"),
        (at(11, 25, 9), "今天到期，已经过点"),
        (at(11, 26, 18), "还有 1 天（1 个工作日）"),
        (at(11, 29, 18), "还有 4 天（2 个工作日）"),
        (at(11, 24, 18), "已逾期 1 天（1 个工作日）"),
        (at(11, 22, 18), "已逾期 3 天（3 个工作日）"),
        (at(11, 25, 18, year=2040), "还有 5114 天"),
    ],
)
def test_the_countdown_leaves_out_today(due: datetime, said: str) -> None:
    assert countdown(due, WEDNESDAY, Calendar()) == said


def opened_and_moved(*moves: datetime | None) -> list[Event]:
    return [
        Event(
            at=WEDNESDAY,
            by="张三",
            verb="改期" if place else OPENED,
            text="",
            before={},
            after={"due": due},
        )
        for place, due in enumerate(moves)
    ]


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ([at(12, 1)], ""),
        ([None], ""),
        ([None, at(12, 1)], ""),
        ([at(12, 1), at(12, 1, 12)], ""),
        ([at(12, 1), at(12, 8)], "已推迟 1 次：12月1日 → 12月8日"),
        ([at(12, 8), at(12, 1)], "已提前 1 次：12月8日 → 12月1日"),
        (
            [at(12, 1), at(12, 8), at(12, 4)],
            "改期 2 次，其中推迟 1 次：12月1日 → 12月8日 → 12月4日",
        ),
        ([at(12, 1), at(1, 8, year=2027)], "已推迟 1 次：12月1日 → 2027年1月8日"),
        (
            [at(12, day) for day in range(1, 9)],
            "已推迟 7 次：12月1日 → … → 12月4日 → 12月5日 → 12月6日 → 12月7日 → 12月8日",
        ),
    ],
)
def test_the_chain_of_days(moves: list[datetime | None], said: str) -> None:
    assert slips(opened_and_moved(*moves), WEDNESDAY) == said


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(0, 40))
def test_taking_back_a_move_leaves_the_days_as_they_were(steps: list[int], extra: int) -> None:
    dues = [at(12, 1) + timedelta(days=each) for each in steps]
    events = opened_and_moved(*dues)
    moved = opened_and_moved(at(12, 1), at(12, 1) + timedelta(days=extra))[1]
    undone = Event(
        at=WEDNESDAY, by="张三", verb=UNDONE, text="", before={}, after={"due": dues[-1]}
    )

    assert dates([*events, moved, undone], WEDNESDAY) == dates(events, WEDNESDAY)


@given(st.integers(-400, 400))
def test_late_and_early_are_never_mixed_up(days: int) -> None:
    words = late_words(days)

    assert ("晚" in words, "提前" in words) == (days > 0, days < 0)
    assert str(abs(days)) in words or words == "按时"
