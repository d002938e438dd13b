"""The kind: a list of titles that companies were given (专精特新, 高新技术企业 …)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from crm.audit import service as audit
from crm.companies import choices, details, hooks, unmatched
from crm.companies.imports import columns, companies, resolving, snapshots, undoing, writing
from crm.companies.models import Company, Credential, HonourRow
from crm.core.permissions import Permission
from crm.core.tabular import ColumnSpec
from crm.imports.kinds import Context, Fault, Finding, Kind, Option, Row, Trace, Written
from crm.imports.models import Decision, Fate
from crm.kit import clock, db
from crm.kit.words import say as _

_LEVELS: Mapping[str, tuple[str, ...]] = {
    "国家级": ("国家级", "国家", "部级"),
    "省级": ("省级", "省", "湖北省"),
    "市级": ("市级", "市", "黄石市"),
}
_MARKS = re.compile(r"[\W_]+")
_VALUES = ("level", "rank", "valid_until")
_USUAL = {"中国500强": "中国企业500强", "中央企业": "央企"}
KEEP = "keep_unmatched"
# fmt: off
COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("name", "企业名称", columns.NAME_WORDS, "name", required=True, longest=200),
    ColumnSpec("uscc", "统一社会信用代码", columns.CODE_WORDS, "code"),
    ColumnSpec("kind", "资质", ("资质名称", "荣誉", "荣誉称号", "称号", "认定类型", "认定类别", "资质类型", "资质类别", "荣誉名称", "名单类别",
                              "类别", "奖项", "credential", "title", "certificate"), "text", longest=40),
    ColumnSpec("level", "级别", ("资质级别", "荣誉级别", "认定级别", "等级", "level"), "choice", choices=_LEVELS),
    ColumnSpec("year", "认定年份", ("年份", "年度", "认定年度", "获评年份", "获得年份", "批次年份", "公布年份", "year"), "number", unit="年"),
    ColumnSpec("rank", "名次", ("排名", "位次", "排行", "rank"), "number"),
    ColumnSpec("valid_until", "有效期至", ("有效期", "到期日期", "截止日期", "有效期截止", "有效截止日期", "valid until", "expiry"), "day"),
    ColumnSpec("province", "省份", ("所属省份", "省", "地区", "所属地区", "province"), "text", longest=20),
    ColumnSpec("city", "城市", ("所属城市", "市", "地市", "所在市", "city"), "text", longest=20),
)
# fmt: on


def check(context: Context, rows: Sequence[Row]) -> list[Finding]:
    """Say of each row whether the title is new, another or known, and which company it is of."""
    asked = [resolving.asked_of(_company(row.given)) for row in rows]
    matches = resolving.resolve(context.actor, asked)
    known = _titles([match.company.id for match in matches if match.company is not None])
    return [_finding(context, row, match, known) for row, match in zip(rows, matches, strict=True)]


def write(context: Context, row: Row, trace: Trace) -> Written:
    """Note the title; the company is made if it is new, or the row kept for a person. Raises UserError."""
    values = _values(context, row.given)
    if context.options.get(KEEP) and row.decision is None and _is_unknown(context, row):
        return _kept(context, row, values, trace)
    company, is_new = writing.settle(context, row, _company(row.given), trace)
    if row.decision is Decision.SAME:
        writing.learn(context, company, columns.text_of(row.given, "name"), trace)
    title = _titles([company.id]).get((company.id, values["kind"], values["year"]))
    if title is None:
        made = details.add_credential(context.actor, company.id, source=context.source, **values)
        trace.make(Credential.__tablename__, made.id)
        return Written(writing.SUBJECT, company.id)
    changed = _changed(title, values)
    if not changed:
        return Written(writing.SUBJECT, company.id, "" if is_new else _("与库中一致，没有改动。"), is_new)
    for name, (old, new) in changed.items():
        trace.change(Credential.__tablename__, title.id, name, snapshots.plain(old), snapshots.plain(new))
        setattr(title, name, new)
    _touch(company)
    audit.record(context.actor, "company.credential_changed", company, credential=title.kind, **changed)
    return Written(writing.SUBJECT, company.id)


def undo(context: Context, row: Row, trace: Trace) -> list[str]:
    """Take the title back, or its change, and the company if the row made it."""
    stays: list[str] = []
    if any(table == HonourRow.__tablename__ for table, _number in trace.made):
        return _let_go(trace)
    for table, number in trace.made:
        title = db.session.get(Credential, int(number)) if table == Credential.__tablename__ else None
        if title is None:
            continue
        if _changed(title, _values(context, row.given)):
            stays.append(_("资质“%(kind)s”后来又改过，保留。", kind=title.kind))
            return stays
        company = db.session.get_one(Company, title.company_id)
        audit.record(context.actor, "company.credential_removed", company, credential=(title.kind, None))
        db.session.execute(delete(Credential).where(Credential.id == title.id))
        db.session.expire(company)
        _touch(company)
    for table, number, name, old, new in trace.changed:
        title = db.session.get(Credential, int(number)) if table == Credential.__tablename__ else None
        if title is None:
            continue
        if snapshots.plain(getattr(title, name)) != new:
            stays.append(_("资质“%(kind)s”后来又改过，保留。", kind=title.kind))
            continue
        setattr(title, name, snapshots.typed(Credential, name, old))
    db.session.flush()
    rest = replace(trace, changed=[one for one in trace.changed if one[0] != Credential.__tablename__])
    return stays + undoing.take_back(context, _company(row.given), rest)


def _is_unknown(context: Context, row: Row) -> bool:
    return resolving.identify(context.actor, resolving.asked_of(_company(row.given), row.target)).company is None


def _kept(context: Context, row: Row, values: Mapping[str, Any], trace: Trace) -> Written:
    """Keep a row whose company nobody knows yet. It is no company: its number would lead to another one's page."""
    made = unmatched.keep(context.actor, _company(row.given), values, context.source)
    if made is None:
        return Written("honour_row", 0, _("已在“待认名单”里。"), changed=False)
    trace.make(HonourRow.__tablename__, made.id)
    return Written("honour_row", 0, _("企业库里没有这家企业，已留在“待认名单”里。"))


