"""The group of a company: a picture and the same facts as a table."""

from typing import Any

from werkzeug.wrappers import Response

from crm.companies import groups, labels, queries
from crm.companies.views import bp
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import is_fragment, render


@bp.get("/<pid:company>/group")
@requires(Permission.COMPANY_READ)
def group(company: str) -> Response:
    """Draw the group; as a page of its own it lists everybody, beside the company page it is a panel."""
    actor = current_actor()
    row = queries.get_company(actor, company)
    found = groups.group_of(actor, row)
    whole = groups.group_of(actor, row, most=groups.MOST_LISTED) if found.more else found
    return render(
        "companies/group.html",
        fragment="companies/_group.html",
        company=row,
        group=found,
        wide=groups.wide(found),
        narrow=groups.narrow(found),
        lines=lines_of(whole),
        whole=not is_fragment(),
        words=labels,
        what=what,
    )


def lines_of(group: groups.Group) -> list[dict[str, Any]]:
    """Return the table: each member, what it is to the company, and from where that is known."""
    parts = ((group.above, False), (group.beside, True), (group.beneath, False))
    return [
        {"company": one.company, "what": what(one, beside=beside), "row": one.relation}
        for members, beside in parts
        for one in members
    ]


def what(member: groups.Member, *, beside: bool = False) -> str:
    """Return what a member is, in words: to the company, or among its sisters to their common parent."""
    if beside:
        return str(labels.BESIDE[member.relation.kind])
    return str((labels.RELATION if member.above else labels.RELATION_BACK)[member.relation.kind])
