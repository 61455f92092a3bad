"""A ledger of any size, made team by team from one seed and put into either database."""

import io
import json
import random
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa

from bot import search, terms
from storage.search import Unindexed

A_TEAM = 500  # entries
MEMBERS = 12  # of a team
NOW = datetime.now(UTC).replace(microsecond=0)

THINGS = (
    "客户清单", "报价单", "合同模板", "商机阶段", "回款计划", "字段权限", "审批流", "测试数据",
    "历史订单", "联系人", "公海规则", "销售漏斗", "发票信息", "产品目录", "价格表", "渠道名单",
    "拜访记录", "手机端", "数据看板", "单点登录",
)  # fmt: skip
DOINGS = (
    "整理", "核对", "导入失败", "没有到位", "需要确认", "接口超时", "重复太多", "培训材料",
    "上线方案", "验收", "迁移", "对不上", "还没批", "要补齐", "权限不够", "打不开",
    "延期风险", "负责人变动", "第一批", "第二批",
)  # fmt: skip
PLACES = ("华东", "华南", "华北", "西南", "总部", "电商", "直销", "渠道", "售后", "财务")
KINDS = (
    ("task", 45), ("blocker", 18), ("feedback", 12), ("data", 7), ("decision", 6), ("risk", 5),
    ("question", 4), ("milestone", 2), ("change", 1),
)  # fmt: skip


# --- a ledger of any size ------------------------------------------------------------------

TEAM = ("id", "name", "last_number", "settings", "created_at")
CHAT = ("id", "team_id", "platform", "external_id", "private", "name", "person", "purpose", "lane")
MEMBER = (
    "id", "team_id", "platform", "external_id", "name", "roles", "mobile", "email", "crm_login",
    "settings", "joined_at",
)  # fmt: skip
ENTRY = (
    "id", "team_id", "number", "kind", "title", "state", "stage", "weight", "rung", "owner_id",
    "helpers", "opened_by", "opened_at", "due", "closed_at", "chat_id", "message_id", "details",
    "version", "unindexed",
)  # fmt: skip
HISTORY = (
    "id", "entry_id", "at", "by_id", "verb", "text", "before", "after", "step", "undone",
)  # fmt: skip
TERM = ("team_id", "term", "entry_id")
Rows = Iterator[tuple[Any, ...]]


class Ledger:
    """Made team by team from one seed: the same on every database."""

    def __init__(self, entries: int) -> None:
        self.teams = max(entries // A_TEAM, 1)
        self._kinds = [kind for kind, share in KINDS for _ in range(share)]
        titles = [f"{where}{what}{how}" for where in PLACES for what in THINGS for how in DOINGS]
        words = terms.load()
        self._titles = [(each, _terms(words, each)) for each in titles]

    def team(self, number: int) -> dict[str, list[tuple[Any, ...]]]:
        """The rows of one team, by table."""
        chance = random.Random(number)  # noqa: S311 - the same rows every time
        first = (number - 1) * MEMBERS + 1
        members = range(first, first + MEMBERS)
        found: dict[str, list[tuple[Any, ...]]] = {
            "team": [(number, f"团队{number}", A_TEAM, "{}", NOW)],
            "chat": [(number, number, "console", f"群{number}", False, f"群{number}", "", "", "")],
            "member": [
                (each, number, "console", f"人{each}", f"人{each}", "[]", "", "", "", "{}", NOW)
                for each in members
            ],
        }
        entries, history, said = [], [], []
        for n in range(1, A_TEAM + 1):
            entry = self._entry(chance, number, n, members)
            title, words = entry[4], self._titles[entry[-1]][1]
            entries.append(entry[:-1])
            history.append(
                (entry[0], entry[0], entry[12], entry[11], "登记", title, "{}", "{}", "", False)
            )
            said += [(number, each, entry[0]) for each in (*words, str(n))]
        # In the order of the table: SQLite keeps it sorted, and then has nothing to move.
        said = sorted(set(said))
        return {**found, "entry": entries, "history": history, "term": said}

    def _entry(
        self, chance: random.Random, team: int, number: int, members: Sequence[int]
    ) -> tuple[Any, ...]:
        kind = chance.choice(self._kinds)
        which = chance.randrange(len(self._titles))
        opened = NOW - timedelta(hours=chance.uniform(1, 24 * 300))
        is_open = chance.random() < 0.3
        due = (
            opened + timedelta(hours=chance.uniform(24, 24 * 90))
            if chance.random() < 0.7
            else None
        )
        if is_open and due is not None and chance.random() < 0.7:
            due = NOW + timedelta(hours=chance.uniform(1, 24 * 40))
        stage = ""
        if kind in ("decision", "change") and is_open and chance.random() < 0.2:
            stage = "pending"
        return (
            (team - 1) * A_TEAM + number, team, number, kind, self._titles[which][0],
            "open" if is_open else "done", stage, chance.randrange(26), chance.randrange(3),
            chance.choice(members), json.dumps(chance.sample(members, 2)), chance.choice(members),
            opened, due, None if is_open else opened + timedelta(hours=50), team, "", "{}", 1,
            False, which,
        )  # fmt: skip


def _terms(words: terms.Words, title: str) -> list[str]:
    """As 查 keeps them; the number comes with each entry."""
    whole = Unindexed(id=0, number=0, title=title, details={}, told=())
    return [each for each in search.terms_of(words, whole) if each != "0"]


COLUMNS = {
    "team": TEAM, "chat": CHAT, "member": MEMBER, "entry": ENTRY, "history": HISTORY, "term": TERM,
}  # fmt: skip
PEOPLE = ("team", "chat", "member")  # what there is before anything is written down
TEAMS_AT_ONCE = 50


def fill_sqlite(file: Path, ledger: Ledger, tables: Sequence[str]) -> None:
    opened = sqlite3.connect(file, isolation_level=None)
    for pragma in (
        "synchronous=OFF",
        "journal_mode=OFF",
        "foreign_keys=OFF",
        "cache_size=-400000",
    ):
        opened.execute(f"PRAGMA {pragma}")
    indexes = opened.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        "AND tbl_name IN ('entry', 'history', 'term')"
    ).fetchall()
    for name, _ in indexes:
        opened.execute(f"DROP INDEX {name}")
    opened.execute("BEGIN")
    for number in range(1, ledger.teams + 1):
        rows = ledger.team(number)
        for table in tables:
            places = ", ".join("?" * len(COLUMNS[table]))
            sql = f"INSERT INTO {table} ({', '.join(COLUMNS[table])}) VALUES ({places})"  # noqa: S608
            opened.executemany(
                sql, map(_as_sqlite, rows[table]) if table != "term" else rows[table]
            )
    opened.execute("COMMIT")
    for _, sql in indexes:
        opened.execute(sql)
    opened.execute("PRAGMA journal_mode=WAL")
    opened.close()


