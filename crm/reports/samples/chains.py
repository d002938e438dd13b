"""What the chains show in the samples: firms that came month by month, a steward's figures, a word against the rule, a desk to work off."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import delete

from crm.accounts import queries as accounts
from crm.chains import placing, refresh, service
from crm.chains.models import Gap, GapDay
from crm.companies import details
from crm.companies.models import NodeWeight
from crm.companies.service import register_company
from crm.core.gaps import GapType
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan import queries as plan
from crm.reports.samples.people import Staff

# week, name, node, revenue in 万元
COMERS = (
    (2, "黄石示例谐波传动有限公司", "ROBOT-M03", 1_200),
    (6, "黄石示例伺服驱动有限公司", "CNC-M03", 4_800),
    (10, "大冶示例精密丝杠有限公司", "CNC-M01", 900),
    (14, "阳新示例传感技术有限公司", "METRO-M01", 2_600),
    (18, "黄石示例减速机制造有限公司", "ROBOT-M03", 5_200),
    (22, "黄石示例充电设备有限公司", "NEV-D05", 3_100),
)
# name, scope, code: what the rule is sure of, what it asks, what it cannot tell
TO_PLACE = (
    ("武汉示例行星传动有限公司", "谐波减速器、RV减速器的研发、生产和销售；货物进出口。", "3453"),
    ("苏州示例丝杠科技有限公司", "滚珠丝杠、直线导轨的研发、制造；机床维修。", "3425"),
    ("宁波示例密封有限公司", "密封件、油封、液压元件的制造、加工。", "3481"),
    ("武汉示例热能设备有限公司", "换热器、冷凝器的生产；暖通设备安装。", ""),
    ("无锡示例电控有限公司", "整车控制器、逆变器的研发；软件开发。", ""),
    ("东莞示例模具有限公司", "注塑模具、塑胶模具的设计、加工；五金销售。", ""),
    ("合肥示例检测有限公司", "激光干涉仪、影像测量仪的销售与技术服务。", ""),
    ("长沙示例商贸有限公司", "工程机械租赁；钢材、轴承销售。", "5179"),
    ("南昌示例置业有限公司", "房地产开发经营；物业管理。", "7010"),
)


def fill(staff: Staff, days: Sequence[date]) -> dict[str, int]:
    """Let history begin with the first day and follow the firms that came; ask for a placing, which the next worker does."""
    center = staff.center[0]
    with _at(days[0]), db.transaction():
        db.session.execute(delete(GapDay))
        db.session.execute(delete(Gap))
        refresh.recompute()
    for week, name, code, revenue in COMERS:
        with _at(days[min(5 * week, len(days) - 1)]):
            _settle(name, code, Decimal(revenue * 10_000))
    with _at(days[-20]):
        _tell(center, staff)
    with db.transaction():
        for name, scope, industry in TO_PLACE:
            register_company(Actor.system(), name=name, scope=scope, industry=industry, is_sample=True)
        placing.start(center)
    return {"firms on the chain": len(COMERS), "firms to place": len(TO_PLACE)}


@db.transactional
def _settle(name: str, code: str, revenue: Decimal) -> None:
    company = register_company(
        Actor.system(), name=name, is_sample=True, is_local=True, revenue_cny=revenue, province="湖北", city="黄石"
    )
    details.set_nodes(Actor.system(), company.id, {plan.get_node(code).id: NodeWeight.MAIN}, source="示例")


@db.transactional
def _tell(center: Actor, staff: Staff) -> None:
    node, today = plan.get_node("ROBOT-M03"), clock.today()
    steward = accounts.find_user(staff.officers["KTS"][0].user_id)
    given = service.CareInput(
        steward=steward.public_id if steward else "",
        checked_on=today,
        capacity_cny=Decimal(64_000_000),
        capacity_source="示例：企业走访",
        capacity_on=today,
        demand_cny=Decimal(180_000_000),
        demand_source="示例：下游采购问卷",
        demand_on=today,
        import_percent=Decimal(55),
        import_source="示例：下游采购问卷",
        import_on=today,
    )
    service.tell(center, node, given, 0)
    service.override(
        center,
        plan.get_node("CNC-M02"),
        kind=GapType.BUILD,
        reason="示例：本地虽有可接的整机企业，但数控系统须先引龙头",
    )


def _at(day: date) -> AbstractContextManager[None]:
    return clock.at(datetime.combine(day, datetime.min.time(), clock.LOCAL) + timedelta(hours=10))
