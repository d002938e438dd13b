"""Published policies: who writes them, what they must say, their days, what fits a project, the pages."""

import io
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pytest

from crm.accounts.models import Org
from crm.carriers import policies
from crm.carriers.models import PolicyLevel, PolicyMeasure, PolicyOffer
from crm.carriers.policies import PolicyFilter
from crm.carriers.service import measures
from crm.carriers.service import policies as service
from crm.carriers.service.measures import MeasureInput
from crm.carriers.service.policies import PolicyInput
from crm.core.errors import Conflict, Forbidden, Invalid, Stale
from crm.core.permissions import Role, UserKind
from crm.files.models import File
from crm.kit import clock, db
from crm.plan.models import Segment
from tests.factories import make_actor, make_center, make_org, make_project, make_user, save, upload
from tests.projects.ready import place

pytestmark = pytest.mark.usefixtures("context")
PDF = b"%PDF-1.4 sample"


def _data(number="黄政发〔2026〕5号", **values):
    values.setdefault("valid_from", clock.today() - timedelta(days=100))
    return PolicyInput("支持智能装备产业若干措施", number, "市人民政府", **values)


def _segment(code="CNC"):
    row = Segment(code=code, name=f"领域{code}", name_en=code)
    save(row)
    return row


def test_a_policy_is_kept_by_the_centre_and_the_office(store):
    center, office = make_center(), make_actor(Role.OFFICE)
    _segment()
    data = _data(segments=("CNC",), issued_on=clock.today())

    for stranger in (make_actor(), make_actor(Role.MANAGER), make_actor(Role.LEADER)):
        with pytest.raises(Forbidden):
            service.add_policy(stranger, data)
    row = service.add_policy(office, data, upload("原文.pdf", PDF))
    assert row.file.original_name == "原文.pdf" and [one.code for one in row.segments] == ["CNC"]
    before = clock.today() - timedelta(days=101)
    for wrong, field in [
        (replace(data, title=""), "title"),
        (replace(data, document_no=""), "document_no"),
        (replace(data, issuer=""), "issuer"),
        (replace(data, valid_from=None), "valid_from"),
        (replace(data, valid_to=before), "valid_to"),
        (replace(data, issued_on=clock.today() + timedelta(days=1)), "issued_on"),
        (replace(data, segments=("ZZZ",)), "segments"),
        (replace(data, units=("aaaaaaaaaa",)), "units"),
    ]:
        with pytest.raises(Invalid) as caught:
            service.add_policy(center, wrong)
        assert caught.value.field == field
    with pytest.raises(Conflict, match="文号已经登记"):
        service.add_policy(center, data)
    service.edit_policy(center, row, replace(data, title="修订", segments=()), 1, upload("新文.pdf", PDF))
    row = policies.get_policy(row.public_id)
    assert (row.title, row.segments, row.file.original_name) == ("修订", [], "新文.pdf")
    assert db.session.query(File).count() == 1
    with pytest.raises(Stale):
        service.edit_policy(center, row, data, 1)
    with pytest.raises(Invalid, match="一句话"):
        service.retire_policy(center, row, "")
    service.retire_policy(center, row, "已被新文件替代")
    with pytest.raises(Conflict, match="先恢复"):
        service.edit_policy(center, row, data, None)
    assert service.restore_policy(office, row).retired_at is None


