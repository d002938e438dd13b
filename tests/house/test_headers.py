"""Every answer, also errors, carries the security headers; every unsafe request needs its token."""

import pytest

from crm.core.permissions import Role, UserKind
from crm.kit import backup, db
from tests.factories import make_user

PEOPLE = {
    "officer": {"roles": (Role.OFFICER,)},
    "center": {"roles": (Role.CENTER,)},
    "sysadmin": {"kind": UserKind.SYSADMIN},
    "secadmin": {"kind": UserKind.SECADMIN},
    "auditor": {"kind": UserKind.AUDITOR},
}
ID = "a" * 10


def addresses(app, method):
    """An address for each route: ids of things that do not exist."""
    for rule in app.url_map.iter_rules():
        if method in rule.methods and rule.endpoint != "static":
            values = {name: 1 if "Integer" in type(part).__name__ else ID for name, part in rule._converters.items()}
            yield rule.endpoint, rule.build(values)[1] if (rule.build(values)) else rule.rule


def check(response):
    policy = response.headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert scripts.split() == ["script-src", "'self'"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in response.headers["Cache-Control"]
    assert "Server" not in response.headers or "Werkzeug" not in response.headers["Server"]


@pytest.mark.parametrize("person", [None, *PEOPLE])
def test_every_page_carries_the_headers_and_none_breaks(app, sign_in, client, person):
    browser = sign_in(make_user(**PEOPLE[person])) if person else client
    for endpoint, address in addresses(app, "GET"):
        response = browser.get(address)

        assert response.status_code < 500 or endpoint.startswith("health."), f"{endpoint} {response.status_code}"
        check(response)


def test_errors_carry_the_headers_too(client):
    for response in (client.get("/nothing-here"), client.get("/companies/0"), client.put("/")):
        assert response.status_code in (404, 405)
        check(response)


def rows() -> dict[str, int]:
    with db.engine().connect() as connection:
        return backup._count_rows(connection)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_unsafe_request_without_its_token_changes_nothing(app, sign_in, method):
    """419 brings the page back with what was typed; a form may do the same itself with 422, or not exist."""
    browser = sign_in(make_user(roles=(Role.CENTER,)))
    before = rows()
    for endpoint, address in addresses(app, method):
        response = browser.open(address, method=method)

        assert response.status_code in (404, 419, 422), f"{endpoint} {response.status_code}"
    assert rows() == before


def test_static_files_are_not_sniffed(client):
    with client.get("/static/vendor/htmx.min.js") as response:
        assert response.status_code == 200
        assert response.headers["X-Content-Type-Options"] == "nosniff"
