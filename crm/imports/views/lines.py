"""A row of a batch as the pages show it: what the file says, what it may be, what would change, what was decided."""

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from crm.core.tabular import ColumnSpec
from crm.imports import sentences
from crm.imports.kinds import ID_FIELD, VERSION_FIELD, Kind
from crm.imports.models import Decision, Fate, ImportRow
from crm.imports.views.shown import both, is_numeric, shown
from crm.kit.words import joined, spoken

SURE_SCORE = 0.85
FACTS = 6


@dataclass(frozen=True)
class Fact:
    """A cell: its column, its value in words, what is wrong with it."""

    label: str
    text: str
    fault: str = ""


@dataclass(frozen=True)
class Change:
    """A field that would change."""

    label: str
    old: str
    new: str
    numeric: bool = False


@dataclass(frozen=True)
class Candidate:
    """A record that the row may mean."""

    public_id: str
    name: str
    verdict: str
    score: int
    reasons: str
    detail: str


@dataclass(frozen=True)
class Line:
    """All of it."""

    row_no: int
    place: str
    name: str
    fate: Fate | None
    decision: str
    target: str
    state: str
    facts: list[Fact] = field(default_factory=list)
    more: int = 0
    loose: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    suggest: str = ""
    suggest_target: str = ""
    acts: tuple[str, ...] = ()
    message: str = ""


def line_of(kind: Kind, row: ImportRow) -> Line:
    """Put a row into words."""
    specs = {spec.name: spec for spec in kind.columns}
    candidates = [_candidate(one) for one in row.candidates or []]
    decision = row.decision.value if row.decision else ""
    facts, loose = _facts(kind, specs, row)
    suggested = _suggestion(row, candidates)
    return Line(
        row_no=row.row_no,
        place=place_words(row.place),
        name=str((row.given or {}).get(kind.name_field) or "") or _("（没有名称）"),
        fate=row.fate,
        decision=decision,
        target=row.target or "",
        state=state_words(decision, row.target or "", candidates, row.fate is Fate.CONFLICT),
        facts=facts[:FACTS],
        more=max(0, len(facts) - FACTS),
        loose=loose,
        changes=_changes(specs, row),
        candidates=candidates,
        suggest=suggested[0],
        suggest_target=suggested[1],
        acts=_acts(row, candidates),
        message=row.message,
    )


def place_words(place: str) -> str:
    """Say where a row stands in its file; pasted text has no sheets."""
    sheet, _mark, number = place.rpartition("!")
    return f"{sheet} · {number}" if sheet else _("第 %(n)s 行", n=number)


def _candidate(one: dict[str, Any]) -> Candidate:
    return Candidate(
        public_id=str(one.get("public_id", "")),
        name=str(one.get("name", "")),
        verdict=str(one.get("verdict", "")),
        score=0 if one.get("verdict") == "related" else round(float(one.get("score") or 0) * 100),
        reasons=joined("，", spoken(one.get("reasons") or [])),
        detail=str(spoken(one.get("detail") or "")),
    )


def _facts(kind: Kind, specs: dict[str, ColumnSpec], row: ImportRow) -> tuple[list[Fact], list[str]]:
    """Return the cells worth reading, the faulty ones first, and faults that belong to no cell."""
    faults = faults_of(row)
    given = row.given or {}
    names = [name for name in specs if name not in (kind.name_field, ID_FIELD, VERSION_FIELD)]
    names = [*(name for name in (kind.name_field, ID_FIELD, VERSION_FIELD) if name in faults and name in specs), *names]
    found = [
        Fact(str(specs[name].label), shown(specs[name], given.get(name)) or _raw(row, name), faults.get(name, ""))
        for name in names
        if given.get(name) not in (None, "", []) or name in faults
    ]
    loose = [sentence for name, sentence in faults.items() if name not in specs]
    return sorted(found, key=lambda fact: not fact.fault), loose


def _raw(row: ImportRow, name: str) -> str:
    """Return the text of a cell that could not be read."""
    for fault in row.faults or []:
        if fault.get("field") == name:
            return str(fault.get("raw") or "")
    return ""


def faults_of(row: ImportRow) -> dict[str, str]:
    """Return what is wrong with the row: field → sentence."""
    found: dict[str, str] = {}
    for fault in row.faults or []:
        name, sentence = str(fault.get("field") or ""), sentences.fault(fault)
        found[name] = f"{found[name]} {sentence}" if name in found else sentence
    return found


def _changes(specs: dict[str, ColumnSpec], row: ImportRow) -> list[Change]:
    found = []
    for name, pair in (row.changes or {}).items():
        spec = specs.get(name)
        old, new = [*pair, None, None][:2] if isinstance(pair, (list, tuple)) else (None, pair)
        label = str(spec.label) if spec else name
        found.append(Change(label, *both(spec, old, new), is_numeric(spec)))
    return found


def _suggestion(row: ImportRow, candidates: list[Candidate]) -> tuple[str, str]:
    """Return what Enter takes: the best candidate when it is close enough; nothing when a person must look."""
    if row.decision is not None or row.fate is None:
        return "", ""
    best = candidates[0] if candidates else None
    if row.fate is Fate.LIKELY and best and best.score >= SURE_SCORE * 100:
        return Decision.SAME.value, best.public_id
    if row.fate is Fate.RELATED and best and not row.sure:
        return Decision.RELATED.value, best.public_id
    if row.fate is Fate.ERROR:
        return Decision.SKIP.value, ""
    return "", ""


def _acts(row: ImportRow, candidates: list[Candidate]) -> tuple[str, ...]:
    """Return which buttons a row has besides those of its candidates."""
    if row.fate is Fate.SKIPPED:
        return ()
    if row.fate is Fate.ERROR:
        return ("skip",)
    if row.fate in (Fate.LIKELY, Fate.RELATED) or (row.fate is Fate.SAME and candidates):
        return ("new", "skip")
    if row.fate is Fate.CONFLICT and row.target:
        return ("same", "skip")
    return ("skip",)


def state_words(decision: str, target: str, candidates: list[Candidate], conflict: bool = False) -> str:
    """Say what was decided; the script says the same in the same words."""
    name = next((one.name for one in candidates if one.public_id == target), "")
    if conflict and decision in ("same", "skip"):
        return _("以文件为准") if decision == "same" else _("保留平台上的")
    if decision == "same":
        return _("同一：%(name)s", name=name)
    if decision == "related":
        return _("新增，关联 %(name)s", name=name)
    if decision == "new":
        return _("按新增写入")
    return _("跳过，不写入") if decision == "skip" else ""
