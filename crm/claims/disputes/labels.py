"""Words for the grid, opinions and appeals."""

from flask_babel import lazy_gettext as _l

from crm.claims.disputes.models import AppealStatus, Audience, Instance

CRITERION = {
    "time": _l("时间"),
    "evidence": _l("证据"),
    "wish": _l("投资方意愿"),
    "layout": _l("产业布局契合"),
}

WHY = {
    "earlier": _l("认定时间在先"),
    "same": _l("认定时间为同一天"),
    "later": _l("认定时间在后，每晚一天减 4 分"),
    "fair_named": _l("同一展会同一天接触视为同时；展前批准的拜访计划列由本单位对接，先推定本单位"),
    "fair_other": _l("同一展会同一天接触视为同时；展前批准的拜访计划列由对方对接，减 4 分"),
    "fair_city": _l("同一展会同一天接触视为同时；拜访计划没有只列其中一家，先推定市中心"),
    "fair_after_city": _l("同一展会同一天接触视为同时；拜访计划没有只列其中一家，先推定市中心，减 4 分"),
    "fair_center": _l("同一展会同一天接触视为同时；拜访计划没有只列其中一家，由市中心判断"),
    "grade_a": _l("证据 A 级"),
    "grade_b": _l("证据 B 级"),
    "grade_c": _l("证据 C 级"),
    "chosen": _l("投资方书面选择本单位"),
    "other": _l("投资方书面选择对方"),
    "unsaid": _l("投资方未书面表态，各记一半"),
    "layout_named": _l("规划产业分布列有本单位载体"),
    "layout_inferred": _l("由规划文字推得本单位载体适合"),
    "layout_none": _l("规划产业分布未列本单位载体"),
    "layout_unknown": _l("首报未选链条节点，无法判断"),
    "set": _l("裁定人核定"),
}

# What a case of three or more parties gives each of them.
OUTCOME = {
    "hold": _l("取得保护"),
    "lost": _l("不予认定"),
    "assist": _l("列为协助单位"),
    "share": _l("列为协助单位并分享利益"),
}

INSTANCE = {Instance.FIRST: _l("裁定"), Instance.APPEAL: _l("复核")}

APPEAL = {
    AppealStatus.OPEN: _l("复核中"),
    AppealStatus.UPHELD: _l("复核维持"),
    AppealStatus.CHANGED: _l("复核变更"),
    AppealStatus.WITHDRAWN: _l("已撤回复核"),
}

COPY = {Audience.ARCHIVE: _l("存档本"), Audience.FIRST: _l("先报单位送达本"), Audience.SECOND: _l("后报单位送达本")}

EFFECT = {
    "first": _l("先报单位的备案保护不变；后报单位的首报不予认定。"),
    "second": _l("后报单位取得保护，保护期自本意见书作出之日起算；先报单位的备案结束。"),
    "both": _l("视为两个项目，各自保护，保护期分别计算。"),
    "assist": _l("先报单位的备案保护不变；后报单位列为协助单位。"),
    "second_assist": _l("后报单位取得保护，保护期自本意见书作出之日起算；先报单位列为协助单位。"),
    "share": _l("先报单位的备案保护不变；后报单位列为协助单位，双方签订利益共享协议。"),
    "second_share": _l("后报单位取得保护，保护期自本意见书作出之日起算；先报单位列为协助单位，双方签订利益共享协议。"),
    "noted": _l("备案不变。"),
    "one": _l("一个单位取得保护，保护期自本意见书作出之日起算，原已受保护的不变；其余单位的首报分别按下列结果处理。"),
}

AUDIT = {
    "case.proposed": _l("提出协商方案"),
    "case.agreed": _l("同意协商方案"),
    "case.choice": _l("登记投资方选择"),
    "case.choice_revoked": _l("撤销投资方选择"),
    "case.appealed": _l("申请复核"),
    "case.appeal_withdrawn": _l("撤回复核"),
    "case.reviewed": _l("复核决定"),
    "case.lapsed": _l("协商到期转裁定"),
    "case.untouched": _l("案件无人处理，升级提醒"),
    "case.escalated": _l("案件超时限"),
    "case.exported": _l("导出案卷"),
    "case.listed": _l("导出案件清单"),
    "case.opinion": _l("出具认定意见书"),
    "case.opinion_printed": _l("封存认定意见书 PDF"),
}
FIELDS = {"number": _l("文号"), "points": _l("评分"), "chosen": _l("投资方选择的单位")}
