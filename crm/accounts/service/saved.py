"""Keeping a list as one likes it: save, rename, share, pin, delete."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.accounts.models import SavedView
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.lists import QUERY_LIMIT, ListPage

NAME_LIMIT = 40
MOST_OWN = 100


@dataclass(frozen=True)
class ViewInput:
    """What a person says of a view. ``shared``: with the own unit, from the city centre with all units."""

    name: str
    shared: bool = False
    pinned: bool = False


@db.transactional
def save_view(actor: Actor, page: ListPage, query: str, data: ViewInput) -> SavedView:
    """Save filter, columns and sort of a list under a name. Raises Invalid, or Conflict for a name one has already."""
    authorize(actor, page.permission)
    _check(data, query)
    own = select(func.count()).select_from(SavedView).where(SavedView.owner_id == actor.user_id)
    if (db.session.scalar(own) or 0) >= MOST_OWN:
        raise Conflict(_("您的视图太多了，请先删除不用的。"))
    view = SavedView(
        public_id=db.new_public_id(),
        owner_id=actor.user_id,
        page=page.page,
        query=query,
        created_at=clock.now(),
        version=1,
    )
    _fill(actor, view, data)
    with db.unique("name", _("您在这个清单上已有同名视图，请换个名称。")):
        db.session.add(view)
    audit.record(actor, "saved_view.saved", view, name=view.name, shared=data.shared, query=query)
    return view


@db.transactional
def edit_view(actor: Actor, view: SavedView, data: ViewInput, version: int | str | None) -> SavedView:
    """Rename, share or pin an own view. Raises Stale, Invalid, Conflict."""
    view = _own(actor, view)
    _check(data, view.query)
    db.check_version(view, version)
    old = {"name": view.name, "shared": view.org_id is not None, "pinned": view.pinned}
    with db.unique("name", _("您在这个清单上已有同名视图，请换个名称。")):
        _fill(actor, view, data)
    new = {"name": view.name, "shared": data.shared, "pinned": data.pinned}
    changes: dict[str, Any] = {name: (old[name], new[name]) for name in new}
    audit.record(actor, "saved_view.changed", view, **changes)
    return view


@db.transactional
def set_query(actor: Actor, view: SavedView, query: str) -> SavedView:
    """Let an own view show what the list shows now."""
    view = _own(actor, view)
    _check(ViewInput(view.name), query)
    old, view.query = view.query, query
    view.version += 1
    audit.record(actor, "saved_view.changed", view, query=(old, query))
    return view


@db.transactional
def delete_view(actor: Actor, view: SavedView) -> None:
    """Remove an own view; nothing that it showed is touched."""
    view = _own(actor, view)
    audit.record(actor, "saved_view.deleted", ("saved_view", view.id, view.public_id), name=(view.name, None))
    db.session.delete(view)


def _own(actor: Actor, view: SavedView) -> SavedView:
    row = db.session.get(SavedView, view.id, populate_existing=True, with_for_update=True)
    if row is None:
        raise Conflict(_("这个视图已被删除。"))
    if row.owner_id != actor.user_id:
        raise Forbidden(_("这是别人的视图，只能由本人修改；您可以另存一份。"))
    return row


def _check(data: ViewInput, query: str) -> None:
    if not data.name.strip():
        raise Invalid(_("请给视图起个名称，例如“本月要开工的”。"), field="name")
    if len(data.name.strip()) > NAME_LIMIT:
        raise Invalid(_("名称最多 %(n)s 个字。", n=NAME_LIMIT), field="name")
    if len(query) > QUERY_LIMIT:
        raise Invalid(_("条件太多，存不下。请去掉一些条件。"), field="name")


def _fill(actor: Actor, view: SavedView, data: ViewInput) -> None:
    view.name = data.name.strip()
    view.org_id = actor.org_id if data.shared else None
    view.pinned = data.pinned
