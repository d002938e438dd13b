"""Making a project, from a lead or by itself, and changing its facts."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.audit import service as audit
from crm.carriers.models import Carrier
from crm.claims.models import Claim
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core import leads as lead_rules
from crm.core import stages
from crm.core.errors import Conflict, Invalid
from crm.core.permissions import Permission
from crm.core.stages import Stage, Substage, Track
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.kit.format import yi
from crm.leads.models import Lead, LeadStatus
from crm.leads.service.access import own_lead
from crm.parameters import queries as parameters
from crm.plan.models import Node
from crm.projects import handing, hooks, placing, queries
from crm.projects.models import CLAIMED, SECOND_TRACK, CooperationMode, Project, ProjectKind, TransferKind
from crm.projects.service.access import own_project
from crm.projects.service.course import enter_stage, facts_changed, take_over_lead


@dataclass(frozen=True)
class ProjectInput:
    """What a person says about a project. Amounts in yuan; node by code, carrier, company and people by public id."""

    title: str
    kind: ProjectKind = ProjectKind.ENTERPRISE
    company_text: str = ""
    company_public_id: str = ""
    local_company_text: str | None = None  # None: the form does not ask for it
    local_company_public_id: str = ""
    content: str = ""
    node_code: str = ""
    carrier_public_id: str = ""
    carrier_reason: str = ""
    incubator: str = ""
    owner_public_id: str = ""
    deputy_public_id: str = ""
    lead_official: str = ""
    lead_official_public_id: str = ""
    official_words: str = ""
    task_force: str = ""
    invest_total_cny: Decimal | None = None
    invest_fixed_cny: Decimal | None = None
    increment_cny: Decimal | None = None
    foreign_currency: str = ""
    foreign_amount: Decimal | None = None
    exchange_rate: str = ""
    exchange_rate_on: date | None = None
    area_mu: Decimal | None = None
    plant_m2: Decimal | None = None
    electroplating: bool = False
    cooperation_mode: CooperationMode | None = None
    transfer_kind: TransferKind | None = None
    enclave: bool = False
    chu_merchant: bool = False
    build_first: bool = False
    project_code: str = ""
    planned_sign_on: date | None = None
    planned_start_on: date | None = None
    planned_production_on: date | None = None
    planning: bool = False  # begins as 谋划 (R059)


_WITHOUT_INVESTOR = (ProjectKind.PARK, ProjectKind.PLATFORM, ProjectKind.INFRASTRUCTURE, ProjectKind.BASE)
_LINKS = ("company_public_id", "node_code", "carrier_public_id", "owner_public_id", "deputy_public_id")
_APART = {*_LINKS, "local_company_text", "local_company_public_id", "lead_official_public_id", "planning", "kind"}
PLAIN = tuple(field.name for field in fields(ProjectInput) if field.name not in _APART)


@db.transactional
def register_project(
    actor: Actor, data: ProjectInput, *, parent: Project | None = None, key: str | None = None
) -> Project:
    """Add a project of the actor's unit. Phase two names its ``parent``. Raises Invalid with its field, once.Repeated."""
    authorize(actor, Permission.PROJECT_WRITE)
    return _add(actor, data, org_id=actor.org_id, parent=parent, key=key)


@db.transactional
def convert_lead(actor: Actor, lead: Lead, data: ProjectInput | None = None) -> Project:
    """Make the lead's one project and keep its claim (I8): a second call answers with the first project.

    Raises Conflict for a lead that is not judged worth following, not in work any more, or so large that it must be filed first.
    """
    authorize(actor, Permission.PROJECT_WRITE)
    lead = own_lead(actor, lead)
    made = db.session.scalar(select(Project).where(Project.lead_id == lead.id, queries.visible_to(actor)))
    if made is not None:
        return made
    if not lead_rules.may_move(lead.status.value, LeadStatus.CONVERTED.value):
        raise Conflict(_("这条线索现在的状态不能转为项目。请先恢复跟进。"))
    if lead.triaged_at is None:
        raise Conflict(_("这条线索还没有研判。请单位负责人先研判为“跟进”，再转为项目。"))
    claim = db.session.scalar(select(Claim).where(Claim.lead_id == lead.id, Claim.closed_at.is_(None)).limit(1))
    data = data or _of_lead(lead)
    least = parameters.value("claim_min_invest")
    if claim is None and stages.needs_claim(data.kind in CLAIMED, data.invest_total_cny, least):
        # A converted lead can be filed no more, and without its claim the project could never be signed.
        raise Conflict(_("这样规模的项目签约前要有首报保护。请先在线索里提交首报，再转为项目。"))
    with db.unique("lead", _("这条线索已经转为项目。")):
        project = _add(actor, data, org_id=lead.org_id, lead=lead, claim=claim)
    if claim is not None:
        handing.begun(project, claim)
    old, lead.status = lead.status, LeadStatus.CONVERTED
    lead.version += 1
    lead.updated_at = clock.now()
    db.session.flush()
    take_over_lead(project)
    audit.record(actor, "lead.converted", lead, org_id=lead.org_id, status=(old, lead.status), project=project.number)
    return project


