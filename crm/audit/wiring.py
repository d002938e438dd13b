"""Joins the room to the app."""

from flask import Flask

from crm.audit import service


def register(app: Flask) -> None:
    """Write the chain before each COMMIT."""
    service.listen()
