"""Which company a filed text is: found by pick or key, or made; the same for every writer, whoever sees what (S0, S6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from crm.companies import facts, keys, queries
from crm.companies.keys import Key
from crm.companies.models import GROUP_KINDS, Company, CompanyRelation
from crm.companies.service import Taken, open_company, register_company
from crm.core.errors import Conflict, NotFound
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.words import joined
from crm.kit.words import say as _

_TRIES = 4


@dataclass(frozen=True, slots=True)
class Filed:
    """What a filed text leads to.

    ``company``: a row the unit may see. ``identity_id``: the company that owns its key, maybe another unit's row that
    is not open. ``other_ids``: companies to which other keys of the same text lead; then nothing may be held.
    """

    company: Company
    identity_id: int
    other_ids: tuple[int, ...] = ()


@db.transactional
def find_or_make(
    actor: Actor,
    *,
    name: str,
    uscc: str | None = None,
    picked_id: str | int | None = None,
    province: str = "",
    city: str = "",
    **given: Any,
) -> Filed:
    """Return the company that a text means for this unit, making a row if its keys lead to none that it may see.

    ``picked_id``: public or inner id of the row that a person chose. Safe against concurrent writers: on a broken key it reads again.
    Raises Invalid for a name or code that cannot be, Conflict when a visible company carries another code.
    """
    name, uscc = facts.clean_name(name), facts.clean_code(uscc)
    wanted = keys.keys_of(name, uscc)
    picked = _picked(actor, picked_id)
    for _attempt in range(_TRIES):
        owners = keys.owners(wanted)
        company = picked or _seen_among(actor, owners) or _own_waiting(actor, wanted)
        if company is not None:
            _add_code(actor, company, uscc)
            return _filed(company, wanted)
        try:
            with db.session.begin_nested():
                company = register_company(actor, name=name, uscc=uscc, province=province, city=city, **given)
        except Taken:
            continue  # another writer was faster: what it wrote is there to be read now
        return _filed(company, wanted)
    raise Conflict(_("同一企业正在被登记，请稍后再试。"), "name")


def identities_of(name: str | None, uscc: str | None = None) -> list[int]:
    """Return the companies of all units to which a name and a code lead, the code first. Never to be shown to a unit."""
    wanted = keys.keys_of(name, uscc)
    return _settled([*keys.owners(wanted), *keys.waiting(wanted)])


def group_of(company_id: int, org_id: int | None = None) -> set[int]:
    """Return the companies of the same group, itself left out: parents, branches, controllers, brands, and siblings.

    By open relations, and those noted by the unit ``org_id``: what one unit notes must not weigh on another.
    """
    near = _linked({company_id}, org_id, up=True, down=True)
    parents = _linked({company_id}, org_id, up=True, down=False)
    siblings = _linked(parents, org_id, up=False, down=True) if parents else set()
    return (near | siblings) - {company_id}


def _linked(company_ids: set[int], org_id: int | None, *, up: bool, down: bool) -> set[int]:
    open_to = or_(CompanyRelation.org_id.is_(None), CompanyRelation.org_id == org_id)
    query = select(CompanyRelation.from_id, CompanyRelation.to_id).where(
        CompanyRelation.kind.in_(GROUP_KINDS),
        or_(CompanyRelation.from_id.in_(company_ids), CompanyRelation.to_id.in_(company_ids)),
        open_to,
        queries.in_force(),
    )
    found: set[int] = set()
    for parent, child in db.session.execute(query):
        if up and child in company_ids:
            found.add(parent)
        if down and parent in company_ids:
            found.add(child)
    return found


def _picked(actor: Actor, picked_id: str | int | None) -> Company | None:
    if not picked_id:
        return None
    if isinstance(picked_id, int):
        found = queries.company_of(actor, picked_id)
    else:
        found = queries.find_company(actor, picked_id)
    if found is None:
        raise NotFound
    return found


def _seen_among(actor: Actor, owners: Sequence[int]) -> Company | None:
    """Return the first visible owner: the owners come with the strongest key first."""
    seen = queries.companies_of(actor, owners)
    return next((seen[owner] for owner in owners if owner in seen), None)


def _own_waiting(actor: Actor, wanted: Sequence[Key]) -> Company | None:
    """Return the unit's own row on which one of the keys waits, because its owner is another unit's."""
    own = keys.waiting(wanted, queries.visible_to(actor), Company.entered_org_id == actor.org_id)
    return queries.company_of(actor, own[0]) if own else None


def _add_code(actor: Actor, company: Company, uscc: str | None) -> None:
    """Let a typed code lead to the row. An open row is not changed by filing: for others it must look as before (S1)."""
    key = keys.code_key(uscc)
    if key is None or company.uscc == uscc:
        return
    owners = keys.owners([key])
    if company.id in owners:
        return  # the code of a company that was merged into this one
    if company.uscc is not None:
        message = _(
            "“%(name)s”在企业库里的代码尾号是 %(tail)s，与填写的不一致。", name=company.name, tail=company.uscc[-4:]
        )
        raise Conflict(joined("", (message, _("请核对；确为同名的另一家，请市招商服务中心确认。"))), "uscc")
    if owners:
        return  # it joins two records: the caller hears of both
    if company.opened_at is not None and not actor.is_center:
        keys.let_wait(company.id, key)
    elif keys.take(company.id, key) is None:
        company.uscc = uscc


def _filed(company: Company, wanted: Sequence[Key]) -> Filed:
    """Join what a person sees with what the keys say. A row with a waiting key stands for the company that owns it."""
    found = _settled([company.id, *keys.owners(wanted), *keys.waiting(wanted)])
    return Filed(company, found[0], tuple(found[1:]))


def _settled(company_ids: Iterable[int]) -> list[int]:
    """Replace rows that wait for their keys by the companies that own them, merged rows by their survivors."""
    wanted = list(dict.fromkeys(company_ids))
    rows = {row.id: row for row in db.session.scalars(select(Company).where(Company.id.in_(wanted)))} if wanted else {}
    behind = keys.holders_behind([row.id for row in rows.values() if row.key_pending])
    found: list[int] = []
    for company_id in wanted:
        row = rows[company_id]
        holders = behind.get(company_id, [])
        if row.opened_at is not None or not holders:
            found.append(row.merged_into_id or company_id)
        found.extend(holders)
    return list(dict.fromkeys(found))


__all__ = ["Filed", "find_or_make", "group_of", "identities_of", "open_company"]
