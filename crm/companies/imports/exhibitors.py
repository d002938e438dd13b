"""The kind: an organiser's list of exhibitors. The answer beside each row is what matters; new firms are added if chosen."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from crm.companies import choices, hooks, labels
from crm.companies.choices import NodeChoice
from crm.companies.imports import amending, columns, companies, exact, exhibiting, resolving, undoing, wording, writing
from crm.companies.imports.exhibiting import facts_of
from crm.companies.imports.resolving import Match
from crm.companies.models import Company
from crm.core import booths
from crm.core.permissions import Permission
from crm.core.tabular import ColumnSpec
from crm.imports.kinds import Context, Finding, Kind, Option, Row, Trace, Written
from crm.imports.models import Decision, Fate
from crm.kit.words import say as _

ADD_NEW = "add_new"
# fmt: off
COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("name", "展商名称", (*columns.NAME_WORDS, "企业名称", "参展商", "参展商名称", "展商", "参展企业名称", "参展单位", "exhibitor",
                                "exhibitor name"), "name", required=True, longest=200, instead="english_name"),
    ColumnSpec("english_name", "英文名", ("英文名称", "企业英文名", "公司英文名", "展商英文名", "companyname_en", "english name", "english"),
               "name", longest=200),
    ColumnSpec("uscc", "统一社会信用代码", columns.CODE_WORDS, "code"),
    ColumnSpec("booth", "展位号", ("展位", "展台", "展台号", "摊位号", "展位编号", "booth", "booth no", "booth no.", "stand", "stand no"), "list"),
    ColumnSpec("hall", "展馆", ("馆号", "展馆号", "展厅", "馆", "hall", "pavilion"), "key", longest=20,
               in_sheet=booths.hall_in),
    ColumnSpec("products", "展品", ("展品名称", "主要展品", "参展产品", "主营业务/展品", "主营产品", "产品", "展品介绍", "主营业务", "products",
                                  "exhibits"), "text", longest=2_000),
    ColumnSpec("category", "产品类别", ("展品类别", "产品分类", "展区", "类别", "行业", "所属行业", "专区", "category", "product category"), "text",
               longest=200),
    ColumnSpec("country", "国家/地区", ("国家", "国家或地区", "国别", "国别/地区", "国家地区", "country", "country/region"), "text", longest=40),
    ColumnSpec("province", "省份", ("地区", "所属省份", "省", "省市", "所在地区", "province"), "text", longest=20),
    ColumnSpec("city", "城市", ("市", "所在城市", "city"), "text", longest=20),
    ColumnSpec("website", "网址", ("网站", "官网", "公司网址", "website", "web", "url"), "text", longest=200),
)
# fmt: on


def check(context: Context, rows: Sequence[Row]) -> list[Finding]:
    """Say of each row whether the firm is known. Of work on it only the own unit's is told (S4)."""
    found: list[Finding] = []
    for row, match in zip(rows, exhibiting.matches(context, rows), strict=True):
        note = exhibiting.note(row.given)
        if exhibiting.is_nobody(row.given):
            found.append(Finding(Fate.SKIPPED, note=note, decision=Decision.SKIP))
        elif match.faults:
            found.append(Finding(Fate.ERROR, faults=match.faults))
        elif match.company is not None:
            told = resolving.retired_words(match.company) or note
            found.append(Finding(Fate.SAME, target=match.company.public_id, note=told))
        elif match.choices:
            fate = Fate.LIKELY if match.verdict == "likely" else Fate.RELATED
            found.append(Finding(fate, sure=False, choices=match.choices, note=note))
        else:
            adds = bool(context.options.get(ADD_NEW)) and not exhibiting.is_shared(row.given)
            told = note or ("" if adds else _("新企业，未勾选“登记新企业”，写入时不登记。"))
            found.append(Finding(Fate.NEW, note=told, decision=None if adds else Decision.SKIP))
    return found


def write(context: Context, row: Row, trace: Trace) -> Written:
    """Add a new firm if that was chosen; a known one stays as it is. Raises UserError."""
    chosen = row.decision is not None or bool(context.options.get(ADD_NEW))
    if not chosen and not row.target:
        known = resolving.identify(context.actor, exhibiting.asked(row.given))
        if known.company is None:
            return Written("", 0, _("新企业，没有登记。"), changed=False)
    company, is_new = writing.settle(context, row, facts_of(row.given), trace)
    if row.decision is Decision.SAME and not exhibiting.is_shared(row.given):
        writing.learn(context, company, exhibiting.cell_of(row.given).name, trace)
    changed = is_new or bool(trace.made or trace.changed)
    return Written(writing.SUBJECT, company.id, "" if changed else _("企业库里已有，没有改动。"), changed)


