"""What the system administrator and the security administrator do with people, and what people do with their account."""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.accounts import passwords
from crm.accounts.models import Org, PasswordHash, User, UserRole
from crm.accounts.service.sign_ins import check_password, end_all, forget_devices
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import BUSINESS_ROLES, OFFICER_ROLES, Permission, Role, UserKind
from crm.kit import clock, db, policy
from crm.kit.access import Actor, authorize


@db.transactional
def add_person(
    actor: Actor,
    *,
    login: str,
    name: str,
    org_id: int,
    kind: UserKind = UserKind.BUSINESS,
    phone: str = "",
    password_hash: str | None = None,
    is_sample: bool = False,
) -> tuple[User, str]:
    """Add a person without roles; returns the person and the one-time password.

    ``password_hash`` (samples) replaces the one-time password, which is then empty. Raises Conflict for a taken login.
    """
    authorize(actor, Permission.USER_WRITE)
    _check_org(org_id)
    once = "" if password_hash else passwords.one_time()
    user = User(
        login=login,
        name=name,
        kind=kind,
        org_id=org_id,
        phone=phone,
        is_sample=is_sample,
        password_hash=password_hash or passwords.hash_password(once),
        password_changed_at=clock.now(),
        must_change_password=password_hash is None,
        created_at=clock.now(),
        roles=[],
    )
    with db.unique(User.login, _("这个账号已经有人使用，请换一个。")):
        db.session.add(user)
        db.session.flush()
    audit.record(actor, "user.added", user, login=login, name=name, kind=kind, phone=phone)
    return user, once


@db.transactional
def change_person(actor: Actor, user: User, *, version: str | int | None, name: str, org_id: int, phone: str) -> User:
    """Change name, organisation and phone. Another organisation ends the person's sign-ins. Raises Stale."""
    authorize(actor, Permission.USER_WRITE)
    user = _locked(user)
    db.check_version(user, version)
    if org_id != user.org_id:
        _check_org(org_id)
    changes = audit.changed(user, {"name": name, "phone": phone})
    if org_id != user.org_id:
        names = {org.id: org.name for org in db.session.scalars(select(Org).where(Org.id.in_((org_id, user.org_id))))}
        changes["org"] = (names[user.org_id], names[org_id])
        user.org_id = org_id
        end_all(user.id, "org_changed")
    user.name, user.phone = name, phone
    audit.record(actor, "user.changed", user, **changes)
    return user


@db.transactional
def disable_person(actor: Actor, user: User) -> User:
    """Disable an account; the person is out at once. Raises Conflict for the last of an officer kind, and for oneself."""
    authorize(actor, Permission.USER_WRITE)
    _lock_officers()
    user = _locked(user)
    if user.id == actor.user_id:
        raise Conflict(_("不能停用自己的账号，请由另一位系统管理员办理。"))
    if user.kind is not UserKind.BUSINESS and user.active and _active_of(user.kind) < 2:
        raise Conflict(_("这是最后一位在用的该类管理员，请先启用另一位再停用。"))
    user.active = False
    user.version += 1
    end_all(user.id, "disabled")
    forget_devices(user.id)
    audit.record(actor, "user.disabled", user)
    return user


@db.transactional
def enable_person(actor: Actor, user: User) -> User:
    """Let a disabled person sign in again, with the old password."""
    authorize(actor, Permission.USER_WRITE)
    user = _locked(user)
    user.active = True
    user.version += 1
    audit.record(actor, "user.enabled", user)
    return user


def reset_password(actor: Actor, user: User) -> str:
    """Give a person a one-time password and end all sign-ins; returns it, to be shown once."""
    authorize(actor, Permission.USER_WRITE)
    once = passwords.one_time()
    hashed = passwords.hash_password(once)
    with db.transaction():
        user = _locked(user)
        _store(user, hashed, must_change=True)
        end_all(user.id, "password_reset")
        forget_devices(user.id)
        audit.record(actor, "user.password_reset", user)
    return once


def change_password(actor: Actor, sign_in_id: int, *, old_password: str, new_password: str) -> None:
    """Change one's own password; all other sign-ins of the person end. Raises Invalid on the field that is wrong."""
    check_password(actor, old_password)
    user = db.session.get_one(User, actor.user_id)
    query = select(PasswordHash.hash).where(PasswordHash.user_id == user.id).order_by(PasswordHash.id.desc())
    former = list(db.session.scalars(query.limit(max(0, policy.number("password_history") - 1))))
    login, present = user.login, user.password_hash
    db.session.close()
    passwords.check_new(new_password, login=login, former=[present, *former])
    hashed = passwords.hash_password(new_password)
    with db.transaction():
        user = _locked(user)
        if user.password_hash != present:
            raise Conflict(_("密码刚刚在别处改过，请重新登录。"))
        _store(user, hashed, must_change=False)
        end_all(user.id, "password_changed", keep=sign_in_id)
        audit.record(actor, "user.password_changed", user)


@db.transactional
def assign_roles(actor: Actor, user: User, roles: Iterable[Role], *, version: str | int | None = None) -> User:
    """Give a business person exactly these roles; the person signs in again. Raises Stale, Forbidden, Invalid."""
    authorize(actor, Permission.ROLE_WRITE)
    wanted = set(roles)
    user = _locked(user)
    db.check_version(user, version)
    if user.kind is not UserKind.BUSINESS:
        raise Forbidden(_("管理员的岗位由账号类别决定，不能再加业务岗位。"))
    if not wanted <= set(BUSINESS_ROLES):
        raise Invalid(_("业务人员只能担任业务岗位。"), field="roles")
    db.session.refresh(user, ["roles"])
    had = {one.role for one in user.roles}
    if had == wanted:
        return user
    user.roles = [one for one in user.roles if one.role in wanted] + [UserRole(role=role) for role in wanted - had]
    end_all(user.id, "roles_changed")
    audit.record(actor, "user.roles_assigned", user, roles=(sorted(had), sorted(wanted)))
    return user


@db.transactional
def change_own(actor: Actor, *, phone: str) -> None:
    """Change one's own telephone number."""
    user = db.session.get_one(User, actor.user_id, populate_existing=True)
    changes = audit.changed(user, {"phone": phone})
    if changes:
        user.phone = phone
        user.version += 1
        audit.record(actor, "user.changed", user, **changes)


@db.transactional
def choose_language(actor: Actor, language: str) -> None:
    """Remember the person's language."""
    db.session.get_one(User, actor.user_id).language = language


def _store(user: User, hashed: str, *, must_change: bool) -> None:
    db.session.add(PasswordHash(user_id=user.id, hash=user.password_hash, at=clock.now()))
    user.password_hash = hashed
    user.password_changed_at = clock.now()
    user.must_change_password = must_change
    user.version += 1


def _locked(user: User) -> User:
    """Read the person anew, locked until the end of the transaction."""
    return db.session.get_one(User, user.id, populate_existing=True, with_for_update={"key_share": True})


def _lock_officers() -> None:
    """Two administrators who disable each other at the same moment queue here."""
    db.session.execute(
        select(User.id).where(User.kind.in_(OFFICER_ROLES)).order_by(User.id).with_for_update(key_share=True)
    )


def _active_of(kind: UserKind) -> int:
    return db.session.scalar(select(func.count()).select_from(User).where(User.kind == kind, User.active)) or 0


def _check_org(org_id: int) -> None:
    org = db.session.get(Org, org_id)
    if org is None or org.retired_at is not None:
        raise Invalid(_("请选择在用的单位。"), field="org_id")
