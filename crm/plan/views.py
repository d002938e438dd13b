"""Pages of the plan: segments, one chain, one node."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.kit.access import requires
from crm.kit.web import render
from crm.plan import labels, queries

bp = Blueprint("plan", __name__, url_prefix="/plan")
_WORDS: dict[str, Any] = {
    "tiers": labels.TIERS,
    "tier_notes": labels.TIER_NOTES,
    "gaps": labels.GAPS,
    "gap_notes": labels.GAP_NOTES,
    "gap_badges": labels.GAP_BADGES,
    "branches": labels.BRANCHES,
    "strengths": labels.STRENGTHS,
}


@bp.get("/")
@requires(Permission.PLAN_READ)
def index() -> Response:
    text, gap = request.args.get("q", "").strip()[:100], _gap()
    cards = queries.list_segments()
    found = queries.list_nodes(text=text, gap=gap) if text or gap else None
    groups: dict[str, list[queries.SegmentCard]] = {}
    for card in cards:
        groups.setdefault(queries.group_words(card.said), []).append(card)
    totals = {key: sum(card.gaps[key] for card in cards) for key in labels.GAPS}
    return render(
        "plan/index.html",
        fragment="plan/_index.html",
        plan=queries.find_plan(),
        groups=groups,
        totals=totals,
        found=found,
        text=text,
        gap=gap,
        **_WORDS,
    )


@bp.get("/segments/<segment:segment>")
@requires(Permission.PLAN_READ)
def segment(segment: str) -> Response:
    cards = queries.list_segments()
    said = next((card.said for card in cards if card.said.segment.code == segment), None)
    if said is None:
        raise NotFound
    nodes = queries.list_nodes(segment=segment)
    gap = _gap()
    shown = [row for row in nodes if not gap or row.gap == gap]
    branches = sorted({row.branch for row in nodes}, key=_branch_order)
    return render(
        "plan/segment.html",
        plan=queries.find_plan(),
        said=said,
        cards=cards,
        nodes=shown,
        counts={key: sum(row.gap == key for row in nodes) for key in labels.GAPS},
        total=len(nodes),
        shown_branches=branches,
        gap=gap,
        **_WORDS,
    )


@bp.get("/nodes/<node:node>")
@requires(Permission.PLAN_READ)
def node(node: str) -> Response:
    return render("plan/node.html", plan=queries.find_plan(), page=queries.get_page(node), **_WORDS)


def _branch_order(code: str) -> int:
    return [*labels.BRANCHES, code].index(code)


def _gap() -> str:
    wanted = request.args.get("gap", "")
    return wanted if wanted in labels.GAPS else ""
