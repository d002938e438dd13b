"""Brands with their Latin and Chinese writing, from a reviewed list: each becomes names of the one company it leads to."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from crm.audit import service as audit
from crm.companies import facts, index
from crm.companies.models import BrandAlias, Company, CompanyName, CompanyRelation, NameKind
from crm.companies.relations import ORDERED
from crm.companies.seeding import read
from crm.core import names
from crm.core.errors import Conflict, Invalid
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize

SOURCE = "brand"
SEED = "companies/brand_aliases.csv"
COLUMNS = ("brand_en", "brand_zh", "sector")
LIMIT = 120
MOST_ROWS = 5_000
_CHUNK = 500
_CARRIES = (NameKind.LEGAL, NameKind.FORMER, NameKind.SHORT, NameKind.ENGLISH, NameKind.BRAND)


@dataclass(frozen=True, slots=True)
class Line:
    """A brand, and where it leads: to one company, or to several of which none is the parent, or to none."""

    row: BrandAlias
    company: Company | None
    several: int


def lines() -> list[Line]:
    """Return all brands in the order of their Chinese writing, with what each leads to. For the centre's page."""
    rows = db.session.scalars(select(BrandAlias).order_by(BrandAlias.chinese, BrandAlias.latin, BrandAlias.id)).all()
    led = _leads(rows)
    ids = {one for found in led.values() for one in found}
    companies = {row.id: row for row in db.session.scalars(select(Company).where(Company.id.in_(ids)))} if ids else {}
    heads = _heads(led.values())
    return [_line(row, led[row.id], heads, companies) for row in rows]


@db.transactional
def add(actor: Actor, latin: str, chinese: str, sector: str = "", source: str = "") -> BrandAlias:
    """Add a brand; a retired one comes back. Raises Invalid, Conflict when it stands in the list."""
    authorize(actor, Permission.COMPANY_OPEN)
    values = _clean(latin, chinese, sector, source)
    row = db.session.scalar(select(BrandAlias).where(BrandAlias.latin == values[0], BrandAlias.chinese == values[1]))
    if row is not None and row.retired_at is None:
        raise Conflict(_("这一对品牌已在表里。"), "latin")
    if row is None:
        row = BrandAlias(latin=values[0], chinese=values[1])
        db.session.add(row)
    row.sector, row.source, row.retired_at = values[2], values[3], None
    row.by_id, row.at = None if actor.is_system else actor.user_id, clock.now()
    db.session.flush()
    apply()
    audit.record(actor, "company.brand_added", ("brand", None, row.public_id), brand=f"{row.latin} / {row.chinese}")
    return row


@db.transactional
def retire(actor: Actor, row: BrandAlias) -> None:
    """Take a brand out of use, and its names off the companies, unless another brand in use gives the same."""
    authorize(actor, Permission.COMPANY_OPEN)
    if row.retired_at is not None:
        return
    row.retired_at = clock.now()
    db.session.flush()
    used = db.session.execute(select(BrandAlias.latin, BrandAlias.chinese).where(BrandAlias.retired_at.is_(None)))
    still = {names.normal(text) for pair in used for text in pair}
    gone = {names.normal(row.latin), names.normal(row.chinese)} - still
    query = select(CompanyName).where(CompanyName.source == SOURCE, CompanyName.norm.in_(gone))
    for name in db.session.scalars(query).all():
        index.remove_name(name)
    audit.record(actor, "company.brand_retired", ("brand", None, row.public_id), brand=f"{row.latin} / {row.chinese}")


@db.transactional
def load_list(actor: Actor, given: Iterable[dict[str, str]], source: str) -> int:
    """Add the brands of a list that are not there; what was retired stays so. Return how many are new. Raises Invalid."""
    authorize(actor, Permission.COMPANY_OPEN)
    known = {(row[0], row[1]) for row in db.session.execute(select(BrandAlias.latin, BrandAlias.chinese))}
    fresh: dict[tuple[str, str], BrandAlias] = {}
    for number, row in enumerate(given, 2):
        if number > MOST_ROWS:
            raise Invalid(_("一次最多导入 %(n)s 行。", n=MOST_ROWS), "file")
        try:
            latin, chinese, sector, said = _clean(row["brand_en"], row["brand_zh"], row.get("sector") or "", source)
        except Invalid as error:
            raise Invalid(_("第 %(n)s 行：%(why)s", n=number, why=error.message), "file") from error
        if (latin, chinese) in known or (latin, chinese) in fresh:
            continue
        fresh[(latin, chinese)] = BrandAlias(latin=latin, chinese=chinese, sector=sector, source=said, at=clock.now())
        fresh[(latin, chinese)].by_id = None if actor.is_system else actor.user_id
    db.session.add_all(fresh.values())
    db.session.flush()
    apply()
    if fresh:
        audit.record(actor, "company.brands_loaded", ("brand", None, ""), rows=len(fresh), source=source)
    return len(fresh)


def load() -> dict[str, int]:
    """Load the reviewed list of ``seeds/``; the entry of ``crm.seeding``."""
    return {"brands": load_list(Actor.system(), read(SEED), "seed")}


