"""Pages of the first report over HTTP: who sees what, who may do what, and how many statements it takes."""

import io
import re

import pytest
from sqlalchemy import select

from crm.claims import comparison, filing, queries, verification
from crm.claims.models import Case, Claim, ClaimStatus
from crm.core.permissions import Role, UserKind
from crm.kit import clock, db
from crm.leads.models import Lead
from tests.claims.conftest import make_city, make_lead
from tests.factories import make_actor, make_company, make_user

FIRM = "苏州绎衡传动科技有限公司"
SECRET = "机密条款不得外传"


@pytest.fixture
def town(sqlite, context):
    """The city on SQLite, for pages."""
    return make_city()


@pytest.fixture
def contested(town):
    """A holds, B came second."""
    first = filing.file_report(town.a, make_lead(town.a, FIRM, content=SECRET, site_wish=SECRET))
    second = filing.file_report(town.b, make_lead(town.b, FIRM))
    return first, second


def test_the_rival_gets_404_for_everything_of_the_holder(town, contested, sign_in):
    first, _second = contested
    rival = sign_in(town.b)

    for url in (
        f"/claims/{first.public_id}",
        f"/leads/{first.lead.public_id}",
        f"/claims/panels/leads/{first.lead.public_id}",
    ):
        assert rival.get(url).status_code == 404
    for act in ("withdraw", "verify", "send-back", "reject", "upgrade", "repair", "look"):
        assert rival.post(f"/claims/{first.public_id}/{act}", data={"reason": "试试看能否改动"}).status_code in (
            403,
            404,
        )
    assert db.session.get(Claim, first.id, populate_existing=True).holds


def test_no_page_of_the_rival_carries_a_word_of_the_holders_secret(town, contested, sign_in):
    _first, second = contested
    rival = sign_in(town.b)
    case = db.session.scalar(select(Case))

    pages = [
        rival.get(url).text
        for url in ("/claims/", f"/claims/{second.public_id}", f"/claims/cases/{case.public_id}", "/notices/", "/start")
    ]

    assert all(SECRET not in page and "甲员" not in page for page in pages)
    assert "甲区" in pages[1]  # the notice names the unit, and no more


def test_the_notice_on_the_page_has_seven_keys(town, contested, sign_in):
    _first, second = contested

    page = sign_in(town.b).get(f"/claims/{second.public_id}").text
    notice = re.search(r'<section class="sealed".*?</section>', page, re.S).group()

    assert re.findall(r"<dt>(.*?)</dt>", notice) == [
        "持有单位",
        "备案时间",
        "保护期",
        "匹配等级",
        "匹配依据",
        "所处阶段",
        "市级协调",
    ]
    assert "申请协商" in notice and "提供更早证据" in notice and "主动移交线索" in notice


@pytest.mark.parametrize("role", [Role.EXPO, Role.LEADER])
def test_readers_without_claims_get_403(town, contested, sign_in, role):
    reader = sign_in(make_actor(role))

    assert reader.get("/claims/").status_code == 403
    assert reader.get(f"/claims/{contested[0].public_id}").status_code == 403


@pytest.mark.parametrize("kind", [UserKind.SYSADMIN, UserKind.SECADMIN, UserKind.AUDITOR])
def test_the_three_officers_see_no_business(town, contested, sign_in, kind):
    officer = sign_in(make_user(kind=kind))

    for url in ("/claims/", "/claims/desk", f"/claims/{contested[0].public_id}", "/leads/"):
        assert officer.get(url).status_code == 403


def test_the_page_of_what_is_not_there_offers_no_search_that_is_barred(town, sign_in):
    assert "/companies/" in sign_in(town.a).get("/claims/aaaaaaaaaa").text
    assert "/companies/" not in sign_in(make_user(kind=UserKind.AUDITOR)).get("/nowhere").text


def test_signed_out_goes_to_the_door(town, contested, client):
    answer = client.get(f"/claims/{contested[0].public_id}")

    assert answer.status_code == 303 and "/sign-in" in answer.headers["Location"]


def test_the_manager_verifies_on_the_page(town, sign_in):
    claim = filing.file_report(town.a, make_lead(town.a, FIRM))
    manager = sign_in(town.a_manager)

    assert "核验通过" in manager.get(f"/claims/{claim.public_id}").text
    answer = manager.post(f"/claims/{claim.public_id}/verify", data={"reason": ""})

    assert answer.status_code == 303
    assert db.session.get(Claim, claim.id, populate_existing=True).status is ClaimStatus.PROTECTED


def test_a_refusal_without_reason_stays_on_the_page_with_a_sentence(town, sign_in):
    claim = filing.file_report(town.a, make_lead(town.a, FIRM))

    answer = sign_in(town.a_manager).post(f"/claims/{claim.public_id}/send-back", data={"reason": "短"})

    assert answer.status_code == 422
    assert "至少 5 个字" in answer.text and "短" in answer.text
    assert db.session.get(Claim, claim.id, populate_existing=True).status is ClaimStatus.VERIFYING


