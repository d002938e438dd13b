"""Pages that the centre opens take at most twelve statements, the menu's counts among them."""

import pytest

from crm.companies import details
from crm.companies.models import NameKind
from crm.duplicates import desk
from crm.plan.models import Node, Segment
from tests.factories import make_center, make_company, save


@pytest.mark.parametrize("path", ["/start", "/companies/{left}", "/duplicates/merge?winner={left}&loser={right}"])
def test_twelve_statements_at_most(sign_in, statements, path):
    center = make_center()
    save(
        Node(
            code="LOG-U01",
            name="减速器",
            name_en="Reducers",
            segment=Segment(code="LOG", name="物流", name_en="Logistics"),
        )
    )
    left, right = make_company(), make_company()
    details.add_name(center, left.id, text="珩锐数控", kind=NameKind.SHORT)
    client = sign_in(center)
    url = path.format(left=left.public_id, right=right.public_id)
    client.get(url)
    desk._of_late.clear()  # the menu's count of waiting pairs is read once a minute: not free here
    statements.clear()

    assert client.get(url).status_code == 200

    assert len(statements) <= 12, "\n".join(statements)
