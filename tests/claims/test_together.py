"""Verifying together: what is complete and free of conflict in one act; and the centre's day in a city of nine units."""

from decimal import Decimal

from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.claims import batch, cases, filing, queries, queue, verification
from crm.claims.ending import asked
from crm.claims.models import Claim, ClaimStatus
from crm.companies.models import CompanyRelation, RelationKind
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.leads.models import LeadPerson
from crm.people.models import Person
from crm.plan.models import Node, Segment
from tests.claims.conftest import make_city, make_lead
from tests.claims.test_expiry_race import firm_of
from tests.factories import make_actor, make_company, make_org, save

LARGE, SMALL = Decimal(480_000_000), Decimal(40_000_000)
FIRMS = ("苏州绎衡传动科技有限公司", "沈阳砺枢精密机床有限公司", "无锡珩锐电机有限公司")


def complete(actor, firm, amount=LARGE, **values):
    """A lead that lacks nothing: node, amount, a named person, evidence of grade A."""
    node = db.session.scalar(select(Node).where(Node.code == "ROBOT-M02"))
    if node is None:
        segment = Segment(code="ROBOT", name="机器人", name_en="Robots")
        save(segment)
        node = Node(code="ROBOT-M02", name="减速器", name_en="Reducers", segment_id=segment.id)
        save(node)
    lead = make_lead(actor, firm, invest_total_cny=amount, node_id=node.id, **values)
    person = Person(org_id=actor.org_id, name="沈维", created_at=clock.now())
    save(person)
    save(LeadPerson(lead_id=lead.id, person_id=person.id))
    return lead


def filed(actor, firm, amount=LARGE, **values):
    return filing.file_report(actor, complete(actor, firm, amount, **values))


def seen(actor):
    """What the page carries: each row with the version it was shown in."""
    return {line.claim.public_id: str(line.claim.version) for line in batch.lines(actor)}


def test_complete_reports_are_laid_out_with_their_evidence_and_verified_in_one_act(city):
    claims = [filed(city.a, firm) for firm in FIRMS]
    incomplete = filing.file_report(city.a, make_lead(city.a, "常州璟川液压有限公司", invest_total_cny=LARGE))
    lines = batch.lines(city.center)
    assert [line.claim.id for line in lines] == [one.id for one in claims]
    assert all(len(line.evidence) == 1 for line in lines)

    outcome = batch.verify(city.center, seen(city.center))

    assert [one.id for one in outcome.done] == [one.id for one in claims] and outcome.refused == []
    assert [one.protected_until for one in claims] == [line.until for line in lines]
    assert incomplete.status is ClaimStatus.VERIFYING
    kept = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("claim.verified%"))).all()
    assert sorted(kept) == ["claim.verified"] * 3 + ["claim.verified_together"]


def test_a_row_that_is_refused_holds_up_none_of_the_others(city):
    gone, changed, poor, fine = [filed(city.a, firm) for firm in (*FIRMS, "常州璟川液压有限公司")]
    shown = seen(city.center)
    verification.withdraw(city.a, gone, "改由别的渠道洽谈")
    verification.send_back(city.center_other, changed, "请补营业执照信息")
    verification.repair(city.a, changed)
    poor.lead.node_id = None
    db.session.commit()

    outcome = batch.verify(city.center, {**shown, "aaaaaaaaaa": "1"})

    assert [one.id for one in outcome.done] == [fine.id]
    assert dict(outcome.refused) == {
        gone.company_words: "打开之后又有变化，请重新查看。",
        changed.company_words: "打开之后又有变化，请重新查看。",
        poor.company_words: "需要细看，请单独核验。",
        "aaaaaaaaaa": "没有找到，或您无权查看。",
    }
    assert [one.status for one in (changed, poor)] == [ClaimStatus.VERIFYING] * 2
    assert batch.told(outcome).startswith("4 条没有核验：")


def test_who_may_not_verify_one_protects_none_by_posting_it(city):
    claim = filed(city.a, FIRMS[0])
    for who in (city.a, city.a_manager, city.b_manager, city.office):
        assert batch.lines(who) == []
        outcome = batch.verify(who, {claim.public_id: str(claim.version)})
        assert outcome.done == [] and len(outcome.refused) == 1
    assert claim.status is ClaimStatus.VERIFYING


def test_a_report_that_a_case_holds_up_is_asked_once_as_the_case(city):
    filed(city.a, FIRMS[0])
    filed(city.b, FIRMS[0])
    db.session.expire_all()

    assert batch.lines(city.center) == []
    assert len(queue.open_cases_page(city.center)) == 1
    waiting = select(Claim.id).where(queue.to_verify(city.center))
    assert db.session.scalars(waiting).all() == []


def asks(center):
    """How many things the centre's desk asks, by tab, as its page counts them."""
    rows = queue.desk_rows(center)
    return {
        "routine": sum(row.routine for row in rows),
        "closer": sum(not row.routine and not row.disputed for row in rows),
        "cases": len(queue.open_cases_page(center)),
        "samples": len(queue.sampled(center)),
        "requests": len(asked.waiting(center)),
    }


def nine_units(city):
    """Two units there are, and seven more: an officer and a manager each."""
    units = [(city.a, city.a_manager), (city.b, city.b_manager)]
    for n in range(3, 10):
        org = make_org(f"第{n}区")
        units.append((make_actor(Role.OFFICER, org=org), make_actor(Role.MANAGER, org=org)))
    return units


