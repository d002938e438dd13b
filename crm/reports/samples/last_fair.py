"""Last year's edition of a fair of the plan: teams, contacts in every state, leads, a signing and what it cost."""

from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from crm.carriers.models import Carrier, CarrierOrg
from crm.core import admission
from crm.core.stages import MilestoneKind
from crm.fairs.models import CostKind, Edition, Exhibitor, Fair, FairContact, FairKind, Rating, Team, TeamMember
from crm.fairs.service import desk, editions, follow, parts
from crm.fairs.service.capture import ContactInput
from crm.fairs.service.desk import DeskInput
from crm.fairs.service.editions import EditionInput
from crm.fairs.service.follow import FollowInput
from crm.interactions import service as interactions
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads import service as leads
from crm.leads.models import ContactWay, Lead
from crm.plan.models import Node
from crm.projects.models import CheckKind, CheckResult
from crm.projects.service import ProjectInput, convert_lead, moving, reviews
from crm.projects.service.moving import MilestoneInput
from crm.reports.samples.papers import pdf
from crm.reports.samples.people import Staff, contact_name, mobile

AGO = 395  # days since its first day: last year, and all three horizons are over
UNITS = ("KTS", "DY")
WORDS = "对黄石配套感兴趣，想看标准厂房（示例）"
# Firm, unit, rating, what became of it: open, followed, closed, lead, project or signed.
MET = (
    ("武汉矩阵伺服技术有限公司（示例）", "KTS", Rating.A, "signed"),
    ("武汉矩阵伺服技术有限公司（示例）", "KTS", Rating.B, "closed"),
    ("苏州恒旭减速机有限公司（示例）", "KTS", Rating.A, "project"),
    ("宁波立导直线导轨有限公司（示例）", "KTS", Rating.B, "lead"),
    ("东莞启点夹具有限公司（示例）", "KTS", Rating.B, "followed"),
    ("襄阳云铸机床附件有限公司（示例）", "KTS", Rating.C, "open"),
    ("沈阳北锻智能装备有限公司（示例）", "KTS", Rating.C, "closed"),
    ("苏州恒旭减速机有限公司（示例）", "DY", Rating.B, "lead"),
    ("常州锐测仪器有限公司（示例）", "DY", Rating.B, "followed"),
    ("无锡工控互联有限公司（示例）", "DY", Rating.A, "lead"),
    ("佛山华锐涂装设备有限公司（示例）", "DY", Rating.C, "open"),
)


def fill(rng: Random, staff: Staff) -> dict[str, int]:
    """Hold last year's edition and take its contacts to where they stand today."""
    first = clock.today() - timedelta(days=AGO)
    with db.transaction():
        edition = _edition(staff.center[0], first)
        teams = {code: _team(edition, staff.officers[code]) for code in UNITS}
        for number, (firm, code, rating, fate) in enumerate(MET):
            officers = staff.officers[code]
            who = officers[number % len(officers)]
            exhibitor = _exhibitor(edition, firm, number)
            row = _meet(rng, edition, who, exhibitor, rating, first + timedelta(days=number % 3))
            row.team_id = teams[code].id
            _go_on(staff, row, who, code, fate)
        for code, kind, amount in (("KTS", CostKind.BOOTH, 68_000), ("KTS", CostKind.TRAVEL, 12_600)):
            parts.add_cost(staff.officers[code][0], edition, kind, Decimal(amount), first, "示例")
        parts.add_cost(staff.officers["DY"][0], edition, CostKind.TRAVEL, Decimal(9_800), first, "示例")
        with _noon(first + timedelta(days=12)):
            words = "两个小组三天见客商十一人次；A 级企业回访快的都进了线索。下一届提前两周分组（示例）。"
            editions.write_review(staff.center[0], edition, words, str(edition.version))
    db.session.remove()
    return {"contacts of a fair": len(MET)}


def _edition(center: Actor, first: date) -> Edition:
    query = select(Fair).where(Fair.plan_fair_id.is_not(None), Fair.kind == FairKind.EXHIBITION, Fair.city == "武汉")
    fair = db.session.scalars(query.order_by(Fair.id)).first()
    assert fair is not None
    data = EditionInput(
        title=f"{first.year}年（示例届）",
        year=first.year,
        city="武汉",
        venue="武汉国际博览中心",
        starts_on=first,
        ends_on=first + timedelta(days=2),
        confirmed=True,
        source="示例",
    )
    with _noon(first - timedelta(days=40)):
        row = editions.add_edition(center, fair, data)
    row.is_sample = True
    return row


def _team(edition: Edition, officers: list[Actor]) -> Team:
    team = Team(edition_id=edition.id, org_id=officers[0].org_id, name="一组")
    db.session.add(team)
    db.session.flush()
    db.session.add_all(
        TeamMember(edition_id=edition.id, team_id=team.id, user_id=officer.user_id) for officer in officers
    )
    db.session.flush()
    return team


