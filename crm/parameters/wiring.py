"""Joins the room to the app."""

from flask import Flask

from crm.kit import policy
from crm.parameters import queries
from crm.parameters.keys import KEYS, Group


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    policy.provide(_security_numbers)


def _security_numbers() -> dict[str, int]:
    return {name: queries.whole(name) for name, key in KEYS.items() if key.group is Group.SECURITY}
