"""Who is told what about milestones: the centre that one waits, the unit what became of it."""

from flask_babel import gettext as _

from crm.accounts import queries as accounts
from crm.core.permissions import Role
from crm.notices.service import notify
from crm.projects import labels
from crm.projects.models import Milestone, Project


def _tell(people: list[int | None], kind: str, project: Project, milestone: Milestone, text: str) -> None:
    url = f"/projects/{project.public_id}"
    period = f"{milestone.id}.{milestone.version}"
    notify([p for p in people if p], kind, "project", project.public_id, text=text, url=url, period=period)


def _unit(project: Project, milestone: Milestone) -> list[int | None]:
    return list(dict.fromkeys([milestone.submitted_by_id, project.owner_id, project.deputy_id]))


def submitted(project: Project, milestone: Milestone) -> None:
    """Tell the centre, but not who submitted it, that a milestone waits."""
    people: list[int | None] = [u.id for u in accounts.users_with(Role.CENTER) if u.id != milestone.submitted_by_id]
    words = {"unit": project.org.name, "title": project.title, "kind": labels.MILESTONE[milestone.kind]}
    text = _("%(unit)s 提交“%(kind)s”：%(title)s，请认定。", **words)
    _tell(people, "milestone.submitted", project, milestone, text)


def recognised(project: Project, milestone: Milestone) -> None:
    """Tell the unit that a milestone counts."""
    words = {
        "title": project.title,
        "kind": labels.MILESTONE[milestone.kind],
        "day": str(milestone.recognised_on),
    }
    text = _("%(title)s 的“%(kind)s”已认定，认定日 %(day)s。", **words)
    _tell(_unit(project, milestone), "milestone.recognised", project, milestone, text)


def returned(project: Project, milestone: Milestone) -> None:
    """Tell the unit what to mend."""
    words = {"title": project.title, "kind": labels.MILESTONE[milestone.kind], "reason": milestone.reason}
    text = _("%(title)s 的“%(kind)s”被退回：%(reason)s", **words)
    _tell(_unit(project, milestone), "milestone.returned", project, milestone, text)
