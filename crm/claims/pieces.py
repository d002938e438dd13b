"""A piece of a reported name is found by its pairs of characters: what was ever filed is not read for it."""

from itertools import pairwise

from sqlalchemy import ColumnElement, Select, and_, func, insert, literal, or_, select, union_all

from crm.claims.models import Claim, ClaimPiece
from crm.core.names.grams import gram
from crm.kit import db

FEW = 5000  # names that have a pair; where all pairs have more, a list in its order is full before much of it is read
_ASKED = 8


def pairs_of(words: str) -> list[int]:
    """Return the numbers of the pairs of neighbouring characters, in order, large letters as small ones."""
    low = [char.lower() for char in words]  # one by one: what becomes of a letter must not hang on its neighbours
    return list(dict.fromkeys(gram("n", one + two) for one, two in pairwise(low)))


def rows_of(claim_id: int, words: str) -> list[dict[str, int]]:
    """Return the rows under which a name is found."""
    return [{"piece": piece, "claim_id": claim_id} for piece in pairs_of(words)]


def keep(claim: Claim) -> None:
    """Store the pieces of a claim that was just written; the name it was filed under never changes."""
    rows = rows_of(claim.id, claim.company_words)
    if rows:
        db.session.execute(insert(ClaimPiece), rows)


def holding(words: str) -> ColumnElement[bool]:
    """Return the condition that a claim's name holds the words or its number is them; one statement counts the pairs."""
    fits = or_(Claim.number == words.upper(), Claim.company_words.icontains(words, autoescape=True))
    rare = _rarest(words)
    if rare is None:
        return fits
    numbered = select(Claim.id).where(Claim.number == words.upper()).correlate(None)
    ids = union_all(numbered, rare.correlate(None)).subquery()  # of two joined by OR the database reads every claim
    return and_(Claim.id.in_(select(ids.c[0])), fits)


def named(words: str) -> ColumnElement[bool]:
    """Return the condition that a claim's name holds the words."""
    fits, rare = Claim.company_words.icontains(words, autoescape=True), _rarest(words)
    return fits if rare is None else and_(Claim.id.in_(rare), fits)


def _rarest(words: str) -> Select[int] | None:
    """The claims that have the two rarest pairs of the words; None where a pair cannot be asked for, or all are common."""
    pairs = pairs_of(words)
    if not pairs:
        return None
    step = max(1, len(pairs) // _ASKED)
    counts = union_all(*(_counted(pair) for pair in pairs[::step][:_ASKED]))
    found = sorted((number, pair) for pair, number in db.session.execute(counts))
    if found[0][0] > FEW:
        return None
    query = select(ClaimPiece.claim_id).where(ClaimPiece.piece == found[0][1])
    if len(found) > 1:
        other = select(ClaimPiece.claim_id).where(ClaimPiece.piece == found[1][1])
        query = query.where(ClaimPiece.claim_id.in_(other))
    return query


def _counted(pair: int) -> Select[int, int]:
    some = select(ClaimPiece.claim_id).where(ClaimPiece.piece == pair).limit(FEW + 1).subquery()
    return select(literal(pair), func.count()).select_from(some)
