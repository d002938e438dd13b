"""Invented target companies for every gap of the chain, marked 示例. Their cores stand in no real name we know of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from sqlalchemy import insert, select, update

from crm.audit import service as audit
from crm.companies.bulk import Record, load_companies
from crm.companies.choices import GAPS, NodeChoice, read
from crm.companies.labels import GAP
from crm.companies.models import Company, CompanyNode, CompanyRelation, Credential, NodeWeight, RelationKind
from crm.companies.seeding import SEEDS
from crm.core import uscc
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan.models import Plan, PlanNode

SOURCE = "sample"
SEATS = (
    *(
        ("广东", "深圳"),
        ("广东", "东莞"),
        ("广东", "佛山"),
        ("江苏", "苏州"),
        ("江苏", "无锡"),
        ("江苏", "常州"),
        ("浙江", "宁波"),
    ),
    *(
        ("浙江", "杭州"),
        ("浙江", "台州"),
        ("上海", "上海"),
        ("湖北", "武汉"),
        ("湖北", "襄阳"),
        ("湖南", "长沙"),
        ("安徽", "合肥"),
    ),
    *(
        ("山东", "青岛"),
        ("山东", "济南"),
        ("福建", "厦门"),
        ("重庆", "重庆"),
        ("四川", "成都"),
        ("陕西", "西安"),
        ("天津", "天津"),
    ),
)
_WAN = Decimal(10_000)
_CAPITAL_WAN = (500, 1000, 1200, 2000, 3000, 5000, 6800, 8000, 10_000, 12_000, 20_000, 36_000)
_TITLES = ("高新技术企业", "专精特新中小企业", "专精特新“小巨人”", "科技型中小企业", "企业技术中心", "单项冠军")
_TAILS = ("科技", "装备", "技术", "精密", "智能科技", "工业")
_SISTER_EVERY = 25
_HAN = re.compile("[一-鿿]+")


@dataclass(frozen=True, slots=True)
class Invented:
    """An invented company before it is stored."""

    record: Record
    node: NodeChoice
    facts: dict[str, Any]
    titles: tuple[tuple[str, int], ...]
    side: NodeChoice | None = None
    mother: str = field(default="")


@db.transactional
def load_samples(actor: Actor, rng: Random) -> list[int]:
    """Give every gap of the chain 3 to 5 invented targets; return the ids of the companies. The same ``rng``, the same firms."""
    invented = list(_invent(rng))
    ids = load_companies((one.record for one in invented), source=SOURCE, opened_how="sample")
    made = [one for one in invented if one.record.external_id in ids]
    if not made:
        return []
    db.session.execute(
        update(Company), [{"id": ids[one.record.external_id], "is_sample": True, **one.facts} for one in made]
    )
    db.session.execute(insert(CompanyNode), list(_links(made, ids)))
    db.session.execute(insert(Credential), list(_credentials(made, ids)))
    sisters = [{"from_id": ids[one.mother], "to_id": ids[one.record.external_id]} for one in made if one.mother in ids]
    if sisters:
        rows = [{**pair, "kind": RelationKind.PARENT, "source": "示例"} for pair in sisters]
        db.session.execute(insert(CompanyRelation), rows)
    audit.record(actor, "company.loaded", ("company", None, ""), rows=len(made))
    db.session.expire_all()
    return sorted(ids.values())


def sample_name(rng: Random, core: str, word: str = "", seat: tuple[str, str] | None = None) -> str:
    """Return an invented legal name; ``word`` says what the firm makes."""
    province, city = seat or rng.choice(SEATS)
    place = rng.choice((city, city, city, province))
    tail = rng.choice(_TAILS)
    word = word or rng.choice(("数控", "传动", "机器人", "检测", "模具", "激光"))
    return f"{place}{core}{word}{'' if word.endswith(tail) else tail}{rng.choice(('有限公司', '有限公司', '股份有限公司'))}"


@cache
def cores() -> tuple[str, ...]:
    """Return the rare brand cores, in their fixed order."""
    return tuple((SEEDS / "companies" / "cores.txt").read_text("utf-8").split())


def spare_cores() -> tuple[str, ...]:
    """Return cores that no invented target uses: for firms that sample units enter themselves."""
    return cores()[-40:]


def sample_code(serial: int) -> str:
    """Return a code with right check digits that no authority can have given: there is no division 000000."""
    return uscc.with_check_digits(f"91000000MA{serial:06d}")


def _invent(rng: Random) -> Iterator[Invented]:
    free = iter(cores()[:-40])
    products = _products()
    known = read()
    gaps = [node for node in known.nodes if node.gap in GAPS]
    serial = 0
    for node in gaps:
        made = products.get(node.id, [])
        neighbours = [one for one in gaps if one.segment_code == node.segment_code and one.code != node.code]
        for _number in range(rng.choice((3, 4, 4, 5))):
            core = next(free, None)
            if core is None:
                return
            serial += 1
            seat = rng.choice(SEATS)
            record = _record(f"S{serial:04d}", sample_name(rng, core, _word(node, made), seat), seat, serial, rng)
            side = rng.choice(neighbours) if neighbours and rng.random() < 0.35 else None
            yield Invented(record, node, _facts(rng, node, made), _titles(rng), side)
            if serial % _SISTER_EVERY == 0:
                yield _sister(rng, record, core, node, made)


def _sister(rng: Random, mother: Record, core: str, node: NodeChoice, made: list[str]) -> Invented:
    """A daughter in another city, so that groups occur."""
    seat = rng.choice([seat for seat in SEATS if seat[1] != mother.city])
    name = f"{core}{_word(node, made)}（{seat[1]}）有限公司"
    record = Record(mother.external_id + "B", name, province=seat[0], city=seat[1], industry=mother.industry)
    return Invented(record, node, _facts(rng, node, made), (), None, mother.external_id)


def _record(external_id: str, name: str, seat: tuple[str, str], serial: int, rng: Random) -> Record:
    code = sample_code(serial) if rng.random() < 0.7 else ""
    return Record(external_id, name, province=seat[0], city=seat[1], industry="制造业", uscc=code)


def _facts(rng: Random, node: NodeChoice, products: list[str]) -> dict[str, Any]:
    capital = rng.choice(_CAPITAL_WAN) * _WAN
    made = "、".join(products[:4]) or node.name
    return {
        "products": made,
        "scope": f"{made}的研发、设计、制造、销售及售后服务；{node.name}的技术开发、技术咨询与技术转让；货物及技术进出口。",
        "capital_cny": capital,
        "revenue_cny": capital * rng.randint(8, 60) / 10,
        "employees": rng.choice((45, 80, 120, 180, 260, 350, 500, 800, 1200)),
        "founded_on": date(rng.randint(2002, 2021), rng.randint(1, 12), rng.randint(1, 28)),
        "listing": rng.choice(("", "", "", "", "", "新三板", "辅导备案", "科创板")),
        "is_target": True,
        "target_reason": f"可为黄石{GAP[node.gap]}：{node.code} {node.name}",
    }


def _titles(rng: Random) -> tuple[tuple[str, int], ...]:
    year = clock.today().year
    return tuple((kind, year - rng.randint(0, 4)) for kind in rng.sample(_TITLES, rng.choice((1, 1, 2, 2, 3))))


def _links(made: list[Invented], ids: dict[str, int]) -> Iterator[dict[str, Any]]:
    for one in made:
        company_id = ids[one.record.external_id]
        yield {"company_id": company_id, "node_id": one.node.id, "weight": NodeWeight.MAIN, "source": "示例"}
        if one.side is not None:
            yield {"company_id": company_id, "node_id": one.side.id, "weight": NodeWeight.SIDE, "source": "示例"}


def _credentials(made: list[Invented], ids: dict[str, int]) -> Iterator[dict[str, Any]]:
    for one in made:
        for kind, year in one.titles:
            until = date(year + 3, 12, 31)
            yield {
                "company_id": ids[one.record.external_id],
                "kind": kind,
                "year": year,
                "valid_until": until,
                "source": "示例",
            }


def _products() -> dict[int, list[str]]:
    """Return what each node makes, in the words of the current plan."""
    query = select(PlanNode).join(Plan, Plan.id == PlanNode.plan_id).where(Plan.current.is_(True))
    return {
        row.node_id: [text for text in (*row.products, *row.products_inferred, *row.keywords) if isinstance(text, str)]
        for row in db.session.scalars(query)
    }


def _word(node: NodeChoice, products: list[str]) -> str:
    """Return a short word of trade: from the name of the node, else one of its products."""
    told = [*re.split("[与、及用（(/ ]", node.name), *products]
    return next((word for word in told if 1 < len(word) <= 5 and _HAN.fullmatch(word)), "装备")
