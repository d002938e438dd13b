"""The published policies that hold for a project today, on its page: by its segment and the units it lies with."""

from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.carriers import policies, policy_labels
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.projects import queries
from crm.projects.views import bp


@bp.get("/<pid:project>/policies")
@requires(Permission.PROJECT_READ)
def policies_panel(project: str) -> Response:
    row = queries.get_project(current_actor(), project, whole=True)
    units = {row.org_id, accounts.unit_id_of(row.org_id)}
    if row.carrier is not None:
        units |= {one.org_id for one in row.carrier.orgs}
    segment = row.node.segment if row.node is not None else None
    return render(
        "projects/policies_panel.html",
        fragment="projects/_policies.html",
        project=row,
        segment=segment,
        found=policies.matching(segment.code if segment else "", units),
        standing=policies.standing,
        measures_for=policies.measures_for,
        words=policy_labels,
    )
