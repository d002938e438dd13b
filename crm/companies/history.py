"""What changed on a company, old → new, as far as the reader may know of it (S0, S1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from crm.accounts.models import User
from crm.audit import labels as trail
from crm.audit.models import AuditEntry, AuditValue
from crm.companies import labels
from crm.companies.models import Company
from crm.kit import db
from crm.kit.access import Actor

MOST = 60
# Corrections of facts that the whole city shares; everything else is told to the unit that did it and to the centre.
SHARED = (
    "company.edited",
    "company.nodes_set",
    "company.credential_added",
    "company.credential_removed",
    "company.alias_opened",
    "company.relation_opened",
    "company.retired",
    "company.restored",
    "company.merged",
    "company.unmerged",
)
_TOLD = (
    *SHARED,
    "company.registered",
    "company.opened",
    "company.alias_added",
    "company.alias_removed",
    "company.relation_added",
    "company.relation_removed",
    "company.relation_edited",
    "company.alias_confirmed",
    "company.alias_kept",
    "company.judged",
    "company.judgement_undone",
    "company.judgement_opened",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One act: when, by whom ('' when that is not the reader's to know), and (field, old, new) in words."""

    at: datetime
    who: str
    act: str
    lines: tuple[tuple[str, str, str], ...]


def history_of(actor: Actor, company: Company) -> list[Change]:
    """Return the changes the actor may know of, the latest first; those of companies merged into this one among them."""
    entries = db.session.execute(
        select(AuditEntry, Company.opened_at, User.name, User.org_id)
        .join(Company, Company.id == AuditEntry.subject_id)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(
            AuditEntry.subject_kind == "company",
            or_(Company.id == company.id, Company.merged_into_id == company.id),
            AuditEntry.action.in_(_TOLD),
        )
        .order_by(AuditEntry.seq.desc())
        .limit(MOST * 3)
    ).all()
    units = actor.subtree | {actor.org_id}
    own = {
        entry.actor_id: name
        for entry, _opened, name, org_id in entries
        if name and (actor.is_center or org_id in units)
    }
    told = [entry for entry, opened, _name, _org_id in entries if _may_know(actor, opened, entry, own)][:MOST]
    values = _values([entry.id for entry in told])
    return [_change(actor, entry, values.get(entry.id, []), own) for entry in told]


def _may_know(actor: Actor, opened_at: datetime | None, entry: AuditEntry, own: Mapping[int, str]) -> bool:
    """``opened_at``: since when the city sees the row that the entry is about, which may have gone into another since.

    ``own``: the authors whom the actor may know by name: people of the own unit, all for the centre.
    """
    if actor.is_center or entry.actor_id in own:
        return True
    return opened_at is not None and entry.at > opened_at and entry.action in SHARED


def _values(entry_ids: list[int]) -> dict[int, list[AuditValue]]:
    found: dict[int, list[AuditValue]] = {}
    if entry_ids:
        # "#…" is the trail's own salt, no field of the company.
        named = (AuditValue.entry_id.in_(entry_ids), AuditValue.field.not_like("#%"))
        query = select(AuditValue).where(*named).order_by(AuditValue.field)
        for value in db.session.scalars(query):
            found.setdefault(value.entry_id, []).append(value)
    return found


def _change(actor: Actor, entry: AuditEntry, values: list[AuditValue], own: Mapping[int, str]) -> Change:
    who = own.get(entry.actor_id, "")
    if actor.is_center:
        who = f"{entry.org_words} {who}".strip()
    lines = tuple(
        (trail.field_words(v.field), _words(v.field, v.old), _words(v.field, v.new)) for v in values if v.old or v.new
    )
    return Change(entry.at, who, trail.action_words(entry.action), lines)


def _words(field: str, value: str | None) -> str:
    """Return the words of a stored value: enum values are stored as they are in the database."""
    tables: dict[str, tuple[Mapping[Any, Any], ...]] = {
        "kind": (labels.NAME_KIND, labels.RELATION),
        "entity": (labels.ENTITY,),
        "how": (labels.OPENED_HOW,),
        "verdict": (labels.VERDICT,),
        "source": (labels.SOURCE,),
    }
    for table in tables.get(field, ()):
        if value in table:
            return str(table[value])
    return value or ""
