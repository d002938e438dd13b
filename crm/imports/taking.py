"""What a person chooses when a list leaves the system: in which form, as which kind of file."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from crm.core.permissions import Permission
from crm.imports import queries
from crm.imports.kinds import Kind
from crm.imports.models import ImportMapping
from crm.imports.own_form import own_form_csv, own_form_xlsx
from crm.kit.access import Actor
from crm.kit.tables import XLSX

FORMATS = ("xlsx", "csv-gbk", "csv-utf8")
_LABELS = 4  # how many columns of a header are named, where its name does not tell which it is
_ENCODINGS = {"csv-gbk": "gb18030", "csv-utf8": "utf-8-sig"}


@dataclass(frozen=True)
class Taken:
    """A file to be handed out."""

    content: bytes
    ending: str
    media_type: str


def forms_of(actor: Actor, kind_name: str) -> list[tuple[str, str]]:
    """Return the headers the unit has used, as choices; the first one is the system's own."""
    rows = queries.mappings_of(actor, kind_name)
    times = Counter(row.name for row in rows)
    own = [
        (row.public_id, _in_full(row) if times[row.name] > 1 else _("我的表头：%(name)s", name=row.name))
        for row in rows
    ]
    return [("", _("系统清单")), *own]


def _in_full(row: ImportMapping) -> str:
    """Say a header with its first columns: several from one source bear its name."""
    labels = [str(label) for label in row.layout.get("labels", ()) if label]
    shown = "、".join(labels[:_LABELS]) + ("…" if len(labels) > _LABELS else "")
    return _("我的表头：%(name)s（%(columns)s）", name=row.name, columns=shown)


def formats() -> list[tuple[str, str]]:
    """Return the kinds of file as choices."""
    words = (_("Excel（xlsx）"), _("CSV（GBK，旧版软件用）"), _("CSV（UTF-8）"))
    return list(zip(FORMATS, words, strict=True))


def take(
    actor: Actor,
    kind: Kind,
    form: str,
    file_format: str,
    filters: Mapping[str, Any],
    *,
    reason: str,
    permission: Permission,
) -> Taken:
    """Return the list in a form of the unit (its public id; "" for the kind's own columns). Raises NotFound, Forbidden."""
    mapping = queries.get_mapping(actor, form) if form else None
    if file_format in _ENCODINGS:
        encoding = _ENCODINGS[file_format]
        told = own_form_csv(actor, kind, mapping, filters, encoding=encoding, reason=reason, permission=permission)
        return Taken(told, "csv", "text/csv")
    return Taken(own_form_xlsx(actor, kind, mapping, filters, reason=reason, permission=permission), "xlsx", XLSX)
