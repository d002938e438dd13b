"""Reads the seed files of an edition from a folder; the fingerprint of all of them says whether anything changed."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crm.config import ROOT

FOLDER = ROOT / "seeds" / "plan"
_SHAPE = "1"  # count up when the loader stores the same files in another way

Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """The files as read: YAML documents by stem, CSV rows by stem."""

    documents: dict[str, dict[str, Any]]
    tables: dict[str, list[dict[str, str]]]
    fingerprint: str

    @property
    def nodes(self) -> list[Row]:
        """The nodes of the chains."""
        return self._list("chain_nodes", "nodes")

    @property
    def segments(self) -> list[Row]:
        """The eight segments."""
        return self._list("segments", "segments")

    @property
    def sections(self) -> dict[str, str]:
        """Chapter code → title."""
        return {row["code"]: row["zh"] for row in self._list("sections", "sections")}

    def _list(self, document: str, key: str) -> list[Row]:
        return list(self.documents[document][key])


def read(folder: Path = FOLDER) -> Source:
    """Read every file of the folder. Raises OSError or yaml.YAMLError."""
    digest = hashlib.sha256(_SHAPE.encode())
    documents: dict[str, dict[str, Any]] = {}
    tables: dict[str, list[dict[str, str]]] = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(folder.glob("*.yaml")):
        content = path.read_bytes()
        digest.update(path.name.encode() + content)
        documents[path.stem] = yaml.load(content, Loader=loader)  # a safe loader in either case
    for path in sorted(folder.glob("*.csv")):
        content = path.read_bytes()
        digest.update(path.name.encode() + content)
        tables[path.stem] = list(csv.DictReader(content.decode("utf-8").splitlines()))
    return Source(documents, tables, digest.hexdigest())


def parts(text: str) -> list[str]:
    """Return the parts of a CSV cell that holds several, joined by semicolons."""
    return [part.strip() for part in (text or "").split(";") if part.strip()]


def refs(value: Any) -> list[str]:
    """Return chapter codes written as one, a list or a CSV cell."""
    if isinstance(value, list):
        return [str(one) for one in value]
    return parts(str(value or ""))
