"""A dry run that stopped, by a person or by a fault: what its page says of it."""

import pytest

from crm.imports import service
from crm.imports.models import ImportBatch
from crm.kit import db
from tests.factories import make_actor
from tests.imports.conftest import number_of

LINES = ["甲机械有限公司,,,,", "疑似轴承有限公司,,,,"]


@pytest.fixture
def officer(sqlite, context, marks):
    """An officer of a unit, on SQLite, with the sample kind."""
    return make_actor()


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
