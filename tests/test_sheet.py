"""Tables, in and out."""

import contextlib
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot import sheet
from bot.errors import Misconfigured


def _csv(text: str, encoding: str = "utf-8") -> list[sheet.Row]:
    return list(sheet.rows_of(text.encode(encoding), "a.csv"))


def _xlsx(*rows: list[object]) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_row_numbers_are_the_ones_people_see() -> None:
    text = '问题 ,答案\n怎么登录,"第一行\n第二行"\n,\n怎么导入,看手册\n'

    assert _csv(text) == [
        (2, {"问题": "怎么登录", "答案": "第一行\n第二行"}),
        (4, {"问题": "怎么导入", "答案": "看手册"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_that_occur(encoding: str) -> None:
    assert _csv("姓名;日期\n王敏;2026-11-25\n", encoding) == [
        (2, {"姓名": "王敏", "日期": "2026-11-25"})
    ]


def test_missing_and_extra_cells_do_no_harm() -> None:
    assert _csv("a,b,,a\n1\n1,2,3,4,5\n,2,3,4\n") == [
        (2, {"a": "1", "b": ""}),
        (3, {"a": "1", "b": "2"}),
        (4, {"a": "4", "b": "2"}),
    ]


def test_a_workbook_gives_the_same_rows() -> None:
    content = _xlsx(
        ["姓名", "日期", "新建", "比例", "时刻", "在岗"],
        ["王敏", date(2026, 11, 25), 3.0, 0.5, datetime.fromisoformat("2026-11-25T09:30"), True],
        [],
        ["李四", None, 12],
    )

    assert list(sheet.rows_of(content, "a.xlsx")) == [
        (2, {"姓名": "王敏", "日期": "2026-11-25", "新建": "3", "比例": "0.5",
             "时刻": "2026-11-25T09:30:00", "在岗": "true"}),
        (4, {"姓名": "李四", "日期": "", "新建": "12", "比例": "", "时刻": "", "在岗": ""}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04 rubbish", "not a readable .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old .xls"),
        (b"a,b\n\xff\xff\xff\x00,1\n", "neither UTF-8 nor GB18030"),
        (b'a,b\n"' + b"x" * 200_000 + b'",1\n', "after row 1"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, why: str) -> None:
    with pytest.raises(Misconfigured, match=why):
        list(sheet.rows_of(content, "file"))


def test_a_workbook_that_is_no_workbook_inside_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("hello.txt", "hello")

    with pytest.raises(Misconfigured, match="not a readable"):
        list(sheet.rows_of(out.getvalue(), "file"))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot read"):
        sheet.read_rows(str(tmp_path / "none.csv"))
    with pytest.raises(Misconfigured, match="cannot write"):
        sheet.write_csv(str(tmp_path / "none" / "a.csv"), ["a"], [])


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_is_written_cannot_run_and_reads_back(suffix: str, tmp_path: Path) -> None:
    name = str(tmp_path / f"a.{suffix}")
    write = sheet.write_csv if suffix == "csv" else sheet.write_xlsx
    write(name, ["a", "b"], [["=1+1", -5], ["@SUM(A1)\x00", date(2026, 1, 2)], ["+86", None]])

    assert list(sheet.read_rows(name)) == [
        (2, {"a": "=1+1", "b": "-5"}),
        (3, {"a": "@SUM(A1)", "b": "2026-01-02"}),
        (4, {"a": "+86", "b": ""}),
    ]
    if suffix == "csv":
        assert "'=1+1,-5" in Path(name).read_text(encoding="utf-8-sig")


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_a_clear_no(content: bytes) -> None:
    with contextlib.suppress(Misconfigured):
        list(sheet.rows_of(content, "file"))
