"""What waits for a person today, from every room that knows of something."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from crm.core.permissions import Permission
from crm.interactions import queries
from crm.interactions.models import Interaction
from crm.kit import registries
from crm.kit.access import Actor
from crm.kit.registries import DueItem

_LIGHTS = {"bad": 0, "warn": 1, "ok": 2, "hold": 3}


def all_due(actor: Actor, today: date) -> list[DueItem]:
    """Return everything that waits for the person, the overdue first, then by day."""
    items = [item for ask in registries.due_items for item in ask(actor, today)]
    return sorted(items, key=lambda i: (_LIGHTS.get(i.light, 2), i.due_on or today, i.title))


def due_items(actor: Actor, today: date) -> Sequence[DueItem]:
    """Return the person's next steps that are due today or overdue."""
    if not actor.can(Permission.LEAD_WRITE):
        return []
    return [_item(row, today) for row in queries.due_steps(actor, today)]


def _item(row: Interaction, today: date) -> DueItem:
    assert row.next_on is not None
    late = (today - row.next_on).days
    firm, about, subject = _subject(row)
    return DueItem(
        kind="interaction.next",
        title=firm,
        detail=about,
        todo=row.next_step or _("跟进"),
        url=f"/interactions/new?{subject}",
        due_on=row.next_on,
        light="bad" if late > 0 else "warn",
        clock=_("超期 %(n)s 天", n=late) if late > 0 else _("今天"),
        button=_("记一笔"),
    )


def _subject(row: Interaction) -> tuple[str, str, str]:
    """The firm, what it is about, and the query of the page where the next contact is noted."""
    if row.project is not None:
        return row.project.firm, row.project.title, f"project={row.project.public_id}"
    if row.lead is not None:
        firm = row.lead.company.name if row.lead.company is not None else row.lead.company_text
        return firm, row.lead.title, f"lead={row.lead.public_id}"
    name, public_id = (row.company.name, row.company.public_id) if row.company is not None else ("", "")
    return name, "", f"company={public_id}"