def _as_sqlite(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        f"{each:%Y-%m-%d %H:%M:%S.%f}" if isinstance(each, datetime) else each for each in row
    )


async def fill_postgres(url: str, ledger: Ledger, tables: Sequence[str]) -> None:
    plain = sa.make_url(url).set(drivername="postgresql")
    connection = await asyncpg.connect(plain.render_as_string(hide_password=False))
    await connection.execute("SET session_replication_role = replica")  # no foreign keys
    await connection.execute("SET maintenance_work_mem = '512MB'")
    dropped = await _drop_indexes(connection)
    for begin in range(1, ledger.teams + 1, TEAMS_AT_ONCE):
        several = [
            ledger.team(n) for n in range(begin, min(begin + TEAMS_AT_ONCE, ledger.teams + 1))
        ]
        for table in tables:
            text = io.BytesIO()
            for rows in several:
                text.write("".join(map(_as_copied, rows[table])).encode())
            text.seek(0)
            await connection.copy_to_table(table, source=text, columns=list(COLUMNS[table]))
    for sql in dropped:
        await connection.execute(sql)
    for table in tables:
        if table != "term":
            await connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
            )
        await connection.execute(f"VACUUM ANALYZE {table}")  # as autovacuum does in time
    await connection.close()


def _as_copied(row: tuple[Any, ...]) -> str:
    return "\t".join("\\N" if each is None else str(each) for each in row) + "\n"


async def _drop_indexes(connection: Any) -> list[str]:
    """The statements that make again what is dropped here."""
    again = []
    for row in await connection.fetch(
        "SELECT c.conrelid::regclass::text AS of, c.conname, pg_get_constraintdef(c.oid) AS said "
        "FROM pg_constraint c WHERE c.conrelid::regclass::text IN ('history', 'term') "
        "AND c.contype IN ('p', 'f')"
    ):
        await connection.execute(f"ALTER TABLE {row['of']} DROP CONSTRAINT {row['conname']}")
        add = f"ALTER TABLE {row['of']} ADD CONSTRAINT {row['conname']} {row['said']}"
        again.append(add + (" NOT VALID" if "FOREIGN" in row["said"] else ""))
    for row in await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes "
        "WHERE tablename IN ('entry', 'history', 'term') AND indexdef NOT LIKE 'CREATE UNIQUE%'"
    ):
        await connection.execute(f"DROP INDEX {row['indexname']}")
        again.append(row["indexdef"])
    return again
