"""The value of a cell, read as what its column holds. Nothing is guessed: what is unclear is a fault, with the text."""

from crm.core.tabular.specs import Cell, ColumnSpec, Fault, Unit, Value


def read_value(spec: ColumnSpec, cell: Cell, unit: Unit | None = None, *, year: int | None = None) -> Value | Fault:
    """Return the value of a cell, None when it is empty (无, /, -, 暂无, N/A), or the fault.

    text, key, code, name, phone → str (a phone: the first number, a mobile before others; ``phones`` gives all);
    choice → the value of ``spec.choices``; amount, number, area → Decimal in ``spec.unit``; day → date;
    list → tuple of str. ``unit`` is ``MappedColumn.unit``; ``year`` completes 3月5日.
    """
    return None
