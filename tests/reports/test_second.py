"""The second track has figures of its own: by kind and stage, and each number opens as many projects as it says."""

import re
from decimal import Decimal
from html import unescape

import pytest

from crm.core.permissions import Role
from crm.core.stages import Stage
from crm.kit import db
from crm.projects.models import ProjectKind
from crm.projects.service.course import enter_stage
from crm.reports.funnel import second
from crm.reports.funnel.queries import Wanted
from tests.factories import make_actor, make_center, make_org, make_project

pytestmark = pytest.mark.usefixtures("context")


def tell(org):
    """Two seed projects, one landed; a team that was closed; an enterprise, which is of the other track."""
    person = make_actor(org=org)
    for n, kind in enumerate((ProjectKind.SEED, ProjectKind.SEED, ProjectKind.TEAM, ProjectKind.ENTERPRISE)):
        project = make_project(person, f"项目{n}", kind=kind, invest_total_cny=Decimal(100_000_000 * (n + 1)))
        if n in (1, 2):
            with db.transaction():
                enter_stage(person, project, Stage.LANDED if n == 1 else Stage.CLOSED)


def test_kinds_and_stages_are_counted_and_summed_for_who_may_read_them(store):
    org, other = make_org("甲区"), make_org("乙区")
    tell(org)

    seed, team, institution, total = second.lines(make_center(), Wanted())

    assert (seed.counts[Stage.ROADSHOW], seed.counts[Stage.LANDED], team.counts[Stage.CLOSED]) == (1, 1, 1)
    assert (seed.amount_cny, team.amount_cny) == (Decimal(300_000_000), Decimal(0)), "what was closed brings nothing"
    assert set(institution.counts.values()) == {0}
    assert (sum(total.counts.values()), total.amount_cny) == (3, Decimal(300_000_000))
    assert sum(second.lines(make_actor(Role.MANAGER, org=other), Wanted())[-1].counts.values()) == 0
    assert sum(second.lines(make_center(), Wanted(org_id=other.id))[-1].counts.values()) == 0
    assert sum(second.lines(make_center(), Wanted(segment="-"))[-1].counts.values()) == 3


@pytest.mark.parametrize("narrowed", ["", "?segment=-"])
def test_each_number_opens_as_many_projects(sqlite, sign_in, narrowed):
    org = make_org("甲区")
    tell(org)
    head = sign_in(make_actor(Role.MANAGER, org=org))

    page = head.get(f"/ledgers/funnel/second-track{narrowed}").text

    numbers = re.findall(r'<a href="(/projects/[^"]*stage=[^"]*)">(\d+)</a>', page)
    assert len(numbers) == 6, "three numbers and their sums"
    for url, count in numbers:
        assert f"共 {count} 条" in head.get(unescape(url)).text, url
    assert "funnel/second-track" in head.get("/ledgers/funnel").text
