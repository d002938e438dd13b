"""What of the contacts made at fairs waits for a person today."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from crm.core.permissions import Permission, Role
from crm.fairs import met
from crm.kit.access import Actor
from crm.kit.registries import DueItem


def due_items(actor: Actor, today: date) -> Sequence[DueItem]:
    """Return the contacts that a person follows and that are due; for the head of a unit, how many of it are overdue."""
    if not actor.can(Permission.FAIR_WRITE):
        return []
    found, waiting = [], met.waiting(actor, today)
    for row in waiting.contacts:
        due = met.waits_on(row) or today
        days = (today - due).days
        found.append(
            DueItem(
                kind="fair_contact",
                title=row.company_text,
                detail=f"{row.edition.fair.name} {row.edition.title}",
                todo=row.next_step or _("%(rating)s 级客商，请跟进", rating=row.rating.value),
                url=f"/fairs/contacts/{row.public_id}#follow",
                due_on=due,
                light="bad" if days else "warn",
                clock=_("超期 %(n)s 天", n=days) if days else _("今天"),
                button=_("记跟进"),
            )
        )
    number = waiting.late if Role.MANAGER in actor.roles else 0
    if number:
        found.append(
            DueItem(
                kind="fair_contact",
                title=_("展会接触超期"),
                detail=_("本单位 %(n)s 条", n=number),
                todo=_("请督促跟进或改派"),
                url="/fairs/contacts/?view=late",
                due_on=None,
                light="bad",
                button=_("看超期"),
            )
        )
    return found
