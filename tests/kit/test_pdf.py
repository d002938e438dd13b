"""Papers as PDF: every name has its glyphs, nothing is fetched, and a missing font is said."""

import http.server
import io
import threading

import pytest
from flask import Flask
from pypdf import PdfReader

from crm.kit import pdf

SOURCE = """{% extends "print/base.html" %}{% block title %}{{ words }}{% endblock %}
{% block main %}<h1>{{ words }}</h1>{{ more | safe }}{% endblock %}"""


@pytest.fixture
def paper(app: Flask, sqlite):
    """``paper(words, more)``: the text of a PDF of these words."""

    def make(words: str, more: str = "") -> str:
        with app.test_request_context("/"):
            template = app.jinja_env.from_string(SOURCE)
            return PdfReader(io.BytesIO(pdf.render(template, words=words, more=more))).pages[0].extract_text()

    return make


@pytest.fixture
def listener():
    """A server of this machine that counts what it is asked for: ``(address, paths asked)``."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_rare_characters_of_names_are_printed(paper):
    text = paper("𠮷田镕喆精密（示例）有限公司 ¥１２３")

    assert "𠮷田镕喆精密（示例）有限公司" in text


def test_nothing_is_fetched(paper, listener):
    address, asked = listener

    text = paper(
        "标题",
        f'<img src="{address}/a.png"><link rel="stylesheet" href="{address}/a.css"><img src="file:///etc/hostname">',
    )

    assert "标题" in text
    assert asked == []


def test_a_character_without_a_glyph_stops_the_paper(paper):
    with pytest.raises(pdf.Unprintable):
        paper("未分配的字 \U000e0fff \U0003ffee")
