"""``flask check copies`` compares what is stored twice, and mends it when asked."""

import pytest

from crm.kit import registries


@pytest.fixture
def copies(monkeypatch):
    stored = {"lead 7": False}

    def recompute(repair):
        wrong = [("leads", 7, stored["lead 7"], True)] if not stored["lead 7"] else []
        if repair:
            stored["lead 7"] = True
        return wrong

    monkeypatch.setattr(registries, "copies", {"leads.hold": recompute})


def test_a_wrong_copy_is_told_and_mended(sqlite, app, copies):
    runner = app.test_cli_runner()

    told = runner.invoke(args=["check", "copies"])
    mended = runner.invoke(args=["check", "copies", "--repair"])
    right = runner.invoke(args=["check", "copies"])

    assert (told.exit_code, mended.exit_code, right.exit_code) == (1, 0, 0)
    assert "leads 7: False, should be True" in told.output
    assert "leads.hold: 0 differ" in right.output
