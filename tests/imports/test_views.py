"""Pages of imports over HTTP: who sees what, who may do what, what a person decides, and how many statements it takes."""

import io
import re

import pytest
from openpyxl import Workbook, load_workbook

from crm.core.permissions import Permission, Role, UserKind
from crm.imports import kinds, queries, service
from crm.imports.models import BatchStatus, ImportBatch, ImportMapping
from crm.imports.views.shown import amount, number, shown
from crm.kit import db, tasks
from tests.factories import make_actor, make_center, make_user
from tests.imports import samples
from tests.imports.conftest import again, number_of, rows_of
from tests.imports.samples import COLUMNS

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


def upload_csv(text, name="名单.csv"):
    return {"kind": "marks", "file": (io.BytesIO(text.encode("utf-8-sig")), name), "source": "区局历年台账"}


# the list and the start


def test_the_list_is_empty_then_holds_the_batches_of_the_own_unit(officer, sign_in, checked):
    browser = sign_in(officer)
    assert "还没有导入过" in browser.get("/imports/").text

    checked(officer, LINES, name="本区名单.csv")

    page = browser.get("/imports/").text
    assert "本区名单.csv" in page
    assert "待处理" in page
    assert "本区名单.csv" not in sign_in(make_actor()).get("/imports/").text
    assert "本区名单.csv" in sign_in(make_center()).get("/imports/").text


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.CENTER, Role.EXPO])
def test_only_what_one_may_import_is_offered(officer, sign_in, role):
    actor = make_actor(role)
    page = sign_in(actor).get("/imports/new").text

    offered = set(re.findall(r'name="kind"[^>]*value="([a-z]+)"', page))

    assert offered == {kind.name for kind in kinds.kinds.values() if actor.can(kind.permission) and not kind.placed}


@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER])
def test_those_who_import_nothing_have_no_page(officer, sign_in, role):
    assert sign_in(make_actor(role)).get("/imports/").status_code == 403
    assert sign_in(make_user(kind=UserKind.AUDITOR)).get("/imports/new").status_code == 403


def test_a_kind_that_is_not_ones_own_has_no_template_and_takes_no_file(officer, sign_in):
    samples.register(name="closed", permission=Permission.IMPORT_LEADS)
    browser = sign_in(make_actor(Role.EXPO))

    for name in ("closed", "nonsense"):
        assert browser.get(f"/imports/template?kind={name}").status_code == 404
        answer = browser.post("/imports/new", data={**upload_csv("企业名称\n甲公司"), "kind": name})
        assert answer.status_code == 422


