"""日报: what it says, through the trial group's door."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.app import App
from bot.config import Config
from bot.daily import LINES, QUIET
from bot.message import as_lines
from storage import leave as leaves
from storage import member as members
from storage import team as teams
from storage.database import Database
from storage.schema import team
from tests.conftest import SHANGHAI, HandClock, Room
from tests.house_of_reports import EVENING, posted, settle_in

DAY = timedelta(days=1)
THURSDAY = EVENING + DAY


async def a_day(room: Room) -> None:
    """A bit of everything."""
    await settle_in(room)
    for who, what in (
        ("张三", "卡点 测试数据没到 @李四"),
        ("张三", "卡点 接口没权限 @王敏"),
        ("王敏", "决策 先上线销售模块 批准 @周总"),
        ("李四", "风险 数据迁移延期 概率：高 影响：高"),
        ("王敏", "里程碑 UAT 结束 12月1日"),
        ("王敏", "预算 培训 10000"),
        ("王敏", "支出 培训 9200 场地"),
    ):
        await room.say(who, what)


async def test_the_leader_reads_it_in_private_at_six(room: Room) -> None:
    await a_day(room)
    assert await posted(room, EVENING - timedelta(minutes=1)) == []

    (said,) = await posted(room, EVENING)

    assert said == (
        "📋 日报｜11月25日 周三\n"
        "🚧 卡点 2 个：\n"
        "#1 测试数据没到｜张三 等 李四｜卡了 8 工作小时 ⬆1\n"
        "#2 接口没权限｜张三 等 王敏｜卡了 8 工作小时 ⬆1\n"
        "🔄 昨天 18:00 以来：新增 6｜新增 #5 UAT 结束\n"
        "🙋 请领导定（引用这条回 1 加一句话）：\n"
        "1. 决策 #3 先上线销售模块｜王敏 等周总批准\n"
        "2. 风险 #4 数据迁移延期｜🔴25 分，李四在盯\n"
        "3. 预算 #6 培训｜已用 92%，剩 ¥800｜王敏 记的\n"
        "🏁 #5 UAT 结束 还有 6 天"
    )


async def test_a_day_on_which_nothing_happened_is_one_honest_line(room: Room) -> None:
    await settle_in(room)

    assert await posted(room, EVENING) == [f"📋 日报｜11月25日 周三\n{QUIET}"]


async def test_what_happened_before_is_not_news_and_nothing_is_asked_for_nothing(
    room: Room,
) -> None:
    await settle_in(room)
    await room.say("张三", "卡点 测试数据没到 @李四")
    await room.say("张三", "设置 站会 关")
    await room.say("王敏", "设置 站会 关")
    await posted(room, EVENING)

    (said,) = await posted(room, THURSDAY)

    assert said == (
        "📋 日报｜11月26日 周四\n"
        "🚧 卡点 1 个：\n"
        "#1 测试数据没到｜张三 等 李四｜卡了 1 个工作日 ⬆2\n"
        "🔄 昨天 18:00 以来没有变化\n"
        "🙋 没有要领导定的事"
    )


async def test_it_never_has_more_than_ten_lines_and_the_rest_is_behind_a_button(
    room: Room,
) -> None:
    await a_day(room)
    for number in range(12):
        await room.say("张三", f"卡点 第{'甲乙丙丁戊己庚辛壬癸子丑'[number]}件卡住的事 @李四")
    for words in ("客户来现场", "服务器已到货", "培训改到下周"):
        await room.say("王敏", f"日报 加 {words}")

    (said,) = await posted(room, EVENING)
    lines = said.splitlines()

    assert len(lines) == LINES == 10
    assert lines[1] == "🚧 卡点 14 个，最要紧的："
    assert lines[-1] == "王敏补充：客户来现场；王敏补充：服务器已到货；王敏补充：培训改到下周"
    second = await room.words("周总", "日报 2026-11-25 第2页", group="")
    assert second.startswith("📋 日报｜11月25日 周三 · 第2/5页\n【其余卡点】\n#2 接口没权限")
    assert len(second.splitlines()) == 11


# --- who answered ------------------------------------------------------------------------------


async def test_who_answered_late_who_is_missing_and_who_is_away(room: Room, app: App) -> None:
    await settle_in(room)
    for who in ("赵六", "钱七"):
        await room.say(who, "成员")
    await posted(room, EVENING)
    ours = await room.team()
    async with app.database.begin() as tx:
        (away,) = (x for x in await members.in_team(tx, ours.id) if x.name == "钱七")
        await leaves.add(
            tx, team_id=ours.id, member_id=away.id, since=EVENING, until=EVENING + 2 * DAY,
            at=EVENING,
        )  # fmt: skip
    await room.wait_until(THURSDAY.replace(hour=9, minute=40))
    await room.say("张三", "站会 昨日：写文档 今日：联调 卡点：没有")
    await room.wait_until(THURSDAY.replace(hour=11))
    await room.say("李四", "补交 昨日：评审 今日：改代码 卡点：没有")

    (said,) = await posted(room, THURSDAY)

    assert said.splitlines()[1] == "☀️ 站会：2/4 人写了｜补交 李四｜没写 王敏、赵六｜请假 钱七"


async def test_nobody_is_named_where_nobody_answered(room: Room) -> None:
    await settle_in(room)
    await posted(room, EVENING)

    (said,) = await posted(room, THURSDAY)

    assert said.splitlines()[1] == "☀️ 站会：还没有人写"


async def test_several_rounds_are_added_up(room: Room, app: App) -> None:
    await settle_in(room)
    ours = await room.team()
    rounds = [
        {"key": "", "name": "早会", "at": "09:30", "closes": "10:30"},
        {"key": "b", "name": "午会", "at": "14:00", "closes": "15:00"},
        {"key": "c", "name": "晚会", "at": "17:30", "closes": "20:00"},
    ]
    async with app.database.begin() as tx:
        await teams.change_setting(tx, ours.id, "standup", {"rounds": rounds})
    await posted(room, EVENING + 3 * timedelta(hours=1))
    for hour, minute, who in (
        (9, 40, "张三"),
        (9, 45, "李四"),
        (14, 10, "张三"),
        (17, 40, "张三"),
    ):
        await room.wait_until(THURSDAY.replace(hour=hour, minute=minute))
        await room.say(who, "站会 昨日：写文档 今日：联调 卡点：没有")

    (said,) = await posted(room, THURSDAY)

    # The late one of the day before closed after that day's report: it is counted here.
    assert said.splitlines()[1] == (
        "☀️ 站会 4 场：4/12 人次写了（20:00 收）｜没写 张三、李四、王敏"
    )


# --- what changed ------------------------------------------------------------------------------


async def test_each_entry_is_counted_under_what_matters_most_of_it(room: Room) -> None:
    await settle_in(room)
    for what in (
        "卡点 甲事卡住了 @李四",
        "任务 乙事",
        "任务 丙事",
        "任务 丁事",
        "卡点 戊事难办 @李四",
    ):
        await room.say("张三", what)
    await room.say("张三", "解决 5 根因：没人管")
    await posted(room, EVENING + timedelta(minutes=1))
    for what in ("解决 1 根因：证书过期", "完成 2", "取消 3", "进展 4 一半了", "进展 4 快好了"):
        await room.say("张三", what)
    await room.say("张三", "重开 5 又卡住了")
    for what in ("任务 新的事", "决策 先上线销售模块", "任务 说错了"):
        await room.say("张三", what)
    await room.say("张三", "撤销")

    (said,) = await posted(room, THURSDAY)

    assert (
        "🔄 昨天 18:00 以来：新增 2、更新 1、关闭 2、重开 1、取消 1"
        "｜重开 #5 戊事难办｜关闭 #1 甲事卡住了｜新增 #7 先上线销售模块" in said
    )
    more = await room.words("周总", "日报 11月26日 第2页", group="")
    assert "取消 任务 #3 丙事" in more
    assert "更新 任务 #4 丁事：进展 快好了" in more


async def test_on_monday_it_goes_on_from_friday(room: Room) -> None:
    await settle_in(room)
    await posted(room, EVENING + 3 * DAY)
    await room.say("张三", "任务 周六也做了")

    (said,) = await posted(room, EVENING + 5 * DAY)

    assert "🔄 11月27日 周五 18:00 以来：新增 1" in said


# --- what is asked for -------------------------------------------------------------------------


async def test_only_what_waits_for_a_leader_is_asked_for(room: Room) -> None:
    await settle_in(room)
    for who, what in (
        ("王敏", "决策 换供应商 批准 @李四"),
        ("李四", "风险 人手不够 概率：中 影响：中"),
        ("王敏", "预算 培训 10000"),
        ("王敏", "支出 培训 7900 场地"),
        ("张三", "卡点 有人管的事 @李四"),
    ):
        await room.say(who, what)

    (said,) = await posted(room, EVENING)

    assert "🙋 没有要领导定的事" in said


async def test_what_was_escalated_and_what_nobody_takes_on_is_asked_for(room: Room) -> None:
    await room.say("张三", "卡点 没人认领的事")
    await settle_in(room)
    await room.say("张三", "卡点 测试数据没到 @李四")
    for _ in range(3):
        await room.say("张三", "升级 2")

    (said,) = await posted(room, EVENING)

    assert "1. 卡点 #2 测试数据没到｜张三 等 李四｜卡了 8 工作小时，请协调" in said
    assert "2. 卡点 #1 没人认领的事｜张三 等人认领｜卡了 8 工作小时，请定谁来办" in said
    assert "🚧 卡点 2 个（2 个在下面等领导定），最久的卡了 8 工作小时" in said


# --- on demand -----------------------------------------------------------------------------------


async def test_anybody_may_see_how_the_day_stands(room: Room) -> None:
    await a_day(room)

    said = await room.words("张三", "日报")

    assert said.startswith("📋 日报｜11月25日 周三 10:00\n🚧 卡点 2 个：\n")
    assert "新增 卡点 #1 测试数据没到" in await room.words("张三", "日报 第2页")
    (evening,) = await posted(room, EVENING)
    assert "新增 6" in evening  # looking at it is no report


async def test_what_was_posted_stays_as_it_was(room: Room) -> None:
    await a_day(room)
    (said,) = await posted(room, EVENING)
    await room.say("张三", "解决 1 根因：证书过期")
    await room.wait(DAY)

    assert await room.words("张三", "日报 昨天") == said
    assert "卡点 1 个" in await room.words("张三", "日报")


async def test_a_day_without_a_report_is_said_so(room: Room) -> None:
    for asked, answer in (
        ("日报 昨天", "11月24日 周二没有发过日报；看现在的就说：日报"),
        ("日报 12月24日", "12月24日 周三没有发过日报"),  # of the year before
        ("日报 13月40日", "没有「13月40日」这一天，比如 日报 11月24日"),
        ("日报 张三", "「张三」没看懂。可以说：日报、日报 昨天、日报 11月24日"),
        ("日报 第9页", "日报没有第 9 页，第一页请说：日报"),
    ):
        assert (await room.words("张三", asked)).startswith(answer)


# --- when ----------------------------------------------------------------------------------------


async def test_it_comes_on_a_working_saturday_and_not_in_the_holidays(
    config: Config, database: Database
) -> None:
    before = datetime(2026, 9, 30, 10, 0, tzinfo=SHANGHAI)
    async with database.begin() as tx:  # a team that is not younger than its reports
        await tx.execute(sa.update(team).values(created_at=before))
    app = App(config, real_time=HandClock(before))
    await app.prepare()
    room = Room(app)
    await settle_in(room)
    await room.say("王敏", "设置 站会 关")

    found = await posted(room, datetime(2026, 10, 10, 23, 0, tzinfo=SHANGHAI))
    await app.stop()

    assert [each.splitlines()[0] for each in found] == [
        "📋 日报｜9月30日 周三", "📋 日报｜10月8日 周四", "📋 日报｜10月9日 周五",
        "📋 日报｜10月10日 周六",
    ]  # fmt: skip


async def test_it_keeps_the_teams_own_zone_and_days(room: Room, app: App) -> None:
    await settle_in(room)
    ours = await room.team()
    async with app.database.begin() as tx:
        await teams.change_setting(
            tx, ours.id, "calendar", {"zone": "Asia/Tokyo", "holidays": ["2026-11-26"]}
        )

    assert len(await posted(room, EVENING - timedelta(hours=1))) == 1
    assert await posted(room, THURSDAY) == []


async def test_the_hour_is_the_teams(room: Room) -> None:
    await settle_in(room)
    assert "要项目经理或系统管理员来做" in await room.words("张三", "设置 日报 17:00")
    answer = await room.words("王敏", "设置 日报 下午5点半")
    assert answer == "✅ 日报：工作日 17:30 发给领导，项目经理提前 15 分钟看草稿"
    assert "日报：工作日 17:30 发给领导" in await room.words("张三", "设置")

    assert len(await posted(room, EVENING.replace(hour=17, minute=30))) == 1
    await room.say("王敏", "设置 日报 19:00")
    assert await posted(room, EVENING + timedelta(hours=3)) == []  # one a day

    assert "不发（打开就说：设置 日报 18:00）" in await room.words("王敏", "设置 日报 关")
    assert await posted(room, THURSDAY + DAY) == []


async def test_what_is_no_hour_or_one_of_the_night_is_asked_again(room: Room) -> None:
    for said in ("设置 日报 三更", "设置 日报 25:00", "设置 周报 18:00 19:00"):
        assert "时间没看懂，比如 设置" in await room.words("王敏", said)
    answer = await room.words("王敏", "设置 日报 凌晨2点")
    assert answer == "日报要在 06:00 到 23:30 之间发，比如 设置 日报 18:00"


async def test_the_week_is_told_at_the_teams_hour(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到 @李四")
    assert "最后一个工作日 16:00 发" in await room.words("张三", "设置 周报 16:00")

    said = await room.wait_until(EVENING.replace(hour=16) + 2 * DAY, group=room.group)

    assert as_lines(said[-1]).startswith("📊 周报｜11月20日 周五 16:00 到 11月27日 周五 16:00")