def a_day(city, units):
    """25 leads of one day: 13 complete large ones, 4 complete small, 2 with gaps, 2 firms that a second unit reports in the same hour,
    2 affiliates of reported firms, 1 firm settled in another unit, 1 with grade C alone. Returns how many were filed."""
    firms = [firm_of(n) for n in range(20)]
    who = [units[n % 9][0] for n in range(25)]
    large, small, gaps = firms[:13], firms[13:17], firms[17:19]
    for n, firm in enumerate(large):
        filed(who[n], firm)
    for n, firm in enumerate(small, 13):
        verification.verify(units[n % 9][1], filed(who[n], firm, SMALL))
    for n, firm in enumerate(gaps, 17):
        filing.file_report(who[n], make_lead(who[n], firm, invest_total_cny=LARGE))
    for n, firm in enumerate(large[:2], 19):
        filed(who[n], firm)
    for n, parent in enumerate(large[2:4], 21):
        child = make_company(f"{parent[:4]}（黄冈）装备有限公司")
        holder = db.session.scalar(select(Claim).where(Claim.company_words == parent))
        save(CompanyRelation(from_id=holder.company_id, to_id=child.id, kind=RelationKind.PARENT, source="年报"))
        filed(who[n], child.name, company_id=child.id)
    settled = make_company("黄石霁泽轴承有限公司")
    with db.transaction():
        settled.host_org_id = units[0][0].org_id
    filed(who[23], settled.name, title="扩产", company_id=settled.id)
    filing.file_report(who[24], make_lead(who[24], firms[19], grades="C"))
    return len(db.session.scalars(select(Claim)).all())


def test_a_day_of_25_leads_by_nine_units_asks_the_centre_at_most_25_things_half_of_them_in_one_batch(city):
    units = nine_units(city)
    assert a_day(city, units) == 25
    first = asks(city.center)
    assert first == {"routine": 9, "closer": 2, "cases": 5, "samples": first["samples"], "requests": 0}

    together = len(batch.verify(city.center, seen(city.center)).done)
    for case in queue.open_cases_page(city.center):
        cases.decide(city.center, case, "first" if case.kind != "hosted" else "noted", "按接触先后和证据等级裁定")
    later = asks(city.center)
    together += len(batch.verify(city.center, seen(city.center)).done)

    decided = sum(first.values()) + sum(later.values()) - later["samples"] - later["closer"]
    assert decided <= 25 and together * 2 >= decided, (first, later)


def test_the_page_lists_verifies_and_tells_what_was_refused(sqlite, context, sign_in, statements):
    town = make_city()
    claims = [filed(town.a, firm) for firm in FIRMS]
    poor = filed(town.a, "常州璟川液压有限公司")
    center, rival = sign_in(town.center), sign_in(town.b)
    assert "/claims/desk/together" in center.get("/claims/desk").text
    statements.clear()
    page = center.get("/claims/desk/together")
    assert page.status_code == 200 and len(statements) <= 12, statements
    assert page.text.count('name="claim"') == 4 and "没有可以一并核验" not in page.text
    assert rival.get("/claims/desk/together").status_code == 403
    data = {f"version-{one.public_id}": str(one.version) for one in (*claims, poor)}
    data["claim"] = [one.public_id for one in (*claims[:2], poor)]
    db.session.get_one(Claim, poor.id).version += 1
    db.session.commit()

    assert "请先勾选" in center.post("/claims/verify", data={}, follow_redirects=True).text
    told = center.post("/claims/verify", data=data, follow_redirects=True).text

    assert "已核验 2 条" in told and "1 条没有核验：常州璟川液压有限公司（打开之后又有变化，请重新查看）" in told
    db.session.expire_all()
    assert [db.session.get_one(Claim, one.id).status.value for one in (*claims, poor)] == [
        *(["protected"] * 2),
        *(["verifying"] * 2),
    ]
    refused = rival.post("/claims/verify", data={"claim": claims[2].public_id}, follow_redirects=False)
    assert refused.status_code == 303 and db.session.get_one(Claim, claims[2].id).status is ClaimStatus.VERIFYING


def test_the_page_of_a_case_on_two_nodes_takes_at_most_twelve_statements(sqlite, context, sign_in, statements):
    town = make_city()
    filed(town.a, FIRMS[0])
    other = Segment(code="MOLD", name="模具", name_en="Moulds")
    save(other)
    node = Node(code="MOLD-U01", name="模具钢", name_en="Mould steel", segment_id=other.id)
    save(node)
    lead = complete(town.b, FIRMS[0], title="模具钢产线")
    lead.node_id = node.id
    db.session.commit()
    case = queries.cases_of(filing.file_report(town.b, lead))[0].public_id
    center = sign_in(town.center)
    center.get(f"/claims/cases/{case}")
    statements.clear()

    assert center.get(f"/claims/cases/{case}").status_code == 200
    assert len(statements) <= 12, "\n".join(statements)


def test_a_tab_shows_the_earliest_of_many_and_says_so(context, sqlite, sign_in, monkeypatch):
    city = make_city()
    monkeypatch.setattr(queue, "SHOWN", 2)
    claims = [filed(city.a, firm) for firm in FIRMS]

    page = sign_in(city.center).get("/claims/desk?tab=routine").text

    assert all(one.company_words in page for one in claims[:2]) and claims[2].company_words not in page
    assert "先列时限最早的 2 条" in page
    assert len(queue.waiting(city.center)) == 3
