"""What people bring in about companies: lists of companies, titles, relations, exhibitors (kinds of import)."""

from crm.imports import kinds


def register() -> None:
    """Add the kinds of this room."""
    from crm.companies.imports import companies, credentials, exhibitors, relations

    for kind in (companies.KIND, credentials.KIND, relations.KIND, exhibitors.KIND):
        kinds.register(kind)
