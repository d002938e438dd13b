"""What is said on the review desk, pair by pair; every word can be taken back.

「同一」 is a merge (crm.duplicates.merging), which has an undo of its own; 「不是同一」 is a decision that the matcher keeps to
until one of the two changes; 「关联」 is a relation between the companies.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.audit import service as audit
from crm.companies import decisions, relations
from crm.companies.models import CompanyRelation, NameDecision, RelationKind
from crm.core.errors import Conflict, NotFound, Stale
from crm.core.permissions import Permission, Role
from crm.duplicates import desk, merging
from crm.duplicates.models import Cluster, ClusterPair, ClusterStatus, Merge, MergeStatus, PairDecision
from crm.kit import clock, db
from crm.kit.access import Actor, authorize

LATER_DAYS = 7
TAKEN_AT_ONCE = 20
SOURCE = "查重"


def may_review(actor: Actor) -> list[User]:
    """Return the people to whom clusters may be given."""
    return people.users_with(Role.CENTER)


@db.transactional
def assign(actor: Actor, public_ids: Sequence[str], user_public_id: str) -> int:
    """Give clusters to a colleague of the desk, or back to all ("" as the person). Returns how many changed hands."""
    authorize(actor, Permission.DUPLICATE_REVIEW)
    user = next((one for one in may_review(actor) if one.public_id == user_public_id), None)
    if user_public_id and user is None:
        raise NotFound
    rows = db.session.scalars(select(Cluster).where(Cluster.public_id.in_(public_ids)).with_for_update()).all()
    changed = [one for one in rows if one.assignee_id != (user.id if user else None)]
    for one in changed:
        one.assignee = user
        one.version += 1
    if changed:
        audit.record(actor, "duplicate.assigned", changed[0], assignee=user.name if user else "", count=len(changed))
    return len(changed)


@db.transactional
def take(actor: Actor) -> int:
    """Take the next clusters that nobody has; returns how many."""
    authorize(actor, Permission.DUPLICATE_REVIEW)
    query = (
        select(Cluster)
        .where(desk.waiting(), Cluster.assignee_id.is_(None))
        .order_by(Cluster.verdict.desc(), Cluster.score.desc(), Cluster.id)
        .limit(TAKEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    rows = db.session.scalars(query).all()
    for one in rows:
        one.assignee_id = actor.user_id
        one.version += 1
    if rows:
        audit.record(actor, "duplicate.assigned", rows[0], assignee=actor.name, count=len(rows))
    return len(rows)


@db.transactional
def put_off(actor: Actor, cluster: Cluster) -> None:
    """Look at a cluster again in a week."""
    cluster = _locked(actor, cluster)
    cluster.status = ClusterStatus.LATER
    cluster.later_until = clock.now() + timedelta(days=LATER_DAYS)
    cluster.version += 1
    audit.record(actor, "duplicate.put_off", cluster, later_until=cluster.later_until)


@db.transactional
def different(actor: Actor, cluster: Cluster, pair_id: int, reason: str = "") -> ClusterPair:
    """Say that two companies are not one: the matcher does not ask again until one of them changes."""
    cluster = _locked(actor, cluster)
    pair = _undecided(cluster, pair_id)
    members = desk.living(cluster)
    decisions.remember(actor, members[pair.left_id], members[pair.right_id], decisions.DIFFERENT, reason)
    _decide(actor, cluster, pair, PairDecision.DIFFERENT, reason)
    return pair


@db.transactional
def related(actor: Actor, cluster: Cluster, pair_id: int, kind: RelationKind, *, turned: bool = False) -> ClusterPair:
    """Say that two companies belong together but are two; ``turned``: the right one is the parent, the brand's owner …"""
    cluster = _locked(actor, cluster)
    pair = _undecided(cluster, pair_id)
    first, second = (pair.right_id, pair.left_id) if turned else (pair.left_id, pair.right_id)
    known = select(CompanyRelation.id).where(
        CompanyRelation.from_id == first, CompanyRelation.to_id == second, CompanyRelation.kind == kind
    )
    if db.session.scalar(known) is None:
        relations.add_relation(actor, first, second, kind, source=SOURCE, valid_on=clock.today())
    members = desk.living(cluster)
    decisions.remember(actor, members[pair.left_id], members[pair.right_id], decisions.RELATED, kind.value)
    _decide(actor, cluster, pair, PairDecision.RELATED, kind.value)
    return pair


@db.transactional
def same(
    actor: Actor, cluster: Cluster, pair_id: int, winner_id: int, choices: Mapping[str, str], reason: str
) -> Merge:
    """Merge the two; ``choices``: field → whose value stays (winner or loser).

    The merge is PROPOSED, and the cluster put off, where both hold a protection: a case must be decided first.
    """
    cluster = _locked(actor, cluster)
    pair = _undecided(cluster, pair_id)
    if winner_id not in (pair.left_id, pair.right_id):
        raise NotFound
    members = desk.living(cluster)
    loser_id = pair.right_id if winner_id == pair.left_id else pair.left_id
    outcome = merging.merge(
        actor,
        members[winner_id],
        members[loser_id],
        reason=reason or _("查重认定为同一企业"),
        choices=merging.Choices.of(choices),
        cluster_id=cluster.id,
    )
    if outcome.merge.status is MergeStatus.PROPOSED:
        put_off(actor, cluster)  # two holds stand in the way: the case comes first
    else:
        _decide(actor, cluster, pair, PairDecision.SAME, reason)
    return outcome.merge


