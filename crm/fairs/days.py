"""The days of fairs for the calendar."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from crm.fairs.models import Edition
from crm.fairs.queries import visible_to
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.registries import DayEntry, Span


def entries(actor: Actor, span: Span) -> Sequence[DayEntry]:
    """Return the editions that are held on any of the days and were not called off."""
    query = (
        select(Edition)
        .join(Edition.fair)
        .where(visible_to(actor), Edition.cancelled_on.is_(None), Edition.starts_on <= span.last)
        .where(func.coalesce(Edition.ends_on, Edition.starts_on) >= span.first)
        .options(contains_eager(Edition.fair))
        .order_by(Edition.starts_on, Edition.id)
    )
    return [_entry(row) for row in db.session.scalars(query.limit(span.limit))]


def _entry(row: Edition) -> DayEntry:
    assert row.starts_on is not None
    detail = row.city if row.confirmed else " · ".join(part for part in (row.city, _("日期待确认")) if part)
    url = f"/fairs/editions/{row.public_id}"
    return DayEntry("fair", row.starts_on, row.fair.name, url, detail, row.ends_on, is_sample=row.is_sample)
