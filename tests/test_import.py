"""``guanjia import tasks``: a plan from a spreadsheet, shown first and stored once."""

import contextlib
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot import plan
from bot.app import App
from bot.deadlines import Hours
from bot.errors import Misconfigured
from bot.plan import BadRow, columns_of, due_of, people_of, roster_of
from bot.workdays import Calendar
from storage import history, ledger
from storage import member as members
from storage import team as teams
from storage.ledger import Entry
from tests.conftest import SHANGHAI, WEDNESDAY, Room
from tests.test_cli import Shell

HEADER = [
    "序号",
    "任务名称",
    "责任人",
    "配合人",
    "计划完成时间（年/月/日）",
    "进度",
    "优先级",
    "备注",
]


@pytest.fixture
async def shell(
    capfdbinary: pytest.CaptureFixture[bytes],
    database_url: str,
    tmp_path: Path,
    app: App,
    room: Room,
) -> Shell:
    """王敏 leads the team of 张三 and 李四."""
    await room.say("王敏", "角色 @王敏 项目经理")
    for each in ("张三", "李四"):
        await room.say(each, "帮助")
    return Shell(capfdbinary, database_url, tmp_path)


def workbook(folder: Path, *rows: list[Any]) -> str:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    file = folder / "计划.xlsx"
    book.save(file)
    return str(file)


def text(folder: Path, content: str) -> str:
    file = folder / "plan.csv"
    file.write_text(content, encoding="utf-8")
    return str(file)


async def tasks(app: App) -> list[Entry]:
    async with app.database.begin() as tx:
        found = [each for each, _, _ in await ledger.every(tx)]
    return [each for each in found if each.kind == "task"]


async def test_a_plan_is_shown_and_not_stored(shell: Shell, app: App) -> None:
    file = workbook(
        shell.folder,
        HEADER,
        [
            1,
            "整理客户清单",
            "张三",
            "李四",
            datetime.fromisoformat("2099-12-01T00:00"),
            0.5,
            "高",
            "含历史客户",
        ],
        [2, "导入历史数据", "李四", None, "下周五", 0, None, None],
        [3, "没人管的", None, None, None, 0, None, None],
    )

    code, out, err = await shell.run("import", "tasks", file)

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{file} for the team 大管家, opened by 王敏",
        "  column 任务名称: title",
        "  column 责任人: owner",
        "  column 配合人: helpers",
        "  column 计划完成时间（年/月/日）: due",
        "  column 备注: note",
        "  column 进度: state",
        "  column 优先级: priority",
        "  ignored columns: 序号",
        "  row 2: 整理客户清单 | owner 张三 | helpers 李四 | due 2099-12-01 Tue 18:00 | "
        "priority 高 | 50% done | 含历史客户",
        f"  row 3: 导入历史数据 | owner 李四 | due {next_friday()}",
        "  row 4: 没人管的 | owner nobody yet | no deadline",
        "3 to store, 0 rejected, 1 without an owner",
        "nothing is stored yet: say it again with --yes",
    ]
    assert await tasks(app) == []


def next_friday() -> str:
    """下周五, from the real clock by which the command line reads."""
    now = datetime.now(SHANGHAI)  # noqa: TID251 - so does the command
    found = due_of("下周五", now, Calendar(), Hours())
    assert found is not None
    return f"{found:%Y-%m-%d %a %H:%M}"


async def test_with_yes_it_is_stored_with_all_that_it_says(
    shell: Shell, app: App, room: Room
) -> None:
    file = workbook(
        shell.folder,
        HEADER,
        [1, "整理客户清单", "张三", "李四", date(2099, 12, 1), 0.5, "P0", "含历史客户"],
        [2, "没人管的", None, None, None, 0, None, None],
    )

    code, out, _ = await shell.run("import", "tasks", file, "--yes")

    assert code == 0
    assert out.splitlines()[-2:] == [
        "2 stored, 0 rejected, 1 without an owner",
        "they are #1 to #2",
    ]
    first, second = await tasks(app)
    async with app.database.begin() as tx:
        known = await members.by_ids(tx, [first.opened_by, *first.helpers])
    assert (first.title, first.owner_name, first.state) == ("整理客户清单", "张三", "open")
    assert first.due == datetime(2099, 12, 1, 18, tzinfo=SHANGHAI)
    assert {each.name for each in known.values()} == {"王敏", "李四"}
    assert first.details == {"priority": "紧急", "progress": 50}
    assert (second.owner_name, second.due) == (None, None)
    assert "大管家 导入：计划.xlsx 第 2 行；含历史客户" in await room.words("张三", "查看 1")
    assert "整理客户清单" in await room.words("张三", "我的")