def _exhibitor(edition: Edition, name: str, number: int) -> Exhibitor:
    known = db.session.scalar(select(Exhibitor).where(Exhibitor.edition_id == edition.id, Exhibitor.name == name))
    if known is not None:
        return known
    hall = f"B{number % 3 + 1}"
    row = Exhibitor(
        edition_id=edition.id, name=name, name_key=name, booth=f"{hall}-C{10 + number}", hall=hall, aisle="C"
    )
    row.stand = 10 + number
    db.session.add(row)
    db.session.flush()
    return row


def _meet(rng: Random, edition: Edition, who: Actor, firm: Exhibitor, rating: Rating, day: date) -> FairContact:
    said = ContactInput(
        firm.name,
        rating,
        exhibitor=firm.public_id,
        person_name=contact_name(rng),
        person_title=rng.choice(("总经理", "副总经理", "市场总监", "区域经理")),
        mobile=mobile(rng),
        answers={"expand": rng.choice(("yes", "unasked")), "needs": [rng.choice(("land", "plant", "supply"))]},
        words=WORDS,
        consent=True,
    )
    with _noon(day):
        return desk.record_contact(who, edition, DeskInput(said, met_on=day))


def _go_on(staff: Staff, row: FairContact, who: Actor, code: str, fate: str) -> None:
    """Take a contact to where it stands: one that was taken up again is overdue, the next step of another is not."""
    if fate == "followed":
        with _noon(clock.today() - timedelta(days=12)):
            words = "已通电话，对方要一份用地价格（示例）"
            said = FollowInput(words, next_step="寄用地价格表（示例）", next_on=clock.today() + timedelta(days=18))
            follow.follow(who, row, said, str(row.version))
        return
    after = row.met_on + timedelta(days=3)
    with _noon(after):
        if fate in ("open", "closed"):
            follow.follow(who, row, FollowInput("暂无外迁打算（示例）", over=True), str(row.version))
        lead = _lead(row, who) if fate in ("lead", "project", "signed") else None
    if fate == "open":
        with _noon(clock.today() - timedelta(days=20)):
            follow.reopen(who, row)
    if lead is None:
        return
    if fate in ("project", "signed"):
        _project(staff, lead, who, code, row, signed=fate == "signed")


def _lead(row: FairContact, who: Actor) -> Lead:
    draft = follow.start_lead(who, row)
    data = leads.LeadInput(
        row.company_text,
        "拟在黄石设配套产线（示例）",
        row.met_on,
        content=row.words,
        invest_total_cny=Decimal(60_000_000),
        invest_fixed_cny=Decimal(40_000_000),
        contact_way=ContactWay.FAIR,
        person_name=row.person_name,
        person_title=row.person_title,
        person_mobile=row.mobile,
    )
    lead = leads.save_lead(who, draft, data)
    lead.is_sample = True
    return lead


def _project(staff: Staff, lead: Lead, who: Actor, code: str, row: FairContact, *, signed: bool) -> None:
    with _noon(row.met_on + timedelta(days=20)):
        leads.triage(staff.managers[code], lead, "follow")
        place = select(Carrier.public_id).join(CarrierOrg).where(CarrierOrg.org_id == who.org_id)
        node = db.session.scalars(select(Node.code).order_by(Node.code)).first()
        data = ProjectInput(
            title="智能装备配套产线项目（示例）",
            company_text=lead.company_text,
            content=lead.content,
            node_code=node or "",
            carrier_public_id=db.session.scalars(place.where(Carrier.retired_at.is_(None))).first() or "",
            carrier_reason="企业要求就近配套（示例）",
            invest_total_cny=Decimal(60_000_000),
            invest_fixed_cny=Decimal(40_000_000),
        )
        project = convert_lead(who, lead, data)
        project.is_sample = True
        noted = interactions.NoteInput(
            "来访考察园区，认可配套条件（示例）", clock.today(), person_name=row.person_name, next_step="谈协议"
        )
        interactions.note(who, noted, project=project)
    if not signed:
        return
    with _noon(row.met_on + timedelta(days=70)):
        points = {line.code: line.weight * 8 for line in admission.INDICATORS}
        why = {line.code: "按示例材料评分" for line in admission.INDICATORS}
        reviews.review_admission(who, project, points, why=why, conclusion="同意准入（示例）")
        check = reviews.CheckInput(CheckKind.FAIR, CheckResult.PASSED, "市场监管局（示例）", clock.today())
        reviews.record_check(who, project, check, pdf("公平竞争审查意见（示例）.pdf"))
        given = MilestoneInput(
            event_on=clock.today(),
            amount_cny=Decimal(60_000_000),
            fixed_cny=Decimal(40_000_000),
            note="示例",
            files=((pdf("投资协议（示例）.pdf"), "agreement"),),
        )
        milestone = moving.submit_milestone(who, project, MilestoneKind.SIGNED, given)
        moving.recognise_milestone(staff.center[1], milestone)


def _noon(day: date) -> AbstractContextManager[None]:
    return clock.at(datetime.combine(day, datetime.min.time(), clock.LOCAL) + timedelta(hours=12))
