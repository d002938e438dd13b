"""Agreements on benefits: drafted with the city's defaults, edited by either unit, counted once both confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.claims.models import Case
from crm.claims.transfers import hooks, labels, queries, telling
from crm.claims.transfers.models import AgreementStatus, BenefitAgreement, BenefitLine, Metric, Settle, Transfer
from crm.core import benefits as rules
from crm.core.errors import Conflict, Forbidden, Stale
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.papers import Paper
from crm.parameters import queries as parameters

FAULTS = {
    "bounds": lazy_gettext("比例请填 0 到 100 的整数。"),
    "sum": lazy_gettext("两方比例之和应为百分之百。"),
    "dual": lazy_gettext("税收只能拆分，不能双算。"),
    "dual_sum": lazy_gettext("双算时两方都填百分之百。"),
    "years": lazy_gettext("年限请填 1 到 20 年。"),
    "basis": lazy_gettext("请写明口径，例如“县级留成，扣除法定支出后”。"),
    "barred": lazy_gettext("协议只约定政府之间的分享，不得写入对企业的返还或奖补。"),
}


@dataclass(frozen=True)
class LineInput:
    """A line as typed."""

    metric: Metric
    origin: int
    host: int
    dual: bool
    years: int
    basis: str
    settle: Settle


def draft(
    actor: Actor, *, origin_org_id: int, host_org_id: int, transfer: Transfer | None = None, case: Case | None = None
) -> BenefitAgreement:
    """Draft an agreement with the city's defaults: credit split or in full on both sides, tax as the parameter says."""
    public_id = db.new_public_id()
    row = BenefitAgreement(
        public_id=public_id,
        number=f"LY{clock.today():%y}-{public_id[:6].upper()}",
        transfer_id=transfer.id if transfer else None,
        case_id=case.id if case else None,
        origin_org_id=origin_org_id,
        host_org_id=host_org_id,
        status=AgreementStatus.DRAFT,
        updated_at=clock.now(),
        lines=_defaults(),
        version=1,
    )
    db.session.add(row)
    db.session.flush()
    text = _("利益共享协议 %(number)s 已按默认比例起草，请双方核对后确认。", number=row.number)
    telling.agreement(row, text)
    return row


def _defaults() -> list[BenefitLine]:
    dual = parameters.text("share_mode") == "dual_full"
    years = parameters.whole("share_tax_years")
    share, tax = parameters.whole("share_assess"), parameters.whole("share_tax_origin")
    origin, host = (100, 100) if dual else (share, 100 - share)
    with force_locale("zh_Hans_CN"):
        assess = {"metric": Metric.ASSESS, "dual": dual, "origin_percent": origin, "host_percent": host}
        split = {"metric": Metric.TAX, "dual": False, "origin_percent": tax, "host_percent": 100 - tax}
        return [
            BenefitLine(**assess, years=years, basis=_("市级考核口径"), settle=Settle.YEAR),
            BenefitLine(**split, years=years, basis=_("县级留成，扣除法定支出后"), settle=Settle.YEAR),
        ]


def turn(row: BenefitAgreement, *, counts: bool, origin_org_id: int, host_org_id: int) -> None:
    """Begin the agreement of a case again after its decision was changed, or say that it no longer counts."""
    row.status = AgreementStatus.DRAFT if counts else AgreementStatus.REPLACED
    row.origin_org_id, row.host_org_id = origin_org_id, host_org_id
    row.origin_at = row.host_at = row.origin_by_id = row.host_by_id = None
    _changed(row)


def side_of(actor: Actor, agreement: BenefitAgreement) -> str:
    """Return on which side this person may act: origin, host, or an empty text.

    A unit's manager speaks for it; where a unit has none, as the centre and its outposts, whoever files its reports does.
    """
    sides = {agreement.origin_org_id: "origin", agreement.host_org_id: "host"}
    side = sides.get(actor.org_id, "")
    if not side or Role.MANAGER in actor.roles:
        return side
    alone = actor.can(Permission.CLAIM_FILE) and not accounts.users_with(Role.MANAGER, actor.org_id)
    return side if alone else ""


def may_edit(actor: Actor, agreement: BenefitAgreement) -> bool:
    """Say whether this person may change the lines: either unit's manager or the centre, until both confirmed."""
    return agreement.status is AgreementStatus.DRAFT and (bool(side_of(actor, agreement)) or actor.is_center)


