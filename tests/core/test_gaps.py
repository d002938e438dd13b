"""The gap of a node as a table of cases (domain.md §4)."""

from decimal import Decimal

import pytest

from crm.core.gaps import GapType, Level, NodeFacts, Part, Reason, judge, score_parts, self_supply

D = Decimal


def node(tier="midstream", row="M", **values):
    return NodeFacts(row=row, tier=tier, priority=values.pop("priority", 1), **values)


ANCHOR = {"local": 2, "leads": 1}
# name → (nodes, feeds, type and level of "n")
CASES = {
    "nobody on it, nobody beside, the row as empty": (
        {"n": node(), "m": node()},
        {},
        (GapType.BUILD, Level.EMPTY),
    ),
    "nobody beside, half of the row is staffed": (
        {"n": node(), "m": node(**ANCHOR), "o": node()},
        {},
        (GapType.BUILD, Level.EMPTY),
    ),
    "nobody beside, but most of the row is staffed": (
        {"n": node(), "m": node(**ANCHOR), "o": node(**ANCHOR), "p": node()},
        {},
        (GapType.FILL, Level.EMPTY),
    ),
    "an anchor takes what it makes": (
        {"n": node(), "d": node("downstream", "D", **ANCHOR)},
        {"n": {"d"}},
        (GapType.FILL, Level.EMPTY),
    ),
    "an anchor supplies it": (
        {"n": node(), "u": node("upstream", "U", **ANCHOR)},
        {"u": {"n"}},
        (GapType.FILL, Level.EMPTY),
    ),
    "a firm beside that is no anchor does not make it a missing link": (
        {"n": node(), "u": node("upstream", "U", local=3)},
        {"u": {"n"}},
        (GapType.BUILD, Level.EMPTY),
    ),
    "only a side product and a project on the way": (
        {"n": node(side=2, landing=1)},
        {},
        (GapType.BUILD, Level.EMPTY),
    ),
    "the end of a chain after a strong node": (
        {"n": node("service", "S"), "d": node("downstream", "D", **ANCHOR)},
        {"d": {"n"}},
        (GapType.EXTEND, Level.EMPTY),
    ),
    "the end of a chain after a weak anchor is a missing link": (
        {"n": node("service", "S"), "d": node("downstream", "D", local=1, leads=1)},
        {"d": {"n"}},
        (GapType.FILL, Level.EMPTY),
    ),
    "between a strong node and somebody it would supply: a missing link": (
        {
            "n": node("downstream", "D"),
            "m": node("midstream", "M", **ANCHOR),
            "s": node("service", "S", local=1),
        },
        {"m": {"n"}, "n": {"s"}},
        (GapType.FILL, Level.EMPTY),
    ),
    "one supplier only": ({"n": node(local=1, leads=1)}, {}, (GapType.STRENGTHEN, Level.THIN)),
    "several, none of them an anchor": ({"n": node(local=3)}, {}, (GapType.STRENGTHEN, Level.THIN)),
    "several with an anchor, less than half of the demand": (
        {"n": node(**ANCHOR, capacity=D(49), demand=D(100))},
        {},
        (GapType.STRENGTHEN, Level.THIN),
    ),
    "half of the demand is enough": (
        {"n": node(**ANCHOR, capacity=D(50), demand=D(100))},
        {},
        (GapType.COMPLETE, Level.FULL),
    ),
    "several with an anchor, demand unknown": ({"n": node(**ANCHOR)}, {}, (GapType.COMPLETE, Level.FULL)),
    "a demand of nothing says nothing": (
        {"n": node(**ANCHOR, capacity=D(1), demand=D(0))},
        {},
        (GapType.COMPLETE, Level.FULL),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_type_of_a_gap(name):
    nodes, feeds, expected = CASES[name]

    verdict = judge(nodes, {key: frozenset(ends) for key, ends in feeds.items()})["n"]

    assert (verdict.type, verdict.level) == expected, verdict


@pytest.mark.parametrize(
    ("facts", "score", "known"),
    [
        # Nobody here: self-supply is nothing whatever the demand is; import dependence unknown is left out, not 0.
        (node(), "100.0", 90),
        (node(priority=3), "84.4", 90),
        (node(imports=D("0.8")), "98.0", 100),
        (node(imports=D(0)), "90.0", 100),
        # A side product: half missing, and what it covers is unknown.
        (node(side=1), "66.7", 60),
        # Staffed, figures unknown: only priority speaks.
        (node(local=2, leads=1), "33.3", 60),
        (node(local=2, leads=1, priority=9), "0.0", 60),
        (node(local=2, leads=1, capacity=D(60), demand=D(100), imports=D("0.5")), "37.0", 100),
        (node(local=2, leads=1, capacity=D(300), demand=D(100), imports=D(0)), "20.0", 100),
    ],
)
def test_the_score_counts_known_parts_only(facts, score, known):
    verdict = judge({"n": facts}, {})["n"]

    assert (verdict.score, verdict.known) == (D(score), known)


def test_unknown_is_never_nothing():
    parts = {one.part: one for one in score_parts(node(local=1))}

    assert parts[Part.SELF_SUPPLY].value is None
    assert parts[Part.IMPORTS].value is None
    assert self_supply(node(local=1, capacity=D(5))) is None
    assert {one.part: one.derived for one in score_parts(node())}[Part.SELF_SUPPLY]


def test_the_reasons_name_the_anchors_beside():
    nodes = {"n": node(named=False), "u": node("upstream", "U", **ANCHOR), "x": node("upstream", "U", local=1)}

    verdict = judge(nodes, {"u": frozenset({"n", "gone"}), "x": frozenset({"n"})})["n"]

    assert verdict.anchors_beside == ("u",)
    assert verdict.reasons == (Reason.NO_LOCAL, Reason.ANCHOR_BESIDE)
    assert judge({"n": node(named=False)}, {})["n"].reasons[-1] is Reason.NOT_NAMED
