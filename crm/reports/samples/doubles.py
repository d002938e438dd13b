"""What imports and the duplicate desk have to show in a sample base: rows typed twice, a unit's ledger brought in, a scan."""

import io
from random import Random
from typing import Any

from flask import current_app
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from crm.companies.models import Company
from crm.companies.service import register_company
from crm.core.errors import Conflict
from crm.duplicates import scans
from crm.duplicates.models import ScanKind
from crm.imports import service as imports
from crm.imports.preview import preview
from crm.kit import db, tasks
from crm.kit.access import Actor
from crm.reports.samples.people import Staff

DOUBLES, LEDGER_KNOWN = 14, 12
SOURCE = "示例"
# One character for another of the same sound, as hands slip.
_SLIPS = {
    "衡": "恒",
    "锐": "瑞",
    "科": "柯",
    "精": "晶",
    "智": "志",
    "源": "元",
    "达": "大",
    "宏": "鸿",
    "华": "桦",
    "辰": "晨",
}
_NEW = ("启澜", "拓岚", "湛工", "砺川", "昭驰", "楚铸")
_HEAD = "序号,企业名称,统一社会信用代码,所在省份,所在城市,主营产品,注册资本（万元）,成立日期,备注"


def fill(rng: Random, staff: Staff) -> dict[str, int]:
    """Register some sample firms a second time as hands type them, scan the base, and bring a unit's ledger to its review."""
    known = _firms(rng)
    made = sum(_register_again(firm, rng) for firm in known[:DOUBLES])
    scans.start(staff.center[0], ScanKind.FULL)
    rows = _bring_in(staff.officers["KTS"][0], known[DOUBLES : DOUBLES + LEDGER_KNOWN])
    tasks.work(current_app._get_current_object())  # type: ignore[attr-defined]
    db.session.remove()
    return {"rows typed twice": made, "imported rows under review": rows}


def _firms(rng: Random) -> list[Company]:
    query = select(Company).where(Company.is_sample, Company.opened_at.is_not(None), Company.merged_into_id.is_(None))
    firms = [one for one in db.session.scalars(query.order_by(Company.id)) if one.name.endswith("有限公司")]
    return rng.sample(firms, min(len(firms), DOUBLES + LEDGER_KNOWN))


@db.transactional
def _register_again(firm: Company, rng: Random) -> bool:
    """Make the double, opened as samples are; False when its name is the same key after all."""
    name = _slip(firm.name) if rng.random() < 0.6 else _shorter(firm)
    facts: dict[str, Any] = {
        "address": firm.address or "示例路 6 号",
        "products": firm.products,
        "industry": firm.industry,
    }
    try:
        with db.session.begin_nested():
            twin = register_company(Actor.system(), name=name, province=firm.province, city=firm.city, **facts)
    except Conflict:
        return False
    twin.is_sample, twin.opened_how = True, "sample"
    db.session.flush()
    return True


def _slip(name: str) -> str:
    for right, wrong in _SLIPS.items():
        if right in name:
            return name.replace(right, wrong, 1)
    return name.replace("有限公司", "制造有限公司")


def _shorter(firm: Company) -> str:
    bare = firm.name.removeprefix(firm.city).removeprefix(firm.province)
    return (
        bare.replace("科技", "").replace("技术", "")
        if bare != firm.name
        else firm.name.replace("有限公司", "集团有限公司")
    )


def _bring_in(actor: Actor, firms: list[Company]) -> int:
    """Upload a ledger as a unit keeps it: GBK, a title above the header, names as typed, one bad code, a total."""
    lines = ["开发区·铁山区 2026 年意向企业台账（示例）", "填报单位：示例,,,,,,单位：万元", _HEAD]
    for number, firm in enumerate(firms, start=1):
        typed = (firm.name, _slip(firm.name), _shorter(firm))[number % 3]
        lines.append(
            f"{number},{typed},,{firm.province},{firm.city},{firm.products[:20]},{800 + 150 * number},2015.{number % 12 + 1}.8,"
        )
    for number, core in enumerate(_NEW, start=len(firms) + 1):
        lines.append(
            f"{number},苏州{core}传动科技有限公司,,江苏,苏州,精密减速器,{number * 100},2019年{number % 12 + 1}月,展会名片"
        )
    lines.append(
        f"{len(lines) - 2},黄石示例智能装备有限公司,91420200MA0000000X,湖北,黄石,专用设备,500,20200512,代码待核"
    )
    lines.append("合计,,,,,,12000,,")
    content = "\r\n".join(lines).encode("gb18030")
    upload = FileStorage(io.BytesIO(content), filename="2026年意向企业台账（示例）.csv")
    batch = imports.start(actor, "companies", upload=upload, source="本单位台账（示例）")
    seen = preview(batch)
    imports.set_mapping(
        actor, batch, {column.place: column.field for column in seen.columns}, remember_as="意向企业台账"
    )
    return batch.total