@db.transactional
def save(actor: Actor, agreement: BenefitAgreement, lines: Sequence[LineInput], version: int) -> BenefitAgreement:
    """Replace the lines; what was confirmed before must be confirmed again. Raises Conflict naming line and fault."""
    row = _locked(agreement, version)
    if not may_edit(actor, row):
        raise Forbidden(_("协议已双方确认，或不由您修改。"))
    if not lines:
        raise Conflict(_("请至少约定一项。"), field="metric")
    if len({line.metric for line in lines}) < len(lines):
        raise Conflict(_("同一指标只能约定一次。"), field="metric")
    for line in lines:
        typed = rules.Line(line.metric.value, line.origin, line.host, line.dual, line.years, line.basis)
        wrong = rules.fault(typed)
        if wrong is not None:
            raise Conflict(f"{labels.METRIC[line.metric]}：{FAULTS[wrong]}", field=line.metric.value)
    row.lines.clear()
    db.session.flush()
    row.lines.extend(_stored(line) for line in lines)
    row.origin_at = row.host_at = row.origin_by_id = row.host_by_id = None
    _changed(row)
    audit.record(actor, "benefit.saved", row)
    telling.agreement(row, _("利益共享协议 %(number)s 有修改，请重新核对确认。", number=row.number))
    return row


def _stored(line: LineInput) -> BenefitLine:
    return BenefitLine(
        metric=line.metric,
        dual=line.dual,
        origin_percent=line.origin,
        host_percent=line.host,
        years=line.years,
        basis=line.basis.strip(),
        settle=line.settle,
    )


@db.transactional
def confirm(actor: Actor, agreement: BenefitAgreement, version: int) -> BenefitAgreement:
    """A unit's manager confirms the lines as they stand; with the second confirmation the agreement counts."""
    row = _locked(agreement, version)
    side = side_of(actor, row)
    if not side or row.status is not AgreementStatus.DRAFT:
        raise Forbidden(_("由双方单位负责人确认；已生效的不能再次确认。"))
    if getattr(row, f"{side}_at") is not None:
        raise Conflict(_("您单位已经确认。"))
    setattr(row, f"{side}_at", clock.now())
    setattr(row, f"{side}_by_id", actor.user_id)
    if row.origin_at and row.host_at:
        row.status = AgreementStatus.SIGNED
    _changed(row)
    audit.record(actor, "benefit.confirmed", row, side=side)
    if row.status is AgreementStatus.SIGNED:
        hooks.agreed(actor, row)
        telling.agreement(row, _("利益共享协议 %(number)s 双方已确认，开始执行。", number=row.number))
    return row


def docx(agreement: BenefitAgreement) -> bytes:
    """Return the agreement as an official paper in Word."""
    with force_locale("zh_Hans_CN"):
        paper = Paper()
        paper.title(_("首谈项目利益共享协议"))
        paper.number(agreement.number)
        paper.text(_("首谈（流出）单位：%(unit)s", unit=agreement.origin.name))
        paper.text(_("承接单位：%(unit)s", unit=agreement.host.name))
        claim = queries.winner_of(agreement)
        if claim is not None:
            paper.text(_("项目：%(firm)s，备案 %(number)s", firm=claim.company_words, number=claim.number))
        paper.text(_("双方按下表分享。固定资产投资、产值、税收入库在地统计，只计承接单位一次；分享只在政府之间进行。"))
        heads = [_("指标"), _("首谈单位"), _("承接单位"), _("方式"), _("年限"), _("口径"), _("结算")]
        rows = [
            [
                str(labels.METRIC[line.metric]),
                f"{line.origin_percent}%",
                f"{line.host_percent}%",
                _("双算") if line.dual else _("拆分"),
                _("%(n)s 年", n=line.years),
                line.basis,
                str(labels.SETTLE[line.settle]),
            ]
            for line in agreement.lines
        ]
        paper.table(heads, rows, (34, 18, 18, 16, 16, 38, 16))
        paper.signed(*(_signature(agreement, side) for side in ("origin", "host")))
        return paper.bytes()


def _signature(agreement: BenefitAgreement, side: str) -> str:
    name, at = getattr(agreement, side).name, getattr(agreement, f"{side}_at")
    return f"{name}　" + (f"{clock.local(at):%Y年%m月%d日}" if at else _("（未确认）"))


def _locked(agreement: BenefitAgreement, version: int) -> BenefitAgreement:
    row = db.session.scalar(
        select(BenefitAgreement)
        .where(BenefitAgreement.id == agreement.id)
        .with_for_update(of=BenefitAgreement)
        .execution_options(populate_existing=True)
    )
    assert row is not None
    if row.version != version:
        raise Stale(_("协议刚被修改，请核对后再办。"), current=row)
    return row


def _changed(row: BenefitAgreement) -> None:
    row.version += 1
    row.updated_at = clock.now()
    db.session.flush()
