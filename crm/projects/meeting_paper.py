"""Agenda and minutes of a review meeting as official papers in Word."""

from collections.abc import Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from crm.kit.papers import DOCX, Paper
from crm.projects import labels
from crm.projects.models import Meeting, MeetingItem

__all__ = ["DOCX", "agenda", "minutes"]


def agenda(meeting: Meeting, items: Sequence[MeetingItem]) -> bytes:
    """Return the agenda: the facts of the meeting and the projects with the reason each is on the list."""
    with force_locale("zh_Hans_CN"):
        heads = [_("序号"), _("项目"), _("责任单位"), _("阶段"), _("列入原因")]
        rows = [
            [str(n), item.project.title, item.project.org.name, str(labels.STAGE[item.project.stage]), item.why]
            for n, item in enumerate(items, start=1)
        ]
        return _paper(meeting, _("议程"), heads, rows, (12, 44, 30, 24, 46))


def minutes(meeting: Meeting, items: Sequence[MeetingItem]) -> bytes:
    """Return the minutes: what was decided on each project, and who does what until when."""
    with force_locale("zh_Hans_CN"):
        heads = [_("序号"), _("项目"), _("议定意见"), _("交办事项（单位、期限）")]
        rows = [
            [str(n), item.project.title, item.decision, "\n".join(_action(action) for action in item.actions)]
            for n, item in enumerate(items, start=1)
        ]
        return _paper(meeting, _("纪要"), heads, rows, (12, 38, 56, 50))


def _action(action: Any) -> str:
    who = action.org.name + (f" {action.owner.name}" if action.owner else "")
    done = _("（已办结 %(day)s：%(result)s）", day=action.done_on, result=action.result) if action.done_on else ""
    return _("%(words)s（%(who)s，%(day)s 前）", words=action.words, who=who, day=action.due_on) + done


def _paper(
    meeting: Meeting, kind: str, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]
) -> bytes:
    paper = Paper()
    paper.title(f"{meeting.title}{kind}")
    year, number = meeting.number.split("-")
    paper.number(_("〔%(year)s〕第 %(n)s 号", year=year, n=int(number)))
    day = meeting.held_on
    facts = [
        (_("时间"), f"{day.year}年{day.month}月{day.day}日"),
        *((_("地点"), meeting.place), (_("主持人"), meeting.chair), (_("参加人员"), meeting.attendees)),
    ]
    for name, value in facts:
        if value:
            paper.text(f"{name}：{value}")
    paper.table(heads, rows, widths)
    if meeting.words:
        paper.text(meeting.words)
    return paper.bytes()
