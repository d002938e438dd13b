"""Ledgers of leads: own unit's only, unprotected, compared by company and sentence, taken back."""

import json
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.accounts.models import Org
from crm.claims import filing
from crm.claims.models import Claim
from crm.companies.models import Company
from crm.core.errors import UserError
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.leads import service
from crm.leads.imports.kind import KIND
from crm.leads.models import Lead, LeadStatus
from crm.people.models import Person
from tests.companies.importing import fates, run, tables
from tests.factories import make_actor, make_center, make_company, make_lead, make_user, upload

NAME = "湖北珩锐数控装备有限公司"
ROW = {
    "company": NAME,
    "title": "五轴机床总装线",
    "content": "11 月 18 日来访",
    "invest_total_cny": "480000000.00",
    "invest_fixed_cny": "240000000.00",
    "area_mu": "45",
    "first_contact_on": "2023-05-06",
    "contact_way": "reception",
    "contact": "沈维 副总 199 0000 0127",
    "channel": "以商招商",
}


def make_manager():
    return make_actor(Role.MANAGER)


def leads():
    return db.session.scalars(select(Lead).order_by(Lead.id)).all()


def test_a_ledger_becomes_leads_that_hold_nothing(store):
    manager = make_manager()
    known = make_company(NAME)
    one = run(KIND, manager)
    rows = [ROW, {"company": "黄石砺枢精密有限公司", "title": "传动件"}]

    assert fates(one.check(*rows)) == ["new", "new"]
    one.write(*rows)

    first, second = leads()
    assert (first.status, first.hold, first.claim_status) == (LeadStatus.FOLLOWING, False, "")
    assert (first.org_id, first.owner_id, first.company_id) == (manager.org_id, manager.user_id, known.id)
    assert (first.invest_total_cny, first.area_mu) == (480_000_000, 45)
    assert first.first_contact_on.isoformat() == "2023-05-06" and first.registered_at is not None
    assert "招商方式：以商招商" in first.content
    assert second.company_id is None and db.session.scalar(select(func.count()).select_from(Company)) == 1
    person = db.session.scalars(select(Person)).one()
    assert (person.name, person.mobile, person.org_id) == ("沈维", "19900000127", manager.org_id)
    assert db.session.scalar(select(func.count()).select_from(Claim)) == 0


def test_the_ledger_again_changes_nothing(store):
    manager = make_manager()
    run(KIND, manager).write(ROW)
    again = run(KIND, manager)

    assert fates(again.check(ROW, {**ROW, "content": "已签意向"})) == ["same", "update"]
    assert again.write(ROW)[0].changed is False
    assert len(leads()) == 1


def test_a_colleague_named_in_the_ledger_becomes_the_owner(store):
    manager = make_manager()
    colleague = make_user("王芳", org=db.session.get_one(Org, manager.org_id))
    make_user("李伟")

    run(KIND, manager).write({**ROW, "owner": "王芳"}, {**ROW, "title": "激光切割机", "owner": "李伟"})

    assert [lead.owner_id for lead in leads()] == [colleague.id, manager.user_id]


def test_an_old_contact_protects_nothing(store):
    manager = make_manager()
    run(KIND, manager).write(ROW)
    lead = leads()[0]
    with db.transaction():
        service.attach_file(manager, lead, upload(), kind="card")

    with pytest.raises(UserError, match="倒签"):
        filing.file_report(manager, lead)


@pytest.mark.parametrize(
    ("change", "fate", "said"),
    [
        ({"title": ""}, "error", "一句话"),
        ({"company": "珩"}, "error", "企业名称"),
        ({"uscc": "123"}, "error", "信用代码"),
        ({"first_contact_on": "2099-01-01"}, "error", "不能在今天以后"),
        ({"invest_fixed_cny": "990000000.00"}, "error", "总投资"),
        ({"title": "五轴机床总装线项目"}, "likely", "本单位"),
        ({"title": "激光切割机"}, "new", ""),
        ({"public_id": "aaaaaaaaaa"}, "error", "编号"),
        ({"company": "湖北珩锐数控装备有限责任公司", "content": ""}, "same", ""),
    ],
)
def test_what_a_row_is(store, change, fate, said):
    manager = make_manager()
    run(KIND, manager).write(ROW)

    found = run(KIND, manager).check({**ROW, **change})[0]

    assert found.fate.value == fate, found
    assert said in " ".join([f.message for f in found.faults] + [r for c in found.choices for r in c.reasons])


