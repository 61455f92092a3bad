"""CRM usage rows: from files through the command line, and who they belong to."""

import asyncio
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.sheet import write_csv, write_xlsx
from bot.usage import BadRow, called, parse, take_in
from storage import member as members
from storage import team as teams
from storage import usage
from storage.database import Database
from storage.usage import Row
from tests.conftest import WEDNESDAY, Room

DAY = date(2026, 11, 20)
GOOD: dict[str, Any] = {
    "person": "张三",
    "date": "2026-11-20",
    "created": 3,
    "updated": 2,
    "followups": 4,
    "required_filled": 18,
    "required_total": 20,
    "duplicates": 1,
}
COLUMNS = ("姓名", "日期", "新增", "更新", "跟进次数", "必填已填", "必填总数", "重复", "金额(元)")


async def take(room: Room, *rows: object) -> tuple[int, list[str], tuple[str, ...]]:
    async with room.app.database.begin() as tx:
        team = (await teams.all_teams(tx))[0]
        report = await take_in(tx, team.id, enumerate(rows, 1), at=room.now)
    return report.accepted, [f"{each.row} {each.why}" for each in report.rejected], report.unmapped


async def kept(database: Database) -> tuple[dict[int, list[Row]], list[str]]:
    async with database.begin() as tx:
        team = (await teams.all_teams(tx))[0]
        return await usage.by_member(tx, team.id, since=date(2026, 1, 1), until=date(2026, 12, 31))


def config_file(tmp_path: Path, url: str) -> str:
    path = tmp_path / "config.toml"
    path.write_text(f'[database]\nurl = "{url}"\n', encoding="utf-8")
    return str(path)


# --- one row -------------------------------------------------------------------------------


def test_a_row_of_the_contract() -> None:
    row = parse(GOOD | {"amount": Decimal("12000.5"), "stage_moves": 2, "logins": "7"})

    assert row == Row(
        person="张三",
        day=DAY,
        created=3,
        updated=2,
        followups=4,
        required_filled=18,
        required_total=20,
        duplicates=1,
        amount=Decimal("12000.5"),
        stage_moves=2,
        logins=7,
    )


def test_a_row_in_the_words_people_have() -> None:
    row = parse(
        {
            "姓名": "张三 ",
            "手机号码": "138 0013 8000",
            "统计日期": "2026年11月20日",
            "新增客户数": "1,200",
            "更新数": "２",
            "跟进次数": "4.0",
            "必填 已填": "18",
            "必填总数": "20",
            "重复数量": "0",
            "金额（元）": "￥12,000.50",
            "部门": "华东",
        }
    )

    assert (row.person, row.also) == ("138 0013 8000", ("张三",))
    assert (row.created, row.updated, row.followups) == (1200, 2, 4)
    assert row.amount == Decimal("12000.50")


@pytest.mark.parametrize(
    "written",
    ["2026-11-20", "2026/11/20", "20261120", 20261120, "2026.11.20", "46346", "46346.5",
     "2026-11-20T23:30:00+08:00", "2026-11-20 00:00:00", "２０２６－１１－２０"],
)  # fmt: skip
def test_dates_as_they_come(written: object) -> None:
    assert parse(GOOD | {"date": written}).day == DAY


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"created": -1}, "新增（created）必须是不小于 0 的整数，现在是「-1」"),
        ({"updated": 1.5}, "更新（updated）必须是不小于 0 的整数"),
        ({"updated": Decimal("1.5")}, "更新（updated）必须是不小于 0 的整数"),
        ({"updated": Decimal("1e999999")}, "更新（updated）必须是不小于 0 的整数"),
        ({"followups": "很多"}, "现在是「很多」"),
        ({"followups": True}, "必须是不小于 0 的整数"),
        ({"followups": [1]}, "必须是不小于 0 的整数"),
        ({"created": 2_000_000_000}, "太大了"),
        ({"duplicates": None}, "缺少重复（duplicates）"),
        ({"duplicates": " "}, "缺少重复（duplicates）"),
        ({"required_filled": 21}, "比必填总数（required_total）的 20 还多"),
        ({"date": "2026-02-30"}, "日期（date）没看懂：「2026-02-30」，要写成 2026-11-20"),
        ({"date": "昨天"}, "没看懂"),
        ({"date": None}, "缺少日期（date）"),
        ({"date": "1999-12-31"}, "日期（date）不对"),
        ({"amount": "1.005"}, "最多到分"),
        ({"amount": "十万"}, "要是数字"),
        ({"amount": Decimal("1e30")}, "金额（amount）"),
        ({"person": " "}, "没有写是谁"),
        ({"person": ["张三"]}, "要是文字"),
        ({"person": "三" * 201}, "太长了"),
    ],
)
def test_a_bad_row_says_why(change: dict[str, Any], why: str) -> None:
    with pytest.raises(BadRow) as problem:
        parse(GOOD | change)

    assert why in str(problem.value)


def test_what_is_no_row_at_all_says_so() -> None:
    with pytest.raises(BadRow, match="不是一个对象"):
        parse("张三")


