"""Sample policies at every level, marked 示例: in force, about to end, ended, not yet in force."""

from datetime import date, timedelta

from crm.accounts import queries as accounts
from crm.carriers.models import PolicyLevel
from crm.carriers.service.measures import MeasureInput, add_measure
from crm.carriers.service.policies import PolicyInput, add_policy
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.reports.samples.papers import pdf

_L = PolicyLevel
# title, level, issuer, number, segments, code of the unit, days since it holds, days until it ends
ROWS: tuple[tuple[str, PolicyLevel, str, str, tuple[str, ...], str, int, int | None], ...] = (
    (
        "支持高档数控机床创新应用的意见（示例）",
        _L.STATE,
        "国家主管部门（示例）",
        "示例发〔2025〕1号",
        ("CNC",),
        "",
        500,
        None,
    ),
    ("制造业设备更新贴息实施细则（示例）", _L.PROVINCE, "省主管部门（示例）", "示例鄂发〔2025〕8号", (), "", 300, 420),
    ("智能装备产业链招商若干措施（示例）", _L.CITY, "市人民政府（示例）", "示例黄发〔2026〕3号", (), "", 160, 930),
    ("智能模具产业集群发展办法（示例）", _L.CITY, "市主管部门（示例）", "示例黄模〔2026〕5号", ("MOLD",), "", 120, 600),
    ("工业机器人首台套应用指引（示例）", _L.CITY, "市主管部门（示例）", "示例黄机〔2024〕9号", ("ROBOT",), "", 700, 20),
    ("标准地供应管理规定（示例）", _L.CITY, "市自然资源部门（示例）", "示例黄地〔2026〕2号", (), "", 90, None),
    (
        "先租后让、弹性出让操作规程（示例）",
        _L.DISTRICT,
        "开发区管委会（示例）",
        "示例开发〔2026〕6号",
        (),
        "KTS",
        60,
        700,
    ),
    (
        "工业园区厂房租赁管理办法（示例）",
        _L.DISTRICT,
        "大冶市主管部门（示例）",
        "示例冶发〔2026〕4号",
        (),
        "DY",
        45,
        365,
    ),
    ("智能物流装备试点方案（示例）", _L.CITY, "市主管部门（示例）", "示例黄物〔2023〕7号", ("LOG",), "", 1000, -40),
    ("人才引进服务办法（示例）", _L.CITY, "市人才部门（示例）", "示例黄才〔2026〕12号", (), "", -30, 1000),
)
SUMMARY = (
    "本条为示例数据，不是真实政策。\n"
    "一、符合条件的企业按公开程序申报，由主管部门审核后执行。\n"
    "二、具体条款、标准和程序以文件原文为准，不针对任何单个企业。"
)

OFFERED = (("设备更新按公开程序申报", "首台套产品推广应用"), ("用工培训服务", "厂房先租后让", "能耗指标统筹保障"))


def fill(center: Actor) -> int:
    """Put the sample policies on the list. Returns how many."""
    units = {unit.code: unit.public_id for unit in accounts.units()}
    today = clock.today()
    with db.transaction():
        for number, row in enumerate(ROWS):
            file = pdf("示例政策原文.pdf") if number % 3 == 0 else None
            policy = add_policy(center, _input(row, units, today), file, sample=True)
            for clause, title in enumerate(OFFERED[number % 2], start=3):
                add_measure(
                    center, policy, MeasureInput(title, f"第{'三四五'[clause - 3]}条", "按公开程序申报（示例）")
                )
    return len(ROWS)


def _input(
    row: tuple[str, PolicyLevel, str, str, tuple[str, ...], str, int, int | None], units: dict[str, str], today: date
) -> PolicyInput:
    title, level, issuer, number, segments, unit, since, until = row
    first = today - timedelta(days=since)
    return PolicyInput(
        title=title,
        document_no=number,
        issuer=issuer,
        valid_from=first,
        valid_to=today + timedelta(days=until) if until is not None else None,
        issued_on=min(first, today) - timedelta(days=10),
        level=level,
        summary=SUMMARY,
        segments=segments,
        units=(units[unit],) if unit in units else (),
    )
