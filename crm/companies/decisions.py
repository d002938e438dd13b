"""What people decided about pairs: a text and a company, or two companies, are the same, belong together, or differ.

Keys of ``name_decisions``, to be joined in SQL::

    two companies     left 'company:<smaller id>'    right 'company:<larger id>'
    text and company  left 'text:<norm>'             right 'company:<id>'      norm = names.normal(text)
    alias left alone  left 'kept:<norm>'             right 'company:<id>'      verdict ``kept``, of the centre

``org_id`` is the unit whose word it is and whom it serves; null: the centre's, which serves everybody (S1).
A decision holds while ``fingerprint`` is that of both sides (legal and former names, code, region); when one changes,
the pair is asked again. Verdicts of pairs: ``different``, ``related``, ``same``.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, exists, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from crm.audit import service as audit
from crm.companies import queries
from crm.companies.models import Company, CompanyName, NameDecision, NameKind
from crm.core import names
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize

DIFFERENT, RELATED, SAME, KEPT = "different", "related", "same", "kept"
VERDICTS = (DIFFERENT, RELATED, SAME)
_SPELLED_OUT = (NameKind.LEGAL, NameKind.FORMER)
_REASON = 200
_CHUNK = 500

Side = Company | str  # a company, or a text as it was typed


@dataclass(frozen=True, slots=True)
class Told:
    """A decision as a company's page shows it: the other company or the text, and whether the reader may undo it."""

    row: NameDecision
    other: Company | None
    text: str
    mine: bool
    in_force: bool


def company_side(company_id: int) -> str:
    """Return how a company is written in ``left`` and ``right``."""
    return f"company:{company_id}"


def text_side(text: str) -> str:
    """Return how a text is written in ``left``."""
    return f"text:{names.normal(text)}"


@db.transactional
def remember(actor: Actor, left: Side, right: Company, verdict: str, reason: str = "") -> NameDecision | None:
    """Keep a person's word on a pair; a later word of the same unit (or of the centre) replaces it.

    None when there is nothing to remember: one company with itself, an empty text. Raises Forbidden, NotFound.
    """
    if not (actor.can(Permission.IMPORT_COMPANIES) or actor.is_system):
        authorize(actor, Permission.COMPANY_WRITE)
    if verdict not in VERDICTS:
        raise ValueError(verdict)
    for side in (left, right):
        if isinstance(side, Company) and not queries.may_see(actor, side):
            raise NotFound
    pair = _pair(left, right)
    if pair is None:
        return None
    row = _put(actor, pair, verdict, reason, fingerprint(left, right))
    subject = right
    other = left.name if isinstance(left, Company) else left
    audit.record(actor, "company.judged", subject, other=other[:200], verdict=verdict, reason=reason[:_REASON])
    return row


@db.transactional
def remember_different(actor: Actor, company: Company, public_ids: Sequence[str], reason: str = "") -> None:
    """Keep a person's word that a new company is none of these; it serves the unit, or all when the centre says it."""
    for public_id in public_ids:
        other = queries.find_company(actor, public_id)
        if other is not None and other.id != company.id:
            remember(actor, company, other, DIFFERENT, reason)


@db.transactional
def forget(actor: Actor, decision_id: int, company: Company) -> None:
    """Take a decision on a company back: the own unit's, or any for the centre. Raises NotFound."""
    authorize(actor, Permission.COMPANY_WRITE)
    row = db.session.get(NameDecision, decision_id)
    here = company_side(company.id)
    if row is None or here not in (row.left, row.right) or not _is_mine(actor, row) or row.verdict == KEPT:
        raise NotFound
    other = _text_of(row) or _name_of(row.left if row.right == here else row.right)
    audit.record(actor, "company.judgement_undone", company, other=(other, None), verdict=(row.verdict, None))
    db.session.delete(row)
    db.session.flush()


@db.transactional
def open_decision(actor: Actor, decision_id: int, company: Company) -> NameDecision:
    """Make a unit's word the city's. Only the centre. Raises NotFound."""
    authorize(actor, Permission.COMPANY_OPEN)
    row = db.session.get(NameDecision, decision_id)
    if row is None or company_side(company.id) not in (row.left, row.right) or row.org_id is None:
        raise NotFound
    made = _put(actor, (row.left, row.right), row.verdict, row.reason, row.fingerprint)
    db.session.delete(row)
    db.session.flush()
    audit.record(actor, "company.judgement_opened", company, verdict=made.verdict)
    return made


