"""The plan as data: what is loaded, that it is loaded once, and what contradictions say."""

import shutil

import pytest
from sqlalchemy import func, select

from crm.kit import db
from crm.plan import loader
from crm.plan.checks import SourceError, check
from crm.plan.models import (
    Channel,
    Node,
    Plan,
    PlanEdge,
    PlanFair,
    PlanIndicator,
    PlanNode,
    PlanRecord,
    PlanSegment,
    Policy,
    Region,
    Section,
    Segment,
)
from crm.plan.source import FOLDER, read


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def seeds(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "plan")


def mend(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} no longer holds {old}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_edition_is_loaded_whole(store):
    assert loader.load()

    counts = {model.__tablename__: count(model) for model in (Segment, PlanSegment, Node, PlanNode, Section, Channel)}
    assert counts == {
        "segments": 8,
        "plan_segments": 8,
        "nodes": 119,
        "plan_nodes": 119,
        "sections": 56,
        "channels": 35,
    }
    assert (count(Region), count(Policy), count(PlanFair)) == (11, 54, 16)
    assert count(PlanIndicator) == 18 + 13
    edges = sum(len(node.get("feeds") or []) for node in read().nodes)
    assert count(PlanEdge) == edges
    gaps = dict(db.session.execute(select(PlanNode.gap, func.count()).group_by(PlanNode.gap)).all())
    assert gaps == {"build": 24, "fill": 59, "strengthen": 36}
    kinds = dict(db.session.execute(select(PlanRecord.kind, func.count()).group_by(PlanRecord.kind)).all())
    assert (kinds["project"], kinds["institution"], kinds["local_company"], kinds["target_company"]) == (29, 52, 33, 9)


def test_the_same_files_are_loaded_once(store, seeds):
    assert loader.load(seeds)
    assert not loader.load(seeds)


def test_changed_words_replace_the_old_ones_and_codes_keep_their_rows(store, seeds):
    loader.load(seeds)
    before = {node.code: node.id for node in db.session.scalars(select(Node))}
    mend(seeds, "chain_nodes.yaml", "zh: 输送装备用型钢与结构材料", "zh: 输送装备用型钢")

    assert loader.load(seeds)

    after = {node.code: node.id for node in db.session.scalars(select(Node))}
    assert after == before
    assert db.session.scalar(select(Node.name).where(Node.code == "LOG-U01")) == "输送装备用型钢"
    assert count(PlanNode) == 119
    assert count(Plan) == 1


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("chain_nodes.yaml", "ref: S5.3b", "ref: S9.9", "LOG-U01 refers to chapter S9.9"),
        ("chain_nodes.yaml", "feeds: [LOG-D01,", "feeds: [LOG-X99,", "names node LOG-X99"),
        ("chain_nodes.yaml", "gap: 补链", "gap: 扩链", "LOG-U01 has gap 扩链"),
        ("chain_nodes.yaml", "tier: upstream", "tier: above", "LOG-U01 has tier above"),
        ("chain_nodes.yaml", "local_companies: [新冶钢, 鑫诚特钢]", "local_companies: [无此企业]", "name 无此企业"),
        ("chain_nodes.yaml", "code: LOG-U02", "code: LOG-U01", "code LOG-U01 stands 2 times"),
        ("local_companies.csv", "LOG-D03;LOG-D07;LOG-S02", "LOG-D03;LOG-D07", "三丰智能 and chain_nodes.yaml disagree"),
        ("projects.csv", "HSGSS,DIST-HSG", "NOWHERE,DIST-HSG", "lies in NOWHERE"),
        ("carriers.csv", "LOG;ROBOT,S3.2,\n", "ROBOT,S3.2,\n", "LOG on DIST-HSG is missing"),
        ("channels.yaml", "fairs: [FA01,", "fairs: [FA99,", "names FA99"),
        ("regions.yaml", "modes: [M-HQ,", "modes: [M-XX,", "names M-XX"),
        ("policies.yaml", "carriers: [HSGSS]", "carriers: [NOWHERE]", "names NOWHERE"),
        ("fairs.csv", "LOG;MOLD;CNC;ROBOT", "LOG;XXX", "names segment XXX"),
    ],
)
def test_a_contradiction_is_named_with_its_place(seeds, file, old, new, words):
    mend(seeds, file, old, new)

    with pytest.raises(SourceError, match=words):
        check(read(seeds))


def test_a_circle_of_supply_is_named(seeds):
    nodes = read(seeds).nodes
    last = next(n for n in nodes if n["code"] == "LOG-D01")
    text = (seeds / "chain_nodes.yaml").read_text(encoding="utf-8")
    start = text.index("- code: LOG-D01")
    end = text.index("- code:", start + 5)
    part = text[start:end]
    old = f"feeds: [{', '.join(last['feeds'])}]"
    changed = part.replace(old, "feeds: [LOG-U01]") if last["feeds"] else part + "    feeds: [LOG-U01]\n"
    assert changed != part
    (seeds / "chain_nodes.yaml").write_text(text.replace(part, changed), encoding="utf-8")

    with pytest.raises(SourceError, match=r"circle: LOG-U01 → LOG-D01 → LOG-U01|circle: LOG-D01 → LOG-U01 → LOG-D01"):
        check(read(seeds))


def test_nothing_is_written_when_the_files_contradict_each_other(store, seeds):
    mend(seeds, "chain_nodes.yaml", "gap: 补链", "gap: 扩链")

    with pytest.raises(SourceError):
        loader.load(seeds)

    assert count(Plan) == 0
