"""What an event brought, on paper: who came, who signed, what became of it, what was learnt; and the list of those who sign."""

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _

from crm.fairs import guests, invitations, signings
from crm.fairs.guests import Attendance
from crm.fairs.models import AgendaItem, Edition, Signing
from crm.fairs.results import Figures
from crm.kit import clock
from crm.kit.format import yi
from crm.kit.papers import Paper
from crm.kit.tables import Column, write_xlsx
from crm.projects import labels as project_labels


def signing_sheet(rows: Sequence[Signing], total: Decimal, *, title: str, note: str) -> bytes:
    """Return the list of those who sign as a workbook, with its sum."""
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("项目"), width=34), Column(_("投资方"), width=30)),
        *(Column(_("归属单位"), width=20), Column(_("阶段"), width=12), Column(_("投资额（亿元）"), "yi", 14)),
        Column(_("签约双方"), width=34),
    ]
    lines = [
        (
            *(number, one.project.title, one.project.company_text, one.org.name),
            *(str(project_labels.STAGE[one.project.stage]), signings.amount(one.project), one.signers),
        )
        for number, one in enumerate(rows, start=1)
    ]
    totals = ("", _("合计"), "", "", "", total, "")
    return write_xlsx(columns, lines, title=title, note=note, totals=totals, issued=True)


def summary(
    edition: Edition,
    agenda: Sequence[AgendaItem],
    whole: Attendance,
    units: Sequence[Attendance],
    signing: Sequence[Signing],
    brought: Figures,
    *,
    counted: Sequence[Signing],
    unit: str,
) -> bytes:
    """Return the summary of an event as a Word file. ``counted``: those of ``signing`` that its sum counts."""
    paper, name = Paper(), guests.event_name(edition)
    paper.title(_("%(event)s总结", event=name))
    paper.heading(_("一、基本情况"))
    place = f"{edition.city}{edition.venue}"
    paper.text(_("时间：%(when)s。地点：%(place)s。", when=invitations.when(edition), place=place or _("未登记")))
    if agenda:
        rows = [(f"{one.held_on or ''} {one.starts}".strip(), one.title, one.speaker) for one in agenda]
        paper.table((_("时间"), _("议程"), _("主讲或主持")), rows, (40, 76, 40))
    paper.heading(_("二、到会情况"))
    paper.text(attended(whole))
    if units:
        heads = (_("邀请单位"), _("邀请"), _("确认"), _("到场"), _("现场登记"), _("到会率"))
        rows_of = [
            (one.unit, str(one.asked), str(one.accepted), str(one.came), str(one.walk_ins), one.rate or "—")
            for one in units
        ]
        paper.table(heads, rows_of, (56, 20, 20, 20, 20, 20))
    paper.heading(_("三、签约和成果"))
    if signing:
        rows = [(one.project.title, one.org.name, yi(signings.amount(one.project) or Decimal(0))) for one in signing]
        paper.table((_("项目"), _("归属单位"), _("亿元")), rows, (86, 46, 24))
    paper.text(
        _(
            "集中签约 %(n)s 个、投资额 %(sum)s 亿元；会后形成接触 %(visits)s 人次、线索 %(leads)s 条、在谈 %(talks)s 个。",
            n=len(counted),
            sum=yi(signings.total(counted)),
            visits=brought.visits,
            leads=brought.leads,
            talks=brought.talks,
        )
    )
    if len(counted) < len(signing):
        paper.text(signings.twice_words(len(signing) - len(counted)))
    paper.heading(_("四、经验和改进"))
    paper.text(edition.review or _("尚未填写总结。"))
    paper.signed(unit, clock.today().isoformat())
    return paper.bytes()


def attended(whole: Attendance) -> str:
    """Return the attendance as a sentence."""
    return _(
        "邀请 %(asked)s 位，确认参加 %(accepted)s 位，到场 %(came)s 位（其中现场登记 %(walk_ins)s 位），"
        "连同随行共 %(people)s 人次；受邀嘉宾到会率 %(rate)s。",
        asked=whole.asked,
        accepted=whole.accepted,
        came=whole.came,
        walk_ins=whole.walk_ins,
        people=whole.people,
        rate=whole.rate or "—",
    )
