"""The review desk's rules, on both databases: every word settles its pair, is on record, and can be taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.audit.models import AuditEntry
from crm.companies.models import CompanyRelation, NameDecision, RelationKind
from crm.core.errors import Conflict, Forbidden, NotFound, Stale
from crm.core.permissions import Role
from crm.core.uscc import with_check_digits
from crm.duplicates import desk, review
from crm.duplicates.models import Cluster, ClusterPair, ClusterStatus, PairDecision
from crm.kit import clock, db
from tests.duplicates.clusters import make_cluster
from tests.factories import make_actor, make_center, make_company


def only_pair(cluster: Cluster) -> ClusterPair:
    return desk.pairs_of(cluster)[0]


def again(cluster: Cluster) -> Cluster:
    db.session.expire_all()
    return db.session.get_one(Cluster, cluster.id)


def test_different_settles_the_pair_and_is_remembered(store):
    center, cluster = make_center(), make_cluster()

    review.different(center, cluster, only_pair(cluster).id, "电话核实是两家")

    row = again(cluster)
    assert row.status is ClusterStatus.SETTLED
    assert only_pair(row).decision is PairDecision.DIFFERENT
    said = db.session.scalars(select(NameDecision)).one()
    assert (said.verdict, said.org_id, said.reason) == ("different", None, "电话核实是两家")
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "duplicate.different")) == 1


def test_taken_back_the_pair_waits_again_and_nothing_is_remembered(store):
    center, cluster = make_center(), make_cluster()
    review.different(center, cluster, only_pair(cluster).id)

    review.take_back(center, again(cluster), only_pair(cluster).id)

    assert again(cluster).status is ClusterStatus.OPEN
    assert only_pair(cluster).decision is None
    assert db.session.scalars(select(NameDecision)).all() == []


@pytest.mark.parametrize("turned", [False, True])
def test_related_notes_which_one_is_the_parent_and_goes_when_taken_back(store, turned):
    center, cluster = make_center(), make_cluster()
    pair = only_pair(cluster)

    review.related(center, cluster, pair.id, RelationKind.PARENT, turned=turned)

    relation = db.session.scalars(select(CompanyRelation)).one()
    expected = (pair.right_id, pair.left_id) if turned else (pair.left_id, pair.right_id)
    assert (relation.from_id, relation.to_id, relation.org_id) == (*expected, None)
    assert again(cluster).status is ClusterStatus.SETTLED

    review.take_back(center, again(cluster), pair.id)
    assert db.session.scalars(select(CompanyRelation)).all() == []


def test_a_relation_known_before_stays_when_the_word_is_taken_back(store):
    from crm.companies import relations

    center, cluster = make_center(), make_cluster()
    pair = only_pair(cluster)
    relations.add_relation(center, pair.left_id, pair.right_id, RelationKind.PARENT, source="年报")

    review.related(center, cluster, pair.id, RelationKind.PARENT)
    review.take_back(center, again(cluster), pair.id)

    assert [one.source for one in db.session.scalars(select(CompanyRelation))] == ["年报"]


def test_a_cluster_of_three_waits_until_every_pair_is_decided(store):
    center = make_center()
    cluster = make_cluster(*(make_company(f"黄石三方{n}机械有限公司") for n in "甲乙丙"))
    pairs = desk.pairs_of(cluster)

    for number, pair in enumerate(pairs, start=1):
        review.different(center, again(cluster), pair.id)
        assert again(cluster).status is (ClusterStatus.SETTLED if number == 3 else ClusterStatus.OPEN)


def test_put_off_it_comes_back_after_a_week(store):
    center, cluster = make_center(), make_cluster()

    review.put_off(center, cluster)

    assert desk.page_of_clusters(center, "waiting", "", 1).items == []
    assert len(desk.page_of_clusters(center, "later", "", 1).items) == 1
    with clock.at(clock.now() + timedelta(days=8)):
        assert len(desk.page_of_clusters(center, "waiting", "", 1).items) == 1
        assert desk.waiting_count(center) == 1


def test_a_pair_decided_by_a_colleague_is_told_and_not_decided_twice(store):
    first, second, cluster = make_center(), make_center(), make_cluster()
    review.different(first, cluster, only_pair(cluster).id)

    with pytest.raises(Stale):
        review.related(second, again(cluster), only_pair(cluster).id, RelationKind.BRAND)

    assert only_pair(cluster).decision is PairDecision.DIFFERENT


def test_a_pair_of_another_cluster_is_not_found(store):
    center, cluster, other = make_center(), make_cluster(), make_cluster()

    with pytest.raises(NotFound):
        review.different(center, cluster, only_pair(other).id)


def test_what_waits_cannot_be_taken_back(store):
    center, cluster = make_center(), make_cluster()

    with pytest.raises(Conflict):
        review.take_back(center, cluster, only_pair(cluster).id)


def test_taking_gives_each_person_other_clusters_the_surest_first(store):
    first, second = make_center(), make_center()
    for n in range(review.TAKEN_AT_ONCE + 3):
        make_cluster(score=0.5 + n / 100)
    surest = make_cluster(score=0.3, verdict="same")

    assert review.take(first) == review.TAKEN_AT_ONCE
    assert review.take(second) == 4
    assert review.take(second) == 0
    assert again(surest).assignee_id == first.user_id
    assert len(desk.page_of_clusters(second, "mine", "", 1).items) == 4


def test_assigned_to_a_colleague_and_back_to_all(store):
    center, colleague, cluster = make_center(), make_center("田静"), make_cluster()
    user = next(one for one in review.may_review(center) if one.id == colleague.user_id)

    assert review.assign(center, [cluster.public_id, "nosuchrow1"], user.public_id) == 1
    assert again(cluster).assignee_id == colleague.user_id
    assert review.assign(center, [cluster.public_id], "") == 1
    assert again(cluster).assignee_id is None
    with pytest.raises(NotFound):
        review.assign(center, [cluster.public_id], "nobodyhere")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.EXPO, Role.OFFICE, Role.LEADER])
def test_only_the_centre_reviews(store, role):
    actor, cluster = make_actor(role), make_cluster()
    pair = only_pair(cluster)

    for act in (
        lambda: review.different(actor, cluster, pair.id),
        lambda: review.related(actor, cluster, pair.id, RelationKind.BRAND),
        lambda: review.put_off(actor, cluster),
        lambda: review.take(actor),
        lambda: review.take_back(actor, cluster, pair.id),
        lambda: review.assign(actor, [cluster.public_id], ""),
    ):
        with pytest.raises(Forbidden):
            act()
    assert only_pair(cluster).decision is None


def test_the_tally_counts_what_people_said_by_reason_verdict_and_band(store):
    center = make_center()
    sure = make_cluster(score=0.92, verdict="same", reasons="core_equal place_equal")
    wide = make_cluster(score=0.41, reasons="core_equal")
    review.different(center, sure, only_pair(sure).id)
    review.related(center, wide, only_pair(wide).id, RelationKind.BRAND)
    make_cluster()

    by_reason, by_verdict, by_band = desk.tallies()

    assert [(one.what, one.same, one.different, one.related) for one in by_reason] == [
        ("core_equal", 0, 1, 1),
        ("place_equal", 0, 1, 0),
    ]
    assert {one.what: one.decided for one in by_verdict} == {"same": 1, "likely": 1}
    assert [one.what for one in by_band] == ["0.90", "0.40"]


def test_lines_put_differing_facts_first_and_leave_out_what_neither_has(store):
    one = make_company("黄石甲乙机械有限公司", province="湖北", city="黄石", address="发展大道 1 号", employees=80)
    two = make_company("黄石甲乙机械制造有限公司", province="湖北", city="黄石", address="发展大道 9 号")

    found = desk.lines(*desk.sides(one, two))

    assert [(line.field, line.verdict) for line in found][:3] == [
        ("name", "diff"),
        ("address", "diff"),
        ("employees", "missing"),
    ]
    assert "website" not in [line.field for line in found]
    assert {line.verdict for line in found[3:]} == {"same"}


def test_the_one_with_a_code_is_proposed_to_stay(store):
    bare = make_company("黄石丙丁机械有限公司", address="发展大道 1 号", employees=9)
    coded = make_company("黄石丙丁机械制造有限公司", uscc=with_check_digits("91420200MA4KX000"))

    assert desk.better(*desk.sides(bare, coded)) == "right"


@pytest.mark.parametrize("by_key", [True, False])
def test_same_merges_into_the_chosen_one_and_the_undo_puts_the_pair_back(store, by_key):
    from crm.companies.models import Company
    from crm.duplicates import merging
    from crm.duplicates.models import MergeStatus

    center, cluster = make_center(), make_cluster()
    pair = only_pair(cluster)
    right = db.session.get_one(Company, pair.right_id)
    name = right.name

    merge = review.same(center, cluster, pair.id, pair.left_id, {"name": "loser"}, "")

    assert merge.status is MergeStatus.DONE and merge.reason
    assert again(cluster).status is ClusterStatus.SETTLED
    assert only_pair(cluster).decision is PairDecision.SAME
    assert db.session.get_one(Company, pair.right_id).merged_into_id == pair.left_id
    assert db.session.get_one(Company, pair.left_id).name == name

    if by_key:
        review.take_back(center, again(cluster), pair.id)
    else:
        merging.undo(center, merge)

    assert again(cluster).status is ClusterStatus.OPEN
    assert only_pair(cluster).decision is None
    assert db.session.get_one(Company, pair.right_id).merged_into_id is None
