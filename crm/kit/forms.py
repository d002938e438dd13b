"""The base form: one submit path, errors beside fields, the version an editor started from, a key against doubles."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from crm.core.errors import UserError
from crm.kit import refusals

_MACHINERY = {"csrf_token", "version", "once"}


class Form(FlaskForm):
    """A form. ``version`` carries the version an edit was filled from, ``once`` the idempotency key of a create."""

    # A field that is seen → the hidden ones that go with it: a firm is its name and its row.
    together: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    # Fields whose stored value is shown to nobody; left empty they change nothing.
    secret: ClassVar[Collection[str]] = ()

    form_errors: list[Any]
    ticked: Collection[str] = ()
    _typed: Mapping[str, tuple[Any, Any]] = {}
    version = HiddenField()
    once = HiddenField(default=lambda: secrets.token_hex(12))

    def submitted(self) -> bool:
        """Say whether this is a POST that passed all checks."""
        return request.method == "POST" and self.validate()

    def values(self) -> dict[str, Any]:
        """Return the fields' data without the machinery."""
        return {name: field.data for name, field in self._fields.items() if name not in _MACHINERY}

    def keep(self, stored: "Form") -> None:
        """Take the fields ticked on the page of two versions (``kit.conflicts``) from what is stored now."""
        seen = self._fields.keys() - _MACHINERY
        self.ticked = [name for name in dict.fromkeys(request.form.getlist("keep")) if name in seen]
        typed: dict[str, tuple[Any, Any]] = {}
        for name in self.ticked:
            for one in (name, *self.together.get(name, ())):
                field = self._fields[one]
                typed.setdefault(one, (field.data, field.raw_data))
                field.data, field.raw_data = stored._fields[one].data, None
        self._typed = typed

    def restore(self) -> None:
        """Give the fields that were kept back what was typed in them."""
        for name, (data, raw) in self._typed.items():
            self._fields[name].data, self._fields[name].raw_data = data, raw

    def reject(self, error: UserError) -> None:
        """Put a service's refusal beside its field, or above the form when it names none."""
        field = self._fields.get(error.field or "")
        if field is not None:
            field.errors = [*field.errors, refusals.words_of(error)]
        else:
            self.form_errors = [*self.form_errors, refusals.words_of(error)]

    @property
    def seen_version(self) -> str:
        """The version the form was filled from; "" fits none, so that an edit without one is never taken for the newest."""
        return self.version.data or ""

    @property
    def status(self) -> int:
        """200 for a fresh form, 422 for one with errors."""
        return 422 if self.errors or self.form_errors else 200


def strip(value: str | None) -> str | None:
    """Filter: trim; an empty text is None."""
    return (value or "").strip() or None


def trimmed(value: str | None) -> str:
    """Filter: trim; an empty text stays empty."""
    return (value or "").strip()


def options(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Return (value, words) pairs as the choices of a select field; an enum member stands for its value."""
    return [SelectChoice(value=str(getattr(value, "value", value)), label=words) for value, words in pairs]
