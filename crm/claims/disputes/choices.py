"""The investor's stated choice: a stamped paper says which unit it prefers, a second one takes that back.

The investor is free; only units are bound (domain.md §3.3, 5). The other party reads neither the paper nor who signed it.
"""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from crm.accounts.models import Org
from crm.audit import service as audit
from crm.claims import cases, telling
from crm.claims.disputes.models import InvestorChoice
from crm.claims.models import Case, CaseStatus, Claim, StepKind
from crm.core.errors import Conflict, Forbidden, NotFound
from crm.core.permissions import Permission
from crm.files import service as files
from crm.files.models import File
from crm.kit import clock, db
from crm.kit.access import Actor, authorize


@dataclass(frozen=True)
class Stated:
    """What the paper says: which party it names, on which day, signed by whom."""

    chosen: str  # "mine" or "other"
    stated_on: date | None
    signer: str


def of_case(case: Case) -> list[InvestorChoice]:
    """Return the choices entered in a case, the newest first; each reader sees those of its side, the arbiter all."""
    query = select(InvestorChoice).where(InvestorChoice.case_id == case.id).order_by(InvestorChoice.id.desc())
    return list(
        db.session.scalars(
            query.options(
                joinedload(InvestorChoice.chosen_org),
                joinedload(InvestorChoice.file),
                joinedload(InvestorChoice.revoke_file),
            )
        )
    )


def chosen_org(case: Case) -> int | None:
    """Return the unit that the investor's papers name: the latest that stands, nothing when two of one day differ."""
    standing = [one for one in of_case(case) if one.revoked_at is None]
    if not standing:
        return None
    latest = max(one.stated_on for one in standing)
    named = {one.chosen_org_id for one in standing if one.stated_on == latest}
    return named.pop() if len(named) == 1 else None


@db.transactional
def state(actor: Actor, case: Case, claim: Claim, said: Stated, upload: FileStorage | None) -> InvestorChoice:
    """A party enters the investor's stamped choice. Raises Conflict naming the field that lacks."""
    case = _open_case(actor, case, claim)
    other = next((party.claim for party in case.parties if party.claim_id != claim.id), None)
    if said.chosen not in ("mine", "other") or (said.chosen == "other" and other is None):
        raise Conflict(_("请选择投资方书面选择的单位。"), field="chosen")
    if said.chosen == "other" and len(case.parties) > 2:
        raise Conflict(_("本案有三个以上单位，请由投资方选择的单位自己登记。"), field="chosen")
    if said.stated_on is None or said.stated_on > clock.today():
        raise Conflict(_("请填写落款日期，不能晚于今天。"), field="stated_on")
    if not said.signer.strip():
        raise Conflict(_("请填写签字人或盖章单位。"), field="signer")
    file = _paper(actor, upload)
    chosen = claim.org_id if said.chosen == "mine" or other is None else other.org_id
    row = InvestorChoice(
        claim_id=claim.id,
        case_id=case.id,
        org_id=claim.org_id,
        chosen_org_id=chosen,
        stated_on=said.stated_on,
        signer=said.signer.strip(),
        file_id=file.id,
        entered_by_id=actor.user_id,
        entered_at=clock.now(),
    )
    db.session.add(row)
    words = _("投资方书面选择（落款 %(day)s）", day=said.stated_on.isoformat())
    _noted(actor, case, claim, StepKind.CHOICE, words)
    audit.record(actor, "case.choice", case, chosen=db.session.get_one(Org, chosen).name)
    return row


@db.transactional
def revoke(actor: Actor, case: Case, choice: InvestorChoice, on: date | None, upload: FileStorage | None) -> None:
    """The unit that entered a choice takes it back on a second paper of the investor. Raises Conflict, NotFound."""
    row = db.session.scalar(
        select(InvestorChoice)
        .where(InvestorChoice.id == choice.id, InvestorChoice.case_id == case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.org_id != actor.org_id:
        raise NotFound(_("没有找到，或您无权查看。"))
    claim = db.session.get_one(Claim, row.claim_id)
    case = _open_case(actor, case, claim)
    if row.revoked_at is not None:
        raise Conflict(_("这份选择已经撤销。"))
    if on is None or on > clock.today() or on < row.stated_on:
        raise Conflict(_("撤销日期应不早于原落款日期，也不晚于今天。"), field="revoked_on")
    file = _paper(actor, upload)
    row.revoked_at, row.revoked_by_id = clock.now(), actor.user_id
    row.revoked_on, row.revoke_file_id = on, file.id
    _noted(actor, case, claim, StepKind.REVOKED, _("投资方撤销书面选择（%(day)s）", day=on.isoformat()))
    audit.record(actor, "case.choice_revoked", case)


def get_choice(actor: Actor, case: Case, public_id: str) -> InvestorChoice:
    """Return a choice of the case that the actor's unit entered. Raises NotFound."""
    row = next((one for one in of_case(case) if one.public_id == public_id and one.org_id == actor.org_id), None)
    if row is None:
        raise NotFound(_("没有找到，或您无权查看。"))
    return row


def _open_case(actor: Actor, case: Case, claim: Claim) -> Case:
    authorize(actor, Permission.CLAIM_FILE)
    case = cases.locked(case.id)
    if claim.org_id != actor.org_id or claim.id not in [party.claim_id for party in case.parties]:
        raise Forbidden(_("只有案件当事单位可以这样做。"))
    if case.status is CaseStatus.DECIDED:
        raise Conflict(_("案件已裁定。如不服，请在复核期内申请复核。"))
    return case


def _paper(actor: Actor, upload: FileStorage | None) -> File:
    if upload is None or not upload.filename:
        raise Conflict(_("请附上投资方盖章的书面材料。"), field="paper")
    file = files.store(actor, upload, field="paper")
    files.seal([file.id])
    return file


def _noted(actor: Actor, case: Case, claim: Claim, kind: StepKind, words: str) -> None:
    cases.step(actor, case, kind, words, claim)
    case.version += 1
    db.session.flush()
    telling.case_step(case, _("一方提交了投资方的书面材料"))
