"""The pages of merging by HTTP: who may, what they say, what is refused and leaves everything as it was."""

import re

import pytest
from sqlalchemy import select

from crm.companies import service, sources
from crm.companies.models import Company
from crm.core.permissions import Role
from crm.duplicates import merging
from crm.duplicates.merging import Choices
from crm.duplicates.models import Merge, MergeStatus
from crm.kit import db
from tests.claims.conftest import make_city
from tests.duplicates.test_merge_holds import two_holders
from tests.factories import make_company, make_user

CODE = "91420200MA44JURQ85"


@pytest.fixture
def city(context, sqlite):
    return make_city()


@pytest.fixture
def pair():
    return make_company("湖北珩锐数控装备有限公司", uscc=CODE, address="团城山"), make_company(
        "黄石珩锐机床有限公司", address="大泉路"
    )


def fields(page) -> dict[str, str]:
    hidden = re.findall(r'name="(looked_at|version|once)"[^>]*value="([^"]*)"', page.text)
    return {"other_name": "former", **dict(hidden)}


def address(winner, loser) -> str:
    return f"/duplicates/merge?winner={winner.public_id}&loser={loser.public_id}"


def merged(city, winner, loser) -> Merge:
    """A merge, with all three rows read and set free: a request takes the session with it."""
    done = merging.merge(city.center, winner, loser, reason="同一家企业").merge
    for row in (done, winner, loser):
        db.session.refresh(row)
        db.session.expunge(row)
    return done


def reload(row):
    return db.session.get(type(row), row.id, populate_existing=True)


def only_merge() -> Merge:
    db.session.expire_all()
    return db.session.scalars(select(Merge)).one()


def test_the_page_says_in_words_where_a_value_comes_from(city, pair, sign_in):
    sources.note(city.center, {pair[0].id: ["address"]}, sources.BY_HAND)
    db.session.commit()

    page = sign_in(city.center).get(address(*pair)).text

    assert re.search(r"团城山<span[^>]*>录入 · ", page)


def test_the_page_picks_and_merges(city, pair, sign_in):
    client = sign_in(city.center)
    page = client.get(address(*pair))

    answer = client.post(
        address(*pair), data={**fields(page), "pick_address": "loser", "other_name": "confirmed", "reason": "官网相同"}
    )

    assert page.status_code == 200
    assert answer.status_code == 303, answer.text
    winner, loser = (reload(one) for one in pair)
    assert (winner.address, loser.merged_into_id) == ("大泉路", winner.id)
    shown = client.get(answer.location)
    assert "撤销合并" in shown.text
    assert "黄石珩锐机床有限公司" in shown.text
    assert re.search(r">\s*address\s*<", shown.text) is None, "the field that was taken has a name in words"


def test_the_pages_keep_to_twelve_statements(city, pair, sign_in, statements):
    client = sign_in(city.center)
    done = merged(city, make_company(), make_company())
    urls = [address(*pair), "/duplicates/merges", f"/duplicates/merges/{done.public_id}"]
    urls += [
        f"/duplicates/moves?left={pair[0].public_id}&right={pair[1].public_id}",
        f"/duplicates/propose/{pair[0].public_id}",
    ]

    counted = {}
    for url in urls:
        client.get(url)
        statements.clear()
        assert client.get(url).status_code == 200, url
        counted[url] = len(statements)

    assert {url: count for url, count in counted.items() if count > 12} == {}


def test_what_was_picked_stays_when_something_is_missing(city, pair, sign_in):
    client = sign_in(city.center)
    given = fields(client.get(address(*pair)))

    page = client.post(address(*pair), data={**given, "pick_address": "loser", "reason": ""})

    assert page.status_code == 422
    assert re.search(r'name="pick_address" value="loser" checked', page.text)
    assert reload(pair[1]).merged_into_id is None


