"""Bringing an organiser's list to an edition, and saying which company a firm of it is."""

from sqlalchemy import delete
from werkzeug.datastructures import FileStorage

from crm.audit import service as audit
from crm.companies import queries as companies
from crm.companies.imports.exhibitors import ADD_NEW
from crm.core.errors import Conflict, Forbidden, Invalid, Stale
from crm.core.permissions import Permission
from crm.fairs import queries
from crm.fairs.imports import NAME
from crm.fairs.models import Edition, EditionList, Exhibitor, ExhibitorCandidate
from crm.fairs.service.editions import own_edition
from crm.imports import service as imports
from crm.imports.models import ImportBatch
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.words import say as _


def bring(
    actor: Actor,
    edition: Edition,
    *,
    upload: FileStorage | None,
    pasted: str,
    source: str,
    add_new: bool = False,
) -> ImportBatch:
    """Read a list for an edition: a batch to be looked at; nothing is written to the list yet.

    Raises Forbidden, Conflict when the edition is cancelled, Invalid when the file cannot be read. Not to be called
    inside a transaction: reading a file may take some seconds.
    """
    authorize(actor, Permission.FAIR_WRITE)
    if not queries.may_edit(actor, edition):
        raise Forbidden(_("这一届由其他单位登记，名录由该单位或市中心导入。"))
    if edition.cancelled_on is not None:
        raise Conflict(_("这一届已取消，请先恢复再导入名录。"))
    edition_id = edition.id
    options = {ADD_NEW: add_new}
    batch = imports.start(actor, NAME, upload=upload, pasted=pasted, source=source, options=options)
    _attach(actor, edition_id, batch, source)
    return batch


@db.transactional
def _attach(actor: Actor, edition_id: int, batch: ImportBatch, source: str) -> None:
    edition = db.session.get_one(Edition, edition_id)
    db.session.add(EditionList(edition_id=edition_id, batch_id=batch.id, source=source[:80], created_at=clock.now()))
    audit.record(actor, "exhibitors.brought", edition, source=source)


@db.transactional
def settle(actor: Actor, edition: Edition, exhibitor: Exhibitor, company_public_id: str, seen: str) -> Exhibitor:
    """Say which company of the base a firm is; empty: none of those shown.

    Raises Forbidden, Stale when somebody was faster, Invalid when the company is not there.
    """
    own_edition(actor, edition)
    row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=True, populate_existing=True)
    if str(row.version) != seen:
        raise Stale(_("这家展商刚被别人认定过，请看过现在的结果再定。"), current=row)
    company = companies.find_company(actor, company_public_id) if company_public_id else None
    if company_public_id and company is None:
        raise Invalid(_("没有找到这家企业，请从企业库里选中一家。"), field="company_text")
    row.company_id = company.id if company is not None else None
    row.version += 1
    if company is None:
        db.session.execute(delete(ExhibitorCandidate).where(ExhibitorCandidate.exhibitor_id == row.id))
    db.session.flush()
    # The trail is read beyond the unit: it names the firm of the list, not the company, which may be unopened (S0).
    audit.record(actor, "exhibitor.settled", row, name=row.name)
    return row


@db.transactional
def unsettle(actor: Actor, edition: Edition, exhibitor: Exhibitor, seen: str) -> Exhibitor:
    """Take back which company a firm is; the candidates stand as before. Raises Forbidden, Stale."""
    own_edition(actor, edition)
    row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=True, populate_existing=True)
    if str(row.version) != seen:
        raise Stale(_("这家展商刚被别人认定过，请看过现在的结果再定。"), current=row)
    if row.company_id is not None:
        row.company_id = None
        row.version += 1
        audit.record(actor, "exhibitor.unsettled", row, name=row.name)
    return row
