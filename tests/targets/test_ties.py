"""Chambers and anchors offered as filters: of the relations that the reader knows, at once when one comes or goes."""

import pytest

from crm.companies import relations, service
from crm.companies.models import Entity, RelationKind
from crm.targets import ties
from tests.factories import make_actor, make_center, make_company, make_org

pytestmark = pytest.mark.usefixtures("context")


def test_what_is_offered_follows_the_relations_that_the_reader_knows(store, statements):
    org = make_org()
    officer, mate, rival, center = make_actor(org=org), make_actor(org=org), make_actor(), make_center()
    chamber, firm = make_company("武汉黄石商会", entity=Entity.CHAMBER), make_company("苏州绎衡传动科技有限公司")
    anchor = make_company("黄石珩锐装备有限公司", is_local=True)
    assert ties.offered(officer) == ties.offered(rival) == ([], [])

    member = relations.add_relation(officer, firm.id, chamber.id, RelationKind.MEMBER)  # serves this unit only
    relations.add_relation(center, firm.id, anchor.id, RelationKind.SUPPLIER)

    named, local = [(chamber.public_id, chamber.name)], [(anchor.public_id, anchor.name)]
    assert ties.offered(officer) == ties.offered(mate) == ties.offered(center) == (named, local)
    assert ties.offered(rival) == ([], local)
    statements.clear()
    assert ties.offered(mate) == (named, local) and len(statements) == 1, "kept: only the stamp is asked"
    service.edit_company(center, anchor, None, name="黄石珩锐智能装备有限公司")
    assert ties.offered(rival)[1][0][1] == "黄石珩锐智能装备有限公司"
    relations.remove_relation(officer, firm.id, member.id)
    assert ties.offered(officer)[0] == [] == ties.offered(center)[0]
