"""Every answer, also errors, carries the security headers; no page breaks for anybody."""

import pytest

from crm.core.permissions import Role, UserKind
from tests.factories import make_user
from tests.house.source import modules
from tests.house.test_routes import address, routes

PEOPLE = {
    "officer": {"roles": (Role.OFFICER,)},
    "center": {"roles": (Role.CENTER,)},
    "sysadmin": {"kind": UserKind.SYSADMIN},
    "secadmin": {"kind": UserKind.SECADMIN},
    "auditor": {"kind": UserKind.AUDITOR},
}


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
    for rule in routes(app, development=True):
        if "GET" in rule.methods:
            response = browser.get(address(rule))

            assert response.status_code < 500 or rule.endpoint == "health.readyz", f"{rule.rule} {response.status_code}"
            check(response)


def test_errors_carry_the_headers_too(client):
    for response in (client.get("/nothing-here"), client.get("/companies/0"), client.put("/")):
        assert response.status_code in (404, 405)
        check(response)


def test_static_files_are_not_sniffed(client):
    with client.get("/static/vendor/htmx.min.js") as response:
        assert response.status_code == 200
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_only_one_place_names_downloads():
    """Werkzeug writes a Chinese name into the header as it is, and gunicorn answers that with a bare 500."""
    wrong = [
        str(path)
        for path, _tree in modules()
        if "Content-Disposition" in path.read_text(encoding="utf-8") and path.as_posix() != "crm/kit/web.py"
    ]

    assert wrong == []
