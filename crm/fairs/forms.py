"""Input for fairs, editions and what belongs to them."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired

from crm.fairs import labels
from crm.fairs.models import AgendaItem, CostKind, Edition, Fair, FairKind
from crm.fairs.service.editions import EditionInput, FairInput
from crm.fairs.service.parts import AgendaInput
from crm.kit import clock
from crm.kit.fields import DayField, QuantityField, clean, one_line
from crm.kit.forms import Form, options
from crm.leads.forms import at_most

_TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


def clock_time(text: str) -> str | None:
    """Return 9:30 as 09:30, an empty text as it is, None for what is no time."""
    if not text:
        return ""
    found = _TIME.fullmatch(text)
    return f"{int(found[1]):02d}:{found[2]}" if found else None


class FairForm(Form):
    """A fair, or a series of events of our own."""

    name = StringField(
        _l("名称"), [DataRequired(_l("请填写展会或活动名称，至少 2 个字。")), at_most(120)], filters=[one_line]
    )
    kind = SelectField(_l("类别"), choices=options(labels.KIND.items()), default=FairKind.EXHIBITION.value)
    city = StringField(_l("常办城市"), [at_most(40)], filters=[one_line])
    organiser = StringField(_l("主办单位"), [at_most(120)], filters=[one_line])
    words = TextAreaField(_l("说明"), [at_most(400)], filters=[clean])
    shared = BooleanField(_l("全市可见"))

    @classmethod
    def of(cls, fair: Fair) -> "FairForm":
        """Return the form filled from a row."""
        given = {name: getattr(fair, name) for name in ("name", "city", "organiser", "words", "shared")}
        return cls(formdata=None, kind=fair.kind.value, version=str(fair.version), **given)

    def input(self) -> FairInput:
        """Return what was typed."""
        return FairInput(
            name=self.name.data or "",
            kind=FairKind(self.kind.data),
            city=self.city.data or "",
            organiser=self.organiser.data or "",
            words=self.words.data or "",
            shared=bool(self.shared.data),
        )


class EditionForm(Form):
    """An edition: when, where, what for. Days stand as 待确认 until they are confirmed with a source."""

    title = StringField(_l("届次"), [at_most(80)], filters=[one_line])
    year = StringField(_l("年份"), [at_most(4)], filters=[one_line], default=lambda: str(clock.today().year))
    starts_on = DayField(_l("开始日期"))
    ends_on = DayField(_l("结束日期"))
    confirmed = BooleanField(_l("展期已确认"))
    source = StringField(_l("日期来源"), [at_most(200)], filters=[one_line])
    city = StringField(_l("城市"), [at_most(40)], filters=[one_line])
    venue = StringField(_l("场馆"), [at_most(80)], filters=[one_line])
    budget_cny = QuantityField(_l("预算"))
    purpose = TextAreaField(_l("参展目的"), [at_most(2000)], filters=[clean])

    def validate_year(self, field: Any) -> None:
        """Four digits, or nothing when the days say it."""
        if field.data and not (field.data.isascii() and field.data.isdigit() and len(field.data) == 4):
            raise ValidationError(_("年份写四位数字，例如 %(year)s。", year=clock.today().year))

    @classmethod
    def of(cls, row: Edition) -> "EditionForm":
        """Return the form filled from a row."""
        names = ("title", "starts_on", "ends_on", "confirmed", "source", "city", "venue", "budget_cny", "purpose")
        given = {name: getattr(row, name) for name in names}
        return cls(formdata=None, year=str(row.year), version=str(row.version), **given)

    def input(self) -> EditionInput:
        """Return what was typed."""
        return EditionInput(
            title=self.title.data or "",
            year=int(self.year.data) if self.year.data else None,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            confirmed=bool(self.confirmed.data),
            source=self.source.data or "",
            city=self.city.data or "",
            venue=self.venue.data or "",
            purpose=self.purpose.data or "",
            budget_cny=self.budget_cny.data,
        )


class ListForm(Form):
    """An exhibitor list, as a file or as text, and where it is from."""

    file = FileField(_l("文件"))
    text = TextAreaField(_l("粘贴的名录"))
    source = StringField(
        _l("来源"), [DataRequired(_l("请写明名录从哪里来，例如“主办方展商名录”。")), at_most(80)], filters=[one_line]
    )
    add_new = BooleanField(_l("登记新企业"))


class SettleForm(Form):
    """Which company of the base a firm of a list is."""

    company_text = StringField(_l("企业库里的企业"), [at_most(200)], filters=[one_line])
    company_public_id = HiddenField(filters=[one_line])


class CancelForm(Form):
    """Why an edition is cancelled."""

    reason = StringField(_l("取消原因"), [at_most(200)], filters=[one_line])


class ReviewForm(Form):
    """What an edition brought, and what to do better."""

    review = TextAreaField(_l("总结"), [at_most(5000)], filters=[clean])


class AgendaForm(Form):
    """A point of the agenda."""

    title = StringField(_l("议程"), [DataRequired(_l("请填写议程内容。")), at_most(120)], filters=[one_line])
    held_on = DayField(_l("日期"))
    starts = StringField(_l("时间"), [at_most(5)], filters=[one_line])
    place = StringField(_l("地点"), [at_most(80)], filters=[one_line])
    speaker = StringField(_l("主讲或主持"), [at_most(80)], filters=[one_line])

    @classmethod
    def of(cls, row: AgendaItem) -> "AgendaForm":
        """Return the form filled from a row."""
        given = {name: getattr(row, name) for name in ("title", "held_on", "starts", "place", "speaker")}
        return cls(formdata=None, version=str(row.version), **given)

    def validate_starts(self, field: Any) -> None:
        """A time of the day."""
        time = clock_time(field.data or "")
        if time is None:
            raise ValidationError(_("时间写成 09:30 这样。"))
        field.data = time

    def input(self) -> AgendaInput:
        """Return what was typed."""
        return AgendaInput(
            title=self.title.data or "",
            held_on=self.held_on.data,
            starts=self.starts.data or "",
            place=self.place.data or "",
            speaker=self.speaker.data or "",
        )


class FirmForm(Form):
    """A company of ours that exhibits."""

    company_text = StringField(_l("参展企业"), [at_most(200)], filters=[one_line])
    company_public_id = HiddenField(filters=[one_line])
    booth = StringField(_l("展位"), [at_most(40)], filters=[one_line])
    words = StringField(_l("展出内容"), [at_most(200)], filters=[one_line])


class CostForm(Form):
    """Money spent on an edition."""

    kind = SelectField(_l("费用类别"), choices=options(labels.COST.items()), default=CostKind.BOOTH.value)
    amount_cny = QuantityField(_l("金额"))
    spent_on = DayField(_l("日期"), default=clock.today)
    words = StringField(_l("说明"), [at_most(200)], filters=[one_line])
