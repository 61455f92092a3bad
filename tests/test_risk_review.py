"""风险月报: once a month, only what has changed in the risk register."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.app import App
from bot.message import as_lines
from storage import history
from tests.blockers import entry
from tests.conftest import SHANGHAI, Room

RISK = "风险 数据迁移延期 概率：高 影响：高 应对：先迁一个区 @李四"
FIRST = datetime(2026, 12, 1, 9, 30, tzinfo=SHANGHAI)  # a Tuesday
SECOND = datetime(2027, 1, 4, 9, 30, tzinfo=SHANGHAI)  # the first three days are a holiday


async def posts(room: Room, until: datetime, *, group: str | None = None) -> list[str]:
    said = [as_lines(each) for each in await room.wait_until(until, group=group)]
    return [each for each in said if "风险月报" in each]


async def test_the_first_review_lists_what_is_new(room: Room) -> None:
    await room.say("张三", RISK)
    await room.say("张三", "风险 关键用户离职 概率：低 影响：低")
    assert await posts(room, FIRST - timedelta(minutes=1)) == []

    (said,) = await posts(room, FIRST)

    lines = said.splitlines()
    assert lines[0] == "📉 风险月报｜到今天 · 新增 2"
    assert lines[1:3] == [
        "新增 #1 🔴25 数据迁移延期｜李四",
        "新增 #2 🟢1 关键用户离职｜张三",
    ]


async def test_the_next_lists_only_what_changed_since(room: Room) -> None:
    for number, title in enumerate(("甲", "乙", "丙", "丁", "戊", "己"), 1):
        await room.say("张三", f"风险 {title}会出事 概率：中 影响：中 复查：12月{number + 20}日")
    await room.say("张三", "关闭 3 早没事了")
    await posts(room, FIRST)
    await room.wait_until(FIRST + timedelta(hours=2))
    await room.say("张三", "评估 1 概率：高 影响：高")
    await room.say("张三", "关闭 2 过去了")
    await room.say("张三", "重开 3 又来了")
    await room.say("张三", "取消 5 记重了")
    await room.say("张三", "风险 庚会出事 概率：高 影响：低 复查：2027年1月20日 @李四")

    (said,) = await posts(room, SECOND)

    assert said.splitlines()[:7] == [
        "📉 风险月报｜12月1日 周二 以来 · 新增 1 · 重开 1 · 更新 1 · 关闭 2",
        "新增 #7 🟡5 庚会出事｜李四",
        "重开 #3 🟡9 丙会出事｜张三（又来了）",
        "更新 #1 🔴25 甲会出事｜张三（🟡9 → 🔴25）",
        "关闭 #2 🟡9 乙会出事｜张三（过去了）",
        "关闭 #5 🟡9 戊会出事｜张三（取消：记重了）",
        "⏰ 复查过期：#1 张三（2026年12月21日 周一）、#3 张三（2026年12月23日 周三）、"
        "#4 张三（2026年12月24日 周四）、#6 张三（2026年12月26日 周六）",
    ]
    assert "丁会出事" not in said


async def test_where_nothing_changed_it_is_one_line(room: Room) -> None:
    await room.say("张三", RISK + " 复查：2027年3月1日")
    await posts(room, FIRST)

    (said,) = await posts(room, SECOND)

    assert said.splitlines()[0] == (
        "📉 风险月报｜12月1日 周二 以来 · 没有变化，还盯着 1 个（🔴1）"
    )
    assert "数据迁移延期" not in said


async def test_without_any_risk_ever_it_is_silent(room: Room) -> None:
    await room.say("张三", "任务 写方案")
    assert await posts(room, FIRST) == []

    await room.say("张三", RISK)
    await room.say("张三", "撤销")
    assert await posts(room, SECOND) == []


async def test_what_was_taken_back_did_not_happen(room: Room) -> None:
    await room.say("张三", RISK + " 复查：2027年3月1日")
    await posts(room, FIRST)
    await room.say("张三", "评估 1 概率：低 影响：低")
    await room.say("张三", "撤销")

    (said,) = await posts(room, SECOND)

    assert "没有变化，还盯着 1 个（🔴1）" in said


async def test_it_goes_to_the_group_of_reports(room: Room) -> None:
    await room.say("张三", RISK)
    await room.say("王敏", "成员", group="汇报群")
    async with room.app.database.begin() as tx:
        await tx.execute(
            sa.text("UPDATE chat SET purpose = 'report' WHERE external_id = '汇报群'")
        )

    assert len(await posts(room, FIRST, group="汇报群")) == 1


async def test_it_stays_within_ten_lines(room: Room) -> None:
    for number in range(1, 31):
        when = "复查：11月26日 " if number % 2 else ""
        await room.say("张三", f"风险 第{number}件会出事 概率：中 影响：高 {when}@李四")

    (said,) = await posts(room, FIRST)

    lines = said.splitlines()
    assert len([each for each in lines if "[" not in each]) <= 10
    assert "新增 30" in lines[0]
    assert "……还有 23 条变化" in said
    assert "等 15 个" in said


async def test_other_teams_risks_are_not_in_it(room: Room, app: App) -> None:
    await room.say("张三", RISK)
    mine = await entry(app, room)
    span = {"since": mine.opened_at, "until": mine.opened_at + timedelta(days=1)}

    async with app.database.begin() as tx:
        ours = await history.told_since(tx, team_id=mine.team_id, kind="risk", **span)
        theirs = await history.told_since(tx, team_id=mine.team_id + 1, kind="risk", **span)

    assert list(ours) == [mine.id]
    assert theirs == {}
