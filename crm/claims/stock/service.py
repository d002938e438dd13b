"""A window for talks of before: opened with a document, filled by the units (after an outage by the centre), closed once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.audit import service as audit
from crm.claims.stock import queries
from crm.claims.stock.models import Window, WindowEntry, WindowKind
from crm.core import leads as lead_rules
from crm.core import uscc
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Permission, Role
from crm.files import service as files
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.leads import service as leads
from crm.leads.models import Grade, Lead, LeadFile
from crm.plan.models import Node


@dataclass(frozen=True)
class WindowInput:
    """What the document says."""

    kind: WindowKind
    title: str
    document_no: str
    opens_on: date | None
    closes_on: date | None
    starts_on: date | None


@dataclass(frozen=True)
class EntryInput:
    """A talk of before. ``unit``: for whom the centre enters it after an outage; ``evidence`` says what the papers are."""

    company_text: str
    uscc: str
    title: str
    first_contact_on: date | None
    evidence: str
    node_code: str = ""
    invest_total_cny: Decimal | None = None
    unit: str = ""
    paper_no: str = ""
    paper_on: date | None = None


@db.transactional
def open_window(actor: Actor, data: WindowInput) -> Window:
    """The centre opens a window; at most one of a kind is open. Raises Conflict naming the field."""
    authorize(actor, Permission.CLAIM_PAPER)
    if not data.title.strip() or not data.document_no.strip():
        field = "document_no" if data.title.strip() else "title"
        raise Conflict(_("请填写名称和依据的文号。"), field=field)
    if data.opens_on is None or data.closes_on is None or data.closes_on < max(data.opens_on, clock.today()):
        raise Conflict(_("截止日不能早于开始日和今天。"), field="closes_on")
    if data.starts_on is None or data.starts_on <= data.closes_on:
        raise Conflict(_("保护统一起始日应在截止日之后。"), field="starts_on")
    row = Window(
        public_id=db.new_public_id(),
        kind=data.kind,
        title=data.title.strip(),
        document_no=data.document_no.strip(),
        opens_on=data.opens_on,
        closes_on=data.closes_on,
        starts_on=data.starts_on,
        opened_by_id=actor.user_id,
        created_at=clock.now(),
    )
    with db.unique("kind", _("同类登记期还没有结束，请先比对并结束。")):
        db.session.add(row)
        db.session.flush()
    audit.record(actor, "window.opened", row, document_no=row.document_no)
    return row


@db.transactional
def enter(actor: Actor, window: Window, data: EntryInput, uploads: Sequence[FileStorage]) -> WindowEntry:
    """Enter a talk with its true first contact and paper evidence. It holds nothing, and nobody learns of others."""
    authorize(actor, Permission.CLAIM_FILE)
    window = locked(window)
    if not queries.is_open(window):
        raise Conflict(_("现在不在登记期内。"))
    org = _unit(actor, window, data)
    _check(window, data, uploads)
    lead = _lead(actor, org, data)
    for upload in uploads:
        if upload.filename:
            stored = files.store(actor, upload, field="files")
            grade = Grade(lead_rules.EVIDENCE[data.evidence])
            lead.files.append(
                LeadFile(lead_id=lead.id, file_id=stored.id, sha256=stored.sha256, grade=grade, kind=data.evidence)
            )
    row = WindowEntry(
        public_id=db.new_public_id(),
        window_id=window.id,
        org_id=org.id,
        lead_id=lead.id,
        paper_no=data.paper_no.strip(),
        paper_on=data.paper_on,
        by_id=actor.user_id,
        at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "window.entered", row, org_id=org.id)
    return row


def _unit(actor: Actor, window: Window, data: EntryInput) -> Org:
    """Return for whom it is entered: units for themselves, the centre for any unit after an outage."""
    if window.kind is WindowKind.OUTAGE:
        if Role.CENTER not in actor.roles:
            raise Forbidden(_("停电、停网后的纸面首报由市中心补录。"))
        unit = next((one for one in accounts.units() if one.public_id == data.unit), None)
        if unit is None:
            raise Conflict(_("请选择单位。"), field="unit")
        return unit
    return db.session.get_one(Org, actor.org_id)


def _check(window: Window, data: EntryInput, uploads: Sequence[FileStorage]) -> None:
    if len(data.company_text.strip()) < 2:
        raise Conflict(_("请填写企业名称：营业执照上的全称最稳妥。"), field="company_text")
    if data.uscc and not uscc.is_valid(uscc.normalise(data.uscc)):
        raise Conflict(_("信用代码的校验不对，请对照营业执照；暂时不清楚可以留空。"), field="uscc")
    if not data.title.strip():
        raise Conflict(_("请用一句话写明投资意向。"), field="title")
    if data.first_contact_on is None or data.first_contact_on > clock.today():
        raise Conflict(_("请填写真实的首次接触日期，不能晚于今天；早于今天多久都可以。"), field="first_contact_on")
    if data.evidence not in lead_rules.EVIDENCE:
        raise Conflict(_("请从列表中选择证据种类。"), field="evidence")
    if not any(one.filename for one in uploads):
        raise Conflict(_("请附上当时的纸面证据。"), field="files")
    if window.kind is WindowKind.OUTAGE:
        late = data.paper_on is None or not data.first_contact_on <= data.paper_on <= clock.today()
        if late or not data.paper_no.strip():
            raise Conflict(_("请填写纸面首报的编号和日期，日期不早于首次接触。"), field="paper_on")


def _lead(actor: Actor, org: Org, data: EntryInput) -> Lead:
    node = db.session.scalar(select(Node.id).where(Node.code == data.node_code)) if data.node_code else None
    return leads.make_for(
        actor,
        org.id,
        field="unit",
        company_text=data.company_text.strip(),
        uscc_text=uscc.normalise(data.uscc) if data.uscc else "",
        title=data.title.strip(),
        node_id=node,
        invest_total_cny=data.invest_total_cny,
        first_contact_on=data.first_contact_on,
    )


@db.transactional
def withdraw(actor: Actor, window: Window, entry: WindowEntry) -> WindowEntry:
    """Take an entry back while the window is open; its lead stays with the unit. To change one, enter it anew."""
    window = locked(window)
    row = db.session.get_one(WindowEntry, entry.id, populate_existing=True)
    outage = window.kind is WindowKind.OUTAGE and Role.CENTER in actor.roles
    if row.org_id != actor.org_id and not outage:
        raise Forbidden(_("只能撤回本单位的登记。"))
    if not queries.is_open(window) or row.withdrawn_at is not None:
        raise Conflict(_("登记期已过，或这条登记已经撤回。"))
    row.withdrawn_at = clock.now()
    row.version += 1
    db.session.flush()
    audit.record(actor, "window.entry_withdrawn", row, org_id=row.org_id)
    return row


def locked(window: Window) -> Window:
    """Return the window as it is now, locked: entering and closing wait for each other."""
    row = db.session.scalar(
        select(Window).where(Window.id == window.id).with_for_update().execution_options(populate_existing=True)
    )
    assert row is not None
    return row


def guard(lead: Lead) -> None:
    """Refuse an ordinary report of a talk from before an open window, or of an entry: first upload gains nothing (§3.8)."""
    entry = (
        select(WindowEntry.id)
        .join(Window)
        .where(WindowEntry.lead_id == lead.id, WindowEntry.withdrawn_at.is_(None), Window.closed_at.is_(None))
    )
    if db.session.scalar(entry) is not None:
        raise Conflict(_("这条线索已在登记期内登记，期满统一比对，不用再提交首报。"))
    window = db.session.scalar(select(Window).where(Window.kind == WindowKind.STOCK, Window.closed_at.is_(None)))
    if window is None or window.opens_on > clock.today() or lead.first_contact_on is None:
        return
    if lead.first_contact_on < window.opens_on:
        raise Conflict(
            _(
                "存量登记期内，%(day)s 以前已开始的洽谈请在“存量登记”里登记，期满统一比对。",
                day=window.opens_on.isoformat(),
            ),
            field="first_contact_on",
        )
