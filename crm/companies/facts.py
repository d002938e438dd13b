"""What may be written about a company, brought to one form and checked, whoever brings it."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, Integer, String

from crm.companies.keys import name_key
from crm.companies.models import Company
from crm.core import uscc as codes
from crm.core.errors import Invalid
from crm.kit import clock
from crm.kit.db import Hundredths
from crm.kit.words import say as _

FACTS = (
    "entity",
    "country",
    "reg_no",
    "province",
    "city",
    "address",
    "website",
    "scope",
    "products",
    "industry",
    "founded_on",
    "capital_cny",
    "revenue_cny",
    "employees",
    "listing",
    "is_local",
    "is_target",
    "target_reason",
)
NAME_LIMIT = 200
_TEXT_LIMIT = 5_000
_MOST_YUAN = Decimal(10) ** 15
_MOST_PEOPLE = 10_000_000
_FIRST_DAY = date(1600, 1, 1)  # the oldest companies that still trade


def clean_name(text: str | None, field: str = "name") -> str:
    """Return a name fit to be stored. Raises Invalid: no name, too long, without letters, with control characters."""
    name = clean_text(text, field)
    name = " ".join(name.split())
    if len(name) > NAME_LIMIT:
        raise Invalid(
            _("名称最长 %(most)s 个字，现在 %(now)s 个。请只填企业名称。", most=NAME_LIMIT, now=len(name)), field
        )
    key = name_key(name)
    if key is None or sum(char.isalnum() for char in name) < 2:
        raise Invalid(_("名称至少要有两个汉字或字母。"), field)
    return name


def clean_code(text: str | None, field: str = "uscc") -> str | None:
    """Return the credit code in its one form, or None. Raises Invalid with a sentence for each kind of fault."""
    code = codes.normalise(text or "")
    if not code:
        return None
    fault = codes.explain(code)
    if fault is not None:
        raise Invalid(code_fault(fault, code), field)
    return code


def code_fault(fault: str, code: str) -> str:
    """Say what is wrong with a credit code and what to do."""
    if fault == "length":
        return _("统一社会信用代码是 18 位，现在 %(now)s 位。请核对营业执照。", now=len(code))
    if fault == "alphabet":
        return _("代码里有不会出现的字符：只用数字和大写字母，不用 I、O、S、V、Z，第 3–8 位是数字。")
    if fault == "organisation":
        return _("代码第 9–17 位（主体标识码）的校验位不对，请核对有没有抄错。")
    return _("代码最后一位校验码不对，请逐位核对有没有抄错。")


def clean_text(text: str | None, field: str, limit: int = _TEXT_LIMIT) -> str:
    """Trim a text. Raises Invalid for characters that no database keeps, or when it is too long."""
    value = (text or "").strip()
    if not value.isprintable() and any(
        unicodedata.category(char) in ("Cc", "Cs") and char not in "\r\n\t" for char in value
    ):
        raise Invalid(_("内容里有看不见的控制字符，请删去后再保存。"), field)
    if len(value) > limit:
        raise Invalid(_("最长 %(most)s 个字，现在 %(now)s 个。", most=limit, now=len(value)), field)
    return value


def clean_facts(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given facts, each fit for its column. Raises Invalid; an unknown fact is a programming error."""
    unknown = set(given) - set(FACTS)
    if unknown:
        raise TypeError(f"not facts of a company: {sorted(unknown)}")
    return {field: _clean(field, value) for field, value in given.items()}


def _clean(field: str, value: Any) -> Any:
    column = Company.__table__.columns[field]
    if isinstance(column.type, Boolean):
        return bool(value)
    if isinstance(column.type, Hundredths):
        return _amount(field, value)
    if isinstance(column.type, Integer):
        return _count(field, value)
    if isinstance(column.type, Date):
        return _day(field, value)
    if isinstance(column.type, String) and column.type.__class__.__name__ != "Enum":
        text = clean_text(value, field, column.type.length or _TEXT_LIMIT)
        return text or (None if column.nullable else "")
    return value


def _amount(field: str, value: Decimal | int | None) -> Decimal | None:
    if value is None:
        return None
    value = Decimal(value)
    if not value.is_finite() or value < 0 or value >= _MOST_YUAN:
        raise Invalid(_("金额应在 0 与 1,000,000 亿元之间。"), field)
    return value


def _day(field: str, value: date | None) -> date | None:
    if value is not None and not _FIRST_DAY <= value <= clock.today():
        raise Invalid(_("成立日期应在 1600 年至今天之间。"), field)
    return value


def _count(field: str, value: int | None) -> int | None:
    if value is not None and not 0 <= value <= _MOST_PEOPLE:
        raise Invalid(_("应在 0 与 %(most)s 之间。", most=f"{_MOST_PEOPLE:,}"), field)
    return value
