"""Reading published policies: the list, one of them, those that fit a project. They are public to everybody who works here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Org
from crm.carriers.models import PolicyLevel, PolicyMeasure, PolicyOffer
from crm.core import validity
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id
from crm.kit.web import Page
from crm.plan.models import Segment

PAGE_SIZE = 30
EXPORT_LIMIT = 5_000
STANDINGS = ("valid", "ending", "coming", "ended")
SORTS = ("valid_to", "issued_on", "level", "title")
MATCHES = 30
_NEARNESS = case({level: place for place, level in enumerate(PolicyLevel)}, value=PolicyOffer.level)


@dataclass(frozen=True)
class PolicyFilter:
    """What the list is narrowed to; unknown values narrow nothing. Without a standing those that have ended are left out."""

    text: str = ""
    level: str = ""
    standing: str = ""
    segment: str = ""
    unit: str = ""
    retired: bool = False
    sort: str = "-issued_on"

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "PolicyFilter":
        """Return what an address asks for."""
        level, standing, sort = (args.get(name, "") for name in ("level", "standing", "sort"))
        return cls(
            text=one_line(args.get("q", ""))[:100],
            level=level if level in set(PolicyLevel) else "",
            standing=standing if standing in {*STANDINGS, "all"} else "",
            segment=one_line(args.get("segment", ""))[:10],
            unit=public_id(args.get("unit")),
            retired=args.get("retired") == "1",
            sort=sort if sort.removeprefix("-") in SORTS else "-issued_on",
        )

    def query(self) -> dict[str, Any]:
        """Return the address of the same list."""
        given = {"q": self.text, "level": self.level, "standing": self.standing, "segment": self.segment}
        given |= {"unit": self.unit, "retired": "1" if self.retired else ""}
        given |= {"sort": self.sort if self.sort != "-issued_on" else ""}
        return {name: value for name, value in given.items() if value}


def page_of_policies(wanted: PolicyFilter, number: int) -> Page:
    """Return one page of the list."""
    total = db.session.scalar(select(func.count()).select_from(PolicyOffer).where(*_where(wanted)))
    rows = db.session.scalars(_listed(wanted).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return Page(list(rows), number, PAGE_SIZE, total or 0)


def rows_for_export(wanted: PolicyFilter) -> Sequence[PolicyOffer]:
    """Return the rows of the list, all pages, up to the limit."""
    return db.session.scalars(_listed(wanted).limit(EXPORT_LIMIT)).all()


def get_policy(public_id: str) -> PolicyOffer:
    """Return a policy with its file, segments and units. Raises NotFound."""
    query = select(PolicyOffer).where(PolicyOffer.public_id == public_id).options(*_loads())
    measures = selectinload(PolicyOffer.measures).selectinload(PolicyMeasure.segments)
    row = db.session.scalar(query.options(joinedload(PolicyOffer.file), measures))
    if row is None:
        raise NotFound
    return row


def get_measure(policy: PolicyOffer, public_id: str) -> PolicyMeasure:
    """Return one measure of a policy. Raises NotFound."""
    row = next((one for one in policy.measures if one.public_id == public_id), None)
    if row is None:
        raise NotFound
    return row


def measures_for(policy: PolicyOffer, segment: str | None = None) -> list[PolicyMeasure]:
    """Return what a policy offers now; with a segment only what is for it, the particular before the general."""
    living = [one for one in policy.measures if one.retired_at is None]
    if segment is None:
        return living
    fits = [one for one in living if not one.segments or any(row.code == segment for row in one.segments)]
    return sorted(fits, key=lambda one: not one.segments)


def matching(segment: str, org_ids: Collection[int]) -> Sequence[PolicyOffer]:
    """Return the policies that hold today for a segment and for one of these units; the nearer level first.

    One without segments is for all segments, one without units for the whole city.
    """
    of_segment = or_(~PolicyOffer.segments.any(), PolicyOffer.segments.any(Segment.code == segment))
    of_unit = or_(~PolicyOffer.orgs.any(), PolicyOffer.orgs.any(Org.id.in_(org_ids)))
    query = select(PolicyOffer).where(PolicyOffer.retired_at.is_(None), _standing("valid"), of_segment, of_unit)
    query = query.options(*_loads(), selectinload(PolicyOffer.measures).selectinload(PolicyMeasure.segments))
    rows = db.session.scalars(query.order_by(PolicyOffer.id.desc()).limit(200)).all()
    order = list(reversed(PolicyLevel))
    return sorted(rows, key=lambda row: (not row.segments, order.index(row.level)))[:MATCHES]


def standing(row: PolicyOffer) -> str:
    """Say where a policy stands today: valid, ending, coming or ended."""
    return validity.standing(row.valid_from, row.valid_to, clock.today())


def may_read_file(actor: Actor, file_id: int) -> bool:
    """Say whether the file is the document of a policy, which everybody who works with the plan may read."""
    if not actor.can(Permission.PLAN_READ):
        return False
    return db.session.scalar(select(PolicyOffer.id).where(PolicyOffer.file_id == file_id)) is not None


def _loads() -> tuple[Any, ...]:
    return selectinload(PolicyOffer.segments), selectinload(PolicyOffer.orgs)


def _listed(wanted: PolicyFilter) -> Select[PolicyOffer]:
    name = wanted.sort.removeprefix("-")
    column: Any = _NEARNESS if name == "level" else getattr(PolicyOffer, name)
    order = column.desc() if wanted.sort.startswith("-") else column.asc()
    query = select(PolicyOffer).where(*_where(wanted)).options(*_loads())
    return query.order_by(column.is_(None), order, PolicyOffer.id.desc())


def _standing(name: str) -> ColumnElement[bool]:
    """``valid`` takes in what is about to end, as a person means it."""
    today = clock.today()
    begun, last = PolicyOffer.valid_from <= today, PolicyOffer.valid_to
    if name == "coming":
        return PolicyOffer.valid_from > today
    if name == "ended":
        return last < today
    if name == "ending":
        return and_(begun, last >= today, last <= today + timedelta(days=validity.SOON_DAYS))
    return and_(begun, or_(last.is_(None), last >= today))


def _where(wanted: PolicyFilter) -> list[ColumnElement[bool]]:
    retired = PolicyOffer.retired_at
    found: list[ColumnElement[bool]] = [retired.is_not(None) if wanted.retired else retired.is_(None)]
    if wanted.standing in STANDINGS:
        found.append(_standing(wanted.standing))
    elif not wanted.standing and not wanted.retired:
        found.append(or_(PolicyOffer.valid_to.is_(None), PolicyOffer.valid_to >= clock.today()))
    if wanted.level:
        found.append(PolicyOffer.level == PolicyLevel(wanted.level))
    if wanted.segment:
        found.append(or_(~PolicyOffer.segments.any(), PolicyOffer.segments.any(Segment.code == wanted.segment)))
    if wanted.unit:
        found.append(or_(~PolicyOffer.orgs.any(), PolicyOffer.orgs.any(Org.public_id == wanted.unit)))
    columns = (PolicyOffer.title, PolicyOffer.document_no, PolicyOffer.issuer, PolicyOffer.summary)
    for part in wanted.text.split()[:6]:
        offered = or_(
            PolicyMeasure.title.icontains(part, autoescape=True), PolicyMeasure.words.icontains(part, autoescape=True)
        )
        inside = PolicyOffer.measures.any(and_(PolicyMeasure.retired_at.is_(None), offered))
        found.append(or_(inside, *(column.icontains(part, autoescape=True) for column in columns)))
    return found
