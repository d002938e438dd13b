"""Sample tasks: of the manager and of oneself, late, due, done and taken back, and one hand-over."""

from datetime import timedelta
from random import Random

from sqlalchemy import select

from crm.accounts.models import Org, User
from crm.handovers import queries as handovers
from crm.handovers.service import hand_over, look_at
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import Lead, LeadStatus
from crm.leads.queries import visible_to
from crm.projects.models import Project
from crm.projects.queries import visible_to as projects_of
from crm.reports.samples.people import Staff
from crm.todos.models import Todo
from crm.todos.service import TodoInput, finish_todo, set_todo, withdraw_todo
from crm.todos.subjects import About

# What, set how many days ago, due in how many days from then, what became of it.
PLAN = (
    ("把厂房平面图和供电容量发给企业（示例）", 12, 5, ""),
    ("约分管领导下周见面时间（示例）", 6, 6, ""),
    ("核对企业近三年财务报表（示例）", 5, 9, ""),
    ("寄出样品清单（示例）", 20, 6, "已寄出，对方确认收到"),
    ("补充能评初步意见（示例）", 4, 14, ""),
    ("准备考察接待方案（示例）", 15, 8, "back"),
)
FREE = ("整理本周招商简报（示例）", 2, 3, "")


@db.transactional
def fill(rng: Random, staff: Staff) -> dict[str, int]:
    """Set tasks in the units that have two officers, and hand two over. Returns how many were set."""
    made = 0
    for code, officers in staff.officers.items():
        if len(officers) < 2:
            continue
        for number, officer in enumerate(officers):
            matters = _matters(officer)
            for at, plan in enumerate(PLAN if number == 0 else PLAN[1:3]):
                about = matters[at % len(matters)] if matters else About()
                made += _set(staff.managers[code] if at % 2 else officer, officer, about, plan)
            made += _set(officer, officer, About(), FREE)
    _hand_over(staff.managers["YX"], *staff.officers["YX"])
    return {"tasks": made}


def _matters(officer: Actor) -> list[About]:
    following = Lead.status.in_((LeadStatus.FOLLOWING, LeadStatus.FILED))
    leads = select(Lead).where(visible_to(officer), Lead.owner_id == officer.user_id, following).order_by(Lead.id)
    projects = select(Project).where(
        projects_of(officer), Project.owner_id == officer.user_id, Project.closed_on.is_(None)
    )
    found = [About(lead=row) for row in db.session.scalars(leads.limit(3))]
    return found + [About(project=row) for row in db.session.scalars(projects.order_by(Project.id).limit(3))]


def _set(actor: Actor, owner: Actor, about: About, plan: tuple[str, int, int, str]) -> int:
    title, ago, days, end = plan
    with clock.at(clock.now() - timedelta(days=ago)):
        data = TodoInput(title, clock.today() + timedelta(days=days), owner_public_id=owner.public_id)
        row = set_todo(actor, about, data)
    row.is_sample = True
    if end:
        with clock.at(clock.now() - timedelta(days=1)):
            withdraw_todo(actor, row) if end == "back" else finish_todo(owner, row, end)
    return 1


def _hand_over(manager: Actor, taker: Actor, giver: Actor) -> None:
    org, person = db.session.get_one(Org, manager.org_id), db.session.get_one(User, giver.user_id)
    lines = [line for line in handovers.lines_of(manager, org, person) if isinstance(line.row, Todo)][:2]
    wanted = {line.key: taker.public_id for line in lines}
    if wanted:
        row = hand_over(
            manager, org, person, wanted, "外出培训两周（示例）", look_at(manager, org, person, wanted).mark
        )
        row.is_sample = True
