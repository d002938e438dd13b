"""The members of a list: fixed ones as they were put on it, those of a living list as they are now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select
from werkzeug.datastructures import MultiDict

from crm.companies.choices import NodeChoice
from crm.companies.models import Company
from crm.core.fit import Factor
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id
from crm.kit.web import Page
from crm.targets import queries as targets
from crm.targets import regions
from crm.targets.lists import queries
from crm.targets.lists.models import ListKind, TargetItem, TargetList
from crm.targets.lists.progress import Progress, Step, Taken
from crm.targets.models import Score
from crm.targets.queries import PAGE_SIZE, Target, TargetFilter

EXPORT_LIMIT = 5_000
SORTS = ("score", "name", "added")


@dataclass(frozen=True)
class MemberFilter:
    """What the members are narrowed to; unknown values narrow nothing."""

    text: str = ""
    region: str = ""
    unit: str = ""
    step: int | None = None
    late: bool = False
    untouched: bool = False
    free: bool = False
    removed: bool = False
    sort: str = "-score"

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "MemberFilter":
        """Read an address."""
        sort, step = args.get("sort", ""), args.get("step", "")
        return cls(
            text=one_line(args.get("q", ""))[:100],
            region=args.get("region", "") if args.get("region") in regions.CODES else "",
            unit=public_id(args.get("unit")),
            step=int(step) if step in {str(int(one)) for one in Step} else None,
            late=args.get("late") == "1",
            untouched=args.get("untouched") == "1",
            free=args.get("free") == "1",
            removed=args.get("removed") == "1",
            sort=sort if sort.removeprefix("-") in SORTS else "-score",
        )

    @property
    def by_progress(self) -> bool:
        """Whether only those with some state of being taken are wanted."""
        return bool(self.unit or self.late or self.untouched or self.step is not None)


@dataclass(frozen=True)
class Member:
    """A line of a list. ``item`` is None on a living list, ``score`` for a company that is no target any more."""

    company: Company
    score: Score | None
    nodes: tuple[NodeChoice, ...] = ()
    item: TargetItem | None = None
    taken: Sequence[Taken] = field(default_factory=list)

    @property
    def lacks(self) -> list[Factor]:
        """The factors of which nothing is known; of a company without a score all."""
        return Target(self.company, self.score).lacks if self.score is not None else list(Factor)


def page_of_members(actor: Actor, row: TargetList, wanted: MemberFilter, number: int, told: Progress) -> Page:
    """Return one page of the members of a list that the caller got through its scope."""
    if row.kind is ListKind.LIVING:
        page = targets.page_of_targets(actor, _living(row, wanted), number)
        return Page([_of_target(one) for one in page.items], number, page.size, page.total, page.capped)
    where = _where(wanted, told)
    base = queries.items_query(actor, row, removed=wanted.removed).where(*where)
    total = db.session.scalar(select(func.count()).select_from(base.with_only_columns(TargetItem.id).subquery())) or 0
    lines = _fixed(base, wanted, told, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    return Page(lines, number, PAGE_SIZE, total)


def members_for_export(actor: Actor, row: TargetList, wanted: MemberFilter, told: Progress) -> list[Member]:
    """Return the members on all pages, up to the limit."""
    if row.kind is ListKind.LIVING:
        return [_of_target(one) for one in targets.targets_for_export(actor, _living(row, wanted))]
    base = queries.items_query(actor, row, removed=wanted.removed).where(*_where(wanted, told))
    return _fixed(base, wanted, told, EXPORT_LIMIT, 0)


def filter_of(row: TargetList) -> TargetFilter:
    """Return the filter that a list was made from."""
    return TargetFilter.of(MultiDict(row.filters or {}))


def _living(row: TargetList, wanted: MemberFilter) -> TargetFilter:
    """The list's own filter; what is searched on the page narrows it further."""
    asked = dict(row.filters or {})
    asked["q"] = " ".join(filter(None, (str(asked.get("q", "")), wanted.text)))
    if wanted.region and "region" not in asked:
        asked["region"] = wanted.region
    asked["sort"] = "score" if wanted.sort == "score" else "-score"
    return TargetFilter.of(MultiDict(asked))


def _of_target(one: Target) -> Member:
    return Member(one.company, one.score, one.nodes)


def _fixed(base: Any, wanted: MemberFilter, told: Progress, limit: int, offset: int) -> list[Member]:
    query = base.outerjoin(Score, Score.company_id == TargetItem.company_id).add_columns(Score)
    rows = db.session.execute(query.order_by(*_order(wanted.sort)).limit(limit).offset(offset)).all()
    nodes = targets.nodes_of([item.company_id for item, _score in rows])
    return [
        Member(item.company, score, nodes.get(item.company_id, ()), item, told.taken.get(item.id, []))
        for item, score in rows
    ]


def _order(sort: str) -> list[Any]:
    columns: dict[str, Any] = {"score": Score.shown_tenths, "name": Company.name_pinyin, "added": TargetItem.added_at}
    column = columns[sort.removeprefix("-")]
    first = [column.is_(None)] if sort.endswith("score") else []
    return [*first, column.desc() if sort.startswith("-") else column.asc(), TargetItem.id]


def _where(wanted: MemberFilter, told: Progress) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.region:
        found.append(regions.inside(wanted.region))
    if wanted.by_progress:
        asked: dict[str, Any] = {
            "unit": wanted.unit,
            "step": wanted.step,
            "late": wanted.late,
            "untouched": wanted.untouched,
        }
        found.append(TargetItem.id.in_(told.items(**asked)))
    if wanted.free:
        found.append(TargetItem.id.not_in(list(told.taken)))
    return found + [Company.name.icontains(part, autoescape=True) for part in wanted.text.split()[:6]]
