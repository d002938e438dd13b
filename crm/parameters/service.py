"""Setting the numbers: a new value holds from a day on, forward only; a 文号 turns a draft into an effective one."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _
from sqlalchemy import update

from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid, Stale
from crm.core.permissions import Permission
from crm.kit import clock, db, policy
from crm.kit.access import Actor, authorize
from crm.parameters import queries
from crm.parameters.cache import forget
from crm.parameters.keys import KEYS, ORDERED, Group, Key, Kind
from crm.parameters.models import Parameter, ParameterProposal, ParameterStatus

_NUMBER = re.compile(r"\d{1,15}(\.\d{1,6})?")


@db.transactional
def set_value(
    actor: Actor, key: Key, *, value: str, effective_on: date, document_no: str = "", seen: int | None = None
) -> Parameter:
    """Let a number of the security policy hold from a day on; the security officer sets it, the auditor reads who did.

    Business numbers take four eyes: ``proposals``. ``seen`` is the newest row the editor knew. Raises Invalid,
    Conflict for a second effective value of one day, Stale when somebody set a value meanwhile, Forbidden.
    """
    _authorize(actor, key)
    if key.group is not Group.SECURITY and not actor.is_system:
        raise Forbidden(_("参数由一人提出、另一人审批后生效。"))
    check_seen(key, seen)
    return store(actor, key, value=value, effective_on=effective_on, document_no=document_no, by_id=actor.user_id)


def check_seen(key: Key, seen: int | None) -> None:
    """Raise Stale when somebody set a value since the form was filled."""
    if seen is not None and seen != queries.newest_id(key.name):
        raise Stale(_("这个参数刚被别人改过。下面是现在的取值，请核对后再保存。"), current=queries.history(key.name))


def check_all(key: Key, value: str, effective_on: date) -> str:
    """Return the value as it would be stored. Raises Invalid beside the field: bounds, order, and forward only."""
    checked = check(key, value)
    if effective_on < clock.today():
        raise Invalid(
            _("参数只能从今天或以后生效，过去的办理结果不会重算。请改为今天或以后的日期。"), field="effective_on"
        )
    _check_order(key, checked, effective_on)
    return checked


def store(actor: Actor, key: Key, *, value: str, effective_on: date, document_no: str, by_id: int) -> Parameter:
    """Keep a value that was decided; without a document it is a draft, which applies too and is marked."""
    checked = check_all(key, value, effective_on)
    old = queries.stated(key.name, effective_on)
    row = Parameter(
        key=key.name,
        value=checked,
        unit=key.unit,
        effective_on=effective_on,
        document_no=document_no,
        status=ParameterStatus.EFFECTIVE if document_no else ParameterStatus.DRAFT,
        proposed_by_id=by_id or None,
        proposed_at=clock.now(),
    )
    _add(row)
    audit.record(
        actor,
        "parameter.set",
        row,
        key=key.name,
        value=(old.value, checked),
        effective_on=effective_on.isoformat(),
        document_no=document_no,
    )
    return row


@db.transactional
def confirm(actor: Actor, row: Parameter, *, document_no: str, version: int | str | None) -> Parameter:
    """Enter the document of a draft: the value stays, the mark 参数未经文件确认 goes."""
    _authorize(actor, KEYS[row.key])
    db.check_version(row, version)
    if row.status is ParameterStatus.EFFECTIVE:
        raise Conflict(_("这个取值已有文号 %(no)s。要改取值，请新增一条。", no=row.document_no))
    if not document_no:
        raise Invalid(_("请填文号，如“黄招组发〔2026〕3号”。"), field="document_no")
    row.document_no = document_no
    row.status = ParameterStatus.EFFECTIVE
    with db.unique("document_no", _same_day(row.effective_on)):
        db.session.flush()
    _changed()
    audit.record(actor, "parameter.confirmed", row, key=row.key, document_no=("", document_no))
    return row


@db.transactional
def withdraw(actor: Actor, row: Parameter, *, version: int | str | None) -> None:
    """Take back a value that does not hold yet."""
    _authorize(actor, KEYS[row.key])
    db.check_version(row, version)
    if row.effective_on <= clock.today():
        raise Conflict(_("这个取值已在使用，不能撤回。请新增一条从今天或以后生效的取值。"))
    audit.record(actor, "parameter.withdrawn", row, key=row.key, value=(row.value, None))
    made_by = update(ParameterProposal).where(ParameterProposal.parameter_id == row.id)
    db.session.execute(made_by.values(parameter_id=None))
    db.session.delete(row)
    db.session.flush()
    _changed()


def check(key: Key, text: str) -> str:
    """Return the value as it is stored. Raises Invalid with the bounds on the field ``value``."""
    written = text.strip().replace("，", ",").replace(" ", "")
    if key.kind is Kind.CHOICE:
        if written not in key.choices:
            raise Invalid(_("请从列出的做法里选一项。"), field="value")
        return written
    if key.kind is Kind.DAYS:
        return _check_days(key, written)
    return _check_number(key, written if key.kind is Kind.RATIO else written.replace(",", ""))


def _check_number(key: Key, written: str) -> str:
    try:
        number = Decimal(written) if _NUMBER.fullmatch(written) else None
    except InvalidOperation:
        number = None
    places = {Kind.INTEGER: 0, Kind.AMOUNT: 2}.get(key.kind, 4)
    if number is None or number != round(number, places):
        if key.kind is Kind.INTEGER:
            raise Invalid(_("请填 %(low)s 到 %(high)s 的整数。", low=key.low, high=key.high), field="value")
        raise Invalid(_("请填数字，如 %(low)s。最多 %(places)s 位小数。", low=key.low, places=places), field="value")
    if not key.low <= number <= key.high:
        raise Invalid(_("请填 %(low)s 到 %(high)s 之间的数。", low=key.low, high=f"{key.high:f}"), field="value")
    return f"{int(number)}" if number == int(number) and key.kind is not Kind.RATIO else f"{number:f}"


def _check_days(key: Key, written: str) -> str:
    parts = written.split(",")
    if not 1 <= len(parts) <= 5 or any(not p.isascii() or not p.isdigit() or len(p) > 4 for p in parts):
        raise Invalid(_("请填一到五个天数，用逗号分开，如 15,7,1。"), field="value")
    numbers = [int(p) for p in parts]
    if numbers != sorted(set(numbers), reverse=True) or not key.low <= numbers[-1] <= numbers[0] <= key.high:
        raise Invalid(_("天数要从大到小，不重复，不超过 %(high)s。", high=key.high), field="value")
    return ",".join(map(str, numbers))


def _check_order(key: Key, checked: str, day: date) -> None:
    for low, high in ORDERED:
        if key.name == low and Decimal(checked) > queries.value(high, day):
            raise Invalid(_("不能大于另一项参数的 %(other)s。", other=queries.text(high, day)), field="value")
        if key.name == high and Decimal(checked) < queries.value(low, day):
            raise Invalid(_("不能小于另一项参数的 %(other)s。", other=queries.text(low, day)), field="value")


def _authorize(actor: Actor, key: Key) -> None:
    authorize(actor, Permission.SECURITY_WRITE if key.group is Group.SECURITY else Permission.PARAMETER_WRITE)


def _same_day(day: date) -> str:
    return _("%(day)s 起已有一个经文件确认的取值。请换一个生效日期。", day=day.isoformat())


def _add(row: Parameter) -> None:
    with db.unique("effective_on", _same_day(row.effective_on)):
        db.session.add(row)
    _changed()


def _changed() -> None:
    forget()
    policy.forget()
