"""A kind of import for the tests of the engine: rows become marks in a small table, known ones are found again."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from crm.core.errors import Conflict
from crm.core.permissions import Permission
from crm.core.tabular import ColumnSpec
from crm.imports import kinds
from crm.imports.kinds import Choice, Context, Fault, Finding, Kind, Option, Row, Trace, Written
from crm.imports.models import Decision, Fate
from crm.kit import clock, db
from crm.kit.models import OnceKey

COLUMNS = (
    ColumnSpec("public_id", "编号", kind="key"),
    ColumnSpec("name", "企业名称", ("公司名称", "单位名称"), "name", required=True, longest=60),
    ColumnSpec("invest", "总投资", ("投资额", "投资总额"), "amount", unit="元"),
    ColumnSpec("phone", "联系电话", ("电话", "手机"), "phone"),
    ColumnSpec("day", "签约日期", ("日期",), "day"),
    ColumnSpec("note", "说明", ("备注说明",), "text"),
)


def _key(name: str) -> str:
    return name.replace(" ", "")[:60]


def check(context: Context, rows: Sequence[Row]) -> list[Finding]:
    """Names with 疑 are uncertain, with 关 affiliates, with 错 wrong; a known name is an update when its note differs."""
    keys = {_key(row.given["name"]) for row in rows}
    stored = {mark.key: mark.url for mark in db.session.scalars(select(OnceKey).where(OnceKey.key.in_(keys)))}
    return [_finding(row, stored) for row in rows]


def _finding(row: Row, stored: Mapping[str, str]) -> Finding:
    name = row.given["name"]
    if "错" in name:
        return Finding(Fate.ERROR, faults=[Fault("name", "这个名称用不得")])
    if "疑" in name or "关" in name:
        verdict, score = ("likely", 0.8) if "疑" in name else ("related", 0.6)
        fate = Fate.LIKELY if "疑" in name else Fate.RELATED
        choice = Choice("a" * 10, "老公司", verdict, score + len(name) / 1000, ["字号相同"])
        return Finding(fate, sure=False, choices=[choice, Choice("b" * 10, "另一家", verdict, 0.5)])
    if _key(name) in stored:
        old, new = stored[_key(name)], row.given.get("note", "")
        if new and old != new:
            return Finding(Fate.UPDATE, changes={"note": (old, new)}, target="c" * 10)
        return Finding(Fate.SAME, target="c" * 10)
    return Finding(Fate.NEW)


def write(context: Context, row: Row, trace: Trace) -> Written:
    """Find or make the mark of a row."""
    if "坏" in row.given["name"]:
        raise Conflict("写不进去。")
    if "崩" in row.given["name"]:
        raise ZeroDivisionError
    key = f"{row.target}:{_key(row.given['name'])}" if row.decision is Decision.RELATED else _key(row.given["name"])
    known = db.session.get(OnceKey, key, populate_existing=True)
    note = row.given.get("note", "")
    if known is None:
        db.session.add(OnceKey(key=key, url=note, at=clock.now()))
        trace.make("once_keys", key)
        return Written("mark", row.row_no)
    if note and known.url != note:
        trace.change("once_keys", key, "url", known.url, note)
        known.url = note
        return Written("mark", row.row_no)
    return Written("mark", row.row_no, changed=False)


def undo(context: Context, row: Row, trace: Trace) -> list[str]:
    """Take a mark back unless somebody wrote something else into it."""
    left = []
    for _table, key, name, old, new in reversed(trace.changed):
        mark = db.session.get(OnceKey, key)
        if mark is not None and getattr(mark, name) == new:
            setattr(mark, name, old)
        else:
            left.append(f"{key} 后来改过，保留")
    for _table, key in reversed(trace.made):
        mark = db.session.get(OnceKey, key)
        if mark is not None and mark.url == row.given.get("note", ""):
            db.session.delete(mark)
        elif mark is not None:
            left.append(f"{key} 后来改过，保留")
    return left


def records(actor: Any, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every mark."""
    marks = db.session.scalars(select(OnceKey).order_by(OnceKey.key))
    return [{"name": one.key, "note": one.url, "invest": "30000000.00", "public_id": "c" * 10} for one in marks]


def answer(context: Context, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Say how long the name is."""
    return [{"length": len(row.given.get("name", ""))} for row in rows]


def kind(**changes: Any) -> Kind:
    """The kind, with whatever a test changes in it."""
    values: dict[str, Any] = {
        "name": "marks",
        "label": "标记",
        "hint": "测试用",
        "icon": "flag",
        "permission": Permission.IMPORT_COMPANIES,
        "columns": COLUMNS,
        "check": check,
        "write": write,
        "undo": undo,
        "records": records,
        "answer": answer,
        "answer_columns": (("length", "名称字数"),),
        "options": (Option("public", "公开名录", "", lambda actor: actor.is_center),),
    }
    return Kind(**{**values, **changes})


def register(**changes: Any) -> Kind:
    """Put the kind where the engine finds it."""
    kinds.register(kind(**changes))
    return kinds.kinds["marks"]
