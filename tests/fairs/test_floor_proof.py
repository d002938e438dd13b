"""The proof of a first talk on the floor's own phone: own notes of its fair, slips of the own unit, and nothing else of the platform."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.fairs import passes
from crm.fairs.models import FairPass, Slip, Tap
from crm.fairs.service import capture, slips
from crm.fairs.service import passes as service
from crm.kit import clock, db
from tests.factories import actor_of
from tests.fairs.floor import Floor, carry, photo
from tests.fairs.test_floor import KEY
from tests.house.test_routes import address, routes

PAGES = {"fairs.floor_proof", "fairs.floor_fill", "fairs.floor_tap", "fairs.floor_slip", "fairs.floor_slip_fill"}


def noted(user, edition, number):
    data = capture.ContactInput("埃拓伺服", capture.Rating.A, person_name="秦朗", mobile="19900000532")
    return capture.record(actor_of(user), edition, data, client_uuid=KEY.format(number))[0]


def proof(number):
    return f"/fairs/floor/proof/{KEY.format(number)}"


def sent(**fields):
    return {"photo": (io.BytesIO(photo(colour=fields.pop("colour", "navy"))), "单.jpg"), **fields}


def test_a_phone_keeps_a_slip_and_shows_the_visitors_code(app, context, sqlite, client, statements):
    floor = Floor()
    noted(floor.wang, floor.edition, 1)
    made = slips.print_slips(actor_of(floor.officer), floor.edition, 2)
    numbers = [(one.public_id, one.number) for one in made]
    phone = carry(app, floor.wang, floor.edition)

    statements.clear()
    page = phone.get(proof(1))
    assert len(statements) <= 12
    assert page.status_code == 200 and "埃拓伺服" in page.text and "19900000532" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    told = phone.post(proof(1) + "/tap").text
    assert "data:image/svg+xml" in told
    assert db.session.scalar(select(func.count(Tap.id))) == 1
    db.session.remove()

    assert "请拍下或选择" in phone.post(proof(1), data={"number": "1"}).text
    assert "请核对编号" in phone.post(proof(1), data=sent(number="77")).text
    assert "整数" in phone.post(proof(1), data=sent(number="x")).text
    kept = phone.post(proof(1), data=sent(number=str(numbers[0][1])))
    assert kept.status_code == 303 and kept.location == proof(1) + "?said=1"
    assert "号单已有照片" in phone.get(kept.location).text

    scanned = client.get(f"/fairs/slips/{numbers[1][0]}")
    assert scanned.location == f"/fairs/floor/slips/{numbers[1][0]}", "the code on the paper finds the phone's page"
    here = scanned.location
    assert "秦朗" in phone.get(here).text
    assert "请选择这张单子是谁签的" in phone.post(here, data=sent(contact="x")).text
    assert phone.post(here, data=sent(contact=KEY.format(1), colour="white")).status_code == 303
    assert "照片已存在“埃拓伺服”" in phone.get(here).text
    assert db.session.scalar(select(func.count(Slip.id)).where(Slip.contact_id.is_not(None))) == 2


def test_own_notes_of_this_fair_and_slips_of_the_own_unit_only(app, context, sqlite):
    floor, elsewhere = Floor(), Floor()
    noted(floor.wang, floor.edition, 1)
    noted(floor.chen, floor.edition, 2)
    noted(floor.wang, elsewhere.edition, 3)
    taken = noted(floor.wang, floor.edition, 4)
    capture.withdraw(actor_of(floor.wang), taken)
    own = slips.print_slips(actor_of(floor.officer), floor.edition, 1)[0].public_id
    rivals = slips.print_slips(actor_of(floor.rival), floor.edition, 1)[0].public_id
    others = slips.print_slips(actor_of(floor.officer), elsewhere.edition, 1)[0].public_id
    phone = carry(app, floor.wang, floor.edition)

    assert phone.get(proof(1)).status_code == 200
    for number in (2, 3, 4, 9):
        assert phone.get(proof(number)).status_code == 404, number
        assert phone.post(proof(number), data=sent(number="1")).status_code == 404
        assert phone.post(proof(number) + "/tap").status_code == 404
    assert phone.get(f"/fairs/floor/slips/{own}").status_code == 200
    for slip in (rivals, others, "a" * 10):
        assert phone.get(f"/fairs/floor/slips/{slip}").status_code == 404
        assert phone.post(f"/fairs/floor/slips/{slip}", data=sent(contact=KEY.format(1))).status_code == 404
    refused = phone.post(f"/fairs/floor/slips/{own}", data=sent(contact=KEY.format(2)))
    assert refused.status_code == 422, "a note of another team is not on offer, whoever asks"
    assert db.session.scalar(select(func.count(Slip.id)).where(Slip.contact_id.is_not(None))) == 0


@pytest.mark.parametrize("end", ["revoked", "expired", "password", "token"])
def test_what_ends_a_pass_shuts_its_pages(app, context, sqlite, end):
    floor = Floor()
    noted(floor.wang, floor.edition, 1)
    phone = carry(app, floor.wang, floor.edition)
    assert phone.get(proof(1)).status_code == 200
    row = db.session.scalar(select(FairPass))
    assert row.expires_at <= clock.now() + timedelta(days=7)
    if end == "revoked":
        service.end_pass(actor_of(floor.wang), row)
    elif end == "expired":
        row.expires_at = clock.now() - timedelta(seconds=1)
    elif end == "password":
        floor.wang.password_changed_at = clock.now()
    db.session.commit()
    db.session.remove()
    if end == "token":
        assert phone.post(proof(1) + "/tap", token=False).status_code == 419
        assert phone.post(proof(1) + "/tap", headers={"Origin": "https://elsewhere.example"}).status_code == 419
    else:
        assert phone.get(proof(1)).location == "/sign-in?next=/fairs/"
        assert phone.post(proof(1) + "/tap").status_code == 401
    assert db.session.scalar(select(func.count(Tap.id))) == 0


def test_the_floors_sign_in_reaches_nothing_else(app, context, sqlite):
    """Even where its cookie is sent to every address: a phone that was changed by hand sends what it likes."""
    floor = Floor()
    noted(floor.wang, floor.edition, 1)
    phone = carry(app, floor.wang, floor.edition)
    phone.set_cookie(passes.COOKIE, phone.get_cookie(passes.COOKIE, path=passes.PATH).value, path="/")
    db.session.remove()
    behind, reached = set(), []
    for rule in routes(app):
        view = app.view_functions[rule.endpoint]
        if hasattr(view, "own_door"):
            behind.add(rule.endpoint)
            continue
        if getattr(view, "is_public", False) or rule.endpoint == "static":
            continue
        if "GET" in rule.methods:
            answer = phone.get(address(rule))
            onward = answer.location or ""
            if answer.status_code != 303 or not onward.startswith(("/sign-in", "/fairs/floor/slips/")):
                reached.append((rule.endpoint, answer.status_code))
        if "POST" in rule.methods and phone.post(address(rule)).status_code != 401:
            reached.append((rule.endpoint, "POST"))
    assert reached == []
    assert {one for one in behind if not one.startswith("fairs.floor_")} == set()
    api = {"session", "list", "record", "change", "withdraw", "photo", "leave"}
    assert behind == PAGES | {f"fairs.floor_{name}" for name in api}, "a new address behind this door is a decision"