def _of_lead(lead: Lead) -> ProjectInput:
    return ProjectInput(
        title=lead.title,
        company_text=lead.company.name if lead.company else lead.company_text,
        company_public_id=lead.company.public_id if lead.company else "",
        content=lead.content,
        node_code=lead.node.code if lead.node else "",
        invest_total_cny=lead.invest_total_cny,
        invest_fixed_cny=lead.invest_fixed_cny,
        area_mu=lead.area_mu,
        project_code=lead.project_code or "",
    )


def _add(
    actor: Actor,
    data: ProjectInput,
    *,
    org_id: int,
    lead: Lead | None = None,
    claim: Claim | None = None,
    parent: Project | None = None,
    key: str | None = None,
) -> Project:
    check(data, planned=data.planning)
    now = clock.now()
    track = Track.SECOND if data.kind in SECOND_TRACK else Track.MAIN
    owner_id = lead.owner_id if lead is not None else actor.user_id or None
    project = Project(
        public_id=db.new_public_id(),
        number=queries.next_number(track),
        lead_id=lead.id if lead else None,
        claim_id=claim.id if claim else None,
        parent_id=parent.id if parent else None,
        org_id=org_id,
        owner_id=owner_id,
        track=track,
        first_contact_on=lead.first_contact_on if lead else None,
        last_contact_on=lead.last_contact_on if lead else None,
        is_sample=lead.is_sample if lead else False,
        created_by_id=actor.user_id or None,
        created_at=now,
        updated_at=now,
        version=1,
        kind=data.kind,
    )
    first = Stage.ROADSHOW if track is Track.SECOND else Stage.PLANNING if data.planning else Stage.NEGOTIATING
    _fill(actor, project, data)
    project.stage, project.stage_on = first, clock.today()
    project.substage = Substage.CONTACT if first is Stage.NEGOTIATING else None
    db.session.add(project)
    once.remember(actor, key, project.public_id, "project")
    db.session.flush()
    enter_stage(actor, project, first)
    audit.record(actor, "project.registered", project, org_id=org_id, title=project.title, stage=first, kind=data.kind)
    return project


@db.transactional
def edit_project(actor: Actor, project: Project, data: ProjectInput, version: int | str | None) -> Project:
    """Change the facts of a project; the stage moves by milestones alone. Raises Stale, Invalid, Forbidden."""
    project = own_project(actor, project)
    check(data, planned=project.stage is Stage.PLANNING)
    if (data.kind in SECOND_TRACK) != (project.track is Track.SECOND):
        raise Invalid(_("企业投资类和种子、团队、机构类走不同的流程，不能互改。请另建项目。"), field="kind")
    db.check_version(project, version)
    old = facts(project)
    project.kind = data.kind
    _fill(actor, project, data)
    project.updated_at = clock.now()
    facts_changed(project)
    new = facts(project)
    audit.record(
        actor,
        "project.changed",
        project,
        org_id=project.org_id,
        **{n: (old[n], new[n]) for n in new if old[n] != new[n]},
    )
    return project


def facts(project: Project) -> dict[str, Any]:
    """Return what an editor changes, by name, for the trail and for showing two versions side by side."""
    return {
        **{name: getattr(project, name) for name in PLAIN},
        "kind": project.kind,
        "company_id": project.company_id,
        "local_company_id": project.local_company_id,
        "node_id": project.node_id,
        "carrier_id": project.carrier_id,
        "owner_id": project.owner_id,
        "deputy_id": project.deputy_id,
    }


