"""Out and in again, with real files: the system's list and the unit's own form, unchanged, edited, and in conflict."""

import io
import re

import openpyxl
import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from crm.companies import choices, details, service
from crm.companies.models import Company, NodeWeight
from crm.core.permissions import Role
from crm.imports import preview, queries
from crm.imports import service as imports
from crm.imports.models import Fate, ImportRow
from crm.kit import db, tasks
from crm.leads.models import Lead
from tests.factories import make_actor

pytestmark = pytest.mark.usefixtures("context")
LEDGER = """大冶市目标企业台账（2026年）,,,,,,
填报单位：示例区,,,,,,
序号,客商全称,社会信用代码,注册资本（万元）,成立时间,主要产品,备注
1,湖北珩锐数控装备有限公司,91420200MA44JURQ85,"1,200.50",2011年5月6日,五轴机床,重点
2,苏州绎衡传动科技有限公司,,4800,2015/3/1,=谐波减速器,
3,黄石砺枢精密有限公司,,,,,
,合计,,6000.50,,,
"""
LEADS = """某区2026年11月招商线索登记表,,,,,,
单位：亿元,,,,,,
序号,项目名称,投资方,固定资产投资,需用土地（亩）,首次接洽时间,对接情况
1,伺服电机产线,无锡珩锐电机有限公司,2.4,45,2026-11-18,来访
2,五轴机床总装,沈阳翀岚精密机床股份有限公司,6.81,110.5,2023.5.6,视频会议两次
"""


@pytest.fixture
def manager(sqlite):
    return make_actor(Role.MANAGER)


def bring(app, actor, kind, name, content):
    """A file brought, mapped as proposed, checked; the batch."""
    upload = FileStorage(io.BytesIO(content), filename=name)
    batch = imports.start(actor, kind, upload=upload, source="台账")
    assert preview.preview(batch).missing == []
    imports.set_mapping(actor, batch, {})
    return worked(app, actor, batch)


def worked(app, actor, batch):
    """The batch as it is when all that waits is done; the work ends the session it was read in."""
    public_id = batch.public_id
    tasks.work(app)
    db.session.rollback()
    db.session.expire_all()
    return queries.get_batch(actor, public_id)


def write(app, actor, batch):
    imports.write(actor, batch)
    return worked(app, actor, batch)


def fates(batch):
    rows = db.session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.row_no))
    return [row.fate for row in rows if row.fate is not Fate.SKIPPED]


def changes(batch):
    rows = db.session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.row_no))
    return [row.changes for row in rows if row.changes]


def taken(sign_in, actor, room, **data):
    """A list as a browser downloads it."""
    client = sign_in(actor)
    page = client.get(f"/{room}/export").text
    fields = dict(re.findall(r'name="(once)"[^>]*value="([^"]*)"', page))
    answer = client.post(f"/{room}/export", data={**fields, "reason": "月报", **data})
    assert answer.status_code == 200, answer.text
    return answer.data


