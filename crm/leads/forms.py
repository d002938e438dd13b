"""Forms of the room: the lead on one page, evidence, decisions, the export."""

from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from crm.core import uscc
from crm.imports import taking
from crm.kit import clock
from crm.kit.access import current_actor
from crm.kit.forms import Form
from crm.leads import labels, queries, referrers
from crm.leads.fields import AmountField, AreaField, DayField, clean, one_line
from crm.leads.models import ContactWay, Lead, ReferrerKind
from crm.leads.service.saving import LeadInput
from crm.people import mobiles

USCC_FAULTS = {
    "length": _l("统一社会信用代码应为 18 位，现在是 %(n)s 位。"),
    "alphabet": _l("含有代码里不会出现的字符（没有字母 I、O、S、V、Z）。请对照营业执照。"),
    "check_digit": _l("校验码不对，多半是抄错了一位。请对照营业执照；暂时不清楚可以留空。"),
    "organisation": _l("第 9–17 位的校验不对，多半是抄错了一位。请对照营业执照；暂时不清楚可以留空。"),
}


def at_most(limit: int) -> Length:
    """A limit of length, told with its number."""
    return Length(max=limit, message=_l("最多 %(limit)s 字，请删短一些。", limit=limit))


def code_form(value: str | None) -> str:
    """Filter: a credit code in one form."""
    return uscc.normalise(clean(value))[:60]


