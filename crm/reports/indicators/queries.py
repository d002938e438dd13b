"""The lines of the plan's table with what is known of each: entered with its source, counted here, else nothing (never 0 %)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import extract, func, select
from sqlalchemy.orm import joinedload

from crm.companies.models import Company, Credential
from crm.core.errors import NotFound
from crm.core.stages import RECOGNISED, MilestoneKind, Stage
from crm.kit import db
from crm.kit.access import Actor
from crm.plan.models import Node, Plan, PlanIndicator, PlanRecord, Segment
from crm.projects import once
from crm.projects.figures import AMOUNT
from crm.projects.models import Milestone, MilestoneStatus, Project, ProjectKind
from crm.projects.queries import NEW
from crm.reports.funnel.queries import visible_to
from crm.reports.models import IndicatorValue

YEARS = range(2021, 2026)
WAN_A_YI = Decimal(10_000)
# Which lines this base can count a part of, by the plan's own number.
LISTED, CHAMPIONS, PLATFORMS = "13", "14", "16"
TITLES = {LISTED: ("上市公司",), CHAMPIONS: ("隐形冠军",)}


@dataclass
class Line:
    """One line of the table. ``counted`` is what this base knows by itself: a part, never the whole of the city."""

    said: PlanIndicator
    values: dict[int, IndicatorValue] = field(default_factory=dict)
    counted: dict[int, int] = field(default_factory=dict)
    output_yi: Decimal | None = None
    stages: dict[Stage, tuple[int, Decimal]] = field(default_factory=dict)

    @property
    def detail(self) -> dict[str, Any]:
        """The line as printed, beyond name, unit and target."""
        return self.said.detail

    @property
    def inside(self) -> bool:
        """Whether the line is part of another one (其中), so that the two must not be added."""
        return bool(self.detail.get("segment")) and self.detail.get("group") == "smart"

    @property
    def latest(self) -> IndicatorValue | None:
        """The value of the latest year that was entered."""
        return self.values[max(self.values)] if self.values else None

    @property
    def added(self) -> Decimal | None:
        """What the years entered so far sum up to, for a line that the plan counts by year."""
        if self.per_year is None or not self.values or not self.by_years:
            return None
        return sum((one.value for one in self.values.values()), Decimal(0))

    @property
    def per_year(self) -> tuple[int, int] | None:
        """How many a year the plan asks for, at least and at most."""
        least, most = self.detail.get("per_year_min"), self.detail.get("per_year_max")
        return (least, most) if least is not None and most is not None else None

    @property
    def by_years(self) -> bool:
        """Whether a value is what a year added (新增) and not the stock at its end."""
        return self.said.name.startswith("新增")

    @property
    def target(self) -> Decimal | None:
        """The number to reach; the lower end of a range, None for a target in words."""
        number = self.detail.get("target_2025", self.detail.get("target_min"))
        return Decimal(str(number)) if number is not None else None

    @property
    def reached(self) -> Decimal | None:
        """What counts against the target: the sum of the years, else the latest value. None: 未录入."""
        if self.by_years:
            return self.added
        return self.latest.value if self.latest else None

    @property
    def missing(self) -> Decimal | None:
        """How far it is to the target, 0 when it is reached; None where one of the two is unknown."""
        if self.target is None or self.reached is None:
            return None
        return max(self.target - self.reached, Decimal(0))

    @property
    def percent(self) -> int | None:
        """The share of the target, whole percent; None where unknown."""
        if self.target is None or self.reached is None or not self.target:
            return None
        return int(self.reached * 100 / self.target)


def lines(actor: Actor) -> list[Line]:
    """Return the rows of the table in their printed order, then the targets of the text (T1 …)."""
    found = [Line(said) for said in _said()]
    values = _values()
    counted = _counted(actor)
    output, stages = _output(actor), _stages(actor)
    for line in found:
        line.values = values.get(line.said.code, {})
        line.counted = counted.get(line.said.code, {})
        segment = line.detail.get("segment")
        if segment:
            line.output_yi, line.stages = output.get(segment), stages.get(segment, {})
    return found


def get_line(code: str) -> PlanIndicator:
    """Return one line of the edition in force. Raises NotFound."""
    found = next((one for one in _said() if one.code == code), None)
    if found is None:
        raise NotFound
    return found


def history(code: str) -> Sequence[IndicatorValue]:
    """Return everything entered for a line, the latest first, withdrawn values too."""
    query = select(IndicatorValue).where(IndicatorValue.code == code).options(joinedload(IndicatorValue.by))
    return db.session.scalars(query.order_by(IndicatorValue.id.desc())).all()


def get_value(code: str, public_id: str) -> IndicatorValue:
    """Return one entered value. Raises NotFound."""
    query = select(IndicatorValue).where(IndicatorValue.code == code, IndicatorValue.public_id == public_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def remarks_and_baseline() -> tuple[list[PlanRecord], list[PlanRecord]]:
    """Return where the plan's own words differ (what must not be added up or taken for the same), and its figures of 2020."""
    kinds = ("indicator_remark", "baseline_2020")
    query = select(PlanRecord).where(PlanRecord.plan_id == _plan(), PlanRecord.kind.in_(kinds)).order_by(PlanRecord.id)
    found = db.session.scalars(query).all()
    remarks, baseline = ([one for one in found if one.kind == kind] for kind in kinds)
    return remarks, baseline