def test_the_case_is_decided_on_its_page(town, contested, sign_in):
    first, second = contested
    case = db.session.scalar(select(Case))
    center = sign_in(town.center)
    page = center.get(f"/claims/cases/{case.public_id}")
    assert page.status_code == 200
    assert "作出裁定" in page.text
    assert SECRET in page.text

    answer = center.post(
        f"/claims/cases/{case.public_id}/decide",
        data={"decision": "second", "reason": "乙区证据更早", "version": str(case.version)},
    )

    assert answer.status_code == 303
    assert db.session.get(Claim, second.id, populate_existing=True).holds
    assert not db.session.get(Claim, first.id, populate_existing=True).holds


def test_a_party_cannot_decide_by_direct_post(town, contested, sign_in):
    case = db.session.scalar(select(Case))

    answer = sign_in(town.b).post(
        f"/claims/cases/{case.public_id}/decide", data={"decision": "second", "reason": "应归我方"}
    )

    assert answer.status_code == 403
    assert db.session.scalar(select(Case.decision)) == ""


def test_earlier_evidence_is_handed_in_and_stays_with_its_side(town, contested, sign_in):
    first, _second = contested
    case = db.session.scalar(select(Case))
    rival = sign_in(town.b)
    data = {"kind": "earlier", "reason": "十月已在武汉见面", "files": (io.BytesIO(b"%PDF-1.4 earlier"), "纪要.pdf")}

    answer = rival.post(f"/claims/cases/{case.public_id}/act", data=data, content_type="multipart/form-data")

    assert answer.status_code == 303
    file = queries.case_files(case)[0].file.public_id
    db.session.rollback()  # reading here holds the writer's lock, which a download's record needs
    for reader, status in ((town.b, 200), (town.center, 200), (town.a, 404)):
        with sign_in(reader).get(f"/files/{file}") as download:
            assert download.status_code == status
    assert "十月已在武汉见面" not in sign_in(town.a).get(f"/claims/cases/{case.public_id}").text
    assert first.holds


def test_looking_up_answers_in_one_of_three_words(town, contested, sign_in):
    other = sign_in(make_actor(Role.OFFICER))

    taken = other.post("/claims/look-up", data={"text": FIRM}, headers={"HX-Request": "true"})
    free = other.post("/claims/look-up", data={"text": "无锡砺枢精密机械有限公司"})
    weak = other.post("/claims/look-up", data={"text": "绎衡"})

    assert "已有单位备案" in taken.text and "甲区" not in taken.text
    assert "可报。" in free.text
    assert weak.status_code == 422 and "认准一家企业" in weak.text and 'value="绎衡"' in weak.text


def test_looking_up_takes_the_picked_company_unless_another_name_is_typed(town, sign_in):
    company = make_company("黄石铎澜机械有限公司")
    other = sign_in(make_actor(Role.OFFICER))

    panel = other.get(f"/claims/look-up?company={company.public_id}", headers={"HX-Request": "true"})
    picked = other.post("/claims/look-up", data={"company": company.public_id})
    typed = other.post("/claims/look-up", data={"company": company.public_id, "text": "无锡砺枢精密机械有限公司"})

    assert f'name="company" value="{company.public_id}"' in panel.text and f'value="{company.name}"' in panel.text
    assert f"{company.name}：可报。" in picked.text
    assert "无锡砺枢精密机械有限公司：可报。" in typed.text and company.name not in typed.text


def test_the_export_holds_what_the_list_shows(town, contested, sign_in):
    from python_calamine import CalamineWorkbook

    asked = sign_in(town.b).get("/claims/export?reason=")
    answer = sign_in(town.b).get("/claims/export?reason=调度会")

    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert asked.status_code == 422
    assert len(rows) == 4 and rows[3][1] == "乙区" and "调度会" in rows[1][0]


@pytest.mark.parametrize(("who", "offered"), [("a", True), ("center", True), ("office", False)])
def test_the_export_is_offered_to_those_who_may_take_it(town, contested, sign_in, who, offered):
    page = sign_in(getattr(town, who))

    assert ("/claims/export" in page.get("/claims/").text) is offered
    assert page.get("/claims/export").status_code == (200 if offered else 403)


@pytest.mark.parametrize("odd", ["0", "-1", "9223372036854775808", "abc", "aaaaaaaaaa", "AAAAAAAAAA", "%00"])
def test_odd_ids_are_404(town, sign_in, odd):
    center = sign_in(town.center)

    assert center.get(f"/claims/{odd}").status_code == 404
    assert center.get(f"/claims/cases/{odd}").status_code == 404


@pytest.mark.parametrize("url", ["/claims/", "/claims/desk", "/start", "{claim}", "{case}"])
def test_pages_take_at_most_twelve_statements(town, contested, sign_in, statements, url):
    case = db.session.scalar(select(Case))
    url = url.replace("{claim}", f"/claims/{contested[0].public_id}").replace(
        "{case}", f"/claims/cases/{case.public_id}"
    )
    center = sign_in(town.center)
    center.get(url)
    statements.clear()

    answer = center.get(url)

    assert answer.status_code == 200
    reads = [s for s in statements if not s.startswith(("INSERT", "UPDATE"))]
    assert len(reads) <= 12, "\n".join(reads)


