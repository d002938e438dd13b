"""Deciding whether two projects are one investment: by a person of the centre, with a reason, and taken back the same way."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import or_, select

from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.projects import figures
from crm.projects.models import Project, ProjectKind, ProjectTwin
from crm.projects.queries import visible_to
from crm.projects.twins import find_decision


@db.transactional
def judge_twins(
    actor: Actor, first: Project, second: Project, *, same: bool, reason: str, version: int = 0
) -> ProjectTwin:
    """Say that two projects are one investment (``same``), or two. ``version``: of the decision that was shown, 0 for none.

    Units are not told and see no difference: it changes sums over several units alone. Raises Invalid with its field, Conflict.
    """
    authorize(actor, Permission.PROJECT_RECOGNISE)
    reason = reason.strip()
    if not reason:
        raise Invalid(_("请写明理由。"), field="reason")
    figures.lock_twins(db.session.connection())  # a decision reaches projects that are not on the page
    older, newer = _locked(actor, {first.id, second.id})
    if same:
        _check(older, newer)
    row = find_decision(older, newer)
    if (row.version if row is not None else 0) != version:
        raise Conflict(_("刚刚有人判定过这两个项目，请看过再定。"))
    was = row.same if row is not None else None
    if row is None:
        row = ProjectTwin(first_id=older.id, second_id=newer.id, same=same, reason=reason, by_id=actor.user_id)
        row.at = clock.now()
        with db.unique("reason", _("刚刚有人判定过这两个项目，请看过再定。")):
            db.session.add(row)
    else:
        row.same, row.reason, row.by_id, row.at, row.version = same, reason, actor.user_id, clock.now(), version + 1
    db.session.flush()
    _regroup({older.id, newer.id})
    numbers = f"{older.number}、{newer.number}"
    audit.record(actor, "project.twins_judged", row, twins=numbers, same=(was, same), reason=reason)
    return row


def _locked(actor: Actor, ids: Collection[int]) -> tuple[Project, Project]:
    query = (
        select(Project).where(Project.id.in_(ids), visible_to(actor)).order_by(Project.id).with_for_update(of=Project)
    )
    rows = list(db.session.scalars(query.execution_options(populate_existing=True)))
    if len(rows) != 2:
        raise Invalid(_("请填两个不同的项目。"), field="second")
    return rows[0], rows[1]


def _check(older: Project, newer: Project) -> None:
    for project in (older, newer):
        if project.kind is ProjectKind.RELOCATION:
            raise Conflict(_("%(title)s是存量流转，本来就不计入新招商，不用判定。", title=project.title))
        if project.of_plan:
            raise Conflict(_("%(title)s是规划项目，还没有单位认领，不计入数字。", title=project.title))


def _regroup(ids: Collection[int]) -> None:
    """Write anew which projects are one investment: all that decisions join, directly or through a third, follow the oldest."""
    touched = _joined(ids, copied=True)
    rest, changed = set(touched), False
    projects = {one.id: one for one in db.session.scalars(select(Project).where(Project.id.in_(touched)))}
    while rest:
        group = _joined({min(rest)})
        rest -= group
        root = min(group)
        for number in group:
            same_as = None if number == root else root
            changed = changed or projects[number].same_as_id != same_as
            projects[number].same_as_id = same_as
    db.session.flush()
    if changed:
        figures.refresh(touched)


def _joined(ids: Collection[int], *, copied: bool = False) -> set[int]:
    """These projects and all that decisions make one investment with them; ``copied``: also those that were one until now."""
    found, new = set(ids), set(ids)
    while new:
        query = select(ProjectTwin.first_id, ProjectTwin.second_id).where(ProjectTwin.same.is_(True))
        pairs = db.session.execute(query.where(or_(ProjectTwin.first_id.in_(new), ProjectTwin.second_id.in_(new))))
        near = {one for pair in pairs for one in pair}
        if copied:
            roots = select(Project.same_as_id).where(Project.id.in_(new), Project.same_as_id.is_not(None))
            were = or_(Project.same_as_id.in_(new), Project.same_as_id.in_(roots), Project.id.in_(roots))
            near.update(db.session.scalars(select(Project.id).where(were)))
        new = near - found
        found |= new
    return found


def check_copies(repair: bool) -> list[tuple[str, int, int | None, int | None]]:
    """Recompute ``projects.same_as_id`` from the decisions; return what differs, writing it anew on request."""
    stored = dict(
        db.session.execute(select(Project.id, Project.same_as_id).where(Project.same_as_id.is_not(None))).all()
    )
    query = select(ProjectTwin.first_id, ProjectTwin.second_id).where(ProjectTwin.same.is_(True))
    due: dict[int, int] = {}
    for number in sorted({one for pair in db.session.execute(query) for one in pair}):
        root = min(_joined({number}))
        if root != number:
            due[number] = root
    wrong = [
        ("projects.same_as_id", number, stored.get(number), due.get(number))
        for number in sorted(stored.keys() | due.keys())
        if stored.get(number) != due.get(number)
    ]
    if repair and wrong:
        _regroup({number for _name, number, _stored, _due in wrong})
    return wrong
