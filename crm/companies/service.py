"""Writing companies: a row with its legal name and keys, corrections, opening to the city."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from crm.audit import service as audit
from crm.companies import facts, hooks, index, keys, queries, sources
from crm.companies.keys import Key
from crm.companies.models import Company, CompanyName, KeyKind, NameKind
from crm.core import names
from crm.core.errors import Conflict, Stale
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.words import say as _

_FIELDS = {KeyKind.USCC: "uscc", KeyKind.REG: "reg_no", KeyKind.NAME: "name"}


class Taken(Conflict):
    """A key leads to a company that the actor may see: ``company_id``."""

    def __init__(self, message: str, field: str, company_id: int) -> None:
        super().__init__(message, field)
        self.company_id = company_id


@db.transactional
def register_company(
    actor: Actor,
    *,
    name: str,
    uscc: str | None = None,
    homonym: bool = False,
    opened_how: str = "",
    is_sample: bool = False,
    source: str = "",
    **given: Any,
) -> Company:
    """Make a company with its legal name and keys. A unit's row is seen by the unit and the centre until it is opened.

    What the centre, the plan, a public list or the system enters is open at once; ``opened_how`` says how it came.
    ``homonym``: the centre confirms another company of the same name. ``given``: see ``facts.FACTS``.
    Raises Forbidden, Invalid, or Taken (a Conflict) when a key leads to a company that the actor may see.
    """
    authorize(actor, Permission.COMPANY_WRITE)
    name, uscc = facts.clean_name(name), facts.clean_code(uscc)
    now = clock.now()
    opened = actor.is_center
    company = Company(
        name=name,
        name_pinyin=names.pinyin(name)[:400],
        uscc=uscc,
        opened_at=now if opened else None,
        opened_how=(opened_how or ("system" if actor.is_system else "center")) if opened else "",
        entered_org_id=None if actor.is_system else actor.org_id,
        entered_by_id=None if actor.is_system else actor.user_id,
        is_sample=is_sample,
        created_at=now,
        updated_at=now,
        **facts.clean_facts(given),
    )
    db.session.add(company)
    db.session.flush()
    sources.note(actor, {company.id: sources.said(company)}, source or sources.BY_HAND)
    index.store_name(company, name, NameKind.LEGAL, org_id=None if opened else actor.org_id, source=source)
    place_keys(actor, company, keys.keys_of(name, uscc, company.reg_no, company.country), homonym=homonym and opened)
    audit.record(actor, "company.registered", company, name=name, uscc=uscc)
    return company


@db.transactional
def edit_company(
    actor: Actor, company: Company, version: int | str | None, *, source: str = "", **changes: Any
) -> Company:
    """Correct facts, name or code. Keys and names follow: a former name goes on leading to the company.

    ``source``: where the values come from; else it is the actor's own word.
    Raises Stale when somebody saved since the form was filled, Conflict when a unit renames a row that is open,
    and what ``register_company`` raises.
    """
    authorize(actor, Permission.COMPANY_WRITE)
    company = lock(actor, company.id)
    db.check_version(company, version)
    name = facts.clean_name(changes.pop("name", company.name))
    uscc = facts.clean_code(changes.pop("uscc", company.uscc))
    _check_identity(actor, company, name, uscc)
    changed: dict[str, tuple[Any, Any]] = {}
    seat = (company.province, company.city)
    for field, value in facts.clean_facts(changes).items():
        if getattr(company, field) != value:
            changed[field] = (getattr(company, field), value)
            setattr(company, field, value)
    if uscc != company.uscc:
        changed["uscc"] = (company.uscc, uscc)
        _change_code(actor, company, uscc)
    if "reg_no" in changed or "country" in changed:
        old = [changed.get(name, (getattr(company, name),))[0] for name in ("reg_no", "country")]
        keys.release(company.id, KeyKind.REG, keys.reg_key(*old))
        reg = keys.reg_key(company.reg_no, company.country)
        place_keys(actor, company, [reg] if reg else [])
    if name != company.name:
        changed["name"] = (company.name, name)
        _rename(actor, company, name)
    elif seat != (company.province, company.city):
        index.index_company(company)
    company.updated_at = clock.now()
    db.session.flush()
    sources.note(actor, {company.id: changed}, source or sources.BY_HAND)
    if changed:
        audit.record(actor, "company.edited", company, org_id=None, **changed)
        hooks.standing_changed(company.id)
    return company


@db.transactional
def open_company(actor: Actor, company_id: int, how: str) -> Company:
    """Open a row to the whole city with its names (S0): by verification, the centre, or an announced signing.

    ``actor`` is who decided; the caller has checked the right to it. A row that is open stays as it is.
    """
    company = db.session.get_one(Company, company_id, with_for_update={"key_share": True}, populate_existing=True)
    if company.opened_at is not None:
        return company
    company.opened_at = clock.now()
    company.opened_how = how
    company.updated_at = company.opened_at
    company.version += 1
    db.session.flush()
    index.open_names(company, aliases=actor.is_center)
    retry_waiting(actor, company)
    audit.record(actor, "company.opened", company, how=how)
    hooks.company_opened(actor, company)
    return company


def lock(actor: Actor, company_id: int) -> Company:
    """Return a visible company with its row locked, as it is now. Raises NotFound, Merged when it went into another."""
    query = (
        select(Company)
        .where(Company.id == company_id, queries.visible_to(actor))
        .with_for_update(of=Company, key_share=True)
    )
    company = db.session.scalar(query.execution_options(populate_existing=True))
    if company is None:
        public_id = db.session.scalar(select(Company.public_id).where(Company.id == company_id))
        raise queries.gone(actor, public_id or "")
    return company


def place_keys(actor: Actor, company: Company, wanted: Sequence[Key], *, homonym: bool = False) -> None:
    """Give the company its keys. A key on another unit's unopened row waits, is told to the centre, and is no error (S6).

    Raises Taken when the holder is visible to the actor, or when the key waits on another row of the own unit.
    """
    collided: list[tuple[Key, int]] = []
    for key in keys.strongest_first(wanted):
        number = keys.next_homonym(key) if homonym and key.kind is KeyKind.NAME else 0
        holder = keys.take(company.id, key, number)
        if holder is not None:
            _refuse_if_seen(actor, key, holder)
            collided.append((key, holder))
    if not collided:
        return
    # Locked in one order, so that two writers of one unit see each other's waiting keys (and never each other's lock).
    for holder in sorted({holder for _key, holder in collided}):
        db.session.scalar(select(Company.id).where(Company.id == holder).with_for_update(key_share=True))
    for key, holder in collided:
        for known in keys.waiting([key], Company.entered_org_id == company.entered_org_id, Company.id != company.id):
            _refuse_if_seen(actor, key, known)
        keys.let_wait(company.id, key)
        company.key_pending = True
        hooks.key_collided(actor, company, key.kind, key.key, holder)
    db.session.flush()


def retry_waiting(actor: Actor, company: Company) -> None:
    """Take the waiting keys that have become free; the centre hears of the others again."""
    still = False
    for key in keys.waiting_of(company.id):
        holder = keys.take(company.id, key)
        if holder is None:
            keys.stop_waiting(company.id, key)
            if key.kind is KeyKind.USCC and company.uscc is None:
                company.uscc = key.key
        else:
            still = True
            hooks.key_collided(actor, company, key.kind, key.key, holder)
    company.key_pending = still
    db.session.flush()


def _refuse_if_seen(actor: Actor, key: Key, holder: int) -> None:
    seen = queries.company_of(actor, holder)
    if seen is None:
        return
    if seen.retired_at is not None:
        raise Taken(
            _("“%(name)s”在企业库里，但已停用；需要恢复请联系市招商服务中心。", name=seen.name),
            _FIELDS[key.kind],
            seen.id,
        )
    if key.kind is KeyKind.USCC:
        message = _("该代码已登记在“%(name)s”名下。请直接选用该企业。", name=seen.name)
    elif key.kind is KeyKind.REG:
        message = _("该注册号已登记在“%(name)s”名下。请直接选用该企业。", name=seen.name)
    else:
        message = _(
            "企业库里已有“%(name)s”，是同一家。请直接选用；确为同名的另一家，请市招商服务中心确认。", name=seen.name
        )
    raise Taken(message, _FIELDS[key.kind], seen.id)


def _check_identity(actor: Actor, company: Company, name: str, uscc: str | None) -> None:
    """On an open row the whole city relies on name and code: a unit may add a missing code, the centre corrects them."""
    if actor.is_center or company.opened_at is None:
        return
    if name != company.name:
        raise Conflict(_("已公开企业的名称由市招商服务中心更正。您可以在“名称与关联”里补一个又名。"), "name")
    if company.uscc is not None and uscc != company.uscc:
        raise Conflict(_("已公开企业的代码由市招商服务中心更正。"), "uscc")


def _change_code(actor: Actor, company: Company, uscc: str | None) -> None:
    keys.release(company.id, KeyKind.USCC, keys.code_key(company.uscc))
    company.uscc = uscc
    key = keys.code_key(uscc)
    place_keys(actor, company, [key] if key else [])
    company.key_pending = bool(keys.waiting_of(company.id))


def _rename(actor: Actor, company: Company, name: str) -> None:
    """Store the new legal name; the old one becomes a former name, and its key goes on leading here."""
    key, old = keys.name_key(name), keys.name_key(company.name)
    if key is not None and key != old:
        place_keys(actor, company, [key])
    legal = db.session.scalars(
        select(CompanyName).where(CompanyName.company_id == company.id, CompanyName.kind == NameKind.LEGAL)
    ).all()
    for row in legal:
        if names.normal(row.text) == names.normal(name):
            index.remove_name(row)  # only written otherwise
        else:
            row.kind, row.valid_to = NameKind.FORMER, clock.today()
    db.session.flush()
    company.name, company.name_pinyin = name, names.pinyin(name)[:400]
    index.store_name(company, name, NameKind.LEGAL, org_id=None if company.opened_at else company.entered_org_id)
    index.index_company(company)


__all__ = ["Stale", "Taken", "edit_company", "lock", "open_company", "place_keys", "register_company", "retry_waiting"]