@pytest.mark.parametrize("who", ["a", "a_manager", "b", "b_manager", "center"])
def test_the_page_of_a_report_takes_at_most_twelve_statements_for_everybody(town, contested, sign_in, statements, who):
    actor = getattr(town, who)
    client = sign_in(actor)
    for claim in contested:
        url = f"/claims/{claim.public_id}"
        if client.get(url).status_code == 404:
            continue
        statements.clear()
        assert client.get(url).status_code == 200
        reads = [s for s in statements if not s.startswith(("INSERT", "UPDATE"))]
        assert len(reads) <= 12, "\n".join(reads)


def test_codes_are_equal_or_different_never_alike(town, contested):
    first, second = contested[:2]
    first.lead.uscc_text, second.lead.uscc_text = "91000000MA0000330T", "91000000MA0000808W"

    verdicts = {row["label"]: row["verdict"] for row in comparison.rows(first, second)}

    assert verdicts["信用代码"] == "diff"


def test_filing_from_the_lead_form_saves_and_files_in_one(town, sign_in):
    officer = sign_in(town.a)
    data = {
        "company_text": FIRM,
        "title": "减速器产线",
        "first_contact_on": clock.today().isoformat(),
        "once": "k" * 24,
        "files": (io.BytesIO(b"%PDF-1.4 minutes"), "双方签字纪要.pdf"),
    }

    answer = officer.post("/claims/file", data=data, content_type="multipart/form-data")

    assert answer.status_code == 303, answer.text
    claim = db.session.scalar(select(Claim))
    assert claim.holds and claim.lead.title == "减速器产线"
    assert verification.may_verify(town.a_manager, claim)


def test_filing_without_evidence_keeps_everything_typed_and_stores_nothing(town, sign_in):
    data = {
        "company_text": FIRM,
        "title": "减速器产线",
        "first_contact_on": clock.today().isoformat(),
        "once": "k" * 24,
    }

    answer = sign_in(town.a).post("/claims/file", data=data)

    assert answer.status_code == 422
    assert FIRM in answer.text and "减速器产线" in answer.text and "至少附一份证据" in answer.text
    assert db.session.scalar(select(Claim)) is None and db.session.scalar(select(Lead)) is None


def test_a_double_click_files_once(town, sign_in):
    lead = make_lead(town.a, FIRM)
    officer = sign_in(town.a)

    first = officer.post(f"/claims/file/{lead.public_id}")
    second = officer.post(f"/claims/file/{lead.public_id}")

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(db.session.scalars(select(Claim)).all()) == 1


def test_the_centre_enters_a_paper_protection(town, sign_in):
    from crm.accounts.models import Org

    org = db.session.get(Org, town.a.org_id)
    day = clock.today()
    data = {
        "org": org.public_id,
        "company_text": FIRM,
        "title": "减速器产线",
        "first_contact_on": day.isoformat(),
        "protected_from": day.isoformat(),
        "protected_until": day.replace(year=day.year + 1).isoformat(),
        "document_no": "黄招办〔2026〕12 号",
    }

    refused = sign_in(town.center).post("/claims/paper", data={**data, "document_no": ""})
    answer = sign_in(town.center).post("/claims/paper", data=data)

    assert refused.status_code == 422 and "请填写文号" in refused.text and FIRM in refused.text
    assert answer.status_code == 303
    assert db.session.scalar(select(Claim)).status is ClaimStatus.PROTECTED


@pytest.mark.parametrize("who", ["a", "a_manager", "center", "office"])
def test_the_start_page_opens_for_every_role(town, contested, sign_in, who):
    page = sign_in(getattr(town, who)).get("/start")

    assert page.status_code == 200 and "<h1>" in page.text


@pytest.mark.parametrize("kind", [UserKind.SYSADMIN, UserKind.SECADMIN, UserKind.AUDITOR])
def test_the_start_page_opens_for_the_officers(town, sign_in, kind):
    assert sign_in(make_user(kind=kind)).get("/start").status_code == 200


@pytest.mark.parametrize("role", [Role.EXPO, Role.LEADER])
def test_the_start_page_opens_for_readers(town, sign_in, role):
    assert sign_in(make_actor(role)).get("/start").status_code == 200


def test_a_firm_the_centre_notes_as_settled_is_judged_for_others(town, sign_in):
    from crm.accounts.models import Org
    from crm.companies.models import Company
    from tests.factories import make_company

    company = make_company(FIRM)
    org = db.session.get(Org, town.a.org_id).public_id
    center = sign_in(town.center)

    assert sign_in(town.b).post(f"/companies/{company.public_id}/settle", data={"org": org}).status_code == 403
    assert center.post(f"/companies/{company.public_id}/settle", data={"org": org}).status_code == 303
    host = db.session.scalar(select(Company.host_org_id).where(Company.id == company.id))
    filed = filing.file_report(town.b, make_lead(town.b, FIRM))

    assert host == town.a.org_id
    assert not filed.holds and filed.basis == "hosted"
