"""Words for acts, kinds of subjects and fields. Rooms add theirs: ``labels.ACTIONS.update({"lead.filed": _l("…")})``."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

ACTIONS: dict[str, Any] = {"audit.exported": _l("导出审计记录"), "audit.values_erased": _l("删除变更明细")}
SUBJECTS: dict[str, Any] = {"audit_entry": _l("审计记录")}
# Words for values that are codes: field → {code: words}.
VALUES: dict[str, dict[str, Any]] = {}
# Kinds whose old and new values the auditor may read; engagement (leads, claims, people, notes) never joins them.
OPEN_SUBJECTS: set[str] = set()
# Why the chain does not hold (``chain.Verdict.why``).
BREAKS: dict[str, Any] = {
    "missing": _l("少了一条"),
    "edited": _l("内容被改过"),
    "values": _l("变更明细被改过"),
    "cut": _l("末尾被截掉"),
}
FIELDS: dict[str, Any] = {"name": _l("名称"), "version": _l("版本")}


def action_words(action: str) -> str:
    """Return the words of an act, or the act itself when no room named it."""
    return str(ACTIONS.get(action, action))


def subject_words(kind: str) -> str:
    """Return the words of a kind of subject, or the kind itself."""
    return str(SUBJECTS.get(kind, kind))


def field_words(name: str) -> str:
    """Return the words of a field, or its name."""
    return str(FIELDS.get(name, name))


def value_words(field: str, text: str | None) -> str | None:
    """Return a stored value in words; a list (joined by 、) word for word."""
    known = VALUES.get(field)
    if text is None or not known:
        return text
    return "、".join(str(known.get(one, one)) for one in text.split("、"))


def add_values(field: str, words: Mapping[Any, Any]) -> None:
    """Name the codes of a field; several rooms may add to one field."""
    VALUES.setdefault(field, {}).update({str(getattr(code, "value", code)): word for code, word in words.items()})
