"""Reading scores: targets in order, of a node or of all; why a company has its score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from crm.companies import choices
from crm.companies import queries as companies
from crm.companies.choices import NodeChoice
from crm.companies.models import Company, CompanyNode
from crm.core import fit
from crm.core.fit import Card, Factor, Fit
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id
from crm.kit.web import Page
from crm.targets import facts, regions, scoring, ties
from crm.targets.models import NodeScore, Score, ScoreCard, ScoreOverride

PAGE_SIZE = 30
COUNT_CAP = 1_000
EXPORT_LIMIT = 5_000
CONFIDENT = (30, 50, 70)


@dataclass(frozen=True)
class TargetFilter:
    """What the list is narrowed to; unknown values narrow nothing."""

    text: str = ""
    node: str = ""
    card: str = ""
    region: str = ""
    sure: int = 0
    marked: bool = False
    chamber: str = ""
    anchor: str = ""
    sort: str = "-score"

    @classmethod
    def of(cls, args: MultiDict[str, str], node: str = "") -> "TargetFilter":
        """Read an address; ``node``: the node of the page."""
        node = node or args.get("node", "")
        sure = args.get("sure", "")
        return cls(
            text=one_line(args.get("q", ""))[:100],
            node=node if choices.read().node(node) else "",
            card=args.get("card", "") if args.get("card") in set(Card) else "",
            region=args.get("region", "") if args.get("region") in regions.CODES else "",
            sure=int(sure) if sure in {str(one) for one in CONFIDENT} else 0,
            marked=args.get("marked") == "1",
            chamber=public_id(args.get("chamber")),
            anchor=public_id(args.get("anchor")),
            sort="score" if args.get("sort") == "score" else "-score",
        )

    def kept(self) -> dict[str, str]:
        """Return what narrows, as an address carries it: ``of`` reads it again. The order is none of it."""
        told = {name: getattr(self, name) for name in ("node", "card", "region", "chamber", "anchor")}
        told |= {"q": self.text, "sure": str(self.sure or ""), "marked": "1" if self.marked else ""}
        return {name: str(value) for name, value in told.items() if value}


@dataclass(frozen=True)
class Target:
    """A line of the list: the company with its score, its nodes, and what is not known."""

    company: Company
    score: Score
    nodes: tuple[NodeChoice, ...] = ()

    @property
    def lacks(self) -> list[Factor]:
        """The factors of which nothing is known."""
        return [factor for factor, there in zip(Factor, self.score.known, strict=True) if there == "0"]


def page_of_targets(actor: Actor, wanted: TargetFilter, number: int) -> Page:
    """Return one page of targets by score; read in the order of an index. Counted up to a cap."""
    where = _where(actor, wanted)
    some = _joined(select(Score.company_id), wanted).where(*where).limit(COUNT_CAP + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(some)) or 0
    lines = _lines(actor, wanted, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    return Page(lines, number, PAGE_SIZE, min(total, COUNT_CAP), total > COUNT_CAP)


def targets_for_export(actor: Actor, wanted: TargetFilter) -> list[Target]:
    """Return the lines of the list, all pages, up to the limit."""
    return _lines(actor, wanted, EXPORT_LIMIT, 0)


def ids_of(actor: Actor, wanted: TargetFilter, limit: int) -> list[int]:
    """Return the companies of the list by score, up to a limit."""
    row = NodeScore if wanted.node else Score
    query = _joined(select(row.company_id), wanted).where(*_where(actor, wanted))
    return list(db.session.scalars(query.order_by(*_order(wanted)).limit(limit)))


def _lines(actor: Actor, wanted: TargetFilter, limit: int, offset: int) -> list[Target]:
    query = _joined(select(Company, Score), wanted).where(*_where(actor, wanted))
    rows = db.session.execute(query.order_by(*_order(wanted)).limit(limit).offset(offset)).all()
    nodes = nodes_of([company.id for company, _score in rows])
    return [Target(company, score, nodes.get(company.id, ())) for company, score in rows]


def _order(wanted: TargetFilter) -> tuple[Any, Any]:
    """All in one direction, so that an index can be read along; the company's id settles what is equal."""
    row = NodeScore if wanted.node else Score
    columns = (row.shown_tenths, row.company_id)
    return columns if wanted.sort == "score" else (columns[0].desc(), columns[1].desc())


