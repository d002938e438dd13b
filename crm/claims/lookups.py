"""可报吗: one counted question on one identified company (S2). It reserves nothing, and the holder reads that it was asked."""

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.accounts import queries as accounts
from crm.accounts.models import Org, User
from crm.audit import service as audit
from crm.claims import rivals, telling
from crm.claims.models import CaseKind, Claim, LookUp, LookUpResult
from crm.companies import identity
from crm.companies.models import Company
from crm.companies.queries import find_company
from crm.core import claims as rules
from crm.core import names, uscc
from crm.core.errors import Conflict, TooMany
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.parameters import queries as parameters


@dataclass(frozen=True)
class Answer:
    """What is shown. ``result`` is one of three words; ``phone`` whom to ring. No unit, date or stage (S2)."""

    result: LookUpResult
    words: str
    contact: str
    phone: str
    counted: bool
    used: int
    limit: int
    own: bool = False


@dataclass(frozen=True)
class Subject:
    """The company asked about: rows it may be, and the key that names it."""

    ids: list[int]
    identity: str
    words: str


@db.transactional
def look_up(actor: Actor, *, company_public_id: str = "", text: str = "", code: str = "") -> Answer:
    """Answer 可报吗 for a picked row, a valid code or a full legal name.

    Raises Conflict when no company is identified, TooMany when the day's questions are used up.
    """
    authorize(actor, Permission.LOOK_UP)
    subject = _identify(actor, company_public_id, text, code)
    used, limit, free = _budget(actor, subject)
    if not free and used >= limit:
        raise TooMany(_("今天的 %(n)s 次查询已用完，明天 0 点恢复。急事请拨市招商服务中心值班电话。", n=limit))
    rivals.release_expired(subject.ids, clock.now())
    result, holder = _answer(actor, subject)
    row = LookUp(
        user_id=actor.user_id,
        org_id=actor.org_id,
        company_id=subject.ids[0] if subject.ids else None,
        identity=subject.identity,
        words=subject.words[:200],
        at=clock.now(),
        counted=not free,
        result=result,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "claim.looked_up", ("look_up", row.id, ""), result=result.value)
    own = holder is not None and holder.org_id == actor.org_id
    if holder is not None and not own:
        at = clock.local(clock.now()).strftime("%m-%d %H:%M")
        telling.asked(holder, actor.org_name, actor.name, at, actor.user_id)
    center = accounts.center_org()
    return Answer(
        result=result,
        words=subject.words,
        contact=center.name if center else "",
        phone=center.phone if center else "",
        counted=not free,
        used=used + (0 if free else 1),
        limit=limit,
        own=own,
    )


def _identify(actor: Actor, company_public_id: str, text: str, code: str) -> Subject:
    """Find the one company that is meant. A weak text is refused: the question is about one firm, not a search."""
    if company_public_id:
        company = find_company(actor, company_public_id)
        if company is not None:
            return Subject([company.id], f"row:{company.id}", company.name)
    given = uscc.normalise(code or text)
    if uscc.is_valid(given):
        return Subject(identity.identities_of("", given), f"uscc:{given}", given)
    full = text.strip()
    if full and rules.is_full_name(full):
        return Subject(identity.identities_of(full, None), f"name:{names.name_key(full)}", full)
    raise Conflict(_("请先认准一家企业：从候选中选一家，或填 18 位信用代码，或填营业执照上的全称。"), field="text")


def _budget(actor: Actor, subject: Subject) -> tuple[int, int, bool]:
    """Return questions counted today, today's limit for this person, and whether this one is free. Locks the person's and unit's counters."""
    db.session.execute(select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True))
    db.session.execute(select(Org.id).where(Org.id == actor.org_id).with_for_update(key_share=True))
    since = clock.now() - timedelta(days=int(parameters.value("look_up_free_days")))
    asked = select(LookUp.id).where(
        LookUp.user_id == actor.user_id, LookUp.identity == subject.identity, LookUp.at >= since
    )
    free = db.session.scalar(asked.limit(1)) is not None
    start = clock.start_of_day(clock.today())
    count = select(func.count()).select_from(LookUp).where(LookUp.at >= start, LookUp.counted)
    mine = db.session.scalar(count.where(LookUp.user_id == actor.user_id)) or 0
    unit = db.session.scalar(count.where(LookUp.org_id == actor.org_id)) or 0
    limit = int(parameters.value("look_up_person_day"))
    if unit >= int(parameters.value("look_up_unit_day")):
        limit = min(limit, mine)
    return mine, limit, free


def _answer(actor: Actor, subject: Subject) -> tuple[LookUpResult, Claim | None]:
    """Return the answer and, if there is one, the claim whose holder must read of it."""
    exact = rivals.holders(subject.ids)
    if exact:
        return LookUpResult.TAKEN, exact[0]
    if len(subject.ids) > 1:
        return LookUpResult.JUDGE, None
    if subject.ids:
        company = db.session.get(Company, subject.ids[0])
        assert company is not None
        found = rivals.standing(actor.org_id, company, None)
        if found.free:
            return LookUpResult.FREE, None
        taken = found.kind is CaseKind.CONFLICT and not found.own
        return (LookUpResult.TAKEN if taken else LookUpResult.JUDGE), found.holder
    if subject.identity.startswith("name:"):
        same, likely = rivals.alike_to_text(subject.words)
        held = rivals.holders(same)
        if held:
            return LookUpResult.TAKEN, held[0]
        held = rivals.holders(likely)
        if held:
            return LookUpResult.JUDGE, held[0]
    return LookUpResult.FREE, None


def left_today(actor: Actor) -> tuple[int, int]:
    """Return questions used today and the limit, for the page."""
    start = clock.start_of_day(clock.today())
    count = select(func.count()).select_from(LookUp).where(LookUp.at >= start, LookUp.counted)
    used = db.session.scalar(count.where(LookUp.user_id == actor.user_id)) or 0
    return used, int(parameters.value("look_up_person_day"))
