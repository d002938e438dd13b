"""Words of the table of large projects."""

from flask_babel import lazy_gettext as _l

from crm.reports.progress.queries import FORMAL, FRAMEWORK, LAPSED, NONE

AGREEMENT = {FORMAL: _l("正式协议"), FRAMEWORK: _l("框架协议"), LAPSED: _l("框架协议已超期"), NONE: _l("未签协议")}
BAND = {
    1: _l("亿元以上"),
    10: _l("10 亿元以上"),
    50: _l("50 亿元以上"),
    100: _l("百亿元以上"),
    0: _l("不限金额"),
}