def test_what_holds_today_is_matched_by_segment_and_unit(store):
    center, home = make_center(), make_org("甲区")
    with db.transaction():
        db.session.get(Org, home.id).recruits = True
    _segment("CNC"), _segment("ENV")
    today, past = clock.today(), clock.today() - timedelta(days=1)

    def add(number, **values):
        return service.add_policy(center, replace(_data(number), title=number, **values))

    for number, values in [
        ("一般", {}),
        ("数控", {"segments": ("CNC",)}),
        ("环保", {"segments": ("ENV",)}),
        ("甲区", {"units": (home.public_id,), "level": PolicyLevel.DISTRICT}),
        ("国家", {"level": PolicyLevel.STATE}),
        ("过期", {"valid_to": past}),
        ("今天", {"valid_to": today}),
        ("将来", {"valid_from": today + timedelta(days=1)}),
    ]:
        add(number, **values)
    service.retire_policy(center, add("撤下"), "替代")

    def titles(segment, *orgs):
        return [row.title for row in policies.matching(segment, orgs)]

    assert titles("CNC", home.id) == ["数控", "甲区", "今天", "一般", "国家"]
    assert titles("", 0) == ["今天", "一般", "国家"]

    def listed(**wanted):
        return {row.title for row in policies.page_of_policies(PolicyFilter(**wanted), 1).items}

    every = {"一般", "数控", "环保", "甲区", "国家", "今天", "将来"}
    for wanted, found in [
        ({}, every),
        ({"standing": "all"}, every | {"过期"}),
        ({"standing": "ended"}, {"过期"}),
        ({"standing": "ending"}, {"今天"}),
        ({"standing": "coming"}, {"将来"}),
        ({"standing": "valid"}, every - {"将来"}),
        ({"level": "state"}, {"国家"}),
        ({"segment": "ENV"}, every - {"数控"}),
        ({"text": "环 市人民"}, {"环保"}),
        ({"retired": True}, {"撤下"}),
    ]:
        assert listed(**wanted) == found, wanted


def test_what_a_policy_offers_is_kept_one_by_one(store):
    center = make_center()
    _segment("CNC"), _segment("ENV")
    row = service.add_policy(center, _data())
    general = measures.add_measure(center, row, MeasureInput("厂房租赁支持", "第三条"))
    special = measures.add_measure(center, row, MeasureInput("数控机床首台套", segments=("CNC",)))

    def titles(segment=None):
        return [one.title for one in policies.measures_for(policies.get_policy(row.public_id), segment)]

    assert [titles(), titles("CNC"), titles("ENV")] == [
        *(["厂房租赁支持", "数控机床首台套"], ["数控机床首台套", "厂房租赁支持"], ["厂房租赁支持"]),
    ]
    with pytest.raises(Forbidden):
        measures.add_measure(make_actor(), row, MeasureInput("不可"))
    for wrong, field in [(MeasureInput(""), "title"), (MeasureInput("支持", segments=("ZZZ",)), "segments")]:
        with pytest.raises(Invalid) as caught:
            measures.add_measure(center, row, wrong)
        assert caught.value.field == field
    measures.edit_measure(center, special, MeasureInput("首台套应用"), 1)
    with pytest.raises(Stale):
        measures.edit_measure(center, special, MeasureInput("又改"), 1)
    measures.retire_measure(center, general)
    with pytest.raises(Conflict, match="先恢复"):
        measures.edit_measure(center, general, MeasureInput("又改"), None)
    assert titles("ENV") == ["首台套应用"]
    assert policies.page_of_policies(PolicyFilter(text="首台套"), 1).total == 1
    assert policies.page_of_policies(PolicyFilter(text="厂房租赁"), 1).total == 0
    measures.restore_measure(center, general)
    service.retire_policy(center, row, "被替代")
    with pytest.raises(Conflict, match="先恢复"):
        measures.add_measure(center, row, MeasureInput("迟到的"))


