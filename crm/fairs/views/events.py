"""What an event of our own has beside its guests: its agenda in order, the projects that sign, and the summary afterwards."""

from decimal import Decimal

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.fairs import events_paper, guests, labels, queries, results, signings
from crm.fairs.forms import AgendaForm
from crm.fairs.forms_guests import SigningForm
from crm.fairs.models import Edition, Rating
from crm.fairs.service import met_guests, programme
from crm.fairs.service import signings as service
from crm.fairs.views import bp
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.fields import public_id
from crm.kit.papers import DOCX
from crm.kit.tables import XLSX
from crm.kit.web import download, render
from crm.projects import labels as project_labels


@bp.route("/editions/<pid:edition>/agenda/<pid:item>/edit", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def edit_agenda(edition: str, item: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    if not queries.may_edit(actor, row):
        raise Forbidden(_("这一届由其他单位登记，只能由该单位或市中心修改。"))
    point = programme.get_item(row, item)
    form = AgendaForm() if request.method == "POST" else AgendaForm.of(point)
    back = url_for("fairs.edition", edition=edition, _anchor="agenda")
    if form.submitted():
        form.keep(AgendaForm.of(point))
        try:
            programme.edit_agenda(actor, row, item, form.input(), form.seen_version)
            flash(_("议程已保存。"))
            return redirect(back, 303)  # type: ignore[return-value]
        except Stale:
            return show_conflict(form, AgendaForm.of(programme.get_item(row, item)), row.title, back)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
            row = queries.get_edition(actor, edition)
    return render("fairs/agenda_form.html", status=form.status, form=form, edition=row, item=item)


@bp.post("/editions/<pid:edition>/agenda/<pid:item>/move")
@requires(Permission.FAIR_WRITE)
def move_agenda(edition: str, item: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    programme.move_agenda(actor, row, item, down=request.form.get("to") == "down")
    return redirect(url_for("fairs.edition", edition=edition, _anchor="agenda"), 303)  # type: ignore[return-value]


@bp.get("/editions/<pid:edition>/signings")
@requires(Permission.FAIR_READ)
def signing_list(edition: str) -> Response:
    actor = current_actor()
    return _signings(actor, queries.get_edition(actor, edition), SigningForm(formdata=None))


@bp.post("/editions/<pid:edition>/signings")
@requires(Permission.FAIR_WRITE)
def add_signing(edition: str) -> Response:
    actor, form = current_actor(), SigningForm()
    row = queries.get_edition(actor, edition)
    if form.submitted():
        try:
            service.add_signing(actor, row, public_id(form.project.data), form.signers.data or "")
            flash(_("已加入签约名单。"))
            return _to_signings(edition)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
            row = queries.get_edition(actor, edition)
    return _signings(actor, row, form)


@bp.post("/editions/<pid:edition>/signings/<pid:signing>/withdraw")
@requires(Permission.FAIR_WRITE)
def withdraw_signing(edition: str, signing: str) -> Response:
    actor = current_actor()
    service.withdraw_signing(actor, queries.get_edition(actor, edition), signing)
    flash(_("已撤下，项目本身不受影响；可以再加进来。"))
    return _to_signings(edition)


@bp.post("/editions/<pid:edition>/signings/<pid:signing>/move")
@requires(Permission.FAIR_WRITE)
def move_signing(edition: str, signing: str) -> Response:
    actor = current_actor()
    down = request.form.get("to") == "down"
    service.move_signing(actor, queries.get_edition(actor, edition), signing, down=down)
    return _to_signings(edition)


@bp.get("/editions/<pid:edition>/signings.xlsx")
@requires(Permission.FAIR_WRITE)
def export_signings(edition: str) -> Response:
    actor, today = current_actor(), clock.today()
    row = queries.get_edition(actor, edition)
    rows = signings.signings_of(actor, row)
    title = _("%(event)s签约名单", event=guests.event_name(row))
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=today.isoformat())
    counted = signings.counted(actor, rows)
    note = "\n".join(filter(None, (note, signings.twice_words(len(rows) - len(counted)))))
    audit.record_aside(actor, "signings.exported", row, rows=len(rows))
    sheet = events_paper.signing_sheet(rows, signings.total(counted), title=title, note=note)
    return download(sheet, f"{title}.xlsx", XLSX)


@bp.post("/guests/<pid:guest>/contact")
@requires(Permission.FAIR_WRITE)
def contact_of_guest(guest: str) -> Response:
    actor = current_actor()
    row = guests.get_guest(actor, guest)
    asked = request.form.get("rating", "")
    try:
        if asked not in set(Rating):
            raise UserError(_("请选择评级。"))
        contact = met_guests.meet_guest(actor, row, Rating(asked))
    except (Forbidden, NotFound):
        raise
    except UserError as error:
        flash(error.message, "bad")
        return redirect(url_for("fairs.guest", guest=guest), 303)  # type: ignore[return-value]
    flash(_("已登记为接触，请按期限跟进。"))
    return redirect(url_for("fairs.contact", contact=contact.public_id), 303)  # type: ignore[return-value]


@bp.get("/editions/<pid:edition>/summary")
@requires(Permission.FAIR_WRITE)
def event_summary(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    whole, units = guests.attendance(actor, row)
    signing = signings.counted(actor, signings.signings_of(actor, row))
    return render(
        "fairs/summary.html",
        edition=row,
        event=guests.event_name(row),
        whole=whole,
        units=units,
        signing=signing,
        signing_cny=signings.total(signing),
        brought=_brought(actor, row),
        own=queries.may_edit(actor, row),
        state=row.state(clock.today()),
        words=labels,
    )


@bp.get("/editions/<pid:edition>/summary.docx")
@requires(Permission.FAIR_WRITE)
def report_event(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    whole, units = guests.attendance(actor, row)
    signing = signings.signings_of(actor, row)
    body = events_paper.summary(
        *(row, queries.agenda_of(row), whole, units, signing, _brought(actor, row)),
        counted=signings.counted(actor, signing),
        unit=actor.org_name,
    )
    audit.record_aside(actor, "event.summary", row)
    return download(body, f"{_('%(event)s总结', event=guests.event_name(row))}.docx", DOCX)


def _brought(actor: Actor, edition: Edition) -> results.Figures:
    spent = sum((amount for _edition, _org, amount in results.costs(actor, edition)), Decimal(0))
    rows = results.traces(actor, edition)
    return results.figures(rows, None, spent, results.investments(actor, rows))


def _signings(actor: Actor, row: Edition, form: SigningForm) -> Response:
    rows = signings.signings_of(actor, row)
    counted = signings.counted(actor, rows)
    writes = actor.can(Permission.FAIR_WRITE) and row.cancelled_on is None
    form.project.choices = [("", _("选项目")), *(signings.choices_of(actor, row) if writes else [])]
    return render(
        "fairs/signings.html",
        status=form.status,
        edition=row,
        rows=rows,
        count=len(counted),
        total=signings.total(counted),
        twice=signings.twice_words(len(rows) - len(counted)),
        amount=signings.amount,
        form=form,
        writes=writes,
        orders=writes and queries.may_edit(actor, row),
        stages=project_labels.STAGE,
        words=labels,
    )


def _to_signings(edition: str) -> Response:
    return redirect(url_for("fairs.signing_list", edition=edition), 303)  # type: ignore[return-value]
