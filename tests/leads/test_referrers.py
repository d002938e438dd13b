"""A referrer is a contact of the own unit, a body of the base, or free words; candidates tell nothing of other units."""

import pytest
from sqlalchemy import select

from crm.companies.models import Entity
from crm.core.permissions import Role
from crm.duplicates import merging
from crm.kit import db
from crm.leads import referrers, service
from crm.leads.models import Lead, ReferrerKind
from crm.leads.service import LeadInput
from crm.people.service import find_or_add
from tests.factories import make_actor, make_center, make_company, make_lead, make_org

pytestmark = pytest.mark.usefixtures("context")
CHAMBER, FIRM = "武汉黄石商会", "苏州绎衡传动科技有限公司"


def contact(actor, name, company=None):
    with db.transaction():
        return find_or_add(actor, name=name, title="秘书长", company_id=company.id if company else None)


def said(lead, **more):
    """The lead as its form sends it again."""
    told = {"referrer": lead.referrer, "referrer_kind": lead.referrer_kind} | more
    return LeadInput(lead.company_text, lead.title, lead.first_contact_on, **told)


def test_candidates_are_own_contacts_then_bodies_and_tell_nothing_of_other_units(store):
    org = make_org()
    officer, mate, rival = make_actor(org=org), make_actor(org=org), make_actor()
    chamber = make_company(CHAMBER, entity=Entity.CHAMBER)
    make_company("黄石商会大厦物业有限公司")
    contact(officer, "黄石商", chamber)
    before = referrers.candidates(mate, "黄石商会"), referrers.candidates(mate, "黄石商")

    contact(rival, "黄石商会秘书", chamber)
    make_company("黄石商会（未公开）", actor=rival, entity=Entity.CHAMBER)

    assert (referrers.candidates(mate, "黄石商会"), referrers.candidates(mate, "黄石商")) == before
    bodies, people = before
    assert bodies[0].key == f"c:{chamber.public_id}" and bodies[0].name == CHAMBER and "商会" in bodies[0].about
    assert people[0].name == "黄石商" and "秘书长" in people[0].about and CHAMBER in people[0].about
    assert [one.name for one in referrers.candidates(rival, "黄石商")[:1]] == ["黄石商会秘书"]
    assert referrers.candidates(officer, "黄") == []
    assert referrers.candidates(mate, "商会")[0].name == CHAMBER, "a plain word finds bodies"
    assert "未公开" not in "".join(one.name for one in referrers.candidates(mate, "商会"))


def test_what_was_picked_is_kept_and_free_words_stay_possible(store):
    org = make_org()
    officer, rival, center = make_actor(org=org), make_actor(), make_center()
    chamber = make_company(CHAMBER, entity=Entity.CHAMBER)
    mine, theirs = contact(officer, "李衡", chamber), contact(rival, "周绎")
    hidden = make_company("未公开的商会", actor=rival, entity=Entity.CHAMBER)
    lead = make_lead(officer, FIRM, referrer=CHAMBER, referrer_pick=f"c:{chamber.public_id}")

    assert (lead.referrer_company_id, lead.referrer_kind) == (chamber.id, ReferrerKind.CHAMBER)
    assert referrers.referrer_of(officer, lead).key == f"c:{chamber.public_id}"
    version = lead.version
    service.save_lead(officer, lead, said(lead, referrer_pick=f"c:{chamber.public_id}"), version)
    service.save_lead(officer, lead, said(lead), version)
    assert lead.version == version and lead.referrer_company_id == chamber.id, "said again: nothing changes"
    for words, key in (
        ("王五", ""),
        ("周绎", f"p:{theirs.public_id}"),
        ("未公开的商会", f"c:{hidden.public_id}"),
        ("别的名字", f"p:{mine.public_id}"),
        ("李衡", "p:'); drop"),
        ("李衡", "x:abcdefghij"),
    ):
        service.save_lead(
            officer, lead, said(lead, referrer=words, referrer_pick=key, referrer_kind=None), lead.version
        )
        assert (lead.referrer, lead.referrer_company_id, lead.referrer_person_id) == (words, None, None), words
    service.save_lead(officer, lead, said(lead, referrer="李衡", referrer_pick=f"p:{mine.public_id}"), lead.version)
    assert (lead.referrer_person_id, lead.referrer_kind) == (mine.id, ReferrerKind.PERSON)
    assert referrers.referrer_of(center, lead).person.id == mine.id
    assert referrers.referrer_of(rival, lead).person is None
    service.save_lead(officer, lead, said(lead, referrer="", referrer_kind=None), lead.version)
    assert (lead.referrer_person_id, lead.referrer_kind) == (None, None)


def test_a_body_that_was_merged_or_renamed_stays_the_referrer(store):
    officer, center = make_actor(), make_center()
    chamber, twin = make_company(CHAMBER, entity=Entity.CHAMBER), make_company("武汉市黄石商会", entity=Entity.CHAMBER)
    lead = make_lead(officer, FIRM, referrer=CHAMBER, referrer_pick=f"c:{chamber.public_id}")

    done = merging.merge(center, twin, chamber, reason="同一家").merge
    lead = db.session.scalars(select(Lead)).one()
    assert lead.referrer_company_id == twin.id
    key = referrers.referrer_of(officer, lead).key
    service.save_lead(officer, lead, said(lead, referrer_pick=key, site_wish="团城山"), lead.version)
    assert (lead.referrer, lead.referrer_company_id, lead.site_wish) == (CHAMBER, twin.id, "团城山")
    merging.undo(center, done)
    assert db.session.scalars(select(Lead)).one().referrer_company_id == chamber.id


def test_the_form_offers_them_and_the_page_leads_to_them(sqlite, sign_in, statements):
    org = make_org()
    officer = make_actor(org=org)
    chamber = make_company(CHAMBER, entity=Entity.CHAMBER)
    client = sign_in(officer)
    db.session.remove()
    form = client.get("/leads/new").text
    assert 'data-typing-url="/leads/referrers"' in form and 'data-says="referrer"' in form
    statements.clear()
    offered = client.get("/leads/referrers?q=黄石商会").text
    assert f'data-public-id="c:{chamber.public_id}"' in offered and len(statements) <= 12
    assert "<li" not in client.get("/leads/referrers?q=%00").text
    typed = {
        "company_text": FIRM,
        "title": "拟建减速器生产线",
        "first_contact_on": "2026-11-20",
        "referrer": CHAMBER,
        "referrer_pick": f"c:{chamber.public_id}",
    }
    refused = client.post("/leads/new", data={**typed, "title": ""}).text
    assert f'value="c:{chamber.public_id}"' in refused and f'data-picked="{CHAMBER}"' in refused, "what was typed stays"
    made = client.post("/leads/new", data=typed)
    assert made.status_code == 303
    page = client.get(made.location)
    assert f'<a href="/companies/{chamber.public_id}">{CHAMBER}</a>（商会、协会）' in page.text
    assert f'value="c:{chamber.public_id}"' in client.get(f"{made.location}/edit").text
    assert sign_in(make_actor(Role.LEADER)).get("/leads/referrers?q=黄石商会").status_code == 403
