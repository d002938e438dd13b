"""Storing files: content decides, the name is only text, and the bytes are on disk before the row is committed."""

import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from flask_babel import gettext as _
from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage

from crm.core.errors import Conflict, Invalid
from crm.files import kinds, queries, storage
from crm.files.models import File
from crm.kit import clock, db
from crm.kit.access import Actor

MAX_BYTES = 20 * 1024 * 1024
_MAX_NAME = 200
_GRACE = timedelta(hours=24)


@db.transactional
def store(actor: Actor, upload: FileStorage, field: str = "file") -> File:
    """Check and keep an uploaded file; the caller then links it to what it belongs to, in the same transaction.

    Raises Invalid with a sentence that says what is accepted.
    """
    name = clean_name(upload.filename or "", field)
    stream = cast(BinaryIO, upload.stream)
    size = stream.seek(0, 2)
    if size == 0:
        raise Invalid(_("“%(name)s”是空文件，请重新选择。", name=name), field=field)
    if size > MAX_BYTES:
        words = f"{size / 1024 / 1024:.1f}"
        raise Invalid(_("“%(name)s”有 %(size)s MB，单个文件最多 20 MB。", name=name, size=words), field=field)
    kind = kinds.detect(stream, _ending(name))
    if kind is None:
        raise Invalid(_("不能上传“%(name)s”：%(accepted)s", name=name, accepted=accepted()), field=field)
    written = storage.current().write(stream)
    row = File(
        storage_name=written.name,
        sha256=written.sha256,
        bytes=written.bytes,
        media_type=kind.media_type,
        original_name=name,
        uploader_id=actor.user_id,
        uploaded_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def accepted() -> str:
    """Return in words what may be uploaded."""
    return _(
        "它的内容不是可接受的类型。可上传图片（jpg、png、webp、gif、heic）、PDF、OFD、不带宏的 Word、Excel、PPT、"
        "文本（txt、csv）、邮件（eml）、录音（mp3、m4a、wav、amr）和短视频（mp4）。"
    )


@db.transactional
def seal(file_ids: Collection[int]) -> None:
    """Close files: what was filed can no longer be removed or replaced."""
    if file_ids:
        open_ones = (File.id.in_(file_ids), File.sealed_at.is_(None))
        db.session.execute(update(File).where(*open_ones).values(sealed_at=clock.now()))


@db.transactional
def remove(file: File) -> None:
    """Forget a file that its owner has let go of; its bytes go with the next cleanup. Raises Conflict when sealed."""
    if file.sealed_at is not None:
        raise Conflict(_("“%(name)s”已随首报封存，不能删除。", name=file.original_name))
    db.session.delete(file)
    db.session.flush()


def cleanup(now: datetime) -> int:
    """Remove files that hang on nothing for a day, and bytes without a row. Returns how many bytes-objects went."""
    place = storage.current()
    old = now - _GRACE
    stale = list(
        db.session.execute(select(File.id, File.storage_name).where(File.uploaded_at < old, File.sealed_at.is_(None)))
    )
    held = queries.linked([file_id for file_id, _name in stale]) if stale else set()
    db.session.rollback()
    for file_id, _name in stale:
        if file_id not in held:
            _drop(file_id)
    known = set(db.session.scalars(select(File.storage_name)))
    db.session.rollback()
    gone = [name for name, written in place.each() if name not in known and written < old]
    for name in gone:
        place.delete(name)
    return len(gone)


@db.transactional
def _drop(file_id: int) -> None:
    """Delete one row; a link made this very moment keeps it."""
    file = db.session.get(File, file_id)
    if file is None:
        return
    try:
        with db.unique("file", ""):
            db.session.delete(file)
    except Conflict:
        return


def clean_name(written: str, field: str = "file") -> str:
    """Return the file's name as plain text: no folders, no invisible signs, at most 200 characters with its ending."""
    if "\0" in written:
        raise Invalid(_("文件名里有不可见的空字符，请改名后再传。"), field=field)
    name = written.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")).strip(" .")
    if len(name) > _MAX_NAME:
        stem, dot, ending = name.rpartition(".")
        name = stem[: _MAX_NAME - len(ending) - 1] + dot + ending if dot and len(ending) < 10 else name[:_MAX_NAME]
    return name or _("未命名")


def download_name(file: File) -> str:
    """Return the name to save under: the content's own ending is added when the name claims another one."""
    kind = kinds.BY_TYPE.get(file.media_type)
    if kind is None or _ending(file.original_name) in kind.endings:
        return file.original_name
    return f"{file.original_name}.{kind.endings[0]}"


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
