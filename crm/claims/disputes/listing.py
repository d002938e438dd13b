"""The list of cases: own ones for a unit, all for the centre, those it decides for the leading group's office."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import defer, joinedload, selectinload

from crm.claims import labels, pieces, queries
from crm.claims.disputes import opinions
from crm.claims.disputes.models import Appeal, AppealStatus, Opinion
from crm.claims.models import Case, CaseParty, CaseStatus, Claim
from crm.companies.models import Company
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.paging import page_of_ids
from crm.kit.tables import Column, write_xlsx
from crm.kit.web import Page

STATES = ("open", "consulting", "appeal", "decided", "late")
SORTS = {
    "due": (Case.status == CaseStatus.DECIDED, Case.due_on.asc(), Case.id.asc()),
    "newest": (Case.opened_at.desc(), Case.id.desc()),
    "oldest": (Case.opened_at.asc(), Case.id.asc()),
}
MOST_ROWS = 5000


@dataclass(frozen=True)
class Filters:
    """What the list can be narrowed by."""

    state: str = ""
    text: str = ""
    sort: str = "due"


@dataclass(frozen=True)
class Row:
    """A case with what this reader may know of it. ``firm`` is the own unit's word for a party, the record's for who judges."""

    case: Case
    firm: str
    units: str
    opinion: Opinion | None
    appeal: Appeal | None


def page_of_cases(actor: Actor, filters: Filters, number: int, size: int = 50) -> Page:
    """Return a page of cases with their last opinions and appeals."""
    where = [queries.cases_visible_to(actor), *_conditions(actor, filters)]
    query = select(Case.id).where(*where).order_by(*SORTS.get(filters.sort, SORTS["due"]))
    ids, total, capped = page_of_ids(query, number, size)
    parties = selectinload(Case.parties).joinedload(CaseParty.claim)
    loads = (
        joinedload(Case.company).load_only(Company.name),
        parties.options(defer(Claim.params), joinedload(Claim.org)),
    )
    cases = {case.id: case for case in db.session.scalars(select(Case).where(Case.id.in_(ids)).options(*loads))}
    return Page(_rows(actor, [cases[one] for one in ids]), number, size, total, capped=capped)


def _conditions(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.state in ("open", "consulting", "decided"):
        found.append(Case.status == CaseStatus(filters.state))
    elif filters.state == "appeal":
        running = select(Appeal.case_id).where(Appeal.status == AppealStatus.OPEN)
        found.append(Case.id.in_(running))
    elif filters.state == "late":
        found += [Case.status != CaseStatus.DECIDED, Case.due_on < clock.today()]
    if filters.text:
        words = filters.text.strip()
        firms = select(CaseParty.case_id).join(Claim).where(pieces.named(actor, words))
        if not actor.is_center:  # what the other side typed answers nothing
            firms = firms.where(queries.visible_to(actor))
        names = select(Company.id).where(Company.name.icontains(words, autoescape=True))
        own = [Case.number == words.upper(), Case.id.in_(firms)]
        found.append(or_(*own, Case.company_id.in_(names)) if actor.is_center else or_(*own))
    return found


def _rows(actor: Actor, cases: list[Case]) -> list[Row]:
    last = opinions.with_opinions([case.id for case in cases])
    query = select(Appeal).where(Appeal.case_id.in_([case.id for case in cases]))
    appeals = {one.case_id: one for one in db.session.scalars(query)} if cases else {}
    return [_row(actor, case, last.get(case.id), appeals.get(case.id)) for case in cases]


def _row(actor: Actor, case: Case, opinion: Opinion | None, appeal: Appeal | None) -> Row:
    mine = queries.claim_of_party(actor, case)
    if mine is not None:
        return Row(case, mine.company_words, "", opinion, appeal)
    units = "／".join(party.claim.org.name for party in case.parties)
    return Row(case, case.company.name, units, opinion, appeal)


def sheet(actor: Actor, filters: Filters, reason: str) -> tuple[bytes, int]:
    """Return the list as a workbook, cell for cell what the pages show, and how many rows it holds."""
    page = page_of_cases(actor, filters, 1, MOST_ROWS)
    columns: Sequence[Column] = [
        Column(_("案号"), width=14),
        Column(_("企业"), width=34),
        Column(_("当事单位"), width=28),
        Column(_("缘由"), width=18),
        Column(_("等级"), width=8),
        Column(_("状态"), width=12),
        Column(_("立案"), "date", 12),
        Column(_("时限"), "date", 12),
        Column(_("裁定"), width=34),
        Column(_("意见书"), width=20),
    ]
    rows = [
        (
            row.case.number,
            row.firm,
            row.units,
            str(labels.CASE_KIND[row.case.kind]),
            row.case.level.value if row.case.level else "",
            str(labels.CASE_STATUS[row.case.status]),
            row.case.opened_at,
            row.case.due_on,
            str(labels.DECISION[row.case.decision]) if row.case.decision else "",
            row.opinion.number if row.opinion else "",
        )
        for row in page.items
    ]
    at = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    note = _(
        "导出人：%(unit)s %(name)s　时间：%(at)s　用途：%(why)s",
        unit=actor.org_name,
        name=actor.name,
        at=at,
        why=reason,
    )
    return write_xlsx(columns, rows, title=_("案件清单"), note=note), len(rows)
