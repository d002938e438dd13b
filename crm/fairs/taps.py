"""The visitor's tap: a one-time page that says who notes what, and the record of what was confirmed there, word for word."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import segno
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload
from werkzeug.routing import BaseConverter

from crm.accounts.service.sign_ins import token_hash
from crm.core.errors import NotFound
from crm.fairs import contacts
from crm.fairs.models import Edition, FairContact, Tap
from crm.kit import clock, db
from crm.kit.access import Actor

LASTS = timedelta(minutes=60)
LANGUAGES = ("zh_Hans_CN", "en")


class TapToken(BaseConverter):
    """``<tap:…>``: what ``secrets.token_urlsafe(24)`` makes; anything else is 404 before a query runs."""

    regex = "[A-Za-z0-9_-]{32}"


def register(app: Flask) -> None:
    """Let addresses use it."""
    app.url_map.converters["tap"] = TapToken


@dataclass(frozen=True)
class Said:
    """What the visitor reads, in one language: who noted what, and what a tap means."""

    lang: str
    heading: str
    facts: tuple[tuple[str, str], ...]
    confirm: str
    free: str
    kept: str


def by_token(token: str) -> Tap:
    """Return the page of a token, whatever became of it. Raises NotFound: the token is all that opens it."""
    query = select(Tap).where(Tap.token_hash == token_hash(token)).options(*_LOADS)
    row = db.session.scalar(query)
    if row is None:
        raise NotFound
    return row


def get_tap(contact: FairContact, public_id: str) -> Tap:
    """Return a tap of a contact that the caller got through its scope. Raises NotFound."""
    found = next((one for one in _of(Tap.contact_id == contact.id) if one.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def of_contact(actor: Actor, contact: FairContact) -> Sequence[Tap]:
    """Return what visitors confirmed on a contact, and the page that waits, the newest first."""
    now = clock.now()
    rows = _of(Tap.contact_id == contact.id, contacts.visible_to(actor))
    return [one for one in rows if one.state(now) in ("tapped", "open")]


def code(address: str) -> str:
    """Return the code that the team shows on its phone."""
    made: Any = segno.make_qr(address, error="m")
    return str(made.svg_data_uri(scale=6, border=3, xmldecl=False, nl=False))


def said(row: Tap, lang: str) -> Said:
    """Return what the page says in a language. Nothing of the notes, the rating or the number stands there."""
    met = row.contact
    with force_locale(lang):
        facts = (
            (_("展会"), f"{met.edition.fair.name} {met.edition.title}"),
            (_("接触日期"), met.met_on.isoformat()),
            (_("贵单位"), met.company_text),
            (_("登记单位"), met.org.name),
            (_("登记人"), met.owner.name),
        )
        confirm = _(
            "我确认：%(day)s 在本届展会上，%(unit)s 与我单位就到黄石投资兴业作了首次洽谈。",
            day=met.met_on.isoformat(),
            unit=met.org.name,
        )
        free = _("本确认只记录接触的时间，不构成投资承诺，也不限制贵单位与其他单位洽谈。")
        kept = _("我同意登记单位保存我的姓名和职务，用于证明这次接触；可随时要求更正或删除。")
        return Said("en" if lang == "en" else "zh-CN", _("首谈线上确认"), facts, confirm, free, kept)


def words(lang: str) -> dict[str, str]:
    """Return the words around it in a language: the visitor has chosen none, so the page shows both."""
    with force_locale(lang):
        return {
            "heading": _("首谈线上确认"),
            "done": _("已确认"),
            "thanks": _("谢谢！本页已完成，可以关闭。"),
            "gone": _("本页已失效"),
            "again": _("请让工作人员重新出示二维码。"),
            "name": _("姓名"),
            "title": _("职务（可不填）"),
            "confirm": _("确认"),
        }


def record_of(row: Tap, device: str) -> str:
    """Return the text that is kept of a tap: all that was shown and answered, in Chinese."""
    words = said(row, LANGUAGES[0])
    with force_locale(LANGUAGES[0]):
        lines = [
            _("首谈线上确认记录 %(n)s", n=row.public_id),
            *(f"{name}：{value}" for name, value in words.facts),
            words.confirm,
            words.free,
            words.kept,
            _("确认人：%(name)s", name=" ".join(filter(None, (row.name, row.title)))),
            _("确认时间：%(at)s（北京时间，服务器时钟）", at=_moment(row.tapped_at)),
            _("网址生成：%(at)s，由%(who)s生成，一次有效", at=_moment(row.made_at), who=row.made_by.name),
            _("设备：%(device)s", device=device or _("未知")),
        ]
    return "\n".join(lines) + "\n"


def sha256(record: str) -> str:
    """Return the hash of a record as a file."""
    return hashlib.sha256(record.encode()).hexdigest()


def _moment(at: Any) -> str:
    return clock.local(at).strftime("%Y-%m-%d %H:%M:%S") if at is not None else ""


def _of(*where: ColumnElement[bool]) -> Sequence[Tap]:
    query = select(Tap).join(Tap.contact).where(*where, Tap.withdrawn_at.is_(None)).options(*_LOADS)
    return db.session.scalars(query.order_by(Tap.id.desc()).limit(50)).all()


_LOADS = (
    joinedload(Tap.made_by),
    joinedload(Tap.contact).joinedload(FairContact.edition).joinedload(Edition.fair),
    joinedload(Tap.contact).joinedload(FairContact.org),
    joinedload(Tap.contact).joinedload(FairContact.owner),
)
