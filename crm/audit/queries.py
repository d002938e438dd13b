"""Reading the trail: the history of one thing for its pages, the whole for the auditor."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from crm.audit import labels
from crm.audit.chain import SALT
from crm.audit.models import AuditEntry, AuditValue
from crm.kit import clock, db

PAGE_SIZE = 50
EXPORT_LIMIT = 20_000


@dataclass(frozen=True)
class Change:
    """A field that changed, in words."""

    field: str
    words: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Act:
    """An entry of the trail with what it changed (empty when erased or not for this reader)."""

    seq: int
    at: datetime
    actor: str
    org: str
    action: str
    words: str
    subject_kind: str
    subject_words: str
    subject_public_id: str
    fields: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class TrailFilter:
    """What the auditor's list is narrowed to; the days are days in Asia/Shanghai."""

    person: str = ""
    action: str = ""
    subject_kind: str = ""
    since: date | None = None
    until: date | None = None


def history_of(subject_kind: str, subject_id: int, *, limit: int = 200) -> list[Act]:
    """Return what was done to one thing, the latest first, with old and new values.

    The caller has already made sure that the reader may see the thing.
    """
    query = select(AuditEntry).where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == subject_id)
    entries = list(db.session.scalars(query.order_by(AuditEntry.seq.desc()).limit(limit)))
    return _acts(entries, _values_of(one.id for one in entries))


def page_of_trail(wanted: TrailFilter, before: int | None = None) -> tuple[list[Act], int | None]:
    """Return one page of the trail, the latest first, and the number before which the next page begins, if any.

    Values show for open kinds of subjects only (``labels.OPEN_SUBJECTS``): the auditor reads acts and ids, no lead text.
    """
    query = _narrowed(wanted)
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    entries = list(db.session.scalars(query.limit(PAGE_SIZE + 1)))
    more = entries[PAGE_SIZE - 1].seq if len(entries) > PAGE_SIZE else None
    return _for_auditor(entries[:PAGE_SIZE]), more


def all_of_trail(wanted: TrailFilter) -> Iterator[Act]:
    """Give the trail for a spreadsheet, the latest first, at most ``EXPORT_LIMIT`` rows."""
    yield from _for_auditor(list(db.session.scalars(_narrowed(wanted).limit(EXPORT_LIMIT))))


def known_actions() -> list[str]:
    """Return the acts that have words, by their words."""
    return sorted(labels.ACTIONS, key=labels.action_words)


def _narrowed(wanted: TrailFilter) -> Select[AuditEntry]:
    query = select(AuditEntry).order_by(AuditEntry.seq.desc())
    if wanted.person:
        query = query.where(AuditEntry.actor_words.contains(wanted.person, autoescape=True))
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.subject_kind:
        query = query.where(AuditEntry.subject_kind == wanted.subject_kind)
    if wanted.since:
        query = query.where(AuditEntry.at >= clock.start_of_day(wanted.since))
    if wanted.until:
        query = query.where(AuditEntry.at < clock.end_of_day(wanted.until))
    return query


def _for_auditor(entries: list[AuditEntry]) -> list[Act]:
    return _acts(entries, _values_of(one.id for one in entries if one.subject_kind in labels.OPEN_SUBJECTS))


def _values_of(entry_ids: Iterable[int], chunk: int = 500) -> dict[int, list[AuditValue]]:
    ids = list(entry_ids)
    found: dict[int, list[AuditValue]] = {}
    for start in range(0, len(ids), chunk):
        query = select(AuditValue).where(AuditValue.entry_id.in_(ids[start : start + chunk]), AuditValue.field != SALT)
        for value in db.session.scalars(query.order_by(AuditValue.field)):
            found.setdefault(value.entry_id, []).append(value)
    return found


def _acts(entries: Iterable[AuditEntry], values: dict[int, list[AuditValue]]) -> list[Act]:
    return [
        Act(
            seq=one.seq,
            at=one.at,
            actor=one.actor_words,
            org=one.org_words,
            action=one.action,
            words=labels.action_words(one.action),
            subject_kind=one.subject_kind,
            subject_words=labels.subject_words(one.subject_kind),
            subject_public_id=one.subject_public_id,
            fields=tuple(labels.field_words(name) for name in one.fields),
            changes=tuple(_change(value) for value in values.get(one.id, [])),
        )
        for one in entries
    ]


def _change(value: AuditValue) -> Change:
    old, new = (labels.value_words(value.field, text) for text in (value.old, value.new))
    return Change(value.field, labels.field_words(value.field), old, new)
