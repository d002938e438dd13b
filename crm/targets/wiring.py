"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.chains import hooks as chains
from crm.companies import hooks as companies
from crm.core.permissions import Permission
from crm.kit import db, jobs, registries, tasks
from crm.kit.registries import MenuItem
from crm.notices import topics
from crm.notices.models import Topic
from crm.targets import labels, scoring
from crm.targets.lists import due
from crm.targets.lists import labels as list_labels
from crm.targets.views import bp
from crm.watch import hooks as watch


def register(app: Flask) -> None:
    """Add pages, jobs, the words of the trail, and what this room does when a company changes."""
    app.register_blueprint(bp)
    plans = _l("谋划")
    registries.add_menu(MenuItem(plans, 42, _l("目标评分"), "targets.index", "target-arrow", Permission.COMPANY_READ))
    registries.add_menu(MenuItem(plans, 43, _l("目标清单"), "targets.lists", "list-details", Permission.LIST_READ))
    watch.signals_changed.join(scoring.note_stale)
    companies.nodes_changed.join(_changed)
    companies.standing_changed.join(_changed)
    chains.scores_moved.join(scoring.ask_nodes)
    if scoring.before_commit not in db.before_commit:
        db.before_commit.insert(0, scoring.before_commit)  # before the trail, which is written last
    jobs.declare("targets.scores", scoring.recompute_all, daily=time(1, 40))
    jobs.declare("targets.stale", scoring.recompute_stale, minutes=5)
    tasks.declare(scoring.TASK, scoring.work)
    tasks.declare(scoring.NODES, scoring.work_nodes)
    registries.copies["targets.scores"] = scoring.check_copies
    for room in (labels, list_labels):
        trail.ACTIONS.update(room.ACTIONS)
        trail.SUBJECTS.update(room.SUBJECTS)
        trail.FIELDS.update({name: words for name, words in room.FIELDS.items() if name not in trail.FIELDS})
    companies.uses["score_overrides"] = _l("人工评分")
    companies.uses["target_items"] = _l("目标清单")
    registries.add(registries.due_items, due.due_items)
    registries.notice_links["target_list"] = lambda public_id: f"/targets/lists/{public_id}"
    topics.declare({"target_list": Topic.DUTY})


def _changed(company_id: int) -> None:
    scoring.note_stale({company_id})
