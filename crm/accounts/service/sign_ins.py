"""Signing in and out: a session on the server, found by the hash of a token, revocable at any time."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from crm.accounts import lockout, passwords, queries
from crm.accounts.models import SignIn, SignInScope, TrustedDevice, User
from crm.audit import service as audit
from crm.core.errors import Invalid, NotFound, UserError
from crm.kit import clock, db, policy
from crm.kit.access import Actor

DEVICES_KEPT = 10


class Refused(UserError):
    """Account or password is wrong; the same sentence for both."""


@dataclass(frozen=True)
class Place:
    """Where somebody tries to sign in: address, browser in words, and the token of a known browser."""

    address: str = ""
    device: str = ""
    device_token: str | None = None


@dataclass(frozen=True)
class Entered:
    """A sign-in that was opened: the tokens for the cookies, and how long the browser keeps them."""

    user: User
    token: str
    device_token: str
    keep_days: int | None


def token_hash(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(login: str, password: str, place: Place, *, trust: bool = False, may_expire: bool = True) -> Entered:
    """Open a sign-in. Raises Refused, or TooMany with a time. ``trust`` keeps it for some days as a trusted phone.

    The password is verified between two short transactions, never inside one. ``may_expire`` lets an old password
    demand its change now.
    """
    with db.transaction():
        user = db.session.scalar(select(User).where(User.login == login))
        device = _known_device(user, place.device_token)
        attempt = lockout.count(login, lockout.place_of(place.address, device))
        stored = user.password_hash if user else None
    right = passwords.verify(stored, password)
    if user is None or not right:
        return _refuse(user, attempt)
    with db.transaction():
        fresh = db.session.get_one(User, user.id, populate_existing=True)
        if not fresh.active or fresh.password_hash != stored:
            return _refuse(None, attempt)
        lockout.clear(attempt)
        lockout.prune(clock.now())
        age = clock.now() - fresh.password_changed_at
        if may_expire and not fresh.is_sample and age > timedelta(days=policy.number("password_days")):
            fresh.must_change_password = True
        return _open(fresh, place, trust=trust)


def sign_in_as_sample(public_id: str, place: Place) -> Entered:
    """Open a sign-in as a sample person without a password. Raises NotFound unless all active people are samples."""
    with db.transaction():
        user = next((one for one in queries.sample_people() if one.public_id == public_id), None)
        if user is None:
            raise NotFound
        return _open(user, place, trust=False)


def confirm(actor: Actor, sign_in_id: int, password: str, place: Place) -> Entered:
    """Ask a trusted phone's person for the password again and open everything; the token is a new one.

    Raises Refused or TooMany.
    """
    with db.transaction():
        user = db.session.get_one(User, actor.user_id)
        device = _known_device(user, place.device_token)
        attempt = lockout.count(user.login, lockout.place_of(place.address, device))
        stored = user.password_hash
    if not passwords.verify(stored, password):
        return _refuse(user, attempt)
    with db.transaction():
        entry = db.session.get_one(SignIn, sign_in_id, populate_existing=True)
        if entry.ended_at is not None:
            raise Refused(_("您已在别处退出，请重新登录。"))
        lockout.clear(attempt)
        token = secrets.token_urlsafe(32)
        entry.token_hash = token_hash(token)
        entry.scope = SignInScope.FULL
        entry.confirmed_at = entry.last_seen_at = clock.now()
        left = (entry.trusted_until - clock.now()).days + 1 if entry.trusted_until else None
        audit.record(actor, "sign_in.confirmed", ("user", user.id, user.public_id))
        return Entered(user, token, _remember_device(user, place), left)


@db.transactional
def sign_out(actor: Actor, sign_in_id: int) -> None:
    """End a sign-in of one's own. Raises NotFound for somebody else's."""
    entry = db.session.scalar(select(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == actor.user_id))
    if entry is None:
        raise NotFound
    if entry.ended_at is None:
        entry.ended_at = clock.now()
        entry.end_reason = "signed_out"
        audit.record(actor, "sign_in.ended", ("user", actor.user_id, actor.public_id))


def end_all(user_id: int, reason: str, *, keep: int | None = None) -> None:
    """End all sign-ins of a person but ``keep``. Joins the transaction of the act that demands it."""
    db.session.execute(
        update(SignIn)
        .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.id != (keep or 0))
        .values(ended_at=clock.now(), end_reason=reason)
    )


def forget_devices(user_id: int) -> None:
    """Let no browser count as known any more. Joins the transaction."""
    db.session.execute(delete(TrustedDevice).where(TrustedDevice.user_id == user_id))


def _open(user: User, place: Place, *, trust: bool) -> Entered:
    now = clock.now()
    token = secrets.token_urlsafe(32)
    days = policy.number("trusted_phone_days")
    entry = SignIn(
        token_hash=token_hash(token),
        user_id=user.id,
        scope=SignInScope.FULL,
        started_at=now,
        last_seen_at=now,
        confirmed_at=now,
        trusted_until=now + timedelta(days=days) if trust else None,
        address=place.address[:45],
        device=place.device[:120],
    )
    db.session.add(entry)
    audit.record(queries.actor_of(user.id), "sign_in.opened", ("user", user.id, user.public_id))
    return Entered(user, token, _remember_device(user, place), days if trust else None)


def _known_device(user: User | None, token: str | None) -> str | None:
    """Return the hash of the browser's token if this person signed in there before."""
    if user is None or not token:
        return None
    query = select(TrustedDevice.token_hash).where(
        TrustedDevice.user_id == user.id, TrustedDevice.token_hash == token_hash(token)
    )
    return db.session.scalar(query)


def _remember_device(user: User, place: Place) -> str:
    """Keep this browser as known for the person, and the latest few only. Several people may share a browser."""
    token = place.device_token or secrets.token_urlsafe(32)
    known = list(
        db.session.scalars(
            select(TrustedDevice).where(TrustedDevice.user_id == user.id).order_by(TrustedDevice.at.desc())
        )
    )
    mine = next((one for one in known if one.token_hash == token_hash(token)), None)
    if mine is not None:
        mine.at = clock.now()
        return token
    for old in known[DEVICES_KEPT - 1 :]:
        db.session.delete(old)
    db.session.add(TrustedDevice(user_id=user.id, token_hash=token_hash(token), at=clock.now()))
    return token


def _refuse(user: User | None, attempt: lockout.Attempt) -> Entered:
    if attempt.left > 0:
        raise Refused(_("账号或密码错误。还可再试 %(n)s 次，之后请 %(m)s 分钟后再试。", n=attempt.left, m=_minutes()))
    with db.transaction():  # for an unknown account too: the same work, the same time
        subject = ("user", user.id, user.public_id) if user else ("user", None, "")
        audit.record(Actor.system(), "sign_in.locked", subject)
    raise Refused(_("账号或密码错误。请 %(m)s 分钟后再试。", m=_minutes()))


def _minutes() -> int:
    return policy.number("lockout_minutes")


def check_password(actor: Actor, password: str) -> None:
    """Raise Invalid on ``old_password`` unless it is the person's present password. Never inside a transaction."""
    stored = db.session.scalar(select(User.password_hash).where(User.id == actor.user_id))
    db.session.close()
    if not passwords.verify(stored, password):
        raise Invalid(_("原密码不对。"), field="old_password")
