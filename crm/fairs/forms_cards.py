"""Input for what stands on a business card."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import MultipleFileField, RadioField, StringField
from wtforms.validators import DataRequired

from crm.core.cards import Card
from crm.fairs import contact_labels as labels
from crm.fairs.contacts import CARD_ONLY
from crm.fairs.models import FairContact, Rating
from crm.kit import clock
from crm.kit.fields import DayField, one_line
from crm.kit.forms import Form, options
from crm.leads.forms import at_most

# What recognition calls a field, and what the form calls it.
FIELD_OF = {
    "company": "company_text",
    "person": "person_name",
    "title": "person_title",
    "mobile": "mobile",
    "email": "email",
}


class CardForm(Form):
    """The six things that a card and its stand say; everything else of the contact stays as it is."""

    company_text = StringField(_l("对方单位"), [DataRequired(_l("请填写对方单位。")), at_most(200)], filters=[one_line])
    person_name = StringField(_l("对方姓名"), [at_most(40)], filters=[one_line])
    person_title = StringField(_l("职务"), [at_most(60)], filters=[one_line])
    mobile = StringField(_l("手机"), [at_most(30)], filters=[one_line])
    email = StringField(_l("邮箱"), [at_most(120)], filters=[one_line])
    rating = RadioField(_l("评级"), [DataRequired(_l("请选择评级。"))], choices=options(labels.RATING.items()))

    @classmethod
    def of(cls, row: FairContact, code: Card) -> "CardForm":
        """Return the form as the stand left it, what is empty filled from the code on the card; a person confirms it."""
        bare = row.company_text == CARD_ONLY
        return cls(
            formdata=None,
            version=str(row.version),
            company_text=code.company if bare else row.company_text or code.company,
            person_name=row.person_name or code.person[:40],
            person_title=row.person_title or code.title[:60],
            mobile=row.mobile or code.mobile,
            email=row.email or code.email[:120],
            rating=None if bare else row.rating.value,
        )

    def typed(self) -> dict[str, Any]:
        """Return what was typed."""
        return {**{name: text or "" for name, text in self.values().items()}, "rating": Rating(self.rating.data)}


class PhotosForm(Form):
    """Photos of many cards at once, and the day they are from."""

    photos = MultipleFileField(_l("名片照片"))
    met_on = DayField(_l("接触日期"), default=clock.today)
