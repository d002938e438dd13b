"""Reading money in place and promises: vouchers by year against what was agreed, results against what was promised."""

from dataclasses import dataclass
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.core import promises as rules
from crm.core.errors import NotFound
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.projects.models import FundVoucher, Project, ProjectPromise, PromiseKind
from crm.projects.queries import visible_to

# Source: domain.md, "Counting rules": 验资、进账单、发票、设备清单.
KIND = {
    "transfer": _l("银行进账单"),
    "capital": _l("验资报告"),
    "invoice": _l("发票"),
    "equipment": _l("设备购置清单"),
}
PROMISE = {
    PromiseKind.FIXED: (_l("固定资产投资"), _l("万元")),
    PromiseKind.OUTPUT: (_l("年产值"), _l("万元")),
    PromiseKind.TAX: (_l("年税收"), _l("万元")),
    PromiseKind.JOBS: (_l("就业"), _l("人")),
    PromiseKind.INTENSITY: (_l("投资强度"), _l("万元/亩")),
    PromiseKind.TAX_PER_MU: (_l("亩均税收"), _l("万元/亩")),
    PromiseKind.OUTPUT_PER_MU: (_l("亩均产值"), _l("万元/亩")),
    PromiseKind.ENERGY_PER_OUTPUT: (_l("单位产值能耗"), _l("吨标准煤/万元")),
}
VERDICT = {
    "met": _l("已兑现"),
    "behind": _l("未到期，还差"),
    "missed": _l("到期未兑现"),
    "waiting": _l("等结果"),
    "late": _l("到期无结果"),
    "none": _l("未约定"),
}
ACTIONS = {
    "project.voucher_added": _l("登记到位资金"),
    "project.voucher_voided": _l("作废到位资金"),
    "project.vouchers_exported": _l("导出到位资金"),
    "project.promise_saved": _l("更新承诺与兑现"),
}
FIELDS = {
    "voucher_no": _l("凭证号"),
    "voucher_kind": _l("凭证种类"),
    "fdi_usd": _l("实际利用外资（美元）"),
    "promise_kind": _l("承诺种类"),
    "promised": _l("承诺值"),
    "result": _l("结果"),
    "result_year": _l("结果年度"),
    "source": _l("来源"),
    "due_on": _l("到期日"),
}


@dataclass(frozen=True)
class Year:
    """The vouchers of a year; ``total`` counts those in force."""

    year: int
    vouchers: list[FundVoucher]
    total: Decimal


@dataclass(frozen=True)
class Funds:
    """Money in place of a project: by year, all together, and percent of the agreed (else of the planned) amount."""

    years: list[Year]
    total: Decimal
    this_year: Decimal
    agreed: Decimal | None
    percent: int | None


@dataclass(frozen=True)
class PromiseLine:
    """A promise with its comparison today."""

    promise: ProjectPromise
    verdict: rules.Verdict


def funds_of(project: Project) -> Funds:
    """Return the vouchers of a project by year, the newest first, with their sums; a voided one counts nowhere."""
    query = select(FundVoucher).where(FundVoucher.project_id == project.id)
    query = query.options(joinedload(FundVoucher.by), joinedload(FundVoucher.file))
    rows = db.session.scalars(query.order_by(FundVoucher.on.desc(), FundVoucher.id.desc())).all()
    years = [
        Year(year, mine := [row for row in rows if row.on.year == year], _sum(mine))
        for year in sorted({row.on.year for row in rows}, reverse=True)
    ]
    total, agreed = _sum(rows), project.invest_agreed_cny or project.invest_total_cny
    now = next((one.total for one in years if one.year == clock.today().year), Decimal(0))
    return Funds(years, total, now, agreed, rules.share(total, agreed))


def _sum(rows: object) -> Decimal:
    return sum((row.amount_cny for row in rows if row.voided_on is None), Decimal(0))  # type: ignore[attr-defined]


def get_voucher(actor: Actor, project: Project, public_id: str) -> FundVoucher:
    """Return a voucher of a project. Raises NotFound."""
    query = select(FundVoucher).join(Project, Project.id == FundVoucher.project_id)
    row = db.session.scalar(
        query.where(visible_to(actor), Project.id == project.id, FundVoucher.public_id == public_id)
    )
    if row is None:
        raise NotFound("没有找到这张凭证，或您无权查看。")
    return row


def promises_of(project: Project) -> list[PromiseLine]:
    """Return the promises of a project in the order of their kinds, compared today."""
    rows = db.session.scalars(select(ProjectPromise).where(ProjectPromise.project_id == project.id)).all()
    order = list(PromiseKind)
    return [
        PromiseLine(row, rules.compare(row.kind.value, row.promised, row.result, row.due_on, clock.today()))
        for row in sorted(rows, key=lambda row: order.index(row.kind))
    ]


def get_promise(actor: Actor, project: Project, public_id: str) -> ProjectPromise:
    """Return a promise of a project. Raises NotFound."""
    query = select(ProjectPromise).join(Project, Project.id == ProjectPromise.project_id)
    row = db.session.scalar(
        query.where(visible_to(actor), Project.id == project.id, ProjectPromise.public_id == public_id)
    )
    if row is None:
        raise NotFound("没有找到这项承诺，或您无权查看。")
    return row
