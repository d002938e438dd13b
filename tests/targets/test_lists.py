"""Target lists: a unit's own secret, one unit for a target unless the centre says otherwise."""

import pytest
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Org
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.kit import clock, db
from crm.targets import scoring
from crm.targets.lists import queries, service
from crm.targets.queries import TargetFilter
from tests.factories import make_company
from tests.projects.ready import make_city

pytestmark = pytest.mark.usefixtures("context")


def test_a_list_is_the_units_own_and_a_target_has_one_unit(store):
    city = make_city()
    here = make_company("深圳目标一号机械有限公司", province="广东", city="深圳")
    far = make_company("苏州目标二号机械有限公司", province="江苏", city="苏州")
    hidden = make_company("乙区未公开的企业有限公司", actor=city.b, province="广东", city="深圳")
    scoring.recompute_all()

    with pytest.raises(Invalid):
        service.make_list(city.a, name=" ")
    mine = service.make_list(city.a, name="北上广深沈机械专项", due_on=clock.today())
    assert service.add_from_filter(city.a, mine, TargetFilter.of(MultiDict({"region": "BSGSS"}))) == 1
    assert service.add_targets(city.a, mine, [here.id, far.id, hidden.id]) == 1
    first, second = queries.items_of(city.a, mine)
    assert (first.company_id, second.company_id) == (here.id, far.id)
    service.remove_target(city.a, second)
    assert len(queries.items_of(city.a, mine)) == 1
    assert service.add_targets(city.a, mine, [far.id]) == 1

    for act in (
        lambda: queries.get_list(city.b, mine.public_id),
        lambda: service.add_targets(city.b, mine, [far.id]),
        lambda: service.assign_target(city.b, first, db.session.get(Org, city.b.org_id)),
    ):
        with pytest.raises(NotFound):
            act()

    a, b = (db.session.get(Org, one.org_id) for one in (city.a, city.b))
    with pytest.raises(Forbidden):
        service.assign_target(city.a, first, b)
    service.assign_target(city.a, first, a)
    with pytest.raises(Conflict):
        service.assign_target(city.center, first, a)
    with pytest.raises(Invalid):
        service.assign_target(city.center, first, b)
    given = service.assign_target(city.center, first, b, "两区联合招引")
    assert len(queries.assignments_of(first)) == 2

    assert [one.id for one in queries.items_of(city.b, queries.get_list(city.b, mine.public_id))] == [first.id]
    with pytest.raises(Forbidden):
        service.remove_target(city.b, first)
    service.withdraw_assignment(city.center, given)
    with pytest.raises(NotFound):
        queries.get_list(city.b, mine.public_id)
