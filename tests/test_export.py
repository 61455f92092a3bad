"""导出 in the chat, and the whole ledger through ``guanjia export``."""

import csv
import io
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot import table
from bot.app import App
from bot.handlers import export
from bot.kind import KINDS
from bot.message import Document, Text
from storage import archive
from storage import team as teams
from storage.schema import entry
from tests.conftest import WEDNESDAY, Room
from tests.test_cli import Shell


@pytest.fixture
def shell(
    capfdbinary: pytest.CaptureFixture[bytes], database_url: str, tmp_path: Path, app: App
) -> Shell:
    return Shell(capfdbinary, database_url, tmp_path)


async def sent(room: Room, said: str) -> Document:
    answer = await room.say("王敏", said)
    assert isinstance(answer, Document), answer
    return answer


def rows_of(document: Document) -> list[dict[str, Any]]:
    """By column, as Excel shows them."""
    if document.name.endswith(".csv"):
        text = document.content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))
    sheet = load_workbook(io.BytesIO(document.content)).worksheets[0]
    header, *rows = [[each or "" for each in row] for row in sheet.iter_rows(values_only=True)]
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


async def test_tasks_come_as_a_workbook(room: Room) -> None:
    await room.say("王敏", "任务 @张三 @李四 整理客户清单 周五下班前")
    await room.say("张三", "完成 1 已发群里")
    await room.say("王敏", "任务 写周报 明天")

    document = await sent(room, "导出 任务")

    assert document.name == "任务_2026-11-25.xlsx"
    assert document.text == "任务 2 条（没了结 1 条），截至11月25日 周三 10:00"
    first, second = rows_of(document)
    assert list(first)[:9] == [
        "编号", "标题", "负责人", "协助", "截止", "状态", "登记人", "登记时间", "了结时间",
    ]  # fmt: skip
    assert list(first)[-1] == "经过"
    assert first["编号"] == 1
    assert (first["负责人"], first["协助"], first["状态"]) == ("张三", "李四", "已完成")
    assert (first["截止"], first["了结时间"]) == ("2026-11-27 18:00", "2026-11-25 10:00")
    assert first["经过"].splitlines() == [
        "2026-11-25 10:00 王敏 登记：整理客户清单",
        "2026-11-25 10:00 张三 完成：已发群里",
    ]
    assert (second["标题"], second["状态"], second["了结时间"]) == ("写周报", "进行中", "")


@pytest.mark.parametrize("said", ["导出 任务 csv", "导出 csv 任务", "导出 任务，CSV"])
async def test_it_may_be_csv(room: Room, said: str) -> None:
    await room.say("王敏", "任务 写周报 明天")

    document = await sent(room, said)

    assert document.name == "任务_2026-11-25.csv"
    assert document.content.startswith(b"\xef\xbb\xbf")
    assert rows_of(document)[0]["标题"] == "写周报"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "＝"])
async def test_no_cell_can_run(room: Room, suffix: str, begins: str) -> None:
    title = f"{begins}HYPERLINK(1) 看这里"
    await room.say("王敏", "任务 写周报 明天")
    await room.say("王敏", "进展 1 " + title)
    async with room.app.database.begin() as tx:
        await tx.execute(sa.update(entry).values(title=title))

    (row,) = rows_of(await sent(room, f"导出 任务 {suffix}"))

    assert row["标题"] == f"'{title}"
    assert not str(row["经过"]).startswith(("=", "+", "-", "@"))


async def test_only_what_is_open(room: Room) -> None:
    await room.say("王敏", "任务 写周报 明天")
    await room.say("王敏", "任务 订会议室 明天")
    await room.say("王敏", "完成 1")

    document = await sent(room, "导出 任务 未了结")

    assert [each["标题"] for each in rows_of(document)] == ["订会议室"]
    assert document.text.startswith("没了结的任务 1 条，")


async def test_everything_is_one_table(room: Room) -> None:
    await room.say("王敏", "任务 写周报 明天")
    await room.say("王敏", "反馈 客户批量导入")
    await room.answers("王敏", "卡点 @张三 数据没到")
    await room.answers("张三", "解决 3 根因：接口没开 方案：已开")

    rows = rows_of(await sent(room, "导出 全部"))

    assert [each["种类"] for each in rows] == ["任务", "反馈", "卡点"]
    assert "支持人数：1；支持的人：王敏" in rows[1]["其他"]
    assert "根因：接口没开；方案：已开" in rows[2]["其他"]


async def test_what_a_kind_has_is_a_column(room: Room) -> None:
    await room.say("王敏", "反馈 客户批量导入")
    await room.say("张三", "支持 1")
    await room.answers("王敏", "转任务 1 @李四 下周五前")

    (row,) = rows_of(await sent(room, "导出 反馈"))

    assert (row["支持人数"], row["支持的人"], row["任务编号"]) == (2, "王敏、张三", 2)
    assert row["状态"] == "已转任务"


async def test_decisions_come_as_their_log(room: Room) -> None:
    await room.say("王敏", "决策 客户手机号必填 理由：要短信通知")

    (row,) = rows_of(await sent(room, "导出 决策"))

    assert row["决策"] == "客户手机号必填"
    assert row["理由"] == "要短信通知"


