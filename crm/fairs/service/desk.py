"""Contacts at the desk: recorded and changed with day, team and company; a number shown; which person of the base it is."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.audit import service as audit
from crm.companies import queries as companies
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Permission
from crm.fairs import contacts, met, queries
from crm.fairs.models import ContactStatus, Edition, FairContact
from crm.fairs.service import capture
from crm.fairs.service.capture import ContactInput
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.people import mobiles
from crm.people import service as people
from crm.people.models import Person
from crm.people.queries import get_person

FAR = timedelta(days=730)


@dataclass(frozen=True)
class DeskInput:
    """What is typed at the desk. An empty mobile keeps the stored one; ``drop_mobile`` forgets it; an empty team is the own one."""

    contact: ContactInput
    met_on: date | None = None
    company_public_id: str = ""
    team_public_id: str = ""
    drop_mobile: bool = False


@db.transactional
def record_contact(actor: Actor, edition: Edition, data: DeskInput, *, key: str | None = None) -> FairContact:
    """Note a contact from the desk. Raises Forbidden, Conflict before or without the fair, Invalid, once.Repeated."""
    authorize(actor, Permission.FAIR_WRITE)
    _open_for_contacts(edition)
    met_on = _checked(edition, data, data.met_on or clock.today())
    row, _new = capture.record(actor, edition, data.contact, client_uuid=str(uuid.uuid4()))
    row.edition, row.follower_id, row.is_sample = edition, actor.user_id, edition.is_sample
    _place(actor, row, data, met_on)
    once.remember(actor, key, row.public_id, "fair_contact")
    db.session.flush()
    return row


@db.transactional
def edit_contact(actor: Actor, row: FairContact, data: DeskInput, version: str) -> FairContact:
    """Change a contact. The clock follows a new rating or day while nobody has followed it. Raises Stale, Invalid, Conflict."""
    row = own_contact(actor, row)
    if version != str(row.version):
        raise Stale(_("这条接触刚被别人改过，请核对后再保存。"), current=row)
    met_on = _checked(row.edition, data, data.met_on or row.met_on)
    number = data.contact.mobile or ("" if data.drop_mobile else row.mobile)
    day, team = row.met_on, row.team_id
    capture.update(actor, row, replace(data.contact, mobile=number), version)
    _place(actor, row, data, met_on)
    changes: dict[str, Any] = {"met_on": (day, row.met_on)} if day != row.met_on else {}
    if team != row.team_id:
        changes["team"] = row.team.name if row.team is not None else ""
    if changes:
        audit.record(actor, "fair_contact.placed", row, org_id=row.org_id, **changes)
    return row


@db.transactional
def withdraw_contact(actor: Actor, row: FairContact) -> None:
    """Take a contact back: it counts nowhere and may be restored. Raises Conflict when a lead has come of it."""
    capture.withdraw(actor, own_contact(actor, row))


@db.transactional
def restore_contact(actor: Actor, row: FairContact) -> None:
    """Take up again a contact that was withdrawn."""
    capture.restore(actor, own_contact(actor, row, withdrawn=True))


@db.transactional
def reveal(actor: Actor, row: FairContact, reason: str) -> str:
    """Return the number and put on record who saw it and why. Raises Forbidden for whom it stays masked."""
    if actor.scope != "full":
        raise Forbidden(_("在手机上查看号码前，请重新输入密码登录。"))
    if not may_reveal(actor, row):
        raise Forbidden(_("这条接触由其他小组登记，号码只对登记小组和本单位招商人员显示。"))
    audit.record(actor, "fair_contact.revealed", row, org_id=row.org_id, reason=reason[:100])
    return row.mobile


def may_reveal(actor: Actor, row: FairContact) -> bool:
    """Say whether the actor may ask for the number: who works with contacts at all, expo staff what their own team met."""
    return actor.can(Permission.CONTACT_REVEAL) or contacts.may_change(actor, row)


@db.transactional
def link_person(actor: Actor, row: FairContact, person_public_id: str = "") -> Person:
    """Say which person of the base was met: one that is there, or a new one from what was noted. Raises Invalid, NotFound."""
    row = own_contact(actor, row)
    authorize(actor, Permission.LEAD_WRITE)
    if row.org_id != actor.org_id:
        raise Forbidden(_("联系人归登记单位所有，请由该单位保存。"))
    if person_public_id:
        person = get_person(actor, person_public_id)
        if person.org_id != row.org_id:
            raise NotFound
    else:
        if not row.person_name:
            raise Invalid(_("还没有填对方姓名，请先修改这条接触。"), field="person")
        known = mobiles.normal(row.mobile) or ""  # a number noted at a stand may be half of one
        person = people.find_or_add(
            actor, name=row.person_name, title=row.person_title, mobile=known, company_id=firm_id(row)
        )
    row.person_id, row.person = person.id, person
    row.version += 1
    audit.record(actor, "fair_contact.person", row, org_id=row.org_id, person=person.name)
    return person


@db.transactional
def unlink_person(actor: Actor, row: FairContact) -> None:
    """Take back that this was a person of the base; the person stays."""
    row = own_contact(actor, row)
    if row.person_id is not None:
        row.person_id, row.person = None, None
        row.version += 1
        audit.record(actor, "fair_contact.person", row, org_id=row.org_id)


def firm_id(row: FairContact) -> int | None:
    """Return the company of a contact: the one that was chosen, else the one of the exhibitor's row."""
    return row.company_id or (row.exhibitor.company_id if row.exhibitor is not None else None)


