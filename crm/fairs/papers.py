"""A team's list on paper: each row with a code that leads to the firm's page behind the sign-in, never with personal data."""

import io
from collections.abc import Sequence
from typing import Any

import segno
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.core.errors import NotFound
from crm.fairs import approvals, labels, teams
from crm.fairs.matches import Line
from crm.fairs.models import Team
from crm.files import service as files
from crm.files import storage
from crm.files.models import File
from crm.kit import clock, db, pdf, tasks
from crm.kit.access import Actor
from crm.kit.tasks import Running, State

WORK = "fairs.team_paper"
AT_ONCE = 50  # a longer list is laid out by a worker: half a second a page is too long to hold a request


def team_pdf(actor: Actor, team: Team, base: str) -> bytes:
    """Return the list of a team as PDF; ``base`` is the address that the codes begin with. Raises Unprintable."""
    return render(actor, team, approvals.mark(team.edition, teams.stops_of(actor, team)), base)


def render(actor: Actor, team: Team, stops: Sequence[Line], base: str) -> bytes:
    """Lay out the rows that the caller got through their scope."""
    return pdf.render(
        "print/team.html",
        styles=("team.css",),
        wide=True,
        team=team,
        edition=team.edition,
        stops=[(line, code(address(base, line.item.public_id))) for line in stops],
        who=_("%(name)s（%(unit)s）", name=actor.name, unit=actor.org_name),
        at=clock.local(clock.now()),
        words=labels,
    )


def address(base: str, item_public_id: str) -> str:
    """Return where a code leads: an opaque id that says nothing to whoever is not signed in."""
    return f"{base.rstrip('/')}/fairs/b/{item_public_id}"


def code(text: str) -> str:
    """Return a code as a picture for an address of the page (``data:``): dots alone, the margin is the cell's."""
    made: Any = segno.make_qr(text, error="l")
    return str(made.svg_data_uri(border=2, xmldecl=False, nl=False))


def base_of(root: str) -> str:
    """Return the address of the site: as configured, else as it was asked for."""
    return str(current_app.config.get("PUBLIC_URL") or root)


@db.transactional
def ask(actor: Actor, team: Team, base: str) -> None:
    """Ask a worker for the list of a team; it is fetched from the team's page when done."""
    tasks.enqueue(WORK, _subject(actor, team), {"team": team.public_id, "base": base}, actor.user_id)


def state(actor: Actor, team: Team) -> State | None:
    """Return how far the actor's last order of this list is."""
    return tasks.state(WORK, _subject(actor, team))


def work(running: Running) -> None:
    """Lay out and keep a list with the rights that the person has now."""
    actor = accounts.actor_of(running.user_id or 0)
    team = teams.get_team(actor, str(running.args["team"]))
    name = _("%(team)s对接清单", team=team.name)
    body = team_pdf(actor, team, str(running.args["base"]))
    stored = _keep(actor, team, body, f"{name}.pdf")
    running.report(1, 1, stored)


def made(actor: Actor, team: Team) -> tuple[File, bytes]:
    """Return the list that the worker made for this person; it is kept for a day. Raises NotFound."""
    told = state(actor, team)
    query = select(File).where(File.public_id == (told.words if told else ""), File.uploader_id == actor.user_id)
    row = db.session.scalar(query)
    if row is None:
        raise NotFound(_("这份清单已过期，请重新打印。"))
    try:
        with storage.current().open(row.storage_name) as stream:
            return row, stream.read()
    except FileNotFoundError as error:
        raise NotFound(_("这份清单已过期，请重新打印。")) from error


@db.transactional
def _keep(actor: Actor, team: Team, body: bytes, name: str) -> str:
    """Keep the file a day: it hangs on nothing, so the cleanup takes it. Returns its public id."""
    stored = files.store(actor, FileStorage(io.BytesIO(body), filename=name))
    audit.record(actor, "team.printed", team, org_id=team.org_id, name=team.name)
    return stored.public_id


def _subject(actor: Actor, team: Team) -> str:
    return f"{team.public_id}-{actor.user_id}"