def check(data: ProjectInput, *, planned: bool = False) -> None:
    """Raise Invalid, with its field, for what cannot be saved. What is ``planned`` seeks its investor yet (R059)."""
    if len(data.title.strip()) < 2:
        raise Invalid(_("请填写项目名称，例如“谐波减速器生产线项目”。"), field="title")
    if not planned and not data.company_public_id:
        need_investor(data.kind, data.company_text)
    likely = lead_rules.amount_problem(data.invest_fixed_cny, data.invest_total_cny)
    if likely is not None:
        words = _("不能大于计划总投资 %(total)s 亿元。请核对两个数。", total=yi(data.invest_total_cny))
        raise Invalid(words, field="invest_fixed")
    if data.foreign_amount is not None and not (data.foreign_currency and data.exchange_rate and data.exchange_rate_on):
        raise Invalid(_("填了外币金额，请一并填写币种、汇率和汇率日期。"), field="exchange_rate")
    if data.kind is ProjectKind.EXPANSION and data.increment_cny is None:
        raise Invalid(_("增资扩产只统计增量，请填写增资额。"), field="increment")


def need_investor(kind: ProjectKind, name: str) -> None:
    """Raise Invalid where nobody is named with whom one could talk; parks, platforms and the like need nobody."""
    if len(name.strip()) < 2 and kind not in _WITHOUT_INVESTOR:
        raise Invalid(_("请填写投资方或项目方名称，至少 2 个字。"), field="company_text")


def _fill(actor: Actor, project: Project, data: ProjectInput) -> None:
    for name in PLAIN:
        value = getattr(data, name)
        setattr(project, name, value.strip() if isinstance(value, str) else value)
    project.project_code = data.project_code.strip() or None
    project.company_id = _company(actor, project, data)
    project.local_company_id = _local_company(actor, project, data)
    project.node_id = _node(data.node_code)
    project.carrier_id = _carrier(data.carrier_public_id)
    hooks.landing_changed(project)
    placing.check(project)
    project.deputy_id = find_person(actor, project, data.deputy_public_id, "deputy")
    project.lead_official_id = _anybody(data.lead_official_public_id)
    if data.owner_public_id:
        project.owner_id = find_person(actor, project, data.owner_public_id, "owner") or project.owner_id


def _company(actor: Actor, project: Project, data: ProjectInput) -> int | None:
    if not data.company_public_id:
        same = data.company_text.strip() == project.company_text
        return project.company_id if same and project.company_id else None
    company: Company = companies.get_company(actor, data.company_public_id)
    project.company_text = data.company_text.strip() or company.name
    return company.id


def _local_company(actor: Actor, project: Project, data: ProjectInput) -> int | None:
    """The entity registered here: picked from the companies, kept while its name stays, or taken away by an empty field."""
    if data.local_company_text is None:
        return project.local_company_id
    if data.local_company_public_id:
        return companies.get_company(actor, data.local_company_public_id).id
    typed = data.local_company_text.strip()
    if not typed:
        return None
    if project.local_company is not None and typed == project.local_company.name:
        return project.local_company_id
    raise Invalid(_("请从候选里选一家企业库里的公司；没有的先登记企业。"), field="local_company_text")


def _node(code: str) -> int | None:
    if not code:
        return None
    found = db.session.scalar(select(Node.id).where(Node.code == code))
    if found is None:
        raise Invalid(_("没有这个链条节点，请从列表里选。"), field="node")
    return found


def _carrier(public_id: str) -> int | None:
    if not public_id:
        return None
    found = db.session.scalar(select(Carrier.id).where(Carrier.public_id == public_id, Carrier.retired_at.is_(None)))
    if found is None:
        raise Invalid(_("没有这个载体，请从列表里选。"), field="carrier")
    return found


def find_person(actor: Actor, project: Project, public_id: str, field: str) -> int | None:
    """Return the id of somebody who works for the project's unit. Raises Invalid, with its field, for anybody else."""
    if not public_id:
        return None
    user = db.session.scalar(select(User).where(User.public_id == public_id, User.active))
    reachable = actor.subtree | {actor.org_id, project.org_id}
    if user is None or (user.org_id not in reachable and not actor.is_center):
        raise Invalid(_("请从本单位在岗人员里选。"), field=field)
    return user.id


def _anybody(public_id: str) -> int | None:
    return db.session.scalar(select(User.id).where(User.public_id == public_id, User.active)) if public_id else None
