"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.chains import labels, placing, refresh, service
from crm.chains.views import bp
from crm.companies import hooks as companies
from crm.core.permissions import Permission
from crm.kit import db, jobs, registries, tasks
from crm.plan import hooks as plan
from crm.projects import hooks as projects


def register(app: Flask) -> None:
    """Add pages, the words of the trail, and what this room answers for others."""
    app.register_blueprint(bp)
    plans = _l("谋划")
    registries.add_menu(registries.MenuItem(plans, 49, _l("产业链"), "chains.index", "sitemap", Permission.PLAN_READ))
    trail.ACTIONS.update(labels.ACTIONS)
    trail.SUBJECTS.update(labels.SUBJECTS)
    trail.FIELDS.update({name: words for name, words in labels.FIELDS.items() if name not in trail.FIELDS})
    for hook in (
        companies.nodes_changed,
        companies.standing_changed,
        companies.company_opened,
        projects.landing_changed,
        plan.loaded,
    ):
        hook.join(refresh.ask)
    plan.loaded.join(service.bring_edits_back)
    if refresh.before_commit not in db.before_commit:
        db.before_commit.insert(0, refresh.before_commit)
    registries.copies["gaps"] = refresh.check_copies
    jobs.declare("chains.gaps", refresh.run, daily=time(3, 30))
    tasks.declare(placing.WORK, placing.work)
    tasks.declare(placing.UNDO, placing.unwork)
    companies.uses["placements"] = _l("归类建议")
