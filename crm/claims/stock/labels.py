"""Words for windows of registration."""

from flask_babel import lazy_gettext as _l

from crm.claims.stock.models import WindowKind

KIND = {WindowKind.STOCK: _l("存量登记期"), WindowKind.OUTAGE: _l("停电停网补录")}

AUDIT = {
    "window.opened": _l("开设登记期"),
    "window.closed": _l("登记期比对"),
    "window.entered": _l("存量登记"),
    "window.entry_withdrawn": _l("撤回存量登记"),
}
SUBJECTS = {
    "window": _l("登记期"),
    "window_entry": _l("存量登记"),
    "stock_window": _l("登记期"),
    "stock_entry": _l("存量登记"),
}
