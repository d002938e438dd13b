"""Reading signals: those of companies that the reader may know of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.datastructures import MultiDict

from crm.companies import choices
from crm.companies import queries as companies
from crm.companies.models import Company, CompanyNode
from crm.core.errors import NotFound
from crm.core.signals import RISKS, SignalKind
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.fields import one_line
from crm.kit.web import Page
from crm.plan.models import Node
from crm.watch.models import Signal

PAGE_SIZE = 30
EXPORT_LIMIT = 5_000
SPANS = {"30": 30, "90": 90, "365": 365, "730": 730}
SORTS = ("on", "-on", "company", "-company")


@dataclass(frozen=True)
class SignalFilter:
    """What the list is narrowed to; unknown values narrow nothing."""

    text: str = ""
    kind: str = ""
    region: str = ""
    node: str = ""
    days: str = ""
    standing: str = ""
    sort: str = "-on"

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "SignalFilter":
        """Read an address."""
        known = choices.read()
        kind, region, node = (args.get(name, "") for name in ("kind", "region", "node"))
        return cls(
            text=one_line(args.get("q", ""))[:100],
            kind=kind if kind in {*SignalKind, "chance", "risk"} else "",
            region=region if known.region(region) else "",
            node=node if known.node(node) else "",
            days=args.get("days", "") if args.get("days") in SPANS else "",
            standing="withdrawn" if args.get("standing") == "withdrawn" else "",
            sort=args.get("sort", "") if args.get("sort") in SORTS else "-on",
        )


def page_of_signals(actor: Actor, wanted: SignalFilter, number: int) -> Page:
    """Return one page of signals, the newest first unless asked otherwise."""
    where = _where(actor, wanted)
    count = select(func.count()).select_from(Signal).join(Company, Company.id == Signal.company_id)
    total = db.session.scalar(count.where(*where)) or 0
    rows = db.session.scalars(_listed(actor, wanted).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return Page(list(rows), number, PAGE_SIZE, total)


def rows_for_export(actor: Actor, wanted: SignalFilter) -> Sequence[Signal]:
    """Return the rows of the list, all pages, up to the limit."""
    return db.session.scalars(_listed(actor, wanted).limit(EXPORT_LIMIT)).all()


def signals_of(actor: Actor, company_id: int, *, limit: int = 50) -> Sequence[Signal]:
    """Return the standing signals of a company, the newest first."""
    query = select(Signal).join(Signal.company).where(companies.visible_to(actor), Signal.company_id == company_id)
    rows = query.where(Signal.withdrawn_at.is_(None)).order_by(Signal.on.desc(), Signal.id.desc())
    return db.session.scalars(rows.limit(limit)).all()


def get_signal(actor: Actor, public_id: str) -> Signal:
    """Return a signal with its company. Raises NotFound."""
    query = select(Signal).join(Signal.company).options(contains_eager(Signal.company), joinedload(Signal.by))
    row = db.session.scalar(query.where(companies.visible_to(actor), Signal.public_id == public_id))
    if row is None:
        raise NotFound("没有找到这条动向，或您无权查看。")
    return row


def counting(low: int, high: int) -> Select[int, str, str, date, SignalKind, str]:
    """Select what scores count of signals, of companies in a range of ids: company, public id, title, day, kind, source."""
    columns = (Signal.company_id, Signal.public_id, Signal.title, Signal.on, Signal.kind, Signal.source)
    mine = (Signal.withdrawn_at.is_(None), Signal.company_id.between(low, high))
    return select(*columns).where(*mine).order_by(Signal.company_id, Signal.on.desc(), Signal.id)


def place_in(region_code: str) -> ColumnElement[bool]:
    """The companies of a region of the plan; OVERSEAS and the like: those that are not of this country."""
    region = choices.read().region(region_code)
    if region is None:
        return false()
    if not region.provinces:
        return Company.country.not_in(("中国", ""))
    inside = Company.province.in_(region.provinces)
    return inside & Company.city.in_(region.cities) if region.cities else inside


def _listed(actor: Actor, wanted: SignalFilter) -> Any:
    query = select(Signal).join(Signal.company).where(*_where(actor, wanted)).options(contains_eager(Signal.company))
    column: Any = Company.name_pinyin if wanted.sort.endswith("company") else Signal.on
    order = column.desc() if wanted.sort.startswith("-") else column
    return query.order_by(order, Signal.id.desc())


def _where(actor: Actor, wanted: SignalFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [companies.visible_to(actor)]
    gone = Signal.withdrawn_at
    found.append(gone.is_not(None) if wanted.standing == "withdrawn" else gone.is_(None))
    if wanted.kind in ("chance", "risk"):
        found.append(Signal.kind.in_(RISKS) if wanted.kind == "risk" else Signal.kind.not_in(RISKS))
    elif wanted.kind:
        found.append(Signal.kind == SignalKind(wanted.kind))
    if wanted.region:
        found.append(place_in(wanted.region))
    if wanted.node:
        on_node = select(CompanyNode.company_id).join(Node, Node.id == CompanyNode.node_id)
        found.append(Signal.company_id.in_(on_node.where(Node.code == wanted.node)))
    if wanted.days:
        found.append(Signal.on >= clock.today() - timedelta(days=SPANS[wanted.days]))
    for part in wanted.text.split()[:6]:
        words = (Company.name.icontains(part, autoescape=True), Signal.title.icontains(part, autoescape=True))
        found.append(or_(*words))
    return found
