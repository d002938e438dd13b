"""Words of the trail for ledgers."""

from flask_babel import lazy_gettext as _l

ACTIONS = {
    "ledger.line_written": _l("修改台账行"),
    "ledger.confirmed": _l("确认周台账"),
    "ledger.frozen": _l("冻结周台账"),
    "ledger.corrected": _l("添加台账更正行"),
    "ledger.exported": _l("导出周台账"),
    "figures.exported": _l("导出项目报表"),
    "figures.frozen": _l("冻结月度数字"),
    "figures.printed": _l("打印项目报表"),
    "ledger.printed": _l("打印周台账"),
}
SUBJECTS = {"ledger_week": _l("周台账"), "ledger_line": _l("台账行"), "issued_report": _l("已冻结报表")}
FIELDS = {"period": _l("期间")}
