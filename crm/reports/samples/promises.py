"""Sample promises: standard-plot figures of projects that have started, with days of check that come, are past, and were kept."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.projects.models import Project, PromiseKind
from crm.projects.service import funds
from crm.projects.service.funds import PromiseInput
from crm.todos import checks

LATER = (Stage.REGISTERED, Stage.STARTED, Stage.IN_PRODUCTION, Stage.FULL_CAPACITY)
# Kind, promised, result, the day of check in days from today, the day of the result.
PLAN = (
    (PromiseKind.INTENSITY, 350, None, -12, None),
    (PromiseKind.TAX_PER_MU, 18, 21, -20, -6),
    (PromiseKind.JOBS, 120, 64, 25, -15),
    (PromiseKind.OUTPUT_PER_MU, 420, None, 9, None),
    (PromiseKind.FIXED, 12_000, 7_300, 150, -30),
)


@db.transactional
def fill() -> dict[str, int]:
    """Write the promises of the sample projects that have started, and remind of their checks. Returns how many were written."""
    query = select(Project).where(Project.is_sample, Project.stage.in_(LATER), Project.owner_id.is_not(None))
    made = 0
    for at, project in enumerate(db.session.scalars(query.order_by(Project.id).limit(10)).all()):
        assert project.owner_id is not None
        for kind, promised, result, due_in, taken in PLAN[at % 2 :: 2]:
            data = PromiseInput(kind, Decimal(promised), clock.today() + timedelta(days=due_in + at))
            if result is not None:
                on = clock.today() + timedelta(days=taken or 0)
                told = {
                    "result": Decimal(result),
                    "result_year": on.year,
                    "result_on": on,
                    "source": "企业填报（示例）",
                }
                data = PromiseInput(data.kind, data.promised, data.due_on, **told)  # type: ignore[arg-type]
            funds.save_promise(accounts.actor_of(project.owner_id), project, data)
            made += 1
    checks.remind()
    return {"promises": made}
