"""The daily digest at 8:30: what came since yesterday and is unread, as counts; in the bell, and by mail or robot where these are on."""

from collections import Counter
from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import Org, User
from crm.kit import clock, db, jobs
from crm.notices import labels, sending, service, topics
from crm.notices.models import Notice, NoticeProfile, Topic

KIND = "digest"
_NAME = "notices.digest"


def send_all() -> int:
    """Give everybody the day's digest, once a day, whoever runs it. Returns how many people got one."""
    counts, orgs = _counts()
    told = sum(_tell(user_id, found) for user_id, found in sorted(counts.items()))
    for org_id, found in sorted(orgs.items()):
        _robot(org_id, found)
    return told


def words(found: Counter[Topic]) -> str:
    """Return the counts in words, nothing else."""
    parts = "、".join(f"{labels.TOPIC[topic]} {found[topic]}" for topic in Topic if found[topic])
    return _("您有 %(n)s 条未读通知：%(parts)s。", n=sum(found.values()), parts=parts)


def _counts() -> tuple[dict[int, Counter[Topic]], dict[int, Counter[Topic]]]:
    """Return by person and by unit how many notices of a day are unread; a unit counts each event once."""
    since = clock.now() - timedelta(days=1)
    query = (
        select(Notice.user_id, User.org_id, Notice.kind, Notice.subject_public_id, Notice.period)
        .join(User, User.id == Notice.user_id)
        .where(User.active, Notice.read_at.is_(None), Notice.created_at >= since, Notice.kind != KIND)
    )
    people: dict[int, Counter[Topic]] = {}
    units: dict[int, Counter[Topic]] = {}
    seen: set[tuple[int, str, str, str]] = set()
    for user_id, org_id, kind, subject, period in db.session.execute(query):
        topic = topics.of(kind)
        people.setdefault(user_id, Counter())[topic] += 1
        if (org_id, kind, subject, period) not in seen:
            seen.add((org_id, kind, subject, period))
            units.setdefault(org_id, Counter())[topic] += 1
    unwanted = set(db.session.scalars(select(NoticeProfile.user_id).where(NoticeProfile.digest.is_(False))))
    return {one: found for one, found in people.items() if one not in unwanted}, units


def _tell(user_id: int, found: Counter[Topic]) -> int:
    day = clock.today().isoformat()
    with db.transaction():
        if not jobs.run_once(_NAME, day, f"user {user_id}"):
            return 0
        service.notify([user_id], KIND, KIND, "", text=words(found), url="/notices/?view=unread", period=day)
        profile = db.session.get(NoticeProfile, user_id)
        address = sending.mail_address(profile.mail) if profile else None
    if address:  # after the commit: a slow service holds no lock, and nobody gets a second one
        sending.send(address, _title(), f"{words(found)} {_link()}".strip())
    return 1


def _robot(org_id: int, found: Counter[Topic]) -> None:
    robots = sending.robots()
    org = db.session.get(Org, org_id) if robots else None
    if org is None or org.code not in robots:
        return
    with db.transaction():
        first = jobs.run_once(_NAME, clock.today().isoformat(), f"org {org_id}")
    if first:
        parts = "、".join(f"{labels.TOPIC[topic]} {found[topic]}" for topic in Topic if found[topic])
        text = _("本单位有 %(n)s 条未读通知：%(parts)s。", n=sum(found.values()), parts=parts)
        sending.send(robots[org.code], _title(), f"{text} {_link()}".strip())


def _title() -> str:
    return _("黄石市精准招商平台 每日汇总")


def _link() -> str:
    base = str(current_app.config["PUBLIC_URL"])
    return f"{base}/notices/" if base else ""
