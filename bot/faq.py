"""Knowledge as files: JSON lines, CSV and XLSX, in and out."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot import sheet
from bot.errors import Misconfigured
from bot.terms import plain
from storage.knowledge import Knowledge, Written

LONGEST_QUESTION, LONGEST_ANSWER, MOST_SIMILAR = 1000, 20_000, 100
COLUMNS = ("id", "question", "answer", "similar", "owner", "review_on")
HEADER = ("编号", "问题", "答案", "相似问", "负责人", "复核日期")

_NAMES: Mapping[str, str] = {
    name: column
    for column, names in {
        "id": "id,编号,序号,知识编号,external_id,faq_id",
        "question": "question,问题,标准问,标准问题,问,q,title,标题",
        "answer": "answer,答案,回答,标准答案,答,答复,a",
        "similar": "similar,similar questions,similar_questions,相似问,相似问题,相似问法,相似",
        "owner": "owner,负责人,维护人,责任人",
        "review_on": "review_on,review date,review_date,复核日期,复审日期,复核日,有效期至",
    }.items()
    for name in names.split(",")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a file: what it says, or why it cannot be used."""

    number: int  # as people see it
    id: Any = None  # as written, with its type
    written: Written | None = None
    why: str = ""


def read(name: str) -> list[Line]:
    """Every row of the file. Raises Misconfigured if it is no such file."""
    try:
        begin = Path(name).read_bytes()[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError as error:
        raise Misconfigured(f"cannot read {name}: {error.strerror or error}") from error
    if Path(name).suffix.lower() in (".jsonl", ".json", ".ndjson") or begin[:1] in (b"{", b"["):
        return _each_once([_line(number, row) for number, row in _objects(name)])
    lines = [_line(number, row) for number, row in sheet.read_rows(name)]
    if lines and all(each.why == _NO_QUESTION for each in lines):
        raise Misconfigured(f"{name} has no column 问题 (or question): name the columns in row 1")
    return _each_once(lines)


def _each_once(lines: Iterable[Line]) -> list[Line]:
    """A question that comes again in the same file is reported, and does not replace the first."""
    first: dict[str, int] = {}
    found = []
    for each in lines:
        if each.written is not None:
            row = first.setdefault(plain(each.written.question), each.number)
            if row != each.number:
                why = f"the same question as row {row}"
                each = Line(number=each.number, id=each.id, why=why)
        found.append(each)
    return found


def _objects(name: str) -> Iterator[tuple[int, Any]]:
    """JSON lines, or one JSON list. A line that is no JSON comes as its text."""
    text = sheet.text_of(Path(name).read_bytes(), name)
    if text.lstrip().startswith("["):
        try:
            yield from enumerate(json.loads(text), 1)
        except (ValueError, RecursionError) as error:
            raise Misconfigured(f"{name} is not valid JSON: {error}") from error
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, line


_NO_QUESTION = "the question is empty"


def _line(number: int, row: Any) -> Line:
    if not isinstance(row, dict):
        return Line(number=number, why="not a JSON object")
    said: dict[str, Any] = {}
    for name, value in row.items():
        column = _NAMES.get(str(name).strip().lower())
        if column and value is not None and said.get(column) in (None, ""):
            said[column] = value
    try:
        return Line(number=number, id=said.get("id"), written=_written(said))
    except ValueError as error:
        return Line(number=number, id=said.get("id"), why=str(error))


def _written(said: Mapping[str, Any]) -> Written:
    """What a row says. Raises ValueError with what is wrong."""
    question, answer = _text(said, "question"), _text(said, "answer")
    if not question:
        raise ValueError(_NO_QUESTION)
    if not answer:
        raise ValueError("the answer is empty")
    if len(question) > LONGEST_QUESTION or len(answer) > LONGEST_ANSWER:
        raise ValueError(
            f"longer than {LONGEST_QUESTION} characters of question or {LONGEST_ANSWER} of answer"
        )
    similar = wordings(said["similar"]) if "similar" in said else None
    if similar and len(similar) > MOST_SIMILAR:
        raise ValueError(f"more than {MOST_SIMILAR} similar questions")
    return Written(
        question=question,
        answer=answer,
        external_id=_external_id(said),
        similar=similar,
        owner=_text(said, "owner") if "owner" in said else None,
        review_on=_day(_text(said, "review_on")),
    )


def _text(said: Mapping[str, Any], column: str) -> str:
    value = said.get(column, "")
    if not isinstance(value, str | int | float):
        raise ValueError(f"the {column} is not text")  # noqa: TRY004 - one kind for every bad row
    return _storable(str(value))


def _storable(text: str) -> str:
    """Without what a database or a terminal would choke on."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode().strip()


def _external_id(said: Mapping[str, Any]) -> str | None:
    found = _text(said, "id")
    if len(found) > 80:
        raise ValueError("the id is longer than 80 characters")
    return found or None


def wordings(value: Any) -> list[str]:
    """The ways to ask: a list, or text with ; or | or lines between them."""
    parts = value if isinstance(value, list) else re.split(r"[;；|｜\n]", str(value))
    if not all(isinstance(each, str) for each in parts):
        raise ValueError("a similar question is not text")
    if any(len(each) > LONGEST_QUESTION for each in parts):
        raise ValueError(f"a similar question is longer than {LONGEST_QUESTION} characters")
    found = map(_storable, parts)
    return list(dict.fromkeys(each for each in found if each))


def _day(text: str) -> date | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[T ].*)?", text)
    if found is None:
        raise ValueError(f"the review date {text[:20]} is not a date: write 2026-12-31")
    try:
        return date(*map(int, found.groups()))
    except ValueError as error:
        raise ValueError(f"the review date {text[:20]} does not exist") from error


# --- out -----------------------------------------------------------------------------------


def as_object(found: Knowledge) -> dict[str, Any]:
    return {
        "id": found.external_id,
        "number": f"K{found.number}",
        "question": found.question,
        "answer": found.answer,
        "similar": list(found.similar),
        "owner": found.owner,
        "review_on": found.review_on.isoformat() if found.review_on else None,
    }


def as_lines(entries: Iterable[Knowledge]) -> bytes:
    lines = (json.dumps(as_object(each), ensure_ascii=False) + "\n" for each in entries)
    return "".join(lines).encode()


def as_rows(entries: Iterable[Knowledge]) -> Iterator[Sequence[Any]]:
    """Rows under HEADER."""
    for each in entries:
        similar = "\n".join(each.similar)
        yield (
            each.external_id or "", each.question, each.answer, similar, each.owner, each.review_on
        )  # fmt: skip
