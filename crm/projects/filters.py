"""What the list and the board of projects are narrowed to: the conditions an address asks for, and the clause they make.

One field is one condition, its values an "or" (灯 red or yellow; a day in a span or none at all). The conditions stand together
("and") or side by side (``match=any``); whose projects a person sees, whether closed ones are shown and samples are no conditions and always hold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.carriers.models import Carrier
from crm.companies.models import Company
from crm.core.stages import Stage, Track
from crm.kit import clock
from crm.kit.format import YI
from crm.leads.fields import one_line
from crm.plan.models import Node, Segment
from crm.projects.models import CooperationMode, Light, Project, ProjectKind, TransferKind

VALUES = 40  # of one field: more nobody ticks

# What a project counts for: an expansion its increment alone (domain.md §2.1).
counted_cny: ColumnElement[Decimal | None] = case(
    (Project.kind == ProjectKind.EXPANSION, Project.increment_cny), else_=Project.invest_total_cny
)
quiet_since = func.coalesce(Project.last_effective_on, Project.first_contact_on, Project.stage_on)

# Choices of a fixed set, and the column each is stored in.
ENUMS: dict[str, tuple[Any, InstrumentedAttribute[Any]]] = {
    "stage": (Stage, Project.stage),
    "light": (Light, Project.light),
    "kind": (ProjectKind, Project.kind),
    "track": (Track, Project.track),
    "mode": (CooperationMode, Project.cooperation_mode),
    "transfer": (TransferKind, Project.transfer_kind),
}
MARKS = {
    "enclave": Project.enclave,
    "chu_merchant": Project.chu_merchant,
    "electroplating": Project.electroplating,
    "build_first": Project.build_first,
}
_LINKS: dict[str, Callable[[tuple[str, ...]], ColumnElement[bool]]] = {
    "org": lambda values: Project.org_id.in_([int(value) for value in values]),
    "owner": lambda values: Project.owner_id.in_(select(User.id).where(User.public_id.in_(values))),
    "deputy": lambda values: Project.deputy_id.in_(select(User.id).where(User.public_id.in_(values))),
    "segment": lambda values: Project.node_id.in_(
        select(Node.id).join(Segment, Segment.id == Node.segment_id).where(Segment.code.in_(values))
    ),
    "node": lambda values: Project.node_id.in_(select(Node.id).where(Node.code.in_(values))),
    "carrier": lambda values: Project.carrier_id.in_(select(Carrier.id).where(Carrier.public_id.in_(values))),
    "mark": lambda values: or_(*(MARKS[value].is_(True) for value in values)),
}
CHOICES = (*ENUMS, *_LINKS)
# Contained words; the names of people are those of their accounts. The second is the field, where a choice speaks of the same one.
WORDS: dict[str, tuple[str, Callable[[str], ColumnElement[bool]]]] = {
    "number": ("number", lambda words: Project.number.icontains(words, autoescape=True)),
    "reason": ("reason", lambda words: Project.light_reason.icontains(words, autoescape=True)),
    "step": ("step", lambda words: Project.next_step.icontains(words, autoescape=True)),
    "official": ("official", lambda words: Project.lead_official.icontains(words, autoescape=True)),
    "owner_name": ("owner", lambda words: Project.owner.has(User.name.icontains(words, autoescape=True))),
    "deputy_name": ("deputy", lambda words: Project.deputy.has(User.name.icontains(words, autoescape=True))),
}
# From and to, both included: amounts in 亿元, and days.
AMOUNTS: dict[str, tuple[str, str, Any]] = {
    "amount": ("least", "most", counted_cny),
    "fixed": ("fixed_from", "fixed_to", Project.invest_fixed_cny),
}
DAYS: dict[str, tuple[str, str, Any]] = {
    "entered": ("entered_from", "entered_to", Project.stage_on),
    "next": ("next_from", "next_to", Project.next_on),
    "contact": ("contact_from", "contact_to", Project.last_contact_on),
    "sign": ("sign_from", "sign_to", Project.planned_sign_on),
    "start": ("start_from", "start_to", Project.planned_start_on),
    "production": ("production_from", "production_to", Project.planned_production_on),
}
RANGES = AMOUNTS | DAYS
# What may be asked for as empty or filled in.
EMPTY: dict[str, ColumnElement[bool]] = {
    "firm": and_(Project.company_id.is_(None), Project.company_text == ""),
    "node": Project.node_id.is_(None),
    "carrier": Project.carrier_id.is_(None),
    "amount": counted_cny.is_(None),
    "fixed": Project.invest_fixed_cny.is_(None),
    "next": Project.next_on.is_(None),
    "step": Project.next_step == "",
    "contact": Project.last_contact_on.is_(None),
    "owner": Project.owner_id.is_(None),
    "deputy": Project.deputy_id.is_(None),
    "official": Project.lead_official == "",
    "sign": Project.planned_sign_on.is_(None),
    "start": Project.planned_start_on.is_(None),
    "production": Project.planned_production_on.is_(None),
}
FILTERS = (
    *("q", *CHOICES, *WORDS),
    *(name for low, high, _column in RANGES.values() for name in (low, high)),
    *("empty", "filled", "quiet", "overdue", "sample", "lane", "match", "sort"),
)
URGENCY = (Light.BAD, Light.WARN, Light.OK, Light.HOLD)
_urgent = case({light: place for place, light in enumerate(URGENCY)}, value=Project.light, else_=4)
# What may be sorted by; anything else falls back to the newest change.
SORTS: dict[str, Any] = {
    "updated": Project.updated_at,
    "stage": Project.stage_on,
    "next": Project.next_on,
    "contact": Project.last_contact_on,
    "amount": counted_cny,
    "light": _urgent,
}


@dataclass(frozen=True)
class ProjectFilter:
    """What the list is narrowed to. Unknown values are ignored.

    ``chosen``: values by choice. ``words``: contained text. ``ranges``: (from, to) by field, amounts in 亿元. ``quiet``: days without an
    effective contact. ``lane``: the one stage of a column of the board, which holds whatever ``any`` says.
    """

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    quiet: int = 0
    overdue: bool = False
    sample: str = ""
    lane: Stage | None = None
    any: bool = False
    sort: str = "-updated"

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "ProjectFilter":
        """Return what an address asks for."""
        chosen = {name: _values(name, args.getlist(name)) for name in CHOICES}
        words = {name: one_line(args.get(name, ""))[:60] for name in WORDS}
        ranges: dict[str, tuple[Any, Any]] = {}
        for table, read in ((AMOUNTS, _amount), (DAYS, _day)):
            ranges |= {
                key: (read(args.get(low, "")), read(args.get(high, ""))) for key, (low, high, _column) in table.items()
            }
        sort, lane = args.get("sort", ""), args.get("lane", "")
        return cls(
            text=one_line(args.get("q", ""))[:100],
            chosen={name: values for name, values in chosen.items() if values},
            words={name: value for name, value in words.items() if value},
            ranges={name: ends for name, ends in ranges.items() if ends != (None, None)},
            empty=tuple(key for key in EMPTY if key in args.getlist("empty")),
            filled=tuple(key for key in EMPTY if key in args.getlist("filled")),
            quiet=int(_digits(args.get("quiet", ""))[:4] or 0),
            overdue=args.get("overdue") == "1",
            sample=args.get("sample", "") if args.get("sample") in ("0", "1") else "",
            lane=Stage(lane) if lane in set(Stage) else None,
            any=args.get("match") == "any",
            sort=sort if sort.removeprefix("-") in SORTS else "-updated",
        )

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages asked for, in their order."""
        asked = self.chosen.get("stage", ())
        return tuple(stage for stage in Stage if stage.value in asked)

    @property
    def narrowed(self) -> bool:
        """Whether it leaves anything out that the plain list shows."""
        return self != ProjectFilter(sort=self.sort, any=self.any)

    @property
    def rare(self) -> int:
        """How many conditions are in force that stand folded behind 更多条件."""
        chosen = [name for name in self.chosen if name not in ("stage", "segment", "light", "owner", "org")]
        others = (bool(self.quiet), self.overdue, bool(self.sample))
        return len([*chosen, *self.words, *self.ranges, *self.empty, *self.filled]) + sum(others)


