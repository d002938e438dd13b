"""Loads an edition of the plan from ``seeds/plan``: codes keep their rows across editions, the edition's words are replaced."""

from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from crm.kit import clock, db
from crm.plan import hooks, records
from crm.plan.checks import check
from crm.plan.models import (
    Node,
    Plan,
    PlanEdge,
    PlanIndicator,
    PlanNode,
    PlanRecord,
    PlanSegment,
    PlanVersion,
    Section,
    Segment,
)
from crm.plan.source import FOLDER, Row, Source, read, refs

CODE = "十四五"
GAPS = {"建链": "build", "补链": "fill", "强链": "strengthen"}


@db.transactional
def load(folder: Path = FOLDER) -> dict[str, int]:
    """Load the edition unless these very files are loaded already. Returns what was written, nothing if so.

    Raises SourceError when the files contradict each other.
    """
    source = read(folder)
    plan = db.session.scalar(select(Plan).where(Plan.code == CODE))
    version = db.session.get(PlanVersion, plan.id) if plan else None
    if version is not None and version.fingerprint == source.fingerprint:
        return {}
    check(source)
    plan = _plan(source, plan)
    _empty(plan)
    segments = _segments(source, plan)
    _nodes(source, plan, segments)
    records.load(source, plan)
    if version is None:
        version = PlanVersion(plan_id=plan.id, fingerprint="", loaded_on=clock.today())
        db.session.add(version)
    version.fingerprint, version.loaded_on = source.fingerprint, clock.today()
    db.session.flush()
    hooks.loaded(plan.id)
    return {"segments": len(segments), "nodes": len(source.nodes)}


def _plan(source: Source, plan: Plan | None) -> Plan:
    about = source.documents["sections"]["source"]
    if plan is None:
        plan = Plan(code=CODE)
        db.session.add(plan)
    first, last = str(about["period"]).split("-")
    plan.title, plan.issuer, plan.issued_on = about["title"], about["issuer"], str(about["date"])
    plan.year_from, plan.year_to, plan.current = int(first), int(last), True
    db.session.flush()
    return plan


def _empty(plan: Plan) -> None:
    """Drop the edition's own words; nothing outside of it refers to them."""
    for model in (PlanEdge, PlanNode, PlanSegment, Section, PlanIndicator, PlanRecord):
        db.session.execute(delete(model).where(model.plan_id == plan.id))


def _segments(source: Source, plan: Plan) -> dict[str, Segment]:
    groups = {row["code"]: row["zh"] for row in source.documents["segments"]["groups"]}
    known = {row.code: row for row in db.session.scalars(select(Segment))}
    for code, title in source.sections.items():
        db.session.add(Section(plan_id=plan.id, code=code, title=title))
    for row in source.segments:
        segment = known.setdefault(row["code"], Segment(code=row["code"]))
        segment.name, segment.name_en = row["zh"], row["en"]
        db.session.add(segment)
        db.session.flush()
        db.session.add(_plan_segment(row, plan, segment, groups))
    return known


def _plan_segment(row: Row, plan: Plan, segment: Segment, groups: dict[str, str]) -> PlanSegment:
    leads = [{"name": name, "lead": True} for name in row["lead_enterprises"]]
    return PlanSegment(
        plan_id=plan.id,
        segment_id=segment.id,
        group_code=row["group"],
        group_name=groups[row["group"]],
        position=row["order"],
        priority=row["priority"],
        output_2020=_number(row["output_2020"]),
        target_2025=_number(row["target_2025"]),
        growth=row["growth"],
        direction=row["direction"] or "",
        vision=row["vision"] or "",
        leads=leads + [{"name": name, "lead": False} for name in row["key_enterprises"]],
        keywords=row["keywords"],
        refs=refs(row["ref"]),
    )


def _nodes(source: Source, plan: Plan, segments: dict[str, Segment]) -> None:
    known = {row.code: row for row in db.session.scalars(select(Node))}
    for row in source.nodes:
        node = known.setdefault(row["code"], Node(code=row["code"]))
        node.name, node.name_en, node.segment_id = row["zh"], row["en"], segments[row["segment"]].id
        db.session.add(node)
    db.session.flush()
    for row in source.nodes:
        db.session.add(_plan_node(row, plan, known[row["code"]]))
        for code in row.get("feeds") or []:
            db.session.add(PlanEdge(plan_id=plan.id, from_id=known[row["code"]].id, to_id=known[code].id))
    db.session.flush()


def _plan_node(row: Row, plan: Plan, node: Node) -> PlanNode:
    def several(key: str) -> list[Any]:
        return list(row.get(key) or [])

    return PlanNode(
        plan_id=plan.id,
        node_id=node.id,
        branch=row.get("branch") or "",
        tier=row["tier"],
        gap=GAPS[row["gap"]],
        priority=row["priority"],
        local_strength=row["local_strength"],
        inferred=row["inferred"],
        products=several("products"),
        products_inferred=several("products_inferred"),
        local_companies=several("local_companies"),
        local_companies_inferred=several("local_companies_inferred"),
        target_companies=several("target_companies"),
        institutions=several("institutions"),
        plan_verbs=several("plan_verbs"),
        evidence=several("evidence"),
        keywords=several("keywords"),
        gbt4754=several("gbt4754"),
        note=row.get("note") or "",
    )


def _number(value: Any) -> str | None:
    return None if value is None else str(value)
