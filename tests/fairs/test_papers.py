"""A team's list on paper: every code leads to its firm, no glyph is missing, a long list is laid out by a worker."""

import io
import re

import openpyxl
import pypdfium2
import segno
import zxingcpp
from pypdf import PdfReader
from sqlalchemy import select

from crm.fairs import papers
from crm.fairs.exhibitors import ExhibitorFilter
from crm.fairs.models import MatchItem
from crm.fairs.service import matching, teams
from crm.fairs.service.matching import Picked
from crm.fairs.service.teams import TeamInput
from crm.kit import db, pdf, tasks
from tests.factories import actor_of, make_center, make_org, make_user
from tests.fairs.listing import add_firm, edition_of

ALL = Picked(wanted=ExhibitorFilter())
RARE = ("𠮷林精密科技有限公司", "喆镕智能（苏州）有限公司")


def codes_of(body):
    """The texts of all codes of a PDF, as a phone reads them from 150 dots an inch."""
    pages = [page.render(scale=150 / 72).to_pil() for page in pypdfium2.PdfDocument(body)]
    return [
        found.text for page in pages for found in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)
    ]


def text_of(body):
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(body)).pages]


def team_of(*, more=0):
    """A person with a team of two that meets the firms of an edition, and so many more."""
    org = make_org()
    user, other = make_user("甲一", org=org), make_user("甲二", org=org)
    actor = actor_of(user)
    edition = edition_of(make_center())
    for number in range(more):
        add_firm(edition, f"示例第{number}机电有限公司", f"{number % 3 + 1}B{number:02d}", row_no=number + 10)
    matching.put_on(actor, edition, ALL)
    team = teams.add_team(actor, edition, TeamInput("一组", [user.public_id, other.public_id]))
    numbers = list(db.session.scalars(select(MatchItem.public_id)))
    teams.give(actor, edition, numbers, team)
    teams.schedule(actor, team)
    return user, team.public_id, numbers


def test_a_short_list_is_printed_at_once(app, sqlite, sign_in, monkeypatch):
    user, team, numbers = team_of()
    client, rival = sign_in(user), sign_in(make_user())
    answer = client.post(f"/fairs/teams/{team}/print")
    assert answer.status_code == 200 and answer.mimetype == pdf.MIME
    assert sorted(codes_of(answer.data)) == sorted(f"http://localhost/fairs/b/{number}" for number in numbers)
    words = text_of(answer.data)[0]
    assert all(name in words for name in RARE) and "甲一（测试区" in words and "9.1D30-31" in words
    for address in ("paper", "paper.pdf", "list.xlsx"):
        assert rival.get(f"/fairs/teams/{team}/{address}").status_code == 404
    assert "还没有要打印的清单" in client.get(f"/fairs/teams/{team}/paper").text
    assert client.get(f"/fairs/teams/{team}/paper.pdf").status_code == 404

    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"/fairs/teams/{team}/list.xlsx").data)).active
    rows = [line for line in sheet.iter_rows() if line[2].value in RARE]
    assert len(rows) == 2 and {row[3].data_type for row in rows} == {"s"} and not sheet._images
    assert sheet.freeze_panes and sheet.auto_filter.ref and sheet.print_title_rows

    def without_font(*_args, **_more):
        raise pdf.Unprintable("请管理员安装 fonts-noto-cjk 后再试")

    monkeypatch.setattr(pdf, "render", without_font)
    refused = client.post(f"/fairs/teams/{team}/print")
    assert refused.status_code == 409 and "fonts-noto-cjk" in refused.text


def test_a_long_list_is_laid_out_by_a_worker(app, sqlite, sign_in):
    user, team, numbers = team_of(more=56)
    client, colleague = sign_in(user), sign_in(make_user())
    assert client.post(f"/fairs/teams/{team}/print").headers["Location"] == f"/fairs/teams/{team}/paper"
    assert "正在排版" in client.get(f"/fairs/teams/{team}/paper").text
    tasks.work(app)
    assert "下载清单 PDF" in client.get(f"/fairs/teams/{team}/paper").text
    body = client.get(f"/fairs/teams/{team}/paper.pdf").data
    assert colleague.get(f"/fairs/teams/{team}/paper.pdf").status_code == 404
    assert sorted(codes_of(body)) == sorted(f"http://localhost/fairs/b/{number}" for number in numbers)
    pages = text_of(body)
    assert len(pages) > 5
    for number, words in enumerate(pages, start=1):
        assert "现场记录" in words and "打印人：甲一" in words and f"{number}/{len(pages)}" in words
    assert sum(len(re.findall("示例第", words)) for words in pages) == 56


def test_a_code_is_fourteen_millimetres_wide(app):
    """The picture is 16.6 mm with a margin of two dots on each side; what is left must be 14 mm for any sensible address."""
    for base in ("http://10.1.2.3:8000", "https://zs.huangshi.gov.cn", "https://zhaoshang-platform.huangshi.gov.cn"):
        dots = segno.make_qr(papers.address(base, "abcdefghij"), error="l").symbol_size(border=0)[0]

        assert 16.6 * dots / (dots + 4) >= 14
