"""Writing: organisations, people and sign-ins, one function for each thing a user can do."""

from crm.accounts.service.first import bootstrap
from crm.accounts.service.orgs import add_org, change_org, load_orgs, restore_org, retire_org
from crm.accounts.service.people import (
    add_person,
    assign_roles,
    change_own,
    change_password,
    change_person,
    choose_language,
    disable_person,
    enable_person,
    reset_password,
)
from crm.accounts.service.saved import ViewInput, delete_view, edit_view, save_view, set_query
from crm.accounts.service.sign_ins import Entered, Place, Refused, confirm, sign_in, sign_in_as_sample, sign_out

__all__ = [
    "Entered",
    "Place",
    "Refused",
    "ViewInput",
    "add_org",
    "add_person",
    "assign_roles",
    "bootstrap",
    "change_org",
    "change_own",
    "change_password",
    "change_person",
    "choose_language",
    "confirm",
    "delete_view",
    "disable_person",
    "edit_view",
    "enable_person",
    "load_orgs",
    "reset_password",
    "restore_org",
    "retire_org",
    "save_view",
    "set_query",
    "sign_in",
    "sign_in_as_sample",
    "sign_out",
]
