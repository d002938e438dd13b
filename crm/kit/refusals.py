"""What a service refused with, in the language of the person who reads it."""

from flask_babel import gettext

from crm.core.errors import UserError


def words_of(error: UserError) -> str:
    """Return the message of a refusal: translated where it is a fixed text, as it stands where its values were filled in already."""
    return gettext(error.message) if error.message.strip() else error.message
