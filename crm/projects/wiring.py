"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as trail
from crm.claims.transfers import hooks as transfers
from crm.companies import hooks as companies
from crm.core.permissions import Permission, Role
from crm.kit import jobs, lists, registries
from crm.kit.registries import MenuItem
from crm.parameters import hooks as parameters
from crm.projects import (
    days,
    figures,
    funds,
    gate_labels,
    handing,
    issue_labels,
    labels,
    light_labels,
    lights,
    meeting_labels,
    need_labels,
    places,
    queries,
    redating,
    reminders,
    step_labels,
)
from crm.projects.columns import LIST
from crm.projects.service import issues, reservations, twins
from crm.projects.views import bp


def register(app: Flask) -> None:
    """Add pages, the words of the trail, and what this room answers for others."""
    app.register_blueprint(bp)
    _menu()
    transfers.handed.join(handing.follow)
    parameters.calendar_changed.join(redating.calendar_changed)
    transfers.agreed.join(handing.credit)
    trail.ACTIONS.update(
        {
            **labels.ACTIONS,
            **gate_labels.ACTIONS,
            **light_labels.ACTIONS,
            **issue_labels.ACTIONS,
            **meeting_labels.ACTIONS,
            **step_labels.ACTIONS,
            **funds.ACTIONS,
            **need_labels.ACTIONS,
        }
    )
    trail.SUBJECTS.update(
        {**labels.SUBJECTS, **issue_labels.SUBJECTS, **meeting_labels.SUBJECTS, **need_labels.SUBJECTS}
    )
    fields = {
        **labels.FIELDS,
        **gate_labels.FIELDS,
        **light_labels.FIELDS,
        **issue_labels.FIELDS,
        **meeting_labels.FIELDS,
        **step_labels.FIELDS,
        **funds.FIELDS,
        **need_labels.FIELDS,
    }
    trail.FIELDS.update({name: words for name, words in fields.items() if name not in trail.FIELDS})
    lists.declare(LIST)
    registries.copies["parcels.reserved"] = places.check_copies
    registries.copies["projects.figures"] = figures.check_copies
    registries.copies["projects.same_as"] = twins.check_copies
    figures.listen()
    registries.add(registries.file_readers, queries.may_read_file)
    registries.add(registries.days, days.entries)
    companies.uses["projects"] = _l("项目")
    _links()
    jobs.declare("projects.lights", lights.refresh, daily=time(6, 10))
    jobs.declare("projects.lights_hourly", lights.refresh, minutes=60)
    jobs.declare("projects.issues", issues.escalate, daily=time(6, 20))
    jobs.declare("projects.reservations", reservations.end, daily=time(6, 30))
    jobs.declare("projects.papers", reminders.remind, daily=time(8, 30))


def _links() -> None:
    registries.notice_links["project"] = lambda public_id: f"/projects/{public_id}"
    registries.notice_links["issue"] = lambda public_id: f"/projects/issues/{public_id}"
    registries.notice_links["action_item"] = lambda _public_id: "/projects/meetings"
    registries.notice_links["promise"] = lambda _public_id: "/projects/promise-checks"
    registries.notice_links["papers"] = lambda _public_id: "/projects/papers"


def _menu() -> None:
    work = _l("工作")
    thumb = frozenset({Role.CENTER, Role.OFFICE, Role.LEADER})
    registries.add_menu(
        MenuItem(work, 35, _l("项目"), "projects.board", "layout-kanban", Permission.PROJECT_READ, near=thumb)
    )
    registries.add_menu(MenuItem(work, 36, _l("问题"), "projects.issues", "alert-triangle", Permission.PROJECT_READ))
    registries.add_menu(MenuItem(work, 37, _l("调度会"), "projects.meetings", "users", Permission.PROJECT_READ))
    registries.add_menu(MenuItem(_l("报表"), 66, _l("超期与红黄牌"), "projects.late", "gauge", Permission.PROJECT_READ))
    registries.add_menu(
        MenuItem(work, 38, _l("缺件提示"), "projects.missing_papers", "clipboard", Permission.PROJECT_WRITE)
    )
    registries.add_menu(
        MenuItem(work, 39, _l("承诺核验"), "projects.promise_checks", "checklist", Permission.PROJECT_WRITE)
    )
    registries.add_menu(
        MenuItem(_l("报表"), 67, _l("四零服务"), "projects.four_zeros", "rosette", Permission.PROJECT_READ)
    )
    registries.add_menu(MenuItem(work, 40, _l("同一投资"), "projects.twins", "versions", Permission.PROJECT_RECOGNISE))
    offers = _l("谋划")
    registries.add_menu(MenuItem(offers, 52, _l("要素需求"), "projects.needs_list", "bolt", Permission.PROJECT_READ))
