"""What the pages of the room share: the blueprint and the words."""

from typing import Any

from flask import Blueprint

from crm.chains import labels
from crm.core.gaps import GapType, Level
from crm.plan import labels as plan_labels

bp = Blueprint("chains", __name__, url_prefix="/chains")
WORDS: dict[str, Any] = {
    "words": labels,
    "plan_words": plan_labels,
    "GapType": GapType,
    "Level": Level,
}
