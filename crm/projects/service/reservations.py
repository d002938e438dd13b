"""Reservations of places have a last day: prolonged by who keeps both sides, told of before it comes, and given back after it."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from crm.audit import service as audit
from crm.carriers import spaces
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.kit import clock, db, jobs
from crm.kit.access import Actor
from crm.notices.service import notify
from crm.projects.models import Allocation, AllocationStatus, Need, Project
from crm.projects.service import places

WARN = timedelta(days=7)


@db.transactional
def prolong(actor: Actor, need: Need, allocation: Allocation, until_on: date | None) -> Allocation:
    """Set another last day for a reservation. Raises Forbidden, Conflict for what is reserved no more, Invalid."""
    project, need, row, space = places.locked_place(actor, need, allocation)
    if row.status is not AllocationStatus.RESERVED:
        raise Conflict(_("这处地块或厂房已不是预留状态，不用延期。"))
    if not spaces.keeps(actor, space.carrier):
        raise Forbidden(places.foreign())
    if until_on is None:
        raise Invalid(_("请填预留到哪一天。"), field="until_on")
    before, row.until_on = row.until_on, places.check_end(until_on)
    project.updated_at = clock.now()
    db.session.flush()
    words = f"{space.carrier.name} {space.code}"
    days = (before.isoformat() if before else "", row.until_on.isoformat())
    audit.record(actor, "place.prolonged", project, org_id=project.org_id, place=words, until_on=days)
    return row


def end() -> int:
    """Warn of reservations that end within a week, and give back those whose last day is over; the work of the job.

    Returns how many were given back. Each is a transaction of its own, found in batches: none is passed over.
    """
    today = clock.today()
    for number in _ids(today, today + WARN):
        _warn(number)
    return sum(_expire(number) for number in _ids(date.min, today - timedelta(days=1)))


def _ids(first: date, last: date) -> Sequence[int]:
    with db.reading():
        query = select(Allocation.id).where(Allocation.status == AllocationStatus.RESERVED)
        return db.session.scalars(query.where(Allocation.until_on.between(first, last)).order_by(Allocation.id)).all()


@db.transactional
def _warn(number: int) -> None:
    row, need, project = _found(number)
    if row.until_on is None or not jobs.run_once("projects.reservations", row.until_on.isoformat(), row.public_id):
        return
    with force_locale("zh_Hans_CN"):
        words = {"title": project.title, "place": row.place.code, "day": row.until_on.isoformat()}
        text = _("%(title)s 预留的 %(place)s 到 %(day)s 为止，请记为约定、延期或释放。", **words)
    _tell(row, need, project, "place.ending", text)


@db.transactional
def _expire(number: int) -> bool:
    row, need, project = _found(number)
    system = Actor.system()
    project, need, row, space = places.locked_place(system, need, row)
    if row.status is not AllocationStatus.RESERVED or row.until_on is None or row.until_on >= clock.today():
        return False  # agreed or prolonged a moment ago
    with force_locale("zh_Hans_CN"):
        words = {"title": project.title, "place": space.code, "day": row.until_on.isoformat()}
        text = _("%(title)s 预留的 %(place)s 已于 %(day)s 到期，自动释放。", **words)
        places.give_back(system, project, need, row, space, _("预留到期，自动释放"))
    _tell(row, need, project, "place.expired", text)
    return True


def _found(number: int) -> tuple[Allocation, Need, Project]:
    query = select(Allocation, Need, Project).join(Need, Need.id == Allocation.need_id).join(Project)
    row = db.session.execute(query.where(Allocation.id == number)).one()
    return row.Allocation, row.Need, row.Project


def _tell(row: Allocation, need: Need, project: Project, kind: str, text: str) -> None:
    """Tell who carries the project, and who reserved if that is of the project's unit or the centre: nobody who may not see it."""
    people = [one for one in (project.owner_id, project.deputy_id, row.by_id) if one]
    url = f"/projects/{project.public_id}/needs/{need.public_id}"
    notify(people, kind, "need", need.public_id, text=text, url=url, period=f"{row.id}.{row.until_on}")
