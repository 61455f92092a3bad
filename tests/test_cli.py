"""The command line, as its users call it."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.app import App
from storage import backup
from storage.database import Database
from tests.conftest import WEDNESDAY, Room


class Shell:
    """Runs ``guanjia`` in this process, on the test's database."""

    def __init__(self, capfdbinary: pytest.CaptureFixture[bytes], url: str, folder: Path) -> None:
        self._captured = capfdbinary
        self.folder = folder
        self.config = folder / "config.toml"
        self.config.write_text(f'[database]\nurl = "{url}"\n', encoding="utf-8")

    async def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        self._captured.readouterr()
        code = await asyncio.to_thread(self._run, *words)
        out, err = self._captured.readouterr()
        return code, out.decode(), err.decode()

    def _run(self, *words: str) -> int:
        try:
            return main([*words, "--config", str(self.config)])
        except SystemExit as leaving:
            return int(leaving.code or 0)

    async def lines(self, *words: str) -> list[Any]:
        """Standard output as JSON lines, of a command that succeeds."""
        code, out, err = await self.run(*words)
        assert code == 0, err
        return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def shell(
    capfdbinary: pytest.CaptureFixture[bytes], database_url: str, tmp_path: Path, app: App
) -> Shell:
    return Shell(capfdbinary, database_url, tmp_path)


async def test_when_shows_how_a_deadline_is_understood(shell: Shell) -> None:
    (found,) = await shell.lines("when", "周五下班前", "--at", "2026-11-25T10:00:00")

    assert found == {
        "text": "周五下班前",
        "start": None,
        "end": "2026-11-27T18:00:00",
        "due": "2026-11-27T18:00:00",
        "status": "ok",
        "matched": "周五下班前",
    }


async def test_when_reads_a_file_line_by_line(shell: Shell) -> None:
    rows = [{"ref": "2026-11-25T10:00:00", "text": text} for text in ("明天", "尽快", "2月30号")]
    file = shell.folder / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    found = await shell.lines("when", "--batch", str(file))

    assert [each["status"] for each in found] == ["ok", "none", "invalid"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["when"], 2, "give either TEXT or --batch FILE"),
        (["when", "明天", "--at", "gestern"], 1, "is not a moment"),
        (["when", "--batch", "/nowhere/x"], 1, "cannot read"),
        (["nonsense"], 2, "invalid choice"),
        (["job", "run", "nonsense"], 1, "there is no job nonsense"),
        (
            ["export", "--kind", "nonsense"],
            2,
            "没有「nonsense」这种记录 (no such kind); 卡点 (blocker)、",
        ),
        (["export", "--team", "nonsense"], 1, "there is no team nonsense"),
        (["export", "--format", "xlsx"], 2, "needs -o FILE"),
        (["rehearse", "--from", "gestern"], 1, "is not a date"),
        (["rehearse", "--days", "0"], 1, "between 1 and 366"),
        (["db", "restore", "/nowhere/x"], 1, "cannot be restored"),
        (["db", "backup", "/nowhere/x/y"], 1, "does not exist"),
    ],
)
async def test_what_is_wrong_is_one_sentence(
    shell: Shell, words: list[str], code: int, says: str
) -> None:
    got, out, err = await shell.run(*words)

    assert (got, out) == (code, "")
    assert says in err
    assert "Traceback" not in err
    if code == 1:
        assert len(err.strip().splitlines()) == 1


async def test_export_gives_the_promised_shape(shell: Shell, room: Room) -> None:
    await room.say("王敏", "任务 @张三 @李四 整理客户清单 周五下班前")
    await room.say("张三", "完成 1 已发")
    await room.say("王敏", "卡点 数据没到")

    task, blocker = await shell.lines("export")

    assert task == {
        "team": "大管家",
        "number": 1,
        "kind": "task",
        "title": "整理客户清单",
        "owner": "张三",
        "helpers": ["李四"],
        "due": "2026-11-27T18:00:00+08:00",
        "state": "done",
        "opened_by": "王敏",
        "opened_at": "2026-11-25T10:00:00+08:00",
        "closed_at": "2026-11-25T10:00:00+08:00",
        "details": {},
        "history": [
            {
                "at": "2026-11-25T10:00:00+08:00",
                "by": "王敏",
                "verb": "登记",
                "text": "整理客户清单",
            },
            {"at": "2026-11-25T10:00:00+08:00", "by": "张三", "verb": "完成", "text": "已发"},
        ],
    }
    assert (blocker["kind"], blocker["owner"], blocker["due"]) == ("blocker", None, None)


async def test_export_to_a_sheet(shell: Shell, room: Room) -> None:
    await room.say("王敏", "任务 =HYPERLINK(1) 明天")
    csv, xlsx = shell.folder / "out.csv", shell.folder / "out.xlsx"

    for kind, file in (("csv", csv), ("xlsx", xlsx)):
        code, out, _ = await shell.run("export", "--format", kind, "-o", str(file))
        assert code == 0
        assert "1 records" in out

    assert "'=HYPERLINK" in csv.read_text(encoding="utf-8-sig")
    assert xlsx.read_bytes()[:2] == b"PK"


