"""Forms of the room: a company, its further names, credentials and relations, an export."""

import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from crm.companies import choices, details, facts, labels
from crm.companies.models import Company, CompanyNode, Entity, NameKind, NodeWeight, RelationKind
from crm.companies.relations import Facts
from crm.core import uscc as codes
from crm.core.errors import Invalid
from crm.imports import taking
from crm.kit.access import current_actor
from crm.kit.forms import Form, trimmed

_WAN = Decimal(10_000)


class WanField(DecimalField):
    """An amount typed in 万元 (full-width digits and thousands marks too); its data are yuan."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 万元, keep yuan."""
        if not valuelist:
            return
        text = unicodedata.normalize("NFKC", valuelist[0]).replace(",", "").strip()
        if not text:
            self.data = None
            return
        try:
            self.data = Decimal(text) * _WAN
            finite = self.data.is_finite()
        except InvalidOperation:
            finite = False
        if not finite:
            self.data = None
            raise ValueError(_("请填写数字，例如 3200。"))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        wan = self.data / _WAN
        return format(wan.quantize(Decimal(1)) if wan == wan.to_integral() else wan.normalize(), "f")


def _limit(most: int) -> Length:
    return Length(max=most, message=_l("最长 %(most)s 个字。", most=most))


class CompanyForm(Form):
    """A company. ``anyway`` is the button 仍按新企业登记; ``nodes`` and ``side_nodes`` carry codes of nodes."""

    name = StringField(_l("企业名称"), [DataRequired(_l("请填写企业名称。"))], filters=[trimmed])
    uscc = StringField(_l("统一社会信用代码"), filters=[trimmed])
    entity = SelectField(_l("类别"), choices=list(labels.ENTITY.items()), default=Entity.ENTERPRISE)
    country = StringField(_l("国家或地区"), [_limit(40)], default="中国", filters=[trimmed])
    reg_no = StringField(_l("注册号（没有信用代码时）"), [_limit(60)], filters=[trimmed])
    province = SelectField(_l("省份"))
    city = StringField(_l("城市"), [_limit(20)], filters=[trimmed])
    address = StringField(_l("地址"), [_limit(200)], filters=[trimmed])
    website = StringField(_l("网站"), [_limit(200)], filters=[trimmed])
    industry = StringField(_l("行业"), [_limit(80)], filters=[trimmed])
    products = TextAreaField(_l("主营产品"), [_limit(2000)], filters=[trimmed])
    scope = TextAreaField(_l("经营范围"), [_limit(5000)], filters=[trimmed])
    founded_on = DateField(_l("成立日期"), [Optional()])
    capital_cny = WanField(_l("注册资本"), [Optional()])
    revenue_cny = WanField(_l("上年营业收入"), [Optional()])
    employees = IntegerField(_l("员工人数"), [Optional()])
    listing = StringField(_l("上市情况"), [_limit(60)], filters=[trimmed])
    is_local = BooleanField(_l("本地企业（已在黄石）"))
    is_target = BooleanField(_l("招商目标"))
    target_reason = StringField(_l("目标理由"), [_limit(300)], filters=[trimmed])
    nodes = SelectMultipleField(_l("主营环节"))
    side_nodes = SelectMultipleField(_l("可延伸环节"))
    anyway = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.province.data
        extra = [(known, known)] if known and known not in choices.PROVINCES else []
        self.province.choices = [("", _("未填")), *extra, *((one, one) for one in choices.PROVINCES)]
        every = [(node.code, node.name) for node in choices.read().nodes]
        self.nodes.choices = self.side_nodes.choices = every

    @classmethod
    def of(cls, company: Company, links: Iterable[CompanyNode]) -> "CompanyForm":
        """Return the form filled from a company."""
        known = choices.read().nodes_by_id()
        by_weight: dict[NodeWeight, list[str]] = {NodeWeight.MAIN: [], NodeWeight.SIDE: []}
        for link in links:
            if link.node_id in known:
                by_weight[link.weight].append(known[link.node_id].code)
        values = {field: getattr(company, field) for field in ("name", "uscc", *facts.FACTS)}
        values |= {"nodes": by_weight[NodeWeight.MAIN], "side_nodes": by_weight[NodeWeight.SIDE]}
        return cls(formdata=None, data=values | {"version": str(company.version)})

    def validate_uscc(self, field: StringField) -> None:
        """Say which of its faults a code has."""
        code = codes.normalise(field.data or "")
        fault = codes.explain(code) if code else None
        if fault is not None:
            raise ValidationError(facts.code_fault(fault, code))

    def validate_name(self, field: StringField) -> None:
        """Say why a text cannot be a name."""
        try:
            facts.clean_name(field.data)
        except Invalid as error:
            raise ValidationError(error.message) from error

    def facts(self) -> dict[str, Any]:
        """Return name, code and facts for the service."""
        given = self.values()
        return {"entity": Entity(given.pop("entity")), **{key: given[key] for key in _FACTS if key != "entity"}}

    def wanted_nodes(self) -> dict[int, NodeWeight]:
        """Return the nodes ticked; a node ticked twice is a main one."""
        known = choices.read()
        wanted: dict[int, NodeWeight] = {}
        for codes_ticked, weight in ((self.side_nodes.data, NodeWeight.SIDE), (self.nodes.data, NodeWeight.MAIN)):
            for code in codes_ticked or []:
                node = known.node(code)
                if node is not None:
                    wanted[node.id] = weight
        return wanted


_FACTS = ("name", "uscc", *facts.FACTS)


