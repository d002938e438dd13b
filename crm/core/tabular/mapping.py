"""Which column of a file is which of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from crm.core.tabular import hints
from crm.core.tabular.labels import Dimension, plain, unit_in
from crm.core.tabular.specs import Cell, ColumnMap, ColumnSpec, Kind, MappedColumn, Unit

SURE = 0.85
_POSSIBLE = 0.55
_LEAST = 0.5
_DIMENSIONS: dict[Kind, Dimension] = {"amount": "money", "area": "area"}
_ROUND = 4


@dataclass(frozen=True)
class _Match:
    worth: float
    why: str
    place: int
    order: int


def map_columns(
    labels: Sequence[str],
    columns: Sequence[ColumnSpec],
    remembered: Mapping[str, str] | None = None,
    *,
    samples: Sequence[Sequence[Cell]] = (),
    table_unit: str = "",
) -> ColumnMap:
    """Map the labels of a header to columns, each spec at most once.

    ``remembered``: label → name of the spec ("" for: leave it out), as learned before; it goes first. ``samples``: some
    rows of data (cells by place), which raise or lower the confidence. ``table_unit``: ``Header.unit``.
    """
    known = {plain(label): name for label, name in (remembered or {}).items()} | dict(remembered or {})
    names = {spec.name: order for order, spec in enumerate(columns)}
    places: dict[int, _Match] = {}
    left_out: set[int] = set()
    for place, label in enumerate(labels):
        name = known.get(label, known.get(plain(label))) if label else None
        if name == "":
            left_out.add(place)
        elif name in names and names[name] not in {match.order for match in places.values()}:
            places[place] = _Match(1.0, "remembered", place, names[name])
    matches = _matches(labels, columns, samples, set(places) | left_out)
    _assign(places, matches)
    mapped = tuple(_mapped(place, label, columns, places, matches, table_unit) for place, label in enumerate(labels))
    taken = {match.order for match in places.values()}
    missing = tuple(spec.name for order, spec in enumerate(columns) if spec.required and order not in taken)
    return ColumnMap(mapped, missing)


def _assign(places: dict[int, _Match], matches: Sequence[_Match]) -> None:
    """The best match first; a column and a spec are each taken once."""
    taken = {match.order for match in places.values()}
    for match in sorted(matches, key=lambda match: (-match.worth, match.place, match.order)):
        if match.worth >= _POSSIBLE and match.place not in places and match.order not in taken:
            places[match.place] = match
            taken.add(match.order)


def _matches(
    labels: Sequence[str], columns: Sequence[ColumnSpec], samples: Sequence[Sequence[Cell]], settled: set[int]
) -> list[_Match]:
    found = []
    for place, label in enumerate(labels):
        if place in settled:
            continue
        cells = [row[place] for row in samples if place < len(row)]
        if not label and not any(cell is not None for cell in cells):
            continue
        for order, spec in enumerate(columns):
            worth, why = _by_label(label, spec) if label else (0.0, "none")
            worth, why = _with_data(worth, why, label, spec, cells)
            if worth >= _LEAST:
                found.append(_Match(round(worth, _ROUND), why, place, order))
            else:
                found += _lone_names(labels, order, spec, cells)
    return found


def _by_label(label: str, spec: ColumnSpec) -> tuple[float, str]:
    """How well a label says what the column is: the same word, a known other word, one that ends or begins with it."""
    whole = plain(label)
    head, slash, last = label.rpartition("/")
    parts = [plain(last), plain(head)] if slash else []
    if whole in (plain(spec.label), plain(spec.name)):
        return 1.0, "exact"
    words = {plain(word) for word in (spec.label, *spec.synonyms)} - {""}
    if whole in words:
        return 0.97, "synonym"
    if parts and parts[0] in words:
        return 0.94, "synonym"
    if parts and parts[1] in words:
        return 0.86, "synonym"
    if whole.rstrip("0123456789") in words:
        return 0.8, "fuzzy"
    return max(((_likeness(whole, word), "fuzzy") for word in words), default=(0.0, "none"))


def _likeness(label: str, word: str) -> float:
    """企业联系电话 ends with 联系电话 and is one; 企业名称英文 only begins with 企业名称."""
    if len(word) >= 2 and len(label) <= len(word) + 8:
        if label.endswith(word):
            return 0.84
        if label.startswith(word):
            return 0.72
        if len(word) >= 3 and word in label:
            return 0.68
    if len(label) >= 2 and len(word) <= len(label) + 4 and (word.endswith(label) or word.startswith(label)):
        return 0.64
    ratio = fuzz.ratio(label, word) / 100
    return 0.9 * ratio if ratio >= 0.7 else 0.0


def _with_data(worth: float, why: str, label: str, spec: ColumnSpec, cells: Sequence[Cell]) -> tuple[float, str]:
    if worth and _is_of_other_dimension(label, spec):
        worth -= 0.4
    share = hints.fits(spec, cells) if worth else None
    if share is not None:
        if share >= 0.8:
            worth = min(1.0, worth + 0.06)
        elif share <= 0.3:
            worth -= 0.35 if why != "exact" else 0.2
    if worth >= _POSSIBLE or spec.kind not in ("code", "phone", "name"):
        return worth, why
    told = _told_by_data(spec, cells)
    return (told, "data") if told > worth else (worth, why)


def _told_by_data(spec: ColumnSpec, cells: Sequence[Cell]) -> float:
    """Codes tell themselves, companies nearly; a phone number may be anybody's."""
    if spec.kind == "code":
        return 0.9 if hints.code_share(cells) >= 0.8 else 0.0
    if spec.kind == "name":
        return 0.7 if spec.required and hints.company_share(cells) >= 0.6 else 0.0
    share = hints.fits(spec, cells)
    return 0.6 if share is not None and share >= 0.9 else 0.0


def _lone_names(labels: Sequence[str], order: int, spec: ColumnSpec, cells: Sequence[Cell]) -> list[_Match]:
    """One column without a header, each cell a company by its form: a name or two are too few to tell columns apart by, here is one."""
    lone = list(labels) == [""] and spec.kind == "name" and spec.required
    return [_Match(0.7, "data", 0, order)] if lone and hints.all_companies(cells) else []


def _is_of_other_dimension(label: str, spec: ColumnSpec) -> bool:
    """面积(亩) is no amount and 投资(亿元) no area."""
    wanted = _DIMENSIONS.get(spec.kind)
    if wanted is None:
        return False
    other: Dimension = "area" if wanted == "money" else "money"
    return unit_in(label, wanted) is None and unit_in(label, other) is not None


def _mapped(
    place: int,
    label: str,
    columns: Sequence[ColumnSpec],
    places: Mapping[int, _Match],
    matches: Sequence[_Match],
    table_unit: str,
) -> MappedColumn:
    own = sorted((match for match in matches if match.place == place), key=lambda match: -match.worth)
    match = places.get(place)
    rivals = tuple(columns[other.order].name for other in own if match is None or other.order != match.order)[:3]
    if match is None:
        return MappedColumn(place, label, rivals=rivals)
    spec = columns[match.order]
    return MappedColumn(place, label, spec.name, match.worth, match.why, _unit(label, spec, table_unit), rivals)


def _unit(label: str, spec: ColumnSpec, table_unit: str) -> Unit | None:
    """The unit of the label, else the one said for the whole table."""
    dimension = _DIMENSIONS.get(spec.kind)
    if dimension is not None:
        return unit_in(label, dimension) or (unit_in(f"({table_unit})", dimension) if table_unit else None)
    if spec.kind == "number":
        return unit_in(label, "share") if spec.unit == "%" else unit_in(label, "count")
    return None
