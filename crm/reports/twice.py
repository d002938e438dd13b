"""What reports say of an investment that two units registered: it is in each unit's line and once in the sum over them."""

from decimal import Decimal

from flask_babel import gettext as _

from crm.kit.format import thousands

YI = 100_000_000


def words(count: int | Decimal, amount_cny: Decimal | None = None) -> str:
    """Say how many projects a sum over units leaves out, and how much; nothing where it counts all."""
    if not count:
        return ""
    n = thousands(int(count))
    if amount_cny is None:
        return _("另有 %(n)s 个项目与其他项目是同一投资：各单位照计，全市只计一次，不计入合计。", n=n)
    return _(
        "另有 %(n)s 个项目、%(yi)s 亿元与其他项目是同一投资：各单位照计，全市只计一次，不计入合计。",
        n=n,
        yi=f"{amount_cny / YI:.2f}",
    )
