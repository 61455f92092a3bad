"""议程: what a meeting must solve, and nothing else."""

from datetime import timedelta

import pytest

from bot.app import App
from bot.config import Config
from bot.message import Card, as_lines
from storage import ledger
from storage import team as teams
from tests.conftest import WEDNESDAY, HandClock, Room


@pytest.fixture
async def people(room: Room) -> Room:
    for who in ("王敏", "张三", "李四"):
        await room.say(who, "成员")
    return room


async def agenda(room: Room) -> Card:
    answer = await room.say("王敏", "议程")
    assert isinstance(answer, Card)
    return answer


async def test_it_says_when_there_is_nothing_to_solve(people: Room) -> None:
    await people.say("王敏", "任务 @张三 写周报 周五")

    answer = await agenda(people)

    assert answer.title == "议程｜11月25日 周三：没有要开会解决的 👍"


async def test_only_blockers_late_work_and_what_is_undecided(people: Room) -> None:
    for said in (
        "任务 @张三 拖着的 今天中午",
        "任务 @张三 来得及的 下周五",
        "卡点 支付超时 @李四",
        "卡点 已解决的 @李四",
        "反馈 希望批量导入",
        "决策 先上线销售模块 批准 @张三",
        "决策 不用批的决策",
    ):
        await people.say("王敏", said)
    await people.say("李四", "解决 4")
    await people.wait(timedelta(hours=3))

    answer = await agenda(people)
    lines = answer.text.splitlines()

    assert answer.title == "议程｜11月25日 周三（3） · 🚧卡点 1 · ⏰逾期 1 · ❓没批 1"
    assert lines[0].startswith("🚧 卡点 #3 支付超时｜王敏 等 李四")
    assert lines[1] == "⏰ 任务 #1 拖着的｜张三｜11月25日 周三 12:00（已逾期）"
    assert lines[2].startswith("❓ 决策 #6 先上线销售模块｜张三")
    assert len(lines) == 3


async def test_a_red_risk_is_on_it_and_a_small_one_is_not(people: Room) -> None:
    await people.say("王敏", "任务 占位 下周五")
    async with people.app.database.begin() as tx:
        team = (await teams.all_teams(tx))[0]
        chat = (await teams.groups(tx, team.id))[0]
        for weight, title in ((25, "数据迁不完"), (15, "关键人离职"), (14, "小事")):
            await ledger.open_entry(
                tx, team_id=team.id, kind="risk", title=title, owner_id=1, by_id=1,
                chat_id=chat.id, at=people.app.clock(), weight=weight,
            )  # fmt: skip
    lines = (await agenda(people)).text.splitlines()

    assert [line[:2] for line in lines] == ["🔴 ", "🔴 "]
    assert "数据迁不完" in lines[0]
    assert "关键人离职" in lines[1]


async def test_of_two_blockers_the_one_that_was_escalated_comes_first(people: Room) -> None:
    for said in ("卡点 支付超时 @李四", "卡点 账号没开 @李四", "卡点 数据没到 @李四", "升级 2"):
        await people.say("王敏", said)

    lines = (await agenda(people)).text.splitlines()

    assert [line.split("#")[1][0] for line in lines] == ["2", "1", "3"]


async def test_before_a_meeting_it_is_posted_to_no_one_without_a_group(room: Room) -> None:
    answer = await room.words("王敏", "设置 例会 周五 10:00", group="")

    assert "下一次 11月27日 周五 10:00；先把我拉进群里，我才有地方发议程" in answer
    said = await room.wait(timedelta(days=2, hours=6))
    assert [each for each in map(as_lines, said) if "例会" in each] == []


async def test_after_a_stop_it_is_posted_while_it_is_of_use(people: Room, config: Config) -> None:
    await people.say("王敏", "设置 例会 周三 10:30")
    later = App(config, real_time=HandClock(WEDNESDAY + timedelta(minutes=34)))
    await later.prepare()

    await later.schedule.sweep()
    await later.delivery.settle()

    assert await Room(later).newest() == "📋 10:30 例会：没有要开会解决的，可以不开，或早点散"
    await later.stop()
