"""Pages of a batch under review and after: rows beside their candidates, decisions, rules, mended cells, result, undo."""

import io
import re

import pytest
from openpyxl import load_workbook

from crm.core.permissions import Role
from crm.imports import outlook, service
from crm.imports.models import BatchStatus, Decision, Fate, RowStatus
from crm.imports.views.rules import numbers, ranges
from crm.kit import tasks
from crm.plan import loader
from tests.factories import make_actor, make_company, upload
from tests.imports import samples
from tests.imports.conftest import again, rows_of

SCRIPT = "<script>alert(1)</script>"
LINES = [
    "甲机械有限公司,3200,,2026-01-05,新来的",
    "疑似轴承有限公司,,,,",
    "关联液压有限公司,,,,",
    f"错名机床有限公司,,,,{SCRIPT}",
]


@pytest.fixture
def officer(sqlite, context, marks):
    """An officer of a unit, on SQLite, with the sample kind."""
    return make_actor()


@pytest.fixture
def reviewed(officer, checked):
    """A batch under review: new, likely, related, wrong."""
    return checked(officer, LINES, source="区局历年台账")


def choose(browser, batch, *choices):
    return browser.post(
        f"/imports/{batch.public_id}/decide", data={"choice": list(choices)}, headers={"X-Requested-With": "fetch"}
    )


def test_every_cell_is_text_and_nothing_else(officer, sign_in, reviewed):
    page = sign_in(officer).get(f"/imports/{reviewed.public_id}?fate=error").text

    assert SCRIPT not in page
    assert "&lt;script&gt;alert(1)" in page


def test_rows_stand_beside_their_candidates_with_reasons_and_counts(officer, sign_in, reviewed):
    browser = sign_in(officer)
    page = browser.get(f"/imports/{reviewed.public_id}").text

    assert page.count('class="rv-row"') == 2
    assert "字号相同" in page
    assert "老公司" in page
    assert "现在还没有写入任何内容" in page
    assert browser.get(f"/imports/{reviewed.public_id}?fate=new").text.count('class="rv-row"') == 1
    assert "这个名称用不得" in browser.get(f"/imports/{reviewed.public_id}?fate=error").text


def test_decisions_are_taken_and_taken_back_and_a_wrong_one_leaves_the_others(officer, sign_in, reviewed):
    browser = sign_in(officer)

    answer = choose(browser, reviewed, f"2:same:{'b' * 10}", "3:new:", "4:new:", "99:new:", "x:new:", "2:eat:").json

    rows = rows_of(reviewed)
    assert (rows[1].decision, rows[1].target) == (Decision.SAME, "b" * 10)
    assert rows[2].decision is Decision.NEW
    assert rows[3].decision is None
    assert set(answer["refused"]) == {"4", "99", "x", "2"}
    assert all(answer["refused"].values())
    assert "还没定 <b>0</b>" in answer["bar"]
    choose(browser, reviewed, "2::")
    assert rows_of(reviewed)[1].decision is None


def test_without_script_a_decision_returns_to_its_row(officer, sign_in, reviewed):
    answer = sign_in(officer).post(f"/imports/{reviewed.public_id}/decide", data={"choice": "2:new:", "fate": "likely"})

    assert answer.status_code == 303
    assert answer.location == f"/imports/{reviewed.public_id}?fate=likely#row-2"
    assert rows_of(reviewed)[1].decision is Decision.NEW


def test_a_cell_is_mended_in_place(officer, sign_in, reviewed):
    browser = sign_in(officer)
    address = f"/imports/{reviewed.public_id}/rows/4"
    script = {"HX-Request": "true"}

    form = browser.get(address, headers=script).text
    still = browser.post(address, data={"cell-name": "错又错有限公司"}, headers=script)
    good = browser.post(address, data={"cell-name": "对了机床有限公司", "cell-note": SCRIPT}, headers=script)

    assert "这个名称用不得" in form
    assert still.status_code == 422
    assert "错又错有限公司" in still.text
    assert good.status_code == 200
    assert 'id="row-4"' in good.text
    assert rows_of(reviewed)[3].fate is Fate.NEW


def test_a_rule_says_how_many_settles_them_and_is_taken_back(officer, sign_in, checked):
    batch = checked(officer, [f"疑似{n}轴承有限公司,,,," for n in range(5)] + ["错名公司,,,,", "甲机械有限公司,,,,"])
    browser = sign_in(officer)

    offered = browser.get(f"/imports/{batch.public_id}/rules?score=80").text
    done = browser.post(f"/imports/{batch.public_id}/rules", data={"rule": "likely-same", "score": "80"})

    assert "5 行" in offered
    assert [row.decision for row in rows_of(batch)[:5]] == [Decision.SAME] * 5
    assert {row.target for row in rows_of(batch)[:5]} == {"a" * 10}
    settled = re.search(r'name="settled" value="([^"]+)"', browser.get(done.location).text).group(1)
    browser.post(f"/imports/{batch.public_id}/rules/undo", data={"settled": settled})
    assert [row.decision for row in rows_of(batch)] == [None] * 7
    browser.post(f"/imports/{batch.public_id}/rules", data={"rule": "error-skip"})
    assert rows_of(batch)[5].decision is Decision.SKIP


