"""Fills a base: the reference data of every room, and samples where nobody works yet. Safe to run again and again.

Each step is one transaction together with its mark, so a step that was cut is done again, and a step that was done is
skipped until the files in seeds/ change.
"""

import hashlib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select

from crm.accounts.models import User
from crm.config import ROOT
from crm.kit import db, jobs, planner
from crm.kit.access import Actor
from crm.kit.migrate import alembic_config, upgrade
from crm.kit.models import JobRun

SEEDS = ROOT / "seeds"
REGISTRY = ROOT / "tests" / "data" / "company-matching" / "registry.csv"
SAMPLES = "crm.reports.samples"


def reference_data() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield the loader of each room, in import order."""
    system = Actor.system()
    yield "organisations", lambda: _function("crm.accounts.service", "load_orgs")(system)
    yield "parameters and calendar", _function("crm.parameters.loader", "load")
    yield "plan", _function("crm.plan.loader", "load")
    yield "carriers", _function("crm.carriers.loader", "load")
    yield "reference companies", _function("crm.companies.seeding", "load")
    yield "brands", _function("crm.companies.brands", "load")
    yield "projects of the plan", _function("crm.projects.loader", "load")
    yield "fairs of the plan", _function("crm.fairs.loader", "load")


def _function(module: str, name: str) -> Callable[..., Any]:
    """Import late: a loader reads libraries that a server never needs."""
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def bring_up(say: Callable[[str], None], *, samples: bool = True) -> None:
    """Bring a base to the newest shape and to the state of seeds/; fill one in which nobody works with samples."""
    upgrade()
    if fill_reference(say) | (samples and fill_samples(say)):
        planner.refresh()


def fill_reference(say: Callable[[str], None]) -> bool:
    """Bring the reference data of every room to the state of seeds/; say whether anything was loaded."""
    state, loaded = seeds_digest(), False
    for name, load in reference_data():
        with db.transaction():
            if jobs.run_once(f"seed {name}", state, "seed"):
                say(f"  {name}: {_words(load())}")
                loaded = True
    return loaded


def fill_samples(say: Callable[[str], None]) -> bool:
    """Fill a base in which nobody works with samples; one that a cut run left half filled is emptied first."""
    if people_count() and not _half_filled():
        return False
    if _half_filled():
        say("  the last filling was cut; starting over")
        start_over()
        fill_reference(say)
    with db.transaction():
        jobs.run_once("seed samples", "begun", "seed")
    say(f"  samples: {_words(_function(SAMPLES, 'fill')())}")
    with db.transaction():
        jobs.run_once("seed samples", "done", "seed")
    return True


def fill_registry(say: Callable[[str], None], path: Path = REGISTRY) -> None:
    """Load the labelled registry of companies; those the base knows are left out."""
    from crm.companies.bulk import load_companies
    from crm.companies.evaluate import read_registry

    say(f"  registry: {len(load_companies(read_registry(path), source='registry'))} new companies")
    planner.refresh()


def sample_password() -> str:
    """Return the password of every sample person."""
    return str(import_module(SAMPLES).PASSWORD)


def people_count() -> int:
    """Return how many people may sign in."""
    return db.session.scalar(select(func.count()).select_from(User)) or 0


def start_over() -> None:
    """Empty a base that holds nothing but a half-made set of samples."""
    from alembic import command

    db.session.remove()
    config = alembic_config()
    config.attributes["empty"] = True
    command.downgrade(config, "base")
    upgrade()


def forget_marks() -> None:
    """Let the next filling load every room again."""
    with db.transaction():
        db.session.execute(delete(JobRun).where(JobRun.subject == "seed", JobRun.name != "seed samples"))


def seeds_digest() -> str:
    """Return a short number for the content of seeds/ (samples to try by hand left out)."""
    state = hashlib.sha256()
    for path in sorted(SEEDS.rglob("*")):
        if path.is_file() and "samples" not in path.parts:
            state.update(str(path.relative_to(SEEDS)).encode() + b"\0" + path.read_bytes())
    return state.hexdigest()[:40]


def _half_filled() -> bool:
    marks = set(
        db.session.scalars(select(JobRun.period).where(JobRun.name == "seed samples", JobRun.subject == "seed"))
    )
    return marks == {"begun"}


def _words(result: Any) -> str:
    if isinstance(result, dict):
        return ", ".join(f"{count} {what}" for what, count in result.items())
    return "done" if result is None else str(result)
