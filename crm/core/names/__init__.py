"""Company names brought to one form, taken apart, and turned into keys under which they are found again."""

from crm.core.names.grams import asked_grams, stored_grams
from crm.core.names.normal import has_han, name_key, normal
from crm.core.names.parts import Parts, parts
from crm.core.names.sound import initials, pinyin

__all__ = ["Parts", "asked_grams", "has_han", "initials", "name_key", "normal", "parts", "pinyin", "stored_grams"]
