"""The floor's own sign-in and what its phone asks for and sends: own team's rows, own notes, a sentence in JSON for every refusal."""

import hashlib
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.core.permissions import Role
from crm.fairs import contacts, passes
from crm.fairs.models import FairContact, FairPass
from crm.kit import clock, db
from tests.factories import actor_of, make_user, save
from tests.fairs.floor import Floor, carry, photo

API = "/fairs/floor/api/"
KEY = "0b8f1c9e-1111-4222-8333-{:012d}"


def note(floor, number=1, **more):
    body = {"uuid": KEY.format(number), "owner": floor.wang.public_id, "edition": floor.edition.public_id}
    return {**body, "captured_at": clock.now().isoformat(), "company_text": "埃拓伺服", "rating": "A", **more}


def test_a_phone_notes_changes_and_takes_back(app, context, sqlite, statements):
    floor = Floor()
    phone = carry(app, floor.wang, floor.edition)

    said = phone.get(API + "session").json
    assert (said["person"]["name"], said["team"], said["edition"]["id"]) == ("王芳", "一组", floor.edition.public_id)
    body = note(floor, mobile="19900000532", answers={"expand": "yes"})
    first = phone.post(API + "contacts", json=body)
    again = phone.post(API + "contacts", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    other = phone.post(API + "contacts", json=body | {"rating": "C"})
    assert (other.status_code, other.json["field"]) == (422, "client_uuid")
    assert phone.post(API + "contacts", json=note(floor, 2, rating="Z")).json["field"] == "rating"
    assert phone.post(API + "contacts", json=note(floor, 3, owner=floor.chen.public_id)).status_code == 409
    assert phone.post(API + "contacts", json=note(floor, 4, edition="a" * 10)).status_code == 404
    assert phone.post(API + "contacts", data="{").status_code == 422

    where = API + "contacts/" + body["uuid"]
    change = {**body, "company_text": "改过的名字", "version": 1}
    assert phone.put(where, json=change).json["version"] == 2
    assert phone.put(where, json=change).json["version"] == 2
    stale = phone.put(where, json={**change, "company_text": "又一个"})
    assert (stale.status_code, stale.json["current"]["version"]) == (409, 2)
    taken = photo(exif=True)
    right = {"X-Content-Sha256": hashlib.sha256(taken).hexdigest()}
    assert phone.put(where + "/photo", data=taken, headers={"X-Content-Sha256": "0" * 64}).status_code == 409
    assert phone.put(where + "/photo", data=taken, headers=right).status_code == 201
    assert phone.put(where + "/photo", data=taken, headers=right).status_code == 200
    assert phone.put(where + "/photo", data=b"no picture").status_code == 422
    assert phone.put(where + "/photo", data=b"x" * 13_000_000).status_code == 413
    assert phone.put(API + f"contacts/{KEY.format(9)}/photo", data=taken).status_code == 404

    statements.clear()
    listed = phone.get(API + "list").json
    assert len(statements) <= 12
    assert [one["name"] for one in listed["firms"]] == ["埃拓伺服", "恒锐传动", "柯力夹爪"]
    assert [(one["uuid"], one["photo"]) for one in listed["notes"]] == [(body["uuid"], True)]
    assert phone.delete(where).json["withdrawn"]
    assert phone.get(API + "list").json["notes"] == []
    assert db.session.scalar(select(func.count(FairContact.id)).where(contacts.visible_to(floor.center))) == 1


def test_what_a_pass_opens_and_what_ends_it(app, context, sqlite, sign_in):
    floor = Floor()
    phone = carry(app, floor.wang, floor.edition)
    chen = carry(app, floor.chen, floor.edition)

    assert [one["name"] for one in chen.get(API + "list").json["firms"]] == ["微测传感"]
    assert phone.get("/fairs/").status_code == 303  # the workbench stays shut
    at_work = sign_in(floor.wang)
    assert at_work.get(API + "session").status_code == 401  # and a sign-in there is none here
    stale = phone.post(API + "contacts", json=note(floor), headers={"X-CSRFToken": "old"})
    assert (stale.status_code, stale.is_json) == (419, True)
    foreign = phone.post(API + "contacts", json=note(floor), headers={"Origin": "https://elsewhere.example"})
    assert foreign.status_code == 419
    nobody = app.test_client().post(API + "contacts", json=note(floor))
    assert (nobody.status_code, nobody.is_json, "Location" in nobody.headers) == (401, True, False)

    row = db.session.scalar(select(FairPass).where(FairPass.user_id == floor.wang.id))
    row.last_seen_at = row.expires_at = clock.now() + timedelta(days=1)
    row.last_seen_at = clock.now() - timedelta(hours=1)
    db.session.commit()
    phone.get(API + "session")
    db.session.refresh(row)
    assert row.expires_at > clock.now() + timedelta(days=6)  # seven days from the last use
    row.expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()
    assert phone.get(API + "session").status_code == 401
    row.expires_at = clock.now() + passes.LASTS
    floor.wang.password_changed_at = clock.now()
    save(floor.wang)
    assert phone.get(API + "session").status_code == 401

    assert chen.post(API + "leave", json={}).json == {"left": True}
    assert chen.get(API + "session").status_code == 401


def test_the_phones_of_an_edition(app, context, sqlite, sign_in):
    floor = Floor()
    head = make_user("区长", org=floor.org, roles=(Role.MANAGER,))
    where = f"/fairs/editions/{floor.edition.public_id}/phones"

    own = sign_in(floor.wang)
    page = own.get(where)
    assert page.status_code == 200
    assert "您在 一组" in page.text
    assert "data:image/svg+xml" in page.text
    opened = own.post(where)
    assert (opened.status_code, opened.location) == (303, "/fairs/floor/#in")
    cookie = opened.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "Path=/fairs/floor" in cookie
    assert own.get(API + "session").json["person"]["name"] == "王芳"
    row = db.session.scalar(select(FairPass))
    end = f"{where}/{row.public_id}/end"
    assert sign_in(floor.rival).post(end).status_code == 404
    assert sign_in(floor.chen).post(end).status_code == 404
    assert "王芳" in sign_in(head).get(where).text
    assert sign_in(head).post(end).status_code == 303
    assert own.get(API + "session").status_code == 401
    assert "已停用" in own.get(where).text
    assert sign_in(make_user(roles=(Role.LEADER,))).get(where).status_code == 403


def test_the_shell_holds_nobodys_data_and_is_small(app, client, context):
    page = client.get("/fairs/floor/")
    worker = client.get("/fairs/floor/sw.js")
    manifest = client.get("/fairs/floor/manifest.json")

    assert "csrf" not in page.text
    assert manifest.json["scope"] == "/fairs/floor/"
    shell = re.search(r"SHELL = (\[.*\])", worker.text)[1]
    addresses = re.findall(r'"([^"]+)"', shell)
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert addresses[0] == "/fairs/floor/"
    packed = 0
    for address in addresses:
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, address
        packed += len(answer.data)
    assert packed <= 150_000
    assert set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page.text)) <= set(addresses)


