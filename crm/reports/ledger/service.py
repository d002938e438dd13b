"""Writing the ledger: shorten a line, say why nothing happens, confirm once, freeze, correct by a line of its own."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db, jobs
from crm.kit.access import Actor, authorize
from crm.projects.models import Project
from crm.projects.queries import get_project
from crm.projects.service.access import is_own
from crm.reports.ledger import building, queries, weeks
from crm.reports.ledger.building import Line
from crm.reports.models import IssuedReport, LedgerLine, LedgerWeek, ReportKind


@db.transactional
def write_line(actor: Actor, monday: date, project: Project, *, progress: str, reason: str, version: int) -> LedgerLine:
    """Shorten what the contacts say of a project this week, or say why nothing happens. Empty words give the built ones back.

    Raises Forbidden for another unit's project, Conflict once the week is confirmed, Stale, and Invalid for words that add.
    """
    _own(actor, project)
    week = _open_week(project.org_id, monday)
    lines = building.build([project.org_id], monday).get(project.org_id, [])
    line = next((one for one in lines if one.project_id == project.id), None)
    if line is None:
        raise NotFound(_("这个项目不在本周台账里。"))
    progress = progress.strip()
    if progress and not line.progress:
        raise Invalid(_("本周没有有效联系，进展不能手写。请先记一笔，或填写原因。"), field="progress")
    if len(progress) > len(line.progress):
        raise Invalid(_("只能缩短：新的内容请记一笔，台账会自己带出来。"), field="progress")
    if line.needs_reason and not reason.strip():
        raise Invalid(_("连续 %(n)s 周无进展，请写明原因，例如“等环评批复”。", n=line.quiet_weeks), field="reason")
    row = db.session.scalar(
        select(LedgerLine).where(LedgerLine.week_id == week.id, LedgerLine.project_id == project.id)
    )
    if row is None:
        row = LedgerLine(week_id=week.id, project_id=project.id, position=0, version=0, updated_at=clock.now())
        db.session.add(row)
    db.check_version(row, version)
    row.edited = bool(progress) and progress != line.progress
    row.progress = progress if row.edited else ""
    row.reason = reason.strip()[:300]
    row.by_id, row.updated_at = actor.user_id, clock.now()
    db.session.flush()
    audit.record(actor, "ledger.line_written", row, org_id=week.org_id, reason=row.reason, project=project.number)
    return row


@db.transactional
def confirm_week(actor: Actor, monday: date) -> LedgerWeek:
    """Confirm the week of the actor's unit, once; its lines stand from now on. Raises Conflict while reasons are missing."""
    authorize(actor, Permission.LEDGER_CONFIRM)
    if monday != weeks.monday_of(clock.today()):
        raise Conflict(_("只能确认本周的台账。"))
    week = _open_week(actor.org_id, monday)
    lines = queries.current_lines(actor.org_id, monday, week)
    missing = [line for line in lines if line.needs_reason]
    if missing:
        names = "、".join(line.cells["title"] for line in missing[:5])
        raise Conflict(_("有 %(n)s 个项目连续四周以上无进展，还没有说明原因：%(names)s", n=len(missing), names=names))
    _write(week, lines)
    week.confirmed_by_id, week.confirmed_at = actor.user_id, clock.now()
    week.version += 1
    audit.record(actor, "ledger.confirmed", week, rows=len(lines))
    return week


@db.transactional
def freeze_week(actor: Actor, monday: date, orgs: Sequence[Org]) -> int:
    """Freeze the week of these units, whoever has confirmed or not: each line is kept as it stands, sealed in the issued report.

    Returns how many units were frozen now; a second run freezes nothing.
    """
    period, done = weeks.period_of(monday), []
    for org in orgs:
        week = begin_week(org.id, monday)
        if week.frozen_at is not None or not jobs.run_once("ledger.freeze", period, org.public_id):
            continue
        if week.confirmed_at is None:
            _write(week, queries.current_lines(org.id, monday, week))
        _keep(week)
        week.frozen_at = clock.now()
        week.version += 1
        audit.record(actor, "ledger.frozen", week, org_id=org.id, period=period)
        done.append(week)
    if done:
        db.session.flush()
        _issue(actor, monday, done)
    return len(done)


