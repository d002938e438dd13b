"""Phone numbers: one form, shown masked, compared by a keyed hash."""

import hashlib
import hmac

import phonenumbers
from flask import current_app

REGION = "CN"


def normal(text: str) -> str | None:
    """Return a number as people write it here (19900000127, 0714-6512345, +49 …), or None if it is no phone number."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    if number.country_code != 86:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    national = str(number.national_number)
    if len(national) == 11 and national.startswith("1"):
        return national
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL).replace(" ", "-")


def masked(number: str) -> str:
    """Return a number with its middle hidden: 199****0127."""
    digits = number.replace(" ", "")
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


def fingerprint(number: str) -> str:
    """Return what equal numbers share across units without showing them; the key is the installation's own."""
    if not number:
        return ""
    key = hashlib.sha256(f"people.mobile:{current_app.config['SECRET_KEY']}".encode()).digest()
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()
