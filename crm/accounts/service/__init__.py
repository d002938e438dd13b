"""Writing: organisations, people and sign-ins, one function for each thing a user can do."""

from crm.accounts.service.orgs import load_orgs

__all__ = ["load_orgs"]
