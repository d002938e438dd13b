"""Taking back what a row made and changed; what people did since stays, and is said."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, or_, select

from crm.audit import service as audit
from crm.companies import hooks, index, keys, labels, service
from crm.companies.decisions import company_side
from crm.companies.imports import making, snapshots
from crm.companies.keys import Key
from crm.companies.models import (
    Company,
    CompanyKey,
    CompanyName,
    CompanyNode,
    CompanyRelation,
    CompanySource,
    Credential,
    FactSource,
    NameDecision,
    PendingKey,
)
from crm.imports.kinds import Context, Row, Trace
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.words import joined
from crm.kit.words import say as _

COMPANIES = Company.__tablename__
Change = tuple[str, str, Any, Any]  # table, field, old, new
GOES_WITH = (CompanyKey, PendingKey, CompanyNode, Credential, CompanySource, FactSource)


def undo(context: Context, row: Row, trace: Trace) -> list[str]:
    """Take back one row. Returns sentences about what stays; then nothing of the row was taken back."""
    return take_back(context, row.given, trace)


def take_back(context: Context, given: Mapping[str, Any], trace: Trace) -> list[str]:
    """Take back the companies, relations and changes of a trace; ``given`` is what a company of it was made of."""
    made = {int(number) for table, number in trace.made if table == COMPANIES}
    for company_id in made:
        company = db.session.scalar(select(Company).where(Company.id == company_id).with_for_update(key_share=True))
        if company is None:
            continue
        names = {int(number) for table, number in trace.made if table == CompanyName.__tablename__}
        uses, others = hooks.in_use(company.id, _seen_from(context))
        touched = _touched(context, given, company, names, _relations(trace), uses)
        if touched:
            return [touched]
        _forget(context, company, others=others)
    stays = _take_changes_back(context, trace, made)
    if not made:
        stays += _take_links_back(trace)
    return stays


def _touched(
    context: Context,
    given: Mapping[str, Any],
    company: Company,
    names: set[int],
    relations: set[int],
    uses: Sequence[str],
) -> str:
    """Say in a sentence why a company that the batch made has to stay; empty when it is as it was made."""
    if not _as_made(context, given, company):
        return _("“%(name)s”导入后有人改过或公开过，保留。", name=company.name)
    now = set(db.session.scalars(select(CompanyName.id).where(CompanyName.company_id == company.id)))
    linked = select(CompanyRelation.id).where(
        or_(CompanyRelation.from_id == company.id, CompanyRelation.to_id == company.id)
    )
    if now != names or not relations >= set(db.session.scalars(linked)):
        return _("“%(name)s”导入后有人补了名称或关联，保留。", name=company.name)
    if uses:
        return _("“%(name)s”已用于%(uses)s，保留。", name=company.name, uses=joined("、", uses))
    return ""


def _seen_from(context: Context) -> int | None:
    return None if context.actor.is_center else context.actor.org_id


def _as_made(context: Context, given: Mapping[str, Any], company: Company) -> bool:
    nodes = select(CompanyNode.node_id).where(CompanyNode.company_id == company.id)
    titled = select(Credential.id).where(Credential.company_id == company.id).limit(1)
    found = set(db.session.scalars(nodes))
    return is_as_made(context, given, company, found, titled=db.session.scalar(titled) is not None)


def is_as_made(context: Context, given: Mapping[str, Any], company: Company, nodes: set[int], *, titled: bool) -> bool:
    """Compare the company with the row it was made of: what was changed and taken back in between does not count."""
    made = making.values_of(context, given)
    return (
        all(getattr(company, name) == value for name, value in made.items())
        and (company.opened_at is None) == (not making.opens(context))
        and (company.host_org_id, company.retired_at, company.merged_into_id) == (None, None, None)
        and nodes == set(making.nodes_of(given))
        and not titled
    )


def _relations(trace: Trace) -> set[int]:
    return {int(number) for table, number in trace.made if table == CompanyRelation.__tablename__}


def _forget(context: Context, company: Company, *, others: bool) -> None:
    """Delete a company nobody touched, with everything that hangs on it."""
    audit.record(context.actor, "company.import_undone", company, name=(company.name, None), uscc=(company.uscc, None))
    db.session.flush()
    if others:
        _leave_to_center(company)
        return
    side = company_side(company.id)
    waiting = keys.waiting(_keys(company))
    db.session.execute(delete(NameDecision).where(or_(NameDecision.left == side, NameDecision.right == side)))
    ends = or_(CompanyRelation.from_id == company.id, CompanyRelation.to_id == company.id)
    db.session.execute(delete(CompanyRelation).where(ends))
    for model in GOES_WITH:
        db.session.execute(delete(model).where(model.company_id == company.id))
    snapshots.drop_names(company.id)
    db.session.execute(delete(Company).where(Company.id == company.id))
    db.session.expunge(company)
    hooks.standing_changed(company.id)
    for row in db.session.scalars(select(Company).where(Company.id.in_(waiting), Company.id != company.id)).all():
        service.retry_waiting(Actor.system(), row)


def _keys(company: Company) -> list[Key]:
    rows = db.session.scalars(select(CompanyKey).where(CompanyKey.company_id == company.id))
    return [Key(row.kind, row.key) for row in rows]


def _leave_to_center(company: Company) -> None:
    """Something of another unit hangs on the row, and this unit must not learn it (S1): for this unit the row is gone."""
    for name in db.session.scalars(select(CompanyName).where(CompanyName.company_id == company.id)):
        index.drop_grams(name)
        name.org_id = None
    company.entered_org_id = company.entered_by_id = None
    company.version += 1
    company.updated_at = clock.now()
    db.session.flush()


def _take_changes_back(context: Context, trace: Trace, gone: set[int]) -> list[str]:
    """Put fields and hanging rows back where they still are as the batch left them."""
    stays: list[str] = []
    by_company: dict[int, list[Change]] = {}
    for table, number, name, old, new in trace.changed:
        if int(number) not in gone:
            by_company.setdefault(int(number), []).append((table, name, old, new))
    for company_id, changes in by_company.items():
        company = db.session.scalar(select(Company).where(Company.id == company_id).with_for_update(key_share=True))
        if company is None or company.merged_into_id is not None:
            stays.append(_("改动过的企业已被合并或删除，保留现状。"))
            continue
        stays += _put_back(context, company, changes)
    return stays


def _put_back(context: Context, company: Company, changes: Sequence[Change]) -> list[str]:
    """Names, keys and seat go back together or not at all; any other field by itself."""
    stays: list[str] = []
    undone: dict[str, tuple[Any, Any]] = {}
    fields = {name: (old, new) for table, name, old, new in changes if table == COMPANIES}
    sources = {name: old for table, name, old, _new in changes if table == FactSource.__tablename__}
    hanging = [(table, old, new) for table, _name, old, new in changes if table in snapshots.BY_TABLE]
    identity = [one for one in hanging if one[0] != CompanyNode.__tablename__]
    together = {name: pair for name, pair in fields.items() if name in snapshots.IDENTITY}
    if _is_still(company, together) and all(snapshots.stands(company, table, new) for table, _old, new in identity):
        undone |= {name: _set(company, name, old) for name, (old, _new) in together.items()}
        db.session.flush()
        for table, old, _new in identity:
            snapshots.put_back(company, table, old)
    elif identity or together:
        stays.append(_("“%(name)s”的名称、代码或所在地后来又改过，保留。", name=company.name))
    for table, old, new in hanging:
        if table == CompanyNode.__tablename__ and snapshots.stands(company, table, new):
            snapshots.put_back(company, table, old)
        elif table == CompanyNode.__tablename__:
            stays.append(_("“%(name)s”的产业链环节后来又改过，保留。", name=company.name))
    for name, (old, new) in fields.items():
        if name in together:
            continue
        if _is_still(company, {name: (old, new)}):
            undone[name] = _set(company, name, old)
        else:
            field = labels.FIELDS.get(name, name)
            stays.append(_("“%(name)s”的%(field)s后来又改过，保留。", name=company.name, field=field))
    snapshots.put_sources_back(company.id, {name: old for name, old in sources.items() if name in undone})
    company.version += 1
    company.updated_at = clock.now()
    db.session.flush()
    audit.record(context.actor, "company.import_undone", company, org_id=None, **undone)
    hooks.standing_changed(company.id)
    return stays


def _is_still(company: Company, fields: Mapping[str, tuple[Any, Any]]) -> bool:
    return all(snapshots.plain(getattr(company, name)) == new for name, (_old, new) in fields.items())


def _set(company: Company, name: str, old: Any) -> tuple[Any, Any]:
    was, value = getattr(company, name), snapshots.typed(Company, name, old)
    setattr(company, name, value)
    return was, value


def _take_links_back(trace: Trace) -> list[str]:
    for table, number in reversed(trace.made):
        if table == CompanyRelation.__tablename__:
            db.session.execute(delete(CompanyRelation).where(CompanyRelation.id == int(number)))
    return []
