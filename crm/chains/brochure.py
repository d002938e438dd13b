"""Two pages for an investor: why here, who is here, where to settle, and on what terms (R017). Only what everybody may know.

Each figure carries its source and day. Sums of land and plant say what is free; who holds the rest is nobody's matter outside.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import yaml
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.carriers import policies, spaces
from crm.carriers import queries as carriers
from crm.carriers.labels import LAYOUT
from crm.carriers.models import Carrier, Parcel, PlantSpace, PolicyOffer
from crm.chains import queries
from crm.chains.models import Gap
from crm.chains.queries import MapFilter, NodeRow
from crm.companies.models import Company, NodeWeight
from crm.config import ROOT
from crm.kit import clock, db, pdf
from crm.kit.access import Actor
from crm.plan import labels as plan_labels
from crm.plan import queries as plan
from crm.plan.models import Node, PlanRecord, Policy

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
LINKS, FIRMS, PLACES, POLICIES = 8, 3, 8, 4  # so much fits on two pages
_LONG = 60


@dataclass(frozen=True)
class Line:
    """Something said to an investor, and where it stands in the plan."""

    words: str
    source: str


@dataclass(frozen=True)
class Link:
    """A link of the chain with the firms here, by name, and how many more there are."""

    node: Node
    firms: list[str]
    more: int


@dataclass(frozen=True)
class Place:
    """A carrier with what it has on offer: 亩 of land, square metres of plant; None where nothing is entered."""

    carrier: Carrier
    name: str
    districts: str
    land: Decimal | None
    plant: Decimal | None


@dataclass(frozen=True)
class Offer:
    """What may be said to a firm of a node: why here, where, on what terms; public facts with their sources."""

    advantages: list[Line]
    places: list[Place]
    terms: list[Line]
    published: list[PolicyOffer]


def offer_of(node: Node) -> Offer:
    """Return what the brochure of a node says, for other papers to say the same."""
    published = [one for one in policies.matching(node.segment.code, ()) if not one.orgs][:POLICIES]
    return Offer(_advantages(node, False), _places(node, False), _terms(False), published)


@cache
def _chosen() -> dict[str, Any]:
    with (ROOT / "seeds" / "brochure.yaml").open(encoding="utf-8") as file:
        return dict(yaml.safe_load(file))


def brochure(actor: Actor, node: Node, language: str, company: Company | None = None) -> bytes:
    """Return the two pages as PDF. ``company``: whom it is for, whom the caller was allowed to see. Raises Unprintable."""
    with force_locale(LOCALES[language]):
        english = language == "en"
        return pdf.render(
            "print/brochure.html",
            styles=("brochure.css",),
            lang=language,
            node=node,
            company=_clipped(company.name) if company else "",
            edition=plan.find_plan(),
            advantages=_advantages(node, english),
            links=_links(actor, node),
            places=_places(node, english),
            terms=_terms(english),
            published=[one for one in policies.matching(node.segment.code, ()) if not one.orgs][:POLICIES],
            clipped=_clipped,
            unit=actor.org_name,
            today=clock.today(),
            layout=LAYOUT,
            plan_words=plan_labels,
        )


def _advantages(node: Node, english: bool) -> list[Line]:
    chosen, edition = _chosen(), plan.find_plan()
    if edition is None:
        return []
    codes = [*chosen["segments"].get(node.segment.code, ()), *chosen["general"]]
    query = select(PlanRecord).where(PlanRecord.plan_id == edition.id, PlanRecord.kind == "advantage")
    rows = {row.code: row for row in db.session.scalars(query.where(PlanRecord.code.in_(codes)))}
    return _lines([rows[code] for code in codes if code in rows], english)


def _terms(english: bool) -> list[Line]:
    codes = _chosen()["policies"]
    rows = {row.code: row for row in db.session.scalars(select(Policy).where(Policy.code.in_(codes)))}
    return _lines([rows[code] for code in codes if code in rows], english)


def _lines(rows: Iterable[PlanRecord | Policy], english: bool) -> list[Line]:
    """Say each with its chapter: in English by number, since the plan has no English title."""
    chapters = plan.chapters()
    found = []
    for row in rows:
        ref = str(row.detail.get("ref", ""))
        said = _english(row.code, row.name) if english else row.name
        found.append(Line(said, ref.removeprefix("S") if english else chapters.get(ref, ref)))
    return found


def _english(code: str, otherwise: str) -> str:
    return str(_chosen()["english"].get(code, otherwise))


def _links(actor: Actor, node: Node) -> list[Link]:
    """Return the links of the segment where somebody is: the node itself and its neighbours first."""
    rows = queries.chain_map(actor, MapFilter(segment=node.segment.code)).rows
    own = next((row for row in rows if row.said.node_id == node.id), None)
    near = {one.id for side in queries.neighbours(own.said) for one in side} if own else set()

    def order(row: NodeRow) -> tuple[bool, bool, str]:
        return (row.said.node_id != node.id, row.said.node_id not in near, row.code)

    staffed = sorted((row for row in rows if row.local), key=order)[:LINKS]
    return [
        Link(row.said.node, [_clipped(one.name, 18) for one in row.local[:FIRMS]], max(0, len(row.local) - FIRMS))
        for row in staffed
    ]


def _places(node: Node, english: bool) -> list[Place]:
    rows = carriers.of_segment(node.segment.code)[:PLACES]
    ids = [row.id for row in rows]
    land, plant = _free(Parcel, ids), _free(PlantSpace, ids)
    codes = {one.district_code for row in rows for one in row.divisions}
    query = select(Carrier.code, Carrier.name).where(Carrier.code.in_(codes))
    districts = dict(db.session.execute(query).all())

    def called(code: str, name: str) -> str:
        return _english(code, name) if english else name

    return [
        Place(
            row,
            called(row.code, row.name),
            _("、").join(called(one.district_code, districts.get(one.district_code, "")) for one in row.divisions),
            land.get(row.id),
            plant.get(row.id),
        )
        for row in rows
    ]


def _free(model: type[Parcel] | type[PlantSpace], ids: list[int]) -> dict[int, Decimal]:
    free = spaces.free_of(model)
    query = select(model.carrier_id, func.sum(free)).where(model.carrier_id.in_(ids), model.retired_at.is_(None))
    return dict(db.session.execute(query.group_by(model.carrier_id)).all())


def _clipped(text: str, most: int = _LONG) -> str:
    """Return the text as far as a line of the paper holds it."""
    return text if len(text) <= most else text[: most - 1] + "…"


def node_of(company: Company) -> Node | None:
    """Return the node a company is written to about: of its main ones the one that lacks most, else of its side ones."""
    query = select(Gap.node_id, Gap.score).where(Gap.node_id.in_([link.node_id for link in company.nodes]))
    scores = dict(db.session.execute(query).all())
    links = sorted(
        company.nodes,
        key=lambda link: (link.weight is not NodeWeight.MAIN, -scores.get(link.node_id, Decimal(0)), link.node_id),
    )
    return links[0].node if links else None
