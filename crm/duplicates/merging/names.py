"""Names of both companies become names of the survivor; what only one unit saw stays with that unit (S0, S1)."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from crm.companies import index
from crm.companies.models import Company, CompanyName, NameKind
from crm.core import names as core
from crm.core.names import regions
from crm.duplicates.merging.choices import Plan
from crm.duplicates.merging.moves import Moves, rows_of, table_of
from crm.kit import db

_SPELLED_OUT = (NameKind.LEGAL, NameKind.FORMER)


def names_of(company_ids: Iterable[int]) -> Sequence[CompanyName]:
    """Return all names of these companies, as they are now, in order of entry."""
    query = select(CompanyName).where(CompanyName.company_id.in_(list(company_ids))).order_by(CompanyName.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def unindex(company_ids: Iterable[int]) -> None:
    """Take the names of these companies out of the index, before anything of them changes."""
    for row in names_of(company_ids):
        index.drop_grams(row)
    db.session.flush()


def reindex(company_ids: Iterable[int]) -> None:
    """Put the names of these companies back into the index, as the companies are now."""
    ids = list(company_ids)
    opened = select(Company.id).where(Company.id.in_(ids), Company.opened_at.is_not(None))
    is_open = set(db.session.scalars(opened))
    rows = names_of(ids)
    public = [row for row in rows if row.org_id is None and row.company_id in is_open]
    index.write_grams(pair for row in public for pair in index.row_grams(row))
    own = [row for row in rows if row.org_id is not None]
    index.write_own_grams((gram, row.org_id or 0, key) for row in own for gram, key in index.row_grams(row))


def seat_of(province: str, city: str) -> dict[str, str]:
    """Return the columns of a name that repeat where its company sits."""
    return {"rprov": regions.plain(province)[:20], "rcity": regions.plain(city)[:20]}


def join(plan: Plan, moves: Moves, seat: dict[str, str]) -> None:
    """Give the survivor all names. The index has been emptied of them before, and is filled after."""
    table = table_of("company_names")
    rows = rows_of("company_names", table.c.company_id.in_([plan.winner.id, plan.loser.id]))
    first = plan.loser.id if plan.takes_name else plan.winner.id
    stays = core.normal(plan.loser.name if plan.takes_name else plan.winner.name)
    taken: set[tuple[Any, str, int | None]] = set()
    changes = []
    for row in sorted(rows, key=lambda one: (one["company_id"] != first, one["id"])):
        values = {"company_id": plan.winner.id, **seat, **_standing(row, plan)}
        new = {**row, **values}
        mark = (new["kind"], new["norm"], new["org_id"])
        only_written_otherwise = row["kind"] is NameKind.LEGAL is not new["kind"] and new["norm"] == stays
        if mark in taken or only_written_otherwise:
            moves.drop("company_names", row)
            continue
        taken.add(mark)
        changes.append((row, values))
    for row, values in changes:  # after all that went: no two may be alike even for a moment
        moves.change("company_names", row, values, "move")


def _standing(row: Any, plan: Plan) -> dict[str, Any]:
    """Return kind and audience of a name after the merge."""
    mine = row["company_id"] == plan.winner.id
    values: dict[str, Any] = {}
    if row["kind"] is NameKind.LEGAL and mine == plan.takes_name:
        values["kind"] = plan.choices.other_name
    company = plan.winner if mine else plan.loser
    private = row["org_id"] is not None and row["org_id"] == company.entered_org_id
    if not (private and plan.is_open and row["kind"] in _SPELLED_OUT):
        return values
    stays = row["kind"] is NameKind.LEGAL and mine != plan.takes_name
    if stays or (mine and plan.opens) or (not mine and plan.uncovers and plan.choices.open_names):
        values["org_id"] = None
    return values


def settle_legal(company_id: int) -> None:
    """After an undo: let the one legal name be the one that the company goes by, whatever it was called meanwhile."""
    company = db.session.get_one(Company, company_id, populate_existing=True)
    company.name_pinyin = core.pinyin(company.name)[:400]
    norm = core.normal(company.name)
    named = names_of([company_id])
    for row in named:
        seat = seat_of(company.province, company.city)
        row.rprov, row.rcity = seat["rprov"], seat["rcity"]
    rows = [row for row in named if row.kind in _SPELLED_OUT]
    former = {(row.norm, row.org_id) for row in rows if row.kind is NameKind.FORMER}
    fits = [row for row in rows if row.norm == norm]
    for row in rows:
        if row.kind is NameKind.LEGAL and row.norm != norm:
            if (row.norm, row.org_id) in former:
                db.session.delete(row)
            row.kind = NameKind.FORMER
    if fits and all(row.kind is not NameKind.LEGAL for row in fits):
        fits[0].kind = NameKind.LEGAL
    if not any(row.norm == norm for row in named):
        org_id = None if company.opened_at else company.entered_org_id
        index.drop_grams(index.store_name(company, company.name, NameKind.LEGAL, org_id=org_id))
    db.session.flush()
