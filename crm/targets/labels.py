"""Words of scores: factors, cards, reasons, and what is not known."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.core.fit import Card, Factor
from crm.watch.labels import KIND as SIGNALS

CARD = {Card.BIG: _l("招大引强"), Card.NEW: _l("招新引优")}
CARD_NOTE = {
    Card.BIG: _l("大型、上市、500 强和央企"),
    Card.NEW: _l("其余企业，看重资质和成长"),
}
FACTOR = {
    Factor.CHAIN: _l("链条契合"),
    Factor.SIGNALS: _l("扩张信号"),
    Factor.STRENGTH: _l("企业实力"),
    Factor.CREDENTIALS: _l("创新资质"),
    Factor.TIES: _l("与本地的关联"),
    Factor.PLACE: _l("区位可达"),
    Factor.FEASIBLE: _l("落地可行"),
}
RULE = {
    Factor.CHAIN: _l(
        "环节缺口分 × 契合程度（主营 1，可延伸 0.5），取最高的一个环节；人工改判的按类型计：建链 100、补链 80、强链 60、延链 40、完善 0"
    ),
    Factor.SIGNALS: _l("两年内的投资动向，按类型给分，每九个月减半，20 分封顶"),
    Factor.STRENGTH: _l("规模 8、营收 10 亿元以上 3、上市 4、500 强或央企 4，15 分封顶"),
    Factor.CREDENTIALS: _l("有效资质取最高：单项冠军 10、小巨人 9、专精特新和隐形冠军 7、高新技术企业 5"),
    Factor.TIES: _l("本地客户或供应商 5、湖北黄石商会会员 3、已登记的基金或中介 2，每类计一次"),
    Factor.PLACE: _l("武汉城市圈 5，长三角、珠三角、京津冀 4，其他 2"),
    Factor.FEASIBLE: _l("有对应载体且有可供土地或厂房 10，只有载体 5，没有 0"),
}
# What should be found out when a factor is not known.
LACKS = {
    Factor.CHAIN: _l("环节"),
    Factor.SIGNALS: _l("投资动向"),
    Factor.STRENGTH: _l("营收、员工、上市"),
    Factor.CREDENTIALS: _l("资质"),
    Factor.TIES: _l("上下游与商会"),
    Factor.PLACE: _l("地区"),
    Factor.FEASIBLE: _l("落地条件"),
}
WHY: dict[str, Any] = {
    **{kind.value: words for kind, words in SIGNALS.items()},
    "no_node": _l("还没有归到产业链环节"),
    "gap_unknown": _l("环节缺口未知"),
    "main_node": _l("主营产品在缺口环节"),
    "side_node": _l("可延伸到缺口环节"),
    "no_signal": _l("还没有登记投资动向"),
    "old_signals": _l("动向都在两年以前"),
    "no_figures": _l("营收、员工、上市都未知"),
    "size_large": _l("大型企业"),
    "size_medium": _l("中型企业"),
    "size_small": _l("小型企业"),
    "size_micro": _l("微型企业"),
    "revenue_large": _l("上年营收 10 亿元以上"),
    "listed": _l("上市"),
    "ranked": _l("榜单"),
    "no_title": _l("没有登记计分的资质"),
    "title": _l("有效资质"),
    "title_over": _l("已失效，不计分"),
    "no_tie": _l("还没有登记与本地的关联"),
    "tie_trade": _l("本地客户或供应商"),
    "tie_home": _l("湖北、黄石商会会员"),
    "tie_introducer": _l("可引荐的基金或中介"),
    "no_place": _l("地区未知"),
    "place_circle": _l("武汉城市圈"),
    "place_cluster": _l("长三角、珠三角或京津冀"),
    "place_elsewhere": _l("其他地区"),
    "room_free": _l("对应载体有可供土地或厂房"),
    "room_none_free": _l("有对应载体，暂无登记的可供土地或厂房"),
    "room_no_carrier": _l("没有对应的载体"),
}
SOURCES = {"gaps": _l("按公式计算的缺口分"), "override": _l("人工改判的缺口类型")}
REGION = {
    "WUHAN": _l("武汉"),
    "YRD": _l("长三角"),
    "PRD": _l("珠三角"),
    "JJJ": _l("京津冀"),
    "BSGSS": _l("北上广深沈"),
    "OVERSEAS": _l("海外"),
}
ACTIONS: dict[str, Any] = {
    "score.overridden": _l("人工评分"),
    "score.override_withdrawn": _l("撤销人工评分"),
    "score_card.changed": _l("调整评分权重"),
    "targets.exported": _l("导出目标企业评分"),
}
SUBJECTS: dict[str, Any] = {
    "score_override": _l("人工评分"),
    "score_card": _l("评分卡"),
    "targets": _l("目标企业评分"),
}
FIELDS: dict[str, Any] = {
    "points": _l("分数"),
    "computed": _l("计算分"),
    "weights": _l("权重"),
    "document_no": _l("文号"),
    "number": _l("版次"),
}


def source_words(source: str) -> str:
    """Return where a fact comes from: a code of ours in words, anything else as it was typed."""
    return str(SOURCES.get(source, source))
