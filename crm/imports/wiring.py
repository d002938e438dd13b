"""Joins the room to the app."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages, the menu lines, the jobs and the words of the trail."""
