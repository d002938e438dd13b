"""A city leader hands a firm to a unit. While another unit holds it this is refused with the ways that remain;
only the centre may override, with a reason that the holder reads. Source: domain.md §3.8, 8."""

from dataclasses import dataclass

from flask_babel import gettext as _

from crm.accounts.models import Org
from crm.accounts.queries import OrgLine, OrgTree
from crm.audit import service as audit
from crm.claims import filing, ledger, rivals
from crm.claims import telling as claim_telling
from crm.claims.models import Claim, ClaimStatus
from crm.claims.transfers import service, telling
from crm.claims.transfers.models import Transfer, TransferReason
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.leads import service as leads
from crm.leads.models import Lead
from crm.notices.service import notify


@dataclass(frozen=True)
class Order:
    """What was handed over: the firm in words, the matter, the unit, and who gave the order."""

    company_text: str
    title: str
    unit: str
    leader: str


@dataclass(frozen=True)
class Result:
    """What came of an order: a lead for the unit, or what another unit's hold leaves as ways."""

    lead: Lead | None = None
    transfer: Transfer | None = None
    refused: bool = False
    holder: str = ""
    claim: Claim | None = None


def check(actor: Actor, order: Order, tree: OrgTree | None = None) -> tuple[OrgLine, list[Claim]]:
    """Return the unit of an order, and the other units' claims that hold on its firm. Raises Conflict naming the field."""
    authorize(actor, Permission.LEAD_ASSIGN)
    unit = next((one for one in (tree or OrgTree.read()).units() if one.public_id == order.unit), None)
    if unit is None:
        raise Conflict(_("请选择单位。"), field="unit")
    if len(order.company_text.strip()) < 2:
        raise Conflict(_("请填写企业全称。"), field="company_text")
    if not order.title.strip():
        raise Conflict(_("请用一句话写明投资意向。"), field="title")
    if not order.leader.strip():
        raise Conflict(_("请填写交办的领导。"), field="leader")
    held = rivals.holders_of_text(order.company_text.strip())
    return unit, [claim for claim in held if claim.org_id != unit.id]


@db.transactional
def assign(actor: Actor, order: Order, tree: OrgTree | None = None) -> Result:
    """Hand a firm to a unit as a lead. Held by another unit: nothing changes, and the answer says so.

    Who may not read claims (the leader, the office) learns that it is held, never by whom. ``tree``: as the request read it.
    """
    unit, held = check(actor, order, tree)
    if held:
        audit.record(actor, "transfer.refused_order", ("claims", None, ""), reason=order.leader.strip())
        holder = held[0].org.name if actor.is_center else ""
        return Result(refused=True, holder=holder, claim=held[0] if actor.is_center else None)
    return Result(lead=_lead(actor, order, unit))


@db.transactional
def override(actor: Actor, order: Order, reason: str) -> Result:
    """The centre gives the firm to the unit although another holds it: a transfer by order, at once. The holder reads the reason."""
    authorize(actor, Permission.CLAIM_VERIFY)
    unit, held = check(actor, order)
    if Role.CENTER not in actor.roles or actor.org_id in (unit.id, *(one.org_id for one in held)):
        raise Forbidden(_("改派只能由市招商服务中心作出；市中心为当事方时由领导小组办公室办理。"))
    if len(reason.strip()) < 10:
        raise Conflict(_("请写明改派的理由（至少 10 个字），原持有单位会看到。"), field="reason")
    claim = next((one for one in held if one.status is ClaimStatus.PROTECTED), None)
    if claim is None:
        raise Conflict(_("该企业没有可以改派的保护：已签约、待核验或流转中的请先办结。"), field="reason")
    filing.lock_company(claim.company_id)
    row = service.apply(actor, claim, TransferReason.CITY, reason)
    row.host_org_id, row.host = unit.id, db.session.get_one(Org, unit.id)
    row.offered_at, row.offered_by_id, row.offer_words = clock.now(), actor.user_id, order.leader.strip()
    db.session.flush()
    ledger.write(actor, claim, "assigned_away", reason.strip(), leader=order.leader.strip())
    new = service.finish(actor, row)
    audit.record(actor, "transfer.assigned", row, host=unit.name)
    words = _(
        "市级统筹：%(firm)s 改派 %(unit)s，理由：%(why)s", firm=claim.company_words, unit=unit.name, why=reason.strip()
    )
    claim_telling.outcome(claim, "assigned_away", words)
    telling.answered(row, _("按市级统筹承接"))
    telling.assigned(row, new)
    return Result(transfer=row)


def _lead(actor: Actor, order: Order, unit: OrgLine) -> Lead:
    """Make the unit's lead; its manager owns it until it is given on."""
    lead = leads.make_for(
        actor,
        unit.id,
        field="unit",
        company_text=order.company_text.strip(),
        title=order.title.strip(),
        referrer=order.leader.strip()[:60],
    )
    text = _("%(leader)s 交办：%(firm)s，请跟进并在接触后首报。", leader=order.leader.strip(), firm=lead.company_text)
    url = f"/leads/{lead.public_id}"
    people = [one.id for one in leads.heads_of(unit.id, field="unit")]
    notify(people, "lead.assigned", "lead", lead.public_id, text=text, url=url)
    return lead
