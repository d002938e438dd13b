"""Taking a company out of use (struck off, entered in error), and back: the centre's act, always with a reason."""

from sqlalchemy import ColumnElement

from crm.audit import service as audit
from crm.companies import facts, hooks, service
from crm.companies.models import Company
from crm.core.errors import Conflict, Invalid
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.words import say as _


@db.transactional
def retire(actor: Actor, company: Company, reason: str) -> Company:
    """Take a company out of lists, typing and exports. It stays readable by its address.

    Raises Invalid without a reason, Conflict when it is retired already or somebody's living work stands on it.
    """
    authorize(actor, Permission.COMPANY_RETIRE)
    company = service.lock(actor, company.id)
    reason = facts.clean_text(reason, "reason", 200)
    if len(reason) < 2:
        raise Invalid(_("请写明停用理由，例如“已注销”或“误录”。"), "reason")
    if company.retired_at is not None:
        raise Conflict(_("这家企业已经停用。"))
    reasons = hooks.living_work(company.id)
    if reasons:
        why = "".join(reasons)
        raise Conflict(why + _("了结以后才能停用。"))
    company.retired_at, company.retired_reason = clock.now(), reason
    _touch(company)
    hooks.standing_changed(company.id)
    audit.record(actor, "company.retired", company, reason=reason)
    return company


@db.transactional
def restore(actor: Actor, company: Company) -> Company:
    """Bring a retired company back. One that is in use stays as it is."""
    authorize(actor, Permission.COMPANY_RETIRE)
    company = service.lock(actor, company.id)
    if company.retired_at is None:
        return company
    old = company.retired_reason
    company.retired_at, company.retired_reason = None, ""
    _touch(company)
    hooks.standing_changed(company.id)
    audit.record(actor, "company.restored", company, reason=(old, None))
    return company


def in_use() -> ColumnElement[bool]:
    """Companies that lists, pickers and exports offer."""
    return Company.retired_at.is_(None)


def _touch(company: Company) -> None:
    company.updated_at = clock.now()
    company.version += 1
    db.session.flush()
