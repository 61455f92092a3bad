"""Drawing how the weeks went: three small curves that are read on a phone without a legend."""

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bot.picture import CARD, DONE, INK, LATE, MARGIN, OPEN, PAPER, SOFT, TRACK, WIDTH, Font
from bot.picture import chinese_font as font_of_this_machine

HEAD, PANEL, GAP, FOOT = 190, 330, 24, 76
PLOT_TOP, PLOT_BOTTOM = 140, 262  # within a panel
SIZES = (26, 30, 34, 50)
STEPS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    label: str  # its last day: 11/27
    stuck: int  # blockers that were open at its end
    done: int  # tasks
    rate: int | None  # per cent of the standup answers; None: nobody wrote one


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    team: str
    span: str  # 11月6日 周五 到 11月27日 周五
    weeks: tuple[Week, ...]  # the oldest first
    partial: bool = False  # the last one is not over


def draw(trend: Trend) -> bytes | None:
    """The weeks as a PNG; None without a Chinese font. Takes a moment: for a thread."""
    font = font_of_this_machine()
    return _Canvas(trend, font).png() if font else None


@functools.cache
def _palette() -> Any:
    """Every colour in steps to what it may stand on: the edges of letters are such."""
    from PIL import Image, ImageColor

    shades: list[int] = []
    for paper in (PAPER, CARD):
        below = ImageColor.getrgb(paper)
        for colour in (INK, SOFT, TRACK, LATE, DONE, OPEN):
            above = ImageColor.getrgb(colour)
            for step in range(STEPS + 1):
                for one, other in zip(below, above, strict=True):
                    shades.append(round(one + (other - one) * step / STEPS))
    image = Image.new("P", (1, 1))
    image.putpalette(shades)
    return image


class _Canvas:
    def __init__(self, trend: Trend, font: Font) -> None:
        from PIL import Image, ImageDraw, ImageFont  # 12 MB, for those who ask for a picture

        self._trend = trend
        self._fonts = {
            size: ImageFont.truetype(
                font.file, size, index=font.face, layout_engine=ImageFont.Layout.BASIC
            )
            for size in SIZES
        }
        weeks = trend.weeks
        rates = [each.rate for each in weeks]
        panels = 2 + any(each is not None for each in rates)
        height = HEAD + panels * PANEL + (panels - 1) * GAP + FOOT
        self._image = Image.new("RGB", (WIDTH, height), PAPER)
        self._draw: Any = ImageDraw.Draw(self._image)
        self._words(MARGIN, 44, self._fitting(" ".join(f"{trend.team} 这几周".split())), 50, INK)
        self._words(MARGIN, 116, trend.span, 34, SOFT)
        self._panel(0, "没解决的卡点", [each.stuck for each in weeks], LATE, unit=" 个")
        self._panel(1, "完成的任务", [each.done for each in weeks], DONE, unit=" 个", bars=True)
        if panels > 2:
            self._panel(2, "写站会的人", rates, OPEN, unit="%", most=100)
        note = "卡点按每周最后一刻算，其余按一整周算"
        if trend.partial:
            note += "；最后一格是本周到现在"
        self._words(MARGIN, height - 56, note, 26, SOFT)

    def png(self) -> bytes:
        """In a palette known beforehand: every team gets one at the same hour, and to look for
        the best colours is most of the work."""
        from PIL.Image import Dither

        file = io.BytesIO()
        self._image.quantize(palette=_palette(), dither=Dither.NONE).save(file, "PNG")
        return file.getvalue()

    # --- a panel

    def _panel(
        self,
        place: int,
        title: str,
        values: Sequence[int | None],
        colour: str,
        *,
        unit: str,
        most: int | None = None,
        bars: bool = False,
    ) -> None:
        top = HEAD + place * (PANEL + GAP)
        self._box(MARGIN, top, WIDTH - MARGIN, top + PANEL, CARD, 24)
        self._words(MARGIN + 32, top + 34, title, 34, INK)
        self._newest(top, values, colour, unit)
        base = top + PLOT_BOTTOM
        self._draw.line((MARGIN + 32, base, WIDTH - MARGIN - 32, base), fill=TRACK, width=3)
        highest = most or max([each for each in values if each is not None] + [1])
        height = PLOT_BOTTOM - PLOT_TOP
        points = [
            (x, None if value is None else base - height * value / highest, value)
            for x, value in zip(self._columns(len(values)), values, strict=True)
        ]
        if bars:
            self._bars(points, base, colour)
        else:
            self._line(points, colour)
        for (x, y, value), week in zip(points, self._trend.weeks, strict=True):
            self._centred(x, base + 14, week.label, 26, SOFT)
            if value is None or y is None:
                self._centred(x, base - 44, "—", 30, SOFT)
            else:
                self._centred(x, y - 50, str(value), 30, INK)

    def _newest(self, top: int, values: Sequence[int | None], colour: str, unit: str) -> None:
        """The last number, large; and what it was a week before."""
        right: float = WIDTH - MARGIN - 32
        newest, before = values[-1], values[-2]
        if before is not None:
            said = f"上周 {before}{unit.strip()}" if unit == "%" else f"上周 {before}"
            right -= self._fonts[30].getlength(said)
            self._words(right, top + 40, said, 30, SOFT)
            right -= 24
        said = "—" if newest is None else f"{newest}{unit}"
        right -= self._fonts[50].getlength(said)
        self._words(right, top + 18, said, 50, colour)

    def _columns(self, count: int) -> list[float]:
        """The middle of each week's column."""
        left, right = MARGIN + 32, WIDTH - MARGIN - 32
        width = (right - left) / count
        return [left + width * (place + 0.5) for place in range(count)]

    def _line(self, points: Sequence[tuple[float, float | None, Any]], colour: str) -> None:
        """Broken where a week has no number."""
        for (x, y, _), (next_x, next_y, _) in pairwise(points):
            if y is not None and next_y is not None:
                self._draw.line((x, y, next_x, next_y), fill=colour, width=6)
        for x, y, _ in points:
            if y is not None:
                self._draw.ellipse((x - 9, y - 9, x + 9, y + 9), fill=colour)

    def _bars(
        self, points: Sequence[tuple[float, float | None, Any]], base: float, colour: str
    ) -> None:
        for x, y, value in points:
            if y is not None and value:
                corners = (True, True, False, False)
                box = (x - 28, min(y, base - 8), x + 28, base)
                self._draw.rounded_rectangle(box, 8, fill=colour, corners=corners)

    # --- strokes

    def _box(self, *box: Any) -> None:
        left, top, right, bottom, colour, radius = box
        self._draw.rounded_rectangle((left, top, right, bottom), radius, fill=colour)

    def _centred(self, x: float, y: float, words: str, size: int, colour: str) -> None:
        self._words(x - self._fonts[size].getlength(words) / 2, y, words, size, colour)

    def _words(self, x: float, y: float, words: str, size: int, colour: str) -> None:
        stroke = 1 if size >= 34 and colour != SOFT else 0
        self._draw.text(
            (x, y), words, font=self._fonts[size], fill=colour, stroke_width=stroke,
            stroke_fill=colour,
        )  # fmt: skip

    def _fitting(self, words: str) -> str:
        font = self._fonts[50]
        if font.getlength(words) <= WIDTH - 2 * MARGIN:
            return words
        while words and font.getlength(words + "…") > WIDTH - 2 * MARGIN:
            words = words[:-1]
        return words + "…"
