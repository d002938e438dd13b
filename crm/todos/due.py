"""What of the tasks waits for a person today."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from crm.core.permissions import Permission
from crm.kit.access import Actor
from crm.kit.registries import DueItem
from crm.todos import queries
from crm.todos.subjects import About


def due_items(actor: Actor, today: date) -> Sequence[DueItem]:
    """Return the person's open tasks that are due today or overdue."""
    if not actor.can(Permission.LEAD_WRITE):
        return []
    found = []
    for row in queries.due_todos(actor, today):
        late = (today - row.due_on).days
        about = About.of(row).title
        by = _("%(name)s 交办", name=row.by.name) if row.by_id != row.owner_id else ""
        found.append(
            DueItem(
                kind="todo",
                title=about or row.title,
                detail=by,
                todo=row.title if about else row.words,
                url=f"/todos/{row.public_id}",
                due_on=row.due_on,
                light="bad" if late else "warn",
                clock=_("超期 %(n)s 天", n=late) if late else _("今天"),
                button=_("办结"),
            )
        )
    return found
