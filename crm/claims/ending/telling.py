"""Who is told what about a protection that runs out. Each text holds only what its reader may know."""

from flask_babel import gettext as _

from crm.accounts import queries as accounts
from crm.claims import telling
from crm.claims.ending import deputies, labels
from crm.claims.ending.models import ClaimRequest, RequestKind
from crm.claims.models import Claim
from crm.core.permissions import Role
from crm.notices.service import notify


def _tell(people: list[int], kind: str, claim: Claim, text: str, period: str) -> int:
    return notify(people, kind, "claim", claim.public_id, text=text, url=f"/claims/{claim.public_id}", period=period)


def holders_people(claim: Claim, *, heads: bool) -> list[int]:
    """Return the filer and the owner of the lead; with ``heads`` the unit's managers too."""
    if heads:
        return telling.unit_readers(claim)
    return list(dict.fromkeys([claim.filer_id, claim.lead.owner_id]))


def asked(request: ClaimRequest, deciders: list[int]) -> None:
    """Tell those who decide that a request waits."""
    claim = request.claim
    text = _(
        "%(unit)s %(kind)s：%(firm)s，请决定。",
        unit=claim.org.name,
        kind=labels.KIND[request.kind],
        firm=claim.company_words,
    )
    _tell(deciders, "claim.request", claim, text, request.public_id)


def decided(request: ClaimRequest) -> None:
    """Tell the holder what was decided."""
    claim = request.claim
    words = labels.RECALLED if request.kind is RequestKind.RECALL else labels.STATUS
    text = _(
        "%(firm)s %(kind)s：%(what)s。%(why)s",
        firm=claim.company_words,
        kind=labels.KIND[request.kind],
        what=words.get(request.status, labels.STATUS[request.status]),
        why=request.decision_reason[:120],
    )
    _tell(telling.unit_readers(claim), "claim.request_decided", claim, text, request.public_id)


def recall_proposed(request: ClaimRequest) -> None:
    """Tell the holder that its protection may be taken back, and until when it is heard."""
    claim = request.claim
    text = _(
        "%(firm)s 的保护被提出收回，请于 %(day)s 前在备案页陈述意见。",
        firm=claim.company_words,
        day=str(request.hear_until),
    )
    _tell(telling.unit_readers(claim), "claim.recall", claim, text, request.public_id)


def heard(request: ClaimRequest, deciders: list[int]) -> None:
    """Tell those who decide that the holder was heard, or that its time is over."""
    claim = request.claim
    text = _("%(unit)s 就收回 %(firm)s 陈述了意见，请决定。", unit=claim.org.name, firm=claim.company_words)
    if not request.answer:
        text = _("%(unit)s 陈述意见的期限已过：收回 %(firm)s，请决定。", unit=claim.org.name, firm=claim.company_words)
    # Who was told that the time is over is told again when the holder speaks after all.
    _tell(deciders, "claim.recall_heard", claim, text, f"{request.public_id} {'said' if request.answer else 'over'}")


def running_out(claim: Claim, step: int) -> int:
    """Warn that protection ends in so many days; the last warning goes to the heads too."""
    text = _(
        "%(firm)s 的保护到 %(day)s 为止，请推进签约或申请延期。",
        firm=claim.company_words,
        day=str(claim.protected_until),
    )
    people = holders_people(claim, heads=step <= 1)
    return _tell(people, "claim.running_out", claim, text, f"{claim.protected_until} {step}")


def in_grace(claim: Claim, last: str) -> int:
    """Tell the unit and its heads that protection has ended and when it is released."""
    text = _("%(firm)s 的保护已到期，宽限至 %(day)s，之后进入公海。", firm=claim.company_words, day=last)
    return _tell(holders_people(claim, heads=True), "claim.grace", claim, text, str(claim.protected_until))


def expired(claim: Claim) -> None:
    """Tell the unit that its hold was released."""
    text = _("%(firm)s 的备案已到期释放。", firm=claim.company_words)
    _tell(telling.unit_readers(claim), "claim.expired", claim, text, str(claim.protected_until or claim.version))


def idle(claim: Claim, light: str, days: int, since: str) -> int:
    """Tell that nothing effective was noted for so long: yellow to those who work on it, red to the heads too."""
    text = _(
        "%(firm)s 已 %(n)s 天没有有效跟进（%(light)s），请记一笔。",
        firm=claim.company_words,
        n=days,
        light=labels.LIGHT[light],
    )
    return _tell(holders_people(claim, heads=light != "yellow"), "claim.idle", claim, text, f"{light} {since}")


def unproven(claim: Claim) -> None:
    """Tell the unit that what grade C alone registered has ended; nothing was protected."""
    text = _(
        "%(firm)s 只有 C 级证据，期内没有补齐，登记已失效；线索仍在，补齐证据后可重新首报。", firm=claim.company_words
    )
    _tell(telling.unit_readers(claim), "claim.expired", claim, text, str(claim.grace_due_on))


def evidence_due(claim: Claim, left: int) -> int:
    """Remind of a registration that grade C alone carries."""
    text = _(
        "%(firm)s 只有 C 级证据，%(day)s 前请补 1 份 A 级或 2 份 B 级证据，逾期登记失效。",
        firm=claim.company_words,
        day=str(claim.grace_due_on),
    )
    return _tell(
        holders_people(claim, heads=left <= 1), "claim.evidence_due", claim, text, f"{claim.grace_due_on} {left}"
    )


def repair_due(claim: Claim) -> int:
    """Remind of a repair that is due."""
    text = _("%(firm)s 的补正于 %(day)s 到期，逾期释放。", firm=claim.company_words, day=str(claim.repair_on))
    return _tell(holders_people(claim, heads=True), "claim.repair_due", claim, text, str(claim.repair_on))


def deciders(claim: Claim, asker_id: int | None, *, recall: bool, by_unit: bool) -> list[int]:
    """Return who may decide a request on a claim: never who filed or who asked."""
    center = accounts.center_org()
    if claim.org_id == center.id:
        people = [one.id for one in accounts.users_with(Role.OFFICE)]
    elif by_unit and not recall:
        people = [one.id for one in accounts.users_with(Role.MANAGER, claim.org_id)]
        people += [one for one in deputies.deputies_today(claim.org_id) if one not in people]
    else:
        people = [one.id for one in accounts.users_with(Role.CENTER)]
    return [one for one in people if one not in (claim.filer_id, asker_id)]