@db.transactional
def apply() -> int:
    """Give the names of every brand in use to the company it leads to; return how many names are new. Safe to repeat."""
    rows = db.session.scalars(select(BrandAlias).where(BrandAlias.retired_at.is_(None))).all()
    led = _leads(rows)
    heads = _heads(led.values())
    query = select(CompanyName.company_id, CompanyName.norm).where(CompanyName.org_id.is_(None), _said_by(rows))
    known = {(row[0], row[1]) for row in db.session.execute(query)} if rows else set()
    new = 0
    for row in rows:
        target = heads.get(frozenset(led[row.id]))
        company = db.session.get(Company, target) if target else None
        if company is None:
            continue
        for text in dict.fromkeys((row.latin, row.chinese)):
            if (company.id, names.normal(text)) in known:
                continue
            kind = NameKind.BRAND if names.has_han(text) else NameKind.ENGLISH
            name = index.store_name(company, text, kind, source=SOURCE)
            name.by_id, name.at = row.by_id, name.at or clock.now()
            known.add((company.id, names.normal(text)))
            new += 1
    db.session.flush()
    return new


def read_csv(content: bytes) -> list[dict[str, str]]:
    """Read an uploaded list: UTF-8, with or without its mark, or GB18030. Raises Invalid."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Invalid(_("认不出文件的编码。请另存为 UTF-8 编码的 CSV。"), "file")
    if "\0" in text:
        raise Invalid(_("这不是 CSV 文件。"), "file")
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        if not {"brand_en", "brand_zh"} <= set(reader.fieldnames or ()):
            raise Invalid(_("表头要有 brand_en 和 brand_zh 两列；可先导出现有的表作样本。"), "file")
        return [{key: value or "" for key, value in row.items() if isinstance(key, str)} for row in reader]
    except csv.Error as error:
        raise Invalid(_("这不是 CSV 文件。"), "file") from error


def write_csv() -> str:
    """Return the brands in use as a list that ``read_csv`` takes; no cell begins a formula."""
    rows = db.session.scalars(select(BrandAlias).where(BrandAlias.retired_at.is_(None)).order_by(BrandAlias.id))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(["'" + cell if cell[:1] in "=+-@" else cell for cell in (row.latin, row.chinese, row.sector)])
    return "\ufeff" + out.getvalue()


def _clean(latin: str, chinese: str, sector: str, source: str) -> tuple[str, str, str, str]:
    texts = []
    for field, text in (("latin", latin), ("chinese", chinese)):
        text = facts.clean_name(text.lstrip("'") if text[1:2] in ("=", "+", "-", "@") else text, field)
        if len(text) > LIMIT:
            raise Invalid(_("最长 %(most)s 个字。", most=LIMIT), field)
        texts.append(text)
    return texts[0], texts[1], facts.clean_text(sector, "sector", 80), facts.clean_text(source, "source", 80)


def _said_by(rows: Sequence[BrandAlias]) -> ColumnElement[bool]:
    return CompanyName.norm.in_({names.normal(text) for row in rows for text in (row.latin, row.chinese)})


def _leads(rows: Sequence[BrandAlias]) -> dict[int, set[int]]:
    """Return, for each brand, the open companies that carry either writing as a name; what only the list gave does not count."""
    by_norm: dict[str, set[int]] = {}
    norms = sorted({names.normal(text) for row in rows for text in (row.latin, row.chinese)})
    for start in range(0, len(norms), _CHUNK):
        query = (
            select(CompanyName.norm, Company.id)
            .join(Company, Company.id == CompanyName.company_id)
            .where(
                CompanyName.norm.in_(norms[start : start + _CHUNK]),
                CompanyName.kind.in_(_CARRIES),
                CompanyName.org_id.is_(None),
                CompanyName.source != SOURCE,
                Company.opened_at.is_not(None),
                Company.merged_into_id.is_(None),
                Company.retired_at.is_(None),
            )
        )
        for norm, company_id in db.session.execute(query):
            by_norm.setdefault(norm, set()).add(company_id)
    none: set[int] = set()
    return {
        row.id: by_norm.get(names.normal(row.latin), none) | by_norm.get(names.normal(row.chinese), none)
        for row in rows
    }


def _heads(found: Iterable[set[int]]) -> dict[frozenset[int], int]:
    """Return, for each set of companies, the one it stands for: the only one, or the one that is above all the others."""
    sets = {frozenset(one) for one in found if one}
    heads = {one: next(iter(one)) for one in sets if len(one) == 1}
    several = [one for one in sets if len(one) > 1]
    if several:
        members = set().union(*several)
        query = select(CompanyRelation.from_id, CompanyRelation.to_id).where(
            CompanyRelation.org_id.is_(None),
            CompanyRelation.kind.in_(ORDERED),
            CompanyRelation.from_id.in_(members),
            CompanyRelation.to_id.in_(members),
        )
        over: dict[int, set[int]] = {}
        for parent, child in db.session.execute(query):
            over.setdefault(parent, set()).add(child)
        for one in several:
            head = next((member for member in sorted(one) if one - {member} <= over.get(member, set())), None)
            if head is not None:
                heads[one] = head
    return heads


def _line(row: BrandAlias, led: set[int], heads: dict[frozenset[int], int], companies: dict[int, Company]) -> Line:
    head = heads.get(frozenset(led))
    return Line(row, companies.get(head) if head else None, len(led) if head is None else 1)
