"""A piece of a reported name is found by its pairs of characters: what was ever filed is not read for it."""

from itertools import pairwise

from sqlalchemy import ColumnElement, Select, and_, func, insert, literal, or_, select, true, union_all
from sqlalchemy.orm import aliased

from crm.accounts.models import Org, OrgKind
from crm.claims.models import Claim, ClaimPiece
from crm.core.names.grams import gram
from crm.core.permissions import Role
from crm.kit import db
from crm.kit.access import Actor

FEW = 5000  # names that have a pair; where all pairs have more, a list in its order is full before much of it is read
_ASKED = 8


def pairs_of(words: str) -> list[int]:
    """Return the numbers of the pairs of neighbouring characters, in order, large letters as small ones."""
    low = [char.lower() for char in words]  # one by one: what becomes of a letter must not hang on its neighbours
    return list(dict.fromkeys(gram("n", one + two) for one, two in pairwise(low)))


def rows_of(claim_id: int, org_id: int, words: str) -> list[dict[str, int]]:
    """Return the rows under which a name is found."""
    return [{"piece": piece, "org_id": org_id, "claim_id": claim_id} for piece in pairs_of(words)]


def keep(claim: Claim) -> None:
    """Store the pieces of a claim that was just written; its unit and the name it was filed under never change."""
    rows = rows_of(claim.id, claim.org_id, claim.company_words)
    if rows:
        db.session.execute(insert(ClaimPiece), rows)


def holding(actor: Actor, words: str) -> ColumnElement[bool]:
    """Return the condition that a claim's name holds the words or its number is them; the caller adds the scope.

    One statement counts the pairs among the names that this person may read, never among others' (S1).
    """
    fits = or_(Claim.number == words.upper(), Claim.company_words.icontains(words, autoescape=True))
    rare = _rarest(actor, words)
    if rare is None:
        return fits
    numbered = select(Claim.id).where(Claim.number == words.upper()).correlate(None)
    ids = union_all(numbered, rare.correlate(None)).subquery()  # of two joined by OR the database reads every claim
    return and_(Claim.id.in_(select(ids.c[0])), fits)


def named(actor: Actor, words: str) -> ColumnElement[bool]:
    """Return the condition that a claim's name holds the words; the caller adds the scope."""
    fits, rare = Claim.company_words.icontains(words, autoescape=True), _rarest(actor, words)
    return fits if rare is None else and_(Claim.id.in_(rare), fits)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The pieces of the claims in ``queries.visible_to``."""
    if actor.is_center:
        return true()
    if Role.OFFICE in actor.roles:
        units = select(Org.id).where(or_(Org.id == actor.org_id, Org.kind == OrgKind.CITY_CENTER))
        return ClaimPiece.org_id.in_(units)
    return ClaimPiece.org_id == actor.org_id


def _rarest(actor: Actor, words: str) -> Select[int] | None:
    """The claims that have the two rarest pairs of the words; None where there is no pair to ask for, or all are common."""
    pairs = pairs_of(words)
    if not pairs:
        return None
    step = max(1, len(pairs) // _ASKED)
    counts = union_all(*(_counted(actor, pair) for pair in pairs[::step][:_ASKED]))
    found = sorted((number, pair) for pair, number in db.session.execute(counts))
    if found[0][0] > FEW:
        return None
    query = select(ClaimPiece.claim_id).where(ClaimPiece.piece == found[0][1], visible_to(actor))
    if len(found) > 1:
        other = aliased(ClaimPiece)
        same = (other.org_id == ClaimPiece.org_id, other.claim_id == ClaimPiece.claim_id)
        query = query.where(select(other.claim_id).where(other.piece == found[1][1], *same).exists())
    return query


def _counted(actor: Actor, pair: int) -> Select[int, int]:
    some = select(ClaimPiece.claim_id).where(ClaimPiece.piece == pair, visible_to(actor)).limit(FEW + 1).subquery()
    return select(literal(pair), func.count()).select_from(some)
