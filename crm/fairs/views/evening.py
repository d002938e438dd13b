"""The evening desk of an edition: what each team brought, whom nobody met, what looks double, who follows."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.fairs import contact_labels, evening, labels, met, queries
from crm.fairs.service import follow as service
from crm.fairs.service.follow import Settlement
from crm.fairs.views import bp
from crm.kit.access import Actor, current_actor, requires
from crm.kit.fields import public_id, read_day
from crm.kit.web import render


@bp.get("/editions/<pid:edition>/evening")
@requires(Permission.FAIR_WRITE)
def evening_desk(edition: str) -> Response:
    return _show(current_actor(), edition)


@bp.post("/editions/<pid:edition>/doubles")
@requires(Permission.FAIR_WRITE)
def settle_doubles(edition: str) -> Response:
    actor = current_actor()
    queries.get_edition(actor, edition)
    first, second = (met.get_contact(actor, public_id(request.form.get(name))) for name in ("first", "second"))
    gone = {"first": first, "second": second}.get(request.form.get("withdraw", ""))
    try:
        service.settle(actor, Settlement(first, second, gone))
        flash(_("已撤回一条，可在接触页恢复。") if gone is not None else _("两条都保留。"))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        return _show(actor, edition, status=422, refused=error.message)
    return redirect(url_for("fairs.evening_desk", edition=edition, _anchor="doubles"), 303)  # type: ignore[return-value]


def _show(actor: Actor, number: str, *, status: int = 200, refused: str = "") -> Response:
    row = queries.get_edition(actor, number)
    days = evening.days_of(row)
    asked = read_day(request.args.get("day", ""))
    day = asked if asked in days else None
    rows = evening.standing(actor, row)
    own = [one for one in rows if one.org_id == actor.org_id]
    return render(
        "fairs/evening.html",
        status=status,
        refused=refused,
        edition=row,
        day=day,
        days=days,
        lines=evening.by_team(rows, day),
        open_firms=evening.not_visited(actor, row),
        doubles=evening.doubles(own),
        waiting=evening.without_follower(own),
        followers=met.followers(actor.org_id),
        reader=met.reader(actor),
        masked=met.masked,
        contact_words=contact_labels,
        words=labels,
    )
