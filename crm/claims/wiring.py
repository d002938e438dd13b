"""Joins the room to the app."""

from flask import Flask


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
