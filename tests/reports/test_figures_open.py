"""Every figure on the pages of chains, targets, relations, carriers and indicators opens the rows it was made of."""

import re
from datetime import timedelta
from html.parser import HTMLParser

from sqlalchemy import select

from crm.accounts.models import Org
from crm.carriers import loader as carriers
from crm.carriers.models import Carrier, Parcel
from crm.chains import refresh
from crm.companies import details, relations, service
from crm.companies.models import NodeWeight, RelationKind
from crm.core.signals import SignalKind
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan import loader
from crm.plan.models import Channel, Node
from crm.projects.models import Project
from crm.projects.service.course import enter_stage
from crm.targets import scoring
from crm.targets.lists import giving, queries
from crm.targets.lists import service as lists
from crm.targets.lists.models import ListKind
from crm.watch.service import SignalInput, note_signal
from tests.carriers.places import make_parcel
from tests.factories import make_company, make_lead, make_project
from tests.projects.ready import make_city

CODE = "CNC-M02"
# A figure is what stands in a cell of numbers, in a row of figures, or as the word of a pair.
FIGURES = {("td", "num"), ("ul", "figs"), ("dl", "pairs"), ("ul", "kv")}
# Page, its columns or words whose number opens nothing, and why.
FACTS = (
    (r"/chains/nodes/[^/]+(/panel)?", "权重|进口依赖", "the formula; told with source and day"),
    (
        r"/targets/companies/.+",
        "得分|评分|计算分|计算时间|置信度",
        "the reasons stand beside it, each a link; it names what is missing",
    ),
    (r"/targets/lists/.+", "期限", "a day"),
    (r"/companies/honours", "年份|名次", "facts of the title"),
    (
        r"/carriers/spaces.*",
        "面积|可用|",
        "of the parcel, whose page is the link of the row; the sum is of the list below it",
    ),
    (r"/ties/regions/.+", "说明", "the plan's words"),
    (
        r"/indicators/",
        "规模以上.*|占全市.*|装备制造业产值.*|全市GDP.*|重点实验室|省级.*",
        "figures of 2020 as the plan prints them; what this base counts is in links",
    ),
    (
        r"/indicators/\d+",
        "数值|年度|单位|2025 年目标|2020 年|增长或年度安排",
        "the plan's words; entered with its source beside it",
    ),
    (r"/indicators/\d+/rows", "年产值（亿元）|年度", "of the firm or project, which is the link of the row"),
)


def is_fact(url, word):
    return any(re.fullmatch(page, url) and re.fullmatch(words, word) for page, words, _why in FACTS)


class Figures(HTMLParser):
    """Numbers of a page: those that stand in a link with its address, and those that do not with the word beside them."""

    def __init__(self):
        super().__init__()
        self.open, self.bare, self.links, self.words = [], [], set(), ""

    def handle_starttag(self, tag, attrs):
        if tag in {"br", "input", "meta", "link", "hr", "img", "path", "rect", "line", "circle"}:
            return
        given = dict(attrs)
        self.open.append((tag, set((given.get("class") or "").split()), given))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, text):
        tags = [tag for tag, _classes, _given in self.open]
        if "dt" in tags:
            self.words = text.strip()
            return
        if "main" not in tags or {"button", "form", "script", "style", "title", "option"} & set(tags):
            return
        said = {"unit", "tiny"} & {one for _tag, classes, _given in self.open for one in classes}
        if not re.search(r"[1-9]", text) or re.fullmatch(r"\s*\d{4}-\d\d-\d\d\s*", text) or (said and "a" not in tags):
            return
        if not any((tag, name) in FIGURES for tag, classes, _given in self.open for name in classes):
            return
        link = next((given.get("href") for tag, _c, given in reversed(self.open) if tag == "a"), None)
        if link:
            self.links.add(link)
        elif "summary" not in tags:
            word = next((given["data-k"] for _t, _c, given in reversed(self.open) if "data-k" in given), self.words)
            self.bare.append((word, text.strip()))


