"""Sample relations: purchases of sample firms here, chambers, a fund, an agency, a school, introductions, and whom contacts know."""

from datetime import timedelta
from random import Random

from sqlalchemy import select

from crm.companies import relations
from crm.companies.models import Company, Entity, RelationKind
from crm.companies.service import register_company
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.people import queries as people
from crm.people.models import Person
from crm.reports.samples.people import Staff
from crm.ties import acquaintances, filling
from crm.ties.acquaintances import Told
from crm.ties.models import AcquaintanceKind

# name, kind of body, province, city
BODIES = (
    ("武汉示例黄石商会", Entity.CHAMBER, "湖北", "武汉"),
    ("深圳示例湖北商会", Entity.CHAMBER, "广东", "深圳"),
    ("上海示例黄石商会", Entity.CHAMBER, "上海", "上海"),
    ("湖北示例智造产业基金", Entity.FUND, "湖北", "武汉"),
    ("北京示例产业招商咨询有限公司", Entity.AGENCY, "北京", "北京"),
    ("武汉示例理工大学", Entity.SCHOOL, "湖北", "武汉"),
)
# buyer here, supplier elsewhere, product, could be bought here, node
PURCHASES = (
    ("黄石示例减速机制造有限公司", "武汉示例行星传动有限公司", "谐波减速器柔轮", True, "ROBOT-M03"),
    ("黄石示例谐波传动有限公司", "苏州示例丝杠科技有限公司", "滚珠丝杠", True, ""),
    ("黄石示例伺服驱动有限公司", "宁波示例密封有限公司", "油封", True, ""),
    ("黄石示例充电设备有限公司", "无锡示例电控有限公司", "整车控制器", False, ""),
)


def fill(rng: Random, staff: Staff) -> dict[str, int]:
    """Tell the relations, make one task of a purchase, and say whom some contacts know."""
    center = staff.center[0]
    bodies = _bodies()
    _buy(center)
    firms = _targets()
    lots = list(zip(bodies[:3] * 3, firms, strict=False))
    made = len(PURCHASES)
    with db.transaction():
        for body, firm in lots:
            _tie(center, body, firm, RelationKind.MEMBER, "示例：会员名册")
        for firm in firms[9:13]:
            _tie(center, bodies[3], firm, RelationKind.PORTFOLIO, "示例：基金年报")
        _tie(center, bodies[5], firms[13], RelationKind.INTRODUCER, "示例：校友座谈会")
        for local, firm in zip(_named([one[0] for one in PURCHASES]), firms[14:18], strict=False):
            _tie(center, local, firm, RelationKind.INTRODUCER, "示例：走访时引荐")
        made += len(lots) + 9
    return {"relations": made, "acquaintances": _acquaint(rng, staff)}


@db.transactional
def _bodies() -> list[Company]:
    system = Actor.system()
    return [
        register_company(system, name=name, entity=entity, province=province, city=city, is_sample=True)
        for name, entity, province, city in BODIES
    ]


def _named(names: list[str]) -> list[Company]:
    rows = {row.name: row for row in db.session.scalars(select(Company).where(Company.name.in_(names)))}
    return [rows[name] for name in names if name in rows]


def _targets() -> list[Company]:
    query = select(Company).where(Company.is_sample, Company.opened_at.is_not(None), Company.is_local.is_(False))
    query = query.where(Company.entity == Entity.ENTERPRISE, Company.merged_into_id.is_(None))
    return list(db.session.scalars(query.order_by(Company.id).limit(18)))


def _tie(actor: Actor, first: Company, second: Company, kind: RelationKind, source: str) -> None:
    day = clock.today() - timedelta(days=200)
    relations.add_relation(actor, first.id, second.id, kind, source=source, valid_on=day)


@db.transactional
def _buy(center: Actor) -> None:
    for buyer, supplier, product, replaceable, node in PURCHASES:
        both = _named([buyer, supplier])
        if len(both) < 2:
            continue
        row = relations.add_relation(
            *(center, both[1].id, both[0].id, RelationKind.SUPPLIER),
            source="示例：企业走访",
            valid_on=clock.today() - timedelta(days=90),
            product=product,
            replaceable=replaceable,
        )
        if node:
            filling.make_task(center, row.id, node, is_sample=True)


@db.transactional
def _acquaint(rng: Random, staff: Staff) -> int:
    """In each unit a contact knows a colleague, and two contacts at different firms know each other."""
    made = 0
    for unit in staff.officers.values():
        officer = unit[0]
        query = select(Person).where(people.visible_to(officer), Person.company_id.is_not(None)).order_by(Person.id)
        known = list(db.session.scalars(query.limit(12)))
        if len(known) < 2:
            continue
        told = Told(rng.choice(list(AcquaintanceKind)), "示例：走访时谈到", clock.today() - timedelta(days=400))
        acquaintances.note(officer, known[0], f"u:{officer.public_id}", told, is_sample=True)
        other = next((one for one in known[1:] if one.company_id != known[0].company_id), None)
        if other is not None:
            acquaintances.note(officer, known[0], f"p:{other.public_id}", told, is_sample=True)
        made += 1
    return made