@db.transactional
def correct_week(actor: Actor, monday: date, project: Project, *, words: str) -> LedgerLine:
    """Correct a frozen week by a line of its own; what was issued stays, and the report gets its next revision."""
    _own(actor, project)
    words = words.strip()
    if len(words) < 2:
        raise Invalid(_("请写明更正的内容。"), field="words")
    week = _locked(project.org_id, monday)
    if week is None or week.frozen_at is None:
        raise Conflict(_("这一周还没有冻结，直接修改即可。"))
    last = db.session.scalar(select(func.max(LedgerLine.position)).where(LedgerLine.week_id == week.id)) or 0
    now = building.of_project(project, monday)
    row = LedgerLine(
        week_id=week.id,
        project_id=project.id,
        position=last + 1,
        progress=words[:1000],
        edited=True,
        quiet_weeks=now.quiet_weeks,
        adjusts=True,
        by_id=actor.user_id,
        updated_at=clock.now(),
    )
    row.snapshot = {**now.cells, "progress": row.progress, "by": f"{actor.name}（{actor.org_name}）", "adjusts": True}
    db.session.add(row)
    db.session.flush()
    _issue(actor, monday, [week])
    audit.record(actor, "ledger.corrected", row, org_id=week.org_id, project=project.number)
    return row


def begin_week(org_id: int, monday: date) -> LedgerWeek:
    """Return the unit's week, locked; made when nobody has touched it yet."""
    if org_id not in {org.id for org in accounts.units()}:
        raise NotFound(_("这个单位不填周台账。"))
    week = _locked(org_id, monday)
    if week is None:
        try:
            with db.unique("monday", ""):
                db.session.add(LedgerWeek(org_id=org_id, monday=monday))
        except Conflict:
            pass  # another person made it a moment ago
        week = _locked(org_id, monday)
    assert week is not None
    return week


def seal_of(week: LedgerWeek) -> tuple[int, str]:
    """Return how many lines of a frozen week there are, and the SHA-256 over their snapshots in order."""
    kept = [row.snapshot for row in building.stored_of(week)]
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return len(kept), hashlib.sha256(text.encode()).hexdigest()


def _own(actor: Actor, project: Project) -> None:
    authorize(actor, Permission.PROJECT_WRITE)
    if not is_own(actor, get_project(actor, project.public_id)):
        raise Forbidden(_("这个项目由其他单位负责，台账由该单位填写。"))


def _open_week(org_id: int, monday: date) -> LedgerWeek:
    week = begin_week(org_id, monday)
    if week.frozen_at is not None:
        raise Conflict(_("这一周的台账已冻结，请用更正行。"))
    if week.confirmed_at is not None:
        raise Conflict(_("本周台账已由单位负责人确认。冻结后可用更正行补充。"))
    return week


def _locked(org_id: int, monday: date) -> LedgerWeek | None:
    query = select(LedgerWeek).where(LedgerWeek.org_id == org_id, LedgerWeek.monday == monday)
    return db.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _write(week: LedgerWeek, lines: Sequence[Line]) -> None:
    """Write the lines as they stand, in their order; a project that left the pipeline since its line was written goes."""
    known = {row.project_id: row for row in building.stored_of(week)}
    for position, line in enumerate(lines, start=1):
        row = known.pop(line.project_id, None)
        if row is None:
            row = LedgerLine(week_id=week.id, project_id=line.project_id, updated_at=clock.now())
            db.session.add(row)
        row.position, row.progress, row.quiet_weeks = position, line.progress, line.quiet_weeks
        row.reason, row.edited = line.reason, line.edited
    for row in known.values():
        db.session.delete(row)
    db.session.flush()


def _keep(week: LedgerWeek) -> None:
    """Write the snapshot of each line."""
    rows = {row.project_id: row for row in building.stored_of(week)}
    for line in building.of_week(week):
        rows[line.project_id].snapshot = {
            **line.cells,
            "progress": line.words,
            "quiet_weeks": line.quiet_weeks,
            "reason": line.reason,
        }


def _issue(actor: Actor, monday: date, changed: Sequence[LedgerWeek]) -> IssuedReport:
    """Add a revision of the issued report: the seal of each unit, new ones for what changed."""
    earlier = queries.issued(monday)
    seals: dict[int, dict[str, Any]] = {row["org_id"]: row for row in earlier[0].rows} if earlier else {}
    names = accounts.org_names()
    for week in changed:
        count, seal = seal_of(week)
        confirmed = week.confirmed_at.isoformat() if week.confirmed_at else None
        seals[week.org_id] = {
            "org_id": week.org_id,
            "org": names[week.org_id],
            "confirmed_at": confirmed,
            "lines": count,
            "sha256": seal,
        }
    report = IssuedReport(
        kind=ReportKind.WEEK,
        period=weeks.period_of(monday),
        revision=earlier[0].revision + 1 if earlier else 1,
        title=f"{weeks.name_of(monday)}招商项目周台账",
        rows=list(seals.values()),
        issued_at=clock.now(),
        issued_by_id=actor.user_id or None,
    )
    db.session.add(report)
    db.session.flush()
    return report
