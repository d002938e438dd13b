"""What a scan says of pairs, and what it leaves alone."""

from datetime import date

import pytest
from sqlalchemy import func, select, update

from crm.companies import decisions, service
from crm.companies.index import store_name
from crm.companies.models import Company, NameKind, RelationKind
from crm.companies.relations import add_relation
from crm.core import uscc
from crm.core.permissions import Role
from crm.duplicates import desk, review
from crm.duplicates.models import Cluster, ClusterMember, ClusterStatus, ScanKind, ScanPair, ScanStatus
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.people.models import Person
from tests.duplicates.scanned import clusters, reasons_of, scan, verdict_of
from tests.factories import make_actor, make_center, make_company, save

CODES = [uscc.with_check_digits(f"9142020{n:09d}") for n in range(1, 6)]
BASE = "苏州绎衡传动科技有限公司"
SITE = {"province": "江苏", "city": "苏州"}
HOUSE = "苏州市工业园区星湖街328号"


def officer():
    """Somebody of a unit of its own: what it enters no other unit sees."""
    return make_actor(Role.OFFICER)


def both(name, other, first=None, second=None):
    """Two rows that two units typed, each without seeing the other."""
    return make_company(name, actor=officer(), **(first or {})), make_company(other, actor=officer(), **(second or {}))


PAIRS = [
    # names, facts of either, verdict, a reason among those given
    ("same code", BASE, "江苏绎衡集团有限公司", {"uscc": CODES[0]}, {"uscc": CODES[0]}, "same", "uscc_equal"),
    ("legal form", BASE, "苏州绎衡传动科技股份有限公司", {}, {}, "same", "key_equal"),
    ("written otherwise", BASE, "蘇州繹衡傳動科技（有限公司）", {}, {}, "same", "key_equal"),
    ("same key, two codes", BASE, BASE, {"uscc": CODES[0]}, {"uscc": CODES[1]}, "likely", "uscc_differs"),
    ("same key, two days", BASE, BASE, {"founded_on": date(2001, 5, 1)}, {"founded_on": date(2019, 5, 1)}, "likely", "founded_differs"),
    ("sound", BASE, "苏州易衡传动科技有限公司", {}, {}, "likely", "core_sound"),
    ("sound and house", BASE, "苏州易衡传动科技有限公司", {"address": HOUSE}, {"address": HOUSE}, "same", "address_equal"),
    ("sound, house, two codes", BASE, "苏州易衡传动科技有限公司", {"address": HOUSE, "uscc": CODES[0]}, {"address": HOUSE, "uscc": CODES[1]}, "none", ""),
    ("missing character", BASE, "苏州绎衡传动科有限公司", {}, {}, "likely", "contained"),
    ("place left out", BASE, "绎衡传动科技有限公司", SITE, {}, "likely", "core_equal"),
    ("place added", BASE, "江苏省苏州市绎衡传动科技有限公司", {}, {}, "likely", "place_equal"),
    ("another city", BASE, "无锡绎衡传动科技有限公司", {}, {}, "none", ""),
    ("another line", BASE, "苏州绎衡餐饮管理有限公司", {}, {}, "none", ""),
    ("nothing shared", BASE, "武汉华中数控股份有限公司", {}, {}, "none", ""),
    ("house alone", BASE, "武汉华中数控股份有限公司", {"address": HOUSE}, {"address": HOUSE}, "none", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "other", "first", "second", "verdict", "reason"),
    [row[1:] for row in PAIRS],
    ids=[row[0] for row in PAIRS],
)
def test_a_pair_gets_its_verdict(store, name, other, first, second, verdict, reason):
    one, two = both(name, other, first, second)
    make_company("黄石东贝电器股份有限公司")

    done = scan()

    assert verdict_of(one, two) == verdict
    assert not reason or reason in reasons_of(one, two)
    assert (done.status, done.counts["companies"]) == (ScanStatus.DONE, 3)
    assert clusters() == ([] if verdict == "none" else [tuple(sorted((one.id, two.id)))])


