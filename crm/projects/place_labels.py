"""Words of the reasons why a place fits a need."""

from flask_babel import gettext as _

from crm.carriers.space_labels import STANDARD, UNIT
from crm.core.land import Point
from crm.kit.format import thousands

LOOK = {"ok": "ok", "bad": "warn", "open": "line"}


def reason(point: Point, kind: str) -> str:
    """Return one reason as a short sentence; ``kind`` is the word of the address, parcels or plants."""
    if point.name == "area":
        unit, left = UNIT[kind], (point.asked or 0) - (point.has or 0)
        if point.state == "ok":
            return _("面积够：可用 %(n)s %(unit)s", n=thousands(point.has), unit=unit)
        return _("面积差 %(n)s %(unit)s", n=thousands(left), unit=unit)
    if point.name in STANDARD:
        return _standard(point)
    sentences = {
        ("carrier", "ok"): _("项目选定的载体"),
        ("carrier", "bad"): _("不在项目选定的载体"),
        ("segment", "ok"): _("符合规划产业分布"),
        ("segment", "bad"): _("规划没有把该领域放在这里"),
        ("segment", "open"): _("规划未限定领域"),
        ("purpose", "ok"): _("定向供应该领域"),
        ("purpose", "bad"): _("定向供应其他领域"),
        ("day", "ok"): _("赶得上需要的日期"),
        ("day", "bad"): _("可供日期晚于需要的日期"),
    }
    return sentences[(point.name, point.state)]


def _standard(point: Point) -> str:
    label, unit = STANDARD[point.name]
    asked = f"{thousands(point.asked)} {unit}".strip()
    if point.state == "open":
        return _("%(figure)s %(asked)s，项目未填", figure=label, asked=asked)
    words = {"figure": label, "asked": asked, "has": thousands(point.has)}
    if point.state == "ok":
        return _("%(figure)s %(asked)s，项目 %(has)s，达标", **words)
    return _("%(figure)s %(asked)s，项目 %(has)s，未达标", **words)
