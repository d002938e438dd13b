"""Who may read a file: whoever may read what it hangs on; until it hangs on something, who brought it."""

from collections.abc import Collection

from sqlalchemy import Column, select

from crm.core.errors import NotFound
from crm.files.models import File
from crm.kit import db, registries
from crm.kit.access import Actor
from crm.kit.db import Base


def get_file(actor: Actor, public_id: str) -> File:
    """Return a file that the actor may read. Raises NotFound, also for one that exists but is not theirs."""
    file = db.session.scalar(select(File).where(File.public_id == public_id))
    if file is None or not may_read(actor, file):
        raise NotFound
    return file


def may_read(actor: Actor, file: File) -> bool:
    """Say whether some owner of the file lets the actor read it."""
    if any(reads(actor, file.id) for reads in registries.file_readers):
        return True
    return file.uploader_id == actor.user_id and not linked({file.id})


def linked(ids: Collection[int]) -> set[int]:
    """Return those of the files that something hangs on to: every foreign key to a file counts, whatever its room."""
    found: set[int] = set()
    for column in _links():
        found |= set(db.session.scalars(select(column).where(column.in_(ids))))
    return found


def _links() -> list[Column[int]]:
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table is File.__table__ for key in column.foreign_keys)
    ]
