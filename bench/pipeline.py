"""Projects in bulk for the bench: every stage of the main track, their milestones, courses and contacts, at random."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select

from crm.accounts.models import Org, User
from crm.carriers.models import Carrier
from crm.core.stages import MilestoneKind, Stage, Substage, Track
from crm.interactions.models import Interaction
from crm.kit import clock, db
from crm.leads.models import ContactWay
from crm.plan.models import Node
from crm.projects import figures
from crm.projects.models import FundVoucher, Light, Milestone, MilestoneStatus, Project, ProjectKind, StageMove

CHUNK = 10_000
COURSE = (
    (Stage.NEGOTIATING, None),
    (Stage.SIGNED, MilestoneKind.SIGNED),
    (Stage.REGISTERED, MilestoneKind.REGISTERED),
    (Stage.STARTED, MilestoneKind.STARTED),
    (Stage.IN_PRODUCTION, MilestoneKind.IN_PRODUCTION),
    (Stage.FULL_CAPACITY, MilestoneKind.FULL_CAPACITY),
)
SHARES = (45, 18, 12, 12, 8, 5)  # of a hundred projects, how far they came
REASONS = ("price", "land", "environment", "policy", "market", "elsewhere", "silent")
LIGHTS = ((Light.OK, 70), (Light.WARN, 18), (Light.BAD, 10), (Light.HOLD, 2))


def fill(chance: random.Random, projects: int, contacts: int, companies: Sequence[int]) -> None:
    """Write ``projects`` of all units with ``contacts`` contacts each; three years back at most."""
    users = [(u.id, u.org_id) for u in db.session.scalars(select(User).join(Org).where(Org.recruits))]
    nodes, carriers = list(db.session.scalars(select(Node.id))), list(db.session.scalars(select(Carrier.id)))
    # The plan's own projects are there already.
    last = db.session.scalar(select(func.max(Project.id))) or 0
    number = db.session.scalar(select(func.max(Milestone.id))) or 0
    end = last + projects + 1
    for first in range(last + 1, end, CHUNK // 10):
        tables = (Project, StageMove, Milestone, FundVoucher, Interaction)
        rows: dict[Any, list[dict[str, Any]]] = {table: [] for table in tables}
        for n in range(first, min(end, first + CHUNK // 10)):
            person, company = chance.choice(users), companies[n % len(companies)]
            far = chance.choices(range(len(COURSE)), SHARES)[0]
            project = _project(chance, n, person, company, far, chance.choice(nodes), chance.choice(carriers))
            rows[Project].append(project)
            on = project["first_contact_on"] + timedelta(days=10)
            for step, (stage, kind) in enumerate(COURSE[: far + 1]):
                on += timedelta(days=chance.randrange(20, 81) if step else 0)
                rows[StageMove].append(_move(n, step, COURSE[step - 1][0] if step else None, stage, on, person[0]))
                if kind is not None:
                    number += 1
                    rows[Milestone].append(_milestone(number, n, kind, on, person[0], project["invest_total_cny"]))
            if not far and chance.random() < 0.2:
                number, on = number + 1, on + timedelta(days=chance.randrange(5))
                project |= {"stage": Stage.CLOSED, "substage": None, "close_reason": chance.choice(REASONS)}
                project |= {"closed_from": Stage.NEGOTIATING, "closed_on": on}
                rows[StageMove].append(_move(n, 1, Stage.NEGOTIATING, Stage.CLOSED, on, person[0]))
                rows[Milestone].append(_milestone(number, n, MilestoneKind.CLOSED, on, person[0], None))
            project["stage_on"] = on
            if far > 2:
                rows[FundVoucher] += [_voucher(chance, n, on, person[0]) for _ in range(2)]
            rows[Interaction] += [_contact(n, k, person, company, project["last_contact_on"]) for k in range(contacts)]
        for model, values in rows.items():
            if values:
                db.session.execute(insert(model.__table__), values)  # past the session: the figures follow at the end
    figures.refresh()


def _project(
    chance: random.Random, n: int, person: tuple[int, int], company: int, far: int, node: int, carrier: int
) -> dict[str, Any]:
    today, now = clock.today(), clock.now()
    began = today - timedelta(days=80 * far + 15 + chance.randrange(600))
    last = today - timedelta(days=chance.randrange(60))
    stage = COURSE[far][0]
    return {
        "id": n,
        "number": f"XM{n:08d}",
        "company_id": company,
        "company_text": f"企业 {company}",
        "org_id": person[1],
        "owner_id": person[0],
        "kind": ProjectKind.ENTERPRISE,
        "track": Track.MAIN,
        "title": f"第 {n} 号生产线项目",
        "content": "建设厂房和生产线。",
        "node_id": node,
        "carrier_id": carrier,
        "stage": stage,
        "substage": chance.choice(list(Substage)) if stage is Stage.NEGOTIATING else None,
        "close_reason": "",
        "closed_from": None,
        "closed_on": None,
        "light": chance.choices([light for light, _ in LIGHTS], [share for _, share in LIGHTS])[0],
        "light_reason": "",
        "invest_total_cny": (amount := Decimal(chance.randrange(1, 5000)) * 1_000_000),
        "invest_fixed_cny": amount * 7 / 10,
        "area_mu": Decimal(chance.randrange(5, 300)),
        "first_contact_on": began,
        "planned_start_on": today + timedelta(days=chance.randrange(-30, 200)),
        "last_contact_on": last,
        "last_effective_on": last,
        "next_on": today + timedelta(days=chance.randrange(-10, 30)),
        "next_step": "约下次会面",
        "created_by_id": person[0],
        "created_at": now - timedelta(days=(today - began).days),
        "updated_at": now - timedelta(minutes=n % 50_000),
    }


def _move(project: int, seq: int, before: Stage | None, stage: Stage, on: date, user: int) -> dict[str, Any]:
    words = {"by_words": "某人", "reason": ""}
    return {
        "project_id": project,
        "seq": seq + 1,
        "from_stage": before,
        "to_stage": stage,
        "on": on,
        "at": clock.now(),
        "by_id": user,
        **words,
    }


def _milestone(
    number: int, project: int, kind: MilestoneKind, on: date, user: int, amount: Decimal | None
) -> dict[str, Any]:
    return {
        "id": number,
        "project_id": project,
        "kind": kind,
        "status": MilestoneStatus.RECOGNISED,
        "event_on": on - timedelta(days=5),
        "amount_cny": amount,
        "submitted_by_id": user,
        "submitted_at": clock.now(),
        "recognised_on": on,
        "recognised_by_id": user,
        "data": {},
    }


def _voucher(chance: random.Random, project: int, on: date, user: int) -> dict[str, Any]:
    day = min(clock.today(), on + timedelta(days=chance.randrange(300)))
    usd = Decimal(chance.randrange(1, 400)) * 10_000 if chance.random() < 0.1 else None
    return {
        "project_id": project,
        "on": day,
        "kind": "transfer",
        "amount_cny": Decimal(chance.randrange(1, 900)) * 100_000,
        "fdi_usd": usd,
        "by_id": user,
        "created_at": clock.now(),
    }


def _contact(project: int, back: int, person: tuple[int, int], company: int, last: date) -> dict[str, Any]:
    return {
        "org_id": person[1],
        "company_id": company,
        "project_id": project,
        "kind": ContactWay.CALL,
        "on": last - timedelta(days=7 * back),
        "result": "谈到用地与电价。",
        "person_name": "某联系人",
        "effective": True,
        "by_id": person[0],
        "created_at": clock.now(),
    }
