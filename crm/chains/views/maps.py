"""Maps of the chains, their pictures and tables, and the heat table."""

from calendar import monthrange
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.chains import drawing, exports, labels, queries
from crm.chains.queries import ChainMap, MapFilter, NodeRow
from crm.chains.views.base import WORDS, bp
from crm.core.errors import NotFound
from crm.core.gaps import GapType, Level
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX
from crm.kit.web import download, render
from crm.plan import labels as plan_labels
from crm.plan import queries as plan
from crm.plan.labels import named


@bp.get("/")
@requires(Permission.PLAN_READ)
def index() -> Response:
    return _map("")


@bp.get("/segments/<segment:segment>")
@requires(Permission.PLAN_READ)
def segment(segment: str) -> Response:
    return _map(segment)


@bp.get("/paper")
@requires(Permission.PLAN_READ)
def paper() -> Response:
    """The whole city for A3: two nodes abreast, so that the letters can be read on paper."""
    wanted, found = _found("")
    drawn = _drawn("", wanted, found)
    cells = [drawing.Label(row.code, named(row.said.node), row.chain, row.said.tier) for row in found.rows]
    drawn["drawing"] = drawing.city_map(cells, found.feeds, drawn["names"], abreast=2)
    counts = {kind: sum(row.type is kind for row in found.rows) for kind in GapType}
    return render("chains/paper.html", counts=counts, kept=_kept(), **drawn, **WORDS)


@bp.get("/map.svg")
@requires(Permission.PLAN_READ)
def picture() -> Response:
    code = _segment_asked()
    wanted, found = _found(code)
    svg = render_template("chains/_svg.html", **_drawn(code, wanted, found), **WORDS, alone=True)
    name = _title(code, found) + ".svg"
    return download(exports.standing_alone(svg).encode(), name, exports.SVG)


@bp.get("/export.xlsx")
@requires(Permission.PLAN_READ)
def export() -> Response:
    code = _segment_asked()
    wanted, found = _found(code, brief=False)
    rows = queries.sorted_rows(found.shown, wanted.sort)
    title = _title(code, found)
    return download(exports.workbook(current_actor(), rows, title), f"{title}.xlsx", XLSX)


@bp.get("/table")
@requires(Permission.PLAN_READ)
def table() -> Response:
    wanted, found = _found("")
    rows = queries.sorted_rows(found.shown, wanted.sort)
    tabs = _tabs("", found.rows)
    page, part = "chains/table.html", "chains/_table.html"
    return render(page, fragment=part, rows=rows, wanted=wanted, map_title=_title("", found), tabs=tabs, **WORDS)


@bp.get("/heat")
@requires(Permission.PLAN_READ)
def heat() -> Response:
    rows = queries.level_rows(current_actor())
    return render(
        "chains/heat.html",
        table=queries.heat(rows),
        names=_chain_names(rows),
        tabs=_tabs("heat", rows),
        progress=queries.progress(),
        **WORDS,
    )


@bp.get("/heat/rows")
@requires(Permission.PLAN_READ)
def heat_rows() -> Response:
    """The nodes of a cell of the heat table: of a chain in a tier, of one level or all."""
    every = queries.level_rows(current_actor())
    chain, tier, level = (request.args.get(name, "") for name in ("chain", "tier", "level"))
    rows = [row for row in every if row.chain == chain and row.said.tier == tier]
    rows = [row for row in rows if level not in [*Level] or row.level == level]
    names = _chain_names(every)
    title = _("%(chain)s · %(tier)s", chain=names.get(chain, chain), tier=plan_labels.TIERS.get(tier, tier))
    shown = [(row.said.node, row.level, row.type, row.local_n, None) for row in rows]
    return render("chains/level_rows.html", shown=shown, title=title, back=url_for(".heat"), **WORDS)


@bp.get("/heat/months/<day:month>")
@requires(Permission.PLAN_READ)
def month_rows(month: date) -> Response:
    """The nodes behind a monthly count: all that history knew by the last day of that month, of one level or all."""
    level = request.args.get("level", "")
    until = month.replace(day=monthrange(month.year, month.month)[1])
    pairs = [(node, day) for node, day in queries.levels_at(until) if level not in [*Level] or day.level == level]
    shown = [(node, day.level, day.type, day.local_n, day.on) for node, day in pairs]
    title = _("%(month)s 月末各环节", month=f"{month:%Y-%m}")
    return render("chains/level_rows.html", shown=shown, title=title, back=url_for(".heat") + "#months", **WORDS)


def _map(code: str) -> Response:
    wanted, found = _found(code)
    if code and not found.rows:
        raise NotFound
    shown = found.shown
    return render(
        "chains/map.html",
        fragment="chains/_map.html",
        segment=code,
        title=_title(code, found),
        tabs=_tabs(code, found.rows),
        plan=found.plan,
        rows=queries.sorted_rows(shown, wanted.sort) if code else [],
        counts={kind: sum(row.type is kind for row in found.rows) for kind in GapType},
        levels={level: sum(row.level is level for row in found.rows) for level in Level},
        kept=_kept(),
        units=[(unit.id, unit.name) for unit in found.units],
        **_drawn(code, wanted, found),
        **WORDS,
    )


