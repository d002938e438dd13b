"""The columns of lists about companies, with the words that ledgers, registers and services put above them."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from crm.companies.models import Entity
from crm.core.names import regions
from crm.core.tabular import ColumnSpec
from crm.kit.db import ALPHABET, PUBLIC_ID_LENGTH

_PUBLIC_ID = re.compile(f"[{ALPHABET}]{{{PUBLIC_ID_LENGTH}}}")
YES_NO: Mapping[str, tuple[str, ...]] = {
    "yes": ("是", "√", "✓", "有", "Y", "yes", "true", "1", "对", "T"),
    "no": ("否", "×", "✗", "无", "N", "no", "false", "0", "F", "不是"),
}
PUBLIC_ID = ColumnSpec(
    "public_id", "编号", ("系统编号", "平台编号", "记录编号", "record id", "id（勿改）", "编号（勿改）"), "key"
)
VERSION = ColumnSpec("version", "版本", ("版本号", "版本（勿改）", "记录版本", "version", "record version"), "number")
# fmt: off
NAME_WORDS = (
    "公司名称", "企业全称", "公司全称", "单位名称", "客商名称", "投资方", "投资方名称", "投资主体", "投资企业", "投资商", "客商",
    "企业", "公司", "名称", "目标企业", "重点企业", "法人名称", "机构名称", "客户名称", "厂商名称", "参展企业", "企业名",
    "公司名", "主体名称", "纳税人名称", "申报单位", "项目单位", "company", "company name", "name", "enterprise", "legal name",
    "company_cn", "公司名称_cn", "organization", "account name", "firm",
)
CODE_WORDS = (
    "信用代码", "社会信用代码", "统一信用代码", "统一社会信用代码/注册号", "统一代码", "企业代码", "组织机构代码", "税号",
    "纳税人识别号", "纳税人识别码", "营业执照号", "信用代码/代号", "uscc", "usci", "unified social credit code",
    "social credit code", "credit code", "tax id",
)
COMPANY_COLUMNS: tuple[ColumnSpec, ...] = (
    PUBLIC_ID,
    VERSION,
    ColumnSpec("name", "企业名称", NAME_WORDS, "name", required=True, longest=200),
    ColumnSpec("uscc", "统一社会信用代码", CODE_WORDS, "code"),
    ColumnSpec("former_names", "曾用名", ("原名称", "原名", "历史名称", "曾用名称", "更名前名称", "former name", "former names",
                                      "previous name"), "list"),
    ColumnSpec("short_name", "企业简称", ("简称", "公司简称", "品牌", "股票简称", "证券简称", "字号", "short name", "brand"),
               "name", longest=200),
    ColumnSpec("english_name", "英文名", ("英文名称", "企业英文名", "企业英文名称", "公司英文名", "公司英文名称", "外文名称", "英文全称",
                                      "english name", "name in english", "company name (en)", "companyname_en", "english"),
               "name", longest=200),
    ColumnSpec("entity", "类别", ("机构类别", "主体类别", "entity", "entity type"), "choice", choices={
        Entity.ENTERPRISE: ("企业", "公司", "enterprise", "company"),
        Entity.CHAMBER: ("商会", "协会", "商协会", "行业协会", "chamber", "association"),
        Entity.FUND: ("基金", "投资机构", "基金机构", "fund"),
        Entity.AGENCY: ("中介", "中介机构", "代理机构", "agency"),
        Entity.SCHOOL: ("高校", "院校", "学校", "大学", "school", "university"),
        Entity.INSTITUTE: ("科研院所", "研究院", "研究所", "研究机构", "institute"),
    }),
    ColumnSpec("country", "国家或地区", ("国家", "国别", "国家/地区", "国别/地区", "国家地区", "所属国家", "country", "country/region"),
               "text", longest=40),
    ColumnSpec("reg_no", "注册号", ("工商注册号", "登记号", "境外注册号", "registration number", "reg no", "registration no."),
               "key", longest=60),
    ColumnSpec("province", "省份", ("所属省份", "省", "所在省", "所在省份", "注册省份", "省市", "所属地区", "地区", "province", "state"),
               "text", longest=20),
    ColumnSpec("city", "城市", ("所属城市", "市", "所在市", "所在城市", "注册城市", "地市", "所在地", "注册地", "city"), "text", longest=20),
    ColumnSpec("address", "地址", ("注册地址", "企业地址", "企业注册地址", "公司地址", "通信地址", "通讯地址", "联系地址", "经营地址",
                                 "最新年报地址", "住所", "详细地址", "address", "registered address"), "text", longest=200),
    ColumnSpec("website", "网站", ("网址", "官网", "公司网址", "企业网址", "官方网站", "公司网站", "网站主页", "website", "url", "web",
                                 "homepage"), "text", longest=200),
    ColumnSpec("industry", "行业", ("所属行业", "国标行业", "国标行业大类", "国标行业中类", "国标行业小类", "行业分类", "行业类别", "行业门类",
                                  "国标行业门类", "产业类型", "产业类别", "主营行业", "industry", "sector"), "text", longest=80),
    ColumnSpec("products", "主营产品", ("主要产品", "产品", "主营业务", "主营产品及服务", "产品服务", "主导产品", "主营", "展品", "产品介绍",
                                    "主营业务/展品", "products", "main products", "product"), "text", longest=2_000),
    ColumnSpec("scope", "经营范围", ("企业经营范围", "业务范围", "经营项目", "一般经营项目", "business scope", "scope"),
               "text", longest=5_000),
    ColumnSpec("founded_on", "成立日期", ("成立时间", "注册日期", "注册时间", "设立日期", "创立日期", "登记日期", "建立时间", "founded",
                                      "established", "date of establishment", "founded on"), "day"),
    ColumnSpec("capital_cny", "注册资本", ("注册资金", "注册资本金", "注册资本(万元)", "注册资本（元）", "认缴资本", "认缴注册资本",
                                       "capital", "registered capital"), "amount", unit="元", assumed="万元"),
    ColumnSpec("revenue_cny", "上年营业收入", ("营业收入", "年营业收入", "营收", "年产值", "销售收入", "年销售额", "主营业务收入", "营业总收入",
                                         "上年营收", "revenue", "annual revenue", "sales"), "amount", unit="元", assumed="万元"),
    ColumnSpec("employees", "员工人数", ("人员规模", "从业人数", "职工人数", "员工数", "员工数量", "公司规模", "企业人数", "参保人数",
                                     "社保人数", "employees", "headcount", "staff"), "number", unit="人"),
    ColumnSpec("listing", "上市情况", ("上市状态", "上市板块", "股票代码", "证券代码", "上市信息", "listing", "listed", "stock code"),
               "text", longest=60),
    ColumnSpec("is_local", "本地企业", ("是否本地", "是否本地企业", "本地", "local"), "choice", choices=YES_NO),
    ColumnSpec("is_target", "招商目标", ("是否目标", "是否招商目标", "是否目标企业", "target"), "choice", choices=YES_NO),
    ColumnSpec("target_reason", "目标理由", ("推荐理由", "入选理由", "招引理由", "选择理由", "target reason"), "text", longest=300),
    ColumnSpec("nodes", "产业链环节", ("环节", "产业链节点", "节点", "链条节点", "链条环节", "所属环节", "节点编码", "产业环节",
                                    "chain node", "node", "nodes"), "text", longest=2_000),
)
# fmt: on
PLACE = frozenset({"province", "city"})
_BETWEEN_PLACES = str.maketrans("", "", "-/·, ，、")
FACT_COLUMNS = (
    "entity",
    "country",
    "reg_no",
    "province",
    "city",
    "address",
    "website",
    "industry",
    "products",
    "scope",
    "founded_on",
    "capital_cny",
    "revenue_cny",
    "employees",
    "listing",
    "is_local",
    "is_target",
    "target_reason",
)


def text_of(given: Mapping[str, Any], name: str) -> str:
    """Return a cell as text; empty when there is none."""
    value = given.get(name)
    return "" if value is None else str(value).strip()


def own_id(given: Mapping[str, Any]) -> str:
    """Return the id that one of our exports gave to a row; a ledger's own running number (编号 1, 2, 3) is none."""
    text = text_of(given, PUBLIC_ID.name)
    return text if _PUBLIC_ID.fullmatch(text) and not text.isdigit() else ""


