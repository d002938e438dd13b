"""What may be done with persons: remember one, show a number on record."""

from collections.abc import Collection

from sqlalchemy import select

from crm.audit import service as audit
from crm.core.errors import Forbidden, Invalid
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.people import mobiles
from crm.people.models import Person

BASIS = "履行法定职责"  # Source: 个人信息保护法 第十三条


def find_or_add(
    actor: Actor,
    *,
    name: str,
    title: str = "",
    mobile: str = "",
    company_id: int | None = None,
    near: Collection[int] = (),
) -> Person:
    """Return the unit's person of this number, or of this name at the company or among ``near``; a new one if there is none.

    Fills what was unknown, and never overwrites a number by an empty one. Raises Invalid on ``person_mobile``.
    """
    authorize(actor, Permission.LEAD_WRITE)
    number = _number(mobile)
    person = _find(actor.org_id, name, number, company_id, near)
    if person is None:
        return _add(actor, name=name, title=title, number=number, company_id=company_id)
    changed = {
        key: value
        for key, value in (("title", title), ("mobile", number), ("company_id", company_id))
        if value and getattr(person, key) != value
    }
    if changed:
        for key, value in changed.items():
            setattr(person, key, value)
        person.mobile_hmac = mobiles.fingerprint(person.mobile)
        person.version += 1
        audit.record(actor, "person.changed", person, org_id=person.org_id, **changed)
    return person


def _number(text: str) -> str:
    if not text.strip():
        return ""
    number = mobiles.normal(text)
    if number is None:
        raise Invalid("这不像一个电话号码。手机号 11 位，座机请带区号，境外号码以 + 开头。", field="person_mobile")
    return number


def _find(org_id: int, name: str, number: str, company_id: int | None, near: Collection[int]) -> Person | None:
    own = select(Person).where(Person.org_id == org_id, Person.name == name).order_by(Person.id).limit(1)
    found = db.session.scalar(own.where(Person.mobile_hmac == mobiles.fingerprint(number))) if number else None
    if found is None and near:
        found = db.session.scalar(own.where(Person.id.in_(near)))
    if found is None and company_id is not None:
        found = db.session.scalar(own.where(Person.company_id == company_id))
    return found


def _add(actor: Actor, *, name: str, title: str, number: str, company_id: int | None) -> Person:
    person = Person(
        public_id=db.new_public_id(),
        org_id=actor.org_id,
        company_id=company_id,
        name=name,
        title=title,
        mobile=number,
        mobile_hmac=mobiles.fingerprint(number),
        basis=BASIS,
        created_by_id=actor.user_id or None,
        created_at=clock.now(),
    )
    db.session.add(person)
    db.session.flush()
    audit.record(actor, "person.added", person, org_id=person.org_id, name=name, title=title, mobile=number)
    return person


@db.transactional
def reveal(actor: Actor, person: Person, reason: str) -> str:
    """Return the number and put on record who saw it and why. A trusted phone must confirm the password first."""
    authorize(actor, Permission.CONTACT_REVEAL)
    if actor.scope != "full":
        raise Forbidden("在手机上查看号码前，请重新输入密码登录。")
    if not reason.strip():
        raise Invalid("请选择查看号码的事由。", field="reason")
    audit.record(actor, "person.revealed", person, org_id=person.org_id, reason=reason.strip()[:100])
    return person.mobile
