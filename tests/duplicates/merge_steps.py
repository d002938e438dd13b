"""Random bases around two companies: what people may have done before somebody sees that the two are one."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select

from crm.claims import filing, lookups
from crm.companies import decisions, details, index, queries, relations, service
from crm.companies.models import Company, CompanyGram, CompanyName, CompanyOwnGram, NameKind, NodeWeight, RelationKind
from crm.core.errors import NotFound, UserError
from crm.interactions import service as interactions
from crm.kit import clock, db
from crm.people.service import find_or_add
from tests.claims.conftest import make_lead
from tests.factories import make_company

CORES = ("珩锐", "砺枢", "铎澜", "翀岚", "霁川", "玘骁", "珏渌", "沣暄", "甯峣", "赟鋆", "璟弈", "菡濯", "垚彧", "钧祎")
ALIASES = ("珩锐机床", "Hengrui CNC", "砺枢厂", "恒锐")
FIELDS = {
    "address": ("团城山", "大泉路"),
    "products": ("机床", ""),
    "website": ("a.example", ""),
    "province": ("湖北", "江苏"),
}
WHO = st.sampled_from(["a", "b", "center"])
COMPANY = st.integers(0, 2)
STEP = st.one_of(
    st.tuples(
        st.just("name"),
        WHO,
        COMPANY,
        st.sampled_from(["short", "english", "brand", "former"]),
        st.sampled_from(ALIASES),
    ),
    st.tuples(st.just("fact"), st.just("center"), COMPANY, st.sampled_from(sorted(FIELDS)), st.integers(0, 1)),
    st.tuples(st.just("nodes"), WHO, COMPANY, st.sets(st.integers(0, 2), max_size=3), st.booleans()),
    st.tuples(
        st.just("credential"),
        WHO,
        COMPANY,
        st.sampled_from(["高新技术企业", "专精特新"]),
        st.sampled_from([None, 2023, 2024]),
    ),
    st.tuples(st.just("relation"), WHO, COMPANY, COMPANY, st.sampled_from(list(RelationKind)[:4])),
    st.tuples(st.just("different"), WHO, COMPANY, COMPANY, st.none()),
    st.tuples(st.just("lead"), st.sampled_from(["a", "b"]), COMPANY, st.sampled_from(["A", "C"]), st.booleans()),
    st.tuples(st.just("person"), st.sampled_from(["a", "b"]), COMPANY, st.sampled_from(["张三", "李四"]), st.none()),
    st.tuples(st.just("note"), st.sampled_from(["a", "b"]), COMPANY, st.none(), st.none()),
    st.tuples(st.just("ask"), st.sampled_from(["a", "b"]), COMPANY, st.none(), st.none()),
    st.tuples(st.just("rename"), st.just("center"), COMPANY, st.sampled_from(["装备", "智能", "传动"]), st.none()),
)
CHOICES = st.fixed_dictionaries(
    {
        "share": st.just("1"),
        "open_names": st.sampled_from(["", "1"]),
        "other_name": st.sampled_from(["former", "confirmed", "short"]),
    },
    optional={
        name: st.sampled_from(["winner", "loser"])
        for name in ("name", "uscc", "address", "products", "province", "city")
    },
)
BASE = st.tuples(
    st.lists(st.sampled_from(["open", "a", "b"]), min_size=3, max_size=3), st.lists(STEP, max_size=14), CHOICES
)


@dataclass
class Base:
    """Three companies and the people who work on them: the survivor, the one that goes, and a third."""

    city: Any
    nodes: list[int]
    companies: list[int] = field(default_factory=list)

    def row(self, place: int) -> Company:
        """A company as it is now."""
        return db.session.get_one(Company, self.companies[place], populate_existing=True)


def build(city: Any, nodes: list[int], seen_by: list[str], number: int) -> Base:
    """Make the three companies; each is open, or seen by one unit only."""
    base = Base(city, nodes)
    for place, who in enumerate(seen_by):
        core = CORES[(3 * number + place) % len(CORES)] + CORES[(number + 5 * place + 1) % len(CORES)]
        actor = None if who == "open" else getattr(city, who)
        company = make_company(
            f"湖北{core}{number}号装备有限公司", actor=actor, province="湖北", city=("黄石", "武汉", "")[place]
        )
        base.companies.append(company.id)
    return base


def act(base: Base, step: tuple[Any, ...]) -> bool:
    """Carry a step out; what the product refuses is simply not done. Returns whether it was."""
    try:
        if step[0] == "lead":
            _report(base, *step[1:])
        else:
            with db.transaction():
                _act(base, *step)
    except UserError:
        return False
    return True


def _report(base: Base, who: str, place: int, grades: str, filed: bool) -> None:
    actor, company = getattr(base.city, who), base.row(place)
    seen = company.id if queries.may_see(actor, company) else None  # by its name only: the key finds another unit's row
    lead = make_lead(actor, company.name, company_id=seen, grades=grades)
    if filed:
        filing.file_report(actor, lead)


def _act(base: Base, what: str, who: str, place: int, one: Any, other: Any) -> None:
    actor, company = getattr(base.city, who), base.row(place)
    if not queries.may_see(actor, company):
        raise NotFound
    if what == "name":
        details.add_name(actor, company.id, text=other, kind=NameKind(one))
    elif what == "fact":
        service.edit_company(actor, company, None, **{one: FIELDS[one][other]})
    elif what == "nodes":
        weight = NodeWeight.MAIN if other else NodeWeight.SIDE
        details.set_nodes(actor, company.id, {base.nodes[number]: weight for number in one})
    elif what == "credential":
        details.add_credential(actor, company.id, kind=one, year=other)
    elif what == "relation":
        relations.add_relation(actor, company.id, base.companies[one], other)
    elif what == "different":
        decisions.remember(actor, company, base.row(one), decisions.DIFFERENT)
    elif what == "person":
        find_or_add(actor, name=one, company_id=company.id)
    elif what == "note":
        interactions.note(actor, interactions.NoteInput("谈了", clock.today()), company=company)
    elif what == "ask":
        lookups.look_up(actor, company_public_id=company.public_id)
    elif what == "rename":
        service.edit_company(actor, company, None, name=f"{company.name[:6]}{one}有限公司")


def index_is_right() -> bool:
    """Whether the name index holds exactly what the stored names say."""
    db.session.expire_all()
    public: set[tuple[int, int]] = set()
    own: set[tuple[int, int, int]] = set()
    for row, company in db.session.execute(
        select(CompanyName, Company).join(Company, Company.id == CompanyName.company_id)
    ):
        for gram, key in index.row_grams(row):
            if row.org_id is not None:
                own.add((gram, row.org_id, key))
            elif company.opened_at is not None:
                public.add((gram, key))
    stored = {tuple(row) for row in db.session.execute(select(CompanyGram.gram, CompanyGram.skey))}
    units = select(CompanyOwnGram.gram, CompanyOwnGram.org_id, CompanyOwnGram.skey)
    stored_own = {tuple(row) for row in db.session.execute(units)}
    db.session.rollback()
    return (stored, stored_own) == (public, own)