def test_a_name_the_base_knows_joins_two_rows(store):
    one, two = both("湖北新冶特殊钢有限公司", "大冶特殊钢股份有限公司")
    with db.transaction():
        store_name(db.session.get_one(Company, one.id), "大冶特殊钢股份有限公司", NameKind.FORMER)

    scan()

    assert verdict_of(one, two) == "likely"
    assert {"alias_equal", "former_name"} <= reasons_of(one, two)


def test_one_mobile_at_both_makes_alike_names_the_same(store):
    one, two = both(BASE, "苏州易衡传动科技有限公司")
    other = make_company("武汉华中数控股份有限公司")
    people = [
        Person(org_id=make_actor().org_id, company_id=company.id, name="甲", mobile_hmac="h", created_at=clock.now())
        for company in (one, two, other)
    ]
    save(*people)

    scan()

    assert verdict_of(one, two) == "same"
    assert "phone_equal" in reasons_of(one, two)
    assert verdict_of(one, other) == "none"


def test_merged_and_retired_companies_are_left_out(store):
    one, two = both(BASE, "苏州易衡传动科技有限公司")
    three = make_company("苏州亦衡传动科技有限公司", actor=officer())
    with db.transaction():
        db.session.execute(update(Company).where(Company.id == two.id).values(retired_at=clock.now()))
        db.session.execute(update(Company).where(Company.id == three.id).values(merged_into_id=one.id))

    done = scan()

    assert clusters() == []
    assert done.counts["companies"] == 1


def test_a_rejected_pair_is_not_asked_until_one_of_the_two_changes(store):
    one, two = both(BASE, "苏州易衡传动科技有限公司")
    decisions.remember(make_center(), one, two, decisions.DIFFERENT, "两家都走访过")

    scan()
    assert clusters() == []

    service.edit_company(make_center(), two, None, name="苏州易衡传动有限公司", uscc=two.uscc)
    scan(ScanKind.CHANGED)
    assert verdict_of(one, two) == "likely"


def test_a_word_of_a_unit_does_not_keep_a_pair_from_the_centre(store):
    unit = officer()
    one, two = make_company(BASE), make_company("苏州易衡传动科技有限公司")
    decisions.remember(unit, one, two, decisions.DIFFERENT)

    scan()

    assert verdict_of(one, two) == "likely"


def test_companies_of_one_group_are_not_asked_about(store):
    one, two = both(BASE, "苏州易衡传动科技有限公司")
    add_relation(make_center(), one.id, two.id, RelationKind.PARENT)

    scan()

    assert clusters() == []


def test_a_homonym_that_the_centre_confirmed_is_another_company(store):
    make_company("湖北鑫源贸易有限公司")
    service.register_company(make_center(), name="湖北鑫源贸易有限公司", homonym=True)

    scan()

    assert clusters() == []


def test_a_settled_cluster_is_not_opened_again(store):
    one, two = both(BASE, "苏州易衡传动科技有限公司")
    scan()
    row = db.session.scalars(select(Cluster)).one()
    with db.transaction():
        row.status, row.settled_at = ClusterStatus.SETTLED, clock.now()

    again = scan()

    assert clusters(ClusterStatus.SETTLED) == [tuple(sorted((one.id, two.id)))]
    assert clusters(ClusterStatus.OPEN) == []
    assert again.counts["new"] == 0


def test_the_same_cluster_is_put_once_and_keeps_its_person(store):
    both(BASE, "苏州易衡传动科技有限公司")
    first = scan()
    center = make_center()
    review.take(center)

    second = scan()

    row = db.session.scalars(select(Cluster)).one()
    assert (row.assignee_id, row.status, row.scan_id) == (center.user_id, ClusterStatus.OPEN, second.id)
    assert (first.counts["new"], second.counts["new"], second.counts["gone"]) == (1, 0, 0)