async def test_only_this_teams(room: Room, app: App) -> None:
    await room.say("王敏", "任务 写周报 明天")
    async with app.database.begin() as tx:
        other = await teams.open_team(tx, "别的队", at=WEDNESDAY)
        chosen = [each for each in entry.c if each.name not in ("id", "team_id", "title")]
        copied = sa.select(sa.literal(other.id), sa.literal("别队的事"), *chosen)
        names = ["team_id", "title", *(each.name for each in chosen)]
        await tx.execute(sa.insert(entry).from_select(names, copied))

    assert [each["标题"] for each in rows_of(await sent(room, "导出 全部"))] == ["写周报"]


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("导出", "导出哪一种？请说 导出 任务，或 导出 全部。"),
        ("导出 天气", "「天气」没看懂。导出哪一种？"),
        ("导出 任务 卡点", "一次导出一种，要所有的请说：导出 全部"),
        ("导出 任务", "还没有任务，没什么可导出的"),
        ("导出 风险 未了结", "还没有没了结的风险，没什么可导出的"),
    ],
)
async def test_what_cannot_be_exported_says_why(room: Room, said: str, answered: str) -> None:
    answer = await room.say("王敏", said)

    assert isinstance(answer, Text)
    assert answer.text.startswith(answered)


async def test_what_nothing_writes_yet_is_not_offered(room: Room) -> None:
    answer = await room.words("王敏", "导出")

    assert "反馈、数据问题" in answer
    assert "培训" not in answer
    assert "跟进" not in answer


async def test_too_many_are_left_to_the_command_line(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST", 2)
    for each in range(3):
        await room.say("王敏", f"任务 写周报{each} 明天")

    answer = await room.words("王敏", "导出 任务")

    assert "任务有 3 条，群里一次最多导 2 条" in answer
    assert "guanjia export" in answer
    assert "任务 未了结" in answer


@pytest.mark.parametrize("kind", [*KINDS, None])
async def test_every_kind_fits_its_columns(room: Room, app: App, kind: str | None) -> None:
    await room.say("王敏", "任务 写周报 明天")
    async with app.database.begin() as tx:
        await tx.execute(sa.update(entry).values(kind=kind or "task"))
        (found,) = await archive.piece(tx, limit=1)

    cells = table.row(found, [], {}, WEDNESDAY.tzinfo, mixed=kind is None)  # type: ignore[arg-type]

    assert len(cells) == len(table.columns(kind))


@given(
    st.lists(st.text(st.characters(exclude_characters="\n"), max_size=50), min_size=1, max_size=30)
)
def test_a_long_story_keeps_its_first_and_its_newest_lines(lines: list[str]) -> None:
    whole = "\n".join(lines)

    said = table.told(lines, 200)

    assert len(said) <= 200
    if len(whole) <= 200:
        assert said == whole
    else:
        assert said.startswith(lines[0][:100])


# --- guanjia export ------------------------------------------------------------------------


async def test_all_pieces_come_in_order_and_once(
    shell: Shell, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PIECE", 2)
    for each in range(5):
        await room.say("王敏", f"任务 写周报{each} 明天")
    await room.say("王敏", "卡点 数据没到")

    assert [each["number"] for each in await shell.lines("export")] == [1, 2, 3, 4, 5, 6]
    for kind in ("blocker", "卡点"):
        assert [each["number"] for each in await shell.lines("export", "--kind", kind)] == [6]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx"])
async def test_a_file_is_there_as_a_whole(shell: Shell, room: Room, suffix: str) -> None:
    await room.say("王敏", "任务 @张三 =1+1 明天")
    file = shell.folder / f"out.{suffix}"
    file.write_text("old")

    code, out, _ = await shell.run("export", "-o", str(file))

    assert (code, out) == (0, f"1 records in {file}\n")
    assert sorted(each.name for each in shell.folder.glob("out*")) == [f"out.{suffix}"]
    if suffix == "jsonl":
        assert json.loads(file.read_text(encoding="utf-8"))["title"] == "=1+1"
    elif suffix == "csv":
        assert ",'=1+1," in file.read_text(encoding="utf-8-sig")
    else:
        (row,) = rows_of(Document(name="x.xlsx", content=file.read_bytes()))
        assert row["title"] == "'=1+1"


async def test_a_folder_that_is_not_there_says_so(shell: Shell, room: Room) -> None:
    code, out, err = await shell.run("export", "-o", str(shell.folder / "none" / "a.csv"))

    assert (code, out) == (1, "")
    assert re.fullmatch(r"guanjia: cannot write .*: No such file or directory\n", err)


async def test_a_device_is_written_to_and_not_replaced(shell: Shell, room: Room) -> None:
    await room.say("王敏", "任务 写周报 明天")

    assert (await shell.run("export", "-o", os.devnull))[0] == 0
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_reader_that_leaves_early_is_no_accident(tmp_path: Path) -> None:
    here, there = os.pipe()
    os.close(here)
    done = subprocess.run(
        [sys.executable, "-m", "bot", "export", "--format", "csv"],
        stdout=there,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
        timeout=60,
    )
    os.close(there)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