def test_the_template_has_the_columns_and_a_sample_that_is_left_out(officer, sign_in, app):
    browser = sign_in(officer)
    answer = browser.get("/imports/template?kind=marks")
    book = load_workbook(io.BytesIO(answer.data))
    words = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]

    assert answer.status_code == 200
    assert all(any(spec.label in word for word in words) for spec in COLUMNS if spec.name != "public_id")
    assert any("示例" in word for word in words)
    again_up = browser.post(
        "/imports/new",
        data={"kind": "marks", "file": (io.BytesIO(answer.data), "模板.xlsx")},
        headers={"X-Requested-With": "fetch"},
    )
    assert again_up.status_code == 422  # an empty form brings no row, the sample least of all


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"kind": "marks"}, "file", "请选择一个文件"),
        ({"file": (io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 99), "图.csv"), "kind": "marks"}, "file", "图片"),
        ({"file": (io.BytesIO(b""), "空.csv"), "kind": "marks"}, "file", ""),
        ({"kind": "marks", "text": "   "}, "file", "请选择一个文件"),
        ({"kind": "marks", "text": "企业名称\n甲公司", "source": "长" * 81}, "source", "80"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(officer, sign_in, data, field, words):
    copies = {name: (io.BytesIO(v[0].getvalue()), v[1]) if isinstance(v, tuple) else v for name, v in data.items()}
    answer = sign_in(officer).post("/imports/new", data=copies, headers={"X-Requested-With": "fetch"})

    assert answer.status_code == 422
    assert words in answer.json["errors"][field]


def test_without_script_the_page_comes_back_with_the_error_and_what_was_typed(officer, sign_in):
    answer = sign_in(officer).post("/imports/new", data={"kind": "marks", "source": "区局历年台账"})

    assert answer.status_code == 422
    assert "请选择一个文件" in answer.text
    assert "区局历年台账" in answer.text


def test_a_file_and_pasted_text_become_batches(officer, sign_in):
    browser = sign_in(officer)

    by_file = browser.post("/imports/new", data=upload_csv("企业名称,说明\n甲公司,好\n"))
    by_text = browser.post(
        "/imports/new",
        data={"kind": "marks", "text": "企业名称\t说明\n乙公司\t好"},
        headers={"X-Requested-With": "fetch"},
    )

    assert by_file.status_code == 303
    page = browser.get(by_file.location).text
    assert "编码：UTF-8" in page
    assert "甲公司" in page
    assert "乙公司" in browser.get(by_text.json["url"]).text


def test_an_option_counts_only_for_those_it_is_offered_to(officer, sign_in, sqlite):
    data = {"kind": "marks", "text": "企业名称\n甲公司", "option-marks-public": "1"}
    center = make_center()

    mine = sign_in(officer).post("/imports/new", data=data)
    theirs = sign_in(center).post("/imports/new", data=data)

    assert not queries.get_batch(officer, mine.location.rsplit("/", 1)[1]).options.get("public")
    assert queries.get_batch(center, theirs.location.rsplit("/", 1)[1]).options.get("public")


def test_a_doubtful_encoding_is_asked_about_with_its_first_lines(officer, sign_in):
    content = "企業名稱,說明\n新竹精密機械有限公司,好\n".encode("big5")
    browser = sign_in(officer)
    data = {"kind": "marks", "file": (io.BytesIO(content), "名单.csv")}
    address = browser.post("/imports/new", data=data).location

    asked = browser.get(address).text
    browser.post(f"{address}/reread", data={"encoding": "gb18030"})
    page = browser.get(address).text

    assert "拿不准这个文件的编码" in asked
    assert re.findall(r'name="encoding" value="([a-z0-9]+)" checked', asked) == ["big5"]
    assert "新竹精密機械有限公司" in re.search(r'class="encodings".*?</fieldset>', asked, re.S).group()
    assert "编码：GB18030" in page


def test_sheets_are_chosen_when_there_are_several(officer, sign_in):
    book = Workbook()
    book.active.append(["企业名称", "说明"])
    book.active.append(["甲公司", "好"])
    other = book.create_sheet("另一张")
    other.append(["企业名称", "联系电话"])
    other.append(["乙公司", "19900000127"])
    content = io.BytesIO()
    book.save(content)
    browser = sign_in(officer)
    address = browser.post(
        "/imports/new", data={"kind": "marks", "file": (io.BytesIO(content.getvalue()), "名单.xlsx")}
    ).location

    offered = re.findall(r'name="table" value="(\d)"( checked)?>', browser.get(address).text)
    browser.post(f"{address}/reread", data={"table": "1"})

    assert offered == [("0", " checked"), ("1", "")]
    assert "乙公司" in browser.get(address).text


def test_rows_of_several_sheets_say_which(officer, sign_in):
    book = Workbook()
    book.active.title = "1月"
    for sheet in (book.active, book.create_sheet("2月")):
        sheet.append(["企业名称", "说明"])
        sheet.append([f"{sheet.title}公司", "=1+1"])
    content = io.BytesIO()
    book.save(content)
    browser = sign_in(officer)

    address = browser.post(
        "/imports/new", data={"kind": "marks", "file": (io.BytesIO(content.getvalue()), "名单.xlsx")}
    ).location
    page = browser.get(address).text

    assert re.findall(r'<th scope="col">([12]月 · \d)</th>', page) == ["1月 · 2", "2月 · 2"]
    assert [f"工作表“{month}月”有 1 个公式没有保存结果" in page for month in (1, 2)] == [True, True]


# columns


def test_columns_show_what_is_read_from_them(officer, sign_in, bring):
    batch = bring(officer, ["甲公司,3200,199 0000 0127,2026年1月5日,好", "乙公司,约定,,,"])
    browser = sign_in(officer)

    page = browser.get(f"/imports/{batch.public_id}").text

    assert "3,200.00" not in page.replace("3,200.00 万元", "")
    assert "3,200.00 万元" in page
    assert "2026-01-05" in page
    assert "不是数字" in page
    again_picked = browser.post(
        f"/imports/{batch.public_id}/columns",
        data={"field-0": "name", "field-1": "invest", "unit-1": "亿元", "field-2": "", "field-3": "", "field-4": ""},
        headers={"HX-Request": "true"},
    ).text
    assert "3,200.00 亿元" in again_picked
    assert "不导入的列：联系电话" in again_picked


def test_a_mapping_without_its_required_column_is_refused_and_stays_as_picked(officer, sign_in, bring):
    batch = bring(officer, ["甲公司,3200,,,"])
    browser = sign_in(officer)
    picked = {"field-0": "", "field-1": "invest", "field-2": "phone", "field-3": "day", "field-4": "note"}

    answer = browser.post(f"/imports/{batch.public_id}/mapping", data=picked)

    assert answer.status_code == 422
    assert "企业名称" in re.search(r'class="errsum".*?</div>', answer.text, re.S).group()
    assert again(officer, batch).status is BatchStatus.MAPPING


def test_the_dry_run_is_asked_for_and_its_page_leads_on_when_it_is_over(officer, sign_in, bring, app):
    batch = bring(officer, LINES)
    browser = sign_in(officer)
    names = {f"field-{n}": name for n, name in enumerate(("name", "invest", "phone", "day", "note"))}

    browser.post(f"/imports/{batch.public_id}/mapping", data={**names, "remember_as": "区局季度台账"})
    running = browser.get(f"/imports/{batch.public_id}").text
    fragment = browser.get(f"/imports/{batch.public_id}/progress", headers={"HX-Request": "true"})
    tasks.work(app)
    over = browser.get(f"/imports/{batch.public_id}/progress", headers={"HX-Request": "true"})

    assert "正在核对" in running
    assert "停止核对" in fragment.text
    assert "<h1" not in fragment.text
    assert over.headers["HX-Redirect"] == f"/imports/{batch.public_id}"
    assert "区局季度台账" in browser.get("/imports/mappings").text


def test_the_same_file_again_is_told_with_its_batch(officer, sign_in, bring):
    first = bring(officer, LINES, name="名单.csv")
    second = bring(officer, LINES, name="又一次.csv")
    rival = make_actor()
    third = bring(rival, LINES, name="别的区.csv")

    page = sign_in(officer).get(f"/imports/{second.public_id}").text

    assert f"/imports/{first.public_id}" in page
    assert "同一个文件" in page
    assert "同一个文件" not in sign_in(rival).get(f"/imports/{third.public_id}").text


# remembered headers


def test_remembered_headers_are_renamed_and_forgotten_by_their_unit_alone(officer, sign_in, reviewed):
    mapping = queries.mappings_of(officer)[0]
    browser, rival = sign_in(officer), sign_in(make_actor())

    assert rival.post(f"/imports/mappings/{mapping.public_id}/rename", data={"name": "抢来的"}).status_code == 404
    assert rival.post(f"/imports/mappings/{mapping.public_id}/delete").status_code == 404
    assert browser.post(f"/imports/mappings/{mapping.public_id}/rename", data={"name": ""}).status_code == 422
    browser.post(f"/imports/mappings/{mapping.public_id}/rename", data={"name": "区局季度台账"})
    assert "区局季度台账" in browser.get("/imports/mappings").text
    browser.post(f"/imports/mappings/{mapping.public_id}/delete")
    db.session.expire_all()

    assert db.session.query(ImportMapping).count() == 0
    assert "还没有记住的表头" in browser.get("/imports/mappings").text


# secrecy and cost


def addresses(app, batch):
    """Every address of a batch, with the methods it takes."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("imports.") and "batch" in rule.arguments:
            path = rule.rule.replace("<pid:batch>", batch.public_id).replace("<int:row_no>", "2")
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield method, path


def test_a_rival_unit_finds_nothing_at_any_address_of_a_batch(officer, sign_in, reviewed, app):
    rival = sign_in(make_actor(Role.MANAGER))
    found = [(method, path) for method, path in addresses(app, reviewed)]

    assert len(found) > 12
    assert {rival.open(path, method=method).status_code for method, path in found} == {404}
    assert [row.decision for row in rows_of(reviewed)] == [None] * 4
    assert again(officer, reviewed).status is BatchStatus.REVIEW


def test_the_centre_reads_the_batches_of_others_and_changes_none(officer, sign_in, reviewed, app):
    center = sign_in(make_center())

    assert center.get(f"/imports/{reviewed.public_id}").status_code == 200
    assert "data-decide=" not in center.get(f"/imports/{reviewed.public_id}").text
    for method, path in addresses(app, reviewed):
        if method == "POST":
            center.post(path, data={"choice": "2:new:", "cell-name": "别的", "rule": "likely-new"})
    assert [row.decision for row in rows_of(reviewed)] == [None] * 4
    assert again(officer, reviewed).status is BatchStatus.REVIEW


def test_no_page_takes_more_than_twelve_statements(officer, sign_in, checked, bring, app, statements):
    fresh = f"/imports/{bring(officer, LINES).public_id}"
    here = f"/imports/{checked(officer, [f'疑似{n}轴承有限公司,,,,' for n in range(60)]).public_id}"
    other = checked(officer, LINES)
    done = f"/imports/{other.public_id}"
    service.write(officer, other, skip_undecided=True)
    tasks.work(app)
    browser = sign_in(officer)
    browser.get("/imports/")
    urls = ["/imports/", "/imports/new", "/imports/mappings", fresh, here, f"{here}?fate=likely&open=1", done]
    urls += [f"{here}/{rest}" for rest in ("rows?after=50", "rules", "rows/3", "columns")]
    taken = {}
    for url in urls:
        statements.clear()
        assert browser.get(url).status_code == 200, url
        taken[url] = len(statements)

    assert {url: n for url, n in taken.items() if n > 12} == {}


def test_pages_speak_english(officer, sign_in, reviewed):
    browser = sign_in(officer)
    browser.post("/language", data={"language": "en", "next": "/imports/"})

    for url in ("/imports/new", f"/imports/{reviewed.public_id}"):
        page = re.sub(r"<(script|template)\b.*?</\1>", "", browser.get(url).text, flags=re.S)
        assert 'lang="en"' in page


# words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("480000000.00", "4.80 亿元"),
        ("32000000", "3,200.00 万元"),
        ("0", "0.00 万元"),
        ("约定", "约定"),
        ("NaN", "NaN"),
    ],
)
def test_amounts_are_read_with_their_unit(officer, value, words):
    assert amount(value) == words


def test_values_are_shown_as_people_write_them(officer):
    assert shown(None, ["甲", "乙"]) == "甲、乙"
    assert shown(None, None) == ""
    assert shown(None, True) == "是"
    assert number("1234.50", "亩") == "1,234.5 亩"
    assert number("1000", "") == "1,000"


def test_a_dry_run_that_stopped_says_what_was_done_and_what_comes_next(officer, sign_in, bring):
    """The page of the columns came back without a word, also where the work itself had failed."""
    batch = bring(officer, LINES)
    service.set_mapping(officer, batch, {})
    client = sign_in(officer)

    client.post(f"/imports/{batch.public_id}/cancel")
    page = client.get(f"/imports/{batch.public_id}").text

    assert f"核对停下了：{len(LINES)} 行里核对了 0 行，没有写入任何内容。" in page
    assert "开始核对" in page
    with db.transaction():
        db.session.get(ImportBatch, number_of(batch)).error = "系统错误，编号 abc。"
    assert "系统错误，编号 abc。" in client.get(f"/imports/{batch.public_id}").text


def test_columns_that_nobody_stopped_say_nothing_of_it(officer, sign_in, bring):
    batch = bring(officer, LINES)

    assert "核对停下了" not in sign_in(officer).get(f"/imports/{batch.public_id}").text
