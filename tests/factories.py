"""Makes rows for tests: each factory names only what the test is about; the rest has sensible values."""

import hashlib
import secrets
from datetime import timedelta
from itertools import count
from typing import Any

from argon2 import PasswordHasher

from crm.accounts.models import Org, OrgKind, SignIn, SignInScope, User, UserRole
from crm.core.permissions import Role, UserKind
from crm.kit import clock, db

_numbers = count(1)
PASSWORD = "Huangshi-2026"
LIGHT_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # the product's takes a quarter of a second
_hash: list[str] = []


def password_hash() -> str:
    """The hash of PASSWORD, made once."""
    if not _hash:
        _hash.append(LIGHT_HASHER.hash(PASSWORD))
    return _hash[0]


def save(*rows: Any) -> None:
    """Commit rows made by a test."""
    with db.transaction():
        db.session.add_all(rows)
        db.session.flush()  # inside a transaction of the test they have their numbers at once


def make_org(name: str | None = None, *, kind: OrgKind = OrgKind.DISTRICT, parent: Org | None = None) -> Org:
    """A unit."""
    n = next(_numbers)
    org = Org(code=f"ORG{n}", name=name or f"测试区{n}", kind=kind, parent_id=parent.id if parent else None)
    save(org)
    return org


def make_user(
    name: str | None = None,
    *,
    org: Org | None = None,
    roles: tuple[Role, ...] = (Role.OFFICER,),
    kind: UserKind = UserKind.BUSINESS,
    **values: Any,
) -> User:
    """A person with business roles (none for the three officers), whose password is PASSWORD."""
    with db.transaction():  # the person and a unit made for them in one commit
        return _made_user(name, org or make_org(), roles, kind, values)


def _made_user(name: str | None, org: Org, roles: tuple[Role, ...], kind: UserKind, values: dict[str, Any]) -> User:
    n = next(_numbers)
    user = User(
        login=values.pop("login", f"user{n}"),
        name=name or f"测试员{n}",
        kind=kind,
        org_id=org.id,
        password_hash=password_hash(),
        password_changed_at=clock.now(),
        must_change_password=values.pop("must_change_password", False),
        created_at=clock.now(),
        roles=[UserRole(role=role) for role in roles] if kind is UserKind.BUSINESS else [],
        **values,
    )
    save(user)
    return user


def actor_of(user: User) -> Any:
    """The Actor of a person, as a request would build it."""
    from crm.accounts.queries import actor_of as build

    return build(user.id)


def make_actor(*roles: Role, org: Org | None = None, name: str | None = None) -> Any:
    """A person with these roles, as an Actor."""
    return actor_of(make_user(name, org=org, roles=roles or (Role.OFFICER,)))


def make_center(name: str | None = None) -> Any:
    """An officer of the city centre, as an Actor."""
    from sqlalchemy import select

    org = db.session.scalar(select(Org).where(Org.kind == OrgKind.CITY_CENTER))
    return make_actor(Role.CENTER, org=org or make_org("市招商服务中心", kind=OrgKind.CITY_CENTER), name=name)


def sign_in_token(user: Any, *, scope: str = "full") -> str:
    """Sign a person in on the server and return the token of the cookie."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    save(
        SignIn(
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            user_id=getattr(user, "user_id", None) or user.id,
            scope=SignInScope(scope),
            started_at=now,
            last_seen_at=now,
            confirmed_at=now if scope == "full" else None,
            trusted_until=now + timedelta(days=7) if scope == "phone" else None,
        )
    )
    return token


def make_company(name: str | None = None, *, actor: Any = None, **values: Any) -> Any:
    """A company entered by the actor: open when nobody is named (the system), unopened when a unit's officer is."""
    from crm.companies.service import register_company
    from crm.kit.access import Actor

    return register_company(actor or Actor.system(), name=name or f"黄石样例{next(_numbers)}机械有限公司", **values)


def make_lead(
    actor: Any, company: str = "苏州绎衡传动科技有限公司", title: str = "拟建谐波减速器生产线", **values: Any
) -> Any:
    """A saved lead of the actor's unit, first contact today."""
    from crm.leads import service

    first = values.pop("first_contact_on", None) or clock.today()
    return service.save_lead(actor, None, service.LeadInput(company, title, first, **values))


def make_project(actor: Any, title: str = "谐波减速器生产线项目", **values: Any) -> Any:
    """A project of the actor's unit in 在谈 (second track: 路演), by the service people use."""
    from crm.projects import service

    values.setdefault("company_text", "苏州绎衡传动科技有限公司")
    return service.register_project(actor, service.ProjectInput(title, **values))


def upload(name: str = "名片.jpg", content: bytes = b"\xff\xd8\xff\xe0\x00\x10JFIF") -> Any:
    """A file as a browser sends it."""
    import io

    from werkzeug.datastructures import FileStorage

    return FileStorage(io.BytesIO(content), filename=name)
