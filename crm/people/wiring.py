"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.companies import hooks as companies
from crm.imports import kinds
from crm.people import labels
from crm.people.imports import KIND as PEOPLE
from crm.people.views import bp


def register(app: Flask) -> None:
    """Add the page and the words of the trail."""
    app.register_blueprint(bp)
    companies.uses["people"] = _l("联系人")
    kinds.register(PEOPLE)
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
    trail.FIELDS.update({name: words for name, words in labels.FIELDS.items() if name not in trail.FIELDS})
