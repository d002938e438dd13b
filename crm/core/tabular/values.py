"""The value of a cell, read as what its column holds. Nothing is guessed: what is unclear is a fault, with the text."""

import re
from datetime import date, datetime
from functools import lru_cache

from crm.core.recognise.folding import fold
from crm.core.tabular.dates import read_day
from crm.core.tabular.figures import read_figure
from crm.core.tabular.labels import plain
from crm.core.tabular.numbers import read_code, read_key, read_phone
from crm.core.tabular.specs import Cell, ColumnSpec, Fault, Unit, Value

_NOTHING = frozenset(
    ("", "无", "(无)", "空", "(空)", "暂无", "没有", "无数据", "暂缺", "未填", "未填写", "n/a", "na", "n.a.", "#n/a")
)
_EMPTY = _NOTHING | frozenset(("/", "\\", "-", "--", "---", "_", ".", "…", "......", "null", "none", "nil", "nan"))
_NOT_SAID = frozenset(
    (
        "待定",
        "面议",
        "保密",
        "不详",
        "未知",
        "未定",
        "待补充",
        "待核实",
        "待确认",
        "未披露",
        "未公开",
        "不公开",
        "不明",
        "tbd",
        "?",
    )
)
_ERRORS = re.compile(r"#(?:REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|####+)|####+")
# A number before a text (1、 2. ③), but not 9．1D30, which is a booth in full-width letters, nor 101、102, which are two.
_LEAD = re.compile(r"^\s*(?:\d{1,3}\s*[、)）]|\d{1,3}\s*[.．](?!\d)|[(（]\d{1,3}[)）]|[①-⑳])\s*")
_LINE_LEAD = re.compile(
    r"^[ \t]*(?:\d{1,3}(?:[、)）](?![ \t]*\d+[ \t]*(?:[、；;，,/|\-\n]|$))|[.．](?!\d))|[(（]\d{1,3}[)）])",
    re.MULTILINE,
)
_BLANKS = re.compile(r"\s+")
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORD = re.compile(r"[^\W\d_]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?: 00:00:00)?")  # as a day is kept in the raw rows
_CUTS = re.compile(r"[、；;，,/|\n]")
_LATIN_FORM = re.compile(r"\s*(?:ltd|inc|llc|limited|corp|s\.a)\b", re.IGNORECASE)
_YES = frozenset(("√", "✓", "✔", "☑", "y", "yes", "true", "1", "有"))
_NO = frozenset(("×", "✗", "✘", "☐", "n", "no", "false", "0", "无"))
_NAME_LONGEST = 200


def read_value(spec: ColumnSpec, cell: Cell, unit: Unit | None = None, *, year: int | None = None) -> Value | Fault:
    """Return the value of a cell, None when it is empty (无, /, -, 暂无, N/A), or the fault.

    text, key, code, name, phone → str (a phone: the first number, a mobile before others; ``phones`` gives all);
    choice → the value of ``spec.choices``; amount, number, area → Decimal in ``spec.unit``; day → date;
    list → tuple of str. ``unit`` is ``MappedColumn.unit``; ``year`` completes 3月5日.
    """
    raw = raw_text(cell)
    if spec.kind == "choice" and cell is not None:
        chosen = _choice(spec, raw)
        if chosen is not None:
            return chosen
    if is_empty(spec, cell):
        return Fault("required", {}, raw) if spec.required else None
    if isinstance(cell, str) and _ERRORS.fullmatch(cell.strip()):
        return Fault("formula_error", {"error": cell.strip()}, raw)
    value = _read(spec, cell, unit, raw, year)
    if isinstance(value, str) and not isinstance(value, Fault) and spec.longest and len(value) > spec.longest:
        return Fault("too_long", {"limit": spec.longest}, raw)
    return value


def raw_text(cell: Cell) -> str:
    """Return the text of a cell as a person would see it: whole numbers without a point, days as 2026-03-05."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def is_empty(spec: ColumnSpec, cell: Cell) -> bool:
    """Tell whether a cell says nothing: blank, a word for nothing, or (but in texts) a word for later."""
    if cell is None:
        return True
    if not isinstance(cell, str) or len(cell) > 20:
        return False
    word = fold(_INVISIBLE.sub("", cell)).strip().lower()
    return word in _EMPTY or (word in _NOT_SAID and spec.kind not in ("text", "name", "list", "choice"))


def _read(spec: ColumnSpec, cell: Cell, unit: Unit | None, raw: str, year: int | None) -> Value | Fault:
    if spec.kind in ("amount", "number", "area"):
        return read_figure(spec, cell, unit, raw)
    if spec.kind == "day":
        return read_day(cell, raw, year)
    if spec.kind == "phone":
        return read_phone(cell, raw)
    if spec.kind == "code":
        return read_code(cell, raw)
    if spec.kind == "key":
        return read_key(cell, raw)
    if spec.kind == "choice":
        return Fault(
            "not_a_choice", {"choices": [words[0] if words else value for value, words in spec.choices.items()]}, raw
        )
    if spec.kind == "list":
        return Fault("was_a_day", {}, raw) if _DAY.fullmatch(raw.strip()) else _list(raw) or None
    return _name(raw) if spec.kind == "name" else _text(raw)


def _text(raw: str) -> str:
    """As it stands, without characters that nobody sees; line ends stay."""
    return _CONTROL.sub("", _INVISIBLE.sub("", raw)).replace("\r\n", "\n").replace("\r", "\n").strip()


def _name(raw: str) -> str | Fault:
    """In one line, without a number before it (1、湖北…公司)."""
    text = _BETWEEN_HAN.sub("", _BLANKS.sub(" ", _text(raw)).strip(" ;；,，、"))
    text = _LEAD.sub("", text) or text
    if not _WORD.search(text):
        return Fault("not_a_name", {}, raw)
    return text if len(text) <= _NAME_LONGEST else Fault("too_long", {"limit": _NAME_LONGEST}, raw)


def _list(raw: str) -> tuple[str, ...]:
    """The parts, each once, in their order; what stands in brackets is not cut, nor Co., Ltd."""
    parts, start, depth = [], 0, 0
    text = _LINE_LEAD.sub("", _text(raw))
    for place, c in enumerate(text):
        depth += (c in "(（[【") - (c in ")）]】")
        if depth <= 0 and _CUTS.match(c) and not (c in ",，" and _LATIN_FORM.match(text, place + 1)):
            parts.append(text[start:place])
            start, depth = place + 1, 0
    parts.append(text[start:])
    neat = (_LEAD.sub("", part).strip() for part in parts)
    return tuple(dict.fromkeys(part for part in neat if fold(part).lower() not in _EMPTY))


def _choice(spec: ColumnSpec, raw: str) -> str | None:
    known = _words(tuple((value, tuple(words)) for value, words in spec.choices.items()))
    word = fold(raw).strip().lower()
    found = known.get(word) or known.get(plain(raw))
    if found is None:
        said = "是" if word in _YES else "否" if word in _NO else ""
        found = known.get(said)
    return found


@lru_cache(maxsize=500)
def _words(choices: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    known: dict[str, str] = {}
    for value, words in choices:
        for word in (value, *words):
            known.setdefault(fold(word).strip().lower(), value)
            known.setdefault(plain(word), value)
    known.pop("", None)
    return known
