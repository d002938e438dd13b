"""Keys and days in addresses: anything else is 404 before a query runs."""

from datetime import date

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

from crm.parameters.keys import KEYS


class ParameterKey(BaseConverter):
    """``<parameter:…>``: one of the known keys."""

    regex = "[a-z][a-z_]{2,58}"

    def to_python(self, value: str) -> str:
        """Refuse a key that does not exist."""
        if value not in KEYS:
            raise ValidationError
        return value


class Day(BaseConverter):
    """``<day:…>``: 2026-10-01."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Refuse 2026-02-30."""
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: date) -> str:
        """Write the day."""
        return value.isoformat()


def init(app: Flask) -> None:
    """Teach them to the app."""
    app.url_map.converters["parameter"] = ParameterKey
    app.url_map.converters["day"] = Day
