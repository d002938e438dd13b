"""Words of the trail for ledgers."""

from flask_babel import lazy_gettext as _l

ACTIONS = {
    "ledger.line_written": _l("修改台账行"),
    "ledger.confirmed": _l("确认周台账"),
    "ledger.frozen": _l("冻结周台账"),
    "ledger.corrected": _l("添加台账更正行"),
    "ledger.exported": _l("导出周台账"),
    "figures.exported": _l("导出项目报表"),
    "indicator.entered": _l("录入指标数值"),
    "indicator.withdrawn": _l("撤回指标数值"),
    "indicator.exported": _l("导出发展指标"),
    "figures.frozen": _l("冻结月度数字"),
    "figures.printed": _l("打印项目报表"),
    "ledger.printed": _l("打印周台账"),
    "target.set": _l("设定年度目标"),
}
SUBJECTS = {
    "ledger_week": _l("周台账"),
    "ledger_line": _l("台账行"),
    "issued_report": _l("已冻结报表"),
    "indicator_value": _l("指标数值"),
    "unit_target": _l("年度目标"),
}
FIELDS = {
    "period": _l("期间"),
    "indicator": _l("指标"),
    "year": _l("年度"),
    "amount": _l("数值"),
    "source": _l("来源"),
    "signed_count": _l("签约个数"),
    "signed_cny": _l("签约额"),
    "started_count": _l("开工（业）个数"),
    "funds_cny": _l("当年到位资金"),
    "fdi_usd": _l("实际利用外资（美元）"),
}