def test_a_third_company_makes_a_new_cluster_of_the_old_one(store):
    one, two = both(BASE, "苏州易衡传动科技有限公司")
    scan()
    center = make_center()
    review.take(center)
    three = make_company("苏州亦衡传动科技有限公司", actor=officer())

    scan(ScanKind.CHANGED)

    assert clusters(ClusterStatus.OPEN) == [tuple(sorted((one.id, two.id, three.id)))]
    assert clusters(ClusterStatus.GONE) == [tuple(sorted((one.id, two.id)))]
    row = db.session.scalars(select(Cluster).where(Cluster.status == ClusterStatus.OPEN)).one()
    assert row.assignee_id == center.user_id
    assert verdict_of(one, two) == "likely"
    assert len(desk.open_pairs(row, desk.pairs_of(row))) == 3


def test_what_is_no_longer_found_goes_from_the_desk_and_comes_back(store):
    one, two = both(BASE, "苏州易衡传动科技有限公司")
    three = make_company("苏州亦衡传动科技有限公司", actor=officer())
    whole, rest = [tuple(sorted((one.id, two.id, three.id)))], [tuple(sorted((one.id, two.id)))]
    scan()
    assert clusters(ClusterStatus.OPEN) == whole

    _retire(three, clock.now())
    scan(ScanKind.CHANGED)
    assert (clusters(ClusterStatus.OPEN), clusters(ClusterStatus.GONE)) == (rest, whole)

    _retire(three, None)
    scan(ScanKind.CHANGED)
    assert (clusters(ClusterStatus.OPEN), clusters(ClusterStatus.GONE)) == (whole, rest)


def _retire(company, at):
    with db.transaction():
        db.session.execute(
            update(Company).where(Company.id == company.id).values(retired_at=at, updated_at=clock.now())
        )


def test_a_scan_of_changes_looks_only_at_what_changed(store):
    one, two = both(BASE, "苏州易衡传动科技有限公司")
    scan()
    before = scan()
    three, four = both("黄石东贝电器股份有限公司", "黄石东贝电气股份有限公司")

    done = scan(ScanKind.CHANGED)

    assert (done.kind, done.since, done.total) == (ScanKind.CHANGED, before.started_at, 2)
    assert verdict_of(three, four) == "likely"
    assert clusters(ClusterStatus.OPEN) == sorted([tuple(sorted((one.id, two.id))), tuple(sorted((three.id, four.id)))])
    assert (done.counts["new"], done.counts["gone"]) == (1, 0)


def test_a_new_alias_and_an_opening_are_changes_too(store):
    one = make_company("湖北新冶特殊钢有限公司")
    two = make_company("大冶特殊钢股份有限公司", actor=officer())
    scan()
    service.open_company(Actor.system(), two.id, "verified")

    assert scan(ScanKind.CHANGED).total == 1

    with db.transaction():
        row = store_name(db.session.get_one(Company, one.id), "大冶特钢", NameKind.CONFIRMED)
        row.at = clock.now()
    assert scan(ScanKind.CHANGED).total == 2  # both names of the company


def test_the_first_scan_of_changes_looks_at_all(store):
    both(BASE, "苏州易衡传动科技有限公司")

    assert scan(ScanKind.CHANGED).kind is ScanKind.FULL


def test_nothing_is_left_over_when_a_scan_is_done(store):
    both(BASE, "苏州易衡传动科技有限公司")

    done = scan()

    assert db.session.scalar(select(func.count()).select_from(ScanPair)) == 0
    assert {"phase", "changed"}.isdisjoint(done.counts)
    assert done.finished_at is not None
    assert db.session.scalar(select(func.count()).select_from(ClusterMember)) == 2


def test_an_empty_base_is_scanned(store):
    assert scan().counts["clusters"] == 0
