"""What is told of projects beside their facts: contacts of the week, open problems, what others are asked to settle."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Select, literal, literal_column, null, select, union_all

from crm.interactions.models import Interaction
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.projects import issues
from crm.projects.models import ActionItem, Issue, IssueStatus, MeetingItem, Project
from crm.projects.queries import reads_notes
from crm.reports.ledger import building, weeks

_CONTACT, _PROBLEM, _TASK = 1, 2, 3


@dataclass
class Told:
    """By project: words of this week's contacts, titles of open problems, and what is to be settled."""

    contacts: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    problems: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    matters: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))


def told_of(actor: Actor, projects: Sequence[Any], stands_since: Mapping[int, datetime]) -> Told:
    """Return what is told of projects that the caller got through its scope, in one statement.

    ``stands_since``: by unit, when its ledger of the week before was confirmed or frozen; a contact of that week that was noted
    later is told in this one.
    """
    ids = [one.id for one in projects]
    parts = [_problems(actor, ids), _tasks(ids)]
    if reads_notes(actor):
        parts += _contacts(ids, weeks.monday_of(clock.today()) - (weeks.WEEK if stands_since else timedelta(0)))
    return _sorted(union_all(*parts), {one.id: stands_since.get(one.org_id) for one in projects})


def problems_of(actor: Actor, projects: Sequence[Any]) -> dict[int, list[str]]:
    """Return 存在问题: the titles of open problems by project."""
    return _sorted(union_all(_problems(actor, [one.id for one in projects]))).problems


def _sorted(query: CompoundSelect[Any], since: Mapping[int, datetime | None] | None = None) -> Told:
    found, monday = Told(), weeks.monday_of(clock.today())
    rows = query.subquery()
    for what, project_id, on, _id, words, more, noted_at in db.session.execute(
        select(rows).order_by(rows.c.what, rows.c.on, rows.c.id)
    ):
        if what == _CONTACT:
            stands = (since or {}).get(project_id)
            if on < monday and (stands is None or noted_at <= stands):
                continue
            found.contacts[project_id].append(building.contact_words(on, words, more))
        elif what == _TASK:
            found.matters[project_id].append(f"{words}（{on:%Y-%m-%d} 前）")
        else:
            found.problems[project_id].append(words)
            if more:
                found.matters[project_id].append(f"{more}：{words}（{on:%Y-%m-%d} 前）")
    return found


def _part(what: int, project_id: Any, row: Any, on: Any, words: Any, more: Any) -> Select[Any]:
    columns = (
        project_id.label("project"),
        on.label("on"),
        row.id.label("id"),
        words.label("words"),
        more.label("more"),
    )
    noted_at = row.created_at if row is Interaction else null().cast(Interaction.created_at.type)
    return select(literal_column(str(what)).label("what"), *columns, noted_at.label("noted_at"))


def _contacts(ids: Sequence[int], first: date) -> list[Select[Any]]:
    """The effective contacts from that day to the end of this week, each once: the projects' own, and those of their lead that name no project."""
    row, week = Interaction, (first, weeks.sunday_of(weeks.monday_of(clock.today())))
    counts = (Interaction.effective, Interaction.withdrawn_at.is_(None), Interaction.on.between(*week))
    own = _part(_CONTACT, row.project_id, row, row.on, row.result, row.next_step).where(*counts)
    early = _part(_CONTACT, Project.id, row, row.on, row.result, row.next_step).where(*counts)
    early = early.join(Project, Project.lead_id == row.lead_id).where(row.project_id.is_(None), Project.id.in_(ids))
    return [own.where(row.project_id.in_(ids)), early]


def _problems(actor: Actor, ids: Sequence[int]) -> Select[Any]:
    """The open problems that the reader may read; those that name the department which has to act are matters as well."""
    query = _part(_PROBLEM, Issue.project_id, Issue, Issue.due_on, Issue.title, Issue.department).join(Issue.project)
    return query.where(issues.visible_to(actor), Issue.status == IssueStatus.OPEN, Issue.project_id.in_(ids))


def _tasks(ids: Sequence[int]) -> Select[Any]:
    """What review meetings told the project's own unit to do and is not done."""
    query = _part(_TASK, MeetingItem.project_id, ActionItem, ActionItem.due_on, ActionItem.words, literal(""))
    return (
        query.join(MeetingItem, MeetingItem.id == ActionItem.item_id)
        .join(Project, Project.id == MeetingItem.project_id)
        .where(MeetingItem.project_id.in_(ids), ActionItem.done_on.is_(None), ActionItem.org_id == Project.org_id)
    )