@pytest.mark.parametrize("asked", ["", "/"])
def test_the_address_of_the_app_needs_no_stroke(client, asked):
    assert client.get("/fairs/floor" + asked, follow_redirects=True).status_code == 200


def test_a_note_of_an_earlier_edition_still_arrives(app, context, sqlite):
    floor, next_year = Floor(), Floor()
    user = actor_of(floor.wang)
    phone = carry(app, floor.wang, floor.edition)
    assert passes.ever_opened(user, next_year.edition.public_id) is None
    assert phone.post(API + "contacts", json=note(floor, 5, edition=next_year.edition.public_id)).status_code == 404
    later = carry(app, floor.wang, next_year.edition)
    sent = later.post(API + "contacts", json=note(floor, 6))
    assert sent.status_code == 201
    assert db.session.scalar(select(FairContact.edition_id)) == floor.edition.id


def test_what_is_asked_anew_each_time_is_never_kept(app, context, sqlite):
    floor = Floor()
    phone = carry(app, floor.wang, floor.edition)

    for address in (API + "session", API + "list", "/fairs/floor/", "/fairs/floor/sw.js"):
        assert "no-store" in phone.get(address).headers["Cache-Control"], address
    versions = {re.search(r"VERSION = '(\w+)'", phone.get("/fairs/floor/sw.js").text)[1] for _again in (1, 2)}
    assert len(versions) == 1, "the same shell is the same worker"


def test_the_phones_clock_stands_beside_the_servers(app, context, sqlite):
    floor = Floor()
    phone, now = carry(app, floor.wang, floor.edition), clock.now()
    fast = (now + timedelta(days=40)).isoformat()
    slow = (now - timedelta(days=400)).isoformat()

    for number, said in enumerate((fast, slow, "yesterday"), start=1):
        assert phone.post(API + "contacts", json=note(floor, number, captured_at=said)).status_code == 201

    rows = db.session.scalars(select(FairContact).order_by(FairContact.id)).all()
    assert [row.captured_at.isoformat() for row in rows[:2]] == [fast, slow]
    assert rows[2].captured_at == rows[2].received_at, "a clock that says nothing is no clock"
    assert all(abs(row.received_at - now) < timedelta(minutes=1) for row in rows)
    assert {row.met_on for row in rows} == {clock.today()}, "no clock of a phone moves the day out of the fair"
