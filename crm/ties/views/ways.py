"""Ways of acquaintance to a company, and whom the unit's contacts there know."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import Stale, UserError
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.fields import public_id
from crm.kit.web import render
from crm.people import queries as people
from crm.ties import acquaintances, paths, picture, telling
from crm.ties.forms import AcquaintanceForm
from crm.ties.views.base import WORDS, bp


@bp.get("/ways/<pid:company>")
@requires(Permission.COMPANY_READ)
def ways(company: str) -> Response:
    actor = current_actor()
    row = companies.get_company(actor, company)
    found = paths.ways_to(actor, row)
    us = _("我们（%(unit)s）", unit=actor.org_name)
    told = [(way, telling.steps_of(found, way)) for way in found.ways]
    return render(
        "ties/ways.html",
        company=row,
        found=found,
        told=told,
        us=us,
        short={(step.near, step.far): step.short for _way, steps in told for step in steps},
        wide=picture.wide(found, us) if found.ways else None,
        narrow=picture.narrow(found, us) if found.ways else None,
        most=paths.MOST_STEPS,
        **WORDS,
    )


@bp.get("/people/<pid:company>")
@requires(Permission.LEAD_WRITE)
def contacts(company: str) -> Response:
    actor = current_actor()
    return _contacts(actor, companies.get_company(actor, company))


def _contacts(actor: Actor, row: Company, form: AcquaintanceForm | None = None) -> Response:
    known = people.people_at(actor, row.id)
    form = form or AcquaintanceForm(formdata=None)
    form.offer(known, acquaintances.others(actor))
    rows = acquaintances.at_company(actor, row)
    context: dict[str, Any] = {"company": row, "people": known, "rows": rows, "form": form}
    return render("ties/people.html", status=form.status, words_of=acquaintances.words_of, **context, **WORDS)


@bp.post("/people/<pid:company>")
@requires(Permission.LEAD_WRITE)
def note(company: str) -> Response:
    actor = current_actor()
    row, form = companies.get_company(actor, company), AcquaintanceForm()
    if form.submitted():
        try:
            person = people.get_person(actor, public_id(form.person.data))
            acquaintances.note(actor, person, form.other.data or "", form.told())
            flash(_("已登记。引荐路径会用到这条相识关系。"))
            return redirect(url_for("ties.contacts", company=company), 303)  # type: ignore[return-value]
        except UserError as error:
            form.reject(error)
    return _contacts(actor, row, form)


@bp.route("/people/<pid:company>/<pid:known>", methods=["GET", "POST"])
@requires(Permission.LEAD_WRITE)
def edit_known(company: str, known: str) -> Response:
    actor = current_actor()
    firm, row = companies.get_company(actor, company), acquaintances.get_acquaintance(actor, known)
    form = AcquaintanceForm.of(row)
    if request.method == "POST":
        form = AcquaintanceForm()
        if form.validate():
            form.keep(AcquaintanceForm.of(row))
            try:
                acquaintances.edit(actor, row, form.told(), form.seen_version)
                flash(_("相识关系已更正。"))
                return redirect(url_for("ties.contacts", company=company), 303)  # type: ignore[return-value]
            except Stale:
                now = AcquaintanceForm.of(acquaintances.get_acquaintance(actor, known))
                return show_conflict(form, now, firm.name, url_for("ties.contacts", company=company))
            except UserError as error:
                form.reject(error)
    said = acquaintances.words_of(row)
    return render("ties/known.html", status=form.status, company=firm, row=row, form=form, said=said, **WORDS)


@bp.post("/people/<pid:company>/<pid:known>/withdraw")
@requires(Permission.LEAD_WRITE)
def withdraw_known(company: str, known: str) -> Response:
    actor = current_actor()
    acquaintances.withdraw(actor, acquaintances.get_acquaintance(actor, known))
    flash(_("已撤回这条相识关系。"))
    return redirect(url_for("ties.contacts", company=company), 303)  # type: ignore[return-value]
