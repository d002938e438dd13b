"""Pairs become groups: the same whatever the order, none too large, each known again by its mark."""

import random
from itertools import combinations

import numpy as np
import pytest

from crm.core.matching import places
from crm.duplicates.scanning import likeness
from crm.duplicates.scanning.clusters import LARGEST, Edge, fingerprint, groups


def edge(left, right, score=0.5, verdict="likely"):
    return Edge(left, right, verdict, score, "core_equal")


def members(edges):
    return [tuple(group.members) for group in groups(edges)]


def test_what_hangs_together_is_one_group():
    assert members([edge(1, 2), edge(2, 3), edge(5, 6)]) == [(1, 2, 3), (5, 6)]


def test_the_group_says_what_its_strongest_pair_says():
    group = groups([edge(1, 2, 0.97), edge(2, 3, 0.9, "same"), edge(1, 3, 0.2)])[0]

    assert (group.verdict, group.score) == ("same", 0.97)
    assert [(one.left, one.right) for one in group.edges] == [(2, 3), (1, 2), (1, 3)]


def test_a_crowd_is_split_where_it_is_weakest():
    strong = [edge(a, b, 0.9) for a, b in combinations(range(1, 9), 2)]
    strong += [edge(a, b, 0.9) for a, b in combinations(range(11, 19), 2)]

    assert members([edge(8, 11, 0.3), *strong]) == [tuple(range(1, 9)), tuple(range(11, 19))]


def test_a_chain_without_end_stays_within_bounds():
    found = members([edge(n, n + 1, 0.5) for n in range(100)])

    assert all(len(group) <= LARGEST for group in found)
    assert len({one for group in found for one in group}) == sum(map(len, found))


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_pairs_does_not_matter(seed):
    chance = random.Random(seed)
    edges = [edge(*sorted(chance.sample(range(60), 2)), round(chance.random(), 2)) for _ in range(80)]
    edges = list({(one.left, one.right): one for one in edges}.values())
    shuffled = chance.sample(edges, len(edges))

    assert groups(edges) == groups(shuffled)


def test_another_member_name_code_or_region_is_another_mark():
    known = {1: "9142|湖北|黄石\n东贝", 2: "|湖北|黄石\n东贝电器"}
    mark = fingerprint([1, 2], known)

    assert mark == fingerprint([2, 1], dict(reversed(known.items())))
    assert mark != fingerprint([1, 2, 3], known | {3: ""})
    assert mark != fingerprint([1, 2], known | {2: "|湖北|武汉\n东贝电器"})


PLACES = [("", "", ""), ("湖北", "", ""), ("湖北", "黄石", ""), ("湖北", "黄石", "大冶"), ("湖北", "黄石", "阳新")]
PLACES += [("湖北", "武汉", ""), ("江苏", "苏州", "")]


@pytest.mark.parametrize("own", PLACES)
@pytest.mark.parametrize("other", PLACES)
def test_places_compare_as_those_of_a_typed_name(own, other):
    numbers: dict[str, int] = {"": 0}
    sides = [tuple(np.array([numbers.setdefault(part, len(numbers))]) for part in place) for place in (own, other)]

    assert likeness.compare(*sides)[0] == places.compare(own, other)


def test_the_gap_is_to_the_best_other_of_the_group():
    values = np.array([0.9, 0.4, 0.5, 0.7, 0.7], np.float32)

    gaps = likeness.gap_to_best_other(np.array([1, 1, 2, 3, 3]), values)

    assert np.allclose(gaps, [0.5, -0.5, 0.5, 0, 0])