def test_the_outlook_tells_what_writing_will_do(officer, reviewed):
    before = outlook.outlook(officer, reviewed)
    service.decide(officer, reviewed, 2, Decision.SAME, "a" * 10)
    service.decide(officer, reviewed, 3, Decision.SKIP)
    after = outlook.outlook(officer, reviewed)

    assert (before.total, before.made, before.open, before.faulty) == (4, 1, 2, 1)
    assert (after.made, after.updated, after.left, after.open, after.faulty) == (1, 1, 1, 0, 1)


def test_from_writing_to_the_result_and_back(officer, sign_in, reviewed, app):
    browser = sign_in(officer)
    choose(browser, reviewed, "2:new:", "3:skip:")

    browser.post(f"/imports/{reviewed.public_id}/write")
    assert "正在写入" in browser.get(f"/imports/{reviewed.public_id}").text
    tasks.work(app)
    page = browser.get(f"/imports/{reviewed.public_id}").text
    failed = browser.get(f"/imports/{reviewed.public_id}/failed.xlsx")
    whole = browser.get(f"/imports/{reviewed.public_id}/result.xlsx")

    assert "导入结果" in page
    assert "撤销这批" in page
    assert browser.get(f"/imports/{reviewed.public_id}?status=written").text.count('scope="row"') == 2
    failed_words = [
        str(cell.value) for row in load_workbook(io.BytesIO(failed.data)).active.iter_rows() for cell in row
    ]
    assert any("这个名称用不得" in word for word in failed_words)
    assert SCRIPT in failed_words or any("script" in word for word in failed_words)
    assert load_workbook(io.BytesIO(whole.data)).active.max_row >= 5
    browser.post(f"/imports/{reviewed.public_id}/undo")
    tasks.work(app)
    assert "已撤销" in browser.get(f"/imports/{reviewed.public_id}").text
    assert {row.status for row in rows_of(reviewed)} <= {
        RowStatus.UNDONE,
        RowStatus.SKIPPED,
        RowStatus.WAITING,
        RowStatus.FAILED,
    }


def test_what_is_undecided_is_left_out_only_when_one_says_so(officer, sign_in, reviewed):
    browser = sign_in(officer)

    browser.post(f"/imports/{reviewed.public_id}/write")
    assert again(officer, reviewed).status is BatchStatus.REVIEW
    browser.post(f"/imports/{reviewed.public_id}/write", data={"skip_undecided": "1"})

    assert again(officer, reviewed).status is BatchStatus.WRITING


def test_a_dry_run_is_stopped_and_a_batch_is_given_up(officer, sign_in, bring):
    batch = bring(officer, LINES)
    service.set_mapping(officer, batch, {})
    browser = sign_in(officer)

    browser.post(f"/imports/{batch.public_id}/cancel")
    assert again(officer, batch).status is BatchStatus.MAPPING
    answer = browser.post(f"/imports/{batch.public_id}/drop")

    assert answer.location == "/imports/"
    assert again(officer, batch).status is BatchStatus.CANCELLED
    assert "没有写入任何内容" in browser.get(f"/imports/{batch.public_id}").text


@pytest.mark.parametrize("found", [[], [1], [1, 2, 3, 9], [5, 7, 8, 20], list(range(1, 3000))])
def test_row_numbers_are_written_briefly_and_read_back(found):
    assert numbers(ranges(found)) == found


def test_nonsense_is_no_row_number():
    assert numbers("x,1-,-3,9999999999,2-1,٣") == [1]


def test_a_list_that_asks_for_answers_shows_them_beside_its_rows(officer, sign_in, reviewed):
    browser = sign_in(officer)

    page = browser.get(f"/imports/{reviewed.public_id}/answers", headers={"HX-Request": "true"}).text

    assert f"/imports/{reviewed.public_id}/answers" in browser.get(f"/imports/{reviewed.public_id}").text
    assert "名称字数" in page
    assert re.findall(r'data-k="名称字数">(\d+)<', page) == ["7", "8", "8", "8"]


def test_a_list_of_exhibitors_is_answered_in_few_statements(sqlite, context, sign_in, app, statements):
    loader.load()
    for n in range(30):
        make_company(f"武汉样例{n}精密机床有限公司")
    expo = make_actor(Role.EXPO)
    lines = [f"武汉样例{n}精密机床有限公司,A-{n},数控机床" for n in range(40)]
    content = "\n".join(["展商名称,展位号,展品", *lines]).encode("gb18030")
    batch = service.start(expo, "exhibitors", upload=upload("机博会.csv", content), source="主办方展商名录")
    address = f"/imports/{batch.public_id}"
    service.set_mapping(expo, batch, {})
    tasks.work(app)
    browser = sign_in(expo)
    browser.get(f"{address}/answers", headers={"HX-Request": "true"})

    statements.clear()
    browser.get(f"{address}/answers")
    assert len(statements) <= 12
    statements.clear()
    page = browser.get(f"{address}/answers", headers={"HX-Request": "true"}).text

    assert len(statements) <= 20  # a panel: the whole list is matched again
    assert page.count("已在库") >= 30
    assert browser.get(f"{address}/result.xlsx").status_code == 200


def test_a_kind_without_answers_has_no_page_for_them(officer, sign_in, checked):
    batch = checked(officer, LINES)
    samples.register(answer=None, answer_columns=())

    assert sign_in(officer).get(f"/imports/{batch.public_id}/answers").status_code == 404
