"""Held here or held elsewhere, as far as S4 lets it be known: of firms that the centre gave to a unit, from a list of its own.

The answer is one of three words. It names no unit, date or stage; of every other firm there is no answer at all.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from crm.accounts.models import Org, OrgKind
from crm.claims import rivals
from crm.fairs.models import EditionList, MatchItem
from crm.imports.models import ImportBatch
from crm.kit import db
from crm.kit.access import Actor

OWN, OTHER, NONE, UNKNOWN = "own", "other", "none", "unknown"


def standing(actor: Actor, items: Sequence[MatchItem]) -> dict[int, str]:
    """Return by item id: own, other or none, or unknown where no company is settled. What may not be known is not in it.

    The items come through the reader's scope, with their exhibitors loaded.
    """
    told = [one for one in items if _given(actor, one)]
    if not told:
        return {}
    lists = _of_the_center({one.exhibitor.list_id for one in told if one.exhibitor.list_id is not None})
    told = [one for one in told if one.exhibitor.list_id in lists]
    holders = holders_of(one.exhibitor.company_id for one in told)
    return {one.id: _word(one, holders) for one in told}


def holders_of(company_ids: Iterable[int | None]) -> dict[int, set[int]]:
    """Return, by company, the units that hold a claim on it. For the rule above and the notice to holders alone."""
    found: dict[int, set[int]] = {}
    for claim in rivals.holders({one for one in company_ids if one is not None}):
        if claim.company_id is not None:
            found.setdefault(claim.company_id, set()).add(claim.org_id)
    return found


def _given(actor: Actor, item: MatchItem) -> bool:
    mine = actor.is_center or item.org_id == actor.org_id
    return mine and item.assigned_at is not None and item.dropped_at is None


def _of_the_center(list_ids: set[int]) -> set[int]:
    """Return those lists that the centre attached, with their source (S4)."""
    query = select(EditionList.id).join(ImportBatch, ImportBatch.id == EditionList.batch_id)
    query = query.where(EditionList.id.in_(list_ids), EditionList.source != "")
    center = select(Org.id).where(Org.kind == OrgKind.CITY_CENTER, Org.retired_at.is_(None)).scalar_subquery()
    return set(db.session.scalars(query.where(ImportBatch.org_id == center)))


def _word(item: MatchItem, holders: dict[int, set[int]]) -> str:
    company_id = item.exhibitor.company_id
    if company_id is None:
        return UNKNOWN
    units = holders.get(company_id, set())
    if item.org_id in units:
        return OWN
    return OTHER if units else NONE
