"""Like projects in different parks: the nodes, and the rows behind each."""

from werkzeug.wrappers import Response

from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import Page, page_number, render
from crm.plan import queries as plan
from crm.projects import clashes as rules
from crm.projects import labels
from crm.projects.views import bp

SIZE = 20  # nodes on a page


@bp.get("/clashes")
@requires(Permission.PROJECT_READ)
def clashes() -> Response:
    found, number = rules.clashes(current_actor()), page_number()
    page = Page(found[(number - 1) * SIZE : number * SIZE], number, SIZE, len(found))
    return render("projects/clashes.html", fragment="projects/_clashes.html", page=page)


@bp.get("/clashes/<node:node>")
@requires(Permission.PROJECT_READ)
def clash(node: str) -> Response:
    actor, row = current_actor(), plan.get_node(node)
    found = rules.clashes(actor, node)
    if not found:
        raise NotFound
    rows = rules.projects_on(actor, row)
    return render("projects/clash.html", found=found[0], node=row, rows=rows, words=labels)
