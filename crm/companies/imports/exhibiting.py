"""Which company a row of an organiser's list speaks of: names in two languages, several firms in one cell, agents beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.companies.imports import columns, resolving
from crm.companies.imports.resolving import Asked, Match
from crm.core.names import cells
from crm.imports.kinds import Context, Row
from crm.kit.words import say as _

_FACTS = ("uscc", "country", "province", "city", "website", "products")


def cell_of(given: Mapping[str, Any]) -> cells.NameCell:
    """Return the cell of the name taken apart. A column of its own says the English name before the cell does."""
    return cells.read_name_cell(columns.text_of(given, "name"))


def english_of(given: Mapping[str, Any]) -> str:
    """Return the English name of the firm; empty when it has none beside its name."""
    told = columns.text_of(given, "english_name")
    return cell_of(given).english if not told else "" if told == columns.text_of(given, "name") else told


def facts_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the row says of the company, in the words of a list of companies."""
    told = {name: given[name] for name in _FACTS if given.get(name)}
    category = columns.text_of(given, "category")
    names = {"name": cell_of(given).name, "english_name": english_of(given)}
    return (
        {name: text for name, text in names.items() if text} | told | ({"industry": category[:80]} if category else {})
    )


def asked(given: Mapping[str, Any]) -> Asked:
    """Return what the row asks of the base."""
    return resolving.asked_of(facts_of(given))


def is_nobody(given: Mapping[str, Any]) -> bool:
    """Tell whether the row is no firm but a booth kept free, or a place of the organiser."""
    return cells.is_nobody(columns.text_of(given, "name"))


def is_shared(given: Mapping[str, Any]) -> bool:
    """Tell whether the cell names several firms: then none of them is registered under the names of all."""
    return bool(cell_of(given).firms)


def note(given: Mapping[str, Any]) -> str:
    """Say what is particular about the name of a row; empty for most."""
    cell = cell_of(given)
    if is_nobody(given):
        return _("“%(name)s”不是企业，没有写入。", name=cell.shown)
    if cell.firms:
        return _("这一格写了 %(n)s 家企业，照原文作一行，请认定是哪一家。", n=len(cell.firms))
    return _("同一格里还写到：%(names)s", names="、".join(cell.beside)) if cell.beside else ""


def matches(context: Context, rows: Sequence[Row]) -> list[Match]:
    """Return what each row leads to. Several firms in a cell, or a firm known by its English name alone: a person says."""
    found = resolving.resolve(context.actor, [asked(row.given) for row in rows])
    parts = [(match, part) for row, match in zip(rows, found, strict=True) for part in _parts(row.given, match)]
    seen = resolving.resolve(context.actor, [Asked(part.name) for _match, part in parts])
    for (match, part), other in zip(parts, seen, strict=True):
        told = other.choices
        if other.company is not None:
            told = [resolving.choice(other.company, part.verdict, 0.7, part.why)]
        known = {one.public_id for one in match.choices}
        match.choices += [one for one in told if one.public_id not in known]
    return found


def _parts(given: Mapping[str, Any], match: Match) -> list["_Part"]:
    """Return what else of a row is asked about, where the whole led to no company."""
    cell, english = cell_of(given), english_of(given)
    if match.faults or match.company is not None:
        return []
    if cell.firms:
        match.choices.clear()  # names run together are like others by chance
        return [_Part(name, "likely", _("同一格里写了几家企业")) for name in cell.firms]
    if match.choices:
        return []
    beside = [_Part(name, "related", _("同一格里还写到这家企业")) for name in cell.beside]
    return [*([_Part(english, "likely", _("英文名一致"))] if english else []), *beside]


@dataclass(frozen=True)
class _Part:
    name: str
    verdict: str
    why: str
