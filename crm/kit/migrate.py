"""Bring the database to the newest shape: the same call for the command line, first runs and tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config

ROOT = Path(__file__).resolve().parents[2]


def alembic_config() -> Config:
    """Return Alembic's settings for this tree."""
    return Config(str(ROOT / "migrations" / "alembic.ini"))


def upgrade(revision: str = "head") -> None:
    """Apply the migrations that are missing."""
    command.upgrade(alembic_config(), revision)
