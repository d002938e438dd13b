"""What of the campaigns waits for a unit: targets that nobody has been in touch with, one line for each campaign."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _

from crm.core.permissions import Permission
from crm.kit.access import Actor
from crm.kit.registries import DueItem
from crm.targets.lists import progress

_SOON = 7


def due_items(actor: Actor, today: date) -> Sequence[DueItem]:
    """Return the campaigns whose targets of the own unit fall due within a week, or are overdue, untouched.

    The centre gives targets and follows all of them on the pages of its campaigns; its start page asks no more of them.
    """
    if not actor.can(Permission.LIST_WRITE) or actor.is_center:
        return []
    found = []
    for one in progress.waiting(actor, today + timedelta(days=_SOON)):
        late = (today - one.due_on).days
        found.append(
            DueItem(
                kind="target_list",
                title=one.name,
                detail=one.org,
                todo=_("%(n)s 家企业还没有接触", n=one.count),
                url=f"/targets/lists/{one.public_id}?untouched=1",
                due_on=one.due_on,
                light="bad" if late > 0 else "warn",
                clock=_("超期 %(n)s 天", n=late) if late > 0 else _("剩 %(n)s 天", n=-late),
                button=_("去看看"),
            )
        )
    return found
