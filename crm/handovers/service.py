"""Handing over: looked at first, done in one transaction, taken back as far as nobody changed a row since."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from crm.accounts import queries as accounts
from crm.accounts.models import Org, User
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Permission
from crm.handovers import labels, queries
from crm.handovers.kinds import KINDS, Kind
from crm.handovers.models import Handover, HandoverRow
from crm.handovers.queries import Line
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.notices.service import notify
from crm.todos.subjects import units_of


@dataclass(frozen=True)
class Preview:
    """What would change hands. ``mark`` stands for exactly these rows in exactly this state."""

    lines: list[Line]
    mark: str

    @property
    def by_taker(self) -> list[tuple[User, dict[str, int]]]:
        """How much of each kind goes to whom."""
        people = {line.to.id: line.to for line in self.lines if line.to is not None}
        counts = {number: Counter(line.kind.key for line in self.lines if line.to.id == number) for number in people}  # type: ignore[union-attr]
        return [(people[number], dict(counts[number])) for number in people]


def look_at(actor: Actor, org: Org, person: User, wanted: Mapping[str, str]) -> Preview:
    """Return what giving these rows (``kind:public id`` → public id of the taker) would do. Raises Invalid, Conflict, Forbidden."""
    _authorized(actor, org)
    people = {user.public_id: user for user in queries.takers_of(org, person)}
    if not wanted:
        raise Invalid(_("请至少勾选一项要移交的工作。"), field="to")
    lines = []
    for line in queries.lines_of(actor, org, person):
        if line.key not in wanted:
            continue
        taker = people.get(wanted[line.key])
        if taker is None:
            raise Invalid(_("请为勾选的每一项选好接手人，接手人须是本单位在岗人员。"), field="to")
        lines.append(Line(line.kind, line.row, taker))
    if not lines:
        raise Conflict(_("勾选的工作已经不在这个人手上，请重新打开清单。"))
    state = [f"{line.key}:{_version(line.row)}:{line.to.id}" for line in lines if line.to is not None]
    return Preview(lines, hashlib.sha256(",".join(state).encode()).hexdigest()[:32])


@db.transactional
def hand_over(actor: Actor, org: Org, person: User, wanted: Mapping[str, str], reason: str, mark: str) -> Handover:
    """Do what was looked at, in one transaction, and tell who takes over and who gave. Raises Invalid, Conflict, Forbidden."""
    reason = reason.strip()
    if len(reason) < 2:
        raise Invalid(_("请写明移交原因，例如“调离招商岗位”“产假至明年三月”。"), field="reason")
    seen = look_at(actor, org, person, wanted)
    if seen.mark != mark or len(seen.lines) != len(wanted):
        raise Conflict(_("预览之后清单有变化，还没有移交。请核对下面的新清单。"))
    row = Handover(
        public_id=db.new_public_id(),
        org_id=org.id,
        from_id=person.id,
        by_id=actor.user_id,
        reason=reason[:300],
        at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    for line in seen.lines:
        assert line.to is not None
        now = line.kind.by_number(actor, [line.row.id], lock=True).get(line.row.id)
        if now is None or line.kind.holder_of(now) != person.id:
            raise Conflict(_("预览之后清单有变化，还没有移交。请核对下面的新清单。"))
        _put(actor, line.kind, now, person, line.to)
        row.rows.append(HandoverRow(kind=line.kind.key, row_id=now.id, to_id=line.to.id, version=_version(now)))
    db.session.flush()
    names = "、".join(taker.name for taker, _counts in seen.by_taker)
    audit.record(
        *(actor, "handover.done", row), org_id=org.id, giver=person.name, taker=names, reason=reason, rows=len(row.rows)
    )
    _tell(actor, row, person, seen)
    return row


@db.transactional
def undo(actor: Actor, handover: Handover) -> tuple[int, list[Line]]:
    """Give back every row that nobody changed since. Returns how many, and those left alone. Raises Conflict, Forbidden."""
    handover = db.session.get_one(Handover, handover.id, populate_existing=True, with_for_update=True)
    if not queries.may_undo(actor, handover):
        raise Forbidden(_("只有本单位负责人或市中心可以撤销移交。"))
    if handover.undone_at is not None:
        raise Conflict(_("这次移交已经撤销过了。"))
    left, back = [], 0
    for kind in KINDS.values():
        moved = {one.row_id: one for one in handover.rows if one.kind == kind.key}
        rows = kind.by_number(actor, list(moved), lock=True) if moved else {}
        for number, row in rows.items():
            one = moved[number]
            if kind.holder_of(row) != one.to_id or _version(row) != one.version:
                left.append(Line(kind, row, one.to))
                continue
            _put(actor, kind, row, one.to, handover.giver)
            one.back, back = True, back + 1
    handover.undone_at, handover.undone_by_id = clock.now(), actor.user_id
    audit.record(actor, "handover.undone", handover, org_id=handover.org_id, rows=back)
    people = {one.to_id for one in handover.rows if one.back} - {actor.user_id}
    text = _("%(who)s 撤销了对%(name)s工作的移交，相应事项已退回。", who=actor.name, name=handover.giver.name)
    notify(people, "handover.undone", "handover", handover.public_id, text=text, url=f"/handovers/{handover.public_id}")
    return back, left


def _put(actor: Actor, kind: Kind, row: Any, old: User, new: User) -> None:
    value = None if kind.key == "step" and row.by_id == new.id else new.id
    setattr(row, kind.owner, value)
    if hasattr(row, "version"):
        row.version += 1
    if hasattr(row, "updated_at"):
        row.updated_at = clock.now()
    db.session.flush()
    org_id = row.project.org_id if kind.key == "issue" else row.org_id
    audit.record(actor, labels.ACT[kind.key], row, org_id=org_id, owner=(old.name, new.name))


def _version(row: Any) -> int:
    return getattr(row, "version", 0)


def _authorized(actor: Actor, org: Org) -> None:
    authorize(actor, Permission.LEAD_TRIAGE)
    if not actor.is_center and org.id not in units_of(actor):
        raise Forbidden(_("只能移交本单位的工作。"))


def _tell(actor: Actor, row: Handover, person: User, seen: Preview) -> None:
    url = f"/handovers/{row.public_id}"
    for taker, counts in seen.by_taker:
        parts = "、".join(f"{labels.KIND[key]} {count}" for key, count in counts.items())
        text = _(
            "%(who)s 把%(name)s的工作移交给您：%(parts)s。原因：%(reason)s",
            who=actor.name,
            name=person.name,
            parts=parts,
            reason=row.reason,
        )
        if taker.id != actor.user_id:
            notify([taker.id], "handover.taken", "handover", row.public_id, text=text, url=url)
    if person.active and person.id != actor.user_id and accounts.unit_id_of(person.org_id) == row.org_id:
        names = "、".join(taker.name for taker, _counts in seen.by_taker)
        text = _("%(who)s 把您的 %(n)s 项工作移交给%(names)s。", who=actor.name, n=len(seen.lines), names=names)
        notify([person.id], "handover.given", "handover", row.public_id, text=text, url=url)
