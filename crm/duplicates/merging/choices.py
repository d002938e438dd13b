"""What a person picks when two companies become one, and what is taken where nothing is picked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from crm.companies.facts import FACTS
from crm.companies.models import Company, NameKind
from crm.core.errors import Invalid

FIELDS = ("name", "uscc", *FACTS, "host_org_id")
OTHER_NAMES = (NameKind.FORMER, NameKind.CONFIRMED, NameKind.SHORT, NameKind.ENGLISH, NameKind.BRAND)
_SIDES = ("winner", "loser")
# A field that means nothing without another: it is filled from the other company only if that one is alike.
_WITH = {"city": "province", "address": "province", "reg_no": "country"}


@dataclass(frozen=True)
class Choices:
    """``fields``: field → winner or loser. ``other_name``: what the legal name that is not taken becomes.

    ``open_names``: the legal and former names of a row that only its unit saw serve the city from now on.
    ``share``: its nodes and credentials too, or all of the survivor when the survivor itself was not open (S0).
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    other_name: NameKind = NameKind.FORMER
    open_names: bool = False
    share: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> "Choices":
        """Read a form or what ``stored`` wrote. Raises Invalid for what cannot be chosen."""
        rest = dict(given or {})
        nested = rest.pop("fields", None)
        other = str(rest.pop("other_name", "") or NameKind.FORMER.value)
        flags = {
            name: str(rest.pop(name, "")).lower() in ("1", "on", "true", "yes") for name in ("open_names", "share")
        }
        picked = {**(nested or {}), **rest}
        if any(name not in FIELDS or side not in _SIDES for name, side in picked.items()):
            raise Invalid(_("请从两家的内容中选择。"))
        if other not in [kind.value for kind in OTHER_NAMES]:
            raise Invalid(_("请选择未采用的名称作为什么保留。"), "other_name")
        return cls(picked, NameKind(other), **flags)

    def stored(self) -> dict[str, Any]:
        """Return the choices as JSON."""
        return {
            "fields": dict(self.fields),
            "other_name": self.other_name.value,
            "open_names": self.open_names,
            "share": self.share,
        }


@dataclass(frozen=True)
class Plan:
    """Two companies, as they were read and locked, and what was picked."""

    winner: Company
    loser: Company
    choices: Choices

    @property
    def opens(self) -> bool:
        """Whether the survivor, seen by one unit so far, must be opened so that all who saw either see it."""
        if self.winner.opened_at is not None:
            return False
        return self.loser.opened_at is not None or self.loser.entered_org_id != self.winner.entered_org_id

    @property
    def is_open(self) -> bool:
        """Whether the survivor is open after the merge."""
        return self.winner.opened_at is not None or self.opens

    @property
    def uncovers(self) -> bool:
        """Whether what only one unit saw of the loser would be seen by others."""
        return self.loser.opened_at is None and self.is_open

    def side(self, name: str) -> str:
        """Return whose value of a field the survivor has: as picked, else its own unless it has none (S0: a code may follow)."""
        picked = self.choices.fields.get(name)
        if picked is not None:
            return picked
        if not _empty(getattr(self.winner, name)) or _empty(getattr(self.loser, name)):
            return "winner"
        if self.uncovers and name != "uscc":
            return "winner"
        beside = _WITH.get(name)
        alike = beside is None or "" in (a := self._both(beside)) or a[0] == a[1]
        return "loser" if alike else "winner"

    def _both(self, name: str) -> tuple[Any, Any]:
        return getattr(self.winner, name), getattr(self.loser, name)

    def taken(self) -> dict[str, Any]:
        """Return the fields that the survivor takes from the loser, with their values."""
        sides = [name for name in FIELDS if self.side(name) == "loser"]
        return {n: getattr(self.loser, n) for n in sides if getattr(self.loser, n) != getattr(self.winner, n)}

    @property
    def takes_name(self) -> bool:
        """Whether the survivor goes by the loser's legal name from now on."""
        return "name" in self.taken()


def _empty(value: Any) -> bool:
    return value in (None, "", False)


def words(name: str, company: Company) -> str:
    """Return a value as a page shows it, before it is put into the reader's words."""
    value = getattr(company, name)
    if name == "host_org_id":
        return company.host_org.name if company.host_org else ""
    return "" if _empty(value) else str(getattr(value, "value", value))
