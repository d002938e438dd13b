"""Which company each of many rows speaks of, as one unit may know it: by id, code, name, then by likeness (S0, S1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from crm.companies import decisions, facts, hooks, keys, queries, reasons
from crm.companies.imports import columns, exact
from crm.companies.models import Company
from crm.companies.similar import Candidate, Question, find_similar_many
from crm.core import names
from crm.core import uscc as codes
from crm.core.errors import Invalid
from crm.core.matching.verdicts import Verdict
from crm.imports.kinds import Choice, Fault
from crm.kit.access import Actor
from crm.kit.words import joined
from crm.kit.words import say as _

SHOWN = 5
# Names that a person or a register gave: an equal text means that company. A short name alone may mean many.
_SHARED = frozenset(
    {"core_equal", "core_sound", "core_one_char", "abbreviation", "contained", "former_name", "english_name", "spelled"}
    | {"key_equal", "alias_equal", "text_shared", "uscc_equal"}
)
"""Reasons that name what an affiliate shares: a place or a line of business alone makes none."""
_LEAST_SHARED = 2
_FULL_NAMES = frozenset({"legal", "former", "english", "confirmed"})


@dataclass(frozen=True)
class Asked:
    """What a row says of its company."""

    name: str = ""
    code: str = ""
    public_id: str = ""
    province: str = ""
    city: str = ""
    reg_no: str = ""
    country: str = "中国"


@dataclass
class Match:
    """What it leads to: one ``company`` for sure (``how``: id, code, name, stored), or ``choices`` that a person looks at."""

    asked: Asked
    company: Company | None = None
    how: str = ""
    choices: list[Choice] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """Return likely when a person must say, related when only affiliates were found, none when it is new."""
        said = {choice.verdict for choice in self.choices}
        if said & {"same", "likely"}:
            return "likely"
        return "related" if said else "none"


def resolve(actor: Actor, asked: Sequence[Asked], *, name_field: str = "name", code_field: str = "uscc") -> list[Match]:
    """Return what each row leads to, in order; the answer is a function of the rows and of what the actor may see."""
    matches = [Match(_cleaned(one)) for one in asked]
    for match in matches:
        match.faults += _faults(match.asked, name_field, code_field)
    good = [match for match in matches if not match.faults]
    wanted = {key for match in good for key in _keys(match.asked)}
    seen = exact.look(actor, wanted, (match.asked.public_id for match in good))
    for match in good:
        _by_identity(match, seen)
    rest = [match for match in good if match.company is None and not match.choices and match.asked.name]
    _by_likeness(actor, rest)
    _tell_own_work(actor, matches)
    return matches


def asked_of(given: Mapping[str, Any], public_id: str = "") -> Asked:
    """Return what a row of a list of companies says of its company; ``public_id``: the one that a person chose."""
    placed = columns.with_place(given)
    names = ("name", "uscc", "province", "city", "reg_no", "country")
    name, code, province, city, reg_no, country = (columns.text_of(placed, one) for one in names)
    return Asked(name, code, public_id or columns.own_id(given), province, city, reg_no, country or "中国")


def identify_many(actor: Actor, asked: Sequence[Asked]) -> list[Match]:
    """Return what each row leads to by id, code and name alone."""
    matches = [Match(_cleaned(one)) for one in asked]
    for match in matches:
        match.faults += _faults(match.asked, "name", "uscc")
    good = [match for match in matches if not match.faults]
    seen = exact.look(actor, {key for match in good for key in _keys(match.asked)}, (m.asked.public_id for m in good))
    for match in good:
        _by_identity(match, seen)
    return matches


def identify(actor: Actor, asked: Asked) -> Match:
    """Return what one row leads to by id, code and name alone."""
    return identify_many(actor, [asked])[0]


def choice(company: Company, verdict: str, score: float, *why: str) -> Choice:
    """Return a company as a candidate of a row."""
    place = " ".join(filter(None, (company.province, company.city)))
    return Choice(company.public_id, company.name, verdict, score, [one for one in why if one], place, company.version)


def _cleaned(one: Asked) -> Asked:
    code = codes.normalise(one.code)
    return Asked(one.name.strip(), code, one.public_id, one.province, one.city, one.reg_no, one.country or "中国")


def _faults(one: Asked, name_field: str, code_field: str) -> list[Fault]:
    found = []
    if not one.name and not one.code and not one.public_id:
        found.append(Fault(name_field, _("请填写企业名称。")))
    elif one.name:
        try:
            facts.clean_name(one.name)
        except Invalid as error:
            found.append(Fault(name_field, error.message))
    fault = codes.explain(one.code) if one.code else None
    if fault is not None:
        found.append(Fault(code_field, facts.code_fault(fault, one.code)))
    return found


def _keys(one: Asked) -> list[keys.Key]:
    return keys.keys_of(one.name or None, one.code or None, one.reg_no or None, one.country)


def _by_identity(match: Match, seen: exact.Seen) -> None:
    """A code before a name; where they lead to two companies, or a name to several, a person says which."""
    one = match.asked
    if one.public_id:
        match.company = seen.by_public_id.get(one.public_id)
        match.how = "id" if match.company is not None else ""
    if match.company is not None:
        return
    by_code = seen.of(keys.code_key(one.code)) or seen.of(keys.reg_key(one.reg_no, one.country))
    by_name = seen.of(keys.name_key(one.name)) if one.name else ()
    if one.code and not by_code:
        other = [row for row in by_name if row.uscc and row.uscc != one.code]
        if other and len(other) == len(by_name):
            match.choices += [choice(row, "likely", 0.6, _("全称一致"), _other_code(row)) for row in other]
            return
        by_name = tuple(row for row in by_name if row not in other)
    elsewhere = [row for row in by_name if by_code and row not in by_code]
    if len(by_code) == 1 and not elsewhere:
        match.company, match.how = by_code[0], "code"
    elif not by_code and len(by_name) == 1:
        match.company, match.how = by_name[0], "name"
    else:
        match.choices += [choice(row, "likely", 0.9, _("统一社会信用代码一致")) for row in by_code]
        other_name = _("全称一致，代码属另一家") if by_code else _("有几家企业同名")
        match.choices += [
            choice(row, "likely", 0.8, other_name, _other_code(row)) for row in by_name if row not in by_code
        ]


def _other_code(row: Company) -> str:
    return _("库中代码尾号 %(tail)s", tail=row.uscc[-4:]) if row.uscc else ""


def _by_likeness(actor: Actor, matches: Sequence[Match]) -> None:
    if not matches:
        return
    questions = [
        Question(m.asked.name, m.asked.code or None, m.asked.province or None, m.asked.city or None) for m in matches
    ]
    answers = find_similar_many(actor, questions, SHOWN)
    refused = decisions.rejected_texts(actor, {match.asked.name for match in matches})
    answers = [
        [one for one in found if one.company_id not in refused.get(match.asked.name, ())]
        for match, found in zip(matches, answers, strict=True)
    ]
    stored = queries.companies_of(actor, {found[0].company_id for found in answers if _is_stored(found)})
    for match, found in zip(matches, answers, strict=True):
        if _is_stored(found) and found[0].company_id in stored:
            match.company, match.how = stored[found[0].company_id], "stored"
        else:
            for one in found:
                related = one.verdict is Verdict.RELATED
                why = _telling(match.asked.name, one) if related else reasons.words(one.reasons)
                match.choices += [_choice(one, why)] if why else []


def _is_stored(found: Sequence[Candidate]) -> bool:
    """A full name that the base knows for one company alone, though not as a key: an alias somebody confirmed."""
    same = [one for one in found if one.verdict is Verdict.SAME]
    if len(same) != 1 or same[0] is not found[0] or same[0].kind not in _FULL_NAMES:
        return False
    return bool({"alias_equal", "key_equal"} & {reason.code for reason in same[0].reasons})


def retired_words(company: Company) -> str:
    """Say that a company is there but retired, and who brings it back; empty for one in use."""
    if company.retired_at is None:
        return ""
    return _("“%(name)s”在企业库里，但已停用；需要恢复请联系市招商服务中心。", name=company.name)


def retired(actor: Actor, asked: Sequence[Asked]) -> list[str]:
    """Say of each row, in words, whether its company is a retired one; in three statements whatever their number."""
    wanted = [_keys(_cleaned(one)) for one in asked]
    seen = exact.look(actor, {key for keys_of in wanted for key in keys_of})
    told = []
    for keys_of in wanted:
        rows = [row for key in keys_of for row in seen.of(key)]
        told.append(next(filter(None, map(retired_words, rows)), ""))
    return told


def _telling(name: str, one: Candidate) -> list[str]:
    """Return the reasons of an affiliate in words: first the name they share. Empty when they share none."""
    first = [reason for reason in one.reasons if reason.code in _SHARED]
    rest = [reason for reason in one.reasons if reason.code not in _SHARED]
    if first:
        return [*map(reasons.word, first), *map(reasons.word, rest)]
    shared = _common_front(names.parts(name), names.parts(one.matched_text))
    return [_("字号开头相同：%(text)s", text=shared), *map(reasons.word, rest)] if shared else []


def _common_front(own: names.Parts, other: names.Parts) -> str:
    """Return the first characters that two brands share: two at the least."""
    pairs = ((own.core or own.body, other.core or other.body), (own.body, other.body))
    shared = max(("".join(takewhile(bool, map(_same, *pair))) for pair in pairs), key=len)
    return shared if len(shared) >= _LEAST_SHARED else ""


def _same(one: str, other: str) -> str:
    return one if one == other else ""


def _choice(one: Candidate, why: Sequence[str]) -> Choice:
    place = " ".join(filter(None, (one.province, one.city)))
    matched = one.matched_text if one.matched_text != one.name else ""
    detail = " · ".join(filter(None, (place, matched)))
    return Choice(one.public_id, one.name, one.verdict.value, one.score, why, detail)


def _tell_own_work(actor: Actor, matches: Sequence[Match]) -> None:
    """Say beside a candidate what the own unit does there; of others' work nothing is known here (S1)."""
    shown = {one.public_id for match in matches for one in match.choices}
    if not shown:
        return
    rows = exact.look(actor, (), shown).by_public_id
    words = hooks.own_words(actor, [row.id for row in rows.values()])
    for match in matches:
        match.choices = [
            _with(one, rows.get(one.public_id), words) if one.public_id in rows else one for one in match.choices
        ]


def _with(one: Choice, row: Company | None, words: dict[int, str]) -> Choice:
    assert row is not None
    detail = joined(" · ", (one.detail, words.get(row.id, "")))
    return Choice(one.public_id, one.name, one.verdict, one.score, one.reasons, detail, row.version)