class LeadForm(Form):
    """A lead on one page. To start it needs a company, one sentence and the day of contact."""

    together: ClassVar = {"company_text": ("company_public_id", "company_typed"), "referrer": ("referrer_pick",)}
    secret: ClassVar = ("person_mobile",)

    company_text = StringField(_l("企业名称"), [DataRequired(_l("请填写企业名称。")), at_most(200)], filters=[one_line])
    company_public_id = HiddenField(filters=[one_line])
    company_typed = HiddenField(filters=[one_line])
    uscc = StringField(_l("统一社会信用代码"), filters=[code_form])
    node = SelectField(_l("链条节点"), validate_choice=False)
    title = StringField(_l("一句话"), [DataRequired(_l("请用一句话写明投资意向。")), at_most(120)], filters=[one_line])
    content = TextAreaField(_l("投资内容"), [at_most(4000)], filters=[clean])
    invest_total = AmountField(_l("计划总投资"))
    invest_fixed = AmountField(_l("其中固定资产投资"))
    area_mu = AreaField(_l("意向用地"))
    site_wish = StringField(_l("意向选址"), [at_most(120)], filters=[one_line])
    project_code = StringField(_l("项目代码"), [at_most(40)], filters=[one_line])
    first_contact_on = DayField(_l("首次接触日期"), [InputRequired(_l("请填写首次接触日期。"))], default=clock.today)
    contact_way = RadioField(
        _l("接触方式"), choices=[(w.value, labels.WAY[w]) for w in ContactWay], validate_choice=False
    )
    person_name = StringField(_l("对方姓名"), [at_most(40)], filters=[one_line])
    person_title = StringField(_l("职务"), [at_most(60)], filters=[one_line])
    person_mobile = StringField(_l("手机"), [at_most(30)], filters=[one_line])
    channel = SelectField(_l("来源渠道"), validate_choice=False)
    referrer = StringField(_l("引荐人"), [at_most(60)], filters=[one_line])
    referrer_pick = HiddenField(filters=[one_line])
    referrer_kind = SelectField(
        _l("引荐人类别"),
        choices=[("", _l("按名称识别")), *((one.value, labels.REFERRER[one]) for one in ReferrerKind)],
        validate_choice=False,
    )
    files = MultipleFileField(_l("证据"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {"": [("", _("还不清楚"))]}
        for segment, nodes in queries.node_choices().items():
            groups[segment] = [(code, _node_words(code, name, gap)) for code, name, gap in nodes]
        self.node.choices = groups
        self.channel.choices = [("", _("还不清楚")), *queries.channel_choices()]

    @classmethod
    def of(cls, lead: Lead) -> "LeadForm":
        """The form filled from a stored lead. The number of the person stays away: it is shown on request only."""
        person = lead.people[0].person if lead.people else None
        return cls(
            formdata=None,
            version=str(lead.version),
            company_text=lead.company_text,
            company_public_id=lead.company.public_id if lead.company else "",
            uscc=lead.uscc_text,
            node=lead.node.code if lead.node else "",
            title=lead.title,
            content=lead.content,
            invest_total=lead.invest_total_cny,
            invest_fixed=lead.invest_fixed_cny,
            area_mu=lead.area_mu,
            site_wish=lead.site_wish,
            project_code=lead.project_code or "",
            first_contact_on=lead.first_contact_on or clock.today(),
            contact_way=lead.contact_way.value if lead.contact_way else None,
            channel=lead.channel.code if lead.channel else "",
            referrer=lead.referrer,
            referrer_pick=referrers.referrer_of(current_actor(), lead).key,
            referrer_kind=lead.referrer_kind.value if lead.referrer_kind else "",
            person_name=person.name if person else "",
            person_title=person.title if person else "",
        )

    def validate_uscc(self, field: Any) -> None:
        """A code that is given must be right."""
        fault = uscc.explain(field.data) if field.data else None
        if fault:
            raise ValidationError(str(USCC_FAULTS[fault]) % {"n": len(field.data)})

    def validate_person_mobile(self, field: Any) -> None:
        """A number that is given must be one."""
        if field.data and mobiles.normal(field.data) is None:
            digits = sum(c.isdigit() for c in field.data)
            raise ValidationError(
                _("“%(text)s”不像电话号码（%(n)s 位数字）。手机号 11 位，座机请带区号。", text=field.data, n=digits)
            )

    def version_number(self) -> int | None:
        """Return the version the form was filled from, or None for a fresh one; nonsense counts as very old."""
        text = self.version.data or ""
        if not text:
            return None
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def input(self) -> LeadInput:
        """Return what was typed as the service takes it."""
        way, kind = self.contact_way.data, self.referrer_kind.data
        return LeadInput(
            company_text=self.company_text.data or "",
            title=self.title.data or "",
            first_contact_on=self.first_contact_on.data,
            company_public_id=self.company_public_id.data or "",
            company_typed=(self.company_typed.data or "")[:300],
            uscc=self.uscc.data or "",
            content=self.content.data or "",
            node_code=one_line(self.node.data),
            invest_total_cny=self.invest_total.data,
            invest_fixed_cny=self.invest_fixed.data,
            area_mu=self.area_mu.data,
            site_wish=self.site_wish.data or "",
            project_code=self.project_code.data or "",
            channel_code=one_line(self.channel.data),
            referrer=self.referrer.data or "",
            referrer_pick=(self.referrer_pick.data or "")[:20],
            referrer_kind=ReferrerKind(kind) if kind in set(ReferrerKind) else None,
            contact_way=ContactWay(way) if way in set(ContactWay) else None,
            person_name=self.person_name.data or "",
            person_title=self.person_title.data or "",
            person_mobile=self.person_mobile.data or "",
        )


def _node_words(code: str, name: str, gap: str) -> str:
    word = labels.GAP.get(gap)
    return f"{code} {name}（{word}）" if word else f"{code} {name}"


class KindForm(Form):
    """What a piece of evidence is."""

    kind = SelectField(_l("证据种类"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = labels.evidence_options()


class TriageForm(Form):
    """The manager's judgement."""

    decision = RadioField(
        _l("研判结果"),
        [DataRequired(_l("请选择研判结果。"))],
        choices=[("follow", _l("跟进")), ("decline", _l("不跟进")), ("refer", _l("转办"))],
    )
    reason = TextAreaField(_l("理由"), [at_most(300)], filters=[clean])


class HandOverForm(Form):
    """To whom a lead goes."""

    to = SelectField(_l("移交给"), [DataRequired(_l("请选择同事。"))], validate_choice=False)
    note = StringField(_l("说明"), [at_most(200)], filters=[one_line])


class ReasonForm(Form):
    """One sentence why: closing, reopening, exporting."""

    reason = StringField(_l("理由"), [DataRequired(_l("请写明理由，一句话即可。")), at_most(300)], filters=[one_line])


class ExportForm(ReasonForm):
    """Why the list leaves the system, in which form and as which kind of file."""

    form = SelectField(_l("表头"), default="")
    file_format = SelectField(_l("文件格式"), default=taking.FORMATS[0])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.choices = taking.forms_of(current_actor(), "leads")
        self.file_format.choices = taking.formats()


class CorrectionForm(Form):
    """The right company for a lead, and why."""

    company_text = StringField(_l("企业名称"), [DataRequired(_l("请填写企业名称。")), at_most(200)], filters=[one_line])
    company_public_id = HiddenField(filters=[one_line])
    company_typed = HiddenField(filters=[one_line])
    uscc = StringField(_l("统一社会信用代码"), filters=[code_form])
    reason = StringField(_l("更正理由"), [DataRequired(_l("请写明为什么更正。")), at_most(300)], filters=[one_line])

    validate_uscc = LeadForm.validate_uscc
    version_number = LeadForm.version_number


class ManyForm(Form):
    """One change to many leads; what is empty stays. ``mark``: what was looked at, empty before the preview."""

    owner = SelectField(_l("负责人"), choices=(), validate_choice=False)
    node = SelectField(_l("链条节点"), choices=(), validate_choice=False)
    channel = SelectField(_l("来源渠道"), choices=(), validate_choice=False)
    mark = HiddenField()
