"""Agenda and minutes of a review meeting as Word files in the form of official papers. Source: GB/T 9704-2012.

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
from flask_babel import force_locale
from flask_babel import gettext as _

from crm.projects import labels
from crm.projects.models import Meeting, MeetingItem

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TITLE, BODY, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
_INSTEAD = {TITLE: "华文中宋,宋体", BODY: "仿宋,华文仿宋,宋体"}
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def agenda(meeting: Meeting, items: Sequence[MeetingItem]) -> bytes:
    """Return the agenda: the facts of the meeting and the projects with the reason each is on the list."""
    with force_locale("zh_Hans_CN"):
        heads = [_("序号"), _("项目"), _("责任单位"), _("阶段"), _("列入原因")]
        rows = [
            [str(n), item.project.title, item.project.org.name, str(labels.STAGE[item.project.stage]), item.why]
            for n, item in enumerate(items, start=1)
        ]
        return _paper(meeting, _("议程"), heads, rows, (12, 44, 30, 24, 46))


def minutes(meeting: Meeting, items: Sequence[MeetingItem]) -> bytes:
    """Return the minutes: what was decided on each project, and who does what until when."""
    with force_locale("zh_Hans_CN"):
        heads = [_("序号"), _("项目"), _("议定意见"), _("交办事项（单位、期限）")]
        rows = [
            [str(n), item.project.title, item.decision, "\n".join(_action(action) for action in item.actions)]
            for n, item in enumerate(items, start=1)
        ]
        return _paper(meeting, _("纪要"), heads, rows, (12, 38, 56, 50))


def _action(action: Any) -> str:
    who = action.org.name + (f" {action.owner.name}" if action.owner else "")
    done = _("（已办结 %(day)s：%(result)s）", day=action.done_on, result=action.result) if action.done_on else ""
    return _("%(words)s（%(who)s，%(day)s 前）", words=action.words, who=who, day=action.due_on) + done


def _paper(
    meeting: Meeting, kind: str, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]
) -> bytes:
    paper = Document()
    _page(paper)
    _line(paper, f"{meeting.title}{kind}", TITLE, 22, center=True)
    year, number = meeting.number.split("-")
    _line(paper, _("〔%(year)s〕第 %(n)s 号", year=year, n=int(number)), BODY, 16, center=True)
    day = meeting.held_on
    facts = [
        (_("时间"), f"{day.year}年{day.month}月{day.day}日"),
        *((_("地点"), meeting.place), (_("主持人"), meeting.chair), (_("参加人员"), meeting.attendees)),
    ]
    for name, value in facts:
        if value:
            _line(paper, f"{name}：{value}", BODY, 16, indent=True)
    _table(paper, heads, rows, widths)
    if meeting.words:
        for words in meeting.words.split("\n"):
            _line(paper, words, BODY, 16, indent=True)
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


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


def _line(paper: Any, words: str, font: str, size: int, *, center: bool = False, indent: bool = False) -> None:
    line = paper.add_paragraph()
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    line.paragraph_format.line_spacing = Pt(32 if size > 16 else 28)
    line.paragraph_format.space_after = Pt(0)
    if center:
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if indent:
        line.paragraph_format.first_line_indent = Pt(2 * size)
    _run(line, words, font, size)


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
