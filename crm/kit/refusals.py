"""What a service refused with, in the language of the person who reads it."""

from flask_babel import gettext

from crm.core.errors import UserError
from crm.kit.words import sentence


def words_of(error: UserError) -> str:
    """Return the message of a refusal: translated where it is a fixed text, as it stands where its values were filled in already."""
    return gettext(error.message) if error.message.strip() else error.message


def kept_words(error: UserError) -> str:
    """Return the message of a refusal that is stored: for each reader in his or her language, as far as it can be said again."""
    return sentence(error.message) if error.message.strip() else error.message
