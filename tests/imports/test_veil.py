"""The centre reads another unit's batch without the people in it: no number, no mail, no name, on no page and in no file."""

import pytest

from crm.core.permissions import Role
from crm.imports import kinds, queries, service
from crm.imports.models import BatchStatus
from crm.imports.veil import reachable
from crm.kit import db, tasks
from tests.factories import make_actor, make_center, upload
from tests.imports.conftest import again, rows_of

SECRETS = ("13812345678", "138 1234 5679", "6512345", "wangwu@example.com", "王五六", "赵小七")
HEAD = "企业名称,总投资（万元）,联系电话,签约日期,说明,联系人,手机,邮箱"
LINE = "甲机械有限公司,3200,0714-6512345,2026-01-05,找王五六 138 1234 5679,王五六,13812345678,wangwu@example.com"
WRONG = "乙机械有限公司,13812345678转王五六,,,,赵小七,13812345678,wangwu@example.com"
LEADS = "企业名称,项目名称,项目内容,联系人及联系方式,备注电话\n甲机械有限公司,拟建刀具线,找王五六 13812345678 面谈,赵小七 0714-6512345,13812345678"
PEOPLE = "姓名,企业名称,手机\n王五六,甲机械有限公司,13812345678\n赵小七,乙机械有限公司,1381234567"


@pytest.fixture
def office(sqlite, context, marks):
    """A manager of a unit."""
    return make_actor(Role.MANAGER)


def pages(app, batch):
    """Every address of a batch."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("imports.") and "batch" in rule.arguments:
            path = rule.rule.replace("<pid:batch>", batch.public_id).replace("<int:row_no>", "1")
            yield from ((method, path) for method in sorted(rule.methods & {"GET", "POST"}))


def told(browser, app, batch):
    """All that the addresses of a batch answer, reading first; a record has a page and a guard of its own."""
    found = []
    for method, path in sorted(pages(app, batch)):
        answer = browser.open(
            path,
            method=method,
            follow_redirects=not path.endswith("/record"),
            data={"field-0": "note"} if method == "POST" else None,
        )
        found.append((path, answer.get_data(as_text=True)))
    return found


def leaks(found):
    return [(path, secret) for path, text in found for secret in SECRETS if secret in text]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("marks", "\n".join([HEAD, LINE, WRONG])),
        ("leads", LEADS),
        ("people", PEOPLE),
        ("companies", "\n".join([HEAD, LINE])),
    ],
)
def test_the_centre_meets_nobody_in_another_units_batch(office, sign_in, app, kind, text):
    assert kind in kinds.kinds
    batch = service.start(office, kind, upload=upload("名单.csv", text.encode("utf-8-sig")))
    center, own = sign_in(make_center()), office

    mapping = again(own, batch)
    assert mapping.status is BatchStatus.MAPPING
    assert leaks(told(center, app, mapping)) == []
    service.set_mapping(own, again(own, batch), {})
    tasks.work(app)
    assert again(own, batch).status is BatchStatus.REVIEW
    assert leaks(told(center, app, again(own, batch))) == []
    service.write(own, again(own, batch), skip_undecided=True)
    tasks.work(app)
    assert leaks(told(center, app, again(own, batch))) == []
    assert again(own, batch).status is BatchStatus.DONE
    assert "王五六" in str([row.raw for row in rows_of(batch)])


def test_the_columns_of_another_units_file_are_that_units(office, sign_in, app):
    batch = service.start(office, "marks", upload=upload("名单.csv", f"{HEAD}\n{LINE}".encode("utf-8-sig")))
    address = f"/imports/{batch.public_id}"
    center = sign_in(make_center())

    assert center.get(f"{address}/columns").status_code == 403
    assert center.post(f"{address}/columns", data={"field-0": "name"}).status_code == 403
    assert center.post(f"{address}/mapping", data={"field-0": "name"}).status_code == 403
    assert "还在对列" in center.get(address).text
    assert "13812345678" in sign_in(office).get(address).text


def test_a_number_in_the_wrong_column_is_veiled_and_nothing_of_it_is_stored(office, app):
    batch = service.start(office, "marks", upload=upload("名单.csv", f"{HEAD}\n{WRONG}".encode("utf-8-sig")))
    service.set_mapping(office, batch, {})
    tasks.work(app)
    center = make_center()
    batch = queries.get_batch(center, batch.public_id)

    (row,) = queries.rows_page(center, batch).items

    assert not any(secret in str((row.raw, row.given, row.faults, row.message)) for secret in SECRETS)
    db.session.rollback()
    assert "13812345678" in rows_of(batch)[0].message


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "王五 138-1234-5678",
        "（0714）6512345",
        "１３８１２３４５６７８",
        "+49 89 1234 5678",
        "400-123-4567",
        "a.b＠c.cn",
        "联系人：王五",
        "微信: wang",
    ],
)
def test_texts_by_which_somebody_can_be_reached(text):
    assert reachable(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05 上门",
        "2026年1月5日签约",
        "20260105",
        "2024-2026 年",
        "投资 3200 万元",
        "手机配件、电话机",
        "团城山 12 号 3 栋 401",
        "A1-2045",
    ],
)
def test_texts_of_other_figures_stay(text):
    assert not reachable(text)
