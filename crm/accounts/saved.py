"""Saved views: which ones a person may open on a list, and what stands around the list because of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Org, OrgKind, SavedView
from crm.core.errors import NotFound
from crm.kit import db, lists
from crm.kit.access import Actor, authorize
from crm.kit.lists import COLUMN, SAVED, ListColumn, ListPage

MOST = 60


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The views this person may open: the own ones, those shared in the unit, and those the city centre shares with all.

    A view is a way of looking: what it shows is what its reader may see, never what its owner sees.
    """
    center = select(Org.id).where(Org.kind == OrgKind.CITY_CENTER)
    return or_(SavedView.owner_id == actor.user_id, SavedView.org_id == actor.org_id, SavedView.org_id.in_(center))


def views_on(actor: Actor, page: str) -> Sequence[SavedView]:
    """Return the views of a list that this person may open, pinned ones first."""
    query = select(SavedView).where(visible_to(actor), SavedView.page == page).options(joinedload(SavedView.owner))
    return db.session.scalars(query.order_by(SavedView.pinned.desc(), SavedView.name, SavedView.id).limit(MOST)).all()


def all_views(actor: Actor) -> Sequence[SavedView]:
    """Return every view this person may open on the lists he or she may read, by list and name."""
    pages = [page.page for page in lists.declared.values() if actor.can(page.permission)]
    query = select(SavedView).where(visible_to(actor), SavedView.page.in_(pages)).options(joinedload(SavedView.owner))
    return db.session.scalars(query.order_by(SavedView.page, SavedView.name, SavedView.id).limit(500)).all()


def get_view(actor: Actor, public_id: str) -> SavedView:
    """Return a view this person may open. Raises NotFound, or Forbidden when the list itself is closed to the person."""
    query = select(SavedView).where(SavedView.public_id == public_id, visible_to(actor))
    row = db.session.scalar(query.options(joinedload(SavedView.owner)))
    if row is None or row.page not in lists.declared:
        raise NotFound("没有找到这个视图，它可能已被删除或不再共享。")
    authorize(actor, lists.declared[row.page].permission)
    return row


@dataclass(frozen=True)
class Bar:
    """What a list shows of its views: tabs, the view in force, the columns, and whether the address differs from the view."""

    page: ListPage
    kept: dict[str, list[str]]
    columns: tuple[ListColumn, ...]
    tabs: list[dict[str, Any]]
    others: list[SavedView]
    current: SavedView | None
    own: bool
    changed: bool

    @property
    def keys(self) -> list[str]:
        """The columns that are shown, by key."""
        return [column.key for column in self.columns]

    @property
    def filters(self) -> dict[str, list[str]]:
        """What the form of the columns carries on: everything but the columns."""
        return {name: values for name, values in self.kept.items() if name != COLUMN}


def bar_of(actor: Actor, page: ListPage, args: MultiDict[str, str]) -> Bar:
    """Return what stands around a list: one statement."""
    views = views_on(actor, page.page)
    current = next((view for view in views if view.public_id == args.get(SAVED)), None)
    pinned = [view for view in views if view.pinned and view.owner_id == actor.user_id]
    return Bar(
        page=page,
        kept=page.kept(args),
        columns=page.chosen(args),
        tabs=[
            {
                "label": view.name,
                "url": url_for("accounts.open_view", view=view.public_id),
                "active": view is current,
            }
            for view in (pinned if current in pinned or current is None else [*pinned, current])
        ],
        others=[view for view in views if view not in pinned],
        current=current,
        own=current is not None and current.owner_id == actor.user_id,
        changed=current is not None and current.query != page.query(args),
    )
