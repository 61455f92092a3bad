"""站会成员: who writes in the standups."""

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.participant import excused
from bot.round import Round, Sitting
from bot.workdays import Calendar
from storage import team as teams
from storage.leave import Leave
from storage.schema import history
from tests.blockers import at
from tests.conftest import Room
from tests.test_asking import CLOSES, OPENS, meet
from tests.test_standup_summary import summaries


@pytest.fixture
async def people(room: Room) -> None:
    await meet(room, "张三", "李四", "王敏")
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @周总 领导")


@pytest.mark.usefixtures("people")
async def test_who_writes_and_why_not(room: Room) -> None:
    await room.say("李四", "请假 今天到周五 找 @王敏")

    assert await room.words("张三", "站会成员") == (
        "站会成员：3 人写\n"
        "写：张三、李四、王敏\n"
        "　李四 请假到 11月27日，找 王敏\n"
        "不写：周总（领导，看着就行）\n"
        "加人：站会成员 加 @人；减人：站会成员 减 @人"
    )


@pytest.mark.usefixtures("people")
async def test_keepers_choose_several_at_once(room: Room, app: App) -> None:
    assert await room.words("王敏", "站会成员 减 @李四 @王敏") == (
        "✅ 李四、王敏 以后不用写站会\n"
        "写：张三\n"
        "不写：李四（说好不写）、王敏（说好不写）、周总（领导，看着就行）\n"
        "加人：站会成员 加 @人；减人：站会成员 减 @人"
    )
    assert (await room.words("王敏", "站会成员 加 @周总")).startswith("✅ 周总 以后要写站会\n")

    (summary,) = await summaries(room)

    assert "0/2 人" in summary.title
    async with app.database.begin() as tx:
        noted = await tx.execute(
            sa.select(history.c.text).where(history.c.verb == "站会成员").order_by(history.c.id)
        )
    assert list(noted.scalars()) == ["减 李四、王敏", "加 周总"]


@pytest.mark.usefixtures("people")
async def test_what_is_so_already_is_said(room: Room) -> None:
    assert await room.words("王敏", "站会成员 加 @张三") == "张三 本来就要写站会"
    assert await room.words("王敏", "站会成员 减 @周总") == "周总 本来就不用写站会"
    assert "还要 @ 成员" in await room.words("王敏", "站会成员 加 张三")


@pytest.mark.usefixtures("people")
async def test_only_keepers_choose(room: Room) -> None:
    refused = "站会成员要项目经理或系统管理员来定，现在是 王敏"

    assert await room.words("张三", "站会成员 减 @李四") == refused
    assert "写：张三、李四、王敏" in await room.words("张三", "站会成员")


@pytest.mark.usefixtures("people")
async def test_with_nobody_left_nothing_is_posted(room: Room) -> None:
    answer = await room.words("王敏", "站会成员 减 @张三 @李四 @王敏")

    assert "现在没有人写，到点我不发" in answer
    assert await summaries(room) == []


async def test_who_answers_counts_also_where_nobody_asked_them(room: Room) -> None:
    await meet(room, "张三", "王敏")
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "站会成员 减 @王敏")
    await room.wait_until(OPENS)
    await room.say("王敏", "站会 今日：看大家的")

    (summary,) = await summaries(room)

    assert summary.title.endswith("1/2 人")
    assert summary.text.startswith("王敏：看大家的\n还没写：张三")


async def test_who_has_no_group_of_ours_is_not_asked(room: Room, app: App) -> None:
    await meet(room, "张三")
    await room.say("李四", "我的")
    team = await room.team()
    async with app.database.begin() as tx:
        for each in await teams.groups(tx, team.id):
            await teams.change_chat(tx, each.id, closed_at=app.clock())

    assert "不写：张三（不在我们的群里）" in await room.words("李四", "站会成员", group="")


# --- who is excused --------------------------------------------------------------------------

SITTING: Sitting = Round(opens=OPENS.time(), closes=CLOSES.time()).on(OPENS.date(), Calendar())


def leave(since: str, until: str) -> Leave:
    begin, end = (at(26, *map(int, each.split(":"))) for each in (since, until))
    return Leave(
        id=1, team_id=1, member_id=7, since=begin, until=end, stand_in_id=None, note="",
        said_at=begin,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spans", "asked", "away"),
    [
        ([("0:00", "23:00")], "9:30", True),
        ([("0:00", "10:00")], "9:30", False),  # back while it is open
        ([("10:00", "18:00")], "9:30", False),  # can answer before leaving
        ([("10:00", "18:00")], "10:18", True),
        ([("10:00", "18:00")], "23:00", True),  # was away at its end
        ([("10:30", "18:00")], "23:00", False),
        ([("9:00", "10:00"), ("10:00", "12:00")], "9:30", True),  # one goes on where another ends
        ([("9:00", "10:00"), ("10:05", "12:00")], "9:30", False),
        ([("0:00", "10:30")], "8:00", True),
    ],
)
def test_whose_leave_covers_the_rest_is_excused(
    spans: list[tuple[str, str]], asked: str, away: bool
) -> None:
    found = excused(SITTING, [leave(*each) for each in spans], leave(asked, asked).since)

    assert (7 in found) is away


async def test_nobody_becomes_a_member_by_being_sent_away(room: Room) -> None:
    await room.say("王敏", "我的")

    for said in ("成员 移除 @没来过", "站会成员 减 @没来过", "站会成员 加 @没来过"):
        assert "没来过" in await room.words("王敏", said)

    assert "没来过" not in await room.words("王敏", "站会成员")
