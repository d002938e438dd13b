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


class RegionCode(BaseConverter):
    """``<region:…>``: WUHAN, YRD and the like."""

    regex = "[A-Z]{3,12}"


class ChannelCode(BaseConverter):
    """``<channel:…>``: CH-VISIT and the like."""

    regex = "CH-[A-Z]{2,12}(-[A-Z]{2,12})?"


def init(app: Flask) -> None:
    """Teach them to the app."""
    app.url_map.converters["segment"] = SegmentCode
    app.url_map.converters["indicator"] = IndicatorCode
    app.url_map.converters["node"] = NodeCode
    app.url_map.converters["region"] = RegionCode
    app.url_map.converters["channel"] = ChannelCode
