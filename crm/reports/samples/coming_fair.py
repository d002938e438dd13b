"""A fair 26 days ahead in the sample base: an exhibitor list, match lists of three units, their teams and slots; all 示例."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from crm.accounts import queries as accounts
from crm.companies.models import Company, CompanyNode
from crm.fairs import matches, queries
from crm.fairs.holding import holders_of
from crm.fairs.matches import MatchFilter
from crm.fairs.models import Edition, Exhibitor, FairKind
from crm.fairs.service import approvals, editions, lists, matching, slips, teams
from crm.fairs.service.editions import EditionInput, FairInput
from crm.fairs.service.matching import MatchInput, Picked
from crm.fairs.service.teams import TeamInput
from crm.imports import queries as batches
from crm.imports import service as imports
from crm.kit import clock, db, tasks
from crm.kit.access import Actor
from crm.reports.samples.people import Staff
from crm.targets.models import Score

AHEAD, LASTS = 26, 3
KNOWN, HELD = 22, 6
# Firms that the base does not know; the names hold letters that old machines drew as boxes.
STRANGERS = (
    ("𠮷林精密丝杠（示例）有限公司", "滚珠丝杠、直线导轨"),
    ("喆镕激光装备（示例）有限公司", "万瓦级光纤激光切割机"),
    ("示例云帆智能仓储有限公司", "托盘堆垛机、穿梭车"),
    ("示例恒砺刀具有限公司", "硬质合金刀具"),
    ("示例微测传感科技有限公司", "编码器、力矩传感器"),
    ("示例睿控伺服技术有限公司", "伺服电机、驱动器"),
)
GOALS = (
    ("请总经理元旦前到访，看标准厂房", "先谈配套半径和物流；厂房示例台账带一份，不谈奖补"),
    ("问清扩产时间表和用地规模", "去年同类企业落地的流程可以讲；能耗指标先不承诺"),
    ("认识主管投资的副总，交换名片", "从产业链缺环讲起，少讲政策条文"),
)


def fill(rng: Random, staff: Staff) -> dict[str, int]:
    """Make the fair and what three units prepare for it, through the services."""
    center = staff.center[0]
    number = _edition(center)
    _bring(center, number, _rows(rng))
    kts, dy = staff.officers["KTS"], staff.officers["DY"]
    units = {one.id: one for one in accounts.units()}
    firms = _ranked(queries.get_edition(center, number))
    for place, mates in enumerate((kts, dy)):
        given, own = firms[place * 6 : place * 6 + 10], firms[place * 5 : place * 5 + 14]
        unit = units[mates[0].org_id]
        matching.assign(center, queries.get_edition(center, number), Picked(public_ids=given), unit)
        matching.put_on(mates[0], queries.get_edition(center, number), Picked(public_ids=own))
        _prepare(mates[0], number, [[one.public_id for one in mates[:2]]])
    walkers = [one.public_id for one in accounts.users_of_unit(center.org_id) if one.login in _WALKERS]
    matching.put_on(center, queries.get_edition(center, number), Picked(public_ids=firms))
    _prepare(center, number, [walkers[:2], walkers[2:4]])
    approvals.approve(center, queries.get_edition(center, number))
    slips.print_slips(kts[0], queries.get_edition(kts[0], number), 8)
    lines = matches.lines_for_export(center, queries.get_edition(center, number), MatchFilter())
    db.session.remove()
    return {"firms on the match lists of the coming fair": len(lines)}


_WALKERS = ("center.2", "center.3", "expo.1", "expo.2")


def _edition(center: Actor) -> str:
    first = clock.today() + timedelta(days=AHEAD)
    with clock.at(datetime.combine(clock.today() - timedelta(days=5), time(10), clock.LOCAL)), db.transaction():
        name = "中部智能装备博览会（示例）"
        fair = editions.add_fair(
            center, FairInput(name, FairKind.EXHIBITION, city="武汉", organiser="示例组委会", shared=True)
        )
        last = first + timedelta(days=LASTS - 1)
        data = EditionInput(
            *("示例届", None, first, last),
            confirmed=True,
            source="示例组委会通知",
            city="武汉",
            venue="示例国际博览中心",
            purpose="对接数控机床、机器人和智能物流的缺环企业（示例）",
        )
        edition = editions.add_edition(center, fair, data)
        fair.is_sample = edition.is_sample = True
    return edition.public_id


def _rows(rng: Random) -> str:
    """Return the list as an organiser would send it, with a title above the heads."""
    known = _companies()
    halls = ("N1", "N2", "W3")
    lines = ["中部智能装备博览会（示例）参展商名录", "参展商\t展位号\t展品"]
    firms = [(one.name, _products(one)) for one in known] + list(STRANGERS)
    rng.shuffle(firms)
    for number, (name, products) in enumerate(firms):
        booth = f"{halls[number % 3]}-{'ABCD'[number // 3 % 4]}{number + 1:02d}"
        lines.append(f"{name}\t{booth}\t{products}")
    return "\n".join(lines)


def _companies() -> Sequence[Company]:
    """Return open sample firms from elsewhere, the best scores first; some of them are held by a unit."""
    query = select(Company).join(Score, Score.company_id == Company.id)
    query = query.where(Company.is_sample, Company.opened_at.is_not(None), Company.merged_into_id.is_(None))
    query = query.options(selectinload(Company.nodes).joinedload(CompanyNode.node))
    rows = db.session.scalars(query.order_by(Score.shown_tenths.desc(), Company.id).limit(200)).all()
    held = holders_of(one.id for one in rows)
    some = [one for one in rows if one.id in held][:HELD]
    return [*some, *(one for one in rows if one.id not in held)][:KNOWN]


def _products(company: Company) -> str:
    return "、".join(link.node.name for link in company.nodes[:2]) or "智能装备零部件"


def _bring(center: Actor, number: str, pasted: str) -> None:
    edition = queries.get_edition(center, number)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    batch = lists.bring(center, edition, upload=None, pasted=pasted, source="主办方名录（示例）").public_id
    imports.set_mapping(center, batches.get_batch(center, batch), {})
    tasks.work(app)
    db.session.remove()
    imports.write(center, batches.get_batch(center, batch))
    tasks.work(app)
    db.session.remove()


def _ranked(edition: Edition) -> list[str]:
    """Return the firms of the list, those that fill a gap first."""
    rows = db.session.scalars(select(Exhibitor).where(Exhibitor.edition_id == edition.id)).all()
    rows = sorted(rows, key=lambda row: (row.gap == "", row.company_id is None, row.walk, row.id))
    return [row.public_id for row in rows]


def _prepare(actor: Actor, number: str, people: list[list[str]]) -> None:
    """Note goals, form the teams, give them the firms by halves, and set the slots of most."""
    edition, mine = queries.get_edition(actor, number), MatchFilter(sort="grade")
    items = [line.item for line in matches.lines_for_export(actor, edition, mine) if line.item.org_id == actor.org_id]
    for item, (goal, talking) in zip(items, GOALS, strict=False):
        matching.edit_item(actor, item, MatchInput(item.grade, "", goal, talking), str(item.version))
    made = [
        teams.add_team(actor, edition, TeamInput(name, some))
        for name, some in zip(("一组", "二组"), people, strict=False)
    ]
    for place, team in enumerate(made):
        some = [item.public_id for item in items[place :: len(made)]][: max(6, len(items) // len(made) - 2)]
        if some:
            teams.give(actor, edition, some, team)
            teams.schedule(actor, team)
