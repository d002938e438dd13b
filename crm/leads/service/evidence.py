"""Evidence files of a lead: added, graded by their kind, removed until they are sealed at filing."""

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from crm.audit import service as audit
from crm.core import leads as rules
from crm.core.errors import Conflict, Invalid
from crm.files import service as files
from crm.files.models import File
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.words import say as _
from crm.leads.models import Grade, Lead, LeadFile
from crm.leads.service.access import own_lead

MEGABYTE = 1024 * 1024
LEAD_LIMIT = 100 * MEGABYTE


@db.transactional
def attach_file(
    actor: Actor, lead: Lead, storage: FileStorage, grade: Grade | str | None = None, kind: str = "other"
) -> LeadFile:
    """Add a file to a lead. ``kind`` says what it is (``core.leads.EVIDENCE``) and thereby what it proves.

    A given ``grade`` can only lower that. Raises Invalid or Conflict with a sentence for the person.
    """
    lead = own_lead(actor, lead)
    size = _size(storage)
    used = bytes_of(lead)
    if used + size > LEAD_LIMIT:
        raise Conflict(
            _(
                "%(name)s 放不下：这条线索已有 %(used)s MB，合计最多 100 MB。",
                name=storage.filename or "",
                used=f"{used / MEGABYTE:.1f}",
            ),
            field="files",
        )
    file = files.store(actor, storage)
    link = LeadFile(lead_id=lead.id, file_id=file.id, sha256=file.sha256, grade=_grade(kind, grade), kind=_kind(kind))
    link.file = file
    lead.files.append(link)
    lead.updated_at = clock.now()
    db.session.flush()
    audit.record(actor, "lead.file_added", lead, org_id=lead.org_id, file=file.original_name, grade=link.grade)
    return link


def bytes_of(lead: Lead) -> int:
    """Return how many bytes the files of a lead take."""
    query = select(func.coalesce(func.sum(File.bytes), 0)).join(LeadFile, LeadFile.file_id == File.id)
    return int(db.session.scalar(query.where(LeadFile.lead_id == lead.id)) or 0)


def _size(storage: FileStorage) -> int:
    storage.stream.seek(0, 2)
    size = storage.stream.tell()
    storage.stream.seek(0)
    return size


def _kind(kind: str) -> str:
    if kind not in rules.EVIDENCE:
        raise Invalid(_("请从列表中选择证据种类。"), field="kind")
    return kind


def _grade(kind: str, given: Grade | str | None) -> Grade:
    """A kind of evidence proves what the rules say; a person may call it weaker, never stronger."""
    usual = rules.EVIDENCE[_kind(kind)]
    return Grade(max(usual, str(given))) if given else Grade(usual)


@db.transactional
def set_kind(actor: Actor, lead: Lead, link: LeadFile, kind: str, grade: Grade | str | None = None) -> LeadFile:
    """Say what a file is, and thereby what it proves. Raises Conflict once the file is sealed."""
    lead = own_lead(actor, lead)
    _unsealed(link)
    old = link.grade
    link.kind, link.grade = _kind(kind), _grade(kind, grade)
    lead.updated_at = clock.now()
    audit.record(
        actor, "lead.file_graded", lead, org_id=lead.org_id, file=link.file.original_name, grade=(old, link.grade)
    )
    return link


@db.transactional
def remove_file(actor: Actor, lead: Lead, link: LeadFile) -> None:
    """Take a file off a lead. Raises Conflict once it is sealed: what was filed stays as it is."""
    lead = own_lead(actor, lead)
    _unsealed(link)
    audit.record(actor, "lead.file_removed", lead, org_id=lead.org_id, file=(link.file.original_name, None))
    lead.files.remove(link)
    db.session.delete(link)
    lead.updated_at = clock.now()
    db.session.flush()


def _unsealed(link: LeadFile) -> None:
    if link.sealed_at is not None or link.file.sealed_at is not None:
        raise Conflict(
            _("%(name)s 已随首报封存，不能更换或移除；可以另加证据。", name=link.file.original_name), field="files"
        )
