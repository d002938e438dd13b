"""A company taken out of use, and back: out of lists, pickers and exports, still readable, never under living work."""

import pytest
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.companies import listing, queries, retiring, service
from crm.companies.views.checking import candidates
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Role
from crm.kit import db
from tests.factories import make_actor, make_center, make_company

NAME = "苏州绎衡传动科技有限公司"
CODE = "91420200MA44JURQ85"


def listed(actor, **filters):
    return [line.company.name for line in listing.page_of_companies(actor, listing.Filters(**filters)).lines]


def offered(app, actor, text):
    with app.test_request_context():
        return [one["name"] for one in candidates(actor, text)]


def test_a_retired_company_is_out_of_lists_searches_and_exports_until_restored(store):
    center, officer = make_center(), make_actor()
    row = make_company(NAME, uscc=CODE)

    retiring.retire(center, row, "已注销")

    for who in (center, officer):
        assert listed(who) == listed(who, q="绎衡") == listed(who, q=CODE) == []
        assert listing.export_rows(who, listing.Filters()) == []
        assert queries.get_company(who, row.public_id).retired_reason == "已注销"
    assert (listed(center, kind="retired"), listed(officer, kind="retired")) == ([NAME], [])

    retiring.restore(center, row)

    assert listed(officer) == listed(officer, q="绎衡") == [NAME]
    assert (row.retired_at, row.retired_reason, listed(center, kind="retired")) == (None, "", [])
    acts = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert acts[-2:] == ["company.retired", "company.restored"]


def test_typing_does_not_offer_it(app, sqlite, context):
    center, officer = make_center(), make_actor()
    row = make_company(NAME, uscc=CODE)
    assert offered(app, officer, "绎衡传动") == [NAME]

    retiring.retire(center, row, "误录")

    for text in ("绎衡传动", NAME, CODE, "szyh", "yiheng"):
        assert offered(app, officer, text) == []


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.EXPO, Role.LEADER, Role.OFFICE])
def test_only_the_centre_may(store, role):
    row, who = make_company(NAME), make_actor(role)

    with pytest.raises(Forbidden):
        retiring.retire(who, row, "已注销")
    with pytest.raises(Forbidden):
        retiring.restore(who, row)


@pytest.mark.parametrize("reason", ["", " ", "注", "长" * 201, "注\x00销"])
def test_it_takes_a_reason(store, reason):
    with pytest.raises(Invalid) as refused:
        retiring.retire(make_center(), make_company(NAME), reason)

    assert refused.value.field == "reason"


def test_it_is_not_retired_twice_and_not_restored_for_nothing(store):
    center, row = make_center(), make_company(NAME)
    retiring.restore(center, row)
    version = row.version
    retiring.retire(center, row, "已注销")

    with pytest.raises(Conflict):
        retiring.retire(center, row, "已注销")

    assert row.version == version + 1


def test_a_name_of_a_retired_company_is_refused_with_the_way_to_restore_it(store):
    center = make_center()
    retiring.retire(center, make_company(NAME), "误录")

    with pytest.raises(service.Taken, match="已停用"):
        make_company(NAME, actor=make_actor())


def test_a_row_of_another_unit_is_not_there(store):
    hidden = make_company(NAME, actor=make_actor())

    with pytest.raises(Forbidden):
        retiring.retire(make_actor(), hidden, "误录")
    retiring.retire(make_center(), hidden, "误录")
    with pytest.raises(NotFound):
        queries.get_company(make_actor(), hidden.public_id)
