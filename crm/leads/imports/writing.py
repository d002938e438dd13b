"""Writing a ledger of leads, and taking it back. A lead made here holds nothing; a report is filed by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.companies import keys
from crm.companies import queries as companies
from crm.companies.imports import columns as cells
from crm.companies.imports import snapshots
from crm.companies.models import Company
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Permission, may
from crm.imports.kinds import Context, Row, Trace, Written
from crm.imports.models import Decision
from crm.kit import clock, db, references
from crm.kit.access import Actor, authorize
from crm.kit.words import say as _
from crm.leads.imports.checking import Ledger, changes_of, one_of
from crm.leads.imports.columns import Lists, Said, read
from crm.leads.models import Lead, LeadPerson, LeadStatus
from crm.leads.queries import visible_to
from crm.leads.service.access import is_own
from crm.people import queries as known_people
from crm.people import service as people
from crm.people.models import Person

SUBJECT = "lead"
TABLE, LINKS, PEOPLE = Lead.__tablename__, LeadPerson.__tablename__, Person.__tablename__
_NO_WORDS = frozenset({"node_id", "channel_id", "company_id"})


def write(context: Context, row: Row, trace: Trace) -> Written:
    """Make a lead or change the unit's own. Raises UserError."""
    actor = context.actor
    authorize(actor, Permission.IMPORT_LEADS)
    said = read(row.given, Lists.read())
    if said.faults:
        raise Invalid(said.faults[0].message, said.faults[0].field)
    lead = _lead(actor, row, said)
    if lead is None:
        lead = _make(context, said)
        trace.make(TABLE, lead.id)
        _link_person(actor, lead, said, trace)
        return Written(SUBJECT, lead.id)
    changed = changes_of(lead, said)
    if not changed:
        return Written(SUBJECT, lead.id, _("与已登记的一致，没有改动。"), changed=False)
    if not is_own(actor, lead):
        raise Conflict(_("这条线索属于其他单位，只能由该单位修改。"))
    _check_stands(row, lead)
    for name, (old, new) in changed.items():
        trace.change(TABLE, lead.id, name, snapshots.plain(old), snapshots.plain(new))
        setattr(lead, name, new)
    lead.version += 1
    lead.updated_at = clock.now()
    db.session.flush()
    audit.record(actor, "lead.changed", lead, org_id=lead.org_id, **_told(changed))
    return Written(SUBJECT, lead.id)


def undo(context: Context, row: Row, trace: Trace) -> list[str]:
    """Take the lead away, or what was changed in it, unless people worked on it since."""
    stays: list[str] = []
    for number in _made(trace, TABLE):
        lead = db.session.scalar(_own(context.actor).where(Lead.id == number))
        if lead is not None:
            stays += _forget(context, lead, trace)
    by_lead: dict[int, list[tuple[str, Any, Any]]] = {}
    for table, row_id, name, old, new in trace.changed:
        if table == TABLE:
            by_lead.setdefault(int(row_id), []).append((name, old, new))
    for lead_id, changes in by_lead.items():
        lead = db.session.scalar(_own(context.actor).where(Lead.id == lead_id))
        if lead is not None:
            stays += _put_back(context, lead, changes)
    return stays


def _own(actor: Actor) -> Any:
    return select(Lead).where(visible_to(actor), Lead.org_id == actor.org_id).with_for_update(of=Lead, key_share=True)


def _lead(actor: Actor, row: Row, said: Said) -> Lead | None:
    """Return the lead a row speaks of: the chosen one, that of its id, or the unit's own of the same company and sentence."""
    if row.decision is Decision.NEW:
        return None
    ledger = Ledger.read(actor, [row])
    public_id = row.target or cells.own_id(row.given)
    if not public_id:
        return one_of(ledger, said)
    found = ledger.by_public_id.get(public_id)
    if found is None:
        raise NotFound(_("没有找到这条线索，或您无权查看。请重新检查这一行。"))
    locked = select(Lead).where(Lead.id == found.id, visible_to(actor)).with_for_update(of=Lead, key_share=True)
    return db.session.scalar(locked.execution_options(populate_existing=True))


def _check_stands(row: Row, lead: Lead) -> None:
    version = cells.whole_of(row.given, cells.VERSION.name)
    own = cells.own_id(row.given) == lead.public_id
    if own and version is not None and version != lead.version and row.decision is None:
        raise Conflict(_("线索“%(title)s”在导出之后被改过，请重新检查这一行。", title=lead.title), "version")