class _Typed(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "stored"), [("y\n", 1), ("n\n", 0), ("\n", 0), ("", 0)])
async def test_at_a_terminal_it_is_asked(
    shell: Shell, app: App, monkeypatch: pytest.MonkeyPatch, typed: str, stored: int
) -> None:
    file = text(shell.folder, "任务\n写方案\n")
    monkeypatch.setattr("sys.stdin", _Typed(typed))

    code, out, _ = await shell.run("import", "tasks", file)

    assert code == 0
    assert "store 1 tasks? [y/N]" in out
    assert len(await tasks(app)) == stored


async def test_every_bad_row_says_why_and_stops_no_other(shell: Shell, app: App) -> None:
    file = text(
        shell.folder,
        "任务,负责人,截止\n"
        ",张三,2099-12-01\n"
        f"{'长' * 501},张三,2099-12-01\n"
        "找不到人,王五,2099-12-01\n"
        "坏日子,张三,2026-02-30\n"
        "没懂,张三,尽快\n"
        "哪一天,张三,五一前后看情况\n"
        "好的,张三,2099-12-01\n",
    )

    code, out, err = await shell.run("import", "tasks", file, "--yes")

    assert code == 0
    assert err.splitlines() == [
        "第 2 行：没写要做什么",
        "第 3 行：有 501 字，最多 500 字",
        "第 4 行：团队里没有叫 王五 的",
        "第 5 行：期限「2026-02-30」这一天不存在",
        "第 6 行：期限「尽快」没看懂，请写成 2026-11-27",
        "第 7 行：期限「五一前后看情况」没看懂，请写成 2026-11-27",
    ]
    assert "1 stored, 6 rejected" in out
    assert [each.title for each in await tasks(app)] == ["好的"]


async def test_two_of_one_name_are_asked_about(shell: Shell, app: App) -> None:
    async with app.database.begin() as tx:
        team = (await teams.all_teams(tx))[0]
        people = [("u1", "李雷"), ("u2", "李雷")]
        await members.meet(tx, team_id=team.id, platform="feishu", people=people, at=WEDNESDAY)
        ids = [each.id for each in await members.in_team(tx, team.id) if each.name == "李雷"]
        await members.set_contact(tx, ids[1], email="lilei@example.com")
    file = text(shell.folder, "任务,负责人\n一,李雷\n二,lilei@example.com\n")

    _, out, err = await shell.run("import", "tasks", file, "--yes")

    assert err == "第 2 行：叫 李雷 的有 2 位，请写账号或邮箱\n"
    assert [(each.title, each.owner_id) for each in await tasks(app)] == [("二", ids[1])]
    assert "1 stored, 1 rejected" in out


async def test_the_same_file_twice_does_not_double(shell: Shell, app: App, room: Room) -> None:
    file = text(shell.folder, "任务,负责人,截止\n写方案,张三,2099-12-01\n写方案,张三,2099-12-01\n")

    first = (await shell.run("import", "tasks", file, "--yes"))[1]
    second = await shell.run("import", "tasks", file, "--yes")

    assert "1 stored, 0 rejected, 1 twice in the file" in first
    assert second[0] == 0
    assert second[1].splitlines()[-1] == "0 stored, 0 rejected, 2 in the ledger already"
    assert len(await tasks(app)) == 1

    await room.say("张三", "完成 1")
    await shell.run("import", "tasks", file, "--yes")
    assert [each.state for each in await tasks(app)] == ["done", "open"]


async def test_what_is_done_is_left_out(shell: Shell, app: App) -> None:
    file = text(shell.folder, "任务,状态\n一,已完成\n二,取消\n三,进行中\n四,等客户\n五,100%\n")

    out = (await shell.run("import", "tasks", file, "--yes"))[1]

    assert "2 stored, 0 rejected, 3 left out, as they are done or cancelled" in out
    assert [each.title for each in await tasks(app)] == ["三", "四"]


