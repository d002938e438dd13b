"""The people of the samples: nine recruiting units, the centre, the office, a leader, expo staff, the three officers."""

from dataclasses import dataclass, field
from random import Random

from argon2 import PasswordHasher
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import Org, User, UserRole
from crm.core.permissions import Role, UserKind
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.reports.samples.words import GIVEN, SURNAMES

PASSWORD = "Huangshi-2026"
UNITS = ("KTS", "HSG", "XSS", "XL", "DY", "YX", "DYH", "XG", "LK")
_TWO_OFFICERS = frozenset({"KTS", "DY", "YX", "HSG", "XSS"})


@dataclass
class Staff:
    """Who plays: officers and manager of each unit by its code, and the city's people."""

    officers: dict[str, list[Actor]] = field(default_factory=dict)
    managers: dict[str, Actor] = field(default_factory=dict)
    center: list[Actor] = field(default_factory=list)
    office: Actor | None = None


class _Names:
    """Hands out invented names, each once."""

    def __init__(self, rng: Random) -> None:
        pairs = [f"{s}{g}" for s in SURNAMES for g in GIVEN]
        rng.shuffle(pairs)
        self._left = iter(pairs)

    def next(self) -> str:
        """Return the next name."""
        return next(self._left)


@db.transactional
def hire(rng: Random) -> Staff:
    """Make all sample people; every one is marked as a sample and has the sample password."""
    names, staff = _Names(rng), Staff()
    secret = PasswordHasher().hash(PASSWORD)
    orgs = {org.code: org for org in db.session.scalars(select(Org))}
    for code in UNITS:
        org = orgs[code]
        manager = _person(names.next(), f"{code.lower()}.manager", org, secret, Role.MANAGER)
        staff.managers[code] = _actor(manager)
        count = 2 if code in _TWO_OFFICERS else 1
        staff.officers[code] = [
            _actor(_person(names.next(), f"{code.lower()}.{n}", org, secret, Role.OFFICER)) for n in range(1, count + 1)
        ]
    center = orgs["SZSZX"]
    center.phone = "0714-000 0000"  # no such number
    for n in range(1, 5):
        staff.center.append(_actor(_person(names.next(), f"center.{n}", center, secret, Role.CENTER)))
    group = orgs["LDXZ"]
    staff.office = _actor(_person(names.next(), "office.1", group, secret, Role.OFFICE))
    _person(names.next(), "leader.1", group, secret, Role.LEADER)
    for n in (1, 2):
        _person(names.next(), f"expo.{n}", center, secret, Role.EXPO)
    for login, name, kind in (
        ("sysadmin", "系统管理员", UserKind.SYSADMIN),
        ("secadmin", "安全管理员", UserKind.SECADMIN),
        ("auditor", "审计管理员", UserKind.AUDITOR),
    ):
        _person(name, login, center, secret, kind=kind)
    return staff


def _person(name: str, login: str, org: Org, secret: str, *roles: Role, kind: UserKind = UserKind.BUSINESS) -> User:
    user = User(
        login=login,
        name=name,
        kind=kind,
        org_id=org.id,
        phone="",
        password_hash=secret,
        password_changed_at=clock.now(),
        must_change_password=False,
        is_sample=True,
        created_at=clock.now(),
        roles=[UserRole(role=role) for role in roles],
    )
    db.session.add(user)
    db.session.flush()
    return user


def _actor(user: User) -> Actor:
    return accounts.actor_of(user.id)


def mobile(rng: Random) -> str:
    """Return an invented mobile number from the range kept for samples."""
    return f"1990000{rng.randrange(10_000):04}"


def contact_name(rng: Random) -> str:
    """Return an invented contact's name."""
    return f"{rng.choice(SURNAMES)}{rng.choice(GIVEN)}"
