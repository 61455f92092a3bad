"""``guanjia faq``: files in and out, and the offline trial."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot import faq, sheet
from bot.__main__ import main
from bot.errors import Misconfigured

KNOWN: list[dict[str, Any]] = [
    {"id": 1, "question": "怎么导入客户", "answer": "点导入", "similar": ["客户批量导入"]},
    {"id": "b", "question": "忘记密码怎么办", "answer": "点忘记密码"},
    {"question": "客户公海是什么意思", "answer": "没人跟进的客户"},
]


def write(path: Path, rows: list[Any]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """The command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def act(*words: str) -> tuple[int, str, str]:
        code = main(["faq", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return act


# --- reading -------------------------------------------------------------------------------


def test_people_name_their_columns_in_many_ways(tmp_path: Path) -> None:
    name = str(tmp_path / "a.csv")
    rows = [["甲怎么用", "看手册", "甲用法；怎么用甲|甲？\n甲甲", "王敏", "2026年12月1日"]]
    sheet.write_csv(name, ["标准问题", "答案", "相似问", "负责人", "复核日期"], rows)

    (line,) = faq.read(name)

    assert line.number == 2
    assert line.written is not None
    assert line.written.similar == ["甲用法", "怎么用甲", "甲？", "甲甲"]
    assert (line.written.owner, str(line.written.review_on)) == ("王敏", "2026-12-01")


def test_a_bad_row_says_why_and_stops_no_other(tmp_path: Path) -> None:
    name = tmp_path / "a.jsonl"
    rows = [
        {"question": "甲", "answer": ""},
        {"question": "", "answer": "乙"},
        {"question": "甲", "answer": "乙", "review_on": "2026-02-30"},
        {"question": "甲", "answer": "乙", "review date": "下个月"},
        {"question": ["甲"], "answer": "乙"},
        {"question": "甲", "answer": "乙", "similar": [3]},
        ["甲", "乙"],
        {"question": "甲" * 1001, "answer": "乙"},
        {"question": "甲\ud800\x00", "answer": "乙"},
    ]
    write(name, rows)
    with name.open("a", encoding="utf-8") as file:
        file.write("not json\n")

    lines = faq.read(str(name))

    assert [each.why for each in lines] == [
        "the answer is empty",
        "the question is empty",
        "the review date 2026-02-30 does not exist",
        "the review date 下个月 is not a date: write 2026-12-31",
        "the question is not text",
        "a similar question is not text",
        "not a JSON object",
        "longer than 1000 characters of question or 20000 of answer",
        "",
        "not a JSON object",
    ]
    good = lines[-2].written
    assert good is not None
    assert good.question == "甲?"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [("a.csv", "城市,人口\n北京,1\n", "no column 问题"), ("a.json", "[1,", "not valid JSON")],
)
def test_a_file_of_something_else_is_refused(
    tmp_path: Path, name: str, content: str, why: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")

    with pytest.raises(Misconfigured, match=why):
        faq.read(str(tmp_path / name))


# --- import and export ---------------------------------------------------------------------


def test_an_import_again_changes_nothing(run: Any, tmp_path: Path) -> None:
    name = write(tmp_path / "kb.jsonl", [*KNOWN, {"question": "空"}])

    assert run("import", name, "--dry-run")[:2] == (
        0,
        "dry run: 3 added, 0 updated, 0 unchanged, 1 rejected\n",
    )
    code, out, err = run("import", name)
    assert (code, out) == (0, "3 added, 0 updated, 0 unchanged, 1 rejected\n")
    assert "row 4: the answer is empty" in err
    assert run("import", name)[1] == "0 added, 0 updated, 3 unchanged, 1 rejected\n"


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx"])
def test_what_is_exported_is_imported_unchanged(run: Any, tmp_path: Path, suffix: str) -> None:
    tricky = {"question": "=1+1等于几", "answer": "+2\n-或者3", "similar": ["@甲"], "owner": "-"}
    run("import", write(tmp_path / "kb.jsonl", [*KNOWN, tricky]))

    code, out, _ = run("export", "-o", f"out.{suffix}")

    assert (code, out) == (0, f"4 entries in out.{suffix}\n")
    assert run("import", f"out.{suffix}")[1] == "0 added, 0 updated, 4 unchanged, 0 rejected\n"


def test_an_export_without_a_file_is_json_lines(run: Any, tmp_path: Path) -> None:
    run("import", write(tmp_path / "kb.jsonl", KNOWN))

    code, out, _ = run("export")

    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(each["number"], each["question"]) for each in rows] == [
        (f"K{n}", each["question"]) for n, each in enumerate(KNOWN, 1)
    ]


def test_what_cannot_be_done_is_one_sentence(run: Any, tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.jsonl", [{"question": "甲"}])
    good = write(tmp_path / "good.jsonl", KNOWN)

    assert run("import", bad)[0] == 1
    assert "there is no team 没有" in run("import", good, "--team", "没有")[2]
    assert "cannot read" in run("import", "none.csv")[2]
    assert "cannot write" in run("export", "-o", "none/out.csv")[2]


# --- the offline trial ---------------------------------------------------------------------


def test_ids_come_back_as_they_were(run: Any, tmp_path: Path) -> None:
    known = write(tmp_path / "kb.jsonl", KNOWN)
    asked = ["客户怎么导入", "密码忘了怎么办", "客户公海是什么", "你好"]
    queries = write(tmp_path / "q.jsonl", [{"query": each} for each in asked])

    code, out, _ = run("ask", "--kb", known, "--queries", queries)
    rows = [json.loads(line) for line in out.splitlines()]

    assert code == 0
    assert [each["query"] for each in rows] == asked
    assert [each["answer_id"] for each in rows] == [1, "b", 3, None]
    assert [each["action"] for each in rows] == ["answer", "answer", "answer", "silent"]
    assert rows[0]["candidates"][0][0] == 1


def test_feedback_is_learned_first(run: Any, tmp_path: Path) -> None:
    known = write(tmp_path / "kb.jsonl", KNOWN)
    queries = write(tmp_path / "q.jsonl", [{"query": "怎么导出客户"}, {"query": "客户怎么导入"}])
    feedback = write(
        tmp_path / "f.jsonl",
        [{"query": "怎么导出客户", "useful": True}, {"query": "客户怎么导入", "useful": False}],
    )

    before = run("ask", "--kb", known, "--queries", queries)[1]
    after = run("ask", "--kb", known, "--queries", queries, "--feedback", feedback)[1]

    assert [json.loads(line)["answer_id"] for line in before.splitlines()] == [None, 1]
    assert [json.loads(line)["answer_id"] for line in after.splitlines()] == [1, None]


def test_a_query_file_must_hold_queries(run: Any, tmp_path: Path) -> None:
    known = write(tmp_path / "kb.jsonl", KNOWN)
    wrong = write(tmp_path / "q.jsonl", [{"query": "甲"}, {"question": "乙"}])
    doubt = write(tmp_path / "f.jsonl", [{"query": "甲", "useful": "yes"}])

    assert "line 2: not a JSON object" in run("ask", "--kb", known, "--queries", wrong)[2]
    right = write(tmp_path / "r.jsonl", [{"query": "甲"}])
    assert "true or false" in run("ask", "--kb", known, "--queries", right, "--feedback", doubt)[2]
    assert "cannot read" in run("ask", "--kb", known, "--queries", "none.jsonl")[2]


def test_a_question_that_comes_twice_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "faq.csv"
    file.write_text("问题,答案\n怎么新建商机,点新建\n怎么新建商机？,重复的\n", encoding="utf-8")

    first, second = faq.read(str(file))

    assert first.written is not None
    assert second.written is None
    assert second.why == "the same question as row 2"
