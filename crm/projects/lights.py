"""The lights of projects: computed, kept on the row with their reason, told once when they turn."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.accounts import queries as accounts
from crm.core import lights as rules
from crm.core.permissions import Role
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db, jobs
from crm.notices.service import notify
from crm.parameters import queries as parameters
from crm.projects import light_labels
from crm.projects.models import FundVoucher, Light, Milestone, MilestoneStatus, Project, ProjectHold

BATCH = 300


@db.transactional
def recompute(project: Project) -> None:
    """Put the light of a project right, in the transaction of the change that may have turned it."""
    db.session.flush()
    recompute_many([project])


@db.transactional
def recompute_many(projects: Sequence[Project]) -> int:
    """Put the lights of these projects right and tell of those that turned. Returns how many changed colour."""
    today, limits = clock.today(), limits_of_today()
    turned = 0
    for project, course in courses(projects):
        shown = rules.light_of(course, limits, today)
        project.formal_due_on = rules.formal_due(course, limits)
        with force_locale("zh_Hans_CN"):
            reason = light_labels.reason(shown)
        colour = Light(shown.colour)
        if (project.light, project.light_reason) == (colour, reason):
            continue
        if project.light != colour or project.light_on is None:
            project.light_on = today
            turned += 1
            _tell(project, colour, reason)
        project.light, project.light_reason = colour, reason
    db.session.flush()
    return turned


def limits_of_today() -> rules.Limits:
    """Return the limits as the parameters state them."""
    names = ("stale_yellow_days", "stale_red_days", "register_days", "start_days", "framework_to_formal_days")
    return rules.Limits(*(parameters.whole(name) for name in names))


def courses(projects: Sequence[Project]) -> list[tuple[Project, rules.Course]]:
    """Return what the rules look at, for many projects in three reads."""
    ids = [project.id for project in projects]
    days = _milestone_days(ids)
    pauses = _pauses(ids)
    sums = select(FundVoucher.project_id, func.sum(FundVoucher.amount_cny)).where(
        FundVoucher.project_id.in_(ids), FundVoucher.voided_on.is_(None)
    )
    paid = dict(db.session.execute(sums.group_by(FundVoucher.project_id)).all())
    return [
        (
            project,
            rules.Course(
                stage=project.stage,
                stage_on=project.stage_on,
                last_effective_on=project.last_effective_on,
                framed_on=days.get((project.id, MilestoneKind.FRAMEWORK)),
                signed_on=days.get((project.id, MilestoneKind.SIGNED)),
                started_on=days.get((project.id, MilestoneKind.STARTED)),
                planned_start_on=project.planned_start_on,
                planned_production_on=project.planned_production_on,
                done_points=_points(paid.get(project.id), project.invest_fixed_cny),
                pauses=pauses.get(project.id, []),
            ),
        )
        for project in projects
    ]


def _points(paid: Decimal | None, fixed: Decimal | None) -> int | None:
    return int(100 * (paid or 0) / fixed) if fixed else None


def _milestone_days(ids: Sequence[int]) -> dict[tuple[int, MilestoneKind], date]:
    """The day of each milestone, of a renewed framework agreement the newest."""
    query = select(Milestone.project_id, Milestone.kind, Milestone.recognised_on).where(
        Milestone.project_id.in_(ids), Milestone.status == MilestoneStatus.RECOGNISED
    )
    query = query.order_by(Milestone.recognised_on, Milestone.id)
    return {(project_id, kind): day for project_id, kind, day in db.session.execute(query) if day is not None}


def _pauses(ids: Sequence[int]) -> dict[int, list[rules.Pause]]:
    found: dict[int, list[rules.Pause]] = {}
    for hold in db.session.scalars(select(ProjectHold).where(ProjectHold.project_id.in_(ids))):
        last = hold.until_on if hold.ended_on is None else hold.ended_on - timedelta(days=1)
        found.setdefault(hold.project_id, []).append(rules.Pause(hold.from_on, last))
    return found


def _tell(project: Project, colour: Light, reason: str) -> None:
    """Tell the owner of a yellow light, the head of the unit and the lead official of a red one."""
    if colour is Light.WARN:
        people, text = [project.owner_id], _("%(title)s 亮黄牌：%(why)s", title=project.title, why=reason)
    elif colour is Light.BAD:
        heads = [user.id for user in accounts.users_with(Role.MANAGER, project.org_id)]
        people = [project.owner_id, project.lead_official_id, *heads]
        text = _("%(title)s 亮红牌：%(why)s", title=project.title, why=reason)
    else:
        return
    period = clock.today().isoformat()
    if jobs.run_once(f"projects.light.{colour}", period, project.public_id):
        url = f"/projects/{project.public_id}"
        who = [person for person in people if person]
        notify(who, f"project.light_{colour}", "project", project.public_id, text=text, url=url, period=period)


def refresh() -> int:
    """Put every light right that may have turned since yesterday; the work of the job. Returns how many turned."""
    turned, last = 0, 0
    while True:
        query = select(Project).where(Project.id > last, Project.stage != Stage.CLOSED).order_by(Project.id)
        with db.transaction():
            rows = db.session.scalars(query.limit(BATCH).with_for_update(of=Project)).all()
            turned += recompute_many(rows)
        if len(rows) < BATCH:
            return turned
        last = rows[-1].id
