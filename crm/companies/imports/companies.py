"""The kind: a list of companies, from a unit's ledger, a register's or a service's export, or our own."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from crm.companies import listing, queries
from crm.companies.imports import amending, columns, making, snapshots
from crm.companies.imports.checking import check
from crm.companies.imports.forgetting import undo_many
from crm.companies.imports.undoing import undo
from crm.companies.imports.writing import write, write_many
from crm.companies.models import Company, CompanyName, NameKind
from crm.core.permissions import Permission
from crm.imports.kinds import Kind, Option
from crm.kit import db
from crm.kit.access import Actor

_KINDS = {NameKind.FORMER: "former_names", NameKind.SHORT: "short_name", NameKind.ENGLISH: "english_name"}


def records(actor: Actor, wanted: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Give the companies of a list in the form of the columns, as the actor may see them. ``wanted``: the list's address."""
    lines = listing.export_rows(actor, listing.Filters.of(wanted))[: listing.EXPORT_CAP]
    return rows_of(actor, lines)


def rows_of(actor: Actor, lines: Iterable[listing.Line]) -> list[dict[str, Any]]:
    """Return lines of the list as rows of the import."""
    shown = list(lines)
    further = _further_names(actor, [line.company.id for line in shown])
    return [_row(line, further.get(line.company.id, {})) for line in shown]


def _row(line: listing.Line, further: Mapping[str, list[str]]) -> dict[str, Any]:
    company = line.company
    row: dict[str, Any] = {
        "public_id": company.public_id,
        "version": company.version,
        "name": company.name,
        "uscc": company.uscc or "",
        "nodes": "；".join(f"{node.code} {node.name}" for node in line.nodes),
    }
    for name in columns.FACT_COLUMNS:
        value = getattr(company, name)
        row[name] = ("yes" if value else "no") if isinstance(value, bool) else snapshots.plain(value)
    row |= {"former_names": further.get("former_names", []), "short_name": "", "english_name": ""}
    for name in ("short_name", "english_name"):
        row[name] = next(iter(further.get(name, [])), "")
    return row


def _further_names(actor: Actor, company_ids: list[int]) -> dict[int, dict[str, list[str]]]:
    query = (
        select(CompanyName.company_id, CompanyName.kind, CompanyName.text)
        .join(Company, Company.id == CompanyName.company_id)
        .where(queries.names_seen_by(actor), CompanyName.kind.in_(_KINDS), Company.id.in_(company_ids))
        .order_by(CompanyName.id)
    )
    found: dict[int, dict[str, list[str]]] = {}
    for company, kind, text in db.session.execute(query):
        texts = found.setdefault(company, {}).setdefault(_KINDS[kind], [])
        if text not in texts:
            texts.append(text)
    return found


def link(company_id: int) -> str:
    """Return the address of a company's page."""
    public_id = db.session.scalar(select(Company.public_id).where(Company.id == company_id))
    return url_for("companies.show", company=public_id) if public_id else ""


KIND = Kind(
    name="companies",
    label=_l("企业名录"),
    hint=_l("企业清单、名录、台账，或企查查、天眼查、启信宝等工具的导出；先查重，再写入。"),
    icon="building-factory-2",
    permission=Permission.IMPORT_COMPANIES,
    columns=columns.COMPANY_COLUMNS,
    check=check,
    write=write,
    undo=undo,
    write_many=write_many,
    undo_many=undo_many,
    records=records,
    link=link,
    options=(
        Option(
            making.LISTED,
            _l("公开名录"),
            _l("名单是公开发布的：新企业立即向全市开放。请在来源里写明名录名称。"),
            lambda actor: actor.is_center,
        ),
        Option(
            amending.ONLY_GAPS,
            _l("只补空缺"),
            _l("库里已有的内容一律不改，只填空着的栏。"),
            lambda actor: actor.can(Permission.COMPANY_WRITE),
        ),
    ),
)
