"""Text that a database does not take, and what a failed statement says of the values in it."""

import pytest
from sqlalchemy import select, text

from crm.accounts.models import Org
from crm.core.permissions import Role
from crm.kit import db
from tests.factories import make_actor, make_center, sign_in_token


@pytest.mark.parametrize(
    "method,url,data",
    [
        ("GET", "/claims/?org=%00a", {}),
        ("POST", "/claims/verify", {"claim": "a\0b"}),
        ("POST", "/claims/look-up", {"company": "\0aaaaaaaaa", "text": "甲"}),
    ],
)
def test_a_nul_in_an_id_or_a_filter_is_no_crash(store, app, method, url, data):
    actor = make_center() if method == "GET" else make_actor(Role.OFFICER)
    client = app.test_client()
    client.set_cookie("crm_sign_in", sign_in_token(actor))
    db.session.remove()

    assert client.open(url, method=method, data=data).status_code < 500


def test_the_words_of_a_failed_statement_hold_no_values(store):
    secret = "13800001111"
    with pytest.raises(Exception) as caught:
        db.session.execute(select(Org).where(Org.name == secret, text("no_such_column = 1")))

    assert secret not in str(caught.value)
    db.session.rollback()
