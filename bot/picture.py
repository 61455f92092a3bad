"""Drawing the board: bars that are read on a phone. Pillow is loaded with the first picture."""

import functools
import io
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WIDTH = 1080
MARGIN = 56
ROW = 92
INK, SOFT, PAPER, CARD, TRACK = "#1f2937", "#6b7280", "#f3f5f9", "#ffffff", "#eef1f6"
OPEN, DUE, LATE, DONE = "#3b82f6", "#f59e0b", "#ef4444", "#10b981"
AGE_COLOURS = ("#60a5fa", "#f59e0b", "#ef4444")
# By family, the best first; then files where other systems keep theirs.
FAMILIES = ("Noto Sans CJK SC", "Source Han Sans", "Noto Sans SC", "WenQuanYi", "Noto Sans CJK")
FILES = (
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """A file that holds Chinese characters, and which of its faces."""

    file: str
    face: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    label: str
    open: int
    overdue: int
    due: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    team: str
    day: str
    week: str
    totals: tuple[int, int, int, int]  # open, late, still due this week, done this week
    rows: tuple[Row, ...]
    age_names: tuple[str, ...]
    ages: tuple[Age, ...]


# --- fonts ---------------------------------------------------------------------------------


@functools.cache
def chinese_font() -> Font | None:
    """A font of this machine that has Chinese characters; None if it has none. May block."""
    return _listed() or next((Font(file=each) for each in FILES if Path(each).is_file()), None)


def _listed() -> Font | None:
    program = shutil.which("fc-list")
    if program is None:
        return None
    listed = subprocess.run(  # noqa: S603 - a fixed program with fixed words
        [program, "-f", "%{family}|%{style}|%{index}|%{file}\n", ":lang=zh-cn"],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    return best_of(listed.stdout)


def best_of(listed: str) -> Font | None:
    """Of lines ``family|style|index|file`` the face that is best to read; None for none."""
    found: list[tuple[int, bool, int, str]] = []
    for line in listed.splitlines():
        family, style, face, file = [*line.split("|", 3), "", "", ""][:4]
        # A bitmap cannot be drawn in every size; a named variation of a font is no face of it.
        if not file.lower().endswith((".ttf", ".ttc", ".otf", ".otc")) or not face.isdigit():
            continue
        if int(face) > 0xFFFF:
            continue
        place = next((i for i, each in enumerate(FAMILIES) if each in family), len(FAMILIES))
        odd = not any(each in style for each in ("Regular", "Medium", "Normal", "Book"))
        found.append((place, odd, int(face), file))
    if not found:
        return None
    best = min(found)
    return Font(file=best[3], face=best[2])


# --- the picture ---------------------------------------------------------------------------


def draw(board: Board) -> bytes | None:
    """The board as a PNG; None without a Chinese font. Takes a moment: for a thread."""
    font = chinese_font()
    return _Canvas(board, font).png() if font else None


class _Canvas:
    def __init__(self, board: Board, font: Font) -> None:
        from PIL import Image, ImageDraw, ImageFont  # 12 MB, for those who ask for a picture

        self._board = board
        self._fonts = {
            size: ImageFont.truetype(
                font.file, size, index=font.face, layout_engine=ImageFont.Layout.BASIC
            )
            for size in (26, 30, 34, 50, 64)
        }
        bars = 130 + ROW * len(board.rows)
        ages = 130 + ROW * len(board.ages) if board.ages else 0
        self._image = Image.new(
            "RGB", (WIDTH, 420 + bars + (ages + 28 if ages else 0) + 84), PAPER
        )
        self._draw: Any = ImageDraw.Draw(self._image)
        self._head()
        self._totals(190)
        self._rows(400, bars)
        if ages:
            self._age_rows(400 + bars + 28, ages)
        self._words(MARGIN, self._image.height - 60, board.week, 26, SOFT)

    def png(self) -> bytes:
        """Flat colours: a palette holds them all, in a tenth of the bytes."""
        file = io.BytesIO()
        self._image.quantize(128).save(file, "PNG", optimize=True)
        return file.getvalue()

    # --- parts

    def _head(self) -> None:
        name = " ".join(f"{self._board.team} 看板".split())
        team = self._fitting(name, 50, WIDTH - 2 * MARGIN)
        self._words(MARGIN, 44, team, 50, INK, bold=True)
        self._words(MARGIN, 116, self._board.day, 34, SOFT)

    def _totals(self, top: int) -> None:
        tiles = (("未了结", OPEN), ("逾期", LATE), ("本周还有到期", DUE), ("本周完成", DONE))
        gap = 20
        width = (WIDTH - 2 * MARGIN - 3 * gap) // 4
        for place, (label, colour) in enumerate(tiles):
            left = MARGIN + place * (width + gap)
            self._box(left, top, left + width, top + 180, CARD, 24)
            self._words(left + 28, top + 22, str(self._board.totals[place]), 64, colour, bold=True)
            self._words(left + 28, top + 120, label, 30, SOFT)

    def _rows(self, top: int, height: int) -> None:
        self._box(MARGIN, top, WIDTH - MARGIN, top + height, CARD, 24)
        self._title(top, "各类有多少", (("逾期", LATE), ("本周到期", DUE), ("其他", OPEN)))
        most = max([each.open for each in self._board.rows] + [1])
        left, right = MARGIN + 190, WIDTH - MARGIN - 240
        for place, row in enumerate(self._board.rows):
            y = top + 100 + place * ROW
            self._words(MARGIN + 32, y + 14, row.label, 34, INK)
            end = left + max(round((right - left) * row.open / most), 48 if row.open else 0)
            rest = max(row.open - row.overdue - row.due, 0)
            parts = ((row.overdue, LATE), (row.due, DUE), (rest, OPEN))
            self._bar(left, y + 16, right, TRACK)
            self._stack(left, y + 16, end, parts)
            self._words(right + 20, y + 14, str(row.open), 34, INK, bold=True)
            if row.done:
                done = f"完成 {row.done}"
                size = self._fonts[30].getlength(done)
                self._words(WIDTH - MARGIN - 32 - size, y + 17, done, 30, DONE)

    def _age_rows(self, top: int, height: int) -> None:
        self._box(MARGIN, top, WIDTH - MARGIN, top + height, CARD, 24)
        legend = tuple(zip(self._board.age_names, AGE_COLOURS, strict=True))
        self._title(top, "开了多久（工作日）", legend)
        left, right = MARGIN + 190, WIDTH - MARGIN - 32
        for place, age in enumerate(self._board.ages):
            y = top + 100 + place * ROW
            self._words(MARGIN + 32, y + 14, age.label, 34, INK)
            parts = tuple(zip(age.counts, AGE_COLOURS, strict=True))
            self._stack(left, y + 16, right, parts, numbers=True)

    # --- strokes

    def _title(self, top: int, words: str, legend: tuple[tuple[str, str], ...]) -> None:
        self._words(MARGIN + 32, top + 30, words, 34, INK, bold=True)
        x: float = WIDTH - MARGIN - 32
        for label, colour in reversed(legend):
            x -= self._fonts[26].getlength(label)
            self._words(x, top + 37, label, 26, SOFT)
            x -= 34
            self._box(x, top + 44, x + 22, top + 66, colour, 6)
            x -= 26

    def _bar(self, left: float, top: float, right: float, colour: str) -> None:
        self._box(left, top, right, top + 48, colour, 12)

    def _stack(
        self,
        left: float,
        top: float,
        right: float,
        parts: tuple[tuple[int, str], ...],
        *,
        numbers: bool = False,
    ) -> None:
        """Parts side by side; the smallest is wide enough to be seen, and to hold its number."""
        shown = [each for each in parts if each[0]]
        total = sum(count for count, _ in shown)
        least = 64 if numbers else 14
        free = right - left - least * len(shown)
        x = left
        for place, (count, colour) in enumerate(shown):
            width = least + free * count / total
            corners = (place == 0, place == len(shown) - 1, place == len(shown) - 1, place == 0)
            box = (x, top, x + width - (3 if place < len(shown) - 1 else 0), top + 48)
            self._draw.rounded_rectangle(box, 12, fill=colour, corners=corners)
            if numbers:
                said = str(count)
                middle = x + (width - self._fonts[30].getlength(said)) / 2
                self._words(middle, top + 1, said, 30, "#ffffff", bold=True)
            x += width

    def _box(self, *box: Any) -> None:
        left, top, right, bottom, colour, radius = box
        self._draw.rounded_rectangle((left, top, right, bottom), radius, fill=colour)

    def _words(
        self, x: float, y: float, words: str, size: int, colour: str, *, bold: bool = False
    ) -> None:
        stroke = 1 if bold else 0
        self._draw.text(
            (x, y), words, font=self._fonts[size], fill=colour, stroke_width=stroke,
            stroke_fill=colour,
        )  # fmt: skip

    def _fitting(self, words: str, size: int, width: float) -> str:
        if self._fonts[size].getlength(words) <= width:
            return words
        while words and self._fonts[size].getlength(words + "…") > width:
            words = words[:-1]
        return words + "…"
