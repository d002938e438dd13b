"""Two reports side by side, field by field, with what differs marked in words."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from crm.claims.models import Claim
from crm.core.claims import same_title
from crm.kit import format


def rows(first: Claim | None, second: Claim | None) -> list[dict[str, Any]]:
    """Return lines of label, left, right and verdict (same, near, diff, missing). Only for those who may see both."""
    if first is None or second is None:
        return []
    exact = (_("信用代码"), _("证据等级"))
    return [
        {"label": label, "left": left, "right": right, "verdict": _verdict(left, right, exact=label in exact)}
        for label, (left, right), _alike in table([first, second])
    ]


def table(claims: Sequence[Claim]) -> list[tuple[str, list[str], bool]]:
    """Return label, the values of all reports in their order, and whether all that are given are alike."""
    columns = [_fields(claim) for claim in claims]
    found = []
    for lines in zip(*columns, strict=True):
        values = [value for _label, value in lines]
        found.append((lines[0][0], values, len({value for value in values if value}) <= 1))
    return found


def _fields(claim: Claim) -> list[tuple[str, str]]:
    return [
        (_("企业（申报写法）"), claim.company_words),
        (_("信用代码"), _code(claim)),
        (_("项目"), claim.lead.title),
        (_("节点"), _node(claim)),
        (_("计划总投资（亿元）"), _amount(claim)),
        (_("首次接触"), format.day(claim.first_contact_on)),
        (_("首报时间"), format.moment(claim.filed_at)),
        (_("认定时间"), format.day(claim.effective_at)),
        (_("证据等级"), claim.grade.value),
        (_("选址意向"), claim.lead.site_wish),
        (_("引荐人"), claim.lead.referrer),
        (_("申报人"), claim.filer.name),
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
