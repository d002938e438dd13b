"""Exhibitor lists: brought to an edition, answered against the base, read by others only as far as they may see."""

import io

import openpyxl
import pytest
from sqlalchemy import func, select

from crm.companies.models import Company
from crm.core.errors import Conflict, Forbidden, Stale
from crm.fairs import exhibitors, queries
from crm.fairs.exhibitors import ExhibitorFilter
from crm.fairs.models import Exhibitor, FairKind
from crm.fairs.service import editions, lists
from crm.fairs.service.editions import EditionInput, FairInput
from crm.imports import service as imports
from crm.imports.models import ImportBatch, RowStatus
from crm.imports.queries import get_batch
from crm.kit import clock, db, tasks
from tests.factories import actor_of, make_center, make_company, make_org, make_user

PASTED = "\n".join(
    [
        "第 9 届机床展参展名录",
        "",
        "参展商\t展位号\t展品\t电话\t电话",
        "湖北珩锐数控装备有限公司\t9.1D30-31\t数控机床\t\t",
        "铎澜激光\tN3馆A12、N3馆A14\t激光器\t\t",
        "昆山砺枢机电有限公司\t1E10\t谐波减速器\t0512\t139",
        "昆山砺枢机电有限公司\tN1-05\t谐波减速器\t\t",
    ]
)


def edition_of(actor):
    fair = editions.add_fair(actor, FairInput("机床展", FairKind.EXHIBITION, shared=True))
    return editions.add_edition(actor, fair, EditionInput(title="第 9 届", year=clock.today().year))


def again(actor, number):
    return queries.get_edition(actor, number)


def written(app, actor, edition, *, pasted=PASTED, **more):
    """The batch of the pasted list after its writing."""
    batch = lists.bring(actor, edition, upload=None, pasted=pasted, source="主办方展商名录", **more)
    for act in (lambda row: imports.set_mapping(actor, row, {}), lambda row: imports.write(actor, row)):
        act(get_batch(actor, batch.public_id))
        tasks.work(app)
        db.session.rollback()
        db.session.expire_all()
    return get_batch(actor, batch.public_id)


def answers(actor, number, **wanted):
    page = exhibitors.page_of_exhibitors(actor, again(actor, number), ExhibitorFilter(**wanted), 1)
    assert page.total == len(page.items)
    return {line.exhibitor.name: (line.answer, line.exhibitor.booth, line.exhibitor.hall) for line in page.items}


def test_a_list_becomes_the_exhibitors_of_an_edition(app, store):
    center, rival = make_center(), actor_of(make_user())
    make_company("湖北珩锐数控装备有限公司", actor=center)
    near = make_company("武汉铎澜激光有限公司", actor=rival).public_id
    outsider = actor_of(make_user())
    row = edition_of(center)
    number = row.public_id
    count = db.session.scalar(select(func.count()).select_from(Company))

    with pytest.raises(Forbidden):
        lists.bring(rival, row, upload=None, pasted=PASTED, source="网上")
    batch = written(app, center, row)

    assert db.session.scalar(select(func.count()).select_from(Company)) == count, "nothing joins the base unasked"
    assert answers(center, number) == {
        "湖北珩锐数控装备有限公司": ("same", "9.1D30-31", "9.1"),
        "铎澜激光": ("likely", "N3馆A12；N3馆A14", "N3"),
        "昆山砺枢机电有限公司": ("none", "1E10；N1-05", "1"),
    }
    assert answers(rival, number)["铎澜激光"][0] == "likely", "an own row"
    assert answers(outsider, number)["铎澜激光"][0] == "none", "another unit's unopened row is nobody's business (S0)"
    assert set(answers(outsider, number, answer="none")) == {"铎澜激光", "昆山砺枢机电有限公司"}
    assert set(answers(center, number, hall="N3")) == {"铎澜激光"}
    assert set(answers(center, number, text="谐波")) == {"昆山砺枢机电有限公司"}
    tally = exhibitors.tally(center, again(center, number))
    assert (tally["all"], tally["same"], tally["likely"], tally["none"]) == (3, 1, 1, 1)

    row = again(center, number)
    firm = db.session.scalars(select(Exhibitor).where(Exhibitor.name == "铎澜激光")).one()
    with pytest.raises(Forbidden):
        lists.settle(rival, row, firm, near, "1")
    lists.settle(center, row, firm, near, "1")
    with pytest.raises(Stale):
        lists.settle(center, row, firm, "", "1")
    assert answers(center, number)["铎澜激光"][0] == "same"
    assert answers(outsider, number)["铎澜激光"][0] == "none"

    imports.undo(center, get_batch(center, batch.public_id))
    tasks.work(app)
    db.session.rollback()
    db.session.expire_all()
    assert answers(center, number) == {}
    row = editions.cancel_edition(center, again(center, number), "停办")
    with pytest.raises(Conflict):
        lists.bring(center, row, upload=None, pasted=PASTED, source="网上")


