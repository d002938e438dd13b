"""Joins the room to the app."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.companies import hooks as companies
from crm.kit import registries
from crm.projects import gate_labels, labels, queries
from crm.projects.views import bp


def register(app: Flask) -> None:
    """Add pages, the words of the trail, and what this room answers for others."""
    app.register_blueprint(bp)
    trail.ACTIONS.update({**labels.ACTIONS, **gate_labels.ACTIONS})
    trail.SUBJECTS.update(labels.SUBJECTS)
    fields = {**labels.FIELDS, **gate_labels.FIELDS}
    trail.FIELDS.update({name: words for name, words in fields.items() if name not in trail.FIELDS})
    registries.add(registries.file_readers, queries.may_read_file)
    companies.uses["projects"] = _l("项目")
    registries.notice_links["project"] = lambda public_id: f"/projects/{public_id}"
