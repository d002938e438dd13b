"""Placing companies on nodes: many at once in the background, with undo, and one after another by a person at the desk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import joinedload

from crm.accounts.queries import actor_of
from crm.audit import service as audit
from crm.chains.facts import current_plan_id
from crm.chains.models import Placement, PlacementRun, PlacementStatus, RunStatus
from crm.companies import details
from crm.companies import queries as companies
from crm.companies.models import Company, CompanyNode, Entity, NodeWeight
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Permission
from crm.core.placing import Classifier, Proposal, Told, classifier
from crm.kit import clock, db, tasks
from crm.kit.access import Actor, authorize
from crm.plan.models import Node, PlanNode

WORK, UNDO = "chains.place", "chains.unplace"
SOURCE = "自动归类"  # what a placing by a run leaves as the source of the node
CONFIRMED = "归类确认"
CHUNK = 50


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The runs a person may see: the own unit's, all for the centre."""
    return true() if actor.is_center else PlacementRun.org_id == actor.org_id


def runs_of(actor: Actor, limit: int = 10) -> Sequence[PlacementRun]:
    """Return the last runs, the newest first."""
    query = select(PlacementRun).options(joinedload(PlacementRun.by)).where(visible_to(actor))
    return db.session.scalars(query.order_by(PlacementRun.id.desc()).limit(limit)).all()


def get_run(actor: Actor, public_id: str) -> PlacementRun:
    """Return a run. Raises NotFound."""
    row = db.session.scalar(select(PlacementRun).where(PlacementRun.public_id == public_id, visible_to(actor)))
    if row is None:
        raise NotFound
    return row


@db.transactional
def start(actor: Actor) -> PlacementRun:
    """Ask for the placing of all companies that stand on no node. Raises Forbidden, Conflict when one is at it."""
    authorize(actor, Permission.COMPANY_WRITE)
    running = select(PlacementRun.id).where(PlacementRun.org_id == actor.org_id)
    if db.session.scalar(running.where(PlacementRun.status == RunStatus.RUNNING)) is not None:
        raise Conflict(_("本单位已有一次批量归类在进行，完成后再开始。"))
    run = PlacementRun(org_id=actor.org_id, by_id=actor.user_id, at=clock.now())
    db.session.add(run)
    db.session.flush()
    tasks.enqueue(WORK, run.public_id, user_id=actor.user_id)
    audit.record(actor, "placement.run_started", run)
    return run


@db.transactional
def undo(actor: Actor, run: PlacementRun) -> None:
    """Ask for the undoing of a run. Raises Forbidden, Conflict."""
    authorize(actor, Permission.COMPANY_WRITE)
    if run.status is not RunStatus.DONE:
        raise Conflict(_("这次归类还在进行，或已经撤销。"))
    run.status, run.undone_by_id, run.undone_at, run.last_id = RunStatus.RUNNING, actor.user_id, clock.now(), 0
    tasks.enqueue(UNDO, run.public_id, user_id=actor.user_id)
    audit.record(actor, "placement.run_undone", run)


def work(running: tasks.Running) -> None:
    """Place the companies of a run, chunk by chunk; each chunk commits with the mark of how far it is."""
    run_id, actor = _taken_up(running)
    known = read_classifier()
    total = db.session.scalar(select(func.count()).select_from(Company).where(*_unplaced(actor))) or 0
    with db.transaction():
        total += db.session.get_one(PlacementRun, run_id).looked
    more = True
    while more:
        with db.transaction():
            run = db.session.get_one(PlacementRun, run_id, with_for_update=True, populate_existing=True)
            more = _place_chunk(actor, run, known)
            looked = run.looked
        running.report(looked, max(total, looked, 1))


def unwork(running: tasks.Running) -> None:
    """Take back what a run placed, where nobody changed it since."""
    run_id, actor = _taken_up(running)
    more = True
    while more:
        with db.transaction():
            run = db.session.get_one(PlacementRun, run_id, with_for_update=True, populate_existing=True)
            more = _take_chunk_back(actor, run)
            done, total = run.last_id, run.placed
        running.report(min(done, total), max(total, 1))


def _taken_up(running: tasks.Running) -> tuple[int, Actor]:
    run_id = db.session.scalar(select(PlacementRun.id).where(PlacementRun.public_id == running.subject))
    if run_id is None or running.user_id is None:
        raise NotFound
    return run_id, actor_of(running.user_id)