def forget_text(actor: Actor, text: str, company: Company) -> None:
    """Drop the own unit's (or the centre's) word that a text does not mean a company: it has just said the contrary."""
    mine = NameDecision.org_id.is_(None) if actor.is_center else NameDecision.org_id == actor.org_id
    db.session.execute(
        delete(NameDecision).where(
            NameDecision.left == text_side(text), NameDecision.right == company_side(company.id), mine
        )
    )


def keep_private(actor: Actor, norm: str, company_id: int) -> None:
    """Note that the centre saw a unit's alias and leaves it with the unit."""
    _put(actor, (f"kept:{norm}", company_side(company_id)), KEPT, "", "")


def rejected(actor: Actor, text: str) -> set[int]:
    """Return the companies that the text does not mean, by the word of the own unit or of the centre (S1)."""
    return rejected_texts(actor, [text]).get(text, set())


def spoken_of(text: str, company_id: Any) -> ColumnElement[bool]:
    """Say as a column whether the centre ever told this text apart from a company; whether that still counts, ``rejected`` says."""
    side = literal("company:").concat(cast(company_id, String))
    said = (NameDecision.left == text_side(text), NameDecision.right == side, NameDecision.verdict == DIFFERENT)
    return exists().where(*said, NameDecision.org_id.is_(None))


def rejected_texts(actor: Actor, texts: Collection[str]) -> dict[str, set[int]]:
    """Return, for each text with any, the companies that it does not mean. Two statements for each 500 texts."""
    by_side: dict[str, list[str]] = {}
    for text in texts:
        by_side.setdefault(text_side(text), []).append(text)
    rows = _read(actor, NameDecision.left, list(by_side), DIFFERENT)
    prints = prints_of({company_of(row.right) for row in rows})
    found: dict[str, set[int]] = {}
    for row in rows:
        company_id = company_of(row.right)
        if company_id in prints and row.fingerprint == joined(row.left, prints[company_id]):
            for text in by_side[row.left]:
                found.setdefault(text, set()).add(company_id)
    return found


def rejected_by(actor: Actor, company_id: int) -> set[int]:
    """Return the companies that are not this one, by the word of the own unit or of the centre (S1)."""
    return {one for pair in decided_pairs([company_id], actor) for one in pair if one != company_id}