def _joined(query: Any, wanted: TargetFilter) -> Any:
    if not wanted.node:
        return query.select_from(Score).join(Company, Company.id == Score.company_id)
    choice = choices.read().node(wanted.node)
    query = query.select_from(NodeScore).join(Score, Score.company_id == NodeScore.company_id)
    return query.join(Company, Company.id == NodeScore.company_id).where(
        NodeScore.node_id == (choice.id if choice else 0)
    )


def _where(actor: Actor, wanted: TargetFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [companies.visible_to(actor), Company.retired_at.is_(None)]
    if wanted.card:
        found.append(Score.card == Card(wanted.card))
    if wanted.region:
        found.append(regions.inside(wanted.region))
    if wanted.sure:
        found.append(Score.confidence >= wanted.sure)
    if wanted.marked:
        found.append(Company.is_target.is_(True))
    if wanted.chamber:
        found.append(ties.members_of(actor, wanted.chamber))
    if wanted.anchor:
        found.append(ties.suppliers_of(actor, wanted.anchor))
    return found + [Company.name.icontains(part, autoescape=True) for part in wanted.text.split()[:6]]


def nodes_of(company_ids: Sequence[int]) -> dict[int, tuple[NodeChoice, ...]]:
    """Return the nodes of companies that the caller was allowed to see, the main ones first."""
    if not company_ids:
        return {}
    known = choices.read().nodes_by_id()
    query = select(CompanyNode.company_id, CompanyNode.node_id).where(CompanyNode.company_id.in_(company_ids))
    found: dict[int, tuple[NodeChoice, ...]] = {}
    for company, node in db.session.execute(query.order_by(CompanyNode.weight, CompanyNode.node_id)):
        if node in known:
            found[company] = (*found.get(company, ()), known[node])
    return found


@dataclass(frozen=True)
class Why:
    """A score with what it is made of, read anew. ``score`` is None for a company that is no target (any more)."""

    company: Company
    score: Score | None
    fit: Fit | None
    weights: dict[Factor, int]
    override: ScoreOverride | None

    def points(self, factor: Factor) -> float:
        """What a factor gives under the weights in force."""
        assert self.fit is not None
        share = self.fit.shares[list(Factor).index(factor)]
        return round(share * self.weights[factor] / 1000, 1)


def why(company: Company) -> Why:
    """Return why a company, which the caller was allowed to see, has its score."""
    found = facts.facts_between(company.id, company.id, facts.ground()).get(company.id)
    judged = fit.judge(found, clock.today()) if found is not None else None
    weights = scoring.weights_now()[judged.card] if judged is not None else {}
    score, said = _stored(company.id)
    return Why(company, score, judged, weights, said)


def _stored(company_id: int) -> tuple[Score | None, ScoreOverride | None]:
    """The score as stored, and the word that stands against it."""
    standing = (ScoreOverride.company_id == Company.id) & ScoreOverride.withdrawn_at.is_(None)
    query = select(Score, ScoreOverride).select_from(Company).outerjoin(Score, Score.company_id == Company.id)
    query = query.outerjoin(ScoreOverride, standing).options(joinedload(ScoreOverride.by))
    score, said = db.session.execute(query.where(Company.id == company_id)).one()
    return score, said


def standing_override(company_id: int) -> ScoreOverride | None:
    """Return the word that stands against the rule."""
    query = select(ScoreOverride).options(joinedload(ScoreOverride.by))
    return db.session.scalar(query.where(ScoreOverride.company_id == company_id, ScoreOverride.withdrawn_at.is_(None)))


def cards() -> list[ScoreCard]:
    """Return all versions of both cards, the newest first."""
    query = select(ScoreCard).options(joinedload(ScoreCard.by)).order_by(ScoreCard.at.desc(), ScoreCard.id.desc())
    return list(db.session.scalars(query))
