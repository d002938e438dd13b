"""The columns of a ledger of leads, and what its cells say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from crm.companies.imports import columns
from crm.core import leads as rules
from crm.core import names
from crm.core import uscc as codes
from crm.core.recognise import persons, recognise
from crm.core.recognise.codes import read_phone
from crm.core.recognise.folding import fold
from crm.core.tabular import ColumnSpec
from crm.imports.kinds import Fault
from crm.kit import clock, db
from crm.kit.format import yi
from crm.kit.words import say as _
from crm.leads.models import ContactWay
from crm.people import mobiles
from crm.plan.models import Channel, Node

# fmt: off
COLUMNS: tuple[ColumnSpec, ...] = (
    columns.PUBLIC_ID,
    columns.VERSION,
    ColumnSpec("company", "企业", (*columns.NAME_WORDS, "企业名称", "意向企业", "拟引进企业", "招商对象", "客商（企业）名称", "来访企业"), "name",
               required=True, longest=200),
    ColumnSpec("uscc", "统一社会信用代码", columns.CODE_WORDS, "code"),
    ColumnSpec("title", "一句话", ("项目名称", "项目", "意向", "投资意向", "意向项目", "拟投资项目", "拟建项目", "合作意向", "项目名", "project",
                                 "project name", "subject"), "text", required=True, longest=120),
    ColumnSpec("content", "内容", ("项目内容", "建设内容", "投资内容", "项目简介", "对接情况", "洽谈情况", "进展", "进展情况", "进度·备注", "进度",
                                 "最新进展", "跟进情况", "备注", "情况说明", "项目概况", "notes", "description"), "text", longest=5_000),
    ColumnSpec("first_contact_on", "首次接触", ("首次接触日期", "首次接洽时间", "首次接洽日期", "首谈时间", "首谈日期", "接洽时间", "接触时间",
                                            "对接时间", "来访时间", "首次对接时间", "登记日期", "日期", "first contact"), "day"),
    ColumnSpec("contact_way", "接触方式", ("对接方式", "洽谈方式", "联系形式", "contact way"), "choice", choices={
        ContactWay.VISIT: ("上门拜访", "拜访", "走访", "外出拜访", "实地考察", "visit"),
        ContactWay.RECEPTION: ("来访", "来访接待", "接待", "来黄考察", "来黄石考察", "reception"),
        ContactWay.CALL: ("电话", "电话沟通", "电话联系", "电话对接", "call"),
        ContactWay.ONLINE: ("线上", "视频会议", "线上会议", "视频", "online"),
        ContactWay.FAIR: ("展会", "展会接洽", "展会对接", "fair"),
        ContactWay.MESSAGE: ("微信、邮件", "微信", "邮件", "微信沟通", "短信", "message", "email"),
    }),
    ColumnSpec("node", "链条节点", ("产业链环节", "环节", "节点", "产业链节点", "产业类型", "产业", "所属产业", "产业类别", "chain node", "node"),
               "text", longest=80),
    ColumnSpec("invest_total_cny", "计划总投资", ("总投资", "投资额", "拟投资额", "投资总额", "计划投资", "投资金额", "投资规模", "项目总投资",
                                             "意向投资额", "协议投资额", "total investment", "investment"), "amount", unit="元"),
    ColumnSpec("invest_fixed_cny", "其中固投", ("固定资产投资", "固投", "固定投资", "固定资产投资额", "fixed investment"), "amount", unit="元"),
    ColumnSpec("area_mu", "意向用地", ("需用土地", "用地", "用地面积", "用地需求", "土地需求", "拟用地", "需求用地", "意向用地面积", "land"), "area",
               unit="亩", assumed="亩"),
    ColumnSpec("site_wish", "意向选址", ("选址", "意向地", "拟落户地", "选址意向", "意向落地区域", "site"), "text", longest=120),
    ColumnSpec("project_code", "项目代码", ("项目编码", "投资项目代码", "平台项目代码", "project code"), "key", longest=40),
    ColumnSpec("channel", "招商方式", ("招商渠道", "渠道", "信息来源", "线索来源", "来源渠道", "招引方式", "channel", "source"), "text", longest=60),
    ColumnSpec("referrer", "引荐人", ("介绍人", "推荐人", "引荐单位", "推荐单位", "referrer"), "text", longest=60, personal=True),
    ColumnSpec("contact", "联系人及电话", ("联系人及联系方式", "联系人/电话", "联系人（电话）", "联系人和电话", "联系人、电话", "联系人电话",
                                      "contact and phone"), "text", longest=200, personal=True),
    ColumnSpec("person_name", "联系人", ("企业联系人", "对接人", "客商联系人", "项目联系人", "contact person", "contact"), "name", longest=40, personal=True),
    ColumnSpec("person_title", "联系人职务", ("职务", "职位", "contact title"), "text", longest=60),
    ColumnSpec("person_mobile", "联系电话", ("联系方式", "手机", "手机号", "电话", "联系人手机", "联系人电话", "phone", "mobile"), "phone"),
    # Our own side of a ledger: who follows the lead becomes its owner, the unit is the one that imports.
    ColumnSpec("owner", "负责人", ("跟进人", "招商员", "招商人员", "招商专员", "责任人", "经办人", "我方联系人", "owner"), "text", longest=40, personal=True),
    ColumnSpec("unit", "单位", ("填报单位", "责任单位", "招商单位", "对接单位", "首谈单位", "unit"), "text", longest=80),
)
# fmt: on
PLAIN = ("title", "content", "site_wish", "referrer", "project_code")


@dataclass
class Said:
    """What a row says of a lead: ``values`` by column of the lead, the person, what cannot be read.

    ``aside``: words for the text of a new lead where the row gives no text; they change no lead that is there.
    """

    company_text: str = ""
    uscc_text: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    person: tuple[str, str, str] = ("", "", "")  # name, title, number
    faults: list[Fault] = field(default_factory=list)
    aside: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Lists:
    """Nodes and channels by code and by name."""

    nodes: Mapping[str, int]
    channels: Mapping[str, int]

    @classmethod
    def read(cls) -> "Lists":
        """Read both in two statements."""
        nodes: dict[str, int] = {}
        for number, code, name in db.session.execute(select(Node.id, Node.code, Node.name)):
            nodes |= {code.upper(): number, names.normal(name): number}
        channels: dict[str, int] = {}
        for number, code, name in db.session.execute(select(Channel.id, Channel.code, Channel.name)):
            channels |= {code.upper(): number, names.normal(name): number}
        return cls(nodes, channels)

    @staticmethod
    def find(known: Mapping[str, int], text: str) -> int | None:
        """Return the id for a code, for "code name", or for a name."""
        first = text.split()[0].upper() if text.split() else ""
        return known.get(first) or known.get(names.normal(text))


def read(given: Mapping[str, Any], lists: Lists) -> Said:
    """Return what a row says. A node or channel in words of the unit's own stays in the text, never lost."""
    said = Said(columns.text_of(given, "company"), codes.normalise(columns.text_of(given, "uscc")))
    values = said.values
    for name in PLAIN:
        if columns.text_of(given, name):
            values[name] = columns.text_of(given, name)
    for name in ("invest_total_cny", "invest_fixed_cny", "area_mu"):
        if columns.number_of(given, name) is not None:
            values[name] = columns.number_of(given, name)
    if columns.text_of(given, "contact_way"):
        values["contact_way"] = ContactWay(columns.text_of(given, "contact_way"))
    if columns.day_of(given, "first_contact_on"):
        values["first_contact_on"] = columns.day_of(given, "first_contact_on")
    _link(given, lists, said)
    said.person, said.owner = _person(given), columns.text_of(given, "owner")
    _check(said)
    return said


