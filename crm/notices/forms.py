"""Input of the room."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import Length

from crm.kit.forms import Form, options, trimmed
from crm.notices.labels import TOPIC, WAY
from crm.notices.models import Topic, Way


def _choice(topic: Topic) -> SelectField:
    ways = [(way, words) for way, words in WAY.items() if topic is not Topic.DUTY or way is not Way.OFF]
    return SelectField(TOPIC[topic], choices=options(ways))


class SettingsForm(Form):
    """How a person wants to hear of each topic; the fields bear the topics' names."""

    duty = _choice(Topic.DUTY)
    outcome = _choice(Topic.OUTCOME)
    clock = _choice(Topic.CLOCK)
    case = _choice(Topic.CASE)
    asked = _choice(Topic.ASKED)
    other = _choice(Topic.OTHER)
    digest = BooleanField(_l("每天 8:30 给我一条汇总"))
    mail = StringField(_l("邮箱"), [Length(max=120)], filters=[trimmed])

    def ways(self) -> dict[Topic, Way]:
        """Return the choices by topic."""
        return {topic: Way(self._fields[topic.value].data) for topic in Topic}
