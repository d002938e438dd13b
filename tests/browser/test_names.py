"""The group picture, names, brands and judgements in a browser: desk and phone, keyboard, a lead that teaches a name."""

import pytest

from crm.companies import aliases, decisions, details, queries, relations
from crm.companies.models import Entity, NameKind, RelationKind
from tests.factories import make_actor, make_center, make_company

NAME, MOTHER, SISTER = "苏州绎衡传动科技有限公司", "绎衡控股集团有限公司", "湖北珩锐数控装备有限公司"
pytestmark = pytest.mark.usefixtures("context", "sqlite")


@pytest.fixture
def family():
    """A company with a parent, a sister and children, one of them noted by a unit."""
    officer, center = make_actor(), make_center()
    own, mother, sister = make_company(NAME), make_company(MOTHER), make_company(SISTER)
    relations.add_relation(center, mother.id, own.id, RelationKind.PARENT, source="年报")
    relations.add_relation(center, mother.id, sister.id, RelationKind.PARENT)
    for n in range(5):
        child = make_company(f"绎衡第{n}精密传动设备制造有限公司")
        relations.add_relation(officer if n == 4 else center, own.id, child.id, RelationKind.PARENT)
    aliases.confirm(officer, own, "苏绎传动", source="lead")
    decisions.remember(officer, own, sister, decisions.DIFFERENT, "股东不同")
    return officer, center, own, mother


@pytest.mark.parametrize(
    "width, shown, hidden", [(1440, ".group-wide", ".group-narrow"), (390, ".group-narrow", ".group-wide")]
)
def test_the_group_is_drawn_and_its_names_are_followed_by_keyboard(
    sign_in_page, check_page, family, width, shown, hidden
):
    officer, _center, own, mother = family
    page = sign_in_page(officer, width=width)
    page.goto(f"/companies/{own.public_id}")
    picture = page.locator(shown)
    picture.wait_for()
    page.get_by_text("已判定为不同的企业").first.wait_for()

    check_page(page)
    assert not page.locator(hidden).is_visible() and picture.locator("rect").count() == 8
    sizes = picture.locator("text").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(sizes) >= 13
    link = picture.locator(f'a[href="/companies/{mother.public_id}"]')
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/companies/{mother.public_id}")


def test_the_pages_of_names_are_sound(sign_in_page, check_both, family):
    officer, center, own, _mother = family
    page = sign_in_page(officer)
    for path in (f"{own.public_id}/names", f"{own.public_id}/group", f"{own.public_id}/apart"):
        page.goto(f"/companies/{path}")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        check_both(page)
    page = sign_in_page(center)
    for path in ("waiting-names", "brands", own.public_id, f"{own.public_id}/names"):
        page.goto(f"/companies/{path}")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        check_both(page)


def test_a_name_typed_before_a_candidate_was_picked_is_learned(sign_in_page):
    officer = make_actor()
    own = make_company(NAME)
    details.add_name(make_center(), own.id, text="苏绎传动老厂", kind=NameKind.SHORT)
    page = sign_in_page(officer)
    page.goto("/leads/new")
    field = page.locator('[name="company_text"]')
    field.press_sequentially("绎衡传动", delay=20)
    page.locator('[role="option"]').first.wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    assert page.locator('[name="company_typed"]').input_value() == "绎衡传动"
    page.locator('[name="title"]').fill("拟建谐波减速器生产线")
    page.get_by_role("button", name="保存").first.click()
    page.wait_for_url("**/leads/**")
    page.wait_for_load_state()

    assert "绎衡传动" in {one.text for one in queries.names_of(officer, own)}


def test_many_names_are_opened_at_once(sign_in_page, family):
    _officer, center, own, _mother = family
    page = sign_in_page(center)
    page.goto("/companies/waiting-names")
    page.get_by_label("选择 苏绎传动").check()
    page.get_by_role("button", name="开放所选").click()
    page.get_by_text("已向全市开放 1 个名称").wait_for()

    assert "苏绎传动" in {one.text for one in queries.names_of(make_actor(), own)}


@pytest.mark.parametrize("width", [1440, 390])
def test_a_referrer_is_picked_by_keyboard_and_changed_words_are_free_again(sign_in_page, check_page, width):
    officer = make_actor()
    chamber = make_company("武汉黄石商会", entity=Entity.CHAMBER)
    page = sign_in_page(officer, width=width)
    page.goto("/leads/new")
    page.locator('[name="company_text"]').fill(NAME)
    page.locator('[name="title"]').fill("拟建谐波减速器生产线")
    field, picked = page.locator('[name="referrer"]'), page.locator('[name="referrer_pick"]')
    field.press_sequentially("黄石商会", delay=20)
    page.locator("#referrer-cands [role=option]").first.wait_for()
    check_page(page)
    field.press("ArrowDown")
    field.press("Enter")
    assert (field.input_value(), picked.input_value()) == ("武汉黄石商会", f"c:{chamber.public_id}")
    page.get_by_text("已选用“武汉黄石商会”").wait_for()
    field.press_sequentially("王", delay=20)
    assert picked.input_value() == "", "other words, no row"
    field.press("Backspace")
    page.locator("#referrer-cands [role=option]").first.click()
    page.get_by_role("button", name="保存").first.click()
    page.wait_for_url("**/leads/*")

    link = page.get_by_role("link", name="武汉黄石商会")
    assert link.get_attribute("href") == f"/companies/{chamber.public_id}"


def test_a_company_picked_for_a_signal_is_sent(sign_in_page):
    """Its hidden field has a name of its own kind: what was typed must not take its place."""
    own = make_company(NAME)
    page = sign_in_page(make_actor())
    page.goto("/signals/new")
    field = page.locator('[name="company_text"]')
    field.press_sequentially("绎衡传动", delay=20)
    page.locator('[role="option"]').first.wait_for()
    field.press("ArrowDown")
    field.press("Enter")

    assert page.locator('[name="company"]').input_value() == own.public_id
