"""A document of headings, sentences and tables, as Word opens it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape

FONT = "微软雅黑"
LATIN = "Calibri"
WIDTH = 9600  # of the text, in twentieths of a point: A4 with margins of two centimetres
_GREY, _LINE = "EDF1F6", "BFC7D1"
_SIZE = 9  # points, in a table
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True, slots=True)
class Table:
    """``widths`` are shares of the page; the first row of the table is said on every page."""

    columns: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    parts: Sequence[str | Table]


def as_docx(title: str, subtitle: str, sections: Sequence[Section], *, made_at: datetime) -> bytes:
    """python-docx is loaded with the first document only."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn
    from docx.shared import Cm

    document = Document()
    for name in ("Normal", "Title", "Heading 1"):
        _set_font(document.styles[name])
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin = page.bottom_margin = Cm(2)
    number = page.footer.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = parse_xml(f'<w:fldSimple xmlns:w="{_W}" w:instr="PAGE"/>')
    page.footer.part.element[0].append(field)
    about = document.core_properties
    about.title, about.author = legible(title), "大管家"
    about.created = about.modified = made_at.astimezone(UTC)
    document.add_heading(legible(title), level=0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(legible(subtitle)).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for section in sections:
        document.add_heading(legible(section.title), level=1)
        for part in section.parts:
            if isinstance(part, str):
                document.add_paragraph(legible(part))
            else:
                # Cell by cell through the library takes seconds for a thousand rows.
                document.element.body[-1].addprevious(parse_xml(_table(part)))
                document.add_paragraph()  # two tables would run into one
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _set_font(style: object) -> None:
    """Also for Chinese, which Word keeps apart, and would show in a font of its own."""
    from docx.oxml.ns import qn

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()  # type: ignore[attr-defined]
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for name, font in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", FONT), ("cs", LATIN)):
        fonts.set(qn(f"w:{name}"), font)


def legible(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return text.translate(_unwritable())


@cache
def _unwritable() -> dict[int, None]:
    controls = [code for code in range(0x20) if chr(code) not in "\t\n\r"]
    return dict.fromkeys([*controls, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])


def _table(table: Table) -> str:
    whole = sum(table.widths)
    widths = [WIDTH * each // whole for each in table.widths]
    grid = "".join(f'<w:gridCol w:w="{each}"/>' for each in widths)
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"/>' for side in sides
    )
    head = _row(table.columns, widths, head=True)
    rows = "".join(_row(each, widths) for each in table.rows)
    return (
        f'<w:tbl xmlns:w="{_W}"><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>"
    )


def _row(cells: Sequence[str], widths: Sequence[int], *, head: bool = False) -> str:
    repeated = "<w:tblHeader/>" if head else ""
    filled = "".join(
        _cell(text, width, head=head) for text, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{filled}</w:tr>"


def _cell(text: str, width: int, *, head: bool) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_GREY}"/>' if head else ""
    look = f'{"<w:b/>" if head else ""}<w:sz w:val="{_SIZE * 2}"/>'
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(each)}</w:t>' for each in legible(text).splitlines()
    )
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>'
        f'<w:p><w:pPr><w:spacing w:before="20" w:after="20"/></w:pPr>'
        f"<w:r><w:rPr>{look}</w:rPr>{lines}</w:r></w:p></w:tc>"
    )
