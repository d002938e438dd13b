"""What belongs to an edition: agenda, our companies that exhibit, costs."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select

from crm.audit import service as audit
from crm.companies import queries as companies
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Permission
from crm.fairs import queries
from crm.fairs.models import AgendaItem, CostKind, Edition, EditionFirm, FairCost
from crm.fairs.service.editions import own_edition
from crm.kit import clock, db
from crm.kit.access import Actor, authorize


@dataclass(frozen=True)
class AgendaInput:
    """A point of the agenda; ``starts`` as 09:30."""

    title: str
    held_on: date | None = None
    starts: str = ""
    place: str = ""
    speaker: str = ""


@db.transactional
def add_agenda(actor: Actor, edition: Edition, data: AgendaInput) -> AgendaItem:
    """Add a point. Raises Invalid when its day lies outside the edition."""
    row = own_edition(actor, edition)
    if not data.title:
        raise Invalid(_("请填写议程内容。"), field="title")
    day = day_of(row, data)
    item = AgendaItem(
        public_id=db.new_public_id(),
        edition_id=row.id,
        held_on=day,
        starts=data.starts,
        position=_place_of(row, day, data.starts),
        title=data.title,
        place=data.place,
        speaker=data.speaker,
    )
    db.session.add(item)
    db.session.flush()
    audit.record(actor, "agenda.added", item, title=item.title)
    return item


def day_of(edition: Edition, data: AgendaInput) -> date | None:
    """Return the day of a point, the first one unless it names another. Raises Invalid outside the edition."""
    day = data.held_on or edition.starts_on
    first = edition.starts_on
    if day is not None and first is not None and not first <= day <= (edition.ends_on or first):
        raise Invalid(
            _("日期不在展期 %(first)s 至 %(last)s 内。", first=first, last=edition.ends_on or first), field="held_on"
        )
    return day


def _place_of(edition: Edition, day: date | None, starts: str) -> int:
    """Return the place of a new point within its day: by its time, else the last; the later ones step down."""
    rows = [one for one in queries.agenda_of(edition) if one.held_on == day]
    place = next((n for n, one in enumerate(rows) if starts and one.starts > starts), len(rows))
    for number, one in enumerate(rows, start=1):
        one.position = number if number <= place else number + 1
    return place + 1


@db.transactional
def withdraw_agenda(actor: Actor, edition: Edition, public_id: str) -> None:
    """Take a point off the agenda. Raises NotFound."""
    own_edition(actor, edition)
    query = select(AgendaItem).where(AgendaItem.public_id == public_id, AgendaItem.edition_id == edition.id)
    item = db.session.scalar(query)
    if item is None:
        raise NotFound
    if item.withdrawn_at is None:
        item.withdrawn_at = clock.now()
        audit.record(actor, "agenda.withdrawn", item, title=(item.title, ""))


@db.transactional
def add_firm(
    actor: Actor, edition: Edition, company_public_id: str, *, booth: str = "", words: str = ""
) -> EditionFirm:
    """Note that a company of ours exhibits. Raises Invalid without a company of the base, Conflict when it is there."""
    authorize(actor, Permission.FAIR_WRITE)
    company = companies.find_company(actor, company_public_id)
    if company is None:
        raise Invalid(_("请从企业库里选中一家企业；库里没有的，先登记企业。"), field="company_text")
    known = db.session.scalar(
        select(EditionFirm).where(
            EditionFirm.edition_id == edition.id,
            EditionFirm.company_id == company.id,
            EditionFirm.org_id == actor.org_id,
        )
    )
    if known is not None and known.withdrawn_at is None:
        raise Conflict(_("“%(name)s”已在参展企业中。", name=company.name), field="company_text")
    row = known or EditionFirm(
        public_id=db.new_public_id(), edition_id=edition.id, company_id=company.id, org_id=actor.org_id
    )
    row.booth, row.words, row.withdrawn_at = booth, words, None
    db.session.add(row)
    with db.unique("company_text", _("“%(name)s”已在参展企业中。", name=company.name)):
        db.session.flush()
    audit.record(actor, "edition_firm.added", row, name=company.name, booth=booth)
    return row


@db.transactional
def withdraw_firm(actor: Actor, edition: Edition, public_id: str) -> None:
    """Take a company of ours off an edition. Raises NotFound, Forbidden for another unit's."""
    query = select(EditionFirm).where(EditionFirm.public_id == public_id, EditionFirm.edition_id == edition.id)
    row = db.session.scalar(query)
    if row is None:
        raise NotFound
    _own_part(actor, row.org_id)
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        audit.record(actor, "edition_firm.withdrawn", row)


@db.transactional
def add_cost(
    actor: Actor, edition: Edition, kind: CostKind, amount_cny: Decimal | None, spent_on: date | None, words: str = ""
) -> FairCost:
    """Note what the own unit spent. Raises Invalid."""
    authorize(actor, Permission.FAIR_WRITE)
    if not amount_cny or amount_cny < 0:
        raise Invalid(_("请填写金额（元），例如 12800。"), field="amount_cny")
    if spent_on is not None and spent_on > clock.today():
        raise Invalid(_("费用日期不能在今天以后。"), field="spent_on")
    row = FairCost(
        public_id=db.new_public_id(),
        edition_id=edition.id,
        org_id=actor.org_id,
        kind=kind,
        amount_cny=amount_cny,
        spent_on=spent_on,
        words=words,
        by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "fair_cost.added", row, amount_cny=str(amount_cny), kind=kind.value)
    return row


@db.transactional
def withdraw_cost(actor: Actor, edition: Edition, public_id: str) -> None:
    """Take back a cost. Raises NotFound for one that is not the unit's."""
    query = select(FairCost).where(FairCost.public_id == public_id, FairCost.edition_id == edition.id)
    row = db.session.scalar(query.where(queries.own(actor, FairCost.org_id)))
    if row is None:
        raise NotFound
    _own_part(actor, row.org_id)
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        audit.record(actor, "fair_cost.withdrawn", row, amount_cny=(str(row.amount_cny), ""))


def _own_part(actor: Actor, org_id: int) -> None:
    authorize(actor, Permission.FAIR_WRITE)
    if not actor.is_center and org_id != actor.org_id:
        raise Forbidden(_("这是其他单位登记的，只能由该单位或市中心修改。"))
