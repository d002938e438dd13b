"""Joins the room to the app."""

import time

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.audit import labels as audit
from crm.core.permissions import Permission, Role
from crm.kit import db, policy, registries
from crm.kit.access import find_actor
from crm.notices import topics
from crm.notices.models import Topic
from crm.parameters import cache, calendar, codes, proposals, queries
from crm.parameters.keys import KEYS, Group
from crm.parameters.views import numbers, year

_A_MINUTE = 60.0
# They meet the numbers where they count; the menu stays short.
_SELDOM = frozenset({Role.OFFICER, Role.EXPO})


def register(app: Flask) -> None:
    """Add blueprints, menu lines, hooks and registry entries."""
    codes.init(app)
    app.register_blueprint(numbers.bp)
    app.register_blueprint(year.bp)
    topics.declare({"parameter.proposal": Topic.DUTY})
    policy.provide(_security_numbers)
    registries.add(registries.file_readers, proposals.may_read_file)
    app.jinja_env.globals["calendar_missing"] = _calendar_missing
    for order, label, endpoint, icon in (
        (800, _l("参数"), "parameters.index", "settings"),
        (801, _l("工作日历"), "calendar.index", "calendar"),
    ):
        line = registries.MenuItem(
            _l("管理"), order, label, endpoint, icon, Permission.PARAMETER_READ, except_roles=_SELDOM
        )
        registries.add_menu(line)
    _words()


def _security_numbers() -> dict[str, int]:
    return {name: queries.whole(name) for name, key in KEYS.items() if key.group is Group.SECURITY}


def _calendar_missing() -> list[int]:
    """For those who keep the calendar: the years that limits reach into and that nobody has declared complete."""
    actor = find_actor()
    keeps = actor is not None and actor.can(Permission.PARAMETER_WRITE)
    return _missing_of_late() if keeps else []


def _missing_of_late() -> list[int]:
    """The banner stands on every page of the centre, and may be a minute old: it is asked once a minute a process."""
    url, now = str(db.engine().url), time.monotonic()
    if not cache.of_late or cache.of_late[0][0] != url or now - cache.of_late[0][1] > _A_MINUTE:
        cache.of_late[:] = [(url, now, calendar.missing_soon())]
    return cache.of_late[0][2]


def _words() -> None:
    audit.ACTIONS.update(
        {
            "parameter.set": _l("设定参数"),
            "parameter.proposed": _l("提出参数取值"),
            "parameter.proposal_approved": _l("审批参数取值"),
            "parameter.proposal_refused": _l("退回参数提议"),
            "parameter.proposal_withdrawn": _l("撤回参数提议"),
            "parameter.confirmed": _l("登记参数文号"),
            "parameter.withdrawn": _l("撤回未生效的参数"),
            "calendar.day_set": _l("设定工作日历的一天"),
            "calendar.day_cleared": _l("恢复工作日历的一天"),
            "calendar.year_declared": _l("声明工作日历齐全"),
            "calendar.year_reopened": _l("取消工作日历齐全"),
        }
    )
    audit.SUBJECTS.update(
        {
            "parameter": _l("参数"),
            "parameter_proposal": _l("参数提议"),
            "calendar_day": _l("工作日历的一天"),
            "calendar_year": _l("工作日历的一年"),
        }
    )
    audit.FIELDS.update(
        {
            "key": _l("参数"),
            "value": _l("取值"),
            "effective_on": _l("生效日期"),
            "document_no": _l("文号"),
            "day": _l("日期"),
            "stated": _l("安排"),
            "year": _l("年份"),
            "source": _l("依据"),
        }
    )