def test_the_pages_of_policies(sqlite, sign_in, statements):
    node, _carrier = place()
    office, officer = make_actor(Role.OFFICE), make_actor()
    project = make_project(officer, node_code=node.code)
    writer, reader, rival = sign_in(office), sign_in(officer), sign_in(make_actor())
    assert "还没有登记政策" in reader.get("/policies/").text

    typed = {"title": "支持措施", "document_no": "黄政发〔2026〕9号", "issuer": "市政府", "level": "city"}
    unit = db.session.get(Org, officer.org_id).public_id
    refused = writer.post("/policies/new", data={**typed, "valid_from": "", "summary": "摘要", "units": [unit]})
    assert refused.status_code == 422 and "摘要" in refused.text and db.session.query(PolicyOffer).count() == 0
    assert f'value="{unit}" checked' in refused.text
    data = {
        **typed,
        "valid_from": "2026-01-01",
        "summary": "对落户企业税收返还",
        "segments": ["ROBOT"],
        "once": "k" * 24,
    }
    data["file"] = (io.BytesIO(PDF), "原文.pdf")
    assert writer.post("/policies/new", data=data).status_code == 303
    assert writer.post("/policies/new", data={**data, "file": (io.BytesIO(PDF), "原文.pdf")}).status_code == 303
    row = db.session.query(PolicyOffer).one()
    url = f"/policies/{row.public_id}"
    file = f"/files/{row.file.public_id}"
    db.session.rollback()
    shown = reader.get(url).text
    assert "税收返还。公平竞争" in shown and "原文.pdf" in shown
    with reader.get(file) as answer:
        assert answer.status_code == 200
    with db.transaction():
        row.is_sample = True
    add, words = f"{url}/measures/new", {"title": "", "words": "按程序申报"}
    answer = writer.post(add, data=words)
    assert answer.status_code == 422 and "按程序申报" in answer.text and "支持什么" in answer.text
    once = {**words, "title": "首台套支持", "once": "m" * 24}
    assert [writer.post(add, data=once).status_code for _again in range(2)] == [303, 303]
    one = db.session.query(PolicyMeasure).one()
    edit = f"{url}/measures/{one.public_id}"
    assert writer.post(edit, data={"title": "首台套应用支持", "version": "1"}).status_code == 303
    assert writer.post(edit, data={"title": "我的说法", "version": "1"}).status_code == 409
    assert [reader.post(path, data=once).status_code for path in (add, edit, f"{edit}/retire")] == [403] * 3
    panel = f"/projects/{project.public_id}/policies"
    assert panel in reader.get(f"/projects/{project.public_id}").text
    for client, path in [
        *((reader, one) for one in ("/policies/", "/policies/?q=支持&segment=ROBOT&sort=level", url, panel)),
        *((writer, one) for one in ("/policies/new", f"{url}/edit", edit)),
    ]:
        statements.clear()
        assert client.get(path).status_code == 200, path
        assert len(statements) <= 12, (path, statements)
    assert "首台套应用支持" in reader.get(panel).text
    assert [writer.post(f"{edit}/{act}").status_code for act in ("retire", "restore")] == [303, 303]
    assert "支持措施" in reader.get(panel).text and rival.get(panel).status_code == 404
    for path in ("/policies/new", f"{url}/edit", f"{url}/retire", f"{url}/restore"):
        assert reader.post(path, data=typed).status_code == 403
    change = {**typed, "valid_from": "2026-01-01", "title": "我改的", "version": "1"}
    assert writer.post(f"{url}/edit", data=change).status_code == 303
    stale = writer.post(f"{url}/edit", data={**change, "title": "我也改了"})
    assert stale.status_code == 409 and "我也改了" in stale.text
    assert writer.post(f"{url}/retire", data={"reason": ""}).status_code == 422
    assert writer.post(f"{url}/retire", data={"reason": "已被替代"}).status_code == 303
    assert "我改的" not in reader.get(panel).text and writer.post(f"{url}/restore").status_code == 303
    db.session.rollback()
    sheet = openpyxl.load_workbook(io.BytesIO(reader.get("/policies/list.xlsx").data)).active
    assert any(
        "我改的" in row and "全部领域" in row for row in [[cell.value for cell in one] for one in sheet.iter_rows()]
    )
    stranger = make_user(org=make_org(), kind=UserKind.SYSADMIN, roles=())
    db.session.rollback()
    assert sign_in(stranger).get(file).status_code == 404
