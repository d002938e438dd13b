"""Another name for a remembered header."""

from crm.core.permissions import Permission
from crm.imports.models import ImportMapping
from crm.kit import db
from crm.kit.access import Actor, authorize


@db.transactional
def rename_mapping(actor: Actor, mapping: ImportMapping, name: str) -> None:
    """Give a remembered header of the own unit another name."""
    authorize(actor, Permission.IMPORT_READ)
    mapping.name = name.strip()[:80]
