"""Answers of the tools."""

import pytest

from crm.kit.web import download
from tests.factories import make_user


@pytest.mark.parametrize("name", ["企业清单-2026-11-22.xlsx", "a b;\"'.csv", "𠮷.csv", "plain.xlsx"])
def test_the_name_of_a_download_travels_in_a_header_that_any_server_takes(context, name):
    from werkzeug.http import parse_options_header

    answer = download(b"x", name, "text/csv")

    header = answer.headers["Content-Disposition"]
    assert header.isascii()
    assert parse_options_header(header) == ("attachment", {"filename": name})


@pytest.mark.parametrize(
    ("language", "missing", "forbidden"),
    [
        ("zh", "没有找到这次会议，或您无权查看。", "您无权进行这项操作。"),
        ("en", "No such meeting, or you may not see it.", "You may not do this."),
    ],
)
def test_what_a_service_refuses_with_is_said_in_the_readers_language(sign_in, language, missing, forbidden):
    reader = sign_in(make_user(language=language))

    fragment = reader.get("/projects/meetings/aaaaaaaaaa", headers={"X-Requested-With": "fetch"})
    page = reader.get("/audit/")

    assert (fragment.status_code, fragment.text) == (404, missing)
    assert page.status_code == 403
    assert forbidden in page.text