def test_a_page_that_is_out_of_date_is_shown_again(city, pair, sign_in):
    client = sign_in(city.center)
    given = fields(client.get(address(*pair)))
    service.edit_company(city.center, reload(pair[1]), None, address="新址路")

    page = client.post(address(*pair), data={**given, "reason": "官网相同"})

    assert page.status_code == 409
    assert "新址路" in page.text
    assert fields(page)["looked_at"] != given["looked_at"]
    again = client.post(address(*pair), data={**fields(page), "reason": "官网相同"})
    assert again.status_code == 303


@pytest.mark.parametrize("picks", [{"pick_address": "nobody"}, {"other_name": "legal"}])
def test_what_cannot_be_chosen_is_refused(city, pair, sign_in, picks):
    client = sign_in(city.center)
    given = fields(client.get(address(*pair)))

    assert client.post(address(*pair), data={**given, **picks, "reason": "官网相同"}).status_code in (409, 422)
    assert reload(pair[1]).merged_into_id is None


def test_two_holders_lead_to_a_case_and_the_waiting_merge(city, sign_in):
    winner, loser, *_ = two_holders(city)
    client = sign_in(city.center)
    page = client.get(address(winner, loser))

    answer = client.post(address(winner, loser), data={**fields(page), "reason": "官网相同"})
    assert answer.status_code == 303
    shown = client.get(answer.location)

    assert "先立案" in page.text
    assert "要先裁定" in shown.text
    assert only_merge().status is MergeStatus.PROPOSED
    assert client.get(f"/duplicates/merge?proposal={only_merge().public_id}").status_code == 200


def test_undo_from_the_page(city, pair, sign_in):
    client = sign_in(city.center)
    done = merged(city, *pair)
    url = f"/duplicates/merges/{done.public_id}"

    answer = client.post(f"{url}/undo")
    twice = client.post(f"{url}/undo")

    assert answer.status_code == 303
    assert reload(pair[1]).merged_into_id is None
    assert twice.status_code == 422
    assert "已撤销" in client.get("/duplicates/merges?tab=undone").text


def test_old_addresses_lead_on_and_edits_are_told_where(city, pair, sign_in):
    winner, loser = pair
    merged(city, winner, loser)
    client = sign_in(city.a)

    assert client.get(f"/companies/{loser.public_id}").location.endswith(winner.public_id)
    told = client.post(f"/companies/{loser.public_id}/edit", data={"name": "x"})
    assert told.status_code == 409
    assert winner.name in told.text


def test_a_unit_proposes_from_the_company_page_and_sees_its_own_only(city, pair, sign_in):
    winner, loser = pair
    client, other = sign_in(city.a), sign_in(city.b)
    url = f"/duplicates/propose/{loser.public_id}"
    assert url in client.get(f"/companies/{loser.public_id}").text

    made = client.post(url, data={"company": winner.name, "company_public_id": winner.public_id, "reason": "官网相同"})

    assert made.status_code == 303
    row = only_merge()
    assert (row.status, row.winner_id, row.loser_id) == (MergeStatus.PROPOSED, winner.id, loser.id)
    assert "撤回提议" in client.get(made.location).text
    assert loser.name in client.get("/duplicates/merges").text
    assert other.get(made.location).status_code == 404
    assert loser.name not in other.get("/duplicates/merges").text
    assert other.post(f"{made.location}/withdraw").status_code == 404
    assert client.post(f"{made.location}/withdraw").status_code == 303
    assert only_merge().status is MergeStatus.WITHDRAWN


def test_the_centre_answers_a_proposal(city, pair, sign_in):
    row = merging.propose(city.a, *pair, "官网相同")
    client = sign_in(city.center)
    url = f"/duplicates/merges/{row.public_id}"

    assert client.post(f"{url}/decline", data={"answer": ""}).status_code == 422
    assert "官网相同" in client.get(f"/duplicates/merge?proposal={row.public_id}").text
    assert client.post(f"{url}/decline", data={"answer": "信用代码不同"}).status_code == 303
    assert "信用代码不同" in sign_in(city.a).get(url).text
    assert client.get(f"/duplicates/merge?proposal={row.public_id}").status_code in (409, 422)