def _unplaced(actor: Actor, after: int = 0) -> tuple[ColumnElement[bool], ...]:
    """Enterprises in use that stand on no node and say something of what they make."""
    placed = exists().where(CompanyNode.company_id == Company.id)
    says = or_(Company.scope != "", Company.products != "")
    alive = and_(Company.retired_at.is_(None), Company.entity == Entity.ENTERPRISE)
    return companies.visible_to(actor), alive, says, ~placed, Company.id > after


def _place_chunk(actor: Actor, run: PlacementRun, known: Classifier) -> bool:
    query = select(Company).where(*_unplaced(actor, run.last_id)).order_by(Company.id).limit(CHUNK)
    rows = db.session.scalars(query).all()
    if not rows:
        run.status, run.last_id = RunStatus.DONE, 0
        return False
    nodes: dict[str, int] = dict(db.session.execute(select(Node.code, Node.id)).all())
    stored: dict[int, dict[int, Placement]] = {}
    ids = [row.id for row in rows]
    for one in db.session.scalars(select(Placement).where(Placement.company_id.in_(ids))):
        stored.setdefault(one.company_id, {})[one.node_id] = one
    for company in rows:
        _place(actor, run, company, known, nodes, stored.get(company.id, {}))
    run.last_id, run.looked = rows[-1].id, run.looked + len(rows)
    return True


def _place(
    actor: Actor,
    run: PlacementRun,
    company: Company,
    known: Classifier,
    nodes: dict[str, int],
    stored: dict[int, Placement],
) -> None:
    """Place one company where it is sure, else leave its proposals for the desk; what a person rejected stays rejected."""
    rejected = {node_id for node_id, one in stored.items() if one.status is PlacementStatus.REJECTED}
    proposals = [p for p in known.place(told_of(company)) if nodes.get(p.code) not in {*rejected, None}]
    if not proposals:
        run.unknown += 1
        return
    sure = [one for one in proposals if one.sure]
    for proposal in sure or proposals:
        status = PlacementStatus.PLACED if proposal.sure else PlacementStatus.PROPOSED
        _store(run, company, nodes[proposal.code], proposal, status, stored)
    if not sure:
        run.asked += 1
        return
    run.placed += 1
    wanted = {nodes[one.code]: NodeWeight.MAIN if one.main else NodeWeight.SIDE for one in sure}
    details.set_nodes(actor, company.id, wanted, source=SOURCE)


def _store(
    run: PlacementRun,
    company: Company,
    node_id: int,
    proposal: Proposal,
    status: PlacementStatus,
    stored: dict[int, Placement],
) -> None:
    row = stored.get(node_id)
    if row is None:
        row = Placement(company_id=company.id, node_id=node_id)
        db.session.add(row)
    row.run_id, row.status, row.confidence, row.at = run.id, status, proposal.confidence, clock.now()
    row.weight = NodeWeight.MAIN if proposal.main else NodeWeight.SIDE
    row.hits = [[hit.word, hit.where, hit.light] for hit in proposal.hits]


def _take_chunk_back(actor: Actor, run: PlacementRun) -> bool:
    mine = (Placement.run_id == run.id, Placement.status == PlacementStatus.PLACED)
    ids = list(db.session.scalars(select(Placement.company_id).where(*mine).distinct().limit(CHUNK)))
    if not ids:
        run.status = RunStatus.UNDONE
        return False
    for company_id in ids:
        placed = db.session.scalars(select(Placement).where(*mine, Placement.company_id == company_id)).all()
        rows = db.session.scalars(select(CompanyNode).where(CompanyNode.company_id == company_id)).all()
        ours = {row.node_id for row in rows if row.source == SOURCE}
        here = db.session.scalar(select(Company.id).where(Company.id == company_id, companies.visible_to(actor)))
        if here is not None and {row.node_id for row in rows} == ours == {one.node_id for one in placed}:
            details.set_nodes(actor, company_id, {})
        else:
            run.kept += 1
        for one in placed:
            one.status = PlacementStatus.SET_ASIDE
    run.last_id += len(ids)
    db.session.flush()
    return True


def told_of(company: Company) -> Told:
    """Return what the rule reads of a company."""
    return Told(company.scope, company.products, company.name, company.industry)


def read_classifier() -> Classifier:
    """Build the classifier from the words of the edition in force."""
    query = select(Node.code, PlanNode.tier, PlanNode.keywords, PlanNode.gbt4754)
    query = query.join(Node, Node.id == PlanNode.node_id).where(PlanNode.plan_id == current_plan_id())
    return classifier(dict(row._mapping) for row in db.session.execute(query))