def _link(company_id: int) -> str:
    return companies.link(company_id) if company_id else url_for("companies.unmatched_honours")


def _let_go(trace: Trace) -> list[str]:
    kept = [db.session.get(HonourRow, int(number)) for table, number in trace.made if table == HonourRow.__tablename__]
    if any(one is not None and one.settled_at is not None for one in kept):
        return [_("这一行已经认定，保留。")]
    for one in kept:
        if one is not None:
            db.session.delete(one)
    return []


def _company(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in ("name", "uscc", "province", "city") if given.get(name)}


def _values(context: Context, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the title a row speaks of; the name of the list stands for a kind that no column gives."""
    return {
        "kind": _kind(columns.text_of(given, "kind") or context.source),
        "level": columns.text_of(given, "level"),
        "year": columns.whole_of(given, "year"),
        "rank": columns.whole_of(given, "rank"),
        "valid_until": columns.day_of(given, "valid_until"),
    }


def _kind(text: str) -> str:
    """Return a title by its usual name: 国家级专精特新小巨人企业 is 专精特新“小巨人”."""
    said = _MARKS.sub("", text)
    for word, usual in _USUAL.items():
        if word in said:
            return usual
    for usual in choices.CREDENTIALS:
        word = _MARKS.sub("", usual).removesuffix("企业")
        if word in said or (word == "专精特新小巨人" and "小巨人" in said):
            return usual
    return text[:40]


def _titles(company_ids: Sequence[int]) -> dict[tuple[int, str, int | None], Credential]:
    if not company_ids:
        return {}
    rows = db.session.scalars(select(Credential).where(Credential.company_id.in_(company_ids)))
    return {(row.company_id, row.kind, row.year): row for row in rows}


def _changed(title: Credential, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the row says otherwise; an empty cell says nothing."""
    told = {name: values[name] for name in _VALUES if values[name] not in (None, "")}
    return {name: (getattr(title, name), new) for name, new in told.items() if getattr(title, name) != new}


def _finding(
    context: Context, row: Row, match: resolving.Match, known: Mapping[tuple[int, str, int | None], Credential]
) -> Finding:
    values = _values(context, row.given)
    faults = [*match.faults]
    if not values["kind"]:
        faults.append(Fault("kind", _("请填写资质名称，或在来源里写明名单名称，例如“省级专精特新中小企业”。")))
    if row.given.get("year") not in (None, "") and not _is_year(values["year"]):
        faults.append(Fault("year", _("请填写四位年份，例如 2025。")))
    if row.given.get("rank") not in (None, "") and not 0 < (values["rank"] or 0) < 100_000:
        faults.append(Fault("rank", _("名次请填写大于 0 的整数。")))
    if faults:
        return Finding(Fate.ERROR, faults=faults)
    if match.company is None:
        if not match.choices:
            keeps = context.options.get(KEEP)
            note = (
                _("企业库里没有这家企业，留在“待认名单”里。") if keeps else _("企业库里没有这家企业，写入时一并登记。")
            )
            return Finding(Fate.NEW, note=note)
        fate = Fate.LIKELY if match.verdict == "likely" else Fate.RELATED
        return Finding(fate, sure=False, choices=match.choices)
    title = known.get((match.company.id, values["kind"], values["year"]))
    if title is None:
        told = {name: value for name, value in values.items() if value not in (None, "")}
        changes = {name: (None, snapshots.plain(value)) for name, value in told.items()}
        return Finding(Fate.UPDATE, changes=changes, target=match.company.public_id)
    changed = {
        name: (snapshots.plain(old), snapshots.plain(new)) for name, (old, new) in _changed(title, values).items()
    }
    return Finding(Fate.UPDATE if changed else Fate.SAME, changes=changed, target=match.company.public_id)


def _is_year(year: int | None) -> bool:
    return year is not None and 1949 <= year <= clock.today().year + 1


def _touch(company: Company) -> None:
    company.version += 1
    company.updated_at = clock.now()
    db.session.flush()
    hooks.standing_changed(company.id)


KIND = Kind(
    name="credentials",
    label=_l("资质名单"),
    hint=_l("专精特新、高新技术企业、单项冠军等名单：给已有企业补资质，没有的一并登记。"),
    icon="certificate",
    permission=Permission.IMPORT_CREDENTIALS,
    columns=COLUMNS,
    check=check,
    write=write,
    undo=undo,
    link=_link,
    options=(
        Option(
            KEEP,
            _l("不登记新企业"),
            _l("企业库里没有的企业留在“待认名单”里，以后逐家登记或认作库中企业。不勾选就一并登记为新企业。"),
            lambda actor: True,
        ),
    ),
)
