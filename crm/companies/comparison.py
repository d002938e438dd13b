"""Typed names beside the stored ones they may mean: retrieved and compared, not yet judged. Many at a time.

Four statements whatever is asked: what identifies, counts of grams, hits, columns.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crm.companies import decisions, lookup, state
from crm.companies.lookup import Sight, Stored
from crm.core import names
from crm.core.matching import shortlist as short
from crm.core.matching.features import features
from crm.core.matching.pairs import COLUMNS, Candidates, Question, ask
from crm.core.matching.shortlist import OWN, Reach, Shortlist, shortlist
from crm.core.matching.stages import SecondLook, second_look
from crm.core.matching.verdicts import CROWDED, QUIET, Bounds, Judged, Known, Rule, judge
from crm.core.names import Parts
from crm.core.names.grams import asked_grams, identity_grams, stored_grams


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, and what else is known: a normalised credit code, hints of the seat."""

    text: str
    code: str = ""
    province: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Questions, the stored names compared with them (``rows`` in the order of the candidates), and their features.

    ``bounds``: what the size of the base asks of a score. ``rules``: for each question, companies that a code, a key or a stored text equals, and by which of them.
    ``starts``: where the rows of each question begin, with the end as last. ``of_company``: all names of identified
    companies. ``settled``: questions that need no comparison.
    """

    typed: Sequence[Typed]
    questions: list[Question]
    candidates: Candidates
    rows: list[Stored]
    starts: list[int]
    columns: dict[str, np.ndarray]
    rules: Sequence[Mapping[int, frozenset[Rule]]]
    of_company: Mapping[int, list[Stored]]
    settled: Sequence[bool]
    bounds: Bounds

    def judge(self, scores: np.ndarray, *, limit: int = 5) -> list[list[Judged]]:
        """Turn the scores of all rows into verdicts for each question, by a second look and the hard rules."""
        looks = second_look(self.columns, scores, self.candidates.company_id, self.starts)
        return [self._judge(number, scores, look, limit) if look else [] for number, look in enumerate(looks)]

    def _judge(self, number: int, scores: np.ndarray, look: SecondLook, limit: int) -> list[Judged]:
        rows, code = self.rows[self.starts[number] : self.starts[number + 1]], self.typed[number].code
        other = frozenset(row.company_id for row in rows if code and row.uscc and row.uscc != code)
        known = Known(self.rules[number], other, self.bounds)
        return judge(self.questions[number], self.candidates, self.columns, scores, known, look, limit=limit)


def compare(sight: Sight, typed: Sequence[Typed], *, without: int | None = None, alone: bool = False) -> Comparison:
    """Retrieve candidates and compute their features, not yet a score. ``without``: a company to leave out.

    ``alone``: do not compare a text whose code or full name leads to one company.
    """
    parts = [names.parts(one.text) for one in typed]
    rules = _identify(sight, typed, parts, without)
    settled = [
        not name.norm or (alone and not told and _leads_to_one(one, found))
        for one, name, found, told in zip(typed, parts, rules.of, rules.apart, strict=True)
    ]
    asked = [{} if done else asked_grams(name) for done, name in zip(settled, parts, strict=True)]
    within = short.reach(rules.open_names)
    found = _retrieve(sight, parts, asked, within)
    wanted = {number for one in found.lists for number in one.ids.tolist()}
    companies = {company for one in rules.of for company in one}
    companies |= {company for told in rules.apart for company in told}
    stored = lookup.stored_names(sight, wanted, companies) if wanted or companies else []
    stored = [row for row in stored if row.company_id != without]
    of_company: dict[int, list[Stored]] = {company: [] for company in companies}
    for row in stored:
        if row.company_id in companies:
            of_company[row.company_id].append(row)
    placed = _Placed({row.name_id: row for row in stored}, of_company, found.counts)
    for number, done in enumerate(settled):
        if not done:
            apart = _apart(rules.apart[number], parts[number], of_company) - _by_code(rules.of[number])
            placed.add(number, found.lists[number], rules.of[number], found.used[number], apart)
        placed.end()
    questions = [
        ask(name, province=one.province, city=one.city, counts=found.counts)
        for one, name in zip(typed, parts, strict=True)
    ]
    candidates = placed.candidates()
    columns = features(questions, candidates) if placed.rows else {}
    bounds = CROWDED if within is short.FAR else QUIET
    return Comparison(
        typed, questions, candidates, placed.rows, placed.starts, columns, rules.of, of_company, settled, bounds
    )


@dataclass(frozen=True, slots=True)
class _Identities:
    """For each text the companies that a code, a key or a stored text names; and the size of the base.

    ``apart``: for each text the companies that a person told apart from it, with the fingerprint of then.
    """

    of: list[dict[int, frozenset[Rule]]]
    apart: list[dict[int, str]]
    open_names: int


def _identify(sight: Sight, typed: Sequence[Typed], parts: Sequence[Parts], without: int | None) -> _Identities:
    keys = [names.name_key(one.text) for one in typed]
    known = lookup.identified(sight, [one.code for one in typed], keys, [name.norm for name in parts])
    state.check(known.state)
    every = []
    for one, key, name in zip(typed, keys, parts, strict=True):
        found: dict[int, set[Rule]] = {}
        for rule, value in ((Rule.USCC, one.code), (Rule.KEY, key), (Rule.ALIAS, name.norm)):
            for company in known.companies.get((rule.value, value), ()):
                if company != without:
                    found.setdefault(company, set()).add(rule)
        every.append({company: frozenset(found[company]) for company in sorted(found)})
    apart = [
        {decisions.company_of(side): mark for side, mark in known.apart.get(f"text:{name.norm}", ())} for name in parts
    ]
    return _Identities(every, apart, state.open_names(known.state))


def _apart(told: Mapping[int, str], name: Parts, of_company: Mapping[int, list[Stored]]) -> set[int]:
    """Return the companies that a person told apart from the text, as long as they are what they were then."""
    found = set()
    for company, mark in told.items():
        rows = of_company.get(company, [])
        norms = {row.norm for row in rows if row.everybody and row.kind in ("legal", "former")}
        if rows and mark == decisions.joined(
            f"text:{name.norm}", decisions.known_by(rows[0].uscc, rows[0].province, rows[0].seat, norms)
        ):
            found.add(company)
    return found


def _by_code(rules: Mapping[int, frozenset[Rule]]) -> set[int]:
    """Return the companies whose code is typed: a code outweighs what was said of a text."""
    return {company for company, found in rules.items() if Rule.USCC in found}


def _leads_to_one(typed: Typed, rules: Mapping[int, frozenset[Rule]]) -> bool:
    """Say whether nothing but one company can be meant: by the code, or by the full name where no code is typed."""
    if len(rules) != 1:
        return False
    (one,) = rules.values()
    return Rule.USCC in one or (Rule.KEY in one and not typed.code)


@dataclass(slots=True)
class _Found:
    """For each text its shortlist, and the grams read with their asked weights; the counts of all grams."""

    counts: dict[int, int]
    lists: list[Shortlist]
    used: list[dict[int, float]]


def _retrieve(sight: Sight, parts: Sequence[Parts], asked: Sequence[dict[int, float]], within: Reach) -> _Found:
    counts, own_counts = lookup.gram_counts(sight, sorted(set().union(*asked)), within.cap + 1)
    read = [short.affordable(counts, grams, within) for grams in asked]
    own_read = [_own_grams(own_counts, counts, grams, chosen) for grams, chosen in zip(asked, read, strict=True)]
    pairs = [None if chosen else short.common_pair(counts, grams) for chosen, grams in zip(read, asked, strict=True)]
    hits = lookup.gram_hits(
        sight, set().union(*read), set().union(*own_read), sorted({pair for pair in pairs if pair is not None})
    )
    found = _Found(counts, [], [])
    for name, grams, chosen, own, pair in zip(parts, asked, read, own_read, pairs, strict=True):
        lists = {gram: hits.open[gram] for gram in chosen if gram in hits.open}
        if pair is not None and pair in hits.joined:
            lists = dict.fromkeys(pair, hits.joined[pair])
        identity = identity_grams(name) if grams else ()
        open_ones = shortlist(lists, grams, counts, identity, within)
        own_ones = shortlist({g: hits.own[g] for g in own if g in hits.own}, grams, counts, identity, OWN)
        found.lists.append(_together(open_ones, own_ones))
        found.used.append({gram: grams[gram] for gram in {*lists, *own}})
    return found


def _own_grams(
    own: Mapping[int, int], counts: Mapping[int, int], grams: Mapping[int, float], chosen: Sequence[int]
) -> list[int]:
    """Choose the grams to read among own names: those read among open ones, and those that no open name has."""
    readable = {gram for gram in grams if gram in own and (gram in set(chosen) or not counts.get(gram))}
    return short.affordable(own, readable, OWN) if readable else []


def _together(one: Shortlist, other: Shortlist) -> Shortlist:
    if not len(other.ids):
        return one
    return Shortlist(
        np.concatenate((one.ids, other.ids)),
        np.concatenate((one.cosine, other.cosine)),
        np.concatenate((one.total, other.total)),
    )


class _Placed:
    """Rows laid out question by question, best cosine first."""

    def __init__(
        self, stored: Mapping[int, Stored], of_company: Mapping[int, list[Stored]], counts: Mapping[int, int]
    ) -> None:
        self.rows: list[Stored] = []
        self.starts = [0]
        self._stored, self._of_company, self._counts = stored, of_company, counts
        self._cosine: list[float] = []
        self._total: list[float] = []
        self._asked: list[int] = []

    def add(
        self, number: int, found: Shortlist, rules: Collection[int], used: Mapping[int, float], apart: Collection[int]
    ) -> None:
        """Lay out the rows of one question: its shortlist, and the names of companies that it names outright.

        Not of those ``apart``, which a person said it does not mean: they are left out before anything is compared.
        """
        placed = [
            (-cosine, name_id, total)
            for name_id, cosine, total in zip(
                found.ids.tolist(), found.cosine.tolist(), found.total.tolist(), strict=True
            )
            if name_id in self._stored and self._stored[name_id].company_id not in apart
        ]
        there = {name_id for _, name_id, _ in placed}
        for company in rules:
            for row in self._of_company.get(company, ()) if company not in apart else ():
                if row.name_id not in there:
                    cosine, total = _sums(row, used, self._counts)
                    placed.append((-cosine, row.name_id, total))
        placed.sort()
        self.rows += [self._stored[name_id] for _, name_id, _ in placed]
        self._cosine += [-cosine for cosine, _, _ in placed]
        self._total += [total for _, _, total in placed]
        self._asked += [number] * len(placed)

    def end(self) -> None:
        """Close the rows of a question."""
        self.starts.append(len(self.rows))

    def candidates(self) -> Candidates:
        """Return the rows as columns."""
        columns: dict[str, Any] = dict(zip(COLUMNS, zip(*self.rows, strict=True), strict=False)) if self.rows else {}
        return Candidates(
            **columns,
            cosine=np.array(self._cosine),
            total=np.array(self._total),
            asked=np.array(self._asked, np.intp),
        )


def _sums(row: Stored, used: Mapping[int, float], counts: Mapping[int, int]) -> tuple[float, float]:
    """Compute cosine and sum of a name that no gram list brought."""
    grams = stored_grams(row.parts(), row.rprov, row.rcity, spelled_out=row.kind in ("legal", "former"))
    total = sum(short.weight(used[gram], counts.get(gram, 0)) for gram in grams if gram in used)
    return total / float(np.sqrt(short.length(row.name_id, row.head, row.lat))), total
