"""Loads what stands beside the chains: channels, regions, policies, fairs, indicators, and records kept whole."""

from typing import Any

from sqlalchemy import select

from crm.kit import db
from crm.plan.models import Channel, Plan, PlanFair, PlanIndicator, PlanRecord, Policy, Region
from crm.plan.source import Row, Source, parts

# kind of record → file, list inside it (None for a CSV), key of the name
_RECORDS: tuple[tuple[str, str, str | None, str], ...] = (
    ("project", "projects", None, "name_in_plan"),
    ("institution", "institutions", None, "name_in_plan"),
    ("local_company", "local_companies", None, "name_in_plan"),
    ("target_company", "target_companies", None, "name_in_plan"),
    ("profile", "target_profiles", "types", "zh"),
    ("criterion", "target_profiles", "criteria", "zh"),
    ("extra_criterion", "target_profiles", "extra_criteria", "zh"),
    ("advantage", "advantages", "advantages", "zh"),
    ("weakness", "advantages", "weaknesses", "zh"),
    ("competitor", "advantages", "competitors", "zh"),
    ("cooperation_mode", "regions", "cooperation_modes", "zh"),
    ("approval_step", "policies", "approval_steps", "zh"),
    ("zero_item", "policies", "zero_items", "zh"),
    ("document", "policies", "documents", "zh"),
    ("baseline_2020", "indicators", "baseline_2020", "name"),
    ("indicator_remark", "indicators", "ambiguities", "about"),
)
_SEVERAL = ("aliases_in_plan", "aliases_inferred", "node_codes", "node_codes_inferred", "segments", "honours", "ref")


def load(source: Source, plan: Plan) -> None:
    """Write everything that is not a chain."""
    _by_code(Channel, source.documents["channels"]["channels"], _channel)
    _by_code(Region, source.documents["regions"]["regions"], _region)
    _by_code(Policy, source.documents["policies"]["offers"], _policy)
    _by_code(PlanFair, source.tables["fairs"], _fair)
    _indicators(source, plan)
    _records(source, plan)


def _by_code(model: Any, rows: list[Any], fields: Any) -> None:
    known = {row.code: row for row in db.session.scalars(select(model))}
    for row in rows:
        stored = known.get(row["code"])
        if stored is None:
            stored = model(code=row["code"])
            db.session.add(stored)
        for name, value in fields(row).items():
            setattr(stored, name, value)
    db.session.flush()


def _channel(row: Row) -> dict[str, Any]:
    return {"name": row["zh"], "group": row["group"], "detail": _rest(row, "code", "zh", "group")}


def _region(row: Row) -> dict[str, Any]:
    return {
        "name": row["zh"],
        "name_en": row.get("en") or "",
        "tier": row.get("tier"),
        "provinces": list(row.get("provinces") or []),
        "detail": _rest(row, "code", "zh", "en", "tier", "provinces"),
    }


def _policy(row: Row) -> dict[str, Any]:
    return {"name": row["zh"], "kind": row["kind"], "detail": _rest(row, "code", "zh", "kind")}


def _fair(row: dict[str, str]) -> dict[str, Any]:
    return {"name": row["name_in_plan"], "detail": _cells(row)}


def _indicators(source: Source, plan: Plan) -> None:
    document = source.documents["indicators"]
    rows = [(str(row["seq"]), row.get("target_text") or "", row) for row in document["indicators"]]
    rows += [(row["code"], row.get("text") or "", row) for row in document["text_targets"]]
    for code, text, row in rows:
        db.session.add(
            PlanIndicator(
                plan_id=plan.id,
                code=code,
                name=row["name"],
                unit=row.get("unit") or "",
                target_text=text,
                detail=_rest(row, "name", "unit", "code"),
            )
        )
    db.session.flush()


def _records(source: Source, plan: Plan) -> None:
    for kind, file, key, name in _RECORDS:
        rows: list[Any] = source.tables[file] if key is None else source.documents[file][key]
        for row in rows:
            detail = _cells(row) if key is None else _rest(row, "code")
            db.session.add(PlanRecord(plan_id=plan.id, kind=kind, code=row["code"], name=row[name], detail=detail))
    db.session.flush()


def _rest(row: Row, *without: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in without and value is not None}


def _cells(row: dict[str, str]) -> dict[str, Any]:
    """A CSV row without its empty cells; cells that hold several become lists."""
    filled = {key: value for key, value in row.items() if value and key != "code"}
    return {key: parts(value) if key in _SEVERAL else value for key, value in filled.items()}
