"""Pages of regions and channels."""

from werkzeug.wrappers import Response

from crm.companies import choices
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.plan import queries as plan
from crm.projects import labels as project_words
from crm.ties import areas
from crm.ties.views.base import WORDS, bp
from crm.ties.views.lists import tabs


@bp.get("/regions")
@requires(Permission.PLAN_READ)
def regions() -> Response:
    return render(
        "ties/regions.html", rows=areas.regions(current_actor()), days=areas.DAYS, tabs=tabs("regions"), **WORDS
    )


@bp.get("/regions/<region:region>")
@requires(Permission.PLAN_READ)
def region(region: str) -> Response:
    actor, row = current_actor(), areas.get_region(region)
    line = next(one for one in areas.regions(actor) if one.region.id == row.id)
    projects, more = areas.projects_from(actor, region) if line.counted else ([], 0)
    known = dict(choices.read().segments())
    return render(
        "ties/region.html",
        row=row,
        line=line,
        days=areas.DAYS,
        leads=areas.leads_from(actor, region) if line.counted else [],
        projects=projects,
        more=more,
        chapters=plan.chapters(),
        segments=[known[code] for code in row.detail.get("segments") or [] if code in known],
        project_words=project_words,
        **WORDS,
    )


@bp.get("/channels")
@requires(Permission.PLAN_READ)
def channels() -> Response:
    groups: dict[str, list[areas.ChannelRow]] = {}
    for row in areas.channels(current_actor()):
        groups.setdefault(row.channel.group, []).append(row)
    return render("ties/channels.html", groups=groups, tabs=tabs("channels"), **WORDS)


@bp.get("/channels/<channel:channel>")
@requires(Permission.PLAN_READ)
def channel(channel: str) -> Response:
    actor, row = current_actor(), areas.get_channel(channel)
    projects, more = areas.projects_by(actor, row)
    return render(
        "ties/channel.html",
        row=row,
        leads=areas.leads_by(actor, row),
        projects=projects,
        more=more,
        chapters=plan.chapters(),
        project_words=project_words,
        **WORDS,
    )
