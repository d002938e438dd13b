"""Words for acts, kinds of subjects and fields. Rooms add theirs: ``labels.ACTIONS.update({"lead.filed": _l("…")})``."""

from typing import Any

from flask_babel import lazy_gettext as _l

ACTIONS: dict[str, Any] = {}
SUBJECTS: dict[str, Any] = {}
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
