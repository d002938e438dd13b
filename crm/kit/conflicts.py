"""Two editors of one row: both versions side by side on one page, where the second takes some fields of each."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.kit.forms import Form
from crm.kit.web import render

_UNSEEN = ("csrf_token", "version", "once")


def show_conflict(form: Form, stored: Form, name: str, back: str, *, target: str = "") -> Response:
    """Answer 409: what is stored beside what was typed. What was ticked before is ticked still, what was typed is typed still.

    ``name`` is what the row is called, ``back`` its page; the answer goes to ``target``, or to where the form went.
    """
    form.restore()
    form.version.data, form.version.raw_data = stored.version.data, None
    return render(
        "errors/conflict.html",
        status=409,
        form=form,
        rows=differences(form, stored),
        carried=_carried(form),
        kept=form.ticked,
        name=name,
        back=back,
        dropped=any(file.filename for file in request.files.values()),
        target=target or request.full_path.rstrip("?"),
    )


def differences(mine: Form, stored: Form) -> list[dict[str, Any]]:
    """Return the rows of the comparison, the differing ones marked; equal empty ones are left out."""
    rows = []
    for name, field in mine._fields.items():
        if _is_unseen(name, field):
            continue
        left, right = _words(stored._fields[name]), _words(field)
        if name in mine.secret:
            left, right = (_("（不显示）"), _("（您填写了号码）")) if right else ("", "")
        if not left and not right:
            continue
        same = left == right or (field.data == stored._fields[name].data and name not in mine.secret)  # 4.8 is 4.80
        verdict = "same" if same else "diff"
        rows.append({"name": name, "label": field.label.text, "left": left, "right": right, "verdict": verdict})
    return rows


def _is_unseen(name: str, field: Any) -> bool:
    """Say whether a field was not on the form to be filled: a tick or a choice that was left open is sent by no browser."""
    if name in _UNSEEN or getattr(field.widget, "input_type", "") in ("hidden", "file"):
        return True
    return not field.raw_data and field.type not in ("BooleanField", "RadioField", "SelectMultipleField")


def _carried(form: Form) -> list[tuple[str, str]]:
    """Return what was typed as (name, value) pairs, as a browser sends them; the form's own hidden fields go by themselves."""
    pairs = []
    for name, field in form._fields.items():
        if _is_unseen(name, field) or (field.type == "BooleanField" and not field.data):
            continue
        if field.type == "BooleanField":
            values = ["y"]
        elif isinstance(field.data, list):
            values = [str(one) for one in field.data]
        else:
            values = [str(field._value() if hasattr(field, "_value") else field.data or "")]
        pairs += [(field.name, value) for value in values]
    return pairs


def _words(field: Any) -> str:
    if field.type == "BooleanField":
        return _("是") if field.data else ""
    if hasattr(field, "iter_choices"):
        groups = field.choices.values() if isinstance(field.choices, dict) else [field.choices or []]
        words = dict(_pair(choice) for group in groups for choice in group)
        if isinstance(field.data, list):
            return "、".join(words.get(str(one), "") for one in field.data)
        return words.get(str(getattr(field.data, "value", field.data)), "") if field.data else ""
    value = field._value() if hasattr(field, "_value") else field.data
    return str(value or "").replace("\r\n", "\n").strip()


def _pair(choice: Any) -> tuple[str, str]:
    value, label = (choice.value, choice.label) if hasattr(choice, "value") else (choice[0], choice[1])
    return str(getattr(value, "value", value)), str(label)