def own_contact(actor: Actor, row: FairContact, *, withdrawn: bool = False) -> FairContact:
    """Return the contact as it is now, locked, if the actor may change it. Raises Forbidden, NotFound, Conflict."""
    authorize(actor, Permission.FAIR_WRITE)
    query = select(FairContact).where(FairContact.id == row.id, contacts.visible_to(actor))
    found = db.session.scalar(query.with_for_update(of=FairContact).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    if not contacts.may_change(actor, found):
        raise Forbidden(_("这条接触由其他单位或其他小组登记，只能由登记的一方或市中心修改。"))
    if found.withdrawn_at is not None and not withdrawn:
        raise Conflict(_("这条接触已撤回，请先恢复。"))
    return found


def edition_for(actor: Actor, public_id: str) -> Edition:
    """Return the edition at which the contact was made. Raises Invalid on ``edition``."""
    if not public_id:
        raise Invalid(_("请选择在哪一届展会接触的。"), field="edition")
    try:
        return queries.get_edition(actor, public_id)
    except NotFound as error:
        raise Invalid(_("没有找到这一届展会，请重新选择。"), field="edition") from error


def _open_for_contacts(edition: Edition) -> None:
    if edition.cancelled_on is not None:
        raise Conflict(_("这一届已取消，请先恢复再登记接触。"), field="edition")
    if edition.starts_on is not None and edition.starts_on > clock.today():
        raise Conflict(_("这一届 %(day)s 才开始，到时再登记接触。", day=edition.starts_on), field="edition")


def _checked(edition: Edition, data: DeskInput, met_on: date) -> date:
    """Return the day of the contact if it can be true: the desk is told what the phone is not, whose clock may err."""
    today = clock.today()
    if met_on > today:
        raise Invalid(_("今天是 %(today)s，接触日期不能在今天以后。", today=today), field="met_on")
    first, last = edition.starts_on, edition.ends_on or edition.starts_on
    if first is not None and last is not None and not first <= met_on <= last:
        words = _("不在展期 %(first)s 至 %(last)s 内。会后的联系请记为跟进。", first=first, last=last)
        raise Invalid(words, field="met_on")
    next_on, number = data.contact.next_on, data.contact.mobile
    if next_on is not None and not met_on <= next_on <= met_on + FAR:
        raise Invalid(_("下一步日期应在接触日期之后两年以内。"), field="next_on")
    if number and mobiles.normal(number) is None:
        words = _("这不像一个电话号码。手机号 11 位，座机请带区号，境外号码以 + 开头。")
        raise Invalid(words, field="mobile")
    return met_on


def _place(actor: Actor, row: FairContact, data: DeskInput, met_on: date) -> None:
    """Set what only the desk says: the day, the team, the company of the base."""
    if row.met_on != met_on and row.status is ContactStatus.OPEN:
        row.due_on = capture.due_day(row.rating, met_on)
    row.met_on = met_on
    _choose_company(actor, row, data.company_public_id)
    if data.team_public_id:
        teams = {team.public_id: team for team in met.teams_at(actor, row.edition)}
        team = teams.get(data.team_public_id)
        if team is None or team.org_id != row.org_id:
            raise Invalid(_("请从本单位在这一届的小组里选。"), field="team")
        row.team_id, row.team = team.id, team


def _choose_company(actor: Actor, row: FairContact, number: str) -> None:
    """Set the company that was picked; one that this actor may not see was chosen by others, and stays (S0)."""
    company = companies.find_company(actor, number) if number else None
    if company is None and row.company_id is not None and companies.company_of(actor, row.company_id) is None:
        return
    row.company_id, row.company = (company.id, company) if company is not None else (None, None)
