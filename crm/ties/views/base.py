"""What the pages of the room share: the blueprint and the words."""

from typing import Any

from flask import Blueprint

from crm.companies import labels as company_words
from crm.ties import labels

bp = Blueprint("ties", __name__, url_prefix="/ties")
WORDS: dict[str, Any] = {"words": labels, "company_words": company_words}
