"""Imports in a real browser: dropped and pasted tables, 200 uncertain rows by keys alone, what could not be saved, every page checked."""

import re

import pytest
from playwright.sync_api import expect

from crm.core.permissions import Permission, Role
from crm.imports import kinds, queries, service
from crm.imports.models import BatchStatus, Decision, Fate
from crm.kit import tasks
from tests.factories import make_actor, upload
from tests.imports import samples
from tests.imports.conftest import rows_of

HEAD = "企业名称,总投资（万元）,联系电话,签约日期,说明"
LINES = [
    "甲机械有限公司,3200,,2026-01-05,新来的",
    "疑似轴承有限公司,12000,,,苏州的那一家",
    "关联液压有限公司,,,,",
    "错名机床有限公司,,,,<script>alert(1)</script>",
]
DROP = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, {type: "text/csv"}));
    for (const kind of ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
    }
}"""
PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
READY = "[data-review][data-ready]"


@pytest.fixture
def marks(app, monkeypatch):
    """The sample kind, and one for exhibitors."""
    monkeypatch.setattr(kinds, "kinds", dict(kinds.kinds))
    kind = samples.register()
    samples.register(name="shows", label="展商", permission=Permission.IMPORT_EXHIBITORS)
    return kind


@pytest.fixture
def officer(app, sqlite, marks):
    with app.app_context():
        return make_actor(name="何静")


@pytest.fixture
def bring(app):
    """``bring(actor, lines, until="review")`` → the public id of a batch that has come that far."""

    def start(actor, lines, *, until="review", kind="marks", name="区局台账.csv"):
        with app.app_context():
            content = "\n".join([HEAD, *lines]).encode("utf-8-sig")
            batch = service.start(actor, kind, upload=upload(name, content), source="区局历年台账")
            public_id = batch.public_id
            if until != "mapping":
                service.set_mapping(actor, batch, {}, remember_as="区局季度台账")
            if until in ("review", "done"):
                tasks.work(app)
            if until == "done":
                service.write(actor, queries.get_batch(actor, public_id), skip_undecided=True)
                tasks.work(app)
            return public_id

    return start


def stored(app, actor, public_id):
    with app.app_context():
        return rows_of(queries.get_batch(actor, public_id))


def settled(page):
    """Wait until every decision has reached the server: the line at the foot says how many are open."""
    page.wait_for_function("() => document.querySelector('#rv-bar').textContent.includes('还没定 0')")


def open_review(page, public_id, query=""):
    page.goto(f"/imports/{public_id}{query}")
    page.wait_for_selector(READY)


def test_the_pages_are_sound(app, officer, bring, sign_in_page, check_both):
    page = sign_in_page(officer)
    for url in ("/imports/", "/imports/new", "/imports/mappings"):
        page.goto(url)
        check_both(page)
    running = bring(officer, [*LINES, "乙公司,,,,"], until="checking", name="在核对.csv")
    page.goto(f"/imports/{running}")
    check_both(page)
    page.goto("/imports/new")  # the page of the progress would lead on by itself
    places = (
        "/imports/",
        f"/imports/{bring(officer, LINES, until='mapping', name='名单.csv')}",
        f"/imports/{running}",
        f"/imports/{running}?fate=error",
        f"/imports/{running}/rules",
        f"/imports/{running}/answers",
        f"/imports/{running}/rows/4",
        f"/imports/{bring(officer, LINES, until='done')}",
        "/imports/mappings",
    )
    with app.app_context():
        tasks.work(app)
    for url in places:
        page.goto(url)
        page.wait_for_load_state("networkidle")
        check_both(page)


def test_the_pages_of_those_who_prepare_fairs_are_sound(app, sqlite, marks, bring, sign_in_page, check_both):
    with app.app_context():
        expo = make_actor(Role.EXPO)
    batch = bring(expo, LINES, kind="shows", name="武汉机博会展商.csv")
    page = sign_in_page(expo)

    for url in ("/imports/", "/imports/new?kind=shows", f"/imports/{batch}"):
        page.goto(url)
        check_both(page)


def test_a_file_dropped_anywhere_becomes_a_batch(officer, sign_in_page, check_page):
    page = sign_in_page(officer)
    page.goto("/imports/new?kind=marks")

    page.evaluate(DROP, ["名单.csv", "\n".join([HEAD, *LINES])])
    expect(page.locator("[data-named]")).to_contain_text("名单.csv")
    page.fill("#source", "区局历年台账")
    page.get_by_role("button", name="读取表格").click()
    page.wait_for_selector("#columns-form")

    expect(page.locator("#columns")).to_contain_text("甲机械有限公司")
    check_page(page)


def test_a_table_pasted_anywhere_becomes_a_batch_without_the_mouse(officer, sign_in_page):
    page = sign_in_page(officer)
    page.goto("/imports/new?kind=marks")

    page.evaluate(PASTE, "企业名称\t说明\n甲公司\t好\n乙公司\t也好")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#columns-form")
    page.get_by_role("button", name="开始核对").press("Enter")

    page.wait_for_selector("#running")


def test_a_refused_file_says_why_beside_the_field_and_the_rest_stays(officer, sign_in_page, check_page):
    page = sign_in_page(officer)
    page.goto("/imports/new?kind=marks")
    page.fill("#source", "区局历年台账")
    page.set_input_files(
        "#file", {"name": "名单.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\r\n\x1a\n" + b"0" * 60}
    )

    page.get_by_role("button", name="读取表格").click()
    page.wait_for_selector("[data-field=file] .why")

    assert page.evaluate("document.querySelector('#file').files[0].name") == "名单.csv"
    assert page.input_value("#source") == "区局历年台账"
    expect(page.locator("[data-field=file] .why")).to_contain_text("图片")
    check_page(page)
    page.evaluate(DROP, ["名单.csv", "\n".join([HEAD, *LINES])])
    page.get_by_role("button", name="读取表格").click()
    page.wait_for_selector("#columns-form")


def test_another_field_or_unit_shows_at_once_how_it_is_read(officer, bring, sign_in_page, check_page):
    batch = bring(officer, LINES, until="mapping")
    page = sign_in_page(officer)
    page.goto(f"/imports/{batch}")
    expect(page.locator("#columns")).to_contain_text("3,200.00 万元")

    page.select_option("#unit-1", "亿元")
    page.wait_for_selector("text=3,200.00 亿元")
    page.select_option("#field-0", "")
    page.wait_for_selector("text=必填的还没有对上")

    check_page(page)


def test_two_hundred_uncertain_rows_are_settled_by_keys_alone(app, officer, bring, sign_in_page, check_page):
    """One screen, no mouse: every kind of decision, to the last row, as fast as keys are pressed."""
    batch = bring(officer, [f"{'关联' if n % 5 == 4 else '疑似'}{n}轴承有限公司,,,," for n in range(200)])
    page = sign_in_page(officer)
    open_review(page, batch)
    keys = ["s", "2", "n", "x", "a"]
    wanted = [Decision.SAME, Decision.SAME, Decision.NEW, Decision.SKIP, Decision.RELATED]

    for n in range(200):
        page.keyboard.press(keys[n % 5])
    settled(page)

    rows = stored(app, officer, batch)
    assert [row.decision for row in rows] == [wanted[n % 5] for n in range(200)]
    assert [row.target for row in rows[:5]] == ["a" * 10, "b" * 10, "", "", "a" * 10]
    assert page.evaluate("document.activeElement.id") == "row-200"
    assert page.url.endswith(batch)
    check_page(page, axe=False)


def test_enter_takes_what_is_proposed_and_u_takes_it_back(app, officer, bring, sign_in_page):
    batch = bring(
        officer,
        [
            f"疑似{'长' * 50}公司,,,,",
            "关联液压有限公司,,,,",
            "疑似乙有限公司,,,,",
        ],
    )
    page = sign_in_page(officer)
    open_review(page, batch)

    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Digit2")
    page.keyboard.press("u")
    assert page.evaluate("document.activeElement.id") == "row-3"
    page.wait_for_function("() => document.querySelector('#rv-bar').textContent.includes('还没定 1')")
    said = page.locator("#rv-live").inner_text()

    assert "第 3 行" in said
    assert [row.decision for row in stored(app, officer, batch)] == [Decision.SAME, Decision.RELATED, None]
    page.keyboard.press("?")
    expect(page.locator("#rv-help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.id") == "row-2"


def test_the_mouse_does_all_the_same(app, officer, bring, sign_in_page):
    batch = bring(officer, LINES)
    page = sign_in_page(officer)
    open_review(page, batch)

    page.locator("#row-2").get_by_role("button", name="和 另一家 同一").click()
    page.locator("#row-3").get_by_role("button", name="新增并关联 老公司").click()
    settled(page)

    rows = stored(app, officer, batch)
    assert (rows[1].decision, rows[1].target) == (Decision.SAME, "b" * 10)
    assert rows[2].decision is Decision.RELATED
    assert page.locator("#row-2 [data-state]").inner_text() == "同一：另一家"


def test_a_decision_that_was_not_saved_is_red_and_goes_again(app, officer, bring, sign_in_page):
    batch = bring(officer, LINES)
    page = sign_in_page(officer)
    open_review(page, batch)
    page.context.route(
        "**/decide", lambda route: route.fulfill(status=422, content_type="text/plain", body="这批正在写入。")
    )

    page.keyboard.press("n")
    page.wait_for_selector("#row-2 .rv-failed")
    expect(page.locator("#row-2")).to_contain_text("这批正在写入")
    assert stored(app, officer, batch)[1].decision is None
    page.context.unroute("**/decide")
    page.locator("#row-2").get_by_role("button", name="重试").click()
    page.wait_for_function("() => document.querySelector('#rv-bar').textContent.includes('还没定 1')")

    assert stored(app, officer, batch)[1].decision is Decision.NEW


def test_a_network_that_stumbles_loses_nothing(app, officer, bring, sign_in_page):
    batch = bring(officer, LINES)
    page = sign_in_page(officer)
    open_review(page, batch)
    falls = []

    def stumble(route):
        falls.append(1)
        if len(falls) < 3:
            route.abort()
        else:
            route.continue_()

    page.context.route("**/decide", stumble)
    page.keyboard.press("n")
    page.keyboard.press("x")
    settled(page)

    assert [row.decision for row in stored(app, officer, batch)][1:3] == [Decision.NEW, Decision.SKIP]
    assert len(falls) >= 3


def test_a_cell_is_mended_in_the_row_by_keys(app, officer, bring, sign_in_page, check_page):
    batch = bring(officer, LINES)
    page = sign_in_page(officer)
    open_review(page, batch, "?fate=error")

    page.keyboard.press("e")
    page.wait_for_selector("#row-4 [name=cell-name]")
    assert page.evaluate("document.activeElement.name") == "cell-name"
    check_page(page)
    page.keyboard.press("Control+a")
    page.keyboard.type("错了又错有限公司")
    page.keyboard.press("Enter")
    page.wait_for_selector("#row-4 .rv-failed")
    page.fill("#row-4 [name=cell-name]", "对了机床有限公司")
    page.keyboard.press("Enter")
    page.wait_for_selector("#row-4 .rv-fate:has-text('新增')")

    assert stored(app, officer, batch)[3].fate is Fate.NEW
    assert page.evaluate("document.activeElement.id") == "row-4"
    page.keyboard.press("e")
    page.wait_for_selector("#row-4 [name=cell-name]")
    page.keyboard.press("Escape")
    expect(page.locator("#row-4 [name=cell-name]")).to_have_count(0)


def test_a_rule_settles_many_and_is_taken_back(app, officer, bring, sign_in_page, check_page):
    batch = bring(officer, [f"疑似{n}轴承有限公司,,,," for n in range(8)])
    page = sign_in_page(officer)
    open_review(page, batch)

    page.locator("summary", has_text="按规则成批处理").press("Enter")
    page.locator("#rules li", has_text="都按新增").get_by_role("button").click()
    expect(page.locator("dialog.ask[open]")).to_contain_text("8 行")
    page.locator("dialog[open]").get_by_role("button", name="定为新增").click()
    page.wait_for_selector("text=规则已经用上")
    check_page(page)
    assert {row.decision for row in stored(app, officer, batch)} == {Decision.NEW}
    page.get_by_role("button", name="退回这次规则").click()
    page.wait_for_selector("text=已退回 8 行")

    assert {row.decision for row in stored(app, officer, batch)} == {None}


def test_writing_waits_for_the_last_decision_and_ends_at_the_result(app, officer, bring, sign_in_page, check_page):
    batch = bring(officer, LINES)
    page = sign_in_page(officer)
    open_review(page, batch)

    page.keyboard.press("n")
    page.keyboard.press("x")
    settled(page)
    page.locator("#rv-bar").get_by_role("button").click()
    expect(page.locator("dialog.ask[open]")).to_contain_text("写入后可以整批撤销")
    page.locator("dialog[open]").get_by_role("button", name="写入").click()
    page.wait_for_selector("#running")
    with app.app_context():
        tasks.work(app)
    page.wait_for_selector("h1:has-text('导入结果')")
    check_page(page)
    page.get_by_role("button", name="撤销这批").click()
    page.locator("dialog[open]").get_by_role("button", name="撤销这批").click()
    page.wait_for_selector("#running")
    with app.app_context():
        tasks.work(app)
    page.wait_for_selector("text=已在")
    check_page(page)

    with app.app_context():
        assert queries.get_batch(officer, batch).status is BatchStatus.UNDONE


def test_the_phone_settles_rows_by_touch(app, officer, bring, sign_in_page, check_page):
    batch = bring(officer, LINES)
    page = sign_in_page(officer, width=390)
    open_review(page, batch)

    page.locator("#row-2").get_by_role("button", name=re.compile("^新增")).last.tap()
    page.locator("#row-3").get_by_role("button", name=re.compile("^跳过")).tap()
    settled(page)

    assert [row.decision for row in stored(app, officer, batch)][1:3] == [Decision.NEW, Decision.SKIP]
    check_page(page)
