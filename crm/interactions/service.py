"""Noting a contact, mending it the same day, ticking off what was to come next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select, update
from werkzeug.datastructures import FileStorage

from crm.audit import service as audit
from crm.companies.models import Company
from crm.core import interactions as rules
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.files import service as files
from crm.interactions import queries
from crm.interactions.copies import copy_to_lead, write_copies
from crm.interactions.models import Interaction, InteractionFile, InteractionPerson
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.leads.models import ContactWay, Lead, LeadStatus
from crm.leads.service.access import own_lead
from crm.parameters import queries as parameters
from crm.projects.models import Project
from crm.projects.service import helped_project, is_own

RESULT_LIMIT = 2000
FAR = timedelta(days=730)
MOST_FILES = 5
MOST_PEOPLE = 20


@dataclass(frozen=True)
class NoteInput:
    """What a person notes about a contact. ``theirs`` are further people there, as (name, title); ``ours`` users by public id."""

    result: str
    on: date | None
    kind: ContactWay = ContactWay.CALL
    person_name: str = ""
    next_step: str = ""
    next_on: date | None = None
    place: str = ""
    led_by_official: bool = False
    theirs: Sequence[tuple[str, str]] = ()
    ours: Sequence[str] = ()
    files: Sequence[FileStorage] = ()


@db.transactional
def note(
    actor: Actor,
    data: NoteInput,
    *,
    lead: Lead | None = None,
    company: Company | None = None,
    project: Project | None = None,
    key: str | None = None,
) -> Interaction:
    """Note a contact on a lead, a project or a company (记一笔). The copies of lead and project follow in the same transaction.

    Settles steps that were due; with a next day of its own, all earlier open steps of the same matter.
    Raises Invalid with its field, once.Repeated for a form sent twice.
    """
    authorize(actor, Permission.LEAD_WRITE)
    if sum(subject is not None for subject in (lead, company, project)) != 1:
        raise Invalid(_("请先选择线索、项目或企业。"))
    if lead is not None:
        lead = own_lead(actor, lead)
        if lead.status not in (LeadStatus.FOLLOWING, LeadStatus.FILED):
            raise Conflict(_("这条线索不在跟进中，请先恢复跟进。"))
    if project is not None:
        project = helped_project(actor, project)
        if project.stage is Stage.CLOSED:
            raise Conflict(_("这个项目已终止，请先恢复。"))
    helper = project is not None and not is_own(actor, project)
    check(data, helper=helper)
    root = lead or project
    row = Interaction(
        public_id=db.new_public_id(),
        org_id=root.org_id if root and not helper else actor.org_id,
        lead_id=lead.id if lead else None,
        project_id=project.id if project else None,
        company_id=company.id if company else None,
        by_id=actor.user_id or (root.owner_id if root else None) or 0,
        created_at=clock.now(),
        is_sample=root.is_sample if root else False,
        result="",
    )
    _fill(actor, row, data)
    db.session.add(row)
    once.remember(actor, key, row.public_id, "interaction")
    db.session.flush()
    _attach(actor, row, data)
    _settle_earlier(row)
    write_copies(row)
    audit.record(actor, "interaction.noted", row, org_id=row.org_id, result=data.result, next_on=data.next_on)
    return row


def check(data: NoteInput, *, helper: bool = False) -> None:
    """Raise Invalid for what cannot be noted. A unit that helps plans no next step: that is the project's own unit's."""
    today = clock.today()
    if helper and (data.next_on is not None or data.next_step.strip()):
        field = "next_on" if data.next_on is not None else "next_step"
        raise Invalid(_("协办单位只记这次往来，下一步由责任单位安排；有建议请写进结果。"), field=field)
    if not data.result.strip():
        raise Invalid(_("请写一句结果：谈了什么、对方怎么说。"), field="result")
    if len(data.result) > RESULT_LIMIT:
        raise Invalid(_("最多 %(limit)s 字，现在 %(n)s 字。", limit=RESULT_LIMIT, n=len(data.result)), field="result")
    if data.on is None:
        raise Invalid(_("请填写接触日期。"), field="on")
    if data.on > today:
        raise Invalid(_("今天是 %(today)s，已发生的接触不能在今天以后。", today=today.isoformat()), field="on")
    earliest = today - timedelta(days=parameters.whole("backdate_max_days"))
    if data.on < earliest:
        raise Invalid(_("早于 %(day)s 的接触不能补记。", day=earliest.isoformat()), field="on")
    if data.next_on is not None and data.next_on < today:
        raise Invalid(_("下一步日期应在今天（%(today)s）或以后。", today=today.isoformat()), field="next_on")
    if data.next_on is not None and data.next_on > today + FAR:
        raise Invalid(_("下一步日期超过两年，请核对年份。"), field="next_on")
    if len(data.theirs) > MOST_PEOPLE:
        raise Invalid(_("最多写 %(n)s 人。", n=MOST_PEOPLE), field="theirs")
    if any(len(part) > 40 for person in data.theirs for part in person):
        raise Invalid(_("姓名和职务各最多 40 字，一行写一人。"), field="theirs")


def _fill(actor: Actor, row: Interaction, data: NoteInput) -> None:
    row.result, row.on, row.kind = data.result.strip(), data.on, data.kind  # type: ignore[assignment]
    row.person_name = data.person_name.strip()
    row.person_id = queries.person_of(actor, row.lead_id, row.person_name)
    row.next_step, row.next_on = data.next_step.strip(), data.next_on
    row.effective = rules.is_effective(row.person_name, row.result, row.next_step)
    row.place, row.led_by_official = data.place.strip(), data.led_by_official


def _attach(actor: Actor, row: Interaction, data: NoteInput) -> None:
    """Put the people of both sides in place of the earlier ones, and add the files."""
    if len(row.files) + len(data.files) > MOST_FILES:
        raise Invalid(_("一次往来最多附 %(n)s 个文件。", n=MOST_FILES), field="files")
    for person in list(row.people):
        db.session.delete(person)
    db.session.flush()
    ours = queries.colleagues(row.org_id, data.ours)
    if len(ours) != len(set(data.ours)):
        raise Invalid(_("请从本单位在岗人员里选。"), field="ours")
    row.our_side = "、".join(user.name for user in ours)[:200]
    theirs = [InteractionPerson(interaction_id=row.id, ours=False, name=n, title=t) for n, t in data.theirs]
    mine = [InteractionPerson(interaction_id=row.id, ours=True, name=u.name[:40], user_id=u.id) for u in ours]
    db.session.add_all([*theirs, *mine])
    for storage in data.files:
        db.session.add(InteractionFile(interaction_id=row.id, file_id=files.store(actor, storage, "files").id))
    db.session.flush()
    db.session.expire(row, ["people", "files"])


def _same(row: Interaction) -> ColumnElement[bool]:
    """The contacts of the same matter; those of the lead that a project came from are the project's too."""
    if row.project_id is not None:
        lead_id = queries.lead_of_project(row.project_id)
        own = Interaction.project_id == row.project_id
        return own if lead_id is None else or_(own, Interaction.lead_id == lead_id)
    if row.lead_id is not None:
        return Interaction.lead_id == row.lead_id
    own = func.coalesce(Interaction.next_for_id, Interaction.by_id) == row.by_id  # the person's own, or taken over
    alone = and_(Interaction.lead_id.is_(None), Interaction.project_id.is_(None), own)
    return and_(Interaction.company_id == row.company_id, alone)


