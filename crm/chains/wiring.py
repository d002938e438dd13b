"""Joins the room to the app."""

from datetime import time

from flask import Flask

from crm.chains import refresh
from crm.companies import hooks as companies
from crm.kit import db, jobs, registries
from crm.plan import hooks as plan
from crm.projects import hooks as projects


def register(app: Flask) -> None:
    """Add pages, the words of the trail, and what this room answers for others."""
    for hook in (
        companies.nodes_changed,
        companies.standing_changed,
        companies.company_opened,
        projects.landing_changed,
        plan.loaded,
    ):
        hook.join(refresh.ask)
    if refresh.before_commit not in db.before_commit:
        db.before_commit.insert(0, refresh.before_commit)
    registries.copies["gaps"] = refresh.check_copies
    jobs.declare("chains.gaps", refresh.run, daily=time(3, 30))
