"""What a phone takes along: the firms that its team is to see, and what its person noted so far. Nothing of other teams."""

from typing import Any

from sqlalchemy import select

from crm.fairs import contacts, teams
from crm.fairs.matches import Line
from crm.fairs.models import Edition, FairContact, Team
from crm.kit import clock, db
from crm.kit.access import Actor

LIMIT = 500


def firms_of(actor: Actor, team: Team | None) -> list[dict[str, Any]]:
    """Return the team's firms in the order of its paper; ``met``: how often the team noted each, ``held``: as S4 lets it be known."""
    if team is None:
        return []
    met = _met(actor, team)
    return [_firm(line, met) for line in teams.stops_of(actor, team)[:LIMIT]]


def _firm(line: Line, met: dict[int, int]) -> dict[str, Any]:
    item, firm = line.item, line.item.exhibitor
    return {
        "id": firm.public_id,
        "name": firm.name,
        "booth": firm.booth,
        "products": firm.products[:200],
        "grade": item.grade.value,
        "goal": item.goal,
        "talking": item.talking,
        "on": item.visit_on.isoformat() if item.visit_on else "",
        "at": f"{item.visit_at // 60:02d}:{item.visit_at % 60:02d}" if item.visit_at is not None else "",
        "held": line.held,
        "met": met.get(firm.id, 0),
    }


def _met(actor: Actor, team: Team) -> dict[int, int]:
    query = select(FairContact.exhibitor_id).where(contacts.visible_to(actor), FairContact.team_id == team.id)
    found: dict[int, int] = {}
    for number in db.session.scalars(query.where(FairContact.withdrawn_at.is_(None))):
        if number is not None:
            found[number] = found.get(number, 0) + 1
    return found


def notes_of(actor: Actor, edition: Edition) -> list[dict[str, Any]]:
    """Return what the person noted at the edition, as the phone keeps it."""
    return [note(row) for row in contacts.own_of(actor, edition)]


def note(row: FairContact) -> dict[str, Any]:
    """Return a contact as its phone keeps it: the key, the version, and the fields of the form."""
    return {
        "uuid": row.client_uuid,
        "version": row.version,
        "captured_at": clock.local(row.captured_at).isoformat(timespec="seconds"),
        "due_on": row.due_on.isoformat(),
        "photo": row.photo_id is not None,
        "withdrawn": row.withdrawn_at is not None,
        "body": {
            "exhibitor": row.exhibitor.public_id if row.exhibitor is not None else "",
            "company_text": row.company_text,
            "person_name": row.person_name,
            "person_title": row.person_title,
            "mobile": row.mobile,
            "email": row.email,
            "answers": row.answers,
            "words": row.words,
            "rating": row.rating.value,
            "next_step": row.next_step,
            "next_on": row.next_on.isoformat() if row.next_on else "",
            "consent": row.consent,
        },
    }
