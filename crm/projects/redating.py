"""Steps of departments after a holiday published late: what they may take is told in working days."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import joinedload

from crm.audit import service as audit
from crm.kit.access import Actor
from crm.parameters import redating
from crm.projects.models import ServiceStep, StepStatus


def calendar_changed(actor: Actor, before: Mapping[date, bool]) -> None:
    """Give the steps under way the working days they had left. Lights, problems and decisions of meetings count plain days."""
    waits = ServiceStep.status.in_((StepStatus.RUNNING, StepStatus.FAULTY))
    for step, old, new in redating.move(ServiceStep, "due_on", waits, before, loads=[joinedload(ServiceStep.project)]):
        project = step.project
        audit.record(actor, "project.step_redated", project, org_id=project.org_id, step=step.title, due_on=(old, new))