def _link(given: Mapping[str, Any], lists: Lists, said: Said) -> None:
    """Read node and channel; what the plan does not know goes into the text with its heading."""
    kept = []
    for cell, column, known, words in (
        ("node", "node_id", lists.nodes, _("产业")),
        ("channel", "channel_id", lists.channels, _("招商方式")),
    ):
        text = columns.text_of(given, cell)
        found = lists.find(known, text) if text else None
        if found is not None:
            said.values[column] = found
        elif text:
            kept.append(f"{words}：{text}")
    if kept and "content" in said.values:
        said.values["content"] = "\n".join([said.values["content"], *kept])
    elif kept:
        said.aside = "\n".join(kept)


def _person(given: Mapping[str, Any]) -> tuple[str, str, str]:
    name, title, number = (columns.text_of(given, one) for one in ("person_name", "person_title", "person_mobile"))
    both = columns.text_of(given, "contact")
    if both:
        found, _rest = read_phone(fold(both))
        number = number or found or ""
        read_name, read_title = persons.read_cell(fold(both))
        whole = recognise(both, clock.today())
        name = name or read_name or whole.person or ""
        title = title or read_title or whole.title or ""
    readable = mobiles.normal(number) if number else ""
    return name[:40], title[:60], readable or ""


def _check(said: Said) -> None:
    values = said.values
    if len(said.company_text) < 2:
        said.faults.append(Fault("company", _("请填写企业名称，至少 2 个字。")))
    if not values.get("title"):
        said.faults.append(Fault("title", _("请用一句话写明投资意向，例如“拟建减速器生产线”。")))
    if said.uscc_text and codes.explain(said.uscc_text) is not None:
        said.faults.append(Fault("uscc", _("统一社会信用代码不对，请核对营业执照；没有就留空。")))
    day, today = values.get("first_contact_on"), clock.today()
    if day is not None and day > today:
        words = _("今天是 %(today)s，接触日期不能在今天以后。", today=today.isoformat())
        said.faults.append(Fault("first_contact_on", words))
    likely = rules.amount_problem(values.get("invest_fixed_cny"), values.get("invest_total_cny"))
    if likely is not None:
        words = _("不能大于计划总投资 %(total)s 亿元。请核对单位和两个数。", total=yi(values["invest_total_cny"]))
        said.faults.append(Fault("invest_fixed_cny", words))
    if said.person[2] and not said.person[0]:
        said.person = (_("联系人"), said.person[1], said.person[2])
