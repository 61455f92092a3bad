"""What people ask of the ledger is answered from indexes: no question reads a whole table."""

import pytest

from bench.ledger import Watch, explained, scans
from tests.conftest import Room

QUESTIONS = (
    "我的", "任务列表", "任务列表 @王敏", "任务列表 上周", "任务列表 全部", "任务列表 已完成",
    "卡点列表", "决策列表", "逾期", "议程", "看板", "查看 1", "查 清单", "查 没有的词", "完成 1",
    "卡点 数据没到 @王敏 周五前",
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_question_reads_a_whole_table(room: Room, question: str) -> None:
    for said in ("任务 整理清单 周五", "卡点 支付超时 @王敏", "任务 核对合同 明天", "查 合同"):
        await room.say("王敏", said)
    with Watch(room.app.database).on() as watch:
        await room.answers("王敏", question)
    asked = [each for each in watch.statements if "console" not in each[0]]
    plans = [
        line
        for statement, parameters in asked
        if statement.startswith(("SELECT", "UPDATE", "DELETE"))
        for line in await explained(room.app.database, statement, parameters, few=True)
    ]

    assert plans
    assert scans(plans) == []


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("SCAN entry", True),
        ("SCAN entry USING INDEX ix_entry_open", True),
        ("SEARCH entry USING INDEX ix_entry_open (team_id=?)", False),
        ("SCAN helper VIRTUAL TABLE INDEX 1:", False),
        ("  ->  Seq Scan on history  (cost=0.00..1.01 rows=1 width=8)", True),
        ("  ->  Index Scan using uq_entry_team_id_number on entry", False),
        ("Seq Scan on team  (cost=0.00..1.01 rows=1 width=8)", False),
    ],
)
def test_which_plans_read_a_whole_table(line: str, whole: bool) -> None:
    assert bool(scans([line])) is whole