def clauses(wanted: ProjectFilter) -> list[ColumnElement[bool]]:
    """Return what the rows must hold, all together; who asks is not among it."""
    conditions = conditions_of(wanted)
    return [*_scope(wanted), *([or_(*conditions)] if wanted.any and conditions else conditions)]


def conditions_of(wanted: ProjectFilter) -> list[ColumnElement[bool]]:
    """Return the conditions that are filled in, one for each field."""
    found: dict[str, list[ColumnElement[bool]]] = {}
    if wanted.text:
        found["q"] = [_text(wanted.text)]
    for name, values in wanted.chosen.items():
        found.setdefault(name, []).append(_is_one_of(name, values))
    for name, value in wanted.words.items():
        key, contains = WORDS[name]
        found.setdefault(key, []).append(contains(value))
    for key, ends in wanted.ranges.items():
        found.setdefault(key, []).append(_between(key, *ends))
    for key in wanted.empty:
        found.setdefault(key, []).append(EMPTY[key])
    for key in wanted.filled:
        found.setdefault(key, []).append(~EMPTY[key])
    if wanted.quiet:
        found["quiet"] = [quiet_since <= clock.today() - timedelta(days=wanted.quiet)]
    if wanted.overdue:
        found["overdue"] = [and_(Project.next_on.is_not(None), Project.next_on < clock.today())]
    return [or_(*parts) if len(parts) > 1 else parts[0] for parts in found.values()]


