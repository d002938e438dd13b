"""The counts of the start page and the month are read off indexes: what is open is bounded, what was ever filed is not."""

import pytest
from sqlalchemy import event, text

from crm.kit import db
from crm.reports import queries as start
from tests.factories import make_center

pytestmark = pytest.mark.usefixtures("context")


def test_open_claims_are_counted_without_reading_a_row(sqlite):
    center, sent = make_center(), []

    def note(_connection, _cursor, statement, parameters, *_rest):
        sent.append((statement, parameters))

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        start.desk_counts(center)
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    counts = next(one for one in sent if "protected_until" in one[0])
    cursor = db.session.connection().connection.cursor()
    plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {counts[0]}", counts[1]).fetchall()]
    assert "SCAN claims USING COVERING INDEX ix_claims_open" in plan, plan
    assert "SCAN claims" not in plan
    assert db.session.scalar(text("SELECT count(*) FROM claims")) == 0
