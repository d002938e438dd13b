"""The bell: each person once for an event and a period, on both databases."""

import pytest
from sqlalchemy import select

from crm.core.errors import Forbidden, NotFound
from crm.kit import db
from crm.notices import queries, service
from crm.notices.models import Notice
from tests.factories import make_actor


def tell(*actors, **values):
    given = {"text": "“绎衡精工”的首报待核验。", "url": "/claims/aaaaaaaaaa", **values}
    return service.notify([a.user_id for a in actors], "claim.filed", "claim", "aaaaaaaaaa", **given)


def test_everybody_is_told_once_whatever_the_number_of_times_it_is_said(store):
    one, two = make_actor(), make_actor()

    assert tell(one, one, two) == 2
    assert tell(one, two) == 0
    assert len(db.session.scalars(select(Notice)).all()) == 2


def test_a_new_period_tells_again(store):
    actor = make_actor()

    assert tell(actor, period="7") + tell(actor, period="1") + tell(actor, period="1") == 2


def test_a_second_worker_that_says_the_same_breaks_nothing(store, monkeypatch):
    one, two = make_actor(), make_actor()
    tell(one)
    # As if the other worker's notice came between our look and our insert.
    real = db.session.scalars
    monkeypatch.setattr(db.session, "scalars", lambda *args, **kwargs: iter(()))

    with db.transaction():
        assert tell(one, two) == 1
        monkeypatch.setattr(db.session, "scalars", real)

    assert len(db.session.scalars(select(Notice)).all()) == 2


def test_a_notice_falls_with_the_act_it_tells_of(store):
    actor = make_actor()

    @db.transactional
    def tell_and_fail():
        tell(actor)
        raise Forbidden

    with pytest.raises(Forbidden):
        tell_and_fail()

    assert db.session.scalars(select(Notice)).all() == []


@pytest.mark.parametrize("url", ["https://example.com/", "//example.com", "javascript:alert(1)", ""])
def test_a_notice_leads_nowhere_else(store, url):
    with pytest.raises(ValueError, match="path of this site"):
        tell(make_actor(), url=url)


def test_unread_ones_come_first_and_only_the_own_ones(store):
    actor, other = make_actor(), make_actor()
    for number in range(3):
        tell(actor, other, period=str(number))
    middle = queries.page_of_notices(actor, 1).items[0]
    service.mark_read(actor, middle)

    page = queries.page_of_notices(actor, 1)

    assert page.total == 3
    assert page.items[-1].id == middle.id
    assert queries.page_of_notices(actor, 1, unread_only=True).total == 2
    assert queries.page_of_notices(other, 1, unread_only=True).total == 3


def test_anothers_notice_is_not_there(store):
    actor, other = make_actor(), make_actor()
    tell(actor)
    notice = queries.page_of_notices(actor, 1).items[0]

    with pytest.raises(NotFound):
        queries.get_notice(other, notice.public_id)


def test_all_are_marked_read_at_once(store):
    actor, other = make_actor(), make_actor()
    for number in range(3):
        tell(actor, other, period=str(number))

    assert service.mark_all_read(actor) == 3
    assert service.mark_all_read(actor) == 0
    assert queries.page_of_notices(other, 1, unread_only=True).total == 3
