"""What people bring in about companies: lists of companies, titles, relations, exhibitors (kinds of import)."""

from crm.imports import kinds


def register() -> None:
    """Add the kinds of this room."""
    from crm.companies.imports import companies, credentials, relations

    for kind in (companies.KIND, credentials.KIND, relations.KIND):
        kinds.register(kind)