def edited(content, about, title, value):
    """The workbook with one cell changed, as a person would: the one of this title in the row about this company."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    column = next(cell.column for row in sheet.iter_rows() for cell in row if cell.value == title)
    row = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == about)
    sheet.cell(row, column).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_ledger_of_companies_out_and_in_again(app, sign_in, manager):
    batch = write(app, manager, bring(app, manager, "companies", "台账.csv", LEDGER.encode("gb18030")))
    assert batch.encoding.lower().startswith("gb")
    rows = {row.name: row for row in db.session.scalars(select(Company))}
    assert set(rows) == {"湖北珩锐数控装备有限公司", "苏州绎衡传动科技有限公司", "黄石砺枢精密有限公司"}
    assert rows["湖北珩锐数控装备有限公司"].capital_cny == 12_005_000
    (form,) = queries.mappings_of(manager, "companies")

    book = taken(sign_in, manager, "companies", form=form.public_id)

    shown = cells(book)
    assert shown[0][0] == "大冶市目标企业台账（2026年）" and shown[1][0] == "填报单位：示例区"
    assert shown[2] == [
        "序号",
        "客商全称",
        "社会信用代码",
        "注册资本（万元）",
        "成立时间",
        "主要产品",
        "备注",
        "编号",
        "版本",
    ]
    assert ["黄石砺枢精密有限公司", None, None, None, None, None] in [r[1:7] for r in shown]
    assert ["湖北珩锐数控装备有限公司", "91420200MA44JURQ85", 1200.5, "2011-05-06", "五轴机床", None] in [
        r[1:7] for r in shown
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert (sheet.page_setup.orientation, sheet.print_title_rows, sheet.data_type if False else "s") == (
        "landscape",
        "$3:$3",
        "s",
    )
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    back = bring(app, manager, "companies", "台账.xlsx", book)
    assert preview.preview(back).remembered == form.name
    assert fates(back) == [Fate.SAME] * 3

    changed = bring(
        app, manager, "companies", "改.xlsx", edited(book, "黄石砺枢精密有限公司", "主要产品", "六轴机器人")
    )
    assert changes(changed) == [{"products": ["", "六轴机器人"]}]
    write(app, manager, changed)
    assert db.session.scalar(select(Company.products).where(Company.name == "黄石砺枢精密有限公司")) == "六轴机器人"
    late = bring(app, manager, "companies", "晚.xlsx", edited(book, "黄石砺枢精密有限公司", "主要产品", "别的"))
    assert sorted(fates(late)) == [Fate.CONFLICT, Fate.SAME, Fate.SAME]
    (form_again,) = queries.mappings_of(manager, "companies")
    assert form_again.layout["labels"] == form.layout["labels"]


@pytest.mark.parametrize(("file_format", "encoding"), [("csv-gbk", "gb18030"), ("csv-utf8", "utf-8-sig")])
def test_as_csv_nothing_becomes_a_formula_and_all_comes_back(app, sign_in, manager, file_format, encoding):
    write(app, manager, bring(app, manager, "companies", "台账.csv", LEDGER.encode("gb18030")))
    (form,) = queries.mappings_of(manager, "companies")

    told = taken(sign_in, manager, "companies", form=form.public_id, file_format=file_format)

    text = told.decode(encoding)
    assert "'=谐波减速器" in text and ",=谐波" not in text
    assert text.splitlines()[2].startswith("序号,客商全称")
    assert fates(bring(app, manager, "companies", "台账2.csv", told)) == [Fate.SAME] * 3
    plain = taken(sign_in, manager, "companies", file_format=file_format)
    back = bring(app, manager, "companies", "清单.csv", plain)
    assert (fates(back), changes(back)) == ([Fate.SAME] * 3, [])


def test_the_systems_own_list_comes_back_unchanged(app, sign_in, manager):
    from crm.plan.loader import load

    load()
    choices._kept.clear()
    write(app, manager, bring(app, manager, "companies", "台账.csv", LEDGER.encode("gb18030")))
    company = db.session.scalar(select(Company).where(Company.name == "湖北珩锐数控装备有限公司"))
    wanted = {node.id: NodeWeight.MAIN for node in choices.read().nodes if "、" in node.name}
    details.set_nodes(manager, company.id, wanted)
    service.edit_company(manager, company, None, is_target=True, province="湖北", city="黄石")
    assert len(wanted) > 1

    book = taken(sign_in, manager, "companies")

    back = bring(app, manager, "companies", "清单.xlsx", book)
    assert (fates(back), changes(back)) == ([Fate.SAME] * 3, [])


def test_a_ledger_of_leads_out_and_in_again(app, sign_in, manager):
    write(app, manager, bring(app, manager, "leads", "线索.csv", LEADS.encode("utf-8-sig")))
    leads = {lead.title: lead for lead in db.session.scalars(select(Lead))}
    assert leads["五轴机床总装"].invest_fixed_cny == 681_000_000 and leads["五轴机床总装"].area_mu * 10 == 1105
    (form,) = queries.mappings_of(manager, "leads")

    book = taken(sign_in, manager, "leads", form=form.public_id)

    shown = cells(book)
    assert shown[0][0] == "某区2026年11月招商线索登记表"
    assert shown[2][:7] == LEADS.splitlines()[2].split(",")
    assert ["五轴机床总装", "沈阳翀岚精密机床股份有限公司", 6.81, 110.5, "2023-05-06", "视频会议两次"] in [
        r[1:7] for r in shown
    ]
    back = bring(app, manager, "leads", "线索.xlsx", book)
    assert preview.preview(back).remembered == form.name and fates(back) == [Fate.SAME] * 2
    assert changes(bring(app, manager, "leads", "改.xlsx", edited(book, "五轴机床总装", "需用土地（亩）", 60))) != []
    for file_format in ("xlsx", "csv-gbk", "csv-utf8"):
        told = taken(sign_in, manager, "leads", file_format=file_format)
        name = "清单." + ("xlsx" if file_format == "xlsx" else "csv")
        back = bring(app, manager, "leads", name, told)
        assert (fates(back), changes(back)) == ([Fate.SAME] * 2, []), file_format


def test_an_officer_takes_the_units_form_too_and_nobody_elses(app, sign_in, manager):
    from crm.accounts.models import Org

    write(app, manager, bring(app, manager, "leads", "线索.csv", LEADS.encode("utf-8-sig")))
    (form,) = queries.mappings_of(manager, "leads")
    officer = make_actor(Role.OFFICER, org=db.session.get_one(Org, manager.org_id))

    assert len(cells(taken(sign_in, officer, "leads", form=form.public_id))) == 5
    other = sign_in(make_actor(Role.OFFICER))
    page = other.get("/leads/export").text
    assert form.public_id not in page and f">{form.name}<" not in page
    fields = dict(re.findall(r'name="(once)"[^>]*value="([^"]*)"', page))
    refused = other.post("/leads/export", data={**fields, "reason": "x", "form": form.public_id})
    assert refused.status_code == 404
