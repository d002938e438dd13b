"""Pages of disputes: who reads what byte for byte, what is refused beside its field, how many statements a page takes."""

import io
import re

import pytest
from sqlalchemy import select

from crm.claims import cases, filing, queries, verification
from crm.claims.disputes import opinions
from crm.claims.models import Claim, StepKind
from crm.core.permissions import Role
from crm.kit import db
from crm.notices.models import Notice
from tests.claims.conftest import make_city, make_lead
from tests.factories import make_actor, make_org, upload

FIRM = "苏州绎衡传动科技有限公司"
SECRET = "机密条款不得外传"
PDF = b"%PDF-1.4\n%%EOF\n"
TOKEN = re.compile(
    r'name="(csrf_token|once)"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="(csrf_token|once)"|content="[^"]{60,}"'
)


@pytest.fixture
def town(sqlite, context):
    return make_city()


def contest(town, secret):
    first = filing.file_report(town.a, make_lead(town.a, FIRM, title="减速器产线", content=secret, site_wish=secret))
    second = filing.file_report(town.b, make_lead(town.b, FIRM))
    return first, second, queries.get_case(town.center, queries.cases_of(second)[0].public_id)


def test_a_whole_dispute_by_hand_and_what_each_side_reads(town, sign_in, statements):
    first, _second, case = contest(town, SECRET)
    public_id, number = case.public_id, first.number
    url = f"/claims/cases/{public_id}"
    a, b, center, office = (sign_in(one) for one in (town.a, town.b, town.center, town.office))
    assert office.get(url).status_code == 404
    assert b.post(f"{url}/act", data={"kind": "consult", "reason": "请求协商"}).status_code == 303
    assert b.post(f"{url}/propose", data={"proposal": ""}).status_code == 422
    version = queries.get_case(town.center, public_id).version
    assert a.post(f"{url}/propose", data={"proposal": "assist", "version": version}).status_code == 303
    assert b.post(f"{url}/agree", data={"version": version}).status_code == 422  # a proposal came in between
    assert "对方提出" in b.get(url).text
    answer = b.post(
        f"{url}/choice",
        data={"chosen": "mine", "stated_on": "2026-01-05", "signer": "赵总签字", "paper": (io.BytesIO(b""), "")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422 and "盖章的书面材料" in answer.text and "赵总签字" in answer.text
    filled = {"chosen": "mine", "stated_on": "2026-01-05", "signer": "赵总签字", "paper": (io.BytesIO(PDF), "函.pdf")}
    assert b.post(f"{url}/choice", data=filled, content_type="multipart/form-data").status_code == 303
    assert "赵总签字" not in a.get(url).text and "赵总签字" in center.get(url).text

    page = center.get(url).text
    assert 'name="p0_time"' in page and "投资方书面选择本单位" in page
    wrong = center.post(f"{url}/decide", data={"decision": "first", "reason": "甲区在先", "p0_time": "41"})
    assert wrong.status_code in (409, 422)
    now = queries.get_case(town.center, public_id).version
    bad = {
        "decision": "first",
        "reason": "甲区接触在先且证据充分，投资方意愿不足以改变",
        "p0_time": "41",
        "version": now,
    }
    wrong = center.post(f"{url}/decide", data=bad)
    assert wrong.status_code == 422 and "此项满分 40" in wrong.text and "甲区接触在先且证据充分" in wrong.text
    assert center.post(f"{url}/decide", data={**bad, "p0_time": "40"}).status_code == 303

    opinion = opinions.of_case(queries.get_case(town.center, public_id))[0]
    paper, said = f"{url}/opinions/{opinion.public_id}", opinion.number
    db.session.remove()
    assert said in a.get(paper).text and "乙区" not in re.sub(r"<nav.*?</nav>", "", a.get(paper).text, flags=re.S)
    assert "甲员" not in b.get(paper).text and number not in b.get(paper).text
    assert b.get(f"{url}/archive.zip").status_code == 403
    assert sign_in(make_actor(Role.OFFICER)).get(paper).status_code == 404
    assert b.post(f"{url}/appeal", data={"reason": "不服此裁定"}).status_code == 303
    seen = office.get(url)
    assert seen.status_code == 200 and "作出复核决定" in seen.text
    now = queries.get_case(town.center, public_id).version
    told = {"decision": "first", "reason": "复核查明甲区接触在先，维持原裁定不变", "version": now}
    assert office.post(f"{url}/review", data=told).status_code == 303
    assert office.post(f"{url}/review", data=told).status_code == 422
    for one, where in (
        (a, "/claims/cases"),
        (b, "/claims/cases?state=decided"),
        (center, "/claims/cases"),
        (b, url),
        (a, url),
    ):
        text = one.get(where).text
        assert one is center or (SECRET not in text)
    for one, where in ((center, url), (b, url), (office, url), (center, "/claims/cases"), (b, paper)):
        statements.clear()
        assert one.get(where).status_code == 200
        assert len(statements) <= 12, (where, [re.findall(r"FROM (\w+)", one) for one in statements])


def test_a_decided_case_shows_each_word_with_its_own_reason_and_a_party_what_it_handed_in(town, sign_in):
    first, second, case = contest(town, SECRET)
    cases.act(town.b, case, second, StepKind.EARLIER, "更早的会谈", [upload("乙方更早纪要.pdf", PDF)])
    url, held, won = f"/claims/cases/{case.public_id}", f"/claims/{first.public_id}", f"/claims/{second.public_id}"
    a, b, center, office = (sign_in(one) for one in (town.a, town.b, town.center, town.office))
    assert "甲区（案中提交）" not in center.get(url).text and "乙区（案中提交）" in center.get(url).text
    told = {"decision": "first", "reason": "甲区持有在先，证据充分，予以维持", "version": case.version}
    assert center.post(f"{url}/decide", data=told).status_code == 303
    assert "乙方更早纪要.pdf" in b.get(url).text and "乙方更早纪要" not in a.get(url).text
    for _again in range(2):
        assert b.post(f"{url}/appeal", data={"reason": "不服此裁定"}).status_code == 303
        assert "复核期间" in b.get("/notices/").text or "撤回复核申请" in b.get(url).text
        assert b.post(f"{url}/appeal/withdraw").status_code == 303
        assert "对方撤回复核申请" in a.get(url).text
    assert b.post(f"{url}/appeal", data={"reason": "不服此裁定"}).status_code == 303
    version = queries.get_case(town.center, url.rpartition("/")[2]).version
    changed = {"decision": "second", "reason": "复核查明乙区首次接触确在先，证据更足", "version": version}

    assert office.post(f"{url}/review", data=changed).status_code == 303

    for reader in (a, b, center, office):
        page = reader.get(url).text
        newer, older = page.index("复核查明乙区首次接触确在先"), page.index("甲区持有在先，证据充分，予以维持")
        assert page.rindex("改由后报单位", 0, newer) < newer < page.rindex("维持先报单位", 0, older) < older
    assert "首谈首报告知" not in b.get(url).text + b.get(won).text  # nothing stands against a report that won
    assert "复核查明乙区首次接触确在先" in a.get(held).text


def test_the_rivals_pages_are_the_same_byte_for_byte_whatever_the_holder_wrote(town, sign_in):
    first, second, case = contest(town, SECRET)
    rival = sign_in(town.b)
    first_id, case_id = first.id, case.public_id
    places = (
        "/claims/cases",
        f"/claims/cases/{case.public_id}",
        f"/claims/{second.public_id}",
        "/claims/cases?q=" + SECRET,
    )

    def pages():
        return [TOKEN.sub("", rival.get(place).text) for place in places]

    before = pages()
    first, case = db.session.get_one(Claim, first_id), queries.get_case(town.center, case_id)
    first.lead.content = first.lead.site_wish = first.lead.title = "完全不同的另一段内容，更长更长更长"
    cases.act(town.a, case, first, StepKind.NOTE, SECRET, [upload("甲方.pdf", PDF)])
    db.session.commit()

    after = pages()

    assert [re.sub(r'name="version"[^>]*>', "", one) for one in after] == [
        re.sub(r'name="version"[^>]*>', "", one) for one in before
    ]


def test_lists_export_what_they_show_and_empty_ones_say_what_will_be_there(town, sign_in):
    center = sign_in(town.center)
    assert "系统会立案" in center.get("/claims/cases").text
    contest(town, SECRET)
    db.session.remove()

    assert center.get("/claims/cases/export").status_code == 200
    assert center.get("/claims/cases/export?reason=").status_code == 422
    sheet = center.get("/claims/cases/export?reason=归档核对")
    assert sheet.status_code == 200 and sheet.headers["Content-Type"].startswith("application/vnd.openxml")
    rival = make_actor(Role.OFFICER)
    assert FIRM not in sign_in(rival).get("/claims/cases").text
    for role in (Role.EXPO, Role.LEADER):
        assert sign_in(make_actor(role)).get("/claims/cases").status_code == 403


def test_only_the_centre_reads_to_which_report_of_another_unit_a_referrer_belongs(town, sign_in):
    first = filing.file_report(town.a, make_lead(town.a, FIRM, referrer="深圳 示例商会"))
    verification.verify(town.a_manager, first)
    second = filing.file_report(town.b, make_lead(town.b, FIRM, referrer="深圳示例商会"))
    number, url = first.number, f"/claims/{second.public_id}"

    own, other, center = (
        sign_in(one).get(at).text
        for one, at in ((town.a, f"/claims/{first.public_id}"), (town.b, url), (town.center, url))
    )

    assert "深圳 示例商会（已与本备案绑定）" in own and "引荐人绑定的备案" not in other
    assert "深圳示例商会（尚未绑定，由市中心按最先有效的首报认定）" in other and number not in other
    assert "引荐人绑定的备案" in center and f"甲区 {number}" in center


def test_a_case_of_three_is_read_and_decided_on_its_page(town, sign_in, statements):
    third = make_actor(Role.OFFICER, org=make_org("丙区"), name="丙员")
    first, _second, case = contest(town, SECRET)
    filing.file_report(third, make_lead(third, FIRM, grades="C"))
    url = f"/claims/cases/{case.public_id}"
    a, c, center = (sign_in(one) for one in (town.a, third, town.center))
    center.get(url)
    statements.clear()
    page = center.get(url).text
    assert len(statements) <= 12
    assert "各方首报" in page and all(unit in page for unit in ("甲区", "乙区", "丙区")) and 'name="o2"' in page
    for side in (a, c):
        seen = re.sub(r"<nav.*?</nav>", "", side.get(url).text, flags=re.S)
        assert "三个以上单位" in seen and "乙区" not in seen and 'value="consult"' not in seen
    assert SECRET not in c.get(url).text

    now = queries.get_case(town.center, case.public_id).version
    words = {"o0": "hold", "o1": "assist", "reason": "甲区接触在先且证据充分", "version": now}
    wrong = center.post(f"{url}/decide", data=words)
    assert wrong.status_code == 422 and "请为每个单位选择一种结果" in wrong.text and "甲区接触在先" in wrong.text
    done = center.post(f"{url}/decide", data={**words, "o2": "lost"}, follow_redirects=True)
    assert done.status_code == 200 and "各方已收到通知" in done.text and "双方已收到" not in done.text
    db.session.remove()
    assert "申请复核" in c.get(url).text and "申请复核" not in a.get(url).text  # a holds alone: nothing to appeal
    assert c.post(f"{url}/appeal", data={"reason": "我方接触更早"}).status_code == 303
    office = sign_in(town.office)
    seen = office.get(url).text
    assert "各方都会看到决定和理由" in seen and "双方都会看到" not in seen
    words = {"o0": "hold", "o1": "assist", "o2": "lost", "reason": "查明丙区的证据不足以改变"}
    told = {**words, "version": queries.get_case(town.office, case.public_id).version}
    done = office.post(f"{url}/review", data=told, follow_redirects=True)
    assert "复核决定已作出，各方已收到通知" in done.text
    notes = {one.user_id: one.text for one in db.session.scalars(select(Notice).where(Notice.kind == "case.reviewed"))}
    assert "取得保护" in notes[town.a.user_id] and "不予认定" in notes[third.user_id]
    joined = db.session.scalars(select(Notice).where(Notice.kind == "case.appealed")).all()
    assert joined and all("另有单位申请复核" in one.text for one in joined)
    db.session.remove()
    assert "取得保护" in center.get(url).text and "不予认定" in c.get(url).text and "列为协助" not in c.get(url).text
    assert first.number not in c.get(url).text