async def test_what_was_exported_in_the_chat_can_be_read(
    shell: Shell, app: App, room: Room
) -> None:
    await room.say("王敏", "任务 @张三 @李四 整理客户清单 周五下班前")
    document = await room.say("王敏", "导出 任务")
    file = shell.folder / "out.xlsx"
    file.write_bytes(document.content)  # type: ignore[union-attr]

    out = (await shell.run("import", "tasks", str(file), "--yes"))[1]

    assert "0 stored, 0 rejected, 1 in the ledger already" in out


async def test_undo_in_the_chat_does_not_take_back_the_plan(
    shell: Shell, app: App, room: Room
) -> None:
    await shell.run("import", "tasks", text(shell.folder, "任务\n一\n"), "--yes")

    await room.say("王敏", "撤销")

    assert [each.state for each in await tasks(app)] == ["open"]


@pytest.mark.parametrize(
    ("content", "words", "code", "says"),
    [
        ("编号,人\n1,张三\n", [], 1, "no column says what is to be done"),
        ("任务\n", [], 1, "no rows"),
        ("", [], 1, "is empty"),
        ("任务\n一\n", ["--by", "王五"], 1, "nobody in the team 大管家 is called 王五"),
        ("任务\n一\n", ["--team", "别的"], 1, "there is no team 别的; there are: 大管家"),
        ("任务,负责人\n一,王五\n", ["--yes"], 1, "第 2 行：团队里没有叫 王五 的"),
        ("任务\n" + "一\n" * 5001, [], 1, "more than 5000 rows"),
    ],
)
async def test_what_is_wrong_is_one_sentence(
    shell: Shell, app: App, content: str, words: list[str], code: int, says: str
) -> None:
    got, _, err = await shell.run("import", "tasks", text(shell.folder, content), *words)

    assert got == code
    assert says in err
    assert len(err.splitlines()) == 1
    assert await tasks(app) == []


async def test_wrong_usage(shell: Shell) -> None:
    assert (await shell.run("import"))[0] == 2
    assert (await shell.run("import", "tasks"))[0] == 2
    assert (await shell.run("import", "tasks", "/nowhere/x.csv"))[0] == 1


async def test_without_a_manager_somebody_must_be_named(
    capfdbinary: pytest.CaptureFixture[bytes],
    database_url: str,
    tmp_path: Path,
    app: App,
    room: Room,
) -> None:
    await room.say("张三", "帮助")
    alone = Shell(capfdbinary, database_url, tmp_path)
    file = text(tmp_path, "任务\n一\n")

    code, _, err = await alone.run("import", "tasks", file)
    assert code == 1
    assert "say who opens the tasks with --by NAME" in err

    assert (await alone.run("import", "tasks", file, "--by", "张三", "--yes"))[0] == 0
    assert "opened by 张三" not in await room.words("张三", "我的")
    assert len(await tasks(app)) == 1


async def test_the_history_alone_tells_what_a_task_is(shell: Shell, app: App, room: Room) -> None:
    await room.say("王敏", "任务 @张三 @李四 整理客户清单 周五下班前")
    await shell.run("import", "tasks", text(shell.folder, PLAN), "--yes")

    said, imported = await tasks(app)
    async with app.database.begin() as tx:
        stories = await history.stories(tx, [said.id, imported.id])
    columns = history.replay(stories[imported.id])
    assert columns.keys() == history.replay(stories[said.id]).keys()
    for name, value in columns.items():
        assert getattr(imported, name) == value, name
    assert "#3" in await room.words("王敏", "任务 接着写 明天")


PLAN = "任务,负责人,协助,截止,优先级\n写方案,张三,李四,2099-12-01,高\n"


# --- what cells mean -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "used"),
    [
        (["事项", "负责人", "截止日期"], {"title": "事项", "owner": "负责人", "due": "截止日期"}),
        (["Task Name", "Owner", "Due_Date"],
         {"title": "Task Name", "owner": "Owner", "due": "Due_Date"}),
        (["工作内容*", "责任人（主）", "完成时间", "计划完成"],
         {"title": "工作内容*", "owner": "责任人（主）", "due": "计划完成"}),
    ],
)  # fmt: skip
def test_columns_go_by_many_names(header: list[str], used: dict[str, str]) -> None:
    assert columns_of(header).used == used