def _settle_earlier(row: Interaction) -> None:
    """A contact does what was due; one that names the next day replaces what was planned."""
    query = update(Interaction).where(
        _same(row),
        Interaction.org_id == row.org_id,
        Interaction.id != row.id,
        Interaction.next_on.is_not(None),
        Interaction.next_done_at.is_(None),
    )
    if row.next_on is None:
        query = query.where(Interaction.next_on <= clock.local(row.created_at).date())
    db.session.execute(query.values(next_done_at=row.created_at), execution_options={"synchronize_session": "fetch"})


@db.transactional
def edit_note(actor: Actor, row: Interaction, data: NoteInput, version: int | None) -> Interaction:
    """Mend an own entry of today. Raises Stale for a second editor, Conflict when the day is over."""
    row = _fresh(actor, row)
    check(data, helper=row.project is not None and row.org_id != row.project.org_id)
    db.check_version(row, version)
    old = row.result
    _fill(actor, row, data)
    db.session.flush()
    _attach(actor, row, data)
    _reopen_settled(row)
    _settle_earlier(row)
    write_copies(row)
    audit.record(actor, "interaction.changed", row, org_id=row.org_id, result=(old, row.result), next_on=data.next_on)
    return row


@db.transactional
def withdraw_note(actor: Actor, row: Interaction) -> None:
    """Take back an own entry of today; what it settled is open again."""
    row = _fresh(actor, row)
    row.withdrawn_at = clock.now()
    row.version += 1
    db.session.flush()
    _reopen_settled(row)
    write_copies(row)
    audit.record(actor, "interaction.withdrawn", row, org_id=row.org_id, result=(row.result, None))