async def test_export_of_one_kind(shell: Shell, room: Room) -> None:
    await room.say("王敏", "任务 写周报 明天")
    await room.say("王敏", "卡点 数据没到")

    assert [each["kind"] for each in await shell.lines("export", "--kind", "blocker")] == [
        "blocker"
    ]


async def test_jobs_are_listed_with_their_next_hour(shell: Shell) -> None:
    code, out, _ = await shell.run("job", "list")

    assert code == 0
    assert "standup-open\t" in out
    assert "大管家: " in out


async def test_a_dry_run_shows_and_keeps_nothing(shell: Shell, room: Room, app: App) -> None:
    await room.say("王敏", "任务 写周报 明天")

    code, out, _ = await shell.run(
        "job", "run", "standup-open", "--at", "2026-11-26T09:30", "--dry-run"
    )

    assert code == 0
    assert "2026-11-26 09:30 → 项目群" in out
    assert await room.wait_until(WEDNESDAY.replace(day=26, hour=9, minute=31)) != []


async def test_a_run_by_hand_is_sent_by_the_running_bot_and_done_once(
    shell: Shell, room: Room
) -> None:
    await room.say("王敏", "成员")
    await room.wait_until(WEDNESDAY.replace(day=26, hour=9))
    words = ("job", "run", "standup-open", "--at", "2026-11-26T09:30")

    assert "项目群" in (await shell.run(*words))[1]
    assert "was already run" in (await shell.run(*words))[1]

    said = await room.wait_until(WEDNESDAY.replace(day=26, hour=9, minute=31))
    assert len(said) <= 1


async def test_rehearsal_shows_what_would_come_and_keeps_nothing(shell: Shell, room: Room) -> None:
    await room.say("王敏", "成员")
    await room.wait_until(WEDNESDAY.replace(day=26, hour=9))

    code, out, _ = await shell.run("rehearse", "--from", "2026-11-26", "--days", "2")

    assert code == 0
    hours = [line[:16] for line in out.splitlines() if line.startswith("2026")]
    assert hours == sorted(hours)
    assert "2026-11-26 09:30" in hours
    assert len(await room.wait_until(WEDNESDAY.replace(day=26, hour=9, minute=31))) == 1


async def test_a_backup_brings_everything_back(shell: Shell, room: Room, tmp_path: Path) -> None:
    await room.say("王敏", "任务 @张三 整理客户清单 周五下班前")
    file = tmp_path / "copy.db"

    assert (await shell.run("db", "backup", str(file)))[0] == 0
    await room.say("王敏", "任务 之后的事 明天")
    code, _, err = await shell.run("db", "restore", str(file))
    assert code == 1
    assert "--replace" in err
    assert (await shell.run("db", "restore", str(file), "--replace"))[0] == 0

    assert [each["title"] for each in await shell.lines("export")] == ["整理客户清单"]
    assert "#2" in await room.words("王敏", "任务 接着写 明天")


async def test_a_backup_moves_between_databases(shell: Shell, room: Room, tmp_path: Path) -> None:
    await room.say("王敏", "任务 @张三 整理客户清单 周五下班前")
    file = tmp_path / "copy.db"
    assert (await shell.run("db", "backup", str(file)))[0] == 0

    other = Database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    from storage import migration

    await migration.upgrade(other)
    assert await backup.is_empty(other)
    await backup.restore(file, other)

    assert not await backup.is_empty(other)
    await other.close()


async def test_something_else_is_no_backup(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    file.write_bytes(b"hello")

    code, _, err = await shell.run("db", "restore", str(file))

    assert code == 1
    assert "is not a backup" in err


async def test_the_doctor_finds_a_healthy_installation_healthy(shell: Shell) -> None:
    code, out, _ = await shell.run("doctor")

    assert code == 0
    assert "FAIL" not in out
    for what in ("config", "database", "migrations", "calendar", "outbox"):
        assert f" {what}: " in out


async def test_the_doctor_names_what_is_broken(shell: Shell) -> None:
    shell.config.write_text(
        '[database]\nurl = "postgresql+asyncpg://x@127.0.0.1:1/none"\n', encoding="utf-8"
    )

    code, out, _ = await shell.run("doctor")

    assert code == 1
    assert "FAIL  database" in out


async def test_the_doctor_reads_a_broken_configuration(shell: Shell) -> None:
    shell.config.write_text("[server]\nprot = 1\n", encoding="utf-8")

    code, out, _ = await shell.run("doctor")

    assert code == 1
    assert "server.prot" in out


def test_it_is_a_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "when", "明天", "--at", "2026-11-25T10:00:00"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
        timeout=60,
    )

    assert done.returncode == 0
    assert json.loads(done.stdout)["due"] == "2026-11-26T18:00:00"
