"""How a place fits a wish, as a table of cases."""

from datetime import date
from decimal import Decimal as D

import pytest

from crm.core.land import Place, Wish, points, rank, settling

PARK = Place(D(50), "PARK", segments=frozenset({"ROBOT", "CNC"}))


@pytest.mark.parametrize(
    ("place", "wish", "says"),
    [
        (PARK, Wish(D(20), "ROBOT"), "ok"),
        (PARK, Wish(D(20), "ENV"), "bad"),
        (PARK, Wish(D(20)), "open"),
        (Place(D(50), "PARK"), Wish(D(20), "ENV"), "open"),
        (PARK, Wish(D(20), "ROBOT", only="HXDD"), "bad"),
        (Place(D(50), "HXDD"), Wish(D(20), "ENV", only="HXDD"), "ok"),
    ],
)
def test_the_plan_says_where_a_project_settles(place, wish, says):
    assert settling(place, wish) == says


@pytest.mark.parametrize(
    ("limit", "asked", "has", "state"),
    [
        ("min_intensity", D(300), D(300), "ok"),
        ("min_intensity", D(300), D("299.99"), "bad"),
        ("min_intensity", D(300), None, "open"),
        ("max_energy", D("0.2"), D("0.2"), "ok"),
        ("max_energy", D("0.2"), D("0.21"), "bad"),
    ],
)
def test_a_standard_plot_compares_what_the_project_promises(limit, asked, has, state):
    figures = {} if has is None else {limit: has}
    place, wish = Place(D(50), "PARK", limits={limit: asked}), Wish(D(20), figures=figures)

    assert [(one.state, one.asked, one.has) for one in points(place, wish) if one.name == limit] == [
        (state, asked, has)
    ]


@pytest.mark.parametrize(("segment", "says"), [("CNC", ["ok"]), ("ROBOT", ["bad"]), ("", [])])
def test_a_place_may_be_kept_for_one_segment(segment, says):
    place = Place(D(50), "PARK", "CNC", frozenset({"ROBOT", "CNC"}))

    assert [one.state for one in points(place, Wish(D(20), segment)) if one.name == "purpose"] == says


def test_area_day_and_the_chosen_carrier_are_reasons():
    place = Place(D(10), "PARK", available_on=date(2027, 3, 1))
    wish = Wish(D(20), carrier="PARK", due_on=date(2027, 2, 1))

    assert [(one.name, one.state) for one in points(place, wish)] == [
        *(("area", "bad"), ("carrier", "ok"), ("segment", "open"), ("day", "bad")),
    ]


def test_the_best_place_stands_first():
    wish = Wish(D(20), "ROBOT", carrier="MINE")
    small = Place(D(10), "MINE", segments=frozenset({"ROBOT"}))
    off = Place(D(20), "OTHER", segments=frozenset({"CNC"}))
    fits = Place(D(90), "MINE", segments=frozenset({"ROBOT"}))
    snug = Place(D(22), "MINE", segments=frozenset({"ROBOT"}))
    idle = Place(D(60), "MINE", segments=frozenset({"ROBOT"}), idle=True)

    assert sorted([small, off, fits, snug, idle], key=lambda one: rank(one, wish)) == [idle, snug, fits, off, small]
