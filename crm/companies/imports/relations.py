"""The kind: how companies belong together (母公司, 分支机构, 同一实际控制人, 供应商 …). Both must be known already."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from crm.companies import labels, relations
from crm.companies.imports import columns, companies, resolving, snapshots, writing
from crm.companies.imports.resolving import Asked, Match
from crm.companies.models import Company, CompanyRelation, RelationKind
from crm.core.errors import Invalid
from crm.core.permissions import Permission
from crm.core.tabular import ColumnSpec
from crm.imports.kinds import Context, Fault, Finding, Kind, Row, Trace, Written
from crm.imports.models import Fate
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.words import say as _

# Seen from the second company (关联企业): what the first one is of it; "back" turns the two round.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "parent:to": ("母公司", "控股股东", "控股母公司", "上级公司", "集团公司", "投资母体", "股东", "控股方", "parent"),
    "parent:back": ("子公司", "控股子公司", "全资子公司", "参股公司", "下属企业", "对外投资", "subsidiary"),
    "branch:to": ("总公司", "总部", "总机构", "head office"),
    "branch:back": ("分公司", "分支机构", "办事处", "branch"),
    "controller:to": ("实际控制人", "控制人", "最终控制方", "同一实际控制人", "controller"),
    "controller:back": ("受其控制", "受控企业", "被控制企业"),
    "brand:to": ("品牌方", "同一品牌", "同集团", "同一集团", "关联企业", "关联公司", "brand"),
    "brand:back": ("品牌被许可方", "品牌授权方下属", "licensee"),
    "supplier:to": ("供应商", "上游供应商", "上游企业", "供货商", "supplier"),
    "supplier:back": ("采购方",),
    "customer:to": ("客户", "下游客户", "下游企业", "customer"),
    "customer:back": ("供货方",),
    "member:to": ("所属协会", "协会", "商会"),
    "member:back": ("会员", "会员单位", "理事单位", "member"),
    "portfolio:to": ("投资方", "投资机构", "基金", "investor"),
    "portfolio:back": ("被投企业", "投资项目", "portfolio"),
    "mandate:to": ("委托方",),
    "mandate:back": ("受托机构", "受托方"),
    "introducer:to": ("引荐方", "介绍方", "引荐企业", "推荐企业", "introducer"),
    "introducer:back": ("被引荐企业", "被介绍企业"),
}
_OTHER_WORDS = (
    "关联方",
    "对方企业",
    "对方名称",
    "关联企业名称",
    "关联公司名称",
    "母公司名称",
    "股东名称",
    "上级企业",
    "集团",
    "related company",
    "other company",
)
# fmt: off
COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("name", "企业名称", columns.NAME_WORDS, "name", required=True, longest=200),
    ColumnSpec("uscc", "统一社会信用代码", columns.CODE_WORDS, "code"),
    ColumnSpec("other", "关联企业", _OTHER_WORDS, "name", required=True, longest=200),
    ColumnSpec("other_uscc", "关联企业代码", ("关联企业信用代码", "关联企业统一社会信用代码", "对方代码", "母公司代码", "other uscc"), "code"),
    ColumnSpec("role", "关系", ("关联关系", "关系类型", "关联类型", "关联企业是", "它是本企业的", "类型", "relation", "relationship", "role"),
               "choice", required=True, choices=_WORDS),
    ColumnSpec("valid_on", "起始日期", ("日期", "生效日期", "自", "关联日期", "截至日期", "date", "since"), "day"),
    ColumnSpec("product", "产品", ("采购产品", "供应产品", "外购产品", "外购件", "配套产品", "product", "goods"), "text", longest=120),
    ColumnSpec("replaceable", "可本地替代", ("可替代", "本地可替代", "能否本地替代", "是否可替代", "replaceable"), "choice", choices=columns.YES_NO),
    ColumnSpec("origin", "来源", ("信息来源", "出处", "依据", "source"), "text", longest=80),
)
# fmt: on


def check(context: Context, rows: Sequence[Row]) -> list[Finding]:
    """Say of each row whether the relation is new or known; both companies must be known beyond doubt."""
    first, second = _ends(context.actor, rows)
    known = _known(context.actor, [one.company for one in (*first, *second) if one.company is not None])
    return [_finding(row, one, two, known) for row, one, two in zip(rows, first, second, strict=True)]


def write(context: Context, row: Row, trace: Trace) -> Written:
    """Note the relation. Raises UserError."""
    (one,), (two,) = _ends(context.actor, [row])
    faults = _faults(row, one, two)
    if faults or one.company is None or two.company is None:
        raise Invalid(faults[0].message, faults[0].field)
    origin, kind, from_id, to_id = _relation(row, one.company, two.company)
    if (from_id, to_id, kind) in _known(context.actor, [one.company]):
        return Written(writing.SUBJECT, one.company.id, _("这条关联已经登记。"), changed=False)
    source = origin or context.source or "import"
    day = columns.day_of(row.given, "valid_on")
    product, replaceable = _trade(row)
    made = relations.add_relation(
        *(context.actor, from_id, to_id, kind),
        source=source[:80],
        valid_on=day,
        product=product,
        replaceable=replaceable,
    )
    trace.make(CompanyRelation.__tablename__, made.id)
    return Written(writing.SUBJECT, one.company.id)


def undo(context: Context, row: Row, trace: Trace) -> list[str]:
    """Take the relation away, unless somebody corrected or opened it since."""
    for _table, number in trace.made:
        made = db.session.get(CompanyRelation, int(number))
        if made is None:
            continue
        as_made = snapshots.plain(made.valid_on) == snapshots.plain(columns.day_of(row.given, "valid_on"))
        source = columns.text_of(row.given, "origin") or context.source or "import"
        mine = None if context.actor.is_center else context.actor.org_id
        as_made = as_made and (made.product, made.replaceable, made.ended_on) == (*_trade(row), None)
        if not as_made or made.source != source[:80] or made.org_id != mine:
            return [_("“%(name)s”的关联后来又改过，保留。", name=columns.text_of(row.given, "name"))]
        relations.remove_relation(context.actor, made.to_id, made.id)
    return []


def _ends(actor: Actor, rows: Sequence[Row]) -> tuple[list[Match], list[Match]]:
    text = columns.text_of
    asked = [Asked(text(row.given, "name"), text(row.given, "uscc")) for row in rows]
    others = [Asked(text(row.given, "other"), text(row.given, "other_uscc")) for row in rows]
    first = resolving.resolve(actor, asked)
    return first, resolving.resolve(actor, others, name_field="other", code_field="other_uscc")


def _known(actor: Actor, companies_seen: Sequence[Company]) -> set[tuple[int, int, RelationKind]]:
    """Return the relations of these companies that the actor may know of."""
    ids = [company.id for company in companies_seen]
    if not ids:
        return set()
    query = select(CompanyRelation).where(or_(CompanyRelation.from_id.in_(ids), CompanyRelation.to_id.in_(ids)))
    if not actor.is_center:
        query = query.where(or_(CompanyRelation.org_id.is_(None), CompanyRelation.org_id == actor.org_id))
    return {(row.from_id, row.to_id, row.kind) for row in db.session.scalars(query)}


def _relation(row: Row, company: Company, other: Company) -> tuple[str, RelationKind, int, int]:
    kind, _colon, way = columns.text_of(row.given, "role").partition(":")
    ends = (other.id, company.id) if way == "to" else (company.id, other.id)
    return columns.text_of(row.given, "origin"), RelationKind(kind), *ends


def _trade(row: Row) -> tuple[str, bool]:
    """Return what is traded, and whether firms here could supply it."""
    return columns.text_of(row.given, "product"), columns.text_of(row.given, "replaceable") == "yes"


def _faults(row: Row, one: Match, two: Match) -> list[Fault]:
    found = [*one.faults, *two.faults]
    kind = columns.text_of(row.given, "role").partition(":")[0]
    product, replaceable = _trade(row)
    if kind in set(RelationKind) and (product or replaceable):
        try:
            relations.checked(RelationKind(kind), relations.Facts(product=product, replaceable=replaceable))
        except Invalid as error:
            found.append(Fault(error.field or "product", error.message))
    if columns.text_of(row.given, "role") not in _WORDS:
        found.append(Fault("role", _("请填写关系，例如母公司、子公司、供应商。")))
    for match, field in ((one, "name"), (two, "other")):
        if match.company is None and not match.faults:
            found.append(Fault(field, _unknown(match)))
    if one.company is not None and two.company is not None and one.company.id == two.company.id:
        found.append(Fault("other", _("一家企业不能与自己关联。")))
    return found


def _unknown(match: Match) -> str:
    """Say which company is meant perhaps: a relation is only noted between companies that are known."""
    names = "、".join(f"“{choice.name}”" for choice in match.choices[:3])
    if names:
        return _("企业库里没有这个名称，相近的有%(names)s。请改成全称，或填信用代码。", names=names)
    return _("企业库里没有这家企业，请先导入或登记。")


def _finding(row: Row, one: Match, two: Match, known: set[tuple[int, int, RelationKind]]) -> Finding:
    faults = _faults(row, one, two)
    if faults or one.company is None or two.company is None:
        return Finding(Fate.ERROR, faults=faults)
    _origin, kind, from_id, to_id = _relation(row, one.company, two.company)
    if (from_id, to_id, kind) in known:
        return Finding(Fate.SAME, target=one.company.public_id)
    words = labels.RELATION if to_id == one.company.id else labels.RELATION_BACK
    told = f"{words[kind]}：{two.company.name}"
    return Finding(Fate.NEW, changes={"other": (None, told)}, target=one.company.public_id)


KIND = Kind(
    name="relations",
    label=_l("企业关联"),
    hint=_l("母公司、分支机构、同一控制人、供应商等关系；两家企业都要先在企业库里。"),
    icon="sitemap",
    permission=Permission.IMPORT_RELATIONS,
    columns=COLUMNS,
    check=check,
    write=write,
    undo=undo,
    link=companies.link,
)