def rejected_pairs(company_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """Return the pairs (smaller id first) that the CENTRE decided and that stand, with ``different`` or ``related``.

    At least one company of each is among the ids. For scans: such a pair is not asked again.
    """
    return decided_pairs(company_ids)


def decided_pairs(company_ids: Collection[int], actor: Actor | None = None) -> dict[tuple[int, int], str]:
    """Return the pairs decided as not the same, by the centre; with an actor, by its unit too and only ``different``."""
    sides = [company_side(one) for one in company_ids]
    verdicts = (DIFFERENT,) if actor else (DIFFERENT, RELATED)
    rows = {
        row.id: row for end in (NameDecision.left, NameDecision.right) for row in _read(actor, end, sides, *verdicts)
    }
    pairs = [row for row in rows.values() if row.left.startswith("company:")]
    prints = prints_of({company_of(side) for row in pairs for side in (row.left, row.right)})
    found = {}
    for row in pairs:
        left, right = company_of(row.left), company_of(row.right)
        if left in prints and right in prints and row.fingerprint == joined(prints[left], prints[right]):
            found[(left, right)] = row.verdict
    return found


def told_apart(company: Company, other_ids: Collection[int]) -> set[int]:
    """Return those of the others that the CENTRE declared different from this company, by row or by its name.

    Only this weighs on protection: a unit's own word never gives or withholds a hold.
    """
    if not other_ids:
        return set()
    wanted = set(other_ids)
    found = {
        one
        for pair, verdict in decided_pairs([company.id]).items()
        for one in pair
        if verdict == DIFFERENT and one in wanted
    }
    return found | (rejected_texts(Actor.system(), [company.name]).get(company.name, set()) & wanted)


def of_company(actor: Actor, company: Company, most: int = 50) -> list[Told]:
    """Return what was decided on a company, as far as the actor may know: centre's word, own unit's, all for the centre."""
    here = company_side(company.id)
    query = select(NameDecision).where(
        or_(NameDecision.left == here, NameDecision.right == here),
        NameDecision.verdict.in_((DIFFERENT, RELATED)),
        *([] if actor.is_center else [_serves(actor)]),
    )
    rows = db.session.scalars(query.order_by(NameDecision.at.desc(), NameDecision.id.desc()).limit(most)).all()
    ends = {row.id: row.left if row.right == here else row.right for row in rows}
    others = queries.companies_of(actor, {company_of(end) for end in ends.values() if end.startswith("company:")})
    prints = prints_of({company.id, *others}) if rows else {}
    told = []
    for row in rows:
        text = _text_of(row)
        other = None if text else others.get(company_of(ends[row.id]))
        if not text and other is None:
            continue
        sides = [row.left if text else prints[company_of(row.left)], prints[company_of(row.right)]]
        told.append(Told(row, other, text, _is_mine(actor, row), row.fingerprint == joined(*sides)))
    return told


def fingerprint(left: Side, right: Company) -> str:
    """Return the fingerprint of a pair as both sides are now."""
    prints = prints_of({side.id for side in (left, right) if isinstance(side, Company)})
    if isinstance(left, str):
        return joined(text_side(left), prints[right.id])
    first, second = sorted((left.id, right.id))
    return joined(prints[first], prints[second])


def prints_of(company_ids: Iterable[int]) -> dict[int, str]:
    """Return what each company is known by. Only what everybody who sees the row sees, so that no unit's note shows (S1)."""
    wanted = sorted(company_ids)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = (
            select(Company.id, Company.uscc, Company.province, Company.city, CompanyName.id, CompanyName.norm)
            .outerjoin(
                CompanyName,
                (CompanyName.company_id == Company.id)
                & CompanyName.kind.in_(_SPELLED_OUT)
                & or_(CompanyName.org_id.is_(None), Company.opened_at.is_(None)),
            )
            .where(Company.id.in_(wanted[start : start + _CHUNK]))
        )
        known: dict[int, tuple[str | None, str, str, set[str]]] = {}
        for row in db.session.execute(query):
            known.setdefault(row[0], (row[1], row[2], row[3], set()))[3].add(str(row[5]))
        found |= {company_id: known_by(*said) for company_id, said in known.items()}
    return found


def known_by(uscc: str | None, province: str, city: str, norms: Collection[str]) -> str:
    """Return a company's side of a fingerprint: ``norms`` are its legal and former names as everybody sees them."""
    return "\n".join(sorted({f"{uscc or ''}|{province}|{city}", *norms}))


def joined(left: str, right: str) -> str:
    """Return the fingerprint of two sides; a text's side is ``text_side``."""
    return sha256(f"{left}\n\n{right}".encode()).hexdigest()


def _pair(left: Side, right: Company) -> tuple[str, str] | None:
    if isinstance(left, str):
        return (text_side(left), company_side(right.id)) if names.normal(left) else None
    if left.id == right.id:
        return None
    first, second = sorted((left.id, right.id))
    return company_side(first), company_side(second)


def _put(actor: Actor, pair: tuple[str, str], verdict: str, reason: str, mark: str) -> NameDecision:
    org_id = None if actor.is_center else actor.org_id
    whose = NameDecision.org_id.is_(None) if org_id is None else NameDecision.org_id == org_id
    query = select(NameDecision).where(NameDecision.left == pair[0], NameDecision.right == pair[1], whose)
    row = db.session.scalars(query.order_by(NameDecision.id)).first()
    if row is None:
        row = NameDecision(org_id=org_id, left=pair[0], right=pair[1])
        db.session.add(row)
    row.verdict, row.reason, row.fingerprint = verdict, reason[:_REASON], mark
    row.by_id = None if actor.is_system else actor.user_id
    row.at = clock.now()
    db.session.flush()
    return row


def _read(
    actor: Actor | None, end: InstrumentedAttribute[str], sides: Sequence[str], *verdicts: str
) -> list[NameDecision]:
    whose = NameDecision.org_id.is_(None) if actor is None else _serves(actor)
    found: list[NameDecision] = []
    for start in range(0, len(sides), _CHUNK):
        query = select(NameDecision).where(end.in_(sides[start : start + _CHUNK]), whose)
        found += db.session.scalars(query.where(NameDecision.verdict.in_(verdicts)))
    return found


def _serves(actor: Actor) -> ColumnElement[bool]:
    """Whose words guide this person: the centre's, and the own unit's. A unit's word does not guide the centre."""
    if actor.is_center:
        return NameDecision.org_id.is_(None)
    return or_(NameDecision.org_id.is_(None), NameDecision.org_id == actor.org_id)


def _is_mine(actor: Actor, row: NameDecision) -> bool:
    return actor.is_center or row.org_id == actor.org_id


def _text_of(row: NameDecision) -> str:
    return row.left.removeprefix("text:") if row.left.startswith("text:") else ""


def _name_of(side: str) -> str:
    company = db.session.get(Company, company_of(side))
    return company.name if company else ""


def company_of(side: str) -> int:
    """Return the company of a side."""
    return int(side.removeprefix("company:"))
