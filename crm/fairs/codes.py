"""The secret part of an invitation's address, as a part of a URL."""

from flask import Flask
from werkzeug.routing import BaseConverter


class InviteToken(BaseConverter):
    """``<invite:…>``: what ``secrets.token_urlsafe(16)`` makes; anything else is 404 before a query runs."""

    regex = "[A-Za-z0-9_-]{22}"


def register(app: Flask) -> None:
    """Let addresses use it."""
    app.url_map.converters["invite"] = InviteToken