@dataclass(frozen=True)
class Waiting:
    """What the desk shows: a company with its proposals, and how many companies wait."""

    company: Company | None
    proposals: Sequence[Placement]
    count: int


def next_waiting(actor: Actor, wanted: str = "") -> Waiting:
    """Return the company whose proposals come next: the one asked for, else the most probable."""
    waits = (Placement.status == PlacementStatus.PROPOSED, companies.visible_to(actor), Company.retired_at.is_(None))
    best = func.max(Placement.confidence)
    query = select(Company.id, func.count().over()).join(Placement, Placement.company_id == Company.id).where(*waits)
    query = query.group_by(Company.id)
    asked = query.where(Company.public_id == wanted) if wanted else query
    first = db.session.execute(asked.order_by(best.desc(), Company.id).limit(1)).first()
    if first is None:
        return Waiting(None, (), 0) if not wanted else next_waiting(actor)
    rows = select(Placement).options(joinedload(Placement.node), joinedload(Placement.company))
    rows = rows.where(Placement.company_id == first[0], Placement.status == PlacementStatus.PROPOSED)
    proposals = db.session.scalars(rows.order_by(Placement.confidence.desc(), Placement.id)).all()
    return Waiting(proposals[0].company, proposals, first[1])


@db.transactional
def decide(actor: Actor, company: Company, chosen: Collection[str], *, aside: bool = False) -> None:
    """Confirm the chosen nodes (codes) of a company and reject its other proposals; or set all aside.

    Raises Forbidden, Invalid, Conflict when somebody was faster.
    """
    authorize(actor, Permission.COMPANY_WRITE)
    query = select(Placement).options(joinedload(Placement.node)).where(Placement.company_id == company.id)
    rows = db.session.scalars(
        query.where(Placement.status == PlacementStatus.PROPOSED).with_for_update(of=Placement)
    ).all()
    if not rows:
        raise Conflict(_("这家企业的归类刚被别人处理过，请看下一家。"))
    unknown = set(chosen) - {row.node.code for row in rows}
    if unknown:
        raise Invalid(_("请从列出的环节里选。"), "nodes")
    now = clock.now()
    for row in rows:
        taken = PlacementStatus.CONFIRMED if row.node.code in chosen else PlacementStatus.REJECTED
        row.status, row.by_id, row.at = PlacementStatus.SET_ASIDE if aside else taken, actor.user_id, now
    picked = {row.node_id: row.weight for row in rows if row.status is PlacementStatus.CONFIRMED}
    if picked:
        if all(weight is not NodeWeight.MAIN for weight in picked.values()):
            picked = dict.fromkeys(picked, NodeWeight.MAIN)
        details.set_nodes(actor, company.id, {**_nodes_of(company), **picked}, source=CONFIRMED)
    words = [row.node.name for row in rows if row.status is PlacementStatus.CONFIRMED]
    audit.record(actor, "placement.decided", company, nodes=words or (_("搁置") if aside else _("都不是")))


@db.transactional
def take_back(actor: Actor) -> Company | None:
    """Undo the actor's last decision at the desk; return the company, None when there is none to undo."""
    authorize(actor, Permission.COMPANY_WRITE)
    mine = (Placement.by_id == actor.user_id, companies.visible_to(actor))
    query = select(Placement).join(Company, Company.id == Placement.company_id).where(*mine)
    last = db.session.scalar(query.order_by(Placement.at.desc(), Placement.id.desc()).limit(1))
    if last is None:
        return None
    rows = db.session.scalars(
        select(Placement).where(Placement.company_id == last.company_id, Placement.by_id == actor.user_id)
    ).all()
    company = db.session.get_one(Company, last.company_id)
    gone = {row.node_id for row in rows if row.status is PlacementStatus.CONFIRMED}
    if gone:
        left = {node_id: weight for node_id, weight in _nodes_of(company).items() if node_id not in gone}
        details.set_nodes(actor, company.id, left)
    for row in rows:
        row.status, row.by_id = PlacementStatus.PROPOSED, None
    db.session.flush()
    return company


def _nodes_of(company: Company) -> dict[int, NodeWeight]:
    rows = db.session.execute(
        select(CompanyNode.node_id, CompanyNode.weight).where(CompanyNode.company_id == company.id)
    )
    return dict(rows.all())
