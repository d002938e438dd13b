"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.companies import hooks as companies
from crm.kit import jobs, registries
from crm.projects import gate_labels, labels, light_labels, lights, queries
from crm.projects.views import bp
from crm.projects.views import lights as light_pages


def register(app: Flask) -> None:
    """Add pages, the words of the trail, and what this room answers for others."""
    assert light_pages.bp is bp  # the routes of the module are on the blueprint before it is registered
    app.register_blueprint(bp)
    trail.ACTIONS.update({**labels.ACTIONS, **gate_labels.ACTIONS, **light_labels.ACTIONS})
    trail.SUBJECTS.update(labels.SUBJECTS)
    fields = {**labels.FIELDS, **gate_labels.FIELDS, **light_labels.FIELDS}
    trail.FIELDS.update({name: words for name, words in fields.items() if name not in trail.FIELDS})
    registries.add(registries.file_readers, queries.may_read_file)
    companies.uses["projects"] = _l("项目")
    registries.notice_links["project"] = lambda public_id: f"/projects/{public_id}"
    jobs.declare("projects.lights", lights.refresh, daily=time(6, 10))
    jobs.declare("projects.lights_hourly", lights.refresh, minutes=60)
