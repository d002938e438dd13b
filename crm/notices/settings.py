"""How each person wants to hear of things: by topic, and whether once a day."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from crm.audit import service as audit
from crm.core.errors import Invalid, Stale
from crm.kit import db
from crm.kit.access import Actor
from crm.notices.models import NoticeProfile, NoticeSetting, Topic, Way

_MAIL = re.compile(r"[^@\s,;<>\"'&?=/\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class Profile:
    """The digest of a person. ``version`` is 0 before the first change."""

    digest: bool = True
    mail: str = ""
    version: int = 0

    def values(self) -> dict[str, object]:
        """Return it as a form is filled."""
        return {"digest": self.digest, "mail": self.mail, "version": str(self.version)}


def of(actor: Actor) -> tuple[dict[Topic, Way], Profile]:
    """Return the person's choices; what was never chosen comes at once."""
    rows = db.session.scalars(select(NoticeSetting).where(NoticeSetting.user_id == actor.user_id))
    chosen = dict.fromkeys(Topic, Way.NOW) | {row.topic: row.way for row in rows}
    row = db.session.get(NoticeProfile, actor.user_id)
    return chosen, Profile(row.digest, row.mail, row.version) if row else Profile()


def ways_of(user_ids: Collection[int], topic: Topic) -> dict[int, Way]:
    """Return how people want to hear of a topic, where that is not at once. What waits for a person is never switched off."""
    if not user_ids:
        return {}
    query = select(NoticeSetting.user_id, NoticeSetting.way).where(
        NoticeSetting.topic == topic, NoticeSetting.user_id.in_(list(user_ids))
    )
    found = dict(db.session.execute(query).all())
    return {one: Way.DIGEST if topic is Topic.DUTY and way is Way.OFF else way for one, way in found.items()}


@db.transactional
def save(actor: Actor, ways: Mapping[Topic, Way], *, digest: bool, mail: str, version: str | None) -> None:
    """Keep a person's choices. Raises Invalid beside the field, Stale when they were changed elsewhere meanwhile."""
    if ways.get(Topic.DUTY) is Way.OFF:
        raise Invalid(_("待您办理的事项不能关闭通知。"), field=Topic.DUTY.value)
    if mail and not _MAIL.fullmatch(mail):
        raise Invalid(_("请填一个邮箱地址，如 name@example.com；不用邮件就留空。"), field="mail")
    row = db.session.get(NoticeProfile, actor.user_id)
    if version is not None and version != str(row.version if row else 0):
        raise Stale(_("设置刚在别处改过，请核对后再保存。"), current=row)
    if row is None:
        row = NoticeProfile(user_id=actor.user_id, version=0)
        db.session.add(row)
    row.digest, row.mail, row.version = digest, mail, row.version + 1
    for topic, way in ways.items():
        setting = db.session.get(NoticeSetting, (actor.user_id, topic))
        if setting is None:
            setting = NoticeSetting(user_id=actor.user_id, topic=topic, way=way)
            db.session.add(setting)
        setting.way = way
    db.session.flush()
    audit.record(actor, "notice.settings_changed", ("notice_settings", actor.user_id, ""))