def test_a_mobile_number_is_not_shown_whole() -> None:
    assert called("13800138000", ("张三",)) == "138****8000/张三"


# --- storing -------------------------------------------------------------------------------


async def test_a_bad_row_stops_no_other(room: Room) -> None:
    accepted, rejected, _ = await take(room, GOOD, GOOD | {"created": "x"}, GOOD | {"date": 1}, 3)

    assert accepted == 1
    assert [each.split()[0] for each in rejected] == ["2", "3", "4"]


async def test_a_later_row_of_a_day_replaces_the_earlier(room: Room) -> None:
    await room.say("张三", "我的")
    await take(room, GOOD, GOOD | {"created": 9})
    await take(room, GOOD | {"created": 10, "amount": "0.07"})

    by_member, _ = await kept(room.app.database)

    ((row,),) = by_member.values()
    assert (row.created, row.amount) == (10, Decimal("0.07"))


async def test_rows_of_records_add_up_and_a_whole_day_replaces_them(room: Room) -> None:
    await room.say("张三", "我的")
    one, two = GOOD | {"record": "C1", "created": 1}, GOOD | {"record": "C2", "created": 1}
    await take(room, one, two)
    await take(room, one | {"created": 0})
    by_member, _ = await kept(room.app.database)
    assert sorted(row.created for rows in by_member.values() for row in rows) == [0, 1]

    await take(room, GOOD)
    by_member, _ = await kept(room.app.database)
    assert [row.created for rows in by_member.values() for row in rows] == [3]

    await take(room, one)
    by_member, _ = await kept(room.app.database)
    assert [row.record for rows in by_member.values() for row in rows] == ["C1"]


async def test_one_member_under_two_names_has_one_day(room: Room) -> None:
    await room.say("张三", "绑定 账号 zhangsan")
    await take(room, GOOD)
    await take(room, GOOD | {"person": "ZhangSan", "created": 5})

    by_member, unknown = await kept(room.app.database)

    assert [row.created for rows in by_member.values() for row in rows] == [5]
    assert unknown == []


async def test_an_unknown_person_counts_as_soon_as_they_join(room: Room) -> None:
    assert (await take(room, GOOD))[2] == ("张三",)

    await room.say("张三", "我的")

    by_member, unknown = await kept(room.app.database)
    assert len(by_member) == 1
    assert unknown == []


async def test_two_of_one_name_are_nobody_until_one_binds(room: Room) -> None:
    async with room.app.database.begin() as tx:
        team = (await teams.all_teams(tx))[0]
        await members.meet(
            tx,
            team_id=team.id,
            platform="feishu",
            people=[("ou_1", "王芳"), ("ou_2", "王芳")],
            at=WEDNESDAY,
        )
        one, _ = await members.in_team(tx, team.id)
        row = GOOD | {"person": "王芳"}
        assert (await take_in(tx, team.id, [(1, row)], at=WEDNESDAY)).unmapped == ("王芳",)
        with_mobile = row | {"mobile": "+86 138-0013-8000"}
        await members.set_contact(tx, one.id, mobile="13800138000")
        assert (await take_in(tx, team.id, [(1, with_mobile)], at=WEDNESDAY)).unmapped == ()


# --- the command line ----------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_import_from_a_file(
    room: Room,
    database_url: str,
    tmp_path: Path,
    ending: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await room.say("张三", "我的")
    rows: list[tuple[Any, ...]] = [
        ("张三", "2026-11-20", 3, 2, 4, 18, 20, 1, 100.5),
        ("李四", "2026/11/20", 1, 0, 2, 5, 4, 0, ""),
        ("王五", "20261120", 1, 0, 2, 4, 4, 0, ""),
    ]
    file = str(tmp_path / f"usage.{ending}")
    (write_csv if ending == "csv" else write_xlsx)(file, COLUMNS, rows)
    config = config_file(tmp_path, database_url)

    code = await asyncio.to_thread(main, ["usage", "import", file, "--config", config])

    out = capsys.readouterr().out
    assert code == 0
    assert "accepted: 2\nrejected: 1\n  row 3: 必填已填（required_filled）是 5" in out
    assert "not members yet: 王五" in out
    assert "2 行，2 个人" in await room.words("张三", "使用情况")


async def test_import_into_a_team_that_is_not_there(
    room: Room, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "usage.csv")
    write_csv(file, COLUMNS, [("张三", "2026-11-20", 1, 1, 1, 1, 1, 0, "")])
    config = config_file(tmp_path, database_url)

    words = ["usage", "import", file, "--team", "没有", "--config", config]
    assert await asyncio.to_thread(main, words) == 1

    assert "there is no team 没有; there are: 大管家" in capsys.readouterr().err


async def test_a_file_without_one_good_row_has_failed(
    room: Room, database_url: str, tmp_path: Path
) -> None:
    file = str(tmp_path / "usage.csv")
    write_csv(file, ("名称", "数量"), [("甲", 1)])
    config = config_file(tmp_path, database_url)

    assert await asyncio.to_thread(main, ["usage", "import", file, "--config", config]) == 1
