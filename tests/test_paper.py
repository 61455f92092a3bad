"""A document of what people typed: whatever it was, Word opens it."""

from collections.abc import Sequence
from io import BytesIO

import docx
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.closing import cause_rows
from bot.paper import Section, Table, as_docx
from storage.closing import Ending
from tests.conftest import WEDNESDAY

texts = st.text(max_size=40)


@settings(max_examples=40, deadline=None)
@given(title=texts, cells=st.lists(st.tuples(texts, texts), max_size=4))
def test_whatever_was_written_down_can_be_opened(
    title: str, cells: Sequence[tuple[str, str]]
) -> None:
    table = Table(("甲", "乙"), (1, 2), cells)

    content = as_docx("复盘", title, [Section("一", [title, table])], made_at=WEDNESDAY)

    assert len(docx.Document(BytesIO(content)).tables[0].rows) == len(cells) + 1


def test_causes_that_are_all_different_are_not_all_compared() -> None:
    solved = [Ending(number, "done", f"第{number}种原因", "") for number in range(5000)]

    rows = cause_rows(solved)

    assert sum(int(row[1]) for row in rows) == 5000
    assert any(row[0].startswith("其余") for row in rows)