def _make(context: Context, said: Said) -> Lead:
    actor, now = context.actor, clock.now()
    company = _company(actor, said)
    lead = Lead(
        public_id=db.new_public_id(),
        org_id=actor.org_id,
        owner_id=_owner(actor, said.owner),
        created_by_id=actor.user_id,
        company_text=said.company_text[:200],
        uscc_text=said.uscc_text[:30],
        company_id=company.id if company is not None else None,
        status=LeadStatus.FOLLOWING,
        registered_at=now,
        created_at=now,
        updated_at=now,
        files=[],
        people=[],
        **{"content": said.aside, **said.values},
    )
    db.session.add(lead)
    db.session.flush()
    told = {"company_text": lead.company_text, "uscc_text": lead.uscc_text, **_told(said.values)}
    audit.record(actor, "lead.imported", lead, org_id=lead.org_id, batch=context.batch_public_id, **told)
    return lead


def _owner(actor: Actor, name: str) -> int:
    """Return the one colleague of the unit with that name who may follow leads; else whoever imports."""
    named = [user for user in accounts.users_of_unit(actor.org_id) if user.name == name] if name else []
    writers = [user.id for user in named if may((one.role for one in user.roles), Permission.LEAD_WRITE)]
    return writers[0] if len(writers) == 1 else actor.user_id


def _company(actor: Actor, said: Said) -> Company | None:
    """Return the one visible company that name or code identify, as a typed lead would; none is made (S0)."""
    wanted = keys.keys_of(said.company_text, said.uscc_text or None)
    ids = [*keys.owners(wanted), *keys.waiting(wanted, companies.visible_to(actor))]
    seen = companies.companies_of(actor, ids)
    return next(iter(seen.values())) if len(seen) == 1 else None


def _link_person(actor: Actor, lead: Lead, said: Said, trace: Trace) -> None:
    name, title, number = said.person
    if not name:
        return
    mine = select(Person.id).where(known_people.visible_to(actor), Person.org_id == actor.org_id, Person.name == name)
    before = {row.id: _facts(row) for row in _people(actor, db.session.scalars(mine).all())}
    person = people.find_or_add(actor, name=name, title=title, mobile=number, company_id=lead.company_id)
    db.session.flush()
    if person.id not in before:
        trace.make(PEOPLE, person.id)
    else:
        for field, now in _facts(person).items():
            if before[person.id][field] != now:
                trace.change(PEOPLE, person.id, field, before[person.id][field], now)
    db.session.add(LeadPerson(lead_id=lead.id, person_id=person.id))
    db.session.flush()


def _people(actor: Actor, ids: Sequence[int]) -> list[Person]:
    return list(db.session.scalars(select(Person).where(known_people.visible_to(actor), Person.id.in_(ids))))


def _facts(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in ("title", "mobile", "mobile_hmac", "company_id")}


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in _NO_WORDS}


def _made(trace: Trace, table: str) -> list[int]:
    return [int(number) for name, number in trace.made if name == table]


def _forget(context: Context, lead: Lead, trace: Trace) -> list[str]:
    """Delete a lead nobody worked on, with its person if nobody else speaks to that person."""
    uses, _others = references.pointing_at(TABLE, lead.id, besides=frozenset({LINKS}))
    if uses or lead.version != 1 or lead.status is not LeadStatus.FOLLOWING:
        return [_("线索“%(title)s”导入后已有跟进、证据或首报，保留。", title=lead.title)]
    audit.record(context.actor, "lead.import_undone", lead, org_id=lead.org_id, title=(lead.title, None))
    db.session.flush()
    db.session.execute(delete(LeadPerson).where(LeadPerson.lead_id == lead.id))
    db.session.execute(delete(Lead).where(Lead.id == lead.id))
    db.session.expunge(lead)
    for person in _people(context.actor, _made(trace, PEOPLE)):
        used, _others = references.pointing_at(PEOPLE, person.id)
        if not used and person.version == 1:
            db.session.execute(delete(Person).where(Person.id == person.id))
            db.session.expunge(person)
    for table, number, name, old, new in trace.changed:
        found = _people(context.actor, [int(number)]) if table == PEOPLE else []
        for person in found:
            if getattr(person, name) == new:
                setattr(person, name, old)
    db.session.flush()
    return []


def _put_back(context: Context, lead: Lead, changes: Sequence[tuple[str, Any, Any]]) -> list[str]:
    stays = []
    undone: dict[str, tuple[Any, Any]] = {}
    for name, old, new in changes:
        now = getattr(lead, name)
        if snapshots.plain(now) != new or (lead.claim_status and name == "first_contact_on"):
            stays.append(_("线索“%(title)s”的内容后来又改过，改过的保留。", title=lead.title))
            continue
        setattr(lead, name, snapshots.typed(Lead, name, old))
        undone[name] = (now, getattr(lead, name))
    lead.version += 1
    lead.updated_at = clock.now()
    db.session.flush()
    audit.record(context.actor, "lead.import_undone", lead, org_id=lead.org_id, **_told(undone))
    return list(dict.fromkeys(stays))
