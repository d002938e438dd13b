"""What came to the survivor after a merge, and what of it an undo must leave and list."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from crm.claims.models import Case, CaseParty, Claim
from crm.companies.models import Company
from crm.duplicates.merging.moves import rows_of, table_of
from crm.duplicates.models import Merge, MergeMove
from crm.interactions.models import Interaction
from crm.kit import db
from crm.kit.words import say as _
from crm.leads.models import LeadPerson
from crm.people.models import Person

# Columns that follow from others: they are computed again, never a person's edit.
DERIVED = frozenset({"rprov", "rcity", "name_pinyin", "key_pending"})
# Tables whose rows belong to a unit, and when a row came to what it says.
_ROOTS = {"leads": "updated_at", "people": "created_at", "interactions": "created_at", "claims": "filed_at"}


def rows_left(row: Merge, moves: Sequence[MergeMove]) -> list[dict[str, Any]]:
    """List what was added to the survivor since and belongs to leads or reports that go back: it stays where it was put."""
    leads, claims, since = _moved("leads", moves), _moved("claims", moves), row.decided_at
    found: list[tuple[str, str]] = []
    again = select(Claim.number).where(
        Claim.lead_id.in_(leads), Claim.company_id == row.winner_id, Claim.filed_at > since
    )
    found += [("claims", number) for number in db.session.scalars(again.order_by(Claim.id))]
    met = select(Case.number).join(CaseParty).where(CaseParty.claim_id.in_(claims), Case.company_id == row.winner_id)
    met = met.where(Case.opened_at > since)
    found += [("cases", number) for number in db.session.scalars(met.group_by(Case.id, Case.number).order_by(Case.id))]
    people = select(func.count(Person.id.distinct())).join(LeadPerson, LeadPerson.person_id == Person.id)
    people = people.where(LeadPerson.lead_id.in_(leads), Person.company_id == row.winner_id)
    count = db.session.scalar(people.where(Person.id.not_in(_moved("people", moves)))) or 0
    found += [("people", str(count))] if count else []
    noted = select(Interaction.on).where(Interaction.lead_id.in_(leads), Interaction.company_id == row.winner_id)
    noted = noted.where(Interaction.created_at > since)
    found += [("interactions", day.isoformat()) for day in db.session.scalars(noted.order_by(Interaction.id))]
    return [{"table": name, "row": row, "column": "", "why": _("合并之后新增，留在保留的企业")} for name, row in found]


def must_stay_open(row: Merge, winner: Company, moves: Sequence[MergeMove]) -> bool:
    """Say whether units that did not enter the survivor began to work on it: closing it would take it out of their sight."""
    if not any((move.table, move.column) == ("companies", "opened_at") for move in moves):
        return False
    for name, at in _ROOTS.items():
        table = table_of(name)
        others = (table.c.company_id == winner.id, table.c.org_id != winner.entered_org_id)
        moved = _moved(name, moves)
        if any(one["id"] not in moved for one in rows_of(name, *others, table.c[at] > row.decided_at)):
            return True
    return False


def _moved(name: str, moves: Sequence[MergeMove]) -> list[int]:
    return [int(move.row_id) for move in moves if move.table == name and move.row_id.isdigit()]
