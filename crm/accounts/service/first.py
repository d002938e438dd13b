"""The first minutes of a real installation: the organisations and the three officers, no samples."""

from dataclasses import dataclass

from sqlalchemy import select

from crm.accounts import queries
from crm.accounts.models import User
from crm.accounts.service.orgs import load_orgs
from crm.accounts.service.people import add_person
from crm.core.permissions import UserKind
from crm.kit import db
from crm.kit.access import Actor

OFFICERS = (
    ("sysadmin", "系统管理员", UserKind.SYSADMIN),
    ("secadmin", "安全管理员", UserKind.SECADMIN),
    ("auditor", "审计管理员", UserKind.AUDITOR),
)


@dataclass(frozen=True)
class FirstPassword:
    """A login and the password that opens it once."""

    login: str
    name: str
    password: str


@db.transactional
def bootstrap(actor: Actor) -> list[FirstPassword]:
    """Load the organisations and make the officers that are missing; returns their one-time passwords.

    Safe to repeat: an officer who exists keeps the password and is not in the answer.
    """
    load_orgs(actor)
    home = queries.center_org().id
    made = []
    for login, name, kind in OFFICERS:
        if db.session.scalar(select(User.id).where(User.kind == kind).limit(1)) is None:
            _user, once = add_person(actor, login=login, name=name, org_id=home, kind=kind)
            made.append(FirstPassword(login, name, once))
    return made
