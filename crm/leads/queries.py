"""Reading leads: one where-clause says which, every read passes it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, TextClause, and_, false, func, or_, select, text, true
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.models import User
from crm.core import leads as rules
from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.kit import db, once
from crm.kit.access import Actor
from crm.leads.models import AT_WORK_SQL, Lead, LeadFile, LeadPerson, LeadStatus
from crm.parameters import queries as parameters
from crm.plan.models import Channel, Node, Plan, PlanNode, Segment


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The leads this actor may read: those of the own unit; a manager's subtree; for the centre all but others' drafts."""
    if actor.is_system:
        return true()
    own = Lead.org_id == actor.org_id
    if actor.is_center:
        return or_(Lead.status != LeadStatus.DRAFT, own)
    if Role.MANAGER in actor.roles:
        return Lead.org_id.in_(actor.subtree | {actor.org_id})
    return own if Role.OFFICER in actor.roles else false()


def at_work() -> TextClause:
    """Those that a unit follows or filed: the part of all leads that its start page adds up, which has an index."""
    return text(f"leads.{AT_WORK_SQL}")


def get_lead(actor: Actor, public_id: str, *, whole: bool = False) -> Lead:
    """Return the lead, with all that its page shows when ``whole``. Raises NotFound."""
    query = select(Lead).where(Lead.public_id == public_id, visible_to(actor))
    if whole:
        query = query.options(
            joinedload(Lead.org),
            joinedload(Lead.owner),
            joinedload(Lead.company),
            joinedload(Lead.node),
            joinedload(Lead.channel),
            selectinload(Lead.files).joinedload(LeadFile.file),
            selectinload(Lead.people).joinedload(LeadPerson.person),
        )
    lead = db.session.scalar(query)
    if lead is None:
        raise NotFound("没有找到这条线索，或您无权查看。")
    return lead


def lead_of(actor: Actor, key: str | None) -> Lead | None:
    """Return the lead that this person's form already made, be it a draft or saved."""
    public_id = once.find(actor, key, "lead")
    if public_id is None:
        return None
    return db.session.scalar(select(Lead).where(Lead.public_id == public_id, visible_to(actor)))


def get_file(actor: Actor, lead: Lead, public_id: str) -> LeadFile:
    """Return a file of the lead. Raises NotFound."""
    for link in lead.files:
        if link.file.public_id == public_id:
            return link
    raise NotFound("没有找到这份文件，或您无权查看。")


def may_read_file(actor: Actor, file_id: int) -> bool:
    """Say whether the file is evidence of a lead that this actor may read."""
    query = select(LeadFile.id).join(Lead, Lead.id == LeadFile.lead_id)
    return db.session.scalar(query.where(LeadFile.file_id == file_id, visible_to(actor)).limit(1)) is not None


def evidence_gaps(lead: Lead) -> list[rules.Gap]:
    """Return what protection of this lead needs, and whether it is there."""
    return rules.gaps(
        company=lead.company_id is not None or len(lead.company_text.strip()) >= 4 or bool(lead.uscc_text),
        first_contact_on=lead.first_contact_on,
        grades=[link.grade.value for link in lead.files],
        node=lead.node_id is not None,
        invest_total_cny=lead.invest_total_cny,
        claim_min_invest=parameters.value("claim_min_invest"),
    )


def node_choices() -> dict[str, list[tuple[str, str, str]]]:
    """Return the nodes of the current plan by segment: code, name, gap type."""
    query = (
        select(Segment.name, Node.code, Node.name, PlanNode.gap)
        .join(Node, Node.segment_id == Segment.id)
        .outerjoin(
            PlanNode, and_(PlanNode.node_id == Node.id, PlanNode.plan_id.in_(select(Plan.id).where(Plan.current)))
        )
        .order_by(Segment.code, Node.code)
    )
    grouped: dict[str, list[tuple[str, str, str]]] = {}
    for segment, code, name, gap in db.session.execute(query):
        grouped.setdefault(segment, []).append((code, name, gap or ""))
    return grouped


def channel_choices() -> list[tuple[str, str]]:
    """Return the ways in which investors are found: code, name."""
    return [
        (code, name) for code, name in db.session.execute(select(Channel.code, Channel.name).order_by(Channel.code))
    ]


def find_node(code: str | None) -> Node | None:
    """Return the node of this code, if there is one."""
    return db.session.scalar(select(Node).where(Node.code == code)) if code else None


def find_channel(code: str | None) -> Channel | None:
    """Return the channel of this code, if there is one."""
    return db.session.scalar(select(Channel).where(Channel.code == code)) if code else None


def colleagues(lead: Lead, org_ids: Sequence[int]) -> Sequence[User]:
    """Return who may take over a lead: active people of its unit who write leads, without its owner."""
    from crm.accounts.models import UserRole

    writers = select(UserRole.user_id).where(UserRole.role.in_((Role.OFFICER, Role.MANAGER, Role.CENTER)))
    query = select(User).where(User.org_id.in_(org_ids), User.active, User.id != lead.owner_id, User.id.in_(writers))
    return db.session.scalars(query.order_by(User.name)).all()


def leads_of_company(actor: Actor, company_id: int, limit: int = 20) -> Sequence[Lead]:
    """Return the visible leads on a company, newest first."""
    query = select(Lead).where(Lead.company_id == company_id, Lead.status != LeadStatus.DRAFT, visible_to(actor))
    query = query.options(joinedload(Lead.owner), joinedload(Lead.org)).order_by(Lead.updated_at.desc())
    return db.session.scalars(query.limit(limit)).all()


def own_work(actor: Actor, company_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return, for companies on which the own unit works, who does and since when it was last touched (MM-DD).

    Only the own unit's rows enter, so the answer betrays nothing of others (S1).
    """
    if not company_ids or not actor.can(Permission.LEAD_READ):
        return {}
    touched = func.coalesce(Lead.last_contact_on, Lead.first_contact_on)
    query = (
        select(Lead.company_id, User.name, touched)
        .join(User, User.id == Lead.owner_id)
        .where(
            Lead.company_id.in_(company_ids),
            Lead.org_id == actor.org_id,
            Lead.status.in_((LeadStatus.FILED, LeadStatus.FOLLOWING)),
        )
        .order_by(Lead.updated_at)
    )
    rows = db.session.execute(query)
    return {company: (name, f"{day:%m-%d}" if day else "") for company, name, day in rows if company is not None}
