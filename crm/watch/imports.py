"""The kind of import: a list of signals and risks (拿地、扩产、融资 …), each with its company, day and source."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from crm.audit import service as audit
from crm.companies.imports import columns, companies, resolving, undoing, writing
from crm.core.errors import Invalid
from crm.core.permissions import Permission
from crm.core.signals import SignalKind
from crm.core.tabular import ColumnSpec
from crm.imports.kinds import Context, Fault, Finding, Kind, Row, Trace, Written
from crm.imports.models import Decision, Fate
from crm.kit import db
from crm.kit.words import say as _
from crm.watch import hooks, service
from crm.watch.models import Signal
from crm.watch.service import SignalInput

_KINDS: Mapping[str, tuple[str, ...]] = {
    SignalKind.FUNDS: ("募投", "定增", "募投、定增", "募集资金投资项目", "定向增发"),
    SignalKind.EIA: ("环评", "环评公示", "环评受理", "环评批复"),
    SignalKind.LAND: ("拿地", "购地", "土地摘牌", "土地成交", "竞得土地"),
    SignalKind.EXPANSION: ("扩产", "技改", "扩产、技改", "扩建", "新建产能", "扩能"),
    SignalKind.RELOCATION: ("搬迁", "产能转移", "搬迁、产能转移", "产业转移", "外迁"),
    SignalKind.SUBSIDIARY: ("新设制造子公司", "新设子公司", "成立子公司", "设立子公司"),
    SignalKind.FINANCING: ("融资", "股权融资", "A轮", "B轮", "C轮"),
    SignalKind.HIRING: ("招聘激增", "招聘", "大规模招聘"),
    SignalKind.DISHONEST: ("失信", "失信被执行人", "失信被执行"),
    SignalKind.BANKRUPT: ("破产", "破产重整", "破产清算"),
    SignalKind.UNLAWFUL: ("严重违法", "严重违法失信"),
    SignalKind.EXECUTED: ("被执行", "被执行人"),
    SignalKind.POLLUTION: ("环保处罚", "环境处罚", "环境违法"),
    SignalKind.ABNORMAL: ("经营异常", "经营异常名录"),
}
# fmt: off
COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("name", "企业名称", columns.NAME_WORDS, "name", required=True, longest=200),
    ColumnSpec("uscc", "统一社会信用代码", columns.CODE_WORDS, "code"),
    ColumnSpec("kind", "动向类型", ("类型", "信号类型", "事件类型", "动态类型", "类别", "signal", "event type"), "choice",
               required=True, choices=_KINDS),
    ColumnSpec("on", "发生日期", ("日期", "事件日期", "公告日期", "发布日期", "时间", "date"), "day", required=True),
    ColumnSpec("title", "内容", ("标题", "事件", "动向内容", "事件内容", "摘要", "title", "headline"), "text", required=True, longest=120),
    ColumnSpec("origin", "来源", ("信息来源", "出处", "来源网站", "媒体", "source"), "text", longest=200),
    ColumnSpec("url", "网址", ("链接", "原文链接", "来源链接", "url", "link"), "text", longest=300),
    ColumnSpec("province", "省份", ("所属省份", "省", "地区", "province"), "text", longest=20),
    ColumnSpec("city", "城市", ("所属城市", "市", "地市", "city"), "text", longest=20),
)
# fmt: on


def check(context: Context, rows: Sequence[Row]) -> list[Finding]:
    """Say of each row whether the signal is new or known, and which company it is of."""
    matches = resolving.resolve(context.actor, [resolving.asked_of(_company(row.given)) for row in rows])
    known = _known([match.company.id for match in matches if match.company is not None])
    return [_finding(context, row, match, known) for row, match in zip(rows, matches, strict=True)]


def write(context: Context, row: Row, trace: Trace) -> Written:
    """Note the signal; the company is made if it is new. Raises UserError."""
    faults = _faults(context, row)
    if faults:
        raise Invalid(faults[0].message, faults[0].field)
    company, is_new = writing.settle(context, row, _company(row.given), trace)
    if row.decision is Decision.SAME:
        writing.learn(context, company, columns.text_of(row.given, "name"), trace)
    data = _input(context, row)
    if (company.id, data.kind, data.on, data.title) in _known([company.id]):
        return Written(writing.SUBJECT, company.id, "" if is_new else _("这条动向已经登记。"), is_new)
    made = service.note_signal(context.actor, company, data)
    trace.make(Signal.__tablename__, made.id)
    return Written(writing.SUBJECT, company.id)


def undo(context: Context, row: Row, trace: Trace) -> list[str]:
    """Take the signal away unless somebody corrected it since, and the company if the row made it."""
    for table, number in trace.made:
        made = db.session.get(Signal, int(number)) if table == Signal.__tablename__ else None
        if made is None:
            continue
        if made.version > 1:
            return [_("动向“%(title)s”后来又改过，保留。", title=made.title)]
        audit.record(context.actor, "signal.withdrawn", made, title=(made.title, None))
        company_id = made.company_id
        db.session.execute(delete(Signal).where(Signal.id == made.id))
        db.session.expunge(made)
        hooks.signals_changed({company_id})
    rest = replace(trace, made=[one for one in trace.made if one[0] != Signal.__tablename__])
    return undoing.take_back(context, _company(row.given), rest)


def _company(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in ("name", "uscc", "province", "city") if given.get(name)}


def _input(context: Context, row: Row) -> SignalInput:
    text, kind = columns.text_of, columns.text_of(row.given, "kind")
    return SignalInput(
        kind=SignalKind(kind) if kind in set(SignalKind) else None,
        on=columns.day_of(row.given, "on"),
        title=text(row.given, "title")[:120],
        source=(text(row.given, "origin") or context.source)[:200],
        url=text(row.given, "url"),
    )


def _known(company_ids: Sequence[int]) -> set[tuple[int, Any, Any, str]]:
    if not company_ids:
        return set()
    query = select(Signal.company_id, Signal.kind, Signal.on, Signal.title)
    rows = db.session.execute(query.where(Signal.company_id.in_(company_ids)))
    return {(company, kind, on, title) for company, kind, on, title in rows}


def _faults(context: Context, row: Row) -> list[Fault]:
    try:
        service.check(_input(context, row))
    except Invalid as error:
        field = {"source": "origin"}.get(error.field or "", error.field or "title")
        return [Fault(field, error.message)]
    return []


def _finding(context: Context, row: Row, match: resolving.Match, known: set[tuple[int, Any, Any, str]]) -> Finding:
    faults = [*match.faults, *_faults(context, row)]
    if faults:
        return Finding(Fate.ERROR, faults=faults)
    data = _input(context, row)
    if match.company is None:
        if not match.choices:
            return Finding(Fate.NEW, note=_("企业库里没有这家企业，写入时一并登记。"))
        fate = Fate.LIKELY if match.verdict == "likely" else Fate.RELATED
        return Finding(fate, sure=False, choices=match.choices)
    if (match.company.id, data.kind, data.on, data.title) in known:
        return Finding(Fate.SAME, target=match.company.public_id)
    return Finding(Fate.UPDATE, changes={"title": (None, data.title)}, target=match.company.public_id)


KIND = Kind(
    name="signals",
    label=_l("企业动向"),
    hint=_l("拿地、扩产、募投、融资、搬迁等投资动向和失信、处罚等风险：每行一家企业、一个日期、一个来源。"),
    icon="news",
    permission=Permission.IMPORT_SIGNALS,
    columns=COLUMNS,
    check=check,
    write=write,
    undo=undo,
    link=companies.link,
)
