"""The dry run of a ledger of leads: compared with the own unit's leads by company and sentence, with nobody else's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from crm.companies.imports import columns as cells
from crm.companies.imports import resolving, snapshots
from crm.companies.imports.resolving import Asked
from crm.core import names
from crm.imports.kinds import Choice, Context, Fault, Finding, Row
from crm.imports.models import Fate
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.words import say as _
from crm.leads.imports.columns import Lists, Said, read
from crm.leads.models import Lead, LeadStatus
from crm.leads.queries import visible_to

_ALIKE = 85.0  # as project_name_sim: two sentences of one company that may be one intention
_UNTIL_FILED = ("first_contact_on",)  # what a report stands on is not changed by a list
_SHOWN = {"node_id": "node", "channel_id": "channel"}


@dataclass(frozen=True)
class Ledger:
    """The unit's own leads by company (key of the name) and sentence, and by public id."""

    by_company: Mapping[str, list[Lead]]
    by_public_id: Mapping[str, Lead]

    @classmethod
    def read(cls, actor: Actor, rows: Sequence[Row]) -> "Ledger":
        """Read the unit's leads on the companies of these rows, and those named by their id. Two statements."""
        wanted = {key_of(cells.text_of(row.given, "company")) for row in rows} - {""}
        ids = {cells.own_id(row.given) for row in rows} | {row.target for row in rows}
        own = (visible_to(actor), Lead.status != LeadStatus.DRAFT)
        named = _some(actor, *own, Lead.public_id.in_(ids - {""}))
        short = select(Lead.id, Lead.company_text).where(*own, Lead.org_id == actor.org_id)
        mine = [number for number, text in db.session.execute(short) if key_of(text) in wanted]
        by_company: dict[str, list[Lead]] = {}
        for lead in _some(actor, *own, Lead.id.in_(mine)):
            by_company.setdefault(key_of(lead.company_text), []).append(lead)
        return cls(by_company, {lead.public_id: lead for lead in named})


def _some(actor: Actor, *conditions: ColumnElement[bool]) -> list[Lead]:
    query = select(Lead).where(visible_to(actor), *conditions).options(joinedload(Lead.owner), joinedload(Lead.company))
    return list(db.session.scalars(query.order_by(Lead.id)))


def key_of(company: str) -> str:
    """Return what two spellings of a company in a ledger share."""
    return names.name_key(company) if company else ""


def check(context: Context, rows: Sequence[Row]) -> list[Finding]:
    """Say of each row whether it is a new lead, one of the unit's own, or perhaps one. Nothing of other units enters (S1)."""
    lists, ledger = Lists.read(), Ledger.read(context.actor, rows)
    asked = [Asked(cells.text_of(row.given, "company"), cells.text_of(row.given, "uscc")) for row in rows]
    retired = resolving.retired(context.actor, asked)
    seen: dict[tuple[str, str], int] = {}
    found = []
    for row, gone in zip(rows, retired, strict=True):
        said = read(row.given, lists)
        same = (key_of(said.company_text), names.normal(str(said.values.get("title", ""))))
        finding = _finding(context.actor, row, said, ledger, seen.get(same))
        is_new = gone and finding.fate in (Fate.NEW, Fate.LIKELY)
        found.append(Finding(Fate.ERROR, faults=[Fault("company", gone)]) if is_new else finding)
        seen.setdefault(same, row.row_no)
    return found


def _finding(actor: Actor, row: Row, said: Said, ledger: Ledger, earlier: int | None) -> Finding:
    faults = list(said.faults)
    public_id = cells.own_id(row.given)
    lead = ledger.by_public_id.get(public_id)
    if public_id and lead is None:
        words = _("没有这个编号的线索，或您无权查看。清空编号，就按企业和项目名称重新比对。")
        faults.append(Fault(cells.PUBLIC_ID.name, words))
    lead = lead or one_of(ledger, said)
    if lead is not None and not faults and lead.org_id != actor.org_id and changes_of(lead, said):
        faults.append(Fault(cells.PUBLIC_ID.name, _("这条线索属于其他单位，只能由该单位修改。")))
    if faults:
        return Finding(Fate.ERROR, faults=faults)
    if lead is not None:
        return _of_known(row, said, lead)
    near = [one for one in ledger.by_company.get(key_of(said.company_text), []) if _alike(one, said)]
    if near:
        return Finding(Fate.LIKELY, sure=False, choices=[_choice(one) for one in near[:5]])
    if earlier is not None:
        note = _("与本表第 %(n)s 行是同一条线索，不会重复登记。", n=earlier)
        return Finding(Fate.SAME, note=note)
    return Finding(Fate.NEW)


def one_of(ledger: Ledger, said: Said) -> Lead | None:
    """Return the unit's lead of the same company and the same sentence."""
    title = names.normal(str(said.values.get("title", "")))
    known = ledger.by_company.get(key_of(said.company_text), [])
    return next((one for one in known if names.normal(one.title) == title), None)


def _of_known(row: Row, said: Said, lead: Lead) -> Finding:
    changed = changes_of(lead, said)
    if not changed:
        return Finding(Fate.SAME, target=lead.public_id)
    changes = {
        _SHOWN.get(name, name): (snapshots.plain(old), snapshots.plain(new)) for name, (old, new) in changed.items()
    }
    version = cells.whole_of(row.given, cells.VERSION.name)
    if cells.own_id(row.given) and version is not None and version != lead.version:
        return Finding(
            Fate.CONFLICT, sure=False, choices=[_choice(lead, "same")], changes=changes, target=lead.public_id
        )
    return Finding(Fate.UPDATE, changes=changes, target=lead.public_id)


def changes_of(lead: Lead, said: Said) -> dict[str, tuple[Any, Any]]:
    """Return what the row says otherwise. The company of a lead is corrected on its page, never by a list."""
    told = {
        name: value
        for name, value in said.values.items()
        if not (name in _UNTIL_FILED and lead.claim_status) and value not in (None, "")
    }
    return {name: (getattr(lead, name), value) for name, value in told.items() if getattr(lead, name) != value}


def _alike(lead: Lead, said: Said) -> bool:
    asked, known = names.normal(str(said.values.get("title", ""))), names.normal(lead.title)
    return fuzz.ratio(asked, known) >= _ALIKE or fuzz.token_set_ratio(asked, known) >= 100.0


def _choice(lead: Lead, verdict: str = "likely") -> Choice:
    day = f"{lead.first_contact_on:%Y-%m-%d}" if lead.first_contact_on else ""
    detail = " · ".join(filter(None, (lead.company_text, lead.owner.name, day)))
    reasons = [_("本单位同一企业的线索")]
    return Choice(lead.public_id, lead.title, verdict, 0.9, reasons, detail, lead.version)
