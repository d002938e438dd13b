"""A whole case for the archive: opinions, course, reports and evidence in one ZIP with a list of hashes."""

import io
import json
import zipfile
from hashlib import sha256

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.claims import cases, comparison, labels, queries
from crm.claims.disputes import appeals, choices, opinions
from crm.claims.models import Case
from crm.core.errors import Forbidden
from crm.files import storage
from crm.files.models import File
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import LeadFile

ZIP = "application/zip"


def export(actor: Actor, case: Case) -> bytes:
    """Return the case as a ZIP. Only for who judges it; the caller leaves a line in the audit trail."""
    if queries.claim_of_party(actor, case) is not None or not (
        actor.is_center or cases.arbiter_allowed(actor, case) or appeals.find_appeal(case) is not None
    ):
        raise Forbidden(_("案卷由裁定机构导出。"))
    with force_locale("zh_Hans_CN"):
        return _packed(case, _pieces(case))


def _pieces(case: Case) -> list[tuple[str, bytes]]:
    found = [("02 案件经过.txt", _course(case).encode()), ("03 首报对照.txt", _reports(case).encode())]
    for opinion in opinions.of_case(case):
        for copy in opinion.copies:
            sealed = [copy.file, *([copy.print.file] if copy.print else [])]
            found += [(f"01 认定意见书/{one.original_name}", _bytes(one)) for one in sealed]
    for number, (place, file) in enumerate(_evidence(case), start=1):
        found.append((f"{place}/{number:02d} {file.original_name}", _bytes(file)))
    return sorted(found)


def _evidence(case: Case) -> list[tuple[str, File]]:
    found = []
    for party in case.parties:
        query = select(LeadFile).where(LeadFile.lead_id == party.claim.lead_id).options(joinedload(LeadFile.file))
        place = f"04 证据/{party.side + 1} {_safe(party.claim.org.name)}"
        found += [(place, link.file) for link in db.session.scalars(query.order_by(LeadFile.id))]
    units = {party.claim.org_id: _safe(party.claim.org.name) for party in case.parties}
    found += [(f"05 案中提交/{units[link.org_id]}", link.file) for link in queries.case_files(case)]
    for choice in reversed(choices.of_case(case)):
        found += [("06 投资方书面选择", one) for one in (choice.file, choice.revoke_file) if one is not None]
    return found


def _safe(name: str) -> str:
    return name.replace("/", "／").replace("\\", "＼")


def _bytes(file: File) -> bytes:
    with storage.current().open(file.storage_name) as stream:
        return stream.read()


def _course(case: Case) -> str:
    lines = [f"{case.number}　{labels.CASE_KIND[case.kind]}　{labels.CASE_STATUS[case.status]}", ""]
    for one in case.steps:
        at = clock.local(one.at).strftime("%Y-%m-%d %H:%M")
        result = f"（{labels.DECISION[one.decision]}）" if one.decision else ""
        lines.append(f"{at}　{one.by_words}　{labels.STEP[one.kind]}{result}" + (f"：{one.text}" if one.text else ""))
    return "\n".join(lines) + "\n"


def _reports(case: Case) -> str:
    if len(case.parties) < 2:
        return "\n".join(f"{party.claim.org.name}　{party.claim.number}" for party in case.parties) + "\n"
    claims = [party.claim for party in case.parties]
    lines = ["\t".join([_("项目"), *(claim.org.name for claim in claims)])]
    lines += [
        "\t".join([label, *(value or "—" for value in values)]) for label, values, _alike in comparison.table(claims)
    ]
    return "\n".join(lines) + "\n"


def _packed(case: Case, pieces: list[tuple[str, bytes]]) -> bytes:
    hashes = {name: sha256(body).hexdigest() for name, body in pieces}
    at = clock.local(clock.now())
    manifest = {"case": case.number, "exported_at": at.isoformat(timespec="seconds"), "sha256": hashes}
    listed = "".join(f"{digest}  {name}\n" for name, digest in hashes.items())
    pieces = [
        *pieces,
        ("00 清单.txt", listed.encode()),
        ("00 清单.json", json.dumps(manifest, ensure_ascii=False, indent=2).encode()),
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, body in pieces:
            pack.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), body, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