def test_new_firms_join_the_base_when_chosen(app, store):
    center = make_center()
    make_company("武汉铎澜激光有限公司", actor=center)
    row = edition_of(center)
    number = row.public_id

    batch = written(app, center, row, add_new=True)

    assert batch.counts["statuses"].get(RowStatus.FAILED.value, 0) == 0
    got = answers(center, number)
    assert got["昆山砺枢机电有限公司"] == ("same", "1E10；N1-05", "1")
    assert got["铎澜激光"][0] == "likely", "what may be there already is not made twice"


def test_a_firm_lies_where_its_first_booth_is(app, store):
    center = make_center()
    row = edition_of(center)
    number = row.public_id
    rows = [
        "参展商\t展位号\t展品",
        "示例甲机电有限公司\t\t丝杠",
        "示例甲机电有限公司\t9.1D30-31\t丝杠",
        "示例乙机电有限公司\t10A01\t导轨",
        "示例甲机电有限公司\t2A01\t丝杠",
        "示例丙机电有限公司\t9.1D29\t刀具",
    ]

    written(app, center, row, pasted="\n".join(rows))

    firms = exhibitors.page_of_exhibitors(center, again(center, number), ExhibitorFilter(), 1).items
    assert [(line.exhibitor.name, line.exhibitor.booth) for line in firms] == [
        ("示例丙机电有限公司", "9.1D29"),
        ("示例甲机电有限公司", "9.1D30-31；2A01"),
        ("示例乙机电有限公司", "10A01"),
    ]
    assert exhibitors.halls(again(center, number)) == ["9.1", "10"]


def test_the_pages_of_a_list(app, sqlite, sign_in, statements):
    user, other = make_user(org=make_org()), make_user(org=make_org())
    row = edition_of(actor_of(user))
    client, stranger = sign_in(user), sign_in(other)
    page = f"/fairs/editions/{row.public_id}/exhibitors"
    assert "还没有展商名录" in client.get(page).text
    assert "表头在前 20 行" in client.get(f"{page}/new").text
    refused = client.post(f"{page}/new", data={"text": PASTED})
    assert refused.status_code == 422 and "请写明名录" in refused.text and "湖北珩锐" in refused.text
    empty = client.post(f"{page}/new", data={"source": "主办方"})
    assert empty.status_code == 422 and "请选择文件" in empty.text
    made = client.post(f"{page}/new", data={"source": "主办方", "text": PASTED})
    assert made.status_code == 303 and db.session.scalar(select(func.count()).select_from(ImportBatch)) == 1
    written(app, actor_of(user), row)

    firm = db.session.scalars(select(Exhibitor).where(Exhibitor.name == "昆山砺枢机电有限公司")).one().public_id
    for address in (
        page,
        f"{page}?answer=none&hall=1&q=砺枢&sort=-place",
        f"{page}?sort=-score&gap=1",
        f"{page}/{firm}",
    ):
        statements.clear()
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(statements) <= 12, (address, len(statements))
        assert stranger.get(address).status_code == 404
    assert stranger.get(f"{page}.xlsx").status_code == 404
    assert stranger.post(f"{page}/{firm}/settle", data={"version": "1"}).status_code == 404
    known = make_company("昆山砺枢机电科技有限公司", actor=actor_of(user))
    said = {"version": "1", "company_text": "随便写写"}
    assert client.post(f"{page}/{firm}/settle", data=said).status_code == 422
    assert client.post(f"{page}/{firm}/settle", data=said | {"company_public_id": known.public_id}).status_code == 303
    assert client.post(f"{page}/{firm}/settle", data=said | {"company_public_id": known.public_id}).status_code == 409
    assert "昆山砺枢机电科技有限公司" in client.get(f"{page}/{firm}").text
    assert stranger.post(f"{page}/{firm}/unsettle", data={"version": "2"}).status_code == 404
    assert client.post(f"{page}/{firm}/unsettle", data={"version": "1"}).status_code == 409
    assert client.post(f"{page}/{firm}/unsettle", data={"version": "2"}).status_code == 303
    assert "企业库里没有发现" in client.get(f"{page}/{firm}").text
    assert "届次参展名录" not in client.get("/imports/new").text

    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{page}.xlsx?sort=name").data)).active
    booths = {line[1].value: line[2] for line in sheet.iter_rows(max_col=3) if line[1].value}
    assert booths["昆山砺枢机电有限公司"].value == "1E10；N1-05" and booths["昆山砺枢机电有限公司"].data_type == "s"
    assert sheet.freeze_panes and sheet.auto_filter.ref and sheet.print_title_rows
