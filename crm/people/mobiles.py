"""Phone numbers: one form, shown masked, compared by a keyed hash."""

import hashlib
import hmac
import re

import phonenumbers
from flask import current_app

REGION = "CN"
# National numbers without the leading 0: 11 digits from 1; area code and 7 or 8 digits; 400 and 800 numbers.
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(10|2\d|[3-9]\d\d)(\d{7,8})")
_SERVICE = re.compile(r"[48]00\d{7}")


def normal(text: str) -> str | None:
    """Return a number as people write it here (19900000127, 0714-6512345, 400-123-4567, +49 …), or None if it is no phone number."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 86:
        possible = phonenumbers.is_possible_number(number)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL) if possible else None
    national = str(number.national_number)
    if _MOBILE.fullmatch(national):
        return national
    if _SERVICE.fullmatch(national):
        return f"{national[:3]}-{national[3:6]}-{national[6:]}"
    landline = _LANDLINE.fullmatch(national)
    return f"0{landline[1]}-{landline[2]}" if landline else None


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
