"""Where the bytes lie: a folder now; a store of objects later offers the same four methods."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app

_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Written:
    """What was stored, and under which random name."""

    name: str
    bytes: int
    sha256: str


class Storage(Protocol):
    """A place for bytes under random names."""

    def write(self, stream: BinaryIO) -> Written:
        """Store all of the stream; durable when it returns."""

    def open(self, name: str) -> BinaryIO:
        """Open for reading. Raises FileNotFoundError."""

    def delete(self, name: str) -> None:
        """Remove; missing is fine."""

    def each(self) -> Iterator[tuple[str, datetime]]:
        """Return every name with the instant it was written."""


class Folder:
    """Files in ``ab/abcdef…`` below a folder, written aside, synced and then named."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def write(self, stream: BinaryIO) -> Written:
        """Store all of the stream in pieces; on disk, with its name, when it returns."""
        name = secrets.token_hex(20)
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        digest, size = hashlib.sha256(), 0
        try:
            with aside.open("xb") as out:
                while piece := stream.read(_CHUNK):
                    digest.update(piece)
                    size += len(piece)
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            aside.rename(path)
        finally:
            aside.unlink(missing_ok=True)
        _sync(path.parent)
        return Written(name, size, digest.hexdigest())

    def open(self, name: str) -> BinaryIO:
        """Open for reading. Raises FileNotFoundError."""
        return self._path(name).open("rb")

    def delete(self, name: str) -> None:
        """Remove; missing is fine."""
        self._path(name).unlink(missing_ok=True)

    def each(self) -> Iterator[tuple[str, datetime]]:
        """Return every name, also of pieces a crash left behind, with the instant it was written."""
        for path in sorted(self.root.glob("??/*")):
            try:
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except FileNotFoundError:
                continue  # another cleaner was faster

    def _path(self, name: str) -> Path:
        if not name.removesuffix(".part").isalnum():
            raise FileNotFoundError(name)
        return self.root / name[:2] / name


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def current() -> Storage:
    """Return the store of the running app."""
    return Folder(current_app.config["FILES_DIR"])