def _scope(wanted: ProjectFilter) -> list[ColumnElement[bool]]:
    """Closed projects are shown when they are asked for; a choice of stages that all must meet says so itself."""
    found: list[ColumnElement[bool]] = []
    if Stage.CLOSED not in wanted.stages and (wanted.any or not wanted.stages):
        found.append(Project.stage != Stage.CLOSED)
    if wanted.lane:
        found.append(Project.stage == wanted.lane)
    if wanted.sample:
        found.append(Project.is_sample.is_(wanted.sample == "1"))
    return found


def _values(name: str, asked: list[str]) -> tuple[str, ...]:
    """Return the values of a choice that can be, each once."""
    if name in ENUMS:
        known = {one.value for one in ENUMS[name][0]}
    elif name == "mark":
        known = set(MARKS)
    else:
        asked = [_digits(value) if name == "org" else one_line(value)[:12] for value in asked]
        known = set(asked) - {""}
    return tuple(value for value in dict.fromkeys(asked) if value in known)[:VALUES]


def _is_one_of(name: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    if name not in ENUMS:
        return _LINKS[name](values)
    kind, column = ENUMS[name]
    members = [kind(value) for value in values]
    return column == members[0] if len(members) == 1 else column.in_(members)


def _between(key: str, low: Any, high: Any) -> ColumnElement[bool]:
    column = RANGES[key][2]
    low, high = (end * YI if end is not None and key in AMOUNTS else end for end in (low, high))
    return and_(*([] if low is None else [column >= low]), *([] if high is None else [column <= high]))


def _digits(words: str) -> str:
    return words if words.isascii() and words.isdigit() and len(words) < 9 else ""


def _amount(words: str) -> Decimal | None:
    try:
        amount = Decimal(words.strip()[:12])
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < 100_000 else None


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words.strip()[:10])
    except ValueError:
        return None


def _text(words: str) -> ColumnElement[bool]:
    """Every word somewhere in the name, the number, or the company as typed or stored."""
    return and_(
        *(
            or_(
                Project.title.icontains(part, autoescape=True),
                Project.company_text.icontains(part, autoescape=True),
                Project.number == part.upper(),
                Project.company.has(Company.name.icontains(part, autoescape=True)),
            )
            for part in words.split()[:6]
        )
    )
