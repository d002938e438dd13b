"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.core.permissions import Permission
from crm.duplicates import desk, labels, merging, review, scans
from crm.duplicates.commands import duplicates
from crm.duplicates.merging import labels as merges
from crm.duplicates.merging import late
from crm.duplicates.views import bp
from crm.kit import jobs, registries, tasks
from crm.kit.registries import MenuItem


def register(app: Flask) -> None:
    """Add the pages, the menu lines, the jobs and the words of the trail."""
    app.register_blueprint(bp)
    app.cli.add_command(duplicates)
    registries.add_menu(
        MenuItem(
            _l("工作"),
            22,
            _l("疑似重复"),
            "duplicates.index",
            "git-merge",
            Permission.DUPLICATE_REVIEW,
            count=desk.waiting_count,
        )
    )
    tasks.declare(scans.TASK, scans.work, failed=scans.failed)
    jobs.declare("duplicates.nightly", scans.nightly, daily=time(2, 30))
    merging.undone.join(review.reopen_for)
    late.listen()
    registries.copies["companies.merged"] = late.left_behind
    for words in (labels, merges):
        trail.ACTIONS.update(words.ACTIONS)
        trail.SUBJECTS.update(words.SUBJECTS)
        trail.FIELDS.update({name: word for name, word in words.FIELDS.items() if name not in trail.FIELDS})
