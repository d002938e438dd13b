"""Projects that are ready for a step: their people, reviews and papers, made by the services people use."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from crm.carriers.models import Carrier
from crm.core.admission import INDICATORS
from crm.core.permissions import Role
from crm.core.stages import MilestoneKind
from crm.kit import clock, db
from crm.plan.models import Node, Segment
from crm.projects import service
from crm.projects.models import CheckKind, CheckResult, Project
from tests.claims.conftest import City, make_city
from tests.factories import make_actor, make_project, save, upload

USCC = "91420200MA0000007R"
PDF = b"%PDF-1.4 sample"
FULL = {line.code: line.weight * 10 for line in INDICATORS}
__all__ = ["FULL", "USCC", "City", "cleared", "given", "make_city", "paper", "recognised", "signed", "walk"]


def paper(name: str = "协议.pdf") -> Any:
    """A PDF as a browser sends it."""
    return upload(name, PDF)


def place() -> tuple[Node, Carrier]:
    """A node and a carrier, made once."""
    node = db.session.scalar(select(Node).where(Node.code == "ROBOT-M02"))
    carrier = db.session.scalar(select(Carrier).where(Carrier.code == "HSKFQ"))
    if node is None or carrier is None:
        segment = Segment(code="ROBOT", name="机器人", name_en="Robots")
        carrier = Carrier(code="HSKFQ", name="黄石经济技术开发区", kind="zone")
        save(segment, carrier)
        node = Node(code="ROBOT-M02", name="减速器", name_en="Reducers", segment_id=segment.id)
        save(node)
    return node, carrier


def cleared(actor: Any, **values: Any) -> Project:
    """A project in talks that lacks nothing for signing but the papers; below the limit from which a claim is needed."""
    node, carrier = place()
    values.setdefault("invest_total_cny", Decimal(50_000_000))
    project = make_project(actor, node_code=node.code, carrier_public_id=carrier.public_id, **values)
    with db.transaction():
        project.last_effective_on = clock.today()
    service.review_admission(actor, project, FULL, why={}, conclusion="同意引进")
    check = service.CheckInput(CheckKind.FAIR, CheckResult.PASSED, "市市场监管局", clock.today())
    service.record_check(actor, project, check, paper("审查意见.pdf"))
    return project


_GIVEN: dict[MilestoneKind, tuple[dict[str, Any], tuple[str, ...]]] = {
    MilestoneKind.FRAMEWORK: ({}, ("agreement",)),
    MilestoneKind.SIGNED: ({}, ("agreement",)),
    MilestoneKind.REGISTERED: (
        {"local_uscc": USCC, "registered_capital": "5000", "approval_no": "2611-420200-04-01-000001"},
        ("licence",),
    ),
    MilestoneKind.STARTED: ({"start_type": "construction"}, ("permit", "photo")),
    MilestoneKind.IN_PRODUCTION: ({}, ("acceptance",)),
    MilestoneKind.STAT_ENROLLED: ({}, ("enrolment",)),
    MilestoneKind.ABOVE_SCALE: ({}, ("enrolment",)),
    MilestoneKind.FULL_CAPACITY: ({"output_result": "60000", "tax_result": "3000", "jobs_result": "320"}, ("results",)),
    MilestoneKind.INCUBATED: ({"incubator": "黄石科创模具技术研究院"}, ("agreement",)),
    MilestoneKind.LANDED: ({}, ("licence",)),
    MilestoneKind.CLOSED: ({"close_reason": "market", "went_where": "外省", "lesson": "过早谈价"}, ()),
}


def given(kind: MilestoneKind, **values: Any) -> service.MilestoneInput:
    """All that the gate of a milestone asks a person for."""
    data, kinds = _GIVEN[kind]
    values.setdefault("event_on", clock.today())
    if kind in (MilestoneKind.FRAMEWORK, MilestoneKind.SIGNED):
        values.setdefault("amount_cny", Decimal(50_000_000))
        values.setdefault("fixed_cny", Decimal(30_000_000))
    values.setdefault("files", tuple((paper(f"{one}.pdf"), one) for one in kinds))
    return service.MilestoneInput(data=values.pop("data", data), **values)


def recognised(officer: Any, center: Any, project: Project, kind: MilestoneKind, **values: Any) -> Any:
    """A milestone handed in by the officer and recognised by the centre."""
    milestone = service.submit_milestone(officer, project, kind, given(kind, **values))
    return service.recognise_milestone(center, milestone)


def signed(officer: Any, center: Any) -> Project:
    """A signed project."""
    project = cleared(officer)
    recognised(officer, center, project, MilestoneKind.SIGNED)
    return project


def walk(officer: Any, center: Any, project: Project, *kinds: MilestoneKind) -> None:
    """Take a project through these milestones."""
    for kind in kinds:
        recognised(officer, center, project, kind)


def people(city: City) -> dict[str, Any]:
    """One person for each role of the matrix; all of unit A where they belong to a unit."""
    from crm.accounts.models import Org

    home = db.session.get(Org, city.a.org_id)
    return {
        "officer": city.a,
        "manager": city.a_manager,
        "other_officer": city.b,
        "center": city.center,
        "leader": make_actor(Role.LEADER, org=home, name="领导"),
        "office": city.office,
        "expo": make_actor(Role.EXPO, org=home, name="会展员"),
    }
