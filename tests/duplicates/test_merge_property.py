"""Whatever two companies carry: a merge and its undoing leave every table as it was; what people did since stays."""

from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm.claims import cases
from crm.companies.models import CompanyName, NameKind
from crm.companies.similar import find_similar
from crm.duplicates import merging
from crm.duplicates.merging import Choices
from crm.duplicates.models import MergeStatus
from crm.kit import db
from crm.plan.models import Node, Segment
from tests.claims.conftest import make_city
from tests.duplicates.base import differences, picture
from tests.duplicates.merge_steps import BASE, STEP, Base, act, build, index_is_right
from tests.factories import save

NUMBERS = count(1)
# Not shrunk: each example is a whole city, and the steps are few enough to read.
FEW = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
MANY = settings(FEW, max_examples=40)
LATER = st.lists(STEP.filter(lambda step: step[2] != 1 and step[0] != "lead"), max_size=8)


@pytest.fixture
def city(store):
    return make_city()


@pytest.fixture
def nodes(city):
    segment = Segment(code="CNC", name="数控机床", name_en="CNC")
    save(segment)
    rows = [Node(code=f"CNC-{n}", name=f"环节{n}", name_en="Node", segment_id=segment.id) for n in range(3)]
    save(*rows)
    return [row.id for row in rows]


def prepared(city, nodes, drawn) -> tuple[Base, Choices]:
    """A base after all its steps; reports that meet at the merge have been told apart by the centre."""
    seen_by, steps, choices = drawn
    base = build(city, nodes, seen_by, next(NUMBERS))
    for step in steps:
        act(base, step)
    outcome = merge(base, Choices.of(choices), really=False)
    if outcome.merge.status is MergeStatus.PROPOSED:
        for case in outcome.cases:
            judge = city.office if not cases.arbiter_allowed(city.center, case) else city.center
            cases.decide(judge, case, "both", "两个不同的项目")
    return base, Choices.of(choices)


class NotReally(Exception):
    """Takes a trial merge back."""


def merge(base: Base, choices: Choices, *, really: bool = True) -> merging.Outcome:
    """Merge the second company into the first; not really: only to see whether a case is needed."""
    held = []
    try:
        with db.transaction():
            outcome = merging.merge(base.city.center, base.row(0), base.row(1), reason="同一家企业", choices=choices)
            held.append(outcome)
            if not really and outcome.merge.status is MergeStatus.DONE:
                raise NotReally
    except NotReally:
        db.session.expire_all()
        return merging.Outcome(type("Trial", (), {"status": MergeStatus.DONE})())
    return held[0]


def answers(base: Base) -> list[object]:
    """What each unit is answered to the names of the three."""
    texts = db.session.scalars(
        select(CompanyName.text).where(CompanyName.company_id.in_(base.companies)).distinct()
    ).all()
    return [
        find_similar(actor, text) for text in sorted(texts) for actor in (base.city.a, base.city.b, base.city.center)
    ]


@FEW
@given(drawn=BASE)
def test_a_merge_and_its_undoing_leave_every_table_as_it_was(city, nodes, drawn):
    check_undoing(city, nodes, drawn)


@pytest.mark.soak
@MANY
@given(drawn=BASE)
def test_forty_merges_and_their_undoing_leave_every_table_as_it_was(city, nodes, drawn):
    check_undoing(city, nodes, drawn)


@FEW
@given(drawn=BASE, later=LATER)
def test_what_people_do_after_the_merge_stays(city, nodes, drawn, later):
    check_later_acts(city, nodes, drawn, later)


@pytest.mark.soak
@MANY
@given(drawn=BASE, later=LATER)
def test_what_people_do_after_forty_merges_stays(city, nodes, drawn, later):
    check_later_acts(city, nodes, drawn, later)


def check_undoing(city, nodes, drawn):
    base, choices = prepared(city, nodes, drawn)
    before, said = picture(), answers(base)

    done = merge(base, choices).merge
    assert done.status is MergeStatus.DONE
    assert index_is_right()
    merging.undo(city.center, done)

    assert differences(before, picture()) == {}
    assert done.kept == []
    assert answers(base) == said


def check_later_acts(city, nodes, drawn, later):
    base, choices = prepared(city, nodes, drawn)
    done = merge(base, choices).merge
    edited = [step for step in later if act(base, step)]
    facts = {(step[2], step[3]): getattr(base.row(step[2]), step[3]) for step in edited if step[0] == "fact"}
    name = base.row(0).name
    renamed = any(step[0] == "rename" and step[2] == 0 for step in edited)

    merging.undo(city.center, done)

    moved = {(move.table, move.column) for move in merging.moves_of(done)}
    listed = {one["column"] for one in done.kept if one["table"] == "companies"}
    for (place, field), value in facts.items():
        assert getattr(base.row(place), field) == value or (place == 0 and ("companies", field) in moved)
        if place == 0 and ("companies", field) in moved and getattr(base.row(0), field) == value:
            assert field in listed or value in (done.before["winner"][field], done.before["loser"][field])
    if renamed:
        assert base.row(0).name == name or ("companies", "name") in moved
    assert index_is_right()
    for place in (0, 1):
        company = base.row(place)
        legal = db.session.scalars(
            select(CompanyName).where(CompanyName.company_id == company.id, CompanyName.kind == NameKind.LEGAL)
        ).all()
        assert [row.text for row in legal] == [company.name]
