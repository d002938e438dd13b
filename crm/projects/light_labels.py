"""Words of lights and pauses."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.core.lights import Shown

HOLD = {
    "environment": _l("环评待批"),
    "land": _l("用地待批"),
    "energy": _l("能评待批"),
    "force_majeure": _l("不可抗力"),
}
ACTIONS = {"project.paused": _l("暂停计时"), "project.pause_ended": _l("结束暂停")}
FIELDS = {"until_on": _l("暂停至"), "hold_reason": _l("暂停理由")}


def reason(shown: Shown) -> str:
    """Return the reason of a light as a sentence; nothing for a green one."""
    n = shown.n
    words = {
        "stale": _("%(n)s 天没有有效跟进", n=n),
        "unregistered": _("签约 %(n)s 天未注册", n=n),
        "unstarted": _("签约 %(n)s 天未开工", n=n),
        "late_start": _("应开工未开工 %(n)s 个月", n=n) if n else _("本月应开工未开工"),
        "behind": _("落后序时进度 %(n)s 个百分点", n=n),
        "formal_soon": _("框架协议还剩 %(n)s 天应转正式签约", n=n),
        "formal_late": _("框架协议超期 %(n)s 天未转正式签约", n=n),
        "paused": _("暂停计时，还剩 %(n)s 天", n=n),
    }
    return words.get(shown.code, "")
