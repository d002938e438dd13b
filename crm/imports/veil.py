"""What the centre sees of another unit's batch: what is understood of each row, without the people in it.

Telephone numbers, addresses of mail and persons' names stay with the unit that met them, whatever column they stand in:
cells as the file has them are not shown at all, texts in which somebody can be reached are replaced by a word.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from crm.core.errors import Forbidden
from crm.core.tabular import ColumnSpec
from crm.imports import kinds
from crm.imports.models import ImportBatch, ImportRow
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.words import spoken

_DIGIT = re.compile(r"\d")
_SHOWN_FIRST, _SHOWN_LAST = 3, 4
_PLAIN = frozenset({"code", "key", "day", "choice"})  # read and checked: no text of a person's own
_FIGURES = frozenset({"amount", "number", "area"})
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_REACHABLE = re.compile(
    r"[\w.+-]+\s*@\s*\w"  # mail
    r"|(?<![\dA-Za-z])\+?\d(?:[\s\-–—.·()/、]{0,3}\d){6,}"  # seven digits and more, however they are spaced
    r"|(?:联系人|对接人|联系方式|微信|qq|wechat|邮箱|e-?mail|手机号?|电话)\s*(?:号码?|为|是)?\s*[:=]",
    re.IGNORECASE,
)
_DAYS = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?(?:\s+\d{1,2}:\d\d(?::\d\d)?)?(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d\s*[-–—/]\s*(?:19|20)\d\d(?!\d)"
)


def is_foreign(actor: Actor, batch: ImportBatch) -> bool:
    """Say whether the batch is another unit's."""
    return batch.org_id != actor.org_id and not actor.is_system


def own_only(actor: Actor, batch: ImportBatch) -> ImportBatch:
    """Return the batch of the own unit. Raises Forbidden for another unit's: the centre reads the rows, and does nothing."""
    if is_foreign(actor, batch):
        raise Forbidden(_("这是其他单位的批次，由该单位处理。"))
    return batch


def masked(value: Any) -> Any:
    """Return a number with its middle hidden: 199****0127; lists number by number."""
    if isinstance(value, (list, tuple)):
        return [masked(one) for one in value]
    if value is None or value == "":
        return value
    text = str(value)
    hidden = [found.start() for found in _DIGIT.finditer(text)][_SHOWN_FIRST:-_SHOWN_LAST]
    return "".join("*" if at in hidden else sign for at, sign in enumerate(text))


def reachable(text: str) -> bool:
    """Say whether a text tells how to reach somebody: a number, an address of mail, or a word that announces one."""
    return _REACHABLE.search(_DAYS.sub(" ", unicodedata.normalize("NFKC", text))) is not None


def veil(actor: Actor, batch: ImportBatch, rows: Iterable[ImportRow]) -> list[ImportRow]:
    """Return the rows as the actor may see them; veiled ones are no longer part of the session, so that nothing is stored."""
    found = list(rows)
    if not is_foreign(actor, batch):
        return found
    kind = kinds.kinds.get(batch.kind)
    specs = {spec.name: spec for spec in kind.columns} if kind else {}
    for row in found:
        db.session.expunge(row)
        people = _people(specs, row)
        row.raw = []
        row.given = _fields(specs, row.given)
        row.changes = _fields(specs, row.changes)
        row.faults = [_fault(specs, people, one) for one in spoken(row.faults or [])]
        row.candidates = [_deep(people, one) for one in spoken(row.candidates or [])]
        row.message = _text(people, row.message or "")
    return found


def _people(specs: Mapping[str, ColumnSpec], row: ImportRow) -> list[str]:
    """Return what the personal cells of a row say, to be taken out of its sentences."""
    told = [str((row.given or {}).get(name) or "") for name, spec in specs.items() if spec.personal]
    return [text for text in told if len(text) > 1]


def _fields(specs: Mapping[str, ColumnSpec], values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: _cell(specs.get(name), value) for name, value in (values or {}).items()}


def _cell(spec: ColumnSpec | None, value: Any) -> Any:
    """Return a value without the person in it."""
    if isinstance(value, (list, tuple)):
        return [_cell(spec, one) for one in value]
    if value is None or value == "" or isinstance(value, bool):
        return value
    if spec is not None and spec.kind == "phone":
        return masked(value)
    if spec is not None and spec.personal:
        return _hidden()
    if spec is not None and spec.kind in _PLAIN:
        return value if _MOBILE.search(str(value)) is None else masked(value)
    if spec is not None and spec.kind in _FIGURES:
        return _figure(value)
    return _deep([], value)


def _figure(value: Any) -> Any:
    """Return an amount, unless it is a mobile number that stood in the wrong column."""
    whole = str(value).partition(".")[0]
    return _hidden() if _MOBILE.fullmatch(whole) and not whole.endswith("0000") else value


def _fault(specs: Mapping[str, ColumnSpec], people: list[str], fault: Mapping[str, Any]) -> dict[str, Any]:
    spec, raw = specs.get(str(fault.get("field"))), fault.get("raw")
    told: dict[str, Any] = {
        name: one if name in ("field", "code") else _deep(people, one) for name, one in fault.items()
    }
    if raw:
        told["raw"] = _cell(spec, raw) if spec is not None and (spec.personal or spec.kind == "phone") else told["raw"]
    return told


def _deep(people: list[str], value: Any) -> Any:
    if isinstance(value, str):
        return _text(people, value)
    if isinstance(value, Mapping):
        return {name: one if name == "public_id" else _deep(people, one) for name, one in value.items()}
    return [_deep(people, one) for one in value] if isinstance(value, (list, tuple)) else value


def _text(people: list[str], text: str) -> str:
    for one in people:
        text = text.replace(one, "**")
    return _hidden() if reachable(text) else text


def _hidden() -> str:
    return _("（涉及个人，只有本单位能看）")
