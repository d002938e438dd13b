"""Bringing guests to an event many at a time: a file, pasted text, or people whom the unit knows; each as a batch to look at first."""

from collections.abc import Sequence

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid
from crm.core.permissions import Permission
from crm.fairs.guest_imports import COLUMNS, FIRM, NAME, PERSON
from crm.fairs.known import MOST, Choice
from crm.fairs.models import Edition, EditionList
from crm.imports import service as imports
from crm.imports.models import ImportBatch
from crm.kit import clock, db
from crm.kit.access import Actor, authorize

_OWN = (PERSON, FIRM, "company", "name", "title")


def bring_guests(actor: Actor, edition: Edition, *, upload: FileStorage | None, pasted: str) -> ImportBatch:
    """Read a table of guests of the own unit: a batch whose columns are looked at; nobody is on the list yet.

    Raises Forbidden, Conflict when the edition is cancelled, Invalid when the table cannot be read. Not to be called
    inside a transaction: reading a file may take some seconds.
    """
    _check(actor, edition)
    edition_id = edition.id
    batch = imports.start(actor, NAME, upload=upload, pasted=pasted)
    _attach(actor, edition_id, batch, "")
    return batch


def bring_known(actor: Actor, edition: Edition, chosen: Sequence[Choice]) -> ImportBatch:
    """Lay out people and companies of the base as guests: a batch that is checked at once, since its columns are ours.

    No telephone number enters the batch: it follows from the person when the guest is written. Raises as ``bring_guests``,
    Invalid when nobody is chosen, or too many.
    """
    _check(actor, edition)
    if not chosen:
        raise Invalid(_("请先勾选联系人或企业。"))
    if len(chosen) > MOST:
        raise Invalid(_("一次最多选 %(n)s 位，请用清单或关键词缩小范围。", n=MOST))
    edition_id, number = edition.id, len(chosen)
    table = _table(chosen)
    batch = imports.start(actor, NAME, pasted=table)
    name = _("选定的联系人 %(n)s 位", n=number)
    _attach(actor, edition_id, batch, name)
    imports.set_mapping(actor, batch, {}, remember_as=_("从联系人选"))
    return batch


def _check(actor: Actor, edition: Edition) -> None:
    authorize(actor, Permission.FAIR_WRITE)
    if edition.cancelled_on is not None:
        raise Conflict(_("这一届已取消，请先恢复。"))


@db.transactional
def _attach(actor: Actor, edition_id: int, batch: ImportBatch, name: str) -> None:
    edition = db.session.get_one(Edition, edition_id)
    row = db.session.get_one(ImportBatch, batch.id)
    if name:
        row.file_name = name
    db.session.add(EditionList(edition_id=edition_id, batch_id=row.id, created_at=clock.now()))
    audit.record(actor, "guests.brought", edition, file_name=row.file_name)


def _table(chosen: Sequence[Choice]) -> str:
    """Return the choice as a table with our own headers, cells parted by tabs."""
    labels = {spec.name: spec.label for spec in COLUMNS}
    lines = ["\t".join(labels[name] for name in _OWN)]
    for one in chosen:
        person = one.person
        cells = (person.public_id, one.company.public_id, one.company.name, person.name, person.title) if person else ()
        lines.append("\t".join(_cell(text) for text in cells or ("", one.company.public_id, one.company.name, "", "")))
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.replace('"', " ").split())
