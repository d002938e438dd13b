"""A typed code or name that sits on another unit's unopened row: the centre gets a case, the typist nothing (S6)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import select

from crm.audit import service as audit
from crm.claims import cases, telling
from crm.claims.models import Case, CaseKind, CaseStatus, StepKind
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import calendar
from crm.parameters import queries as parameters


@contextmanager
def no_collision_case() -> Iterator[None]:
    """Let a key that meets another unit's row open no case of its own inside the block."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


_quiet: ContextVar[bool] = ContextVar("no_collision_case", default=False)


def note_key_collision(actor: Actor, company_id: int, holder_id: int) -> None:
    """Hook of ``companies``: a typed code or name sits on another unit's unopened row. The centre gets a case, the typist nothing (S6)."""
    open_one = select(Case.id).where(
        Case.kind == CaseKind.KEYS,
        Case.company_id == holder_id,
        Case.other_company_id == company_id,
        Case.status != CaseStatus.DECIDED,
    )
    if _quiet.get() or company_id == holder_id or db.session.scalar(open_one):
        return
    public_id = db.new_public_id()
    case = Case(
        public_id=public_id,
        number=f"CD{clock.today():%y}-{public_id[:6].upper()}",
        kind=CaseKind.KEYS,
        basis="keys",
        company_id=holder_id,
        other_company_id=company_id,
        status=CaseStatus.OPEN,
        opened_at=clock.now(),
        due_on=calendar.add_working_days(clock.today(), int(parameters.value("arbitrate_wd"))),
    )
    db.session.add(case)
    db.session.flush()
    cases.step(Actor.system(), case, StepKind.OPENED, "", None)
    audit.record(Actor.system(), "case.opened", case)
    telling.case_opened(case)
