"""Companies of a chunk that nobody touched go together, in a few statements; all others go back one by one (undoing)."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import and_, delete, or_, select

from crm.audit import service as audit
from crm.companies import hooks, index
from crm.companies.decisions import company_side
from crm.companies.imports import undoing
from crm.companies.models import (
    Company,
    CompanyKey,
    CompanyName,
    CompanyNode,
    CompanyRelation,
    Credential,
    NameDecision,
    PendingKey,
)
from crm.core.errors import UserError
from crm.imports.kinds import Context, Row, Trace
from crm.kit import db

_NAMES = CompanyName.__tablename__
Pair = tuple[Row, Trace]


def undo_many(context: Context, pairs: Sequence[Pair]) -> list[list[str] | None]:
    """Take back the rows that did nothing but make a company which is still as it was made: [] for each.

    None for a row that is to be taken back by itself: it changed something, or somebody has touched what it made.
    """
    made = {number: pair for pair in pairs if (number := _only_made(pair[1])) is not None}
    locked = select(Company).where(Company.id.in_(made)).with_for_update(key_share=True)
    companies = {one.id: one for one in db.session.scalars(locked)} if made else {}
    names = _names_of(companies)
    untouched = _untouched(context, companies, made, names)
    if untouched:
        _forget(context, untouched, [name for one in untouched for name in names[one.id]])
    gone = {one.id for one in untouched}
    return [[] if _only_made(trace) in gone else None for _row, trace in pairs]


def _only_made(trace: Trace) -> int | None:
    """Return the one company that a row made with its names, if that is all it did."""
    numbers = [int(number) for table, number in trace.made if table == undoing.COMPANIES]
    others = {table for table, _number in trace.made} - {undoing.COMPANIES, _NAMES}
    return numbers[0] if len(numbers) == 1 and not others and not trace.changed else None


def _names_of(companies: dict[int, Company]) -> dict[int, list[CompanyName]]:
    found: dict[int, list[CompanyName]] = defaultdict(list)
    for name in db.session.scalars(select(CompanyName).where(CompanyName.company_id.in_(companies))):
        found[name.company_id].append(name)
    return found


def _untouched(
    context: Context, companies: dict[int, Company], made: dict[int, Pair], names: dict[int, list[CompanyName]]
) -> list[Company]:
    """Return the companies on which nothing stands but what their row put there, and for whose keys nobody waits."""
    if not companies:
        return []
    busy = hooks.in_use_among(companies) | _linked(companies) | _waited_for(companies)
    nodes: dict[int, set[int]] = defaultdict(set)
    mine = select(CompanyNode.company_id, CompanyNode.node_id).where(CompanyNode.company_id.in_(companies))
    for company_id, node_id in db.session.execute(mine):
        nodes[company_id].add(node_id)
    titled = set(db.session.scalars(select(Credential.company_id).where(Credential.company_id.in_(companies))))
    found = []
    for number, company in companies.items():
        row, trace = made[number]
        own = {int(one) for table, one in trace.made if table == _NAMES}
        if number in busy or own != {name.id for name in names[number]}:
            continue
        try:
            if undoing.is_as_made(context, row.given, company, nodes[number], titled=number in titled):
                found.append(company)
        except UserError:
            continue  # what could be stored then cannot be now: the way of single rows says so
    return found


def _linked(companies: dict[int, Company]) -> set[int]:
    ends = (CompanyRelation.from_id, CompanyRelation.to_id)
    either = or_(*(end.in_(companies) for end in ends))
    return {number for pair in db.session.execute(select(*ends).where(either)) for number in pair}


def _waited_for(companies: dict[int, Company]) -> set[int]:
    same = and_(CompanyKey.kind == PendingKey.kind, CompanyKey.key == PendingKey.key)
    query = select(CompanyKey.company_id).join(PendingKey, same).where(CompanyKey.company_id.in_(companies))
    return set(db.session.scalars(query))


def _forget(context: Context, companies: Sequence[Company], names: Sequence[CompanyName]) -> None:
    for one in companies:
        audit.record(context.actor, "company.import_undone", one, name=(one.name, None), uscc=(one.uscc, None))
    db.session.flush()
    ids = [one.id for one in companies]
    sides = [company_side(number) for number in ids]
    db.session.execute(delete(NameDecision).where(or_(NameDecision.left.in_(sides), NameDecision.right.in_(sides))))
    for model in undoing.GOES_WITH:
        db.session.execute(delete(model).where(model.company_id.in_(ids)))
    index.drop_grams_of(names)
    db.session.execute(delete(CompanyName).where(CompanyName.company_id.in_(ids)))
    db.session.execute(delete(Company).where(Company.id.in_(ids)))
    for one in companies:
        db.session.expunge(one)
        hooks.standing_changed(one.id)
