"""Rows that were on their way to a company while it was merged: before they are committed they are led to the survivor.

A merge locks both companies against new foreign keys. Who had read the loser before, and writes after, waits for that
lock; this hook then sees the merge and lets the row point to where everything else went (security.md I10).
"""

from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history

from crm.claims.models import Claim, LookUp
from crm.companies.models import Company
from crm.interactions.models import Interaction
from crm.kit import db
from crm.leads.models import Lead
from crm.people.models import Person

_FOLLOWING: tuple[Any, ...] = (Lead, Person, Interaction, Claim, LookUp)
_WRITTEN = "pointed_to_companies"


def _note(session: Session, _context: Any, _instances: Any) -> None:
    """Remember the rows of this flush that name a company they did not name before."""
    for row in [*session.new, *session.dirty]:
        if isinstance(row, _FOLLOWING) and row.company_id is not None and get_history(row, "company_id").has_changes():
            session.info.setdefault(_WRITTEN, []).append(row)


def lead_on() -> None:
    """Let rows written in this transaction follow their companies into the survivors. The hook before COMMIT."""
    session = db.session()
    session.flush()
    rows = [row for row in session.info.pop(_WRITTEN, []) if not inspect(row).detached and not inspect(row).deleted]
    ids = {row.company_id for row in rows if row.company_id is not None}
    if not ids:
        return
    query = select(Company.id, Company.merged_into_id).where(Company.id.in_(ids), Company.merged_into_id.is_not(None))
    survivors: dict[int, int] = {company: into for company, into in session.execute(query) if into is not None}
    for row in rows:
        if row.company_id in survivors:
            row.company_id = survivors[row.company_id]
    session.flush()
    session.info.pop(_WRITTEN, None)


def left_behind(repair: bool) -> list[tuple[str, int, Any, Any]]:
    """Return rows that point to a company that went into another, as ``check copies`` asks; lead them on on request."""
    wrong: list[tuple[str, int, Any, Any]] = []
    for model in _FOLLOWING:
        gone = select(model, Company.merged_into_id).join(Company, Company.id == model.company_id)
        for row, into in db.session.execute(gone.where(Company.merged_into_id.is_not(None)).order_by(model.id)):
            wrong.append((model.__tablename__, row.id, row.company_id, into))
            if repair:
                row.company_id = into
    return wrong


def listen() -> None:
    """Join the hooks once, before the trail writes its last word."""
    if lead_on not in db.before_commit:
        db.before_commit.insert(0, lead_on)
        event.listen(db.CrmSession, "before_flush", _note)
        event.listen(db.CrmSession, "after_soft_rollback", _forget)


def _forget(session: Session, _previous: Any) -> None:
    session.info.pop(_WRITTEN, None)
