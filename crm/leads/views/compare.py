"""Two editors of one lead: what each would have the fields say."""

from typing import Any

from flask_babel import gettext as _

from crm.kit.forms import Form

HIDDEN = ("csrf_token", "version", "once", "company_public_id", "company_typed", "files", "person_mobile")


def differences(mine: Form, stored: Form) -> list[dict[str, Any]]:
    """Return the rows of the comparison, the differing ones marked; equal empty ones are left out."""
    rows = []
    for name, field in mine._fields.items():
        if name in HIDDEN or getattr(field.widget, "input_type", "") == "hidden":
            continue
        left, right = _words(stored._fields[name]), _words(field)
        if not left and not right:
            continue
        verdict = "same" if left == right else "diff"
        rows.append({"name": name, "label": field.label.text, "left": left, "right": right, "verdict": verdict})
    number = mine._fields.get("person_mobile")
    if number is not None and number.data:
        rows.append(
            {
                "label": number.label.text,
                "left": _("（不显示）"),
                "right": _("（您填写了号码）"),
                "verdict": "",
            }
        )
    return rows


def _words(field: Any) -> str:
    if field.type == "BooleanField":
        return _("是") if field.data else ""
    if hasattr(field, "iter_choices"):
        groups = field.choices.values() if isinstance(field.choices, dict) else [field.choices]
        words = dict(_pair(choice) for group in groups for choice in group)
        if isinstance(field.data, list):
            return "、".join(words.get(str(one), "") for one in field.data)
        return words.get(str(field.data), "") if field.data else ""
    value = field._value() if hasattr(field, "_value") else field.data
    return str(value or "").strip()


def _pair(choice: Any) -> tuple[str, str]:
    value, label = (choice.value, choice.label) if hasattr(choice, "value") else (choice[0], choice[1])
    return str(value), str(label)
