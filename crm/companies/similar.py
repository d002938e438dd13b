"""Companies similar to a typed name: one function for typing, forms, imports, the API and scans (S0, S1).

Five statements of fixed shape: what identifies, counts of grams, hits, columns, the unit's own unopened names.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from crm.companies import lookup
from crm.companies.lookup import Sight, Stored
from crm.companies.models import Company
from crm.core import names
from crm.core import uscc as codes
from crm.core.matching.features import features
from crm.core.matching.pairs import COLUMNS, Candidates, Question, ask
from crm.core.matching.reasons import Reason
from crm.core.matching.shortlist import Shortlist, affordable, shortlist, skey, weight
from crm.core.matching.trees import scorer
from crm.core.matching.verdicts import Judged, Rule, Verdict, judge
from crm.core.names.grams import asked_grams, identity_grams, stored_grams
from crm.kit.access import Actor

_OWN_COMPARED = 12


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
    return _find(lookup.sight_of(actor), text, uscc, province, city, limit)


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
    return _find(lookup.EVERYTHING, text, uscc, province, city, limit, without)


def candidates_for_filing(company: Company) -> list[Candidate]:
    """Return the other companies, of all units, that are 同一 or 疑似同一 with this one by any of its names.

    For the transaction of filing: a hold on one of them stands in the way. Never to be shown to a unit.
    """
    found: dict[int, Candidate] = {}
    texts = dict.fromkeys([company.name, *(row.text for row in company.names)])
    for text in texts:
        for one in find_similar_all(
            text, uscc=company.uscc, province=company.province, city=company.city, without=company.id
        ):
            if one.verdict is Verdict.RELATED:
                continue
            if one.company_id not in found or one.score > found[one.company_id].score:
                found[one.company_id] = one
    return sorted(found.values(), key=lambda one: (-one.score, one.company_id))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A question, the stored names compared with it (``rows`` in the order of the candidates), and their features.

    ``rules``: companies that a code, a key or a stored text equals, and by which of them.
    """

    question: Question
    candidates: Candidates
    rows: list[Stored]
    table: np.ndarray
    labels: list[str]
    rules: Mapping[int, frozenset[Rule]]

    def judge(self, scores: np.ndarray, *, code: str = "", limit: int = 5) -> list[Judged]:
        """Turn scores into verdicts by the hard rules."""
        return judge(
            self.question,
            self.candidates,
            dict(zip(self.labels, self.table.T, strict=True)),
            scores,
            self.rules,
            other_code=frozenset(row.company_id for row in self.rows if code and row.uscc and row.uscc != code),
            limit=limit,
        )


def compare(
    sight: Sight, text: str, *, code: str = "", province: str = "", city: str = "", without: int | None = None
) -> Comparison:
    """Retrieve candidates and compute their features, not yet a score."""
    name = names.parts(text)
    rules = _rules(sight, code, text, name.norm)
    rules.pop(without or 0, None)
    asked = asked_grams(name)
    counts = lookup.gram_counts(asked)
    hits = lookup.gram_hits(affordable(counts))
    found = shortlist(hits, asked, counts, identity_grams(name))
    question = ask(name, province=province, city=city, counts=counts)
    stored = lookup.stored_names(sight, found.ids.tolist(), rules)
    own = _nearest(question, [row for row in lookup.own_names(sight) if row.company_id != without])
    own = [row for row in own if row.company_id in rules or _meets(row, asked)]
    stored = [row for row in stored if row.company_id != without]
    candidates, rows = _columns(found, stored, own, asked, counts)
    table, labels = features(question, candidates) if rows else (np.empty((0, 0), np.float32), [])
    return Comparison(question, candidates, rows, table, labels, rules)


def _rules(sight: Sight, code: str, text: str, norm: str) -> dict[int, frozenset[Rule]]:
    found: dict[int, set[Rule]] = defaultdict(set)
    for one in lookup.identified(sight, code, names.name_key(text), norm):
        found[one.company_id].add(Rule(one.rule))
    return {company: frozenset(rules) for company, rules in found.items()}


