"""The opinion as PDF: sealed beside the Word copies, the same words, each reader the own copy, in the archive too."""

import io
import zipfile
from hashlib import sha256

from pypdf import PdfReader
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.claims import filing, queries
from crm.claims.disputes import archive, deciding, opinion_paper, opinions, printing
from crm.claims.disputes.models import Audience
from crm.core.permissions import Role
from crm.files import storage
from crm.kit import db, pdf, tasks
from tests.claims.conftest import make_city, make_lead
from tests.factories import make_actor

FIRM = "苏州绎衡𠮷传动镕科技有限公司"
REASON = "甲区接触在先，证据充分。"


def decided(city):
    """The address of a dispute that the centre decided for the first side."""
    leads = make_lead(city.a, FIRM), make_lead(city.b, FIRM)
    _first, second = (filing.file_report(who, lead) for who, lead in zip((city.a, city.b), leads, strict=True))
    address = queries.cases_of(second)[0].public_id
    for link in (link for lead in leads for link in lead.files):  # these are rows without bytes
        db.session.delete(link)
    db.session.commit()
    db.session.expire_all()
    deciding.decide(city.center, queries.get_case(city.center, address), "first", REASON)
    return address


def opinion_of(city, case):
    """Its opinion, read anew."""
    db.session.remove()
    return opinions.of_case(queries.get_case(city.center, case))[0]


def text_of(body):
    """The words of a PDF without the line breaks that the layout makes."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(body)).pages)


def bytes_of(file):
    with storage.current().open(file.storage_name) as stream:
        return stream.read()


def test_each_copy_has_its_sealed_pdf_with_the_words_of_the_record(city, app, monkeypatch):
    case = decided(city)
    with monkeypatch.context() as without_font:
        without_font.setattr(opinion_paper, "pdf", _unprintable)
        assert tasks.work(app) == 1
    assert {copy.print for copy in opinion_of(city, case).copies} == {None}  # the decision stands without its PDF

    assert (printing.catch_up(), tasks.work(app)) == (1, 1)
    assert (printing.catch_up(), tasks.work(app)) == (0, 0)

    opinion = opinion_of(city, case)
    for copy in opinion.copies:
        file = copy.print.file
        body = bytes_of(file)
        assert file.sealed_at and file.sha256 == sha256(body).hexdigest() and file.media_type == pdf.MIME
        assert file.original_name == copy.file.original_name.removesuffix("docx") + "pdf"
        words = text_of(body)
        blocks = opinion_paper.blocks(opinion, copy.audience)
        said = [cell for block in blocks for cell in (block.words, *(cell for row in block.rows for cell in row))]
        assert [cell for cell in said if "".join(cell.split()) not in words] == []
        assert FIRM in words and ("乙区" in words) == (copy.audience is not Audience.FIRST)
    written = select(AuditEntry).where(AuditEntry.action == "case.opinion_printed")
    assert len(db.session.scalars(written).all()) == len(Audience)
    body = archive.export(city.center, queries.get_case(city.center, case))
    with zipfile.ZipFile(io.BytesIO(body)) as pack:
        packed = {sha256(pack.read(name)).hexdigest() for name in pack.namelist() if name.endswith(".pdf")}
    assert packed == {copy.print.file.sha256 for copy in opinion.copies}


def test_nobody_opens_the_pdf_of_another_reader(sqlite, context, app, sign_in):
    city = make_city()
    case = decided(city)
    tasks.work(app)
    opinion = opinion_of(city, case)
    page = f"/claims/cases/{case}/opinions/{opinion.public_id}"
    files = {copy.audience: (f"/files/{copy.print.file.public_id}", copy.print.file.sha256) for copy in opinion.copies}
    own = {city.a: Audience.FIRST, city.b: Audience.SECOND, city.center: Audience.ARCHIVE}
    for actor in (*own, make_actor(Role.OFFICER)):
        client = sign_in(actor)
        db.session.remove()
        mine = own.get(actor)
        for audience, (address, _digest) in files.items():
            allowed = audience is mine or mine is Audience.ARCHIVE
            with client.get(address) as answer:
                assert answer.status_code == (200 if allowed else 404)
        shown = client.get(page)
        assert shown.status_code == (200 if mine else 404)
        assert [one for one, (_address, digest) in files.items() if digest in shown.text] == ([mine] if mine else [])


def _unprintable(*_args):
    raise pdf.Unprintable("缺字")
