"""Answers of the tools."""

import pytest

from crm.kit.web import download


@pytest.mark.parametrize("name", ["企业清单-2026-11-22.xlsx", "a b;\"'.csv", "𠮷.csv", "plain.xlsx"])
def test_the_name_of_a_download_travels_in_a_header_that_any_server_takes(context, name):
    from werkzeug.http import parse_options_header

    answer = download(b"x", name, "text/csv")

    header = answer.headers["Content-Disposition"]
    assert header.isascii()
    assert parse_options_header(header) == ("attachment", {"filename": name})
