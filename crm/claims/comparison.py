"""Two reports side by side, field by field, with what differs marked in words."""

from typing import Any

from flask_babel import gettext as _

from crm.claims.models import Claim
from crm.core.claims import same_title
from crm.kit import format


def rows(first: Claim | None, second: Claim | None) -> list[dict[str, Any]]:
    """Return lines of label, left, right and verdict (same, near, diff, missing). Only for those who may see both."""
    if first is None or second is None:
        return []
    fields = (
        (_("企业（申报写法）"), first.company_words, second.company_words),
        (_("信用代码"), _code(first), _code(second)),
        (_("项目"), first.lead.title, second.lead.title),
        (_("节点"), _node(first), _node(second)),
        (_("计划总投资（亿元）"), _amount(first), _amount(second)),
        (_("首次接触"), format.day(first.first_contact_on), format.day(second.first_contact_on)),
        (_("首报时间"), format.moment(first.filed_at), format.moment(second.filed_at)),
        (_("认定时间"), format.day(first.effective_at), format.day(second.effective_at)),
        (_("证据等级"), first.grade.value, second.grade.value),
        (_("选址意向"), first.lead.site_wish, second.lead.site_wish),
        (_("引荐人"), first.lead.referrer, second.lead.referrer),
        (_("申报人"), first.filer.name, second.filer.name),
    )
    exact = (_("信用代码"), _("证据等级"))
    return [
        {"label": label, "left": left, "right": right, "verdict": _verdict(left, right, exact=label in exact)}
        for label, left, right in fields
    ]


def _verdict(left: str, right: str, *, exact: bool) -> str:
    """Compare two values in words; of those that are ``exact`` one character makes them different."""
    if not left or not right:
        return "missing" if left or right else "none"
    if left == right:
        return "same"
    return "near" if not exact and same_title(left, right) >= 0.6 else "diff"


def _code(claim: Claim) -> str:
    return claim.lead.uscc_text or claim.company.uscc or ""


def _node(claim: Claim) -> str:
    return f"{claim.lead.node.code} {claim.lead.node.name}" if claim.lead.node else ""


def _amount(claim: Claim) -> str:
    return format.yi(claim.invest_total_cny) if claim.invest_total_cny is not None else ""
