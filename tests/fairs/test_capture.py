"""A contact is noted once, on its day, under its owner; others of the unit see it, rivals do not."""

import io
import threading
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select

from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.fairs import contacts
from crm.fairs.models import FairContact, Rating
from crm.fairs.service import capture
from crm.fairs.service.capture import ContactInput
from crm.files import storage
from crm.kit import clock, db
from crm.parameters import calendar
from tests.factories import actor_of, make_center
from tests.fairs.floor import Floor, photo

KEY = "0b8f1c9e-1111-4222-8333-{:012d}"


def key(number=1):
    return KEY.format(number)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"company_text": "某厂", "rating": "D"}, "rating"),
        ({"company_text": "某厂"}, "rating"),
        ({"company_text": "某厂", "rating": "A", "next_on": "明天"}, "next_on"),
        ({"company_text": "某" * 201, "rating": "A"}, "company_text"),
        ({"company_text": ["某厂"], "rating": "A"}, "company_text"),
    ],
)
def test_what_a_contact_cannot_be(app, body, field):
    with app.test_request_context(), pytest.raises(Invalid) as refused:
        ContactInput.of(body)

    assert refused.value.field == field


def test_an_old_form_and_an_unknown_answer_are_taken(app):
    data = ContactInput.of(
        {
            "company_text": " 某厂\n公司 ",
            "rating": "B",
            "form_version": 1,
            "colour": "red",
            "answers": {"expand": "yes", "needs": ["market", "land", "gold"], "decides": "perhaps", "extra": 1},
        }
    )

    assert data.company_text == "某厂 公司"
    assert data.answers == {"expand": "yes", "needs": ["land", "market"]}


def test_the_life_of_a_contact(store):
    floor = Floor()
    wang, rival, edition = actor_of(floor.wang), actor_of(floor.rival), floor.edition
    data = ContactInput("埃拓伺服", Rating.A, person_name="秦朗", mobile="199 0000 0532", answers={"expand": "yes"})

    row, new = capture.record(wang, edition, data, client_uuid=key(), digest="d1")
    again, second = capture.record(wang, edition, data, client_uuid=key(), digest="d1")

    assert (new, second, again.id) == (True, False, row.id)
    assert (row.exhibitor_id, row.team_id, row.org_id) == (floor.firms[0].id, floor.team.id, floor.org.id)
    assert (row.mobile, row.met_on) == ("19900000532", clock.today())
    assert row.due_on == calendar.add_working_days(row.met_on, 1)
    with pytest.raises(Conflict) as other:
        capture.record(wang, edition, data, client_uuid=key(), digest="d2")
    assert other.value.field == "client_uuid"
    with pytest.raises(Invalid):
        capture.record(wang, edition, data, client_uuid="1; drop", digest="d1")
    with pytest.raises(Invalid):
        capture.record(wang, edition, ContactInput("", Rating.C), client_uuid=key(2))
    # Another person's phone may choose the same key: it is another row.
    other_row, new = capture.record(rival, edition, data, client_uuid=key(), digest="d1")
    assert new
    assert other_row.org_id == floor.rival_org.id

    for who, sees in (
        (wang, 1),
        (actor_of(floor.chen), 1),
        (actor_of(floor.officer), 1),
        (rival, 1),
        (floor.center, 2),
    ):
        assert db.session.scalar(select(func.count(FairContact.id)).where(contacts.visible_to(who))) == sees
    with pytest.raises(NotFound):
        contacts.get_contact(rival, row.public_id)
    assert contacts.shows_number(wang, row)
    assert not contacts.shows_number(actor_of(floor.chen), row)
    with pytest.raises(Forbidden):
        capture.update(actor_of(floor.chen), row, data, 1)
    with pytest.raises(Forbidden):
        capture.withdraw(rival, row)

    changed = ContactInput("现场来的客商", Rating.C, words="改")
    assert capture.update(wang, row, changed, 1).version == 2
    assert capture.update(wang, row, changed, 1).version == 2  # its answer was lost
    with pytest.raises(Stale):
        capture.update(actor_of(floor.officer), row, data, 1)
    assert (row.exhibitor_id, row.due_on) == (None, calendar.add_working_days(row.met_on, 7))
    assert capture.withdraw(wang, row).withdrawn_at is not None
    with pytest.raises(Conflict):
        capture.update(wang, row, data, 3)
    assert capture.record(wang, edition, data, client_uuid=key(), digest="d1")[0].withdrawn_at is not None
    assert capture.restore(wang, row).withdrawn_at is None


def test_twenty_sendings_of_one_key_make_one_row(store):
    floor = Floor()
    wang, edition = actor_of(floor.wang), floor.edition
    data, made, barrier = ContactInput("埃拓伺服", Rating.B), [], threading.Barrier(8)
    db.session.remove()

    def send():
        barrier.wait()
        made.append(capture.record(wang, edition, data, client_uuid=key(7), digest="x")[1])
        db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(made) == [False] * 7 + [True]
    assert db.session.scalar(select(func.count(FairContact.id)).where(contacts.visible_to(wang))) == 1


def test_the_photo_of_a_card(context, sqlite):
    floor = Floor()
    wang, center = actor_of(floor.wang), make_center()
    late = clock.now() - timedelta(hours=1)
    data = ContactInput("埃拓伺服", Rating.A)
    row, _new = capture.record(wang, floor.edition, data, client_uuid=key(), captured_at=late)
    taken = photo(exif=True, size=(80, 50))

    assert capture.attach_photo(wang, row, taken)
    assert not capture.attach_photo(wang, row, taken)  # sent twice, kept once
    first = row.photo_id
    with storage.current().open(row.photo.storage_name) as stream:
        kept = Image.open(io.BytesIO(stream.read()))
    assert kept.size == (50, 80)
    assert not kept.getexif()
    assert contacts.may_read_file(wang, first)
    assert contacts.may_read_file(center, first)
    assert contacts.may_read_file(actor_of(floor.officer), first)
    assert not contacts.may_read_file(actor_of(floor.chen), first)
    assert not contacts.may_read_file(actor_of(floor.rival), first)
    assert capture.attach_photo(wang, row, photo(colour="white"))
    assert row.photo_id != first
    with pytest.raises(Forbidden):
        capture.attach_photo(actor_of(floor.rival), row, taken)
    for wrong in (b"", b"GIF89a nothing", photo()[:300], b"\xff\xd8\xff" + b"x" * 13_000_000, photo(size=(9000, 6000))):
        with pytest.raises(Invalid) as refused:
            capture.attach_photo(wang, row, wrong)
        assert refused.value.field == "photo"
