"""Evidence: one file a request, answered by its row."""

from flask import Response as PlainResponse
from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core import leads as rules
from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import is_fragment, render
from crm.leads import labels, queries, service
from crm.leads.views import bp


@bp.post("/<pid:lead>/files")
@requires(Permission.LEAD_WRITE)
def upload(lead: str) -> Response:
    """Take one file (script: answered by its row) or several (plain form: back to the lead)."""
    actor = current_actor()
    row = queries.get_lead(actor, lead, whole=True)
    files = [storage for storage in request.files.getlist("file") if storage.filename]
    scripted = request.headers.get("X-Requested-With") == "fetch"
    links, refused = [], []
    for storage in files:
        try:
            kind = request.form.get("kind") or rules.guess_kind(storage.filename or "")
            links.append(service.attach_file(actor, row, storage, kind=kind))
        except UserError as error:
            refused.append(error.message)
    if scripted and (refused or not links):
        return PlainResponse("\n".join(refused) or _("没有收到文件，请重新选择。"), 422, mimetype="text/plain")
    if scripted:
        return render("leads/_files.html", lead=row, links=links, evidence=labels.evidence_options(), edit=True)
    for sentence in refused:
        flash(sentence, "bad")
    if links:
        flash(_("已添加 %(n)s 份证据。", n=len(links)))
    return redirect(url_for("leads.show", lead=lead, _anchor="files"), 303)  # type: ignore[return-value]


@bp.post("/<pid:lead>/files/<pid:file>/kind")
@requires(Permission.LEAD_WRITE)
def set_kind(lead: str, file: str) -> Response:
    actor = current_actor()
    row = queries.get_lead(actor, lead, whole=True)
    link = service.set_kind(actor, row, queries.get_file(actor, row, file), request.form.get(f"kind-{file}", ""))
    if is_fragment():
        return render("leads/_files.html", lead=row, links=[link], evidence=labels.evidence_options(), edit=True)
    return redirect(url_for("leads.show", lead=lead, _anchor="files"), 303)  # type: ignore[return-value]


@bp.post("/<pid:lead>/files/<pid:file>/remove")
@requires(Permission.LEAD_WRITE)
def remove(lead: str, file: str) -> Response:
    actor = current_actor()
    row = queries.get_lead(actor, lead, whole=True)
    link = queries.get_file(actor, row, file)
    name = link.file.original_name
    service.remove_file(actor, row, link)
    if is_fragment():
        return PlainResponse("", 200, mimetype="text/html")
    flash(_("已移除 %(name)s。", name=name))
    return redirect(url_for("leads.show", lead=lead, _anchor="files"), 303)  # type: ignore[return-value]
