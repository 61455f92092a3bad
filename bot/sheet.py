"""Tables as people keep them, CSV and XLSX, in and out."""

import codecs
import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from bot.errors import Misconfigured

Row = tuple[int, dict[str, str]]

MOST_BYTES = 50_000_000
MOST_UNPACKED = 500_000_000  # a workbook that grows beyond this is a bomb, not a table

# A cell that begins like this is run as a formula by whoever opens the file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BROKEN = (
    OSError, ValueError, LookupError, TypeError, AttributeError, SyntaxError, EOFError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def read_rows(name: str) -> Iterator[Row]:
    """The rows under the header as (row number as people see it, cell by column name).

    Empty rows are left out, but counted. Raises Misconfigured if the file cannot be read.
    """
    try:
        if Path(name).stat().st_size > MOST_BYTES:
            raise Misconfigured(f"{name} is larger than {MOST_BYTES // 1_000_000} MB: split it")
        content = Path(name).read_bytes()
    except OSError as error:
        raise Misconfigured(f"cannot read {name}: {error.strerror or error}") from error
    return rows_of(content, name)


def rows_of(content: bytes, name: str) -> Iterator[Row]:
    """The same for a file in memory; ``name`` is only for what is said about it."""
    if content.startswith(_OLD_EXCEL):
        raise Misconfigured(f"{name} is in Excel's old .xls format: save it as .xlsx")
    lines = _workbook(content, name) if content.startswith(_ZIP) else _csv(content, name)
    return _named(lines, name)


def _named(lines: Iterator[tuple[int, list[str]]], name: str) -> Iterator[Row]:
    header = next(lines, None)
    if header is None or not any(header[1]):
        raise Misconfigured(f"{name} is empty: its first row must name the columns")
    return _under([re.sub(r"\s+", " ", each).strip() for each in header[1]], lines)


def _under(columns: Sequence[str], lines: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    for number, cells in lines:
        row: dict[str, str] = {}
        for position, column in enumerate(columns):
            if column and not row.get(column):  # of two columns with one name, the filled one
                row[column] = _plain(cells[position]) if position < len(cells) else ""
        if any(row.values()):
            yield number, row


def _plain(text: str) -> str:
    """The text as it was before an export made it harmless."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


# --- CSV -----------------------------------------------------------------------------------


def text_of(content: bytes, name: str) -> str:
    """Text as Excel and its Chinese friends write it. Raises Misconfigured."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Misconfigured(f"{name} is neither UTF-8 nor GB18030 text: save it as UTF-8")


def _csv(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    text = text_of(content, name)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    try:
        for number, cells in enumerate(lines, 1):
            yield number, cells
    except csv.Error as error:
        raise Misconfigured(f"{name}, after row {number}: {error}") from error


# --- XLSX ----------------------------------------------------------------------------------


def _workbook(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """The first sheet that is shown."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise Misconfigured(f"{name} is too large when unpacked")
        yield from _cells(content)
    except _BROKEN as error:
        raise Misconfigured(f"{name} is not a readable .xlsx workbook") from error


def _cells(content: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # slow to import, and rarely wanted

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and validations, which do not matter here
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        shown = [each for each in book.worksheets if each.sheet_state == "visible"]
        sheet = (shown or book.worksheets)[0]
        sheet.reset_dimensions()  # some programs write a wrong size, which would hide rows
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [_text(cell) for cell in cells]
    finally:
        book.close()


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            midnight = cell.time() == time()
            return cell.date().isoformat() if midnight else cell.isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)


# --- out -----------------------------------------------------------------------------------


def _harmless(value: Any) -> Any:
    """Numbers and days stay what they are; text cannot become a formula."""
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = _NOT_IN_XML.sub("", str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


class CsvTable:
    """Rows into a file, one after another: UTF-8 with a mark, without which Excel shows Chinese
    as rubbish."""

    def __init__(self, out: BinaryIO, columns: Sequence[str]) -> None:
        self._text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text)
        self.write(columns)

    def write(self, row: Sequence[Any]) -> None:
        self._writer.writerow([_harmless(each) for each in row])

    def close(self) -> None:
        """Everything is in the file, which stays open."""
        self._text.flush()
        self._text.detach()


class XlsxTable:
    """Rows into a workbook, one after another; it is in the file once it is closed."""

    def __init__(self, out: BinaryIO, columns: Sequence[str], widths: Sequence[int] = ()) -> None:
        from openpyxl import Workbook
        from openpyxl.utils import get_column_letter

        self._out = out
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet()
        self._sheet.freeze_panes = "A2"
        for position, width in enumerate(widths, 1):
            self._sheet.column_dimensions[get_column_letter(position)].width = width
        self.write(columns)

    def write(self, row: Sequence[Any]) -> None:
        self._sheet.append([_harmless(each) for each in row])

    def close(self) -> None:
        self._book.save(self._out)


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.BytesIO()
    return _filled(CsvTable(out, columns), rows, out)


def as_xlsx(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int] = ()
) -> bytes:
    out = io.BytesIO()
    return _filled(XlsxTable(out, columns, widths), rows, out)


def _filled(table: CsvTable | XlsxTable, rows: Iterable[Sequence[Any]], out: io.BytesIO) -> bytes:
    for row in rows:
        table.write(row)
    table.close()
    return out.getvalue()


def write_csv(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    _write(name, as_csv(columns, rows))


def write_xlsx(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    _write(name, as_xlsx(columns, rows))


def _write(name: str, content: bytes) -> None:
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise Misconfigured(f"cannot write {name}: {error.strerror or error}") from error
