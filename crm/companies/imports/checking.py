"""The dry run of a list of companies: new, update, same, likely, related, conflict or faulty; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from crm.companies import facts
from crm.companies.imports import amending, columns, doubles, resolving
from crm.companies.imports.doubles import Said
from crm.companies.imports.resolving import Match
from crm.companies.imports.writing import check_source
from crm.companies.models import Company
from crm.core import uscc as codes
from crm.core.errors import Invalid
from crm.imports.kinds import Context, Fault, Finding, Row
from crm.imports.models import Fate
from crm.kit.words import say as _

_WHO = frozenset(
    {"name", "uscc", columns.PUBLIC_ID.name, columns.VERSION.name, "capital_cny_currency", "revenue_cny_currency"}
)


def check(context: Context, rows: Sequence[Row]) -> list[Finding]:
    """Say of each row what it is and what it would change, as the unit may know it (S1)."""
    check_source(context)
    asked = [resolving.asked_of(row.given) for row in rows]
    matches = resolving.resolve(context.actor, asked)
    known = amending.known_of(context.actor, [match.company for match in matches if match.company is not None])
    earlier = doubles.earlier(context, rows)
    return [
        _finding(context, row, match, known, earlier.get(row.row_no)) for row, match in zip(rows, matches, strict=True)
    ]


def _finding(context: Context, row: Row, match: Match, known: amending.Known, earlier: Said | None) -> Finding:
    faults = list(match.faults)
    public_id = columns.own_id(row.given)
    if public_id and match.how != "id":
        words = _("库里没有这个编号，或您无权查看。清空编号，就按名称和代码重新比对。")
        faults.append(Fault(columns.PUBLIC_ID.name, words))
    if faults:
        return Finding(Fate.ERROR, faults=faults)
    left = _unfit(row.given)
    row = _without(row, left)
    found = _of_sound(context, row, match, known, earlier)
    return replace(found, left=[*left, *found.left])


def _of_sound(context: Context, row: Row, match: Match, known: amending.Known, earlier: Said | None) -> Finding:
    if match.company is not None:
        return _of_known(context, row, match.company, known)
    if match.choices:
        fate = Fate.LIKELY if match.verdict == "likely" else Fate.RELATED
        return Finding(fate, sure=False, choices=match.choices)
    return Finding(Fate.NEW) if earlier is None else _double(row, earlier)


def _without(row: Row, left: Sequence[Fault]) -> Row:
    """Return the row without the cells that are not written."""
    out = {one.field for one in left}
    return replace(row, given={name: value for name, value in row.given.items() if name not in out})


def _of_known(context: Context, row: Row, company: Company, known: amending.Known) -> Finding:
    wanted = amending.amendment(context, company, row.given, known)
    retired = resolving.retired_words(company)
    if retired and wanted:
        return Finding(Fate.ERROR, faults=[Fault("name", retired)])
    note = retired or amending.unheard(context, company, row.given, known)
    if not wanted:
        return Finding(Fate.SAME, target=company.public_id, note=note)
    changes = amending.shown(company, wanted)
    version = columns.whole_of(row.given, columns.VERSION.name)
    if columns.own_id(row.given) and version is not None and version != company.version:
        mine = resolving.choice(company, "same", 1.0, _("编号一致，导出之后库里改过"))
        return Finding(Fate.CONFLICT, sure=False, choices=[mine], changes=changes, target=company.public_id, note=note)
    return Finding(Fate.UPDATE, changes=changes, target=company.public_id, note=note)


def _double(row: Row, earlier: Said) -> Finding:
    """The file has the company twice: what the second row adds goes to the first; where they differ the first is kept."""
    code, other = codes.normalise(columns.text_of(row.given, "uscc")), codes.normalise(earlier.code)
    if code and other and code != other:
        words = _("与本表第 %(n)s 行同名，代码却不同，请核对两行。", n=earlier.row_no)
        return Finding(Fate.ERROR, faults=[Fault("uscc", words)])
    note = _("与本表第 %(n)s 行是同一家，不会重复登记。", n=earlier.row_no)
    added = {
        name: (None, value)
        for name, value in row.given.items()
        if value not in (None, "", []) and earlier.given.get(name) in (None, "", [])
    }
    left = [
        Fault(name, _kept(earlier, name, value))
        for name, value in row.given.items()
        if name not in _WHO and name not in added and value not in (None, "", []) and value != earlier.given[name]
    ]
    return Finding(Fate.UPDATE if added else Fate.SAME, changes=added, note=note, left=left)


def _kept(earlier: Said, name: str, value: Any) -> str:
    words = {"n": earlier.row_no, "first": _in_words(name, earlier.given[name]), "this": _in_words(name, value)}
    return _("第 %(n)s 行是“%(first)s”，这里是“%(this)s”，以第 %(n)s 行为准", **words)


def _in_words(name: str, value: Any) -> str:
    if name in ("capital_cny", "revenue_cny"):
        return _("%(n)s 万元", n=f"{(Decimal(str(value)) / 10_000).normalize():,f}")
    return "、".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)[:60]


def _unfit(given: Mapping[str, Any]) -> list[Fault]:
    """Return what cannot be stored, cell by cell."""
    found = []
    for name, value in columns.facts_of(columns.with_place(given)).items():
        try:
            facts.clean_facts({name: value})
        except Invalid as error:
            found.append(Fault(error.field or name, error.message))
    if given.get("employees") not in (None, "") and columns.whole_of(given, "employees") is None:
        found.append(Fault("employees", _("员工人数请填整数，例如 120。")))
    for cell in ("former_names", "short_name", "english_name"):
        for text in columns.texts_of(given, cell):
            try:
                facts.clean_name(text, cell)
            except Invalid as error:
                found.append(Fault(cell, error.message))
    unknown = amending.node_codes(given)[1]
    if unknown:
        words = _("规划里没有“%(text)s”这个环节，请填环节编码或全名。", text="、".join(unknown)[:60])
        found.append(Fault("nodes", words))
    return found
