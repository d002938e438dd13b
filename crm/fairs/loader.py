"""The fairs that the plan names, as fairs of the whole city; exhibitions get an edition without days, marked 待确认."""

from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.fairs.models import Edition, Fair, FairKind
from crm.kit import clock, db
from crm.plan.models import PlanFair

_OTHERS = ("专业展", "综合展", "经贸洽谈")
_BY_WORD = {
    "展": FairKind.EXHIBITION,
    "推介": FairKind.PROMOTION,
    "论坛": FairKind.FORUM,
    "签约": FairKind.SIGNING,
    "对接": FairKind.MATCHING,
    "交流": FairKind.MATCHING,
}


@db.transactional
def load() -> dict[str, int]:
    """Add the fairs of the plan that are not there yet. What people changed since stays."""
    center = accounts.center_org()
    known = set(db.session.scalars(select(Fair.plan_fair_id).where(Fair.plan_fair_id.is_not(None))))
    made = 0
    for planned in db.session.scalars(select(PlanFair).order_by(PlanFair.code)).all():
        if planned.id in known:
            continue
        detail = planned.detail or {}
        fair = Fair(
            public_id=db.new_public_id(),
            name=planned.name,
            kind=_kind(planned.name, str(detail.get("kind") or "")),
            city=str(detail.get("city") or "")[:40],
            words=str(detail.get("use") or "")[:400],
            plan_fair_id=planned.id,
            org_id=center.id,
            shared=True,
            created_at=clock.now(),
        )
        db.session.add(fair)
        db.session.flush()
        if str(detail.get("kind") or "") in _OTHERS:
            db.session.add(_next_edition(fair))
        made += 1
    return {"fairs": made}


def _next_edition(fair: Fair) -> Edition:
    year = clock.today().year + 1
    return Edition(
        public_id=db.new_public_id(),
        fair_id=fair.id,
        org_id=fair.org_id,
        title=f"{year}年",
        year=year,
        city=fair.city,
        confirmed=False,
        created_at=clock.now(),
    )


def _kind(name: str, kind: str) -> FairKind:
    if kind in (*_OTHERS, "境外参展"):
        return FairKind.EXHIBITION
    return next((found for word, found in _BY_WORD.items() if word in name), FairKind.OTHER)
