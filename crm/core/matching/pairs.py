"""What questions and their candidates are made of, before they are compared."""

from dataclasses import dataclass, field

import numpy as np

from crm.core.names import Parts
from crm.core.names.grams import gram
from crm.core.names.regions import plain


@dataclass(frozen=True, slots=True)
class Question:
    """A typed name with what else is known: the seat, and how many stored names share its core."""

    name: Parts
    province: str = ""
    city: str = ""
    same_core: int = 0

    @property
    def place(self) -> tuple[str, str, str]:
        """Province, city and county: from the text, else from the hints."""
        city, _, county = self.name.city.partition("/")
        if self.name.prov or city:
            hinted = self.city if self.city and not city and self.province in ("", self.name.prov) else city
            return self.name.prov, hinted, county
        return self.province, self.city, ""


@dataclass(slots=True)
class Candidates:
    """Stored names under comparison, column by column; all columns have the same length.

    ``asked`` is the number of the question that a row answers; the rows of a question stand together, best cosine first.
    """

    name_id: list[int] = field(default_factory=list)
    company_id: list[int] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    norm: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    core: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    lat: list[str] = field(default_factory=list)
    prov: list[str] = field(default_factory=list)
    city: list[str] = field(default_factory=list)
    rprov: list[str] = field(default_factory=list)
    rcity: list[str] = field(default_factory=list)
    legal: list[int] = field(default_factory=list)
    grp: list[int] = field(default_factory=list)
    branch: list[str] = field(default_factory=list)
    cosine: np.ndarray = field(default_factory=lambda: np.empty(0))
    total: np.ndarray = field(default_factory=lambda: np.empty(0))
    asked: np.ndarray = field(default_factory=lambda: np.empty(0, np.intp))

    def __len__(self) -> int:
        return len(self.name_id)


COLUMNS = (
    "name_id",
    "company_id",
    "kind",
    "norm",
    "head",
    "body",
    "core",
    "line",
    "lat",
    "prov",
    "city",
    "rprov",
    "rcity",
    "legal",
    "grp",
    "branch",
)
"""The columns of Candidates in the order in which a row brings them."""


def ask(name: Parts, *, province: str = "", city: str = "", counts: dict[int, int] | None = None) -> Question:
    """Make a question; hints may be written with or without 省 and 市."""
    same_core = (counts or {}).get(gram("k", name.core), 0)
    return Question(name, plain(province.strip()), plain(city.strip()), same_core)
