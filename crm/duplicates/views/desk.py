"""The review desk: one cluster after the other, by keyboard."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from crm.companies import labels as company_labels
from crm.companies.models import RelationKind
from crm.core.errors import NotFound, UserError
from crm.core.permissions import Permission
from crm.duplicates import desk as reading
from crm.duplicates import labels, queries, review
from crm.duplicates.models import Cluster, ClusterPair, MergeStatus
from crm.duplicates.views import bp
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.web import is_fragment, page_number, render

VERDICTS = ("same", "likely")
KINDS = (RelationKind.PARENT, RelationKind.BRANCH, RelationKind.CONTROLLER, RelationKind.BRAND)


@bp.get("/")
@requires(Permission.DUPLICATE_REVIEW)
def index() -> Response:
    """The desk: the queue beside the pair that is looked at."""
    return _desk()


@bp.post("/clusters/<pid:cluster>/decide")
@requires(Permission.DUPLICATE_REVIEW)
def decide(cluster: str) -> Response:
    """Settle one pair and show the next."""
    row = reading.find_cluster(cluster)
    if row is None:
        raise NotFound
    act = request.form.get("act", "")
    try:
        words = _act(row, act)
    except UserError as error:
        if not is_fragment():
            flash(error.message, "bad")
            return redirect(_address(cluster), 303)  # type: ignore[return-value]
        return _desk(cluster, fault=error.message, status=error.status if error.status in (409, 422) else 422)
    if not is_fragment():
        flash(words, "ok")
        return redirect(_address(None if act != "take_back" else cluster), 303)  # type: ignore[return-value]
    return _desk(cluster, said=words, undo=(cluster, request.form.get("pair", "")) if act != "later" else None)


def _act(row: Cluster, act: str) -> str:
    actor = current_actor()
    pair = _number(request.form.get("pair"))
    reason = request.form.get("reason", "").strip()[:400]
    if act == "later":
        review.put_off(actor, row)
        return _("已放到一周后。")
    if act == "different":
        review.different(actor, row, pair, reason)
        return _("已记为不是同一企业，两家有变化之前不再提示。")
    if act == "related":
        kind = request.form.get("kind", "")
        if kind not in [one.value for one in KINDS]:
            raise NotFound
        review.related(actor, row, pair, RelationKind(kind), turned=request.form.get("turned") == "1")
        return _("已登记为关联企业，仍是两家。")
    if act == "same":
        winner = next((one for one in row.members if one.company.public_id == request.form.get("winner")), None)
        if winner is None:
            raise NotFound
        merge = review.same(actor, row, pair, winner.company_id, _choices(row, pair, winner.company_id), reason)
        if merge.status is MergeStatus.PROPOSED:
            return _("两家各有保护，已立案；案件裁定、一方让出后再合并，这一组先放到稍后。")
        return _("已合并为“%(name)s”，%(day)s 前可撤销。", name=winner.company.name, day=_last_day(merge.undo_until))
    if act == "take_back":
        review.take_back(actor, row, pair)
        return _("已撤回，这一对回到待处理。")
    raise NotFound


def _last_day(until: datetime | None) -> str:
    return str(clock.local(until).date()) if until else "—"


def _choices(row: Cluster, pair_id: int, winner_id: int) -> dict[str, str]:
    """Read whose value stays: the form says left or right, the merge wants winner or loser."""
    pair = next((one for one in reading.pairs_of(row) if one.id == pair_id), None)
    if pair is None:
        raise NotFound
    kept = "left" if winner_id == pair.left_id else "right"
    picked = {field: request.form.get(f"pick_{field}") for field in reading.FIELDS}
    return {field: "winner" if side == kept else "loser" for field, side in picked.items() if side}


@bp.post("/assign")
@requires(Permission.DUPLICATE_REVIEW)
def assign() -> Response:
    """Give clusters to somebody, or take the next ones."""
    actor = current_actor()
    if request.form.get("act") == "take":
        count = review.take(actor)
        if count:
            flash(ngettext("已领取 %(num)d 组。", "已领取 %(num)d 组。", count), "ok")
        else:
            flash(_("没有无人处理的疑似重复了。"), "info")
        return redirect(url_for("duplicates.index", tab="mine"), 303)  # type: ignore[return-value]
    chosen = list(dict.fromkeys(request.form.getlist("cluster")))[:200]
    if not chosen:
        flash(_("请先勾选要分派的组。"), "warn")
    else:
        count = review.assign(actor, chosen, request.form.get("user", ""))
        flash(ngettext("已分派 %(num)d 组。", "已分派 %(num)d 组。", count), "ok")
    return redirect(_address(None), 303)  # type: ignore[return-value]


@bp.get("/precision")
@requires(Permission.DUPLICATE_REVIEW)
def precision() -> Response:
    """How often each reason was right, by what people decided."""
    by_reason, by_verdict, by_band = reading.tallies()
    return render(
        "duplicates/precision.html",
        by_reason=by_reason,
        by_verdict=by_verdict,
        by_band=by_band,
        words=labels,
    )


def _desk(
    after: str | None = None,
    *,
    said: str = "",
    fault: str = "",
    undo: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Answer with the desk. ``after``: stay on this cluster while it still waits, else go on with the first of the queue."""
    actor = current_actor()
    tab = request.values.get("tab", "")
    tab = tab if tab in reading.TABS else "waiting"
    verdict = request.values.get("verdict", "")
    verdict = verdict if verdict in VERDICTS else ""
    page = reading.page_of_clusters(actor, tab, verdict, page_number())
    wanted = after or request.args.get("cluster", "")
    current = next((one for one in page.items if one.public_id == wanted), None)
    if current is None and wanted and (not after or fault):
        current = reading.find_cluster(wanted)
    current = current or (page.items[0] if page.items else None)
    return render(
        "duplicates/desk.html",
        fragment="duplicates/_desk.html",
        status=status,
        page=page,
        tab=tab,
        verdict=verdict,
        words=labels,
        company_words=company_labels,
        kinds=KINDS,
        people=review.may_review(actor),
        said=said,
        fault=fault,
        undo=undo,
        **(_pair_context(current) if current else {"cluster": None}),
    )


def _pair_context(cluster: Cluster) -> dict[str, Any]:
    pairs = reading.pairs_of(cluster)
    waiting = reading.open_pairs(cluster, pairs)
    wanted = _number(request.args.get("pair"))
    pair: ClusterPair | None = next((one for one in waiting if one.id == wanted), waiting[0] if waiting else None)
    context: dict[str, Any] = {"cluster": cluster, "pairs": pairs, "waiting": waiting, "pair": pair}
    if pair is None:
        context["merges"] = queries.merges_of(current_actor(), [one.company_id for one in cluster.members])
    else:
        members = reading.living(cluster)
        left, right = reading.sides(members[pair.left_id], members[pair.right_id])
        context |= {"left": left, "right": right, "lines": reading.lines(left, right)}
        context["reasons"] = labels.reason_words(pair.reasons)
        context["keep"] = reading.better(left, right)
    return context


def _address(cluster: str | None) -> str:
    tab, verdict = (request.form.get(key) or None for key in ("tab", "verdict"))
    return url_for("duplicates.index", cluster=cluster, tab=tab, verdict=verdict)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
