"""Companies similar to a typed name: one function for typing, forms, imports, the API and scans (S0, S1).

Four statements of fixed shape for one text or a hundred: see crm/companies/comparison.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crm.companies import lookup
from crm.companies.comparison import Comparison, Typed, compare
from crm.companies.lookup import Sight, Stored
from crm.companies.models import Company
from crm.core import names
from crm.core import uscc as codes
from crm.core.matching.reasons import Reason
from crm.core.matching.trees import scorer
from crm.core.matching.verdicts import Judged, Rule, Verdict
from crm.kit.access import Actor

_CHUNK = 150


@dataclass(frozen=True, slots=True)
class Candidate:
    """A company that the typed text may mean. ``matched_text`` is the stored name that met it, of ``kind``."""

    company_id: int
    public_id: str
    name: str
    matched_text: str
    kind: str
    score: float
    verdict: Verdict
    reasons: tuple[Reason, ...]
    province: str
    city: str


@dataclass(frozen=True, slots=True)
class Question:
    """One of many texts to ask about. ``text`` may itself be a credit code; ``province`` and ``city`` are hints."""

    text: str
    uscc: str | None = None
    province: str | None = None
    city: str | None = None


def find_similar(
    actor: Actor,
    text: str,
    *,
    uscc: str | None = None,
    province: str | None = None,
    city: str | None = None,
    limit: int = 5,
) -> list[Candidate]:
    """Return the companies that the text may mean, best first; an empty list is 未发现.

    The answer is a function of the arguments, the open rows and the rows of the actor's own unit (S1); the city
    centre sees all rows. ``text`` may itself be a credit code. ``province`` and ``city`` are hints.
    """
    return _find(lookup.sight_of(actor), [Question(text, uscc, province, city)], limit)[0]


def find_similar_many(
    actor: Actor, questions: Sequence[Question], limit: int = 5, *, alone: bool = False
) -> list[list[Candidate]]:
    """Return what ``find_similar`` would for each of the questions, by a few statements for each 150 of them.

    ``alone``: where a code or a full name leads to one company, answer with that company alone, which is quicker.
    """
    sight = lookup.sight_of(actor)
    found: list[list[Candidate]] = []
    for start in range(0, len(questions), _CHUNK):
        found += _find(sight, questions[start : start + _CHUNK], limit, alone=alone)
    return found


def find_similar_all(
    text: str,
    *,
    uscc: str | None = None,
    province: str | None = None,
    city: str | None = None,
    limit: int = 20,
    without: int | None = None,
) -> list[Candidate]:
    """Return candidates among the rows of all units: for filing and scans, never to be shown to a unit.

    ``without``: a company to leave out before anything is compared; beside a perfect match the others would look weak.
    """
    return _find(lookup.EVERYTHING, [Question(text, uscc, province, city)], limit, without=without)[0]


def candidates_for_filing(company: Company) -> list[Candidate]:
    """Return the other companies, of all units, that are 同一 or 疑似同一 with this one by any of its names.

    For the transaction of filing: a hold on one of them stands in the way. Never to be shown to a unit.
    """
    # An alias that one unit noted on an open row weighs on no protection.
    everybodys = (row.text for row in company.names if row.org_id is None or company.opened_at is None)
    texts = dict.fromkeys([company.name, *everybodys])
    asked = [Question(text, company.uscc, company.province, company.city) for text in texts]
    found: dict[int, Candidate] = {}
    for one in (one for many in _find(lookup.EVERYTHING, asked, 20, without=company.id) for one in many):
        if one.verdict is Verdict.RELATED:
            continue
        if one.company_id not in found or one.score > found[one.company_id].score:
            found[one.company_id] = one
    return sorted(found.values(), key=lambda one: (-one.score, one.company_id))


def _find(
    sight: Sight, questions: Sequence[Question], limit: int, *, without: int | None = None, alone: bool = False
) -> list[list[Candidate]]:
    made = compare(sight, [_typed(one) for one in questions], without=without, alone=alone)
    judged = made.judge(scorer().score(made.columns), limit=limit) if made.rows else [[] for _ in questions]
    answers = []
    for number, found in enumerate(judged):
        if made.settled[number]:
            answers.append(_by_identity(made, number))
        else:
            answers.append([_candidate(one, made.rows[one.place]) for one in found])
    return answers


def _typed(one: Question) -> Typed:
    text, uscc = one.text, one.uscc
    if codes.looks_like_code(text):
        text, uscc = "", uscc or text
    if not names.normal(text):
        text = ""
    return Typed(text, codes.normalise(uscc) if uscc else "", one.province or "", one.city or "")


def _by_identity(made: Comparison, number: int) -> list[Candidate]:
    """Answer a bare credit code, or a name that leads to one company."""
    companies = made.rules[number]
    rule = Rule.USCC if any(Rule.USCC in rules for rules in companies.values()) else Rule.KEY
    verdict, score = (
        (Verdict.SAME, 1.0 if rule is Rule.USCC else 0.999) if len(companies) == 1 else (Verdict.LIKELY, 0.5)
    )
    answers = []
    for company in companies:
        rows = made.of_company.get(company, [])
        best = next((row for row in rows if row.text == row.name), rows[0] if rows else None)
        if best is not None:
            reasons = (Reason(rule.value, other=best.norm if rule is Rule.KEY else ""),)
            answers.append(_candidate(Judged(company, 0, score, verdict, reasons), best))
    return answers


def _candidate(judged: Judged, row: Stored) -> Candidate:
    return Candidate(
        company_id=row.company_id,
        public_id=row.public_id,
        name=row.name,
        matched_text=row.text,
        kind=row.kind,
        score=round(judged.score, 6),
        verdict=judged.verdict,
        reasons=judged.reasons,
        province=row.province,
        city=row.seat,
    )
