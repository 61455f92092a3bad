"""The picture of the board, and finding a font for it."""

import io

import pytest
from PIL import Image

from bot import picture
from bot.picture import Age, Board, Font, Row, best_of, chinese_font, draw

LISTED = """\
Noto Serif CJK SC|Bold|2|/fonts/NotoSerifCJK-Bold.ttc
Noto Sans CJK JP|Regular|0|/fonts/NotoSansCJK-Regular.ttc
Noto Sans CJK SC|Bold|2|/fonts/NotoSansCJK-Bold.ttc
Noto Sans CJK SC|Regular|2|/fonts/NotoSansCJK-Regular.ttc
Noto Sans SC|Regular|65536|/fonts/variable.ttf
WenQuanYi Bitmap Song|Regular|0|/fonts/wenquanyi.pcf
broken line
"""


def board(*, team: str = "大管家", rows: int = 7, most: int = 48) -> Board:
    return Board(
        team=team,
        day="2026年11月25日 周三",
        week="本周从 11月23日 周一 算起",
        totals=(most * rows, 3, 2, 1),
        rows=tuple(
            Row(label=f"种类{i}", open=most // (i + 1), overdue=min(i % 3, most), due=0, done=i)
            for i in range(rows)
        ),
        age_names=("1天内", "2–5天", "5天以上"),
        ages=(Age(label="卡点", counts=(0, 4, 1)), Age(label="任务", counts=(most, 0, 0))),
    )


def test_the_plain_chinese_face_is_chosen() -> None:
    assert best_of(LISTED) == Font(file="/fonts/NotoSansCJK-Regular.ttc", face=2)


def test_any_chinese_font_is_better_than_none() -> None:
    assert best_of(LISTED.splitlines()[0]) == Font(file="/fonts/NotoSerifCJK-Bold.ttc", face=2)
    assert best_of("") is None
    assert best_of("WenQuanYi Bitmap Song|Regular|0|/fonts/wenquanyi.pcf") is None


def test_without_a_font_there_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "chinese_font", lambda: None)

    assert draw(board()) is None


def test_without_fontconfig_known_places_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(picture, "FILES", ("/nowhere.ttf", __file__))

    assert chinese_font.__wrapped__() == Font(file=__file__)


@pytest.mark.skipif(chinese_font() is None, reason="no Chinese font here")
@pytest.mark.parametrize(
    "drawn",
    [
        board(),
        board(rows=1, most=1),
        board(rows=16, most=100_000),
        board(team="很长的团队名字" * 12),
        board(team="🔥 CRM\n上线"),
        board(rows=2, most=0),
    ],
    ids=["usual", "one", "much", "long", "odd", "nothing"],
)
def test_it_is_a_small_png_of_a_phones_width(drawn: Board) -> None:
    png = draw(drawn)

    assert png is not None
    assert len(png) < 200_000
    with Image.open(io.BytesIO(png)) as opened:
        assert opened.format == "PNG"
        assert opened.width == picture.WIDTH
        assert len(opened.convert("RGB").getcolors(1_000_000) or ()) > 4