def texts_of(given: Mapping[str, Any], name: str) -> list[str]:
    """Return the texts of a cell that holds several."""
    value = given.get(name) or ()
    told = [value] if isinstance(value, str) else list(value)
    return list(dict.fromkeys(str(one).strip() for one in told if str(one).strip()))


def day_of(given: Mapping[str, Any], name: str) -> date | None:
    """Return a day."""
    value = given.get(name)
    if not value:
        return None
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def number_of(given: Mapping[str, Any], name: str) -> Decimal | None:
    """Return an amount or a quantity."""
    value = given.get(name)
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def whole_of(given: Mapping[str, Any], name: str) -> int | None:
    """Return a whole number."""
    value = number_of(given, name)
    return int(value) if value is not None and value == value.to_integral_value() else None


def facts_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that a row gives, each as its column takes it; empty cells say nothing."""
    found: dict[str, Any] = {}
    for name in FACT_COLUMNS:
        if given.get(name) in (None, ""):
            continue
        found[name] = _fact(given, name)
    return found


def _fact(given: Mapping[str, Any], name: str) -> Any:
    if name == "founded_on":
        return day_of(given, name)
    if name in ("capital_cny", "revenue_cny"):
        return number_of(given, name)
    if name == "employees":
        return whole_of(given, name)
    if name in ("is_local", "is_target"):
        return text_of(given, name) in ("yes", "true", "True")
    if name == "entity":
        return Entity(text_of(given, name))
    return text_of(given, name)


def with_place(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with province and city as the base writes them: 湖北省黄石市 in either cell becomes 湖北 and 黄石."""
    province, city = text_of(given, "province"), text_of(given, "city")
    found = _places(province)
    if found.province:
        province, city = found.province, city or found.city
    found = _places(city)
    if found.city and regions.plain(city) != found.first:  # more than one place in the cell of the city
        city = found.city
    province = province or found.province
    changed = {"province": regions.plain(province)[:20], "city": regions.plain(city)[:20]}
    return {**given, **{name: value for name, value in changed.items() if value}}


def _places(text: str) -> regions.Found:
    """Read a cell that holds nothing but places; anything else has none."""
    return regions.read_whole(text.translate(_BETWEEN_PLACES)) or regions.Found()