@db.transactional
def take_back(actor: Actor, cluster: Cluster, pair_id: int) -> ClusterPair:
    """Open a decided pair again: the decision, the relation or the merge that came of it goes with it.

    Raises Conflict where a merge can no longer be undone, in words.
    """
    authorize(actor, Permission.DUPLICATE_REVIEW)
    cluster = db.session.get_one(Cluster, cluster.id, with_for_update=True, populate_existing=True)
    pair = _pair(cluster, pair_id)
    if pair.decision is None:
        raise Conflict(_("这一对还没有处理过。"))
    merge = _merge_of(pair) if pair.decision is PairDecision.SAME else None
    if merge is not None:
        merging.undo(actor, merge)  # opens the pair and the cluster again (reopen_for)
        audit.record(actor, "duplicate.taken_back", cluster, decision=(PairDecision.SAME.value, None))
        return pair
    if pair.decision in (PairDecision.DIFFERENT, PairDecision.RELATED):
        _forget(actor, cluster, pair)
    old, pair.decision, pair.decided_at, pair.decided_by_id = pair.decision, None, None, None
    cluster.status, cluster.settled_at, cluster.settled_by_id = ClusterStatus.OPEN, None, None
    cluster.version += 1
    audit.record(actor, "duplicate.taken_back", cluster, decision=(old.value, None))
    return pair


def reopen_for(company_ids: Sequence[int], cluster_id: int | None) -> None:
    """A merge was undone: its pairs wait again. Called by the merging of this room, inside its transaction."""
    if cluster_id is None:
        return
    cluster = db.session.get_one(Cluster, cluster_id, with_for_update=True)
    pairs = select(ClusterPair).where(
        ClusterPair.cluster_id == cluster_id,
        ClusterPair.left_id.in_(company_ids),
        ClusterPair.right_id.in_(company_ids),
        ClusterPair.decision == PairDecision.SAME,
    )
    for pair in db.session.scalars(pairs):
        pair.decision, pair.decided_at, pair.decided_by_id = None, None, None
    cluster.status, cluster.settled_at, cluster.settled_by_id = ClusterStatus.OPEN, None, None
    cluster.version += 1


def _merge_of(pair: ClusterPair) -> Merge | None:
    ends = (pair.left_id, pair.right_id)
    query = select(Merge).where(Merge.status == MergeStatus.DONE, Merge.winner_id.in_(ends), Merge.loser_id.in_(ends))
    return db.session.scalars(query).first()


def _forget(actor: Actor, cluster: Cluster, pair: ClusterPair) -> None:
    """Drop the city's word on a pair, and with 关联 the relation that came from here."""
    first, second = sorted((pair.left_id, pair.right_id))
    sides = NameDecision.left == decisions.company_side(first), NameDecision.right == decisions.company_side(second)
    row = db.session.scalar(select(NameDecision).where(*sides, NameDecision.org_id.is_(None)))
    company = next(one.company for one in cluster.members if one.company_id == pair.left_id)
    if row is not None:
        decisions.forget(actor, row.id, company)
    if pair.decision is not PairDecision.RELATED:
        return
    ends = (pair.left_id, pair.right_id)
    ours = CompanyRelation.source == SOURCE, CompanyRelation.from_id.in_(ends), CompanyRelation.to_id.in_(ends)
    for relation in db.session.scalars(select(CompanyRelation).where(*ours)).all():
        relations.remove_relation(actor, relation.from_id, relation.id)


def _locked(actor: Actor, cluster: Cluster) -> Cluster:
    authorize(actor, Permission.DUPLICATE_REVIEW)
    row = db.session.get_one(Cluster, cluster.id, with_for_update=True, populate_existing=True)
    if row.status not in (ClusterStatus.OPEN, ClusterStatus.LATER):
        raise Stale(_("这一组刚刚已由同事处理完，请看下一组。"))
    return row


def _pair(cluster: Cluster, pair_id: int) -> ClusterPair:
    pair = db.session.get(ClusterPair, pair_id, with_for_update=True)
    if pair is None or pair.cluster_id != cluster.id:
        raise NotFound
    return pair


def _undecided(cluster: Cluster, pair_id: int) -> ClusterPair:
    pair = _pair(cluster, pair_id)
    alive = desk.living(cluster)
    if pair.decision is not None or pair.left_id not in alive or pair.right_id not in alive:
        raise Stale(_("这一对刚刚已由同事处理，请看下一对。"))
    return pair


def _decide(actor: Actor, cluster: Cluster, pair: ClusterPair, decision: PairDecision, reason: str) -> None:
    now: datetime = clock.now()
    pair.decision, pair.decided_by_id, pair.decided_at = decision, actor.user_id, now
    db.session.flush()
    db.session.expire(cluster, ["members"])
    if not desk.open_pairs(cluster, desk.pairs_of(cluster)):
        cluster.status, cluster.settled_by_id, cluster.settled_at = ClusterStatus.SETTLED, actor.user_id, now
    elif cluster.status is ClusterStatus.LATER:
        cluster.status, cluster.later_until = ClusterStatus.OPEN, None
    cluster.version += 1
    audit.record(actor, f"duplicate.{decision.value}", cluster, reason=reason)
