"""Words of signals."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.core.signals import SignalKind

KIND = {
    SignalKind.FUNDS: _l("募投、定增"),
    SignalKind.EIA: _l("环评公示"),
    SignalKind.LAND: _l("拿地"),
    SignalKind.EXPANSION: _l("扩产、技改"),
    SignalKind.RELOCATION: _l("搬迁、产能转移"),
    SignalKind.SUBSIDIARY: _l("新设制造子公司"),
    SignalKind.FINANCING: _l("融资"),
    SignalKind.HIRING: _l("招聘激增"),
    SignalKind.DISHONEST: _l("失信被执行人"),
    SignalKind.BANKRUPT: _l("破产"),
    SignalKind.UNLAWFUL: _l("严重违法"),
    SignalKind.EXECUTED: _l("被执行"),
    SignalKind.POLLUTION: _l("环保处罚"),
    SignalKind.ABNORMAL: _l("经营异常"),
}
GROUP = {"chance": _l("全部投资动向"), "risk": _l("全部风险")}
SPAN = {"30": _l("近 30 天"), "90": _l("近 90 天"), "365": _l("近一年"), "730": _l("近两年")}
ACTIONS: dict[str, Any] = {
    "signal.noted": _l("登记企业动向"),
    "signal.edited": _l("更正企业动向"),
    "signal.withdrawn": _l("撤回企业动向"),
    "signal.restored": _l("恢复企业动向"),
    "signals.exported": _l("导出企业动向"),
}
SUBJECTS: dict[str, Any] = {"signal": _l("企业动向"), "signals": _l("企业动向")}
FIELDS: dict[str, Any] = {
    "company": _l("企业"),
    "on": _l("日期"),
    "title": _l("标题"),
    "words": _l("说明"),
    "url": _l("网址"),
}
