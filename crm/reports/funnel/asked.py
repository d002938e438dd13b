"""What the address of a figure asks for: which projects, and the same in words."""

from datetime import date

from flask import request
from flask_babel import gettext as _

from crm.accounts.models import Org
from crm.core.errors import NotFound
from crm.core.stages import MilestoneKind, Stage
from crm.kit.access import Actor
from crm.projects import gate_labels, labels
from crm.projects.models import Light
from crm.reports.funnel import queries
from crm.reports.funnel.queries import Wanted


def reads(actor: Actor, org: Org) -> bool:
    """Say whether the rows of a unit are for this reader."""
    return actor.is_center or org.id in actor.subtree | {actor.org_id}


def wanted_of(actor: Actor, units: list[Org]) -> Wanted:
    """Return the filters of the address; what is nonsense narrows nothing. Raises NotFound for a unit that is not the reader's."""
    asked = request.args
    org = next((one for one in units if one.public_id == asked.get("unit")), None)
    if asked.get("unit") and (org is None or not reads(actor, org)):
        raise NotFound(_("没有这个单位，或您无权查看。"))
    months = asked.get("waiting", "")
    return Wanted(
        org_id=org.id if org else None,
        segment=asked.get("segment", "")[:10],
        stage=next((one for one in Stage if one.value == asked.get("stage")), None),
        light=next((one for one in Light if one.value == asked.get("light")), None),
        cohort=_month_of(asked.get("cohort", "")),
        entered=asked.get("entered") == "1",
        reached=next((one for one in MilestoneKind if one.value == asked.get("reached")), None),
        lost=asked["lost"][:30] if "lost" in asked else None,
        waiting=int(months) if months in {"3", "6", "12"} else 0,
        moved=asked.get("moved") == "1",
    )


def _month_of(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def words_of(wanted: Wanted, units: list[Org]) -> list[str]:
    """Return what the rows are narrowed to, in words."""
    field = next((one.name for one in queries.segments() if one.code == wanted.segment), "") if wanted.segment else ""
    words = [
        next((org.name for org in units if org.id == wanted.org_id), ""),
        _("未归入产业链") if wanted.segment == queries.NO_SEGMENT else field,
        str(labels.STAGE[wanted.stage]) if wanted.stage else "",
        str(labels.LIGHT[wanted.light]) if wanted.light else "",
        _("%(month)s 进入在谈", month=f"{wanted.cohort:%Y-%m}") if wanted.cohort else "",
        _("进入过在谈") if wanted.entered else "",
        _("已认定：%(words)s", words=labels.MILESTONE[wanted.reached]) if wanted.reached else "",
        _("终止：%(words)s", words=gate_labels.CLOSE_REASON.get(wanted.lost, _("未填原因")))
        if wanted.lost is not None
        else "",
        _("存量流转（退城入园），不计入新招商") if wanted.moved else "",
        _("签约超过 %(n)s 个月未开工", n=wanted.waiting) if wanted.waiting else "",
    ]
    return [one for one in words if one]
