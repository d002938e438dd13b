"""Who is told what about claims. Each text holds only what its reader may know (S2, S3)."""

from datetime import date

from flask_babel import gettext as _

from crm.accounts import queries as accounts
from crm.claims import queries
from crm.claims.ending import deputies
from crm.claims.models import Case, CaseKind, Claim
from crm.core.permissions import Role
from crm.notices.service import notify


def verifiers(claim: Claim) -> list[int]:
    """Return the people who may verify a claim: never its filer (I19)."""
    center = accounts.center_org()
    if center is not None and claim.org_id == center.id:
        people = accounts.users_with(Role.OFFICE)
    elif claim.small and claim.level is None and queries.other_managers(claim):
        managers = [p.id for p in accounts.users_with(Role.MANAGER, claim.org_id)]
        return [one for one in [*managers, *deputies.deputies_today(claim.org_id)] if one != claim.filer_id]
    else:
        people = accounts.users_with(Role.CENTER)
    return [p.id for p in people if p.id != claim.filer_id]


def unit_readers(claim: Claim) -> list[int]:
    """Return the filer and the managers of the claim's unit."""
    managers = [u.id for u in accounts.users_with(Role.MANAGER, claim.org_id)]
    return list(dict.fromkeys([claim.filer_id, claim.lead.owner_id, *managers]))


def _tell(people: list[int], kind: str, claim: Claim, text: str, *, period: str = "") -> None:
    notify(people, kind, "claim", claim.public_id, text=text, url=f"/claims/{claim.public_id}", period=period)


def filed(claim: Claim) -> None:
    """Tell those who verify that a report waits."""
    text = _("%(unit)s 提交首报：%(firm)s，请核验。", unit=claim.org.name, firm=claim.company_words)
    _tell(verifiers(claim), "claim.filed", claim, text, period=str(claim.version))


def other_report(holder: Claim, on: date) -> None:
    """Tell the holder that another unit reported too, and the date: nothing else (S3)."""
    text = _("另有单位于 %(day)s 也提交了对 %(firm)s 的首报。", day=on.isoformat(), firm=holder.company_words)
    _tell(unit_readers(holder), "claim.other_report", holder, text, period=on.isoformat())


def _arbiters(case: Case) -> list[int]:
    """Return who decides a case: the centre, or the leading group's office where the centre is a party."""
    ids = [party.claim_id for party in case.parties]
    role = Role.OFFICE if queries.any_of_center(ids) else Role.CENTER
    return [u.id for u in accounts.users_with(role)]


def case_opened(case: Case) -> None:
    """Tell those who decide that a case waits."""
    people = _arbiters(case)
    text = _("新案件 %(number)s，请于 %(day)s 前裁定。", number=case.number, day=case.due_on.isoformat())
    notify(people, "case.opened", "case", case.public_id, text=text, url=f"/claims/cases/{case.public_id}")


def case_step(case: Case, words: str) -> None:
    """Tell those who decide that a party acted in a case."""
    people = _arbiters(case)
    text = _("案件 %(number)s：%(words)s", number=case.number, words=words)
    notify(
        people,
        "case.step",
        "case",
        case.public_id,
        text=text,
        url=f"/claims/cases/{case.public_id}",
        period=str(len(case.steps)),
    )


def in_case(case: Case, claim: Claim | None, kind: str, text: str) -> None:
    """Tell a party's unit of a turn in its case; the words name nothing of the other side."""
    if claim is None:
        return
    url = f"/claims/cases/{case.public_id}"
    notify(unit_readers(claim), kind, "case", case.public_id, text=text, url=url, period=str(len(case.steps)))


def appealed(case: Case, text: str, period: str) -> None:
    """Tell the leading group's office that a case waits for its review, or is late: the number, no firm."""
    people = [user.id for user in accounts.users_with(Role.OFFICE)]
    url = f"/claims/cases/{case.public_id}"
    notify(people, "case.appeal", "case", case.public_id, text=text, url=url, period=period)


def late_case(case: Case, text: str) -> None:
    """Tell the leading group's office that the centre missed a limit: the number alone, the case is not the office's to read."""
    people = [user.id for user in accounts.users_with(Role.OFFICE)]
    notify(people, "case.late", "case", case.public_id, text=text, url="/claims/cases", period=case.due_on.isoformat())


def untouched(case: Case, text: str) -> None:
    """Ring again for those who decide a case and for the heads of its units: its number alone. L3 is the centre's to know (S3)."""
    people = _arbiters(case)
    if case.kind is CaseKind.CONFLICT:
        for party in case.parties:
            people += [user.id for user in accounts.users_with(Role.MANAGER, party.claim.org_id)]
    url = f"/claims/cases/{case.public_id}"
    notify(list(dict.fromkeys(people)), "case.untouched", "case", case.public_id, text=text, url=url)


def outcome(claim: Claim, kind: str, text: str) -> None:
    """Tell the unit what became of its claim."""
    _tell(unit_readers(claim), f"claim.{kind}", claim, text, period=str(claim.version))


def asked(holder: Claim, unit: str, person: str, at: str, user_id: int) -> None:
    """Tell the holder who looked (S2: looking is seen)."""
    text = _(
        "%(unit)s %(person)s 于 %(at)s 查询了 %(firm)s 是否可报。",
        unit=unit,
        person=person,
        at=at,
        firm=holder.company_words,
    )
    _tell(unit_readers(holder), "claim.asked", holder, text, period=f"{at} {user_id}"[:20])


def overdue(claim: Claim, heads: list[int]) -> None:
    """Tell the heads, who read the claim, that its verification missed its limit; the hold stands."""
    text = _(
        "%(firm)s 的首报核验已超过时限（%(day)s），暂行保护继续有效。",
        firm=claim.company_words,
        day=str(claim.verify_due_on),
    )
    _tell(heads, "claim.overdue", claim, text, period=str(claim.verify_due_on))


def overdue_at_center(claim: Claim, heads: list[int]) -> None:
    """Tell the leading group's office that the centre missed its limit. A unit's firm and report are not the office's to read."""
    text = _(
        "市招商服务中心的一件首报核验（%(number)s）已超过时限（%(day)s），暂行保护继续有效。",
        number=claim.number,
        day=str(claim.verify_due_on),
    )
    notify(
        heads, "claim.overdue", "claim", claim.public_id, text=text, url="/claims/desk", period=str(claim.verify_due_on)
    )
