"""Sample signals: what invented firms did in the last two years, noted by the people of the samples."""

from datetime import timedelta
from random import Random

from sqlalchemy import select

from crm.companies.models import Company
from crm.core.signals import SignalKind
from crm.kit import clock, db
from crm.reports.samples.people import Staff
from crm.targets import scoring
from crm.watch.service import SignalInput, note_signal

MADE, FRESH = 90, 14
_TOLD = {
    SignalKind.LAND: ("竞得工业用地 {n} 亩，拟建二期厂房", "自然资源局成交公告（示例）"),
    SignalKind.EIA: ("年产 {n} 万套部件项目环评受理公示", "生态环境局公示（示例）"),
    SignalKind.FUNDS: ("拟募资 {n} 千万元扩建智能产线", "募集说明书（示例）"),
    SignalKind.EXPANSION: ("技改项目备案，新增产线 {n} 条", "投资项目备案公示（示例）"),
    SignalKind.RELOCATION: ("所在园区腾退，正在比选 {n} 处新厂址", "行业媒体报道（示例）"),
    SignalKind.SUBSIDIARY: ("在中部地区设立制造子公司，注册资本 {n} 百万元", "工商登记公示（示例）"),
    SignalKind.FINANCING: ("完成 B 轮融资 {n} 千万元", "公司公告（示例）"),
    SignalKind.HIRING: ("一个月内新增装配、机加岗位 {n} 个", "招聘网站（示例）"),
    SignalKind.EXECUTED: ("新增被执行人信息 {n} 万元", "执行信息公开网（示例）"),
    SignalKind.ABNORMAL: ("因未按期公示年报列入经营异常名录（{n} 号）", "企业信用信息公示系统（示例）"),
}


def fill(rng: Random, staff: Staff) -> dict[str, int]:
    """Note signals on sample firms, then score all anew: that has transactions of its own and must find the signals committed."""
    made = _note(rng, staff)
    scoring.recompute_all()
    return {"signals": made}


@db.transactional
def _note(rng: Random, staff: Staff) -> int:
    """Note signals on sample firms, most of them chances, some of them risks."""
    query = select(Company).where(Company.is_sample, Company.opened_at.is_not(None), Company.merged_into_id.is_(None))
    firms = list(db.session.scalars(query.order_by(Company.id)))
    people = [person for unit in staff.officers.values() for person in unit] + staff.center
    kinds, made = list(_TOLD), 0
    for firm in rng.sample(firms, min(len(firms), MADE)):
        kind = rng.choices(kinds, weights=(6, 5, 3, 6, 3, 4, 4, 5, 1, 1))[0]
        words, source = _TOLD[kind]
        ago = rng.randint(2, FRESH - 2) if made % 9 == 0 else rng.randint(2, 560)
        on = clock.today() - timedelta(days=ago)
        told = SignalInput(kind, on, words.format(n=rng.randint(2, 160)), source)
        # The older ones come as a list does, later: only the fresh ones are news that somebody must act on.
        with clock.at(clock.end_of_day(on) if ago < FRESH else clock.now()):
            note_signal(rng.choice(people), firm, told, is_sample=True)
        made += 1
    return made
