"""Another name for a remembered header."""

from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.imports.models import ImportMapping
from crm.kit import db
from crm.kit.access import Actor, authorize


@db.transactional
def rename_mapping(actor: Actor, mapping: ImportMapping, name: str) -> None:
    """Give a remembered header of the own unit another name. Raises NotFound for another unit's."""
    authorize(actor, Permission.IMPORT_READ)
    if mapping.org_id != actor.org_id:
        raise NotFound
    mapping.name = name.strip()[:80]
