"""Joins the room to the app."""

from flask import Flask

from crm.audit import labels as trail
from crm.people import labels
from crm.people.views import bp


def register(app: Flask) -> None:
    """Add the page and the words of the trail."""
    app.register_blueprint(bp)
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
    trail.FIELDS.update({name: words for name, words in labels.FIELDS.items() if name not in trail.FIELDS})
