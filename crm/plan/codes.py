"""Codes of the plan in addresses: anything that is not shaped like one is 404 before a query runs."""

from flask import Flask
from werkzeug.routing import BaseConverter


class SegmentCode(BaseConverter):
    """``<segment:…>``: LOG, MOLD, …"""

    regex = "[A-Z]{3,5}"


class IndicatorCode(BaseConverter):
    """A line of the table of targets (1–18) or of the text (T1–T13)."""

    regex = r"T?\d{1,2}"


class NodeCode(BaseConverter):
    """``<node:…>``: LOG-U01 and the like."""

    regex = "[A-Z]{3,5}-[UMDS][0-9]{2}"


def init(app: Flask) -> None:
    """Teach them to the app."""
    app.url_map.converters["segment"] = SegmentCode
    app.url_map.converters["indicator"] = IndicatorCode
    app.url_map.converters["node"] = NodeCode
