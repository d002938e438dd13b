"""The clocks of first reports for the calendar."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from crm.claims.models import Claim, ClaimStatus
from crm.claims.queries import visible_to
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.registries import DayEntry, Span


def entries(actor: Actor, span: Span) -> Sequence[DayEntry]:
    """Return the last days of repairing, of adding evidence, of verifying and of protection that fall on the days."""
    first, end = clock.start_of_day(span.first), clock.end_of_day(span.last)
    query = select(Claim).where(
        visible_to(actor),
        Claim.closed_at.is_(None),
        or_(
            # The instant that ends the last day is the first of the next one.
            and_(Claim.status == ClaimStatus.RETURNED, Claim.repair_due > first, Claim.repair_due <= end),
            and_(Claim.status == ClaimStatus.REGISTERED, Claim.grace_due_on.between(span.first, span.last)),
            and_(Claim.status == ClaimStatus.VERIFYING, Claim.verify_due_on.between(span.first, span.last)),
            and_(Claim.status == ClaimStatus.PROTECTED, Claim.protected_until.between(span.first, span.last)),
        ),
    )
    if span.mine:
        query = query.where(Claim.filer_id == actor.user_id)
    if span.unit_id is not None:
        query = query.where(Claim.org_id == span.unit_id)
    rows = db.session.scalars(query.options(joinedload(Claim.filer)).order_by(Claim.id).limit(span.limit))
    return [entry for row in rows if (entry := _entry(row)) is not None]


def _entry(row: Claim) -> DayEntry | None:
    words = {
        ClaimStatus.RETURNED: (row.repair_on, _("补正截止")),
        ClaimStatus.REGISTERED: (row.grace_due_on, _("补证据截止")),
        ClaimStatus.VERIFYING: (row.verify_due_on, _("核验截止")),
        ClaimStatus.PROTECTED: (row.protected_until, _("保护到期")),
    }
    day, what = words.get(row.status, (None, ""))
    if day is None:
        return None
    late = "late" if day < clock.today() else ""
    title, url = f"{what} · {row.company_words}", f"/claims/{row.public_id}"
    return DayEntry("claim", day, title, url, row.filer.name, state=late, is_sample=row.is_sample)
