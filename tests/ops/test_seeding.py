"""Filling a base: once for each state of seeds/, loud when a room fails, started over when a filling was cut."""

import os
import subprocess
import sys
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm import seeding
from crm.accounts.models import Org, OrgKind, User
from crm.carriers.models import Carrier, Parcel, SpaceStatus
from crm.config import ROOT
from crm.kit import db
from tests.factories import make_user


def _org(code: str) -> None:
    db.session.add(Org(code=code, name=f"单位 {code}", kind=OrgKind.DISTRICT))
    db.session.flush()


@pytest.fixture
def loaders(monkeypatch):
    """Two loaders that count their calls; the second may be told to fail."""
    calls = {"first": 0, "second": 0, "fails": False}

    def load(name):
        calls[name] += 1
        _org(f"{name}{calls[name]}")
        if name == "second" and calls["fails"]:
            raise ValueError("a row without a name")
        return 1

    def reference_data():
        yield "first", lambda: load("first")
        yield "second", lambda: load("second")

    monkeypatch.setattr(seeding, "reference_data", reference_data)
    return calls


def codes():
    return list(db.session.scalars(select(Org.code).order_by(Org.id)))


def test_a_loader_runs_once_for_a_state_of_seeds(store, loaders, monkeypatch):
    seeding.fill_reference(print)
    seeding.fill_reference(print)
    assert codes() == ["first1", "second1"]

    monkeypatch.setattr(seeding, "seeds_digest", lambda: "changed")
    seeding.fill_reference(print)

    assert codes() == ["first1", "second1", "first2", "second2"]


def test_a_loader_that_fails_is_loud_and_leaves_nothing(store, loaders):
    loaders["fails"] = True
    with pytest.raises(ValueError, match="without a name"):
        seeding.fill_reference(print)
    assert codes() == ["first1"]

    loaders["fails"] = False
    seeding.fill_reference(print)

    assert codes() == ["first1", "second2"]


@pytest.fixture
def samples(monkeypatch):
    """Samples of one person, whose filling may be cut after half of it."""
    state = {"cut": False, "filled": 0}

    def fill():
        with db.transaction():
            _org(f"half{state['filled']}")
            made = Carrier(code="HALF", name="半个园区", kind="industrial_park")
            db.session.add(made)
            db.session.flush()
            db.session.add(Parcel(carrier_id=made.id, code="A-1", area_mu=Decimal(20), status=SpaceStatus.FREE))
        if state["cut"]:
            raise KeyboardInterrupt
        make_user(login="sample", is_sample=True)
        state["filled"] += 1
        return {"people": 1}

    real = seeding._function
    monkeypatch.setattr(seeding, "_function", lambda m, n: fill if m == seeding.SAMPLES else real(m, n))
    return state


def test_samples_are_filled_once_and_only_where_nobody_works(store, loaders, samples):
    seeding.fill_samples(print)
    seeding.fill_samples(print)

    assert samples["filled"] == 1


def test_a_real_installation_gets_no_samples(store, loaders, samples):
    make_user()

    seeding.fill_samples(print)

    assert samples["filled"] == 0


def test_a_filling_that_was_cut_is_started_over(store, loaders, samples):
    samples["cut"] = True
    seeding.fill_reference(print)
    with pytest.raises(KeyboardInterrupt):
        seeding.fill_samples(print)
    db.session.remove()

    samples["cut"] = False
    seeding.fill_samples(print)

    assert list(db.session.scalars(select(User.login))) == ["sample"]
    assert [code for code in codes() if code.startswith("half")] == ["half0"]


def test_init_makes_three_officers_and_no_samples(sqlite, app, loaders):
    runner = app.test_cli_runner()

    made = runner.invoke(args=["init"])
    again = runner.invoke(args=["init"])

    assert made.exit_code == 0, made.output
    assert sorted(db.session.scalars(select(User.login))) == ["auditor", "secadmin", "sysadmin"]
    assert not any(db.session.scalars(select(User.is_sample)))
    assert all(db.session.scalars(select(User.must_change_password)))
    assert again.exit_code == 1
    assert "empty one" in again.output


def test_a_command_leaves_its_base_whole_in_one_file(tmp_path):
    environment = {**os.environ, "CRM_DATA_DIR": str(tmp_path)}
    environment.pop("CRM_DATABASE_URL", None)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "migrate"]

    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    assert sorted(one.name for one in tmp_path.glob("crm.sqlite3*")) == ["crm.sqlite3"], (
        "make run moves this file alone"
    )
