"""Taking a chunk of rows back at once, where the kind can."""

import pytest
from sqlalchemy import select

from crm.imports import service
from crm.kit import db, tasks
from crm.kit.models import OnceKey
from tests.imports import samples
from tests.imports.conftest import again, rows_of


@pytest.mark.parametrize("fast", [True, False])
def test_a_chunk_may_be_taken_back_at_once_and_falls_back_to_single_rows(actor, checked, app, fast):
    asked = []

    def undo_many(context, rows):
        asked.append([row.given["name"] for row, _trace in rows])
        answers = [None if "单" in row.given["name"] else samples.undo(context, row, trace) for row, trace in rows]
        if not fast:
            raise ZeroDivisionError  # what was taken back by then is taken back by the single rows again
        return answers

    samples.register(undo_many=undo_many)
    batch = checked(actor, ["甲公司,,,,", "单公司,,,,", "错公司,,,,", "丁公司,,,,"])
    service.write(actor, batch)
    tasks.work(app)
    service.undo(actor, again(actor, batch))

    tasks.work(app)
    rows = rows_of(again(actor, batch))

    assert [row.status.value for row in rows] == ["undone", "undone", "failed", "undone"]
    assert asked == [["丁公司", "单公司", "甲公司"]]
    assert db.session.scalars(select(OnceKey)).all() == []
