"""The words of the filter of list and board: what may be chosen, and what is chosen now, as chips that can be taken off."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.links import url_with
from crm.plan.models import Node, Segment
from crm.projects import labels, placing
from crm.projects.filters import AMOUNTS, EMPTY, RANGES, WORDS, ProjectFilter

MARK = {
    "enclave": _l("飞地项目"),
    "chu_merchant": _l("楚商回乡"),
    "electroplating": _l("电镀等限定入园类"),
    "build_first": _l("先建后验"),
}
# The name of each field, as its column has it.
FIELD: dict[str, Any] = {
    "stage": _l("阶段"),
    "light": _l("灯"),
    "kind": _l("类别"),
    "track": _l("轨道"),
    "mode": _l("合作模式"),
    "transfer": _l("转移类别"),
    "org": _l("单位"),
    "owner": _l("负责人"),
    "deputy": _l("代理人"),
    "segment": _l("产业"),
    "node": _l("链条节点"),
    "carrier": _l("落地载体"),
    "mark": _l("标记"),
    "number": _l("编号"),
    "reason": _l("亮灯原因"),
    "step": _l("下一步"),
    "official": _l("挂点领导"),
    "firm": _l("投资方"),
    "amount": _l("投资（亿元）"),
    "fixed": _l("固投（亿元）"),
    "entered": _l("进入本阶段"),
    "next": _l("下一步日期"),
    "contact": _l("最近跟进"),
    "sign": _l("计划签约"),
    "start": _l("计划开工"),
    "production": _l("计划投产"),
}
Pairs = Sequence[tuple[str, Any]]
Segments = Sequence[tuple[str, str, list[tuple[str, str]]]]


def choices_for(actor: Actor, segments: Segments) -> dict[str, Pairs]:
    """Return (value, words) of every choice; people only of the own unit: the centre looks for them by name."""
    enums = (
        *(("stage", labels.STAGE), ("light", labels.LIGHT), ("kind", labels.KIND), ("track", labels.TRACK)),
        *(("mode", labels.COOPERATION), ("transfer", labels.TRANSFER)),
    )
    people = [] if actor.is_center else [(user.public_id, user.name) for user in accounts.users_of_unit(actor.org_id)]
    return {
        **{name: [(key.value, word) for key, word in words.items()] for name, words in enums},
        "mark": list(MARK.items()),
        "org": [(str(org.id), org.name) for org in accounts.units()] if actor.is_center else [],
        "owner": people,
        "deputy": people,
        "segment": [(code, name) for code, name, _nodes in segments],
        "node": [pair for _code, _name, nodes in segments for pair in nodes],
        "carrier": placing.carriers_for_choice(),
        "empty": [(key, FIELD[key]) for key in EMPTY],
    }


def segments_for_choice() -> Segments:
    """Segments with their nodes, for the two choices: one statement."""
    query = select(Segment.code, Segment.name, Node.code, Node.name).join(Node, Node.segment_id == Segment.id)
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for code, name, node, words in db.session.execute(query.order_by(Segment.id, Node.code)):
        found.setdefault((code, name), []).append((node, f"{node} {words}"))
    return [(code, name, nodes) for (code, name), nodes in found.items()]


def chips(wanted: ProjectFilter, choices: Mapping[str, Pairs]) -> list[tuple[str, str]]:
    """Return every condition in force with the address without it."""
    found: list[tuple[str, str]] = []
    if wanted.any and wanted.narrowed:
        found.append((_("满足任一条件"), url_with(match=None)))
    if wanted.lane:
        found.append((_("看板列：%(stage)s", stage=labels.STAGE[wanted.lane]), url_with(lane=None)))
    if wanted.text:
        found.append((f"“{wanted.text}”", url_with(q=None)))
    known = {name: dict(pairs) for name, pairs in choices.items()}
    for name, values in wanted.chosen.items():
        for value in values:
            words = known[name].get(value) or _("所选")
            found.append((_named(name, words), _without(name, values, value)))
    for name, value in wanted.words.items():
        found.append((_("%(field)s含“%(words)s”", field=FIELD[WORDS[name][0]], words=value), url_with(**{name: None})))
    found += [_span(key, *ends) for key, ends in wanted.ranges.items()]
    for key in wanted.empty:
        found.append((_("%(field)s未填", field=FIELD[key]), _without("empty", wanted.empty, key)))
    for key in wanted.filled:
        found.append((_("%(field)s已填", field=FIELD[key]), _without("filled", wanted.filled, key)))
    if wanted.quiet:
        found.append((_("%(n)s 天未有效跟进", n=wanted.quiet), url_with(quiet=None)))
    if wanted.overdue:
        found.append((_named("step", _("已过期")), url_with(overdue=None)))
    if wanted.sample:
        found.append((_("只看示例") if wanted.sample == "1" else _("不含示例"), url_with(sample=None)))
    return found


def _named(name: str, words: Any) -> str:
    return _("%(field)s：%(words)s", field=FIELD[name], words=words)


def _without(name: str, values: Sequence[str], value: str) -> str:
    return url_with(**{name: [one for one in values if one != value] or None})


def _span(key: str, low: Any, high: Any) -> tuple[str, str]:
    """The words of a span, and the address without both its ends."""
    least, most, _column = RANGES[key]
    url = url_with(**{least: None, most: None})
    if high is None:
        words = _("不少于 %(n)s", n=low) if key in AMOUNTS else _("%(day)s 起", day=low)
    elif low is None:
        words = _("不多于 %(n)s", n=high) if key in AMOUNTS else _("至 %(day)s", day=high)
    else:
        words = f"{low} – {high}"
    return _named(key, words), url
