"""The results of an edition on paper: a sheet in the form of the house, and a report with its bars."""

import io
from collections.abc import Sequence
from decimal import Decimal

from docx.shared import Mm
from flask_babel import gettext as _
from PIL import Image, ImageDraw

from crm.fairs.models import Edition
from crm.fairs.results import Figures, Line
from crm.fairs.signings import twice_words
from crm.kit import clock
from crm.kit.format import yi
from crm.kit.papers import Paper
from crm.kit.tables import Column, write_xlsx

_LONG, _HIGH = 600, 44  # of a bar, in pixels
_INK, _PAPER = "#1f4e79", "#e4edf5"


def sheet(lines: Sequence[Line], total: Figures, *, title: str, note: str, head: str) -> bytes:
    """Return the figures as a workbook: a line each, and the total in which nobody counts twice."""
    columns = [
        *(Column(_("序号"), "number", 6), Column(head, width=26), Column(_("接触（人次）"), "number", 12)),
        *(Column(_("单位（家）"), "number", 12), Column(_("有效客商"), "number", 12), Column(_("线索"), "number", 8)),
        *(Column(_("在谈"), "number", 8), Column(_("签约（个）"), "number", 12)),
        *(Column(_("签约额（亿元）"), "yi", 14), Column(_("费用（元）"), "number", 14)),
        Column(_("单条线索成本（元）"), "number", 18),
    ]
    rows = [(number, line.words or _("没有小组"), *_cells(line.figures)) for number, line in enumerate(lines, start=1)]
    return write_xlsx(columns, rows, title=title, note=note, totals=("", _("合计"), *_cells(total)), issued=True)


def _cells(one: Figures) -> tuple[object, ...]:
    return (
        *(one.visits, one.firms, one.effective, one.leads, one.talks, one.signed),
        *(one.signed_cny, one.cost_cny or None, one.cost_per_lead),
    )


def report(
    edition: Edition, total: Figures, units: Sequence[Line], teams: Sequence[Line], *, unit: str, until: str
) -> bytes:
    """Return a report of an edition as a Word file: the whole in words, then units and teams with their bars."""
    paper = Paper()
    name = f"{edition.fair.name} {edition.title}"
    paper.title(_("%(name)s成效报告", name=name))
    paper.heading(_("一、总体情况"))
    paper.text(
        _(
            "截至%(until)s，共接触 %(visits)s 人次、%(firms)s 家单位，其中有效客商 %(effective)s 人；形成线索 %(leads)s 条，进入在谈"
            " %(talks)s 个，正式签约 %(signed)s 个、协议投资额 %(sum)s 亿元。",
            until=until,
            visits=total.visits,
            firms=total.firms,
            effective=total.effective,
            leads=total.leads,
            talks=total.talks,
            signed=total.signed,
            sum=yi(total.signed_cny),
        )
    )
    paper.text(_cost_words(total))
    paper.heading(_("二、从接触到签约"))
    steps = [
        *((_("单位（家）"), total.firms), (_("有效客商"), total.effective), (_("线索"), total.leads)),
        *((_("在谈"), total.talks), (_("签约（个）"), total.signed)),
    ]
    _bars(paper, _("环节"), steps)
    for title, head, lines in ((_("三、各单位"), _("单位"), units), (_("四、各小组"), _("小组"), teams)):
        paper.heading(title)
        _bars(paper, head, [(line.words or _("没有小组"), line.figures.firms) for line in lines])
        _lines(paper, lines)
    paper.text(_("同一家单位被几个小组接触，合计只算一家；各行相加可能大于合计。签约按认定日期统计。"))
    if total.twice:
        paper.text(twice_words(total.twice))
    if edition.review:
        paper.heading(_("五、总结"))
        paper.text(edition.review)
    paper.signed(unit, clock.today().isoformat())
    return paper.bytes()


def _cost_words(total: Figures) -> str:
    if not total.cost_cny:
        return _("费用没有登记。")
    cost = f"{total.cost_cny:,.0f}"
    if total.cost_per_lead is None:
        return _("费用 %(cost)s 元，还没有形成线索。", cost=cost)
    return _("费用 %(cost)s 元，单条线索成本 %(each)s 元。", cost=cost, each=f"{total.cost_per_lead:,.0f}")


def _lines(paper: Paper, lines: Sequence[Line]) -> None:
    heads = (_("名称"), _("人次"), _("家"), _("有效"), _("线索"), _("在谈"), _("签约"), _("亿元"))
    rows = [
        (
            line.words or _("没有小组"),
            *(str(n) for n in (one.visits, one.firms, one.effective, one.leads, one.talks, one.signed)),
            yi(one.signed_cny) if one.signed_cny else "0",
        )
        for line, one in ((line, line.figures) for line in lines)
    ]
    paper.table(heads, rows, (44, 16, 16, 16, 16, 16, 16, 16))


def _bars(paper: Paper, head: str, rows: Sequence[tuple[str, int]]) -> None:
    """A chart whose words are text: the name, a drawn bar, the number."""
    most = max((number for _name, number in rows), default=0) or 1
    paper.table((head, _("图"), _("数量")), [(name, "", str(number)) for name, number in rows], (44, 92, 20))
    table = paper.document.tables[-1]
    for row, (_name, number) in zip(table.rows[1:], rows, strict=True):
        row.cells[1].paragraphs[0].add_run().add_picture(_bar(number, most), width=Mm(86))


def _bar(number: int, most: int) -> io.BytesIO:
    picture = Image.new("RGB", (_LONG, _HIGH), _PAPER)
    length = int(Decimal(_LONG) * number / most)
    if length:
        ImageDraw.Draw(picture).rectangle((0, 0, length - 1, _HIGH - 1), fill=_INK)
    out = io.BytesIO()
    picture.save(out, "PNG")
    out.seek(0)
    return out
