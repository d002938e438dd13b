"""What was recognised on the photo of a card, until a person has typed the card."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit.db import Base, UtcDateTime, enum_column


class DraftState(StrEnum):
    """How far recognising is."""

    WAITING = "waiting"  # asked for again
    READ = "read"
    FAILED = "failed"


class CardDraft(Base):
    """The lines on the photo of a contact's card. Nothing of the contact follows from it: a person takes over field by field.

    ``digest``: of the photo that was read; another photo makes it stale. ``picture``: width, height and turn (0, 90, 180, 270,
    against the clock) of the picture as it was read. ``lines``: [{"text", "score", "box"}]. ``accurate``: the slow way was asked for.
    Removed when the card is saved: the lines are personal data that the contact then holds itself.
    """

    __tablename__ = "card_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("fair_contacts.id"), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[DraftState] = enum_column(DraftState)
    accurate: Mapped[bool] = mapped_column(Boolean, default=False)
    picture: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    lines: Mapped[list[Any]] = mapped_column(JSON, default=list)
    error: Mapped[str] = mapped_column(String(20), default="")
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