def undo(context: Context, row: Row, trace: Trace) -> list[str]:
    """Take a firm back that the row added."""
    return undoing.take_back(context, facts_of(row.given), trace)


def answer(context: Context, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return what is known of each exhibitor: in the base, which missing link it would fill, the own unit's work."""
    matches = exhibiting.matches(context, rows)
    chosen = exact.look(context.actor, (), (row.target for row in rows if row.decision is Decision.SAME))
    known = [chosen.by_public_id.get(row.target) or match.company for row, match in zip(rows, matches, strict=True)]
    sure = list({one.id: one for one in known if one is not None}.values())
    own = hooks.own_words(context.actor, [one.id for one in sure])
    nodes = amending.known_of(context.actor, sure).nodes
    return [
        _answer(
            row,
            match,
            company,
            nodes.get(company.id, set()) if company else set(),
            own.get(company.id, "") if company else "",
        )
        for row, match, company in zip(rows, matches, known, strict=True)
    ]


def _answer(row: Row, match: Match, company: Company | None, codes: set[str], own: str) -> dict[str, Any]:
    by_code = choices.read().node
    nodes = [node for code in sorted(codes) if (node := by_code(code)) is not None]
    guessed = (
        []
        if nodes
        else wording.nodes_in(*(columns.text_of(row.given, one) for one in ("products", "category", "name")))
    )
    gaps = [node for node in nodes or guessed if node.gap]
    near = match.choices[0] if company is None and match.choices else None
    return {
        "verdict": _verdict(company, own, gaps, near is not None and match.verdict == "likely", bool(match.faults)),
        "known": _known_words(company, match),
        "company": company.name if company is not None else (near.name if near is not None else ""),
        "nodes": "；".join(f"{node.code} {node.name}" for node in nodes or guessed),
        "gap": "；".join(_gap_words(node, guessed=bool(guessed)) for node in gaps),
        "own": own,
        "hall_read": columns.text_of(row.given, "hall") or hall_of(columns.texts_of(row.given, "booth")),
        "public_id": company.public_id if company is not None else "",
    }


def _verdict(company: Company | None, own: str, gaps: Sequence[NodeChoice], likely: bool, match_faults: bool) -> str:
    if company is None and match_faults:
        return _("有错误，没有核对")
    if own:
        return _("本单位在谈")
    if gaps:
        return _("可补缺环")
    if company is not None:
        return _("已在库")
    return _("疑似在库，请核对") if likely else _("新企业")


def _known_words(company: Company | None, match: Match) -> str:
    if company is not None:
        return _("已在库")
    if match.faults:
        return match.faults[0].message
    words = {"likely": _("疑似在库，请核对"), "related": _("有关联企业在库")}
    return words.get(match.verdict, _("新企业"))


def _gap_words(node: NodeChoice, *, guessed: bool) -> str:
    words = f"{labels.GAP[node.gap]}：{node.name}"
    return _("%(words)s（按展品推断）", words=words) if guessed else words


def hall_of(told: Sequence[str]) -> str:
    """Return the hall of the first booth number that names one: 9.1D30-31 is in 9.1, N3馆A12 in N3."""
    return next((place.hall for place in map(booths.read_booth, told) if place.hall), "")


KIND = Kind(
    name="exhibitors",
    label=_l("展商名录"),
    hint=_l("主办方的参展名录：逐行告诉您是否已在库、能补哪个缺环、本单位是否在谈，结果可下载。"),
    icon="building-pavilion",
    permission=Permission.IMPORT_EXHIBITORS,
    columns=COLUMNS,
    check=check,
    write=write,
    undo=undo,
    answer=answer,
    answer_columns=(
        ("verdict", _l("结论")),
        ("known", _l("在库情况")),
        ("company", _l("库中企业")),
        ("nodes", _l("产业链环节")),
        ("gap", _l("可补缺环")),
        ("own", _l("本单位往来")),
        ("hall_read", _l("展馆（读出）")),
        ("public_id", _l("企业编号")),
    ),
    link=companies.link,
    options=(
        Option(
            ADD_NEW,
            _l("登记新企业"),
            _l("把名录里的新企业登记到企业库，只有本单位和市中心看得到。不勾选就只比对，不登记。"),
            lambda actor: True,
        ),
    ),
)
