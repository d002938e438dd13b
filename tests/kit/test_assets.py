"""Static files: an address for each content, a year in the cache, nothing outside the folder."""

import gzip

from flask import Flask
from flask.testing import FlaskClient

from crm.kit.assets import static_url


def test_the_address_carries_the_content(app: Flask) -> None:
    with app.test_request_context("/"):
        assert static_url("css/tokens.css").startswith("/static/css/tokens.css?v=")
        assert static_url("css/missing.css") == "/static/css/missing.css"


def test_only_the_address_of_this_content_is_kept_for_a_year(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context("/"):
        address = static_url("css/tokens.css")

    kept = client.get(address).headers["Cache-Control"]
    asked = client.get("/static/css/tokens.css?v=older").headers["Cache-Control"]

    assert "immutable" in kept
    assert asked == "no-cache"


def test_a_browser_that_takes_gzip_gets_it(client: FlaskClient) -> None:
    plain = client.get("/static/css/tokens.css")
    packed = client.get("/static/css/tokens.css", headers={"Accept-Encoding": "gzip, br"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_an_unchanged_file_is_not_sent_twice(client: FlaskClient) -> None:
    first = client.get("/static/css/tokens.css", headers={"Accept-Encoding": "gzip"})

    again = client.get(
        "/static/css/tokens.css", headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    )

    assert again.status_code == 304


def test_nothing_outside_the_folder_is_served(client: FlaskClient) -> None:
    assert client.get("/static/../config.py").status_code == 404
    assert client.get("/static/%2e%2e/config.py").status_code == 404
    assert client.get("/static/css").status_code == 404