def _plan() -> Any:
    return select(Plan.id).where(Plan.current).order_by(Plan.year_to.desc()).limit(1).scalar_subquery()


def _said() -> Sequence[PlanIndicator]:
    query = select(PlanIndicator).where(PlanIndicator.plan_id == _plan()).order_by(PlanIndicator.id)
    return db.session.scalars(query).all()


def _values() -> dict[str, dict[int, IndicatorValue]]:
    """The value in force by line and year: the latest one that was not withdrawn."""
    found: dict[str, dict[int, IndicatorValue]] = defaultdict(dict)
    query = select(IndicatorValue).where(IndicatorValue.withdrawn_at.is_(None)).order_by(IndicatorValue.id)
    for one in db.session.scalars(query):
        found[one.code][one.year] = one
    return found


def _counted(actor: Actor) -> dict[str, dict[int, int]]:
    """What the base counts by year: titles of local companies, and platforms whose running was recognised."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    titles = (
        select(Credential.kind, Credential.year, func.count(Credential.company_id.distinct()))
        .join(Company, Company.id == Credential.company_id)
        .where(
            # Of open firms only, so that the city has one figure (S1); a merged or retired one is another's or none.
            *(Company.is_local, Company.opened_at.is_not(None)),
            *(Company.retired_at.is_(None), Company.merged_into_id.is_(None)),
            Credential.year.in_(YEARS),
            Credential.kind.in_([t for ts in TITLES.values() for t in ts]),
        )
        .group_by(Credential.kind, Credential.year)
    )
    for kind, year, number in db.session.execute(titles):
        if year is None:
            continue
        code = next(code for code, kinds in TITLES.items() if kind in kinds)
        found[code][year] = found[code].get(year, 0) + number
    year_of = extract("year", Milestone.recognised_on)
    platforms = (
        select(year_of, func.count(Project.id.distinct()))
        .join(Project, Project.id == Milestone.project_id)
        .where(
            *(Project.kind == ProjectKind.PLATFORM, Milestone.kind == MilestoneKind.IN_PRODUCTION),
            *(Milestone.status == MilestoneStatus.RECOGNISED, Milestone.adjusts_id.is_(None)),
            once.once(actor, Project),
        )
        .group_by(year_of)
    )
    found[PLATFORMS] = {int(year): number for year, number in db.session.execute(platforms) if int(year) in YEARS}
    return found


def _output(actor: Actor) -> dict[str, Decimal]:
    """Yearly output in 亿元 by field, of the projects recognised at full production (S5: from signing on a figure of the city)."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for _project, code, output in full_output(actor):
        found[code] += output / WAN_A_YI
    return found


def full_output(actor: Actor) -> list[tuple[int, str, Decimal]]:
    """Return project, field and yearly output in 万元 of each project recognised at full production, by its last word.

    An investment that two projects stand for counts once, for who reads both.
    """
    query = (
        select(Segment.code, Project.id, Milestone.data)
        .join(Project, Project.id == Milestone.project_id)
        .join(Node, Node.id == Project.node_id)
        .join(Segment, Segment.id == Node.segment_id)
        .where(Milestone.kind == MilestoneKind.FULL_CAPACITY, Milestone.status == MilestoneStatus.RECOGNISED)
        .where(once.once(actor, Project))
        .order_by(Milestone.id)
    )
    latest = {project: (code, data) for code, project, data in db.session.execute(query)}
    told = ((project, code, data.get("output_result")) for project, (code, data) in latest.items())
    return [(project, code, Decimal(output)) for project, code, output in told if output]


def _stages(actor: Actor) -> dict[str, dict[Stage, tuple[int, Decimal]]]:
    """Projects and their amount in yuan by field and recognised stage, of those the actor reads figures of."""
    found: dict[str, dict[Stage, tuple[int, Decimal]]] = defaultdict(dict)
    query = (
        select(Segment.code, Project.stage, func.count(), func.sum(AMOUNT))
        .join(Node, Node.id == Project.node_id)
        .join(Segment, Segment.id == Node.segment_id)
        .where(visible_to(actor), NEW, Project.stage.in_(RECOGNISED), once.once(actor, Project))
        .group_by(Segment.code, Project.stage)
    )
    for code, stage, number, amount in db.session.execute(query):
        found[code][stage] = (number, amount or Decimal(0))
    order = list(Stage)
    return {code: dict(sorted(stages.items(), key=lambda one: order.index(one[0]))) for code, stages in found.items()}