def prepared():
    """A node with a firm here, one elsewhere with title, signal and tie, projects at two stages, land, a campaign."""
    loader.load()
    carriers.load()
    city = make_city()
    node = db.session.scalars(select(Node).where(Node.code == CODE)).one()
    here = make_company("黄石恒锐数控有限公司", is_local=True)
    away = make_company("武汉目标数控有限公司", province="湖北", city="武汉", is_target=True)
    for company in (here, away):
        service.edit_company(Actor.system(), company, None, revenue_cny=2_000_000_000, employees=1200)
        details.set_nodes(Actor.system(), company.id, {node.id: NodeWeight.MAIN})
        details.add_credential(Actor.system(), company.id, kind="上市公司", year=2025, source="名单")
    relations.add_relation(city.center, away.id, here.id, RelationKind.SUPPLIER, source="走访")
    note_signal(city.center, away, SignalInput(SignalKind.LAND, clock.today() - timedelta(days=9), "竞得土地", "公告"))
    lead = make_lead(city.a, away.name)
    channel = db.session.scalars(select(Channel).where(Channel.code == "CH-BIZ")).one()
    park = db.session.scalars(select(Carrier).where(Carrier.layout_role == "一主")).one()
    make_parcel(city.center, park, "D-01", 50)
    with db.transaction():
        lead.status, lead.company_id, lead.channel_id = "following", away.id, channel.id
        db.session.scalars(select(Parcel)).one().given = 10
    other = db.session.scalars(select(Carrier).where(Carrier.layout_role == "两翼")).first()
    for at, stage in ((park, Stage.SIGNED), (other, Stage.IN_PRODUCTION)):
        project = make_project(city.a, node_code=CODE)
        with db.transaction():
            row = db.session.get(Project, project.id)
            row.carrier_id = at.id
            enter_stage(city.center, row, stage)
    refresh.recompute()
    scoring.recompute_all()
    campaign = lists.make_list(city.center, lists.ListInput("数控专项", ListKind.CAMPAIGN, filters={"node": CODE}))
    unit, due = db.session.get(Org, city.a.org_id), clock.today() + timedelta(days=9)
    giving.assign_targets(city.center, campaign, queries.items_of(city.center, campaign), unit, due_on=due)
    return city, away, campaign, park


def test_every_figure_opens_its_rows(sqlite, sign_in):
    city, away, campaign, park = prepared()
    client = sign_in(city.center)
    pages = [
        *("/chains/", "/chains/segments/CNC", "/chains/table", "/chains/heat", "/chains/placing"),
        *(f"/chains/nodes/{CODE}", f"/chains/nodes/{CODE}/panel", f"/chains/nodes/{CODE}/history"),
        *("/targets/", f"/targets/nodes/{CODE}", f"/targets/companies/{away.public_id}"),
        *("/targets/lists", f"/targets/lists/{campaign.public_id}"),
        *("/ties/", "/ties/regions", "/ties/regions/WUHAN", "/ties/channels", "/ties/channels/CH-BIZ"),
        *(
            "/signals/",
            "/companies/honours",
            "/carriers/map",
            "/carriers/spaces",
            f"/carriers/spaces?carrier={park.public_id}",
        ),
        *("/projects/clashes", "/indicators/", "/indicators/3", "/indicators/13", "/indicators/13/rows"),
    ]
    seen, links, bare = 0, {}, {}
    for url in pages:
        answer = client.get(url)
        assert answer.status_code == 200, url
        found = Figures()
        found.feed(answer.text)
        bare[url] = [one for one in found.bare if not is_fact(url, one[0])]
        seen += len(found.links)
        links |= dict.fromkeys(found.links, url)

    assert {url: rows for url, rows in bare.items() if rows} == {}
    assert seen > 60
    for link, page in links.items():
        if not link.startswith("#"):
            assert client.get(link).status_code == 200, (page, link)
