"""Keys, days and years in addresses: anything else is 404 before a query runs."""

from datetime import date

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError


class ParameterKey(BaseConverter):
    """``<parameter:…>``: claim_min_invest and the like."""

    regex = "[a-z][a-z_]{2,58}"


class Day(BaseConverter):
    """``<day:…>``: 2026-10-01."""

    regex = r"20[2-9]\d-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Refuse 2026-02-30."""
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: date | str) -> str:
        """Write the day."""
        return str(value)


class Year(BaseConverter):
    """``<year:…>``: a year that the calendar keeps."""

    regex = r"20[2-9]\d"

    def to_python(self, value: str) -> int:
        """Count with it."""
        return int(value)


def init(app: Flask) -> None:
    """Teach them to the app."""
    app.url_map.converters["parameter"] = ParameterKey
    app.url_map.converters["day"] = Day
    app.url_map.converters["year"] = Year
