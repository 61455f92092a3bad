"""重复的任务: what is understood, when it comes back, and that it comes back once."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App
from bot.errors import Refusal
from bot.every import find_rule
from bot.message import Card, Outgoing, as_lines
from bot.recurrence import LAST, Rule, begun, moved, next_after, rule_from, words
from bot.timewords.clock import Hours
from bot.workdays import Calendar
from storage import ledger
from storage.ledger import Entry
from tests.conftest import SHANGHAI, WEDNESDAY, Room

CALENDAR = Calendar()
FRIDAY = WEDNESDAY + timedelta(days=2)
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=SHANGHAI)


def rule(text: str) -> Rule:
    found = find_rule(text, Hours())
    assert found is not None
    return begun(found.rule, WEDNESDAY, CALENDAR)


def times(text: str, count: int = 3, after: datetime = WEDNESDAY) -> list[str]:
    asked, moment, found = rule(text), after, []
    for _ in range(count):
        moment = next_after(asked, moment, CALENDAR)
        found.append(f"{moment:%m-%d %a %H:%M}")
    return found


# --- what is understood ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said", "left"),
    [
        ("每周五 17:00 交周报", "每周五 17:00", "交周报"),
        ("每周五17:00前交周报", "每周五 17:00", "交周报"),
        ("每周五 17：00 交周报", "每周五 17:00", "交周报"),
        ("每星期五下午5点交周报", "每周五 17:00", "交周报"),
        ("每周五六点开会", "每周五 18:00", "开会"),
        ("整理周报每周五下班前", "每周五 18:00", "整理周报"),
        ("整理周报，每周5", "每周五 18:00", "整理周报，"),
        ("每周五 交下周计划", "每周五 18:00", "交下周计划"),
        ("每周一、三、五 9:00 巡检", "每周一、周三、周五 09:00", "巡检"),
        ("每周一三五 9点 巡检", "每周一、周三、周五 09:00", "巡检"),
        ("每周一到周五 9:00 巡检", "每周一到周五 09:00", "巡检"),
        ("每周六 备份", "每周六 18:00", "备份"),
        ("每天 交日报", "每天 18:00", "交日报"),
        ("每日 9:00 交日报", "每天 09:00", "交日报"),
        ("每个工作日 9点半 站会", "每个工作日 09:30", "站会"),
        ("每天早上 打卡", "每天 09:00", "打卡"),
        ("每两周周一 盘点", "每两周周一 18:00", "盘点"),
        ("隔周的周五 盘点", "每两周周五 18:00", "盘点"),
        ("每隔一周周五 盘点", "每两周周五 18:00", "盘点"),
        ("每3周周一和周四 盘点", "每3周周一、周四 18:00", "盘点"),
        ("每3天 看日志", "每3天 18:00", "看日志"),
        ("每月5号 对账", "每月5号 18:00", "对账"),
        ("每月10日前报工资", "每月10号 18:00", "报工资"),
        ("每月1号、15号 对账", "每月1号、15号 18:00", "对账"),
        ("每个月五号上午 对账", "每月5号 12:00", "对账"),
        ("每月最后一个工作日 关账", "每月最后一个工作日 18:00", "关账"),
        ("每月底前关账", "每月最后一个工作日 18:00", "关账"),
        ("每月第一个工作日 关账", "每月第一个工作日 18:00", "关账"),
        ("每月第二个周三 例会", "每月第二个周三 18:00", "例会"),
        ("每月最后一个周五 例会", "每月最后一个周五 18:00", "例会"),
        ("每季度末 复盘", "每季度最后一个工作日 18:00", "复盘"),
    ],
)
def test_many_ways_to_say_how_often(text: str, said: str, left: str) -> None:
    found = find_rule(text, Hours())

    assert found is not None
    assert words(found.rule) == said
    assert (text[: found.start] + text[found.stop :]).strip() == left


@pytest.mark.parametrize(
    ("text", "said", "left"),
    [
        ("每天 备份数据库 18:30", "每天 18:30", "备份数据库"),
        ("18:30 每天 备份数据库", "每天 18:30", "备份数据库"),
        ("每周五 交周报 17点前", "每周五 17:00", "交周报"),
        ("每月5号 对账 上午", "每月5号 12:00", "对账"),
        ("每天 9:00 开会 18:30", "每天 09:00", "开会 18:30"),
        ("每天 整理3点意见", "每天 18:00", "整理3点意见"),
    ],
)
def test_the_clock_may_be_the_last_or_the_first_word(text: str, said: str, left: str) -> None:
    found = find_rule(text, Hours())

    assert found is not None
    assert words(found.rule) == said
    for begin, stop in filter(None, ((found.start, found.stop), found.clock)):
        text = text[:begin] + " " * (stop - begin) + text[stop:]
    assert text.strip() == left


@pytest.mark.parametrize(
    "text",
    [
        "写方案",
        "每周五的例会材料",
        "每周三次回访",
        "每周五家客户拜访",
        "每周日报汇总",
        "每日报表核对",
        "每周例会材料整理",
        "统计客户每天登录的次数",
        "统计客户每天登录次数 周五前",
    ],
)
def test_what_only_sounds_like_it_is_part_of_the_title(text: str) -> None:
    assert find_rule(text, Hours()) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("每周 交周报", "「每周」还要写清楚是哪天"),
        ("每周一次例会", "「每周」还要写清楚是哪天"),
        ("每月 对账", "「每月」还要写清楚是哪天"),
        ("每月32号 对账", "没有32号"),
        ("每月0号 对账", "没有0号"),
        ("每32天 检查", "最长每30天一次"),
        ("每20周周一 检查", "最长每12周一次"),
        ("每隔两周周五 盘点", "请写 每2周 或 每3周"),
        ("每年12月31日 审计", "还不会「每年」重复"),
        ("每小时 看一眼", "还不会「每小时」重复"),
        ("每3个月5号 对账", "还不会「每3个月」重复"),
        ("每周五 25:00 交周报", "没有这个钟点"),
        ("每周五 晚上12点 交周报", "半夜的时间请写清楚"),
        ("每月第40个工作日 关账", "一个月没有第40个"),
        ("每周五 交周报 到12月底为止", "到时候说 取消"),
    ],
)
def test_what_nobody_can_keep_is_said_plainly(text: str, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        find_rule(text, Hours())


@given(
    st.text(alphabet="每隔周月天日季度末号第最后个工作一三五十两12357:点半 的@、,到", max_size=20)
)
def test_any_words_are_a_rule_or_none_or_refused(text: str) -> None:
    try:
        found = find_rule(text, Hours())
    except Refusal:
        return
    if found is not None:
        assert 0 <= found.start < found.stop <= len(text)
        assert rule_from(found.rule.as_json()) == found.rule
        assert words(found.rule)


# --- when it comes back ----------------------------------------------------------------------


def test_a_day_off_moves_to_the_working_day_before() -> None:
    # 国庆 2026 is 1 to 7 October; both fall on 30 September, and are one.
    after = datetime(2026, 9, 29, 9, 0, tzinfo=SHANGHAI)
    assert times("每周四、周五 17:00", 3, after) == [
        "09-30 Wed 17:00", "10-08 Thu 17:00", "10-09 Fri 17:00",
    ]  # fmt: skip
    assert times("每月5号") == ["12-04 Fri 18:00", "01-05 Tue 18:00", "02-04 Thu 18:00"]
    assert moved(rule("每月5号"), datetime(2026, 12, 4, 18, 0, tzinfo=SHANGHAI), CALENDAR)


def test_a_month_without_the_31st_ends_on_its_last_day() -> None:
    assert times("每月31号", 4) == [
        "11-30 Mon 18:00", "12-31 Thu 18:00", "01-29 Fri 18:00", "02-26 Fri 18:00",
    ]  # fmt: skip
    assert rule("每月31号").clipped


def test_every_second_week_keeps_its_rhythm_over_the_new_year() -> None:
    assert times("每两周周一", 4) == [
        "11-30 Mon 18:00", "12-14 Mon 18:00", "12-28 Mon 18:00", "01-11 Mon 18:00",
    ]  # fmt: skip


def test_a_weekend_that_is_named_stays() -> None:
    assert times("每周六", 2) == ["11-28 Sat 18:00", "12-05 Sat 18:00"]


_days = st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True).map(
    lambda days: tuple(sorted(days))
)
_dates = st.lists(st.integers(1, 31), min_size=1, max_size=3, unique=True).map(
    lambda days: tuple(sorted(days))
)
_at = st.times().map(lambda each: each.replace(second=0, microsecond=0, tzinfo=None))
RULES = st.one_of(
    st.builds(Rule, unit=st.sampled_from(["workday", "quarter"]), at=_at),
    st.builds(Rule, unit=st.just("day"), step=st.integers(1, 30), at=_at),
    st.builds(Rule, unit=st.just("week"), step=st.integers(1, 12), on=_days, at=_at),
    st.builds(Rule, unit=st.just("month"), on=st.one_of(_dates, st.just((LAST,))), at=_at),
    st.builds(
        Rule,
        unit=st.just("month"),
        what=st.just("workday"),
        on=st.integers(1, 23).map(lambda each: (each,)),
        at=_at,
    ),
    st.builds(
        Rule,
        unit=st.just("month"),
        what=st.just("weekday"),
        weekday=st.integers(0, 6),
        on=st.sampled_from([(1,), (4,), (5,), (LAST,)]),
        at=_at,
    ),
)
MOMENTS = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2030, 12, 31),  # noqa: DTZ001
    timezones=st.just(SHANGHAI),
)


@given(RULES, MOMENTS, st.timedeltas(timedelta(), timedelta(days=40)))
def test_the_next_time_is_later_worked_and_monotone(
    asked: Rule, moment: datetime, span: timedelta
) -> None:
    kept = begun(asked, moment, CALENDAR)

    due = next_after(kept, moment, CALENDAR)

    assert due > moment
    assert due.time() == asked.at
    weekend = asked.unit == "week" and due.weekday() > 4 and due.weekday() in asked.on
    daily = asked.unit == "day" and asked.step == 1
    assert weekend or daily or CALENDAR.is_workday(due.date())
    assert next_after(kept, moment + span, CALENDAR) >= due
    # Nothing lies between a moment and the next time.
    assert next_after(kept, due - timedelta(microseconds=1), CALENDAR) == due
    assert rule_from(kept.as_json()) == kept


# --- in the group ----------------------------------------------------------------------------


async def entries(app: App) -> list[Entry]:
    async with app.database.begin() as tx:
        return [each for each, _, _ in await ledger.every(tx)]


async def opened_posts(room: Room, until: datetime) -> list[Outgoing]:
    return [each for each in await room.wait_until(until) if as_lines(each).startswith("🔁")]


async def test_the_receipt_says_how_often_and_when_next(room: Room) -> None:
    answer = await room.words("王敏", "任务 @张三 每周五 17:00 交周报")

    assert answer == (
        '任务 #1 已记 · 负责人 张三 · 11月27日 周五 17:00 · 10分钟内回"撤销"\n'
        "交周报\n🔁 每周五 17:00，下一次 11月27日 周五"
    )
    assert "重复：每周五 17:00，停掉就说 取消 1" in await room.words("王敏", "查看 1")


async def test_a_clipped_or_moved_time_is_said(room: Room) -> None:
    assert "没有31号的月份算最后一天" in await room.words("王敏", "任务 每月31号 对账")
    assert "下一次 12月4日 周五（遇休息日提前）" in await room.words("王敏", "任务 每月5号 对数")


async def test_a_deadline_beside_the_rule_is_refused(room: Room, app: App) -> None:
    answer = await room.words("王敏", "任务 每周五 交周报 周四前")

    assert answer == "重复的任务不用再写「周四前」；只做一次就去掉「每…」"
    assert await entries(app) == []


async def test_work_that_only_sounds_repeated_is_stored_once_and_says_so(room: Room) -> None:
    assert "这条只记一次" in await room.words("王敏", "任务 每周例会材料")


async def test_the_next_one_is_opened_when_the_last_has_passed(room: Room, app: App) -> None:
    await room.say("王敏", "任务 @张三 @李四 每周五 17:00 交周报")
    await room.say("张三", "完成 1")
    assert await opened_posts(room, FRIDAY + timedelta(days=2)) == []  # nobody works on Sunday

    (post,) = await opened_posts(room, MONDAY)

    assert isinstance(post, Card)
    assert as_lines(post) == (
        "🔁 任务 #2 到新的一次了 · 负责人 张三 · 12月4日 周五 17:00\n交周报（每周五 17:00）"
    )
    assert [each.name for each in post.mentions] == ["张三"]
    first, second = await entries(app)
    assert (second.owner_name, second.helpers, second.opened_by) == (
        "张三", first.helpers, first.opened_by,
    )  # fmt: skip
    assert (first.stage, second.stage) == ("", "repeats")
    assert "最新一次是 #2" in await room.words("王敏", "查看 1")


async def test_the_last_one_stays_open_and_the_post_says_so(room: Room) -> None:
    await room.say("王敏", "任务 @张三 每周五 17:00 交周报")

    (post,) = await opened_posts(room, MONDAY)

    assert "上一次 #1 还没完成，做完说：完成 1" in as_lines(post)
    assert "（2）" in await room.words("张三", "我的")


async def test_after_a_long_silence_only_one_is_opened(room: Room, app: App) -> None:
    await room.say("王敏", "任务 每个工作日 17:00 交日报")
    app._real_time.at = WEDNESDAY + timedelta(days=23)  # type: ignore[attr-defined] # asleep

    await app.schedule.sweep()
    await app.schedule.sweep()

    assert [each.number for each in await entries(app)] == [1, 2]
    due = (await entries(app))[1].due
    assert due is not None
    assert due.astimezone(SHANGHAI) == datetime(2026, 12, 18, 17, 0, tzinfo=SHANGHAI)


async def test_a_move_changes_this_time_not_the_series(room: Room, app: App) -> None:
    await room.say("王敏", "任务 每周五 17:00 交周报")
    await room.say("王敏", "改期 1 今天下班前")
    assert await opened_posts(room, FRIDAY) == []  # it is early, but Friday is still this time's

    await room.wait_until(MONDAY)

    due = (await entries(app))[1].due
    assert due is not None
    assert due.astimezone(SHANGHAI) == datetime(2026, 12, 4, 17, 0, tzinfo=SHANGHAI)


async def test_finishing_says_when_it_comes_back(room: Room) -> None:
    await room.say("王敏", "任务 每周五 17:00 交周报")

    assert "下一次 12月4日 周五 17:00，到时自动开" in await room.words("王敏", "完成 1")


async def test_cancelling_the_newest_stops_the_series(room: Room, app: App) -> None:
    await room.say("王敏", "任务 每周五 17:00 交周报")
    await room.wait_until(MONDAY)

    first = await room.words("王敏", "取消 1")
    last = await room.words("王敏", "取消 2")
    await room.wait_until(MONDAY + timedelta(days=10))

    assert "只取消了这一次；以后都不做，请说：取消 2" in first
    assert "每周五 17:00 的重复也停了" in last
    assert len(await entries(app)) == 2


async def test_opening_it_again_takes_the_series_up(room: Room, app: App) -> None:
    await room.say("王敏", "任务 每周五 17:00 交周报")
    await room.say("王敏", "取消 1")

    assert "🔁 每周五 17:00 接着重复" in await room.words("王敏", "重开 1")
    await room.wait_until(MONDAY)

    assert len(await entries(app)) == 2


async def test_undoing_the_opening_stops_the_series(room: Room, app: App) -> None:
    await room.say("王敏", "任务 每周五 17:00 交周报")

    assert "每周五 17:00 的重复也停了" in await room.words("王敏", "撤销")
    assert await opened_posts(room, MONDAY) == []

    assert len(await entries(app)) == 1


async def test_several_that_come_back_together_are_one_message(room: Room) -> None:
    await room.say("王敏", "任务 @张三 每周五 17:00 交周报")
    await room.say("王敏", "任务 @张三 每周五 16:00 对账")

    (post,) = await opened_posts(room, MONDAY)

    assert as_lines(post).splitlines()[0] == "🔁 新开了 2 条重复的任务"
    assert "#4 对账｜12月4日 周五 16:00｜每周五 16:00" in as_lines(post)


async def test_one_a_day_and_no_more(room: Room, app: App) -> None:
    await room.say("王敏", "任务 每天 9:00 看日志")

    await room.wait_until(MONDAY + timedelta(hours=4))

    found = [each.due.astimezone(SHANGHAI).date() for each in await entries(app) if each.due]
    assert found == [date(2026, 11, day) for day in range(26, 31)]
    assert time(9) == rule("每天 9:00").at


async def test_every_day_and_every_working_day_are_two_things(room: Room) -> None:
    daily = await room.words("王敏", "任务 @李四 每天 备份数据库 18:00")
    worked = await room.words("王敏", "任务 @李四 每个工作日 备份日志 18:00")

    assert daily.splitlines()[1:] == [
        "备份数据库",
        "🔁 每天 18:00，下一次 11月25日 周三",
        "周末和节假日也算；只要工作日就写 每个工作日",
    ]
    assert worked.splitlines()[1:] == ["备份日志", "🔁 每个工作日 18:00，下一次 11月25日 周三"]
    assert times("每天", 4) == [
        "11-25 Wed 18:00", "11-26 Thu 18:00", "11-27 Fri 18:00", "11-28 Sat 18:00",
    ]  # fmt: skip