def test_of_two_deadlines_the_surer_one_counts() -> None:
    found = columns_of(["任务", "完成时间", "计划完成时间"])

    assert found.used["due"] == "计划完成时间"
    assert found.ignored == ["完成时间"]


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("2026-12-01", "2026-12-01T18:00"),
        ("2026-12-01T09:30:00", "2026-12-01T09:30"),
        ("2026-12-01 00:00:00", "2026-12-01T18:00"),
        ("2026/12/1", "2026-12-01T18:00"),
        ("46357", "2026-12-01T18:00"),
        ("46357.5", "2026-12-01T12:00"),
        ("12月1日前", "2026-12-01T18:00"),
        ("2026年12月1日（周二）", "2026-12-01T18:00"),
        ("下周二", "2026-12-01T18:00"),
        ("2026-11-02", "2026-11-02T18:00"),
        ("待定", None),
        ("/", None),
    ],
)
def test_days_are_read_as_people_write_them(written: str, due: str | None) -> None:
    found = due_of(written, WEDNESDAY, Calendar(), Hours())

    assert (found and f"{found:%Y-%m-%dT%H:%M}") == due


@pytest.mark.parametrize(
    "written", ["2026-02-30", "尽快", "昨天", "11月2日", "11/27/2026", "12月5日 提交给李四"]
)
def test_what_is_no_day_or_might_be_two_is_not_guessed(written: str) -> None:
    with pytest.raises(BadRow):
        due_of(written, WEDNESDAY, Calendar(), Hours())


def roster() -> plan.Roster:
    return roster_of(
        [
            {"id": 1, "name": "张三", "external_id": "zhang", "mobile": "", "email": ""},
            {"id": 2, "name": "李四", "external_id": "li", "mobile": "13800000000"},
            {"id": 3, "name": "Anna Schmidt", "external_id": "anna"},
        ]
    )


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("张三", [1]),
        ("@张三", [1]),
        ("张三（销售部）", [1]),
        ("张三、李四", [1, 2]),
        ("张三 李四", [1, 2]),
        ("Anna Schmidt, 张三", [3, 1]),
        ("13800000000", [2]),
        ("张三/张三", [1]),
        ("无", []),
        ("", []),
    ],
)
def test_people_are_found_as_they_are_written(written: str, ids: list[int]) -> None:
    assert [each for each, _ in people_of(written, roster())] == ids


@given(
    st.lists(
        st.fixed_dictionaries(
            {name: st.text(max_size=30) for name in ("任务", "负责人", "截止", "进度", "优先级")}
        ),
        max_size=5,
    )
)
def test_any_cells_are_a_task_or_a_clear_no(rows: list[dict[str, str]]) -> None:
    with contextlib.suppress(Misconfigured):
        found = plan.read(
            enumerate(rows, 2),
            roster=roster(),
            now=WEDNESDAY,
            calendar=Calendar(),
            hours=Hours(),
        )
        seen = [*(each.row for each in found.tasks), *(row for row, _ in found.bad), *found.over]
        assert sorted(seen) == list(range(2, len(rows) + 2))
        assert all(each.title and len(each.title) <= 500 for each in found.tasks)


@pytest.mark.parametrize(
    ("cells", "progress"),
    [
        (["0", "0.5", "1"], [None, 50]),
        (["20%", "100%", "80"], [20, 80]),
        (["未开始", "进行中", "√"], [None, None]),
        (["", "", ""], [None, None, None]),
    ],
)
def test_progress_is_a_share_or_percent(cells: list[str], progress: list[int | None]) -> None:
    found = plan.read(
        [(row, {"任务": f"第 {row} 件", "进度": cell}) for row, cell in enumerate(cells, 2)],
        roster={},
        now=WEDNESDAY,
        calendar=Calendar(),
        hours=Hours(),
    )

    assert [each.progress for each in found.tasks] == progress
    assert len(found.over) == 3 - len(progress)
