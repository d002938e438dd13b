"""The fit of a company as a table: each factor by itself, risks and vetoes, cards, weights, confidence."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.core import fit
from crm.core.fit import DEFAULTS, Card, Factor, Facts, NodeFact, SignalFact, TieFact, TitleFact
from crm.core.signals import SignalKind

TODAY = date(2026, 11, 29)
YI = Decimal(100_000_000)


def signal(kind, age=0, ref="a"):
    return SignalFact(ref, SignalKind(kind), TODAY - timedelta(days=age), "内容", "来源")


def title(kind, until=None):
    return TitleFact(kind, 2025, until, "名单")


def node(code="CNC-01", main=True, gap=900, room=1000):
    return NodeFact(code, main, gap, room)


def tie(sort, name="甲"):
    return TieFact(sort, name, name, "登记")


CASES = [
    (Factor.CHAIN, {}, 0, False),
    (Factor.CHAIN, {"nodes": [node()]}, 900, True),
    (Factor.CHAIN, {"nodes": [node(main=False)]}, 450, True),
    (Factor.CHAIN, {"nodes": [node(main=False), node("CNC-02", gap=300)]}, 450, True),
    (Factor.CHAIN, {"nodes": [node(gap=None)]}, 0, False),
    (Factor.SIGNALS, {}, 0, False),
    (Factor.SIGNALS, {"signals": [signal("land")]}, 500, True),
    (Factor.SIGNALS, {"signals": [signal("land", 274)]}, 250, True),
    (Factor.SIGNALS, {"signals": [signal("land"), signal("eia", 0, "b"), signal("funds", 0, "c")]}, 1000, True),
    (Factor.SIGNALS, {"signals": [signal("land", 731)]}, 0, True),
    (Factor.SIGNALS, {"signals": [signal("executed")]}, 0, False),
    (Factor.STRENGTH, {}, 0, False),
    (Factor.STRENGTH, {"revenue_cny": 5 * YI, "employees": 1200}, 533, True),
    (Factor.STRENGTH, {"revenue_cny": 5 * YI, "employees": 100}, 200, True),
    (Factor.STRENGTH, {"revenue_cny": 12 * YI, "employees": 3000, "listing": "上交所主板"}, 1000, True),
    (Factor.STRENGTH, {"employees": 5}, 67, True),
    (Factor.STRENGTH, {"titles": [title("中国企业500强")]}, 267, True),
    (Factor.CREDENTIALS, {}, 0, False),
    (Factor.CREDENTIALS, {"titles": [title("高新技术企业"), title("单项冠军")]}, 1000, True),
    (Factor.CREDENTIALS, {"titles": [title("单项冠军", TODAY - timedelta(days=1)), title("高新技术企业")]}, 500, True),
    (Factor.CREDENTIALS, {"titles": [title("单项冠军", TODAY)]}, 1000, True),
    (Factor.CREDENTIALS, {"titles": [title("单项冠军", TODAY - timedelta(days=1))]}, 0, True),
    (Factor.TIES, {}, 0, False),
    (Factor.TIES, {"ties": [tie("trade"), tie("trade", "乙")]}, 500, True),
    (Factor.TIES, {"ties": [tie("trade"), tie("home"), tie("introducer")]}, 1000, True),
    (Factor.PLACE, {}, 0, False),
    (Factor.PLACE, {"place": "circle"}, 1000, True),
    (Factor.PLACE, {"place": "cluster"}, 800, True),
    (Factor.PLACE, {"place": "elsewhere"}, 400, True),
    (Factor.FEASIBLE, {}, 0, False),
    (Factor.FEASIBLE, {"nodes": [node(room=0), node("CNC-02", room=500)]}, 500, True),
    (Factor.FEASIBLE, {"nodes": [node(room=0)]}, 0, True),
]


@pytest.mark.parametrize(("factor", "facts", "share", "known"), CASES)
def test_each_factor_is_a_share_with_its_reasons(factor, facts, share, known):
    found = fit.judge(Facts(**facts), TODAY)
    part = found.parts[list(Factor).index(factor)]

    assert (part.factor, part.share, part.known) == (factor, share, known)
    assert part.items
    assert sum(one.points for one in part.items if one.counts) * 1000 / fit.SCALE[factor] >= share - 1


@pytest.mark.parametrize(
    ("kinds", "deducted", "veto"),
    [
        ([], 0, False),
        ([("executed", 900)], 10, False),
        ([("executed", 0), ("unlawful", 0), ("abnormal", 0)], 30, False),
        ([("pollution", 700)], 10, False),
        ([("pollution", 900)], 0, False),
        ([("bankrupt", 0)], 0, True),
        ([("dishonest", 3000)], 0, True),
    ],
)
def test_risks_take_away_or_forbid(kinds, deducted, veto):
    found = fit.judge(Facts(signals=[signal(kind, age, kind) for kind, age in kinds]), TODAY)

    assert (found.deducted, found.veto, len(found.risks)) == (deducted, veto, len(kinds))


@pytest.mark.parametrize(
    ("facts", "card"),
    [
        ({}, "new"),
        ({"employees": 1200, "revenue_cny": 4 * YI}, "big"),
        ({"employees": 1200, "revenue_cny": 1 * YI}, "new"),
        ({"listing": "科创板"}, "big"),
        ({"titles": [title("央企")]}, "big"),
        ({"titles": [title("中国企业500强", TODAY - timedelta(days=1))]}, "new"),
        ({"titles": [title("单项冠军")]}, "new"),
    ],
)
def test_large_listed_and_ranked_companies_have_their_own_card(facts, card):
    assert fit.card_of(Facts(**facts), TODAY) == card


@pytest.mark.parametrize(
    ("shares", "deducted", "veto", "tenths"),
    [
        ((1000,) * 7, 0, False, 1000),
        ((0,) * 7, 0, False, 0),
        ((900, 500, 0, 0, 0, 0, 0), 0, False, 370),
        ((900, 500, 0, 0, 0, 0, 0), 10, False, 270),
        ((100, 0, 0, 0, 0, 0, 0), 30, False, 0),
        ((1000,) * 7, 0, True, 0),
        ((5, 0, 0, 0, 0, 0, 0), 0, False, 2),
    ],
)
def test_a_score_is_weighed_from_shares(shares, deducted, veto, tenths):
    assert fit.score_tenths(shares, DEFAULTS[Card.BIG], deducted, veto) == tenths


def test_missing_knowledge_lowers_the_confidence_and_not_the_score():
    some = fit.judge(Facts(nodes=[node()]), TODAY)
    more = fit.judge(Facts(nodes=[node()], employees=5, place="elsewhere"), TODAY)
    weights = DEFAULTS[Card.NEW]

    assert fit.confidence(some.known, weights) == 40
    assert fit.confidence(more.known, weights) == 55
    assert fit.score_tenths(some.shares, weights) < fit.score_tenths(more.shares, weights)


@pytest.mark.parametrize(
    ("change", "fault"),
    [({}, ""), ({Factor.PLACE: 6}, "sum"), ({Factor.PLACE: -1}, "place"), ({Factor.CHAIN: None}, "chain")],
)
def test_weights_sum_to_a_hundred(change, fault):
    assert fit.fault({**DEFAULTS[Card.BIG], **change}) == fault
