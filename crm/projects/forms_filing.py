"""The form of a report that is filed late, for a project without a lead."""

from flask import request
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import MultipleFileField
from wtforms.validators import InputRequired

from crm.core.leads import EVIDENCE
from crm.kit.forms import Form
from crm.leads.fields import DayField
from crm.projects.service import FilingInput

SLOTS = (1, 2)  # one A or two B give protection


class FilingForm(Form):
    """When the investor was first met, and up to two papers that prove it, each with its kind."""

    first_contact_on = DayField(_l("首次接触日期"), [InputRequired(_l("请填写首次接触日期。"))])
    files = MultipleFileField(_l("首次接触的证据"))

    def kinds(self) -> dict[int, str]:
        """Return the kind chosen in each slot."""
        chosen = {slot: request.form.get(f"kind-{slot}", "") for slot in SLOTS}
        return {slot: kind if kind in EVIDENCE else "other" for slot, kind in chosen.items()}

    def input(self) -> FilingInput:
        """Return what was typed, as the services take it."""
        return FilingInput(self.first_contact_on.data, tuple(self._papers()))

    def _papers(self) -> list[tuple[FileStorage, str]]:
        kinds = self.kinds()
        given = ((request.files.get(f"file-{slot}"), kinds[slot]) for slot in SLOTS)
        return [(storage, kind) for storage, kind in given if storage is not None and storage.filename]
