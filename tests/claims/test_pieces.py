"""A piece of a reported name finds the same first reports by its pairs of characters as by reading every name."""

from importlib import util
from pathlib import Path

import pytest
from sqlalchemy import event, select

from crm.claims import filing, pieces, queries
from crm.claims.disputes import listing
from crm.claims.models import Claim, ClaimPiece
from crm.kit import db
from tests.claims.conftest import make_lead

FIRMS = ("苏州绎衡传动科技有限公司", "沈阳砺枢精密机床有限公司", "东莞霁川ABB电子材料有限公司")


@pytest.fixture
def filed(city):
    """A claim of the first district on each firm."""
    return [filing.file_report(city.a, make_lead(city.a, firm)) for firm in FIRMS]


def found(actor, text):
    return {claim.company_words for claim in queries.page_of_claims(actor, queries.Filters(text=text), 1).items}


@pytest.mark.parametrize("few", [5000, 0])  # by the pairs; by reading, as where all pairs are common
def test_a_piece_is_found_wherever_it_stands(city, filed, few, monkeypatch):
    monkeypatch.setattr(pieces, "FEW", few)
    asked = ("传动", "绎衡传动科技有限公司", "枢精", "机", "abb电", "ABB", "有限公司", "苏沈", "%", "_", "公司公司", "")
    for text in asked:
        assert found(city.a, text) == {firm for firm in FIRMS if text.lower() in firm.lower()}, text
    assert found(city.a, filed[0].number.lower()) == {FIRMS[0]}
    assert found(city.center, " 枢精 ") == {FIRMS[1]}
    assert found(city.b, "传动") == set()


def test_a_search_reads_no_piece_of_another_unit(city, filed):
    assert db.session.scalars(pieces._rarest(city.a, "绎衡传动")).all() == [filed[0].id]
    assert db.session.scalars(pieces._rarest(city.center, "绎衡传动")).all() == [filed[0].id]
    for other in (city.b, city.b_manager, city.office):
        assert db.session.scalars(pieces._rarest(other, "绎衡传动")).all() == []


def test_how_common_a_pair_is_elsewhere_changes_nothing(city, filed, monkeypatch):
    monkeypatch.setattr(pieces, "FEW", 2)
    assert pieces._rarest(city.a, "有限") is None
    assert pieces._rarest(city.b, "有限") is not None


def test_a_case_is_found_by_a_piece_of_the_name_its_reader_may_know(city, filed):
    filing.file_report(city.b, make_lead(city.b, FIRMS[0]))
    for actor in (city.a, city.b, city.center):
        assert listing.page_of_cases(actor, listing.Filters(text="绎衡"), 1).total == 1
        assert listing.page_of_cases(actor, listing.Filters(text="砺枢"), 1).total == 0


def test_a_rare_piece_is_looked_up_without_reading_the_claims(city, filed, sqlite):
    sent = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        sent.append((statement, parameters))

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        queries.page_of_claims(city.center, queries.Filters(text="绎衡传动"), 1)
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    asked = next(one for one in sent if one[0].startswith("SELECT claims.id \nFROM claims"))
    cursor = db.session.connection().connection.cursor()
    plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]}", asked[1]).fetchall()]
    assert not [line for line in plan if line.startswith("SCAN claims")], plan


def test_the_migration_stores_what_a_search_asks_for(city, filed):
    path = next((Path(__file__).parents[2] / "migrations" / "versions").glob("*_bounded_desks.py"))
    spec = util.spec_from_file_location("bounded_desks", path)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for claim in db.session.scalars(select(Claim)):
        kept = set(db.session.scalars(select(ClaimPiece.piece).where(ClaimPiece.claim_id == claim.id)))
        assert kept == module._pieces(claim.company_words) == set(pieces.pairs_of(claim.company_words))
