"""Pages of the room: the door, the own account, organisations, people, roles."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from crm.accounts.views import door, orgs, people, profile, roles, saved  # noqa: E402, F401