def _fresh(actor: Actor, row: Interaction) -> Interaction:
    authorize(actor, Permission.LEAD_WRITE)
    query = (
        select(Interaction).where(Interaction.id == row.id, queries.readable_by(actor)).with_for_update(of=Interaction)
    )
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise Conflict(_("这条往来已被撤回。"))
    if found.by_id != actor.user_id:
        raise Forbidden(_("只能修改自己记的往来。"))
    if not queries.is_fresh(actor, found):
        raise Conflict(_("只能当天修改或撤回。请另记一笔说明。"))
    return found


def _reopen_settled(row: Interaction) -> None:
    db.session.execute(
        update(Interaction).where(_same(row), Interaction.next_done_at == row.created_at).values(next_done_at=None),
        execution_options={"synchronize_session": "fetch"},
    )


@db.transactional
def finish_step(actor: Actor, row: Interaction) -> None:
    """Tick off the next step of an entry; again changes nothing. The unit's people may."""
    authorize(actor, Permission.LEAD_WRITE)
    if row.org_id not in actor.subtree | {actor.org_id}:
        raise Forbidden(_("这条往来属于其他单位。"))
    if row.next_on is None or row.next_done_at is not None:
        return
    row.next_done_at = clock.now()
    db.session.flush()
    write_copies(row)
    audit.record(actor, "interaction.step_done", row, org_id=row.org_id, next_step=row.next_step)


@db.transactional
def plan_step(actor: Actor, project: Project, words: str, day: date) -> None:
    """Say anew what comes next on a project, and when: on its open step, else on its last contact when that named none.

    Joined to the hook of the projects room, which checked that the project is the actor's to change.
    Raises Invalid, or Conflict when no contact can carry it.
    """
    today = clock.today()
    if not today <= day <= today + FAR:
        raise Invalid(_("下一步日期应在今天（%(today)s）以后两年之内。", today=today.isoformat()), field="day")
    own = Interaction.project_id == project.id
    same = own if project.lead_id is None else or_(own, Interaction.lead_id == project.lead_id)
    query = select(Interaction).where(queries.visible_to(actor), same, Interaction.withdrawn_at.is_(None))
    waits = query.where(Interaction.next_on.is_not(None), Interaction.next_done_at.is_(None))
    row = db.session.scalar(waits.order_by(Interaction.next_on, Interaction.id.desc()).limit(1))
    if row is None:
        row = db.session.scalar(query.order_by(Interaction.on.desc(), Interaction.id.desc()).limit(1))
    if row is None or row.next_done_at is not None:
        raise Conflict(_("没有待办的下一步。请在项目页“记一笔”，写明下一步和日期。"), field="words")
    old = row.next_step, row.next_on
    row.next_step, row.next_on = words[:200], day
    row.version += 1
    db.session.flush()
    _settle_earlier(row)
    write_copies(row)
    changes = {"next_step": (old[0], row.next_step), "next_on": (old[1], day)}
    audit.record(actor, "interaction.step_planned", row, org_id=row.org_id, **changes)


@db.transactional
def drop_steps(actor: Actor, lead: Lead) -> None:
    """Nothing waits on a lead that was closed. Joined to the hook of the leads room."""
    db.session.execute(
        update(Interaction)
        .where(Interaction.lead_id == lead.id, Interaction.next_on.is_not(None), Interaction.next_done_at.is_(None))
        .values(next_done_at=clock.now()),
        execution_options={"synchronize_session": "fetch"},
    )
    copy_to_lead(lead.id)
