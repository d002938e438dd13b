"""History of one thing, old to new, on both databases."""

from crm.audit import queries, service
from crm.kit import db
from crm.kit.access import Actor


def test_history_tells_old_and_new_the_latest_first(store):
    for old, new in ((None, "甲"), ("甲", "乙")):
        with db.transaction():
            service.record(Actor.system(), "org.changed", ("org", 5, "abcdefghij"), name=(old, new))
    with db.transaction():
        service.record(Actor.system(), "org.changed", ("org", 6, "abcdefghik"), name="丙")

    acts = queries.history_of("org", 5)

    assert [(c.old, c.new) for act in acts for c in act.changes] == [("甲", "乙"), (None, "甲")]
    assert {act.actor for act in acts} == {"系统（system）"}


def test_the_trail_pages_by_number(store):
    for number in range(55):
        with db.transaction():
            service.record(Actor.system(), "org.changed", ("org", number, ""))

    first, more = queries.page_of_trail(queries.TrailFilter())
    second, end = queries.page_of_trail(queries.TrailFilter(), more)

    assert [act.seq for act in first + second] == list(range(55, 0, -1))
    assert end is None
