"""Input of the room."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from crm.kit.forms import Form


class UnitsForm(Form):
    """Which units recruit for a carrier."""

    units = SelectMultipleField(
        _l("招商单位"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