def test_the_centre_is_led_from_the_company_to_the_page_of_the_merge(city, pair, sign_in):
    client = sign_in(city.center)

    answer = client.post(
        f"/duplicates/propose/{pair[1].public_id}", data={"company": "x", "company_public_id": pair[0].public_id}
    )

    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.EXPO, Role.OFFICE, Role.LEADER])
def test_nobody_else_merges_or_undoes(city, pair, sign_in, role):
    done = merged(city, make_company(), make_company())
    page, panel = address(*pair), f"/duplicates/moves?left={pair[0].public_id}&right={pair[1].public_id}"
    client = sign_in(make_user(roles=(role,)))

    assert client.get(page).status_code == 403
    assert client.post(page, data={"reason": "官网相同"}).status_code == 403
    assert client.get(panel).status_code == 403
    assert client.post(f"/duplicates/merges/{done.public_id}/undo").status_code == 403
    assert client.post(f"/duplicates/merges/{done.public_id}/decline", data={"answer": "不是"}).status_code == 403
    assert client.get(f"/duplicates/merges/{done.public_id}").status_code in (403, 404)
    db.session.expire_all()
    assert db.session.scalars(select(Company.merged_into_id).where(Company.merged_into_id.is_not(None))).all() == [
        done.winner_id
    ]


def test_a_unit_cannot_propose_what_it_does_not_see(city, sign_in):
    hers, open_one = make_company("黄石砺枢精密机床有限公司", actor=city.a), make_company()
    client = sign_in(city.b)

    assert client.get(f"/duplicates/propose/{hers.public_id}").status_code == 404
    refused = client.post(
        f"/duplicates/propose/{open_one.public_id}",
        data={"company": hers.name, "company_public_id": hers.public_id, "reason": "官网相同"},
    )
    assert refused.status_code == 422
    assert db.session.scalars(select(Merge)).all() == []


def test_a_proposal_on_a_company_that_went_elsewhere_means_its_survivor(city, pair, sign_in):
    third = make_company("湖北铎澜传动有限公司")
    proposal = merging.propose(city.a, *pair, "官网相同").public_id
    merged(city, third, pair[1])
    client = sign_in(city.center)

    page = client.get(f"/duplicates/merge?proposal={proposal}")

    assert page.status_code == 200
    assert "湖北铎澜传动有限公司" in page.text


def test_empty_lists_say_so(city, sign_in):
    assert "这里还没有记录" in sign_in(city.center).get("/duplicates/merges").text
    assert "本单位还没有提议" in sign_in(city.a).get("/duplicates/merges").text


def test_the_list_names_both_as_they_were_and_the_survivor_as_it_is(city, pair, sign_in):
    """With the loser's name picked, the list said that a company went into one of the same name."""
    merging.merge(city.center, *pair, reason="同一家", choices=Choices.of({"fields": {"name": "loser"}}))

    page = sign_in(city.center).get("/duplicates/merges").text

    assert "黄石珩锐机床有限公司 → 湖北珩锐数控装备有限公司</a>" in page
    assert "现名：黄石珩锐机床有限公司" in page


def test_the_desk_leads_to_the_page_where_an_obstacle_can_be_settled(city, sign_in):
    """The panel said 勾选“一并公开” where there is nothing to tick."""
    ours, theirs = (
        make_company("黄石珩锐数控有限公司", actor=city.a),
        make_company("黄石珩锐机床有限公司", actor=city.b),
    )

    page = sign_in(city.center).get(f"/duplicates/moves?left={ours.public_id}&right={theirs.public_id}").text

    assert "还没有公开" in page
    assert f"winner={ours.public_id}&amp;loser={theirs.public_id}" in page


def test_who_proposes_is_offered_companies_of_the_base_only(city, pair, sign_in):
    client = sign_in(city.center)

    known, unknown = (client.get(f"/companies/typing?new=0&q={text}").text for text in ("珩锐数控", "不存在的名称甲乙"))

    assert "按新企业登记" not in known + unknown
    assert pair[0].public_id in known
    assert "企业库里没有找到" in unknown