def _found(code: str, *, brief: bool = True) -> tuple[MapFilter, ChainMap]:
    wanted = MapFilter.of(request.args, code)
    return wanted, queries.chain_map(current_actor(), wanted, brief=brief)


def _segment_asked() -> str:
    code = request.args.get("segment", "")
    return code if code and code in dict(plan.segments_for_choice()) else ""


def _drawn(code: str, wanted: MapFilter, found: ChainMap) -> dict[str, Any]:
    """Return what the picture of a map needs."""
    cells = [drawing.Label(row.code, named(row.said.node), row.chain, row.said.tier) for row in found.rows]
    names, chapters = _chain_names(found.rows), plan.chapters()
    most = max((row.weight[wanted.size] for row in found.rows), default=0)
    said = _Said(wanted)
    return {
        "drawing": drawing.segment_map(cells, found.feeds) if code else drawing.city_map(cells, found.feeds, names),
        "wanted": wanted,
        "names": names,
        "drawn": [_cell(row, wanted, most, chapters, said) for row in found.rows],
        "map_title": _title(code, found),
    }


class _Said:
    """The words of a map in the reader's language, asked for once: a map has a hundred nodes, each with eight lines."""

    def __init__(self, wanted: MapFilter) -> None:
        self.types = {kind: str(words) for kind, words in labels.TYPES.items()}
        self.levels = {level: str(words) for level, words in labels.LEVELS.items()}
        self.size = str(labels.SIZE_SHORT[wanted.size])
        self.none, self.unknown = _("无"), _("进口依赖：未知")
        # Without values a text comes back with its places open.
        self.local, self.firms = _("本地企业：%(names)s"), _("武汉企业 %(n)s 家 · 目标企业 %(m)s 家")
        self.products, self.imports = _("产品：%(words)s"), _("进口依赖：%(n)s%%")


def _cell(row: NodeRow, wanted: MapFilter, most: int, chapters: dict[str, str], said: _Said) -> dict[str, Any]:
    """Return what the picture says of a node, in plain words: a map has a hundred of them."""
    by_gap = wanted.colour == "gap"
    value = row.weight[wanted.size]
    number = row.said.priority if wanted.size == "priority" else value
    state = said.types[row.type] if by_gap else said.levels[row.level]
    return {
        "code": row.code,
        "off": row.off,
        "look": labels.BADGES[row.type] if by_gap else labels.LEVEL_BADGES[row.level],
        "state": state + ("*" if by_gap and row.override is not None else ""),
        "local": row.local_n,
        "number": number,
        "note": _short(state, f"{said.size} {number}", str(number)),
        # The area of the mark grows with the value.
        "share": value / most if most else 0.0,
        "radius": round(9 + 7 * (value / most) ** 0.5) if value and most else 0,
        "name": f"{named(row.said.node)} {state}",
        "hover": _hover(row, chapters, said),
    }


def _short(state: str, words: str, number: str) -> str:
    """Return words that fit beside the state in a narrow box of the city's map, else the number alone."""
    return words if drawing.breadth(state + words) <= 7.4 else number


def _hover(row: NodeRow, chapters: dict[str, str], words: _Said) -> str:
    """Return what the pointer reads over a node, line by line."""
    said = row.said
    local = "、".join(company.name for company in row.local) or words.none
    imports = row.care.import_percent if row.care else None
    lines = [
        f"{row.code} {named(said.node)}",
        f"{words.types[row.type]} · {words.levels[row.level]}",
        words.local % {"names": local},
        words.firms % {"n": row.wuhan_n, "m": row.targets_n},
        words.products % {"words": "、".join(said.products or said.products_inferred) or "—"},
        *(f"“{one['key']}”（{chapters.get(one['ref'], one['ref'])}）" for one in said.evidence),
        words.imports % {"n": imports.normalize()} if imports is not None else words.unknown,
    ]
    return "\n".join(lines)


def _chain_names(rows: list[NodeRow]) -> dict[str, str]:
    """Return the name of each chain: the segment's, or the branch's where a segment has two."""
    return {
        row.chain: str(plan_labels.BRANCHES.get(row.said.branch, "")) or named(row.said.node.segment) for row in rows
    }


def _title(code: str, found: ChainMap) -> str:
    if not code or not found.rows:
        return _("全市产业链图")
    return _("%(segment)s · 产业链图", segment=named(found.rows[0].said.node.segment))


def _kept() -> dict[str, Any]:
    names = ("priority", "gap", "level", "unit", "colour", "size")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _tabs(active: str, rows: list[NodeRow]) -> list[dict[str, Any]]:
    """Return the tabs of the room; a page that shows all nodes knows the segments already."""
    kept = _kept()
    every = {row.said.node.segment.code: named(row.said.node.segment) for row in rows}
    segments = list(every.items()) if len(every) != 1 else plan.segments_for_choice()
    tabs = [{"label": _("全市"), "url": url_for(".index", **kept), "active": active == ""}]
    tabs += [
        {"label": name, "url": url_for(".segment", segment=code, **kept), "active": active == code}
        for code, name in segments
    ]
    return [*tabs, {"label": _("热力表"), "url": url_for(".heat"), "active": active == "heat"}]
