"""What the cells of a column are, whatever its label says."""

import re
from collections.abc import Sequence

from crm.core import uscc
from crm.core.tabular.specs import Cell, ColumnSpec, Fault, Kind
from crm.core.tabular.values import is_empty, raw_text, read_value

ENOUGH = 3
_COMPANY = re.compile(
    r"公司|集团|厂$|厂[)）]?$|研究院|研究所|设计院|大学|学院|医院|合作社|合伙|商行|经营部|工作室|中心$|协会|商会|银行|事务所|控股|股份|"
    r"\b(?:co|ltd|inc|llc|gmbh|corp|company|limited|ag|plc)\b",
    re.IGNORECASE,
)
_STRICT: tuple[Kind, ...] = ("code", "phone", "day", "amount", "number", "area", "choice")
_LOOKED_AT = 40


def fits(spec: ColumnSpec, cells: Sequence[Cell]) -> float | None:
    """Return the share of the filled cells that can be what the column holds; None when too few or any text would do."""
    filled = [cell for cell in cells if not is_empty(spec, cell)][:_LOOKED_AT]
    if len(filled) < ENOUGH:
        return None
    if spec.kind == "name":
        return sum(_may_be_name(cell) for cell in filled) / len(filled)
    if spec.kind not in _STRICT:
        return None
    probe = ColumnSpec(spec.name, spec.label, kind=spec.kind, unit=spec.unit, assumed="元", choices=spec.choices)
    return sum(_is_right(probe, cell) for cell in filled) / len(filled)


def company_share(cells: Sequence[Cell]) -> float:
    """Return the share of the filled cells that name a company by its form."""
    filled = [cell for cell in cells if isinstance(cell, str) and cell.strip()][:_LOOKED_AT]
    if len(filled) < ENOUGH:
        return 0.0
    return sum(bool(_COMPANY.search(cell)) and len(cell) < 60 for cell in filled) / len(filled)


def all_companies(cells: Sequence[Cell]) -> bool:
    """Tell whether there are cells and each names a company by its form, however few."""
    filled = [cell for cell in cells if cell is not None][:_LOOKED_AT]
    return bool(filled) and all(isinstance(cell, str) and len(cell) < 60 and _COMPANY.search(cell) for cell in filled)


def code_share(cells: Sequence[Cell]) -> float:
    """Return the share of the filled cells that are credit codes with right check digits."""
    filled = [raw_text(cell) for cell in cells if cell is not None][:_LOOKED_AT]
    return sum(uscc.is_valid(text) for text in filled) / len(filled) if len(filled) >= ENOUGH else 0.0


def _may_be_name(cell: Cell) -> bool:
    return (
        isinstance(cell, str) and any(c.isalpha() for c in cell) and len(cell) <= 80 and not uscc.looks_like_code(cell)
    )


def _is_right(probe: ColumnSpec, cell: Cell) -> bool:
    value = read_value(probe, cell)
    if not isinstance(value, Fault):
        return True
    # A fault that knows what it looks at speaks for the column.
    return value.code not in ("not_a_number", "not_a_day", "not_a_phone", "not_a_choice") and (
        value.code != "bad_code" or value.facts.get("reason") != "length"
    )
