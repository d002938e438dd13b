"""The first minutes of a real installation: the organisations and the three officers, no samples."""

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


@db.transactional
def bootstrap(actor: Actor | None = None) -> list[tuple[str, str]]:
    """Load the organisations and make the officers that are missing; returns (login, one-time password) of each.

    Safe to repeat: an officer who exists keeps the password and is not in the answer.
    """
    actor = actor or Actor.system()
    load_orgs(actor)
    home = queries.center_org().id
    made = []
    for login, name, kind in OFFICERS:
        if db.session.scalar(select(User.id).where(User.kind == kind).limit(1)) is None:
            _user, once = add_person(actor, login=login, name=name, org_id=home, kind=kind)
            made.append((login, once))
    return made
