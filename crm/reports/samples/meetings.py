"""Sample problems of projects, and two review meetings: one held, with what it told the units, and one to come."""

from datetime import timedelta

from sqlalchemy import select

from crm.accounts.models import Org
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.projects.meetings import items_of
from crm.projects.models import IssueKind, IssueStatus, Meeting, Project
from crm.projects.queries import visible_to
from crm.projects.service.actions import close_meeting, finish_action, give_action
from crm.projects.service.issues import IssueInput, close_issue, raise_issue
from crm.projects.service.meetings import MeetingInput, decide, plan_meeting
from crm.reports.samples.people import Staff

# What, of which kind, whose department, raised how many days ago, due in how many days from then, how it was solved.
PROBLEMS = (
    ("厂房用电容量不足，需增容（示例）", IssueKind.SUPPLY, "供电公司", 20, 15, ""),
    ("环评批复等待专家评审（示例）", IssueKind.ENVIRONMENT, "生态环境局", 12, 20, ""),
    ("地块内杆线未迁改（示例）", IssueKind.LAND, "自然资源和规划局", 30, 14, "杆线已迁改，地块已交付"),
    ("首批技工招聘不足（示例）", IssueKind.LABOUR, "人社局", 6, 25, ""),
)
DECISION = "同意按专班方案推进，主办单位每周报进展（示例）。"


@db.transactional
def fill(staff: Staff) -> dict[str, int]:
    """Raise problems in each unit and hold a meeting of the centre. Returns how many of both there are."""
    raised = sum(_problems(officers[0]) for officers in staff.officers.values())
    center = staff.center[0]
    _held(center)
    days = timedelta(days=9)
    facts = {"place": "市民之家 302 会议室", "chair": "分管副市长", "attendees": "各区招商部门负责人"}
    plan_meeting(center, MeetingInput("智能装备项目调度会（示例，待召开）", clock.today() + days, **facts))
    return {"problems": raised, "meetings": 2}


def _problems(officer: Actor) -> int:
    query = select(Project).where(visible_to(officer), Project.owner_id == officer.user_id, Project.closed_on.is_(None))
    projects = db.session.scalars(query.order_by(Project.id).limit(2)).all()
    for at, (title, kind, department, ago, days, solved) in enumerate(PROBLEMS if projects else ()):
        with clock.at(clock.now() - timedelta(days=ago)):
            data = IssueInput(title, kind, clock.today() + timedelta(days=days), department=department)
            issue = raise_issue(officer, projects[at % len(projects)], data)
        if solved:
            with clock.at(clock.now() - timedelta(days=ago - days + 2)):
                close_issue(officer, issue, IssueStatus.SOLVED, solved)
    return len(PROBLEMS) if projects else 0


def _held(center: Actor) -> Meeting:
    """The meeting of a fortnight ago: every item decided, the first three with something to do, one of it done."""
    with clock.at(clock.now() - timedelta(days=14)):
        facts = {"place": "市民之家 302 会议室", "chair": "分管副市长", "attendees": "各区招商部门负责人"}
        meeting = plan_meeting(center, MeetingInput("智能装备项目调度会（示例）", clock.today(), **facts))
        told = []
        for at, item in enumerate(items_of(center, meeting)):
            decide(center, item, DECISION, meeting.version)
            if at < 3:
                unit = db.session.get_one(Org, item.project.org_id)
                due_on = clock.today() + timedelta(days=10 + at * 8)
                words = "会同有关部门拿出解决方案并报市中心（示例）"
                told.append(give_action(center, item, to=unit.public_id, words=words, due_on=due_on))
        db.session.expire(meeting)
        if told:
            close_meeting(center, meeting)
    if told:
        with clock.at(clock.now() - timedelta(days=5)):
            finish_action(center, told[0], "方案已报送，企业确认可行（示例）")
    return meeting
