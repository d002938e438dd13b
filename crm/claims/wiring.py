"""Joins the room to the app."""

from datetime import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as audit_labels
from crm.claims import collisions, days, due, filing, ledger, queries, queue, redating, rivals, verification
from crm.claims.disputes import labels as dispute_labels
from crm.claims.disputes import lateness, printing, reading
from crm.claims.ending import jobs as ending_jobs
from crm.claims.ending import labels as ending_labels
from crm.claims.labels import AUDIT, EVENT, FIELDS, SUBJECTS
from crm.claims.stock import closing
from crm.claims.stock import labels as stock_labels
from crm.claims.stock import service as stock
from crm.claims.transfers import labels as transfer_labels
from crm.claims.transfers import service as transfers
from crm.claims.views import bp
from crm.companies import hooks as company_hooks
from crm.companies.models import Company, KeyKind
from crm.core.permissions import Permission, Role
from crm.kit import jobs, registries, tasks
from crm.kit.access import Actor
from crm.kit.registries import MenuItem
from crm.leads import hooks as lead_hooks
from crm.notices import topics
from crm.parameters import hooks as parameter_hooks


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    app.register_blueprint(bp)
    work = _l("工作")
    registries.add_menu(
        MenuItem(
            work,
            15,
            _l("核验台"),
            "claims.desk",
            "gavel",
            Permission.CLAIM_READ,
            count=queue.waiting_count,
            except_roles=frozenset({Role.OFFICER, Role.EXPO, Role.LEADER}),
            near=frozenset({Role.CENTER, Role.OFFICE}),
        )
    )
    first = _l("首谈首报")
    registries.add_menu(MenuItem(first, 40, _l("首谈备案"), "claims.index", "shield-check", Permission.CLAIM_READ))
    registries.add_menu(MenuItem(first, 41, _l("可报吗"), "claims.look_up", "help-hexagon", Permission.LOOK_UP))
    registries.add_menu(MenuItem(first, 42, _l("公海"), "claims.pool", "world", Permission.CLAIM_READ))
    registries.add_menu(MenuItem(first, 43, _l("争议案件"), "claims.case_list", "message-2", Permission.CLAIM_READ))
    registries.add_menu(
        MenuItem(first, 44, _l("流转"), "claims.transfer_list", "arrows-exchange", Permission.CLAIM_READ)
    )
    registries.add_menu(MenuItem(first, 45, _l("领导交办"), "claims.assign_lead", "send", Permission.LEAD_ASSIGN))
    registries.add_menu(MenuItem(first, 46, _l("存量登记"), "claims.windows", "archive", Permission.CLAIM_READ))
    company_hooks.key_collided.join(_key_collided)
    company_hooks.living.append(rivals.living_words)
    company_hooks.uses.update(claims=_l("首谈备案"), cases=_l("研判"), look_ups=_l("可报吗查询"))
    lead_hooks.company_corrected.join(filing.company_corrected)
    parameter_hooks.calendar_changed.join(redating.calendar_changed)
    registries.add(registries.file_readers, queries.may_read_file)
    registries.add(registries.file_readers, reading.may_read_file)
    registries.add(registries.due_items, due.due_items)
    registries.add(registries.days, days.entries)
    registries.copies["leads.hold"] = ledger.copies
    topics.declare(ending_labels.TOPICS | transfer_labels.TOPICS)
    registries.add(filing.guards, stock.guard)
    _declare_work()
    _name_what_is_audited()


def _declare_work() -> None:
    jobs.declare("claims.overdue", verification.tell_overdue, minutes=10)
    tasks.declare(printing.WORK, printing.work)
    jobs.declare("claims.opinions", printing.catch_up, daily=time(6, 30))
    jobs.declare("claims.late_cases", lateness.tell_late, minutes=30)
    jobs.declare("claims.untouched", lateness.tell_untouched, minutes=30)
    jobs.declare("claims.late_hosts", transfers.lapse, minutes=30)
    jobs.declare("claims.windows", closing.close_due, minutes=30)
    jobs.declare("claims.release", verification.release_late_repairs, minutes=5)
    jobs.declare("claims.grade-c", ending_jobs.end_registrations, minutes=30)
    jobs.declare("claims.warn", ending_jobs.warn, daily=time(8, 0))
    jobs.declare("claims.recall", ending_jobs.propose_recalls, daily=time(7, 30))


def _name_what_is_audited() -> None:
    audit_labels.ACTIONS.update(AUDIT | {f"claim.{kind}": words for kind, words in EVENT.items()})
    for room in (ending_labels, dispute_labels, transfer_labels, stock_labels):
        audit_labels.ACTIONS.update(room.AUDIT)
    audit_labels.SUBJECTS.update(SUBJECTS | ending_labels.SUBJECTS | transfer_labels.SUBJECTS | stock_labels.SUBJECTS)
    audit_labels.FIELDS.update(FIELDS | dispute_labels.FIELDS | transfer_labels.FIELDS | audit_labels.FIELDS)


def _key_collided(actor: Actor, company: Company, kind: KeyKind, key: str, holder_id: int) -> None:
    collisions.note_key_collision(actor, company.id, holder_id)