def _find(
    sight: Sight,
    text: str,
    uscc: str | None,
    province: str | None,
    city: str | None,
    limit: int,
    without: int | None = None,
) -> list[Candidate]:
    if codes.looks_like_code(text):
        text, uscc = "", uscc or text
    code = codes.normalise(uscc) if uscc else ""
    if not names.normal(text):
        return _by_code(sight, [company for company in _rules(sight, code, "", "") if company != without])
    made = compare(sight, text, code=code, province=province or "", city=city or "", without=without)
    if not made.rows:
        return []
    judged = made.judge(scorer().score(made.table), code=code, limit=limit)
    return [_candidate(one, made.rows[one.place]) for one in judged]


def _by_code(sight: Sight, companies: list[int]) -> list[Candidate]:
    """Answer a bare credit code."""
    verdict, score = (Verdict.SAME, 1.0) if len(companies) == 1 else (Verdict.LIKELY, 0.5)
    rows: dict[int, Stored] = {}
    for row in lookup.stored_names(sight, (), companies) if companies else ():
        if row.company_id not in rows or row.text == row.name:
            rows[row.company_id] = row
    reasons = (Reason("uscc_equal"),)
    return [_candidate(Judged(company, 0, score, verdict, reasons), row) for company, row in rows.items()]


def _columns(
    found: Shortlist, stored: list[Stored], own: list[Stored], asked: Mapping[int, float], counts: Mapping[int, int]
) -> tuple[Candidates, list[Stored]]:
    """Lay the names under comparison out in columns, best cosine first. Names outside the shortlist get theirs here."""
    sums = {
        name_id: (cosine, total)
        for name_id, cosine, total in zip(found.ids.tolist(), found.cosine, found.total, strict=True)
    }
    rows = {row.name_id: row for row in [*stored, *own]}
    placed = []
    for name_id, row in rows.items():
        cosine, total = sums.get(name_id) or _sums(row, asked, counts)
        placed.append((-cosine, name_id, total, row))
    placed.sort(key=lambda one: one[:2])
    chosen = [row for *_, row in placed]
    columns = {label: [getattr(row, label) for row in chosen] for label in COLUMNS}
    cosines = np.array([-cosine for cosine, *_ in placed])
    totals = np.array([total for *_, total, _ in placed])
    return Candidates(**columns, cosine=cosines, total=totals), chosen


def _meets(row: Stored, asked: Mapping[int, float]) -> bool:
    """Say whether the gram table could have brought the name: the scorer has never seen one that shares nothing."""
    return not asked.keys().isdisjoint(_grams(row))


def _grams(row: Stored) -> Collection[int]:
    return stored_grams(row.parts(), row.rprov, row.rcity, spelled_out=row.kind in ("legal", "former"))


def _sums(row: Stored, asked: Mapping[int, float], counts: Mapping[int, int]) -> tuple[float, float]:
    """Compute cosine and sum of a name that the gram table did not bring."""
    total = sum(weight(asked[gram], counts.get(gram, 0)) for gram in _grams(row) if gram in asked)
    return total / float(np.sqrt(max(1, skey(0, row.head, row.lat)))), total


def _nearest(question: Question, own: list[Stored]) -> list[Stored]:
    """Keep the own names that are at all like the question: they are few, and compared directly."""
    if len(own) <= _OWN_COMPARED:
        return own
    asked = question.name.head or question.name.norm
    alike = process.cdist([asked], [row.head or row.norm for row in own], scorer=fuzz.partial_ratio, dtype=np.float32)[
        0
    ]
    alike += process.cdist([question.name.norm], [row.norm for row in own], scorer=fuzz.ratio, dtype=np.float32)[0]
    return [own[int(i)] for i in np.argsort(-alike, kind="stable")[:_OWN_COMPARED]]


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
