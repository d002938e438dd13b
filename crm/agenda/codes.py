"""The secret part of a calendar's address, as a part of a URL."""

from flask import Flask
from werkzeug.routing import BaseConverter


class FeedToken(BaseConverter):
    """``<feed:…>``: what ``secrets.token_urlsafe(32)`` makes; anything else is 404 before a query runs."""

    regex = "[A-Za-z0-9_-]{43}"


def register(app: Flask) -> None:
    """Let addresses use it."""
    app.url_map.converters["feed"] = FeedToken