class NameForm(Form):
    """A further name."""

    text = StringField(_l("名称"), [DataRequired(_l("请填写名称。"))], filters=[trimmed])
    kind = SelectField(
        _l("类型"), choices=[(kind, labels.NAME_KIND[kind]) for kind in details.FURTHER_NAMES], default=NameKind.SHORT
    )
    source = StringField(_l("来源"), [_limit(80)], filters=[trimmed])


class CredentialForm(Form):
    """A title the company was given."""

    kind = StringField(_l("资质"), [DataRequired(_l("请填写资质名称。")), _limit(40)], filters=[trimmed])
    level = SelectField(
        _l("级别"), choices=[("", _l("未填")), ("国家级", _l("国家级")), ("省级", _l("省级")), ("市级", _l("市级"))]
    )
    year = IntegerField(_l("认定年份"), [Optional()])
    rank = IntegerField(_l("名次"), [Optional(), NumberRange(min=1, max=99_999, message=_l("请填写大于 0 的整数。"))])
    valid_until = DateField(_l("有效期至"), [Optional()])
    source = StringField(_l("来源"), [_limit(80)], filters=[trimmed])

    def validate_year(self, field: IntegerField) -> None:
        """A year is a year."""
        if field.data is not None and not 1949 <= field.data <= 2100:
            raise ValidationError(_("请填写四位年份，例如 2025。"))


class RelationForm(Form):
    """How another company belongs to this one. ``role`` is kind:forward or kind:back, seen from the other."""

    company = StringField(_l("关联企业"), [DataRequired(_l("请从候选里选一家企业。"))], filters=[trimmed])
    company_public_id = HiddenField()
    company_typed = HiddenField()
    role = SelectField(_l("它是本企业的"))
    source = StringField(_l("来源"), [_limit(80)], filters=[trimmed])
    valid_on = DateField(_l("生效日期"), [Optional()])
    product = StringField(_l("产品"), [_limit(120)], filters=[trimmed])
    replaceable = BooleanField(_l("可本地替代"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        forward = [(f"{kind}:forward", words) for kind, words in labels.RELATION.items()]
        back = [(f"{kind}:back", words) for kind, words in labels.RELATION_BACK.items()]
        self.role.choices = [pair for both in zip(forward, back, strict=True) for pair in both]

    def direction(self, company_id: int, other_id: int) -> tuple[int, int, RelationKind]:
        """Return from, to and kind for the service."""
        kind, _colon, way = str(self.role.data).partition(":")
        ends = (other_id, company_id) if way == "forward" else (company_id, other_id)
        return (*ends, RelationKind(kind))


class RelationEditForm(Form):
    """What is told of a relation: from where it is known, how long it holds, what is traded."""

    source = StringField(_l("来源"), [_limit(80)], filters=[trimmed])
    valid_on = DateField(_l("生效日期"), [Optional()])
    ended_on = DateField(_l("终止日期"), [Optional()])
    product = StringField(_l("产品"), [_limit(120)], filters=[trimmed])
    replaceable = BooleanField(_l("可本地替代"))

    def facts(self) -> Facts:
        """Return what was typed."""
        return Facts(
            source=self.source.data or "",
            valid_on=self.valid_on.data,
            ended_on=self.ended_on.data,
            product=self.product.data or "",
            replaceable=bool(self.replaceable.data),
        )


class PurposeForm(Form):
    """Why a list leaves the system."""

    reason = StringField(_l("用途"), [DataRequired(_l("请写明用途，会记入日志。")), _limit(100)], filters=[trimmed])


class SettleForm(Form):
    """Which company a row of a list means; none picked makes a new one of it."""

    company = StringField(_l("认作库中企业"), filters=[trimmed])
    company_public_id = HiddenField()


class DropForm(Form):
    """Why a row of a list need not be settled."""

    reason = StringField(_l("理由"), [DataRequired(_l("请写明理由，一句话即可。")), _limit(200)], filters=[trimmed])


class RetireForm(Form):
    """Why a company goes out of use."""

    reason = StringField(
        _l("停用理由"),
        [DataRequired(_l("请写明停用理由，例如“已注销”或“误录”。")), _limit(200)],
        filters=[trimmed],
    )


class BrandForm(Form):
    """A brand in two writings."""

    latin = StringField(_l("外文写法"), [DataRequired(_l("请填写外文写法。")), _limit(120)], filters=[trimmed])
    chinese = StringField(_l("中文写法"), [DataRequired(_l("请填写中文写法。")), _limit(120)], filters=[trimmed])
    sector = StringField(_l("领域"), [_limit(80)], filters=[trimmed])
    source = StringField(_l("来源"), [_limit(80)], filters=[trimmed])


class ExportForm(Form):
    """Why the list leaves the system, in which form and as which kind of file."""

    reason = StringField(_l("用途"), [DataRequired(_l("请写明用途，会记入日志。")), _limit(100)], filters=[trimmed])
    form = SelectField(_l("表头"), default="")
    file_format = SelectField(_l("文件格式"), default=taking.FORMATS[0])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.choices = taking.forms_of(current_actor(), "companies")
        self.file_format.choices = taking.formats()


class ManyForm(Form):
    """One change to many companies; what is empty stays. ``mark``: what was looked at, empty before the preview."""

    node = SelectField(_l("加上链条节点"), choices=(), validate_choice=False)
    weight = SelectField(
        _l("主营还是兼营"), choices=[("main", _l("主营产品")), ("side", _l("兼营产品"))], validate_choice=False
    )
    target = SelectField(_l("招商目标"), choices=[("", _l("不改")), ("yes", _l("是")), ("no", _l("否"))], default="")
    target_reason = StringField(_l("列为目标的理由"), [Length(max=300)])
    mark = HiddenField()
