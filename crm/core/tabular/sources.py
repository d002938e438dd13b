"""Exports of known services, told by the words of their columns."""

from collections.abc import Sequence

from crm.core.tabular.labels import folded, plain

_NAMES = (
    ("qcc", ("企查查", "qcc.com", "qichacha")),
    ("tyc", ("天眼查", "tianyancha")),
    ("qxb", ("启信宝", "qixin.com", "qixinbao")),
    ("aqc", ("爱企查", "aiqicha")),
)
# Every such export has most of these; a list of a unit has one or two.
_REGISTER = (
    "统一社会信用代码",
    "法定代表人",
    "注册资本",
    "成立日期",
    "所属省份",
    "所属城市",
    "经营范围",
    "纳税人识别号",
    "组织机构代码",
    "参保人数",
    "曾用名",
    "核准日期",
)
_MARKS: dict[str, dict[str, int]] = {
    "qcc": {
        "企业名称": 1,
        "登记状态": 1,
        "更多邮箱": 2,
        "更多电话": 1,
        "电话": 1,
        "邮箱": 1,
        "企业机构类型": 2,
        "企业地址": 1,
        "官网": 1,
        "国标行业门类": 1,
        "英文名": 1,
    },
    "tyc": {
        "公司名称": 2,
        "公司类型": 2,
        "其他邮箱": 2,
        "其他电话": 2,
        "有效手机号": 2,
        "更多电话": 1,
        "参保人数所属年报": 2,
        "最新年报地址": 1,
        "通信地址": 1,
        "网址": 1,
        "经营状态": 1,
        "登记状态": 1,
    },
    "qxb": {
        "企业名称": 1,
        "企业状态": 2,
        "联系电话": 1,
        "更多联系电话": 2,
        "联系邮箱": 2,
        "更多联系邮箱": 2,
        "企业标签": 1,
        "新兴产业": 2,
        "省份": 1,
        "城市": 1,
    },
    "aqc": {
        "企业名称": 1,
        "经营状态": 2,
        "工商注册号": 2,
        "所属地区": 1,
        "行业分类": 1,
        "登记机关": 1,
        "最新年报地址": 1,
        "网址": 1,
        "更多电话": 1,
        "更多邮箱": 1,
    },
}
_BOOTHS = {
    "展位号",
    "展位",
    "展位编号",
    "展台号",
    "摊位号",
    "展商名称",
    "参展商",
    "参展企业",
    "boothno",
    "booth",
    "exhibitor",
    "展馆号",
    "馆号",
}
_ENOUGH_REGISTER, _ENOUGH_MARKS = 4, 4


def recognise_source(labels: Sequence[str], title: str = "") -> str | None:
    """Return whose export a table is: qcc (企查查), tyc (天眼查), qxb (启信宝), aqc (爱企查), fair (展商名录); None if unknown.

    A name in the title is enough; without one the columns must be those of a register export.
    """
    told = folded(title)
    for code, names in _NAMES:
        if any(name in told for name in names):
            return code
    words = {plain(label) for label in labels if label}
    if sum(word in words for word in _REGISTER) >= _ENOUGH_REGISTER:
        worths = {code: sum(n for word, n in marks.items() if word in words) for code, marks in _MARKS.items()}
        best = max(worths, key=lambda code: worths[code])
        if worths[best] >= _ENOUGH_MARKS and sum(worth == worths[best] for worth in worths.values()) == 1:
            return best
    return "fair" if words & _BOOTHS else None
