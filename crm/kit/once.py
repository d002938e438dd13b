"""A create form counts once: a double click or the back button answers with the record of the first time."""

from crm.core.errors import Conflict
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.models import OnceKey


class Repeated(Conflict):
    """This form was accepted before; ``url`` is the page of what it made then."""

    def __init__(self, url: str) -> None:
        super().__init__("这份表单已经提交过，下面是第一次保存的内容。")
        self.url = url


def find(actor: Actor, key: str | None, purpose: str = "") -> str | None:
    """Return the address of what this person's form made, or None if it was not sent yet."""
    if not key:
        return None
    row = db.session.get(OnceKey, _name(actor, key, purpose))
    return row.url if row else None


def remember(actor: Actor, key: str | None, url: str, purpose: str = "") -> None:
    """Store, in the same transaction, what the form made. Raises Repeated when another request came first."""
    if not key:
        return
    row = OnceKey(key=_name(actor, key, purpose), url=url, at=clock.now())
    try:
        with db.unique("once", "这份表单已经提交过。"):
            db.session.add(row)
    except Conflict as error:
        raise Repeated(find(actor, key, purpose) or url) from error


def _name(actor: Actor, key: str, purpose: str) -> str:
    """A key is the person's own: another one's key finds nothing."""
    plain = "".join(c for c in key if c.isalnum())
    return f"{actor.user_id}:{purpose}:{plain}"[:80]