def test_other_units_leads_are_not_compared(store):
    his, hers = make_manager(), make_manager()
    rows = [ROW, {**ROW, "title": "五轴机床总装线项目"}]
    before = json.dumps([asdict(one) for one in run(KIND, his).check(*rows)], default=str)

    run(KIND, hers).write(*rows)
    make_lead(make_actor(), NAME, "五轴机床总装线")

    assert json.dumps([asdict(one) for one in run(KIND, his).check(*rows)], default=str) == before


def test_only_a_manager_may(store):
    answer = run(KIND, make_actor(Role.OFFICER)).write(ROW)[0]

    assert isinstance(answer, UserError) and leads() == []


def test_decisions(store):
    manager = make_manager()
    run(KIND, manager).write(ROW)
    lead = leads()[0]
    near = {**ROW, "title": "五轴机床总装线项目"}

    run(KIND, manager).write(near, r1=("same", lead.public_id))
    assert [one.title for one in leads()] == ["五轴机床总装线项目"]
    run(KIND, manager).write({**near, "title": "五轴机床总装线"}, r1=("new",))
    assert len(leads()) == 2


def test_an_export_edited_outside(store):
    manager, center = make_manager(), make_center()
    run(KIND, manager).write(ROW)
    lead = leads()[0]
    exported = next(iter(KIND.records(manager, {})))

    assert fates(run(KIND, manager).check(exported)) == ["same"]
    edited = {**exported, "area_mu": "60"}
    assert run(KIND, manager).check(edited)[0].changes == {"area_mu": ("45.00", "60.00")}
    assert fates(run(KIND, center).check(exported, edited)) == ["same", "error"]

    data = service.LeadInput(NAME, "五轴机床总装线", clock.today(), area_mu=50)
    service.save_lead(manager, lead, data, lead.version)
    assert fates(run(KIND, manager).check(edited)) == ["conflict"]
    refused = run(KIND, manager).write(edited)[0]
    assert isinstance(refused, UserError)
    run(KIND, manager).write(edited, r1=("same", lead.public_id))
    db.session.expire_all()
    assert leads()[0].area_mu == 60


def test_a_ledger_goes_back(store):
    manager = make_manager()
    make_lead(manager, NAME, "激光切割机", person_name="沈维", person_mobile="19900000127")
    before = tables()

    one = run(KIND, manager)
    one.write(
        ROW,
        {"company": NAME, "title": "激光切割机", "content": "补记"},
        {"company": "黄石砺枢", "title": "传动件", "contact": "陆敏 19900000233"},
    )
    assert len(leads()) == 3 and db.session.scalar(select(func.count()).select_from(Person)) == 2

    assert one.undo() == []
    assert tables() == before


@pytest.mark.parametrize("touch", ["file", "save", "close", "claim"])
def test_a_lead_that_people_worked_on_stays(store, touch):
    manager = make_manager()
    row = {**ROW, "first_contact_on": (clock.today() - timedelta(days=1)).isoformat()}
    one = run(KIND, manager)
    one.write(row, {"company": "黄石砺枢精密有限公司", "title": "传动件"})
    lead = leads()[0]
    if touch == "save":
        service.save_lead(manager, lead, service.LeadInput(NAME, "别的", clock.today()), lead.version)
    elif touch == "close":
        service.close_lead(manager, lead, "对方放弃")
    else:
        with db.transaction():
            service.attach_file(manager, lead, upload(), kind="card")
        if touch == "claim":
            filing.file_report(manager, lead)

    stays = one.undo()

    assert len(stays) == 1 and "保留" in stays[0]
    assert len(leads()) == 1
