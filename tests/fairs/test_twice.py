"""One investment that two projects stand for, in what a fair brought and in who signs: each unit whole, the city once."""

import random
from contextlib import suppress
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.accounts.models import OrgKind
from crm.core.errors import UserError
from crm.core.permissions import Role
from crm.core.stages import MilestoneKind
from crm.fairs import results, signings
from crm.fairs.models import Rating
from crm.fairs.service import desk
from crm.fairs.service import signings as signing
from crm.kit import db
from crm.projects.models import Milestone, Project, ProjectKind, ProjectTwin
from crm.projects.service.twins import judge_twins
from tests.factories import make_actor, make_center, make_lead, make_org
from tests.fairs.test_contacts import edition_of, given
from tests.projects.ready import cleared, recognised
from tests.reports.counted import instead_of

MILLIONS = Decimal(1_000_000)


class Fair:
    """A fair, what three units brought home from it, and what the centre decided on their projects."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        top = make_org("领导小组", kind=OrgKind.LEADING_GROUP)
        orgs = [make_org(f"单位{n}", parent=top) for n in range(3)]
        self.officers = [make_actor(Role.OFFICER, Role.EXPO, org=org) for org in orgs]
        self.center, self.leader = make_center(), make_actor(Role.LEADER, org=top)
        self.edition = edition_of(self.center, ago=60)
        self.projects = [self.project(number) for number in range(6)]
        for _ in range(5):
            self.judge()

    def project(self, number):
        """A project out of a lead out of one to three contacts, or of none; signed or not, one in three a 增资."""
        officer, chance = self.chance.choice(self.officers), self.chance
        kind = chance.choice([ProjectKind.ENTERPRISE, ProjectKind.ENTERPRISE, ProjectKind.EXPANSION])
        grows = {"increment_cny": chance.randint(30, 60) * MILLIONS} if kind is ProjectKind.EXPANSION else {}
        one = cleared(officer, kind=kind, invest_total_cny=chance.randint(10, 90) * MILLIONS, **grows)
        if chance.random() < 0.6:
            amount = grows.get("increment_cny", chance.randint(30, 60) * MILLIONS)
            recognised(officer, self.center, one, MilestoneKind.SIGNED, amount_cny=amount)
        lead = make_lead(officer, f"示例投资方{number}有限公司")
        with db.transaction():
            one.lead_id = lead.id
        for _ in range(chance.randint(0, 3)):
            data = given(f"示例投资方{number}有限公司", Rating.A, met_on=self.edition.starts_on)
            contact = desk.record_contact(officer, self.edition, data)
            with db.transaction():
                contact.lead_id = lead.id
        if chance.random() < 0.7:
            signing.add_signing(officer, self.edition, one.public_id, "")
        return one

    def judge(self):
        with suppress(UserError):
            pair = self.chance.sample(self.projects, 2)
            judge_twins(self.center, *pair, same=self.chance.random() < 0.8, reason="同一份意向书")

    def groups(self):
        """The investments: projects joined by what was decided, walked from pair to pair."""
        near = {one.id: {one.id} for one in self.projects}
        for twin in db.session.scalars(select(ProjectTwin).where(ProjectTwin.same.is_(True))):
            joined = near[twin.first_id] | near[twin.second_id]
            for number in joined:
                near[number] = joined
        return near


def amount_of(one):
    signed = db.session.scalar(
        select(Milestone).where(Milestone.project_id == one.id, Milestone.kind == MilestoneKind.SIGNED)
    )
    if one.kind is ProjectKind.EXPANSION:
        return one.increment_cny
    return signed.amount_cny if signed and signed.amount_cny is not None else one.invest_total_cny


def by_hand(fair, projects):
    """How many of these projects the city counts, and their sum."""
    groups, instead = fair.groups(), instead_of(fair.projects)
    found = {}
    for one in sorted(projects, key=lambda one: (one.id in instead, one.id)):
        found.setdefault(min(groups[one.id]), one)
    return len(found), sum((amount_of(one) for one in found.values()), Decimal(0))


@pytest.mark.parametrize("seed", range(3))
def test_what_a_fair_brought_counts_an_investment_once_for_the_city_and_whole_for_its_unit(store, seed):
    fair = Fair(seed)
    rows = results.traces(fair.center, fair.edition)
    brought = list({row.project.id: row.project for row in rows if row.project}.values())
    signed = [one for one in brought if one.stage == "signed"]
    assert db.session.query(ProjectTwin).count() > 0

    for reader in (fair.center, fair.leader):
        rows = results.traces(reader, fair.edition)
        total = results.figures(rows, None, whole=results.investments(reader, rows))
        assert (total.talks, (total.signed, total.signed_cny)) == (by_hand(fair, brought)[0], by_hand(fair, signed))
        assert total.twice == len(brought) - total.talks
        (line,) = results.over_years(reader, [fair.edition], 0)
        assert line.figures == total
        lines = results.by_unit(rows, None, [])
        assert sum(one.figures.talks for one in lines) == len(brought)
        assert sum(one.figures.signed_cny for one in lines) == sum((amount_of(one) for one in signed), Decimal(0))
    for officer in fair.officers:
        rows = results.traces(officer, fair.edition)
        own = results.figures(rows, None, whole=results.investments(officer, rows))
        assert own == results.figures(rows, None) and own.twice == 0
        assert own.talks == len([one for one in brought if one.org_id == officer.org_id])

    listed = signings.signings_of(fair.center, fair.edition)
    counted = signings.counted(fair.center, listed)
    number, _sum = by_hand(fair, [one.project for one in listed])
    assert len(counted) == number and len({min(fair.groups()[one.project_id]) for one in counted}) == number
    for officer in fair.officers:
        listed = signings.signings_of(officer, fair.edition)
        assert signings.counted(officer, listed) == list(listed)


def test_the_pages_say_what_the_sum_leaves_out_and_only_to_who_reads_both(context, sqlite, sign_in):
    fair = Fair(1)
    pair = fair.projects[:2]
    with db.transaction():
        for one in pair:
            contact = desk.record_contact(
                fair.officers[0], fair.edition, given("示例投资方", Rating.A, met_on=fair.edition.starts_on)
            )
            contact.lead_id = one.lead_id
    page = f"/fairs/editions/{fair.edition.public_id}"
    unit, center = sign_in(fair.officers[0]), sign_in(fair.center)
    before = unit.get(f"{page}/results/rows?kind=talks").text

    with suppress(UserError):
        judge_twins(fair.center, *pair, same=True, reason="同一份意向书")

    assert db.session.get(Project, pair[1].id).same_as_id or db.session.get(Project, pair[0].id).same_as_id
    for path in ("results", "results/rows?kind=talks"):
        assert "是同一投资，合计只计一次" in center.get(f"{page}/{path}").text, path
        assert "同一投资" not in unit.get(f"{page}/{path}").text, path
    after = unit.get(f"{page}/results/rows?kind=talks").text
    assert after.split("<main")[1].split("</main>")[0] == before.split("<main")[1].split("</main>")[0]
    for path in ("results.xlsx", "results.docx", "signings.xlsx", "signings", "summary", "summary.docx"):
        assert center.get(f"{page}/{path}").status_code == 200, path
