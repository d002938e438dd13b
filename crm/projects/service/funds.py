"""Writing money in place by voucher, and promises against their results."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.stages import RECOGNISED
from crm.files import service as files
from crm.kit import clock, db, once
from crm.kit.access import Actor
from crm.projects import funds, hooks, lights
from crm.projects.models import FundVoucher, Project, ProjectPromise, PromiseKind
from crm.projects.service.access import own_project

LEAST_RATE = 4  # yuan for a dollar: it was never less, so what lies beneath is a wrong unit


@dataclass(frozen=True)
class VoucherInput:
    """What a voucher says; the amount in yuan, the part that counts as utilised foreign capital in US dollars."""

    kind: str
    on: date | None
    amount_cny: Decimal | None
    voucher_no: str = ""
    fdi_usd: Decimal | None = None


@dataclass(frozen=True)
class PromiseInput:
    """A promise and its result, in the unit of its kind."""

    kind: PromiseKind
    promised: Decimal | None = None
    due_on: date | None = None
    result: Decimal | None = None
    result_year: int | None = None
    result_on: date | None = None
    source: str = ""


@db.transactional
def add_voucher(
    actor: Actor, project: Project, data: VoucherInput, file: FileStorage | None, *, key: str | None = None
) -> FundVoucher:
    """Count money in place by its voucher. Raises Invalid with its field, Conflict before signing, once.Repeated."""
    project = own_project(actor, project)
    again = once.find(actor, key, "voucher")
    if again is not None:
        raise once.Repeated(again)
    if project.stage not in RECOGNISED:
        raise Conflict(_("签约认定后才登记到位资金。"))
    if data.kind not in funds.KIND:
        raise Invalid(_("请从列表里选凭证种类。"), field="kind")
    if data.on is None or data.on > clock.today():
        raise Invalid(_("请填写到账日期，不能在今天以后。"), field="on")
    if data.amount_cny is None or data.amount_cny <= 0:
        raise Invalid(_("请填写到位金额，大于 0。"), field="amount")
    if data.fdi_usd is not None and data.fdi_usd * LEAST_RATE > data.amount_cny:
        raise Invalid(_("外资部分折成人民币大于到位金额，请核对单位：外资填万美元，到位金额填万元。"), field="fdi")
    if file is None:
        raise Invalid(_("请附凭证：进账单、验资报告、发票或设备清单。"), field="file")
    _check_double(project, data)
    row = FundVoucher(
        public_id=db.new_public_id(),
        project_id=project.id,
        on=data.on,
        kind=data.kind,
        amount_cny=data.amount_cny,
        fdi_usd=data.fdi_usd,
        voucher_no=data.voucher_no.strip()[:60],
        file_id=files.store(actor, file).id,
        by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(row)
    once.remember(actor, key, project.public_id, "voucher")
    _changed(project)
    audit.record(
        actor,
        "project.voucher_added",
        project,
        org_id=project.org_id,
        voucher_kind=row.kind,
        amount_cny=row.amount_cny,
        fdi_usd=row.fdi_usd,
        voucher_no=row.voucher_no,
    )
    return row


@db.transactional
def void_voucher(actor: Actor, voucher: FundVoucher, reason: str) -> FundVoucher:
    """Take a voucher out of the sums with a reason; it stays on the list. Again changes nothing. Raises Invalid, Forbidden."""
    found = db.session.get(Project, voucher.project_id)
    if found is None:
        raise NotFound
    project = own_project(actor, found)
    query = select(FundVoucher).where(FundVoucher.id == voucher.id, FundVoucher.project_id == project.id)
    row = db.session.scalars(query.with_for_update(of=FundVoucher).execution_options(populate_existing=True)).one()
    if row.voided_on is not None:
        return row
    if len(reason.strip()) < 5:
        raise Invalid(_("请写明作废理由，至少 5 个字。"), field="reason")
    row.voided_on, row.void_reason = clock.today(), reason.strip()[:200]
    _changed(project)
    audit.record(
        actor,
        "project.voucher_voided",
        project,
        org_id=project.org_id,
        amount_cny=row.amount_cny,
        fdi_usd=row.fdi_usd,
        voucher_no=row.voucher_no,
        reason=row.void_reason,
    )
    return row


@db.transactional
def save_promise(
    actor: Actor,
    project: Project,
    data: PromiseInput,
    *,
    promise: ProjectPromise | None = None,
    version: int | str | None = None,
) -> ProjectPromise:
    """Write a promise, or its result. One of a kind. Raises Stale, Invalid with its field, Conflict on ``kind``."""
    project = own_project(actor, project)
    _check_promise(data)
    new = promise is None
    if promise is None:
        promise = ProjectPromise(public_id=db.new_public_id(), project_id=project.id, kind=data.kind, version=1)
    else:
        db.check_version(promise, version)
    names = ("promised", "due_on", "result", "result_year", "result_on", "source")
    was = {name: getattr(promise, name) for name in names}
    for name in names:
        setattr(promise, name, getattr(data, name))
    promise.updated_at = project.updated_at = clock.now()
    with db.unique("kind", _("这项承诺已经登记过，请在清单里修改。")):
        db.session.add(promise)
    now = {name: getattr(promise, name) for name in names}
    changed = {name: now[name] if new else (was[name], now[name]) for name in names if was[name] != now[name]}
    audit.record(actor, "project.promise_saved", project, org_id=project.org_id, promise_kind=promise.kind, **changed)
    hooks.promise_saved(actor, promise)
    return promise


def _check_double(project: Project, data: VoucherInput) -> None:
    number = data.voucher_no.strip()
    if not number:
        return
    same = select(FundVoucher.id).where(
        FundVoucher.project_id == project.id,
        FundVoucher.voucher_no == number,
        FundVoucher.kind == data.kind,
        FundVoucher.voided_on.is_(None),
    )
    if db.session.scalar(same.limit(1)) is not None:
        raise Invalid(_("这个凭证号已经登记过。同一笔资金只算一次；登错了请先作废原来那张。"), field="voucher_no")


def _check_promise(data: PromiseInput) -> None:
    if data.promised is None and data.result is None:
        raise Invalid(_("请填写承诺值；只有结果没有约定的，填结果。"), field="promised")
    if data.result is not None and (data.result_year is None or data.result_on is None or not data.source.strip()):
        field = "result_year" if data.result_year is None else "result_on" if data.result_on is None else "source"
        raise Invalid(_("填了结果，请一并填写年度、取数日期和来源。"), field=field)
    if data.result_on is not None and data.result_on > clock.today():
        raise Invalid(_("日期不能在今天以后。"), field="result_on")
    if data.result_year is not None and not 2000 <= data.result_year <= clock.today().year:
        raise Invalid(_("年度请填 2000 到今年。"), field="result_year")


def _changed(project: Project) -> None:
    project.updated_at = clock.now()
    db.session.flush()
    lights.recompute(project)
