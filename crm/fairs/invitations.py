"""Letters of invitation with the guest's own code, as PDF and as Word; the sheet on which guests sign at the door."""

import io
from collections.abc import Sequence
from typing import Any

import segno
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm
from flask_babel import gettext as _

from crm.core.errors import Invalid
from crm.fairs import guests, papers
from crm.fairs.models import AgendaItem, Edition, Guest
from crm.kit import clock, pdf
from crm.kit.access import Actor
from crm.kit.papers import Paper

AT_ONCE = 30  # a letter costs up to half a second: more of them do not belong into one request


def address(base: str, guest: Guest) -> str:
    """Return where the code of an invitation leads: the guest's own page, by a secret that says nothing about anybody."""
    return f"{base.rstrip('/')}/fairs/i/{guest.token}"


def letters(actor: Actor, edition: Edition, chosen: Sequence[Guest], agenda: Sequence[AgendaItem], base: str) -> bytes:
    """Return the letters to some guests as PDF, a page each. Raises Invalid (none, or too many), Unprintable."""
    if not chosen:
        raise Invalid(_("请先勾选嘉宾。"))
    if len(chosen) > AT_ONCE:
        raise Invalid(_("一次最多打印 %(n)s 份邀请函，请分几次勾选。", n=AT_ONCE))
    return pdf.render(
        "print/invitations.html",
        styles=("invitations.css",),
        edition=edition,
        event=guests.event_name(edition),
        when=when(edition),
        agenda=agenda,
        letters=[(one, greeting(one), papers.code(address(base, one))) for one in chosen],
        today=clock.today(),
    )


def letter(guest: Guest, agenda: Sequence[AgendaItem], base: str) -> bytes:
    """Return the letter to a guest as a Word file, to be worded on."""
    edition, paper = guest.edition, Paper()
    paper.title(_("邀请函"))
    paper.text(greeting(guest))
    paper.text(body(edition))
    if agenda:
        rows = [(f"{one.held_on or ''} {one.starts}".strip(), one.title, one.speaker) for one in agenda]
        paper.table((_("时间"), _("议程"), _("主讲或主持")), rows, (40, 76, 40))
    paper.text(_("请扫描下面的二维码答复是否参加；到场时出示此码签到。此码仅供本人使用。"))
    picture = io.BytesIO()
    made: Any = segno.make_qr(address(base, guest), error="m")
    made.save(picture, kind="png", scale=8, border=2)
    picture.seek(0)
    line = paper.document.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.add_run().add_picture(picture, width=Mm(32))
    paper.signed(guest.org.name, clock.today().isoformat())
    return paper.bytes()


def sheet(actor: Actor, edition: Edition, rows: Sequence[Guest]) -> bytes:
    """Return the list on which guests sign, as PDF: for a door without network. Raises Unprintable."""
    return pdf.render(
        "print/guests.html",
        styles=("invitations.css",),
        edition=edition,
        event=guests.event_name(edition),
        when=when(edition),
        rows=rows,
        who=_("%(name)s（%(unit)s）", name=actor.name, unit=actor.org_name),
        at=clock.local(clock.now()),
    )


def greeting(guest: Guest) -> str:
    """Return whom a letter greets: the person, else the firm."""
    if not guest.person_name:
        return _("%(name)s：", name=guest.company_text)
    return _("尊敬的%(name)s：", name=f"{guest.person_name}{guest.person_title}")


def body(edition: Edition) -> str:
    """Return the sentence that invites."""
    place = f"{edition.city}{edition.venue}"
    if place:
        return _(
            "兹定于%(when)s在%(place)s举办%(event)s，诚邀您拨冗出席。",
            when=when(edition),
            place=place,
            event=_event(edition),
        )
    return _("兹定于%(when)s举办%(event)s，诚邀您拨冗出席。", when=when(edition), event=_event(edition))


def when(edition: Edition) -> str:
    """Return the days in words: 2026年12月5日, or 2026年12月5日至7日."""
    first, last = edition.starts_on, edition.ends_on
    if first is None:
        return _("近期（日期另行通知）")
    words = _("%(y)s年%(m)s月%(d)s日", y=first.year, m=first.month, d=first.day)
    if last is None or last == first:
        return words
    return _("%(first)s至%(m)s月%(d)s日", first=words, m=last.month, d=last.day)


def _event(edition: Edition) -> str:
    return guests.event_name(edition)
