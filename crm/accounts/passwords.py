"""Passwords: hashed with argon2, checked against the rules of the policy, made up for a first sign-in."""

import secrets
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from crm.core.errors import Invalid
from crm.kit import policy

LONGEST = 128
_LOWER = "abcdefghijkmnpqrstuvwxyz"
_UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"
_hasher = PasswordHasher()
# What an unknown account is verified against: same work, so that time tells nothing.
_NOBODY: list[str] = []


def hash_password(password: str) -> str:
    """Return the hash to store."""
    return _hasher.hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Say whether the password is right. An unknown account (``None``) costs the same work and is never right."""
    if stored is None and not _NOBODY:
        _NOBODY.append(_hasher.hash(secrets.token_hex(16)))
    try:
        return _hasher.verify(stored or _NOBODY[0], password[: LONGEST * 4]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def one_time() -> str:
    """Make up a password of 14 characters that keeps the rules and has no look-alikes."""
    letters = [secrets.choice(alphabet) for alphabet in (_LOWER, _UPPER, _DIGITS)]
    letters += [secrets.choice(_LOWER + _UPPER + _DIGITS) for _n in range(11)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def classes(password: str) -> int:
    """Count the classes used: lower case, upper case, digits, everything else."""
    found = set()
    for char in password:
        lower, upper = "a" <= char <= "z", "A" <= char <= "Z"
        found.add("lower" if lower else "upper" if upper else "digit" if char.isdigit() else "other")
    return len(found)


def check_new(password: str, *, login: str, former: Iterable[str]) -> None:
    """Raise Invalid, with what is missing, unless the password keeps the rules. ``former`` are the hashes barred.

    Source: domain.md §9.3.
    """
    shortest, needed = policy.number("password_min_length"), policy.number("password_classes")
    if len(password) < shortest:
        raise Invalid(
            _("密码至少 %(n)s 个字符，现在是 %(have)s 个。", n=shortest, have=len(password)), field="new_password"
        )
    if len(password) > LONGEST:
        raise Invalid(_("密码最多 %(n)s 个字符。", n=LONGEST), field="new_password")
    if classes(password) < needed:
        raise Invalid(_("密码要含小写、大写字母、数字、符号中的至少 %(n)s 种。", n=needed), field="new_password")
    if login.lower() in password.lower():
        raise Invalid(_("密码不能含有账号。"), field="new_password")
    if any(verify(old, password) for old in former):
        raise Invalid(_("不能使用最近 %(n)s 次用过的密码。", n=policy.number("password_history")), field="new_password")
