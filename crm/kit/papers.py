"""Official papers as Word files: page, lines and tables by the standard. Source: GB/T 9704-2012.

Typefaces are named, never bundled; the table of fonts in the file says what stands in where one is missing.
"""

import io
import re
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TITLE, BODY, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
_INSTEAD = {TITLE: "华文中宋,宋体", BODY: "仿宋,华文仿宋,宋体"}
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Paper:
    """A paper on A4, written from top to bottom."""

    def __init__(self) -> None:
        self.document: Any = Document()
        _page(self.document)

    def title(self, words: str) -> None:
        """Write a centred title."""
        self._line(words, TITLE, 22, center=True)

    def number(self, words: str) -> None:
        """Write the number beneath the title."""
        self._line(words, BODY, 16, center=True)

    def heading(self, words: str) -> None:
        """Write a heading of the first level."""
        self._line(words, HEAD, 16, indent=True)

    def text(self, words: str) -> None:
        """Write a paragraph of the body for each line."""
        for line in words.split("\n"):
            self._line(line, BODY, 16, indent=True)

    def signed(self, *lines: str) -> None:
        """Write who signs and when, to the right."""
        for words in lines:
            self._line(words, BODY, 16, right=True)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """Write a table with its heads on each page. Widths in millimetres, 156 in all."""
        _table(self.document, heads, rows, widths)

    def bytes(self) -> bytes:
        """Return the file."""
        buffer = io.BytesIO()
        self.document.save(buffer)
        return buffer.getvalue()

    def _line(
        self, words: str, font: str, size: int, *, center: bool = False, indent: bool = False, right: bool = False
    ) -> None:
        line = self.document.add_paragraph()
        line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        line.paragraph_format.line_spacing = Pt(32 if size > 16 else 28)
        line.paragraph_format.space_after = Pt(0)
        if center or right:
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER if center else WD_ALIGN_PARAGRAPH.RIGHT
        if indent:
            line.paragraph_format.first_line_indent = Pt(2 * size)
        _run(line, words, font, size)


def _page(paper: Any) -> None:
    """A4 with the margins of the standard, page numbers beneath, and the fonts that may stand in."""
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(foot, "— ", "宋体", 14)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot._p.append(field)
    _run(foot, " —", "宋体", 14)
    for part in paper.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            fonts = "".join(
                f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
                for name, other in _INSTEAD.items()
            )
            part._blob = part.blob.replace(b"</w:fonts>", fonts.encode() + b"</w:fonts>")


def _table(paper: Any, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    table = paper.add_table(rows=0, cols=len(heads))
    table.style = "Table Grid"
    table.autofit = False
    for number, cells in enumerate([heads, *rows]):
        row = table.add_row()
        if number == 0:
            repeat = OxmlElement("w:tblHeader")
            row._tr.get_or_add_trPr().append(repeat)
        for cell, words, width in zip(row.cells, cells, widths, strict=True):
            cell.width = Mm(width)
            _run(cell.paragraphs[0], words, HEAD if number == 0 else BODY, 12)


def _run(line: Any, words: str, font: str, size: int) -> None:
    run = line.add_run(_UNFIT.sub("", words))
    run.font.size = Pt(size)
    run.font.name = "Times New Roman"
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
