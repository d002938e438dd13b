"""How long 500 rows of a team's list take on paper: ``python -m bench.team_paper``. Needs a base in which samples stand.

Prints processor seconds (other work on the machine does not count), pages and bytes.
"""

import io
import time

from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm import create_app
from crm.fairs import papers
from crm.fairs.matches import Line
from crm.fairs.models import Edition, Exhibitor, MatchItem, Team
from crm.kit import db
from crm.kit.access import Actor

ROWS = 500


def main() -> None:
    """Lay out the rows of the first team of the base, repeated until there are enough."""
    with create_app({"SCHEDULER": False}).test_request_context("/"):
        loads = (joinedload(Team.edition).joinedload(Edition.fair), joinedload(Team.org))
        team = db.session.scalars(select(Team).options(*loads).order_by(Team.id).limit(1)).one()
        query = select(MatchItem).where(MatchItem.edition_id == team.edition_id).order_by(MatchItem.id)
        firm = joinedload(MatchItem.exhibitor).joinedload(Exhibitor.node)
        items = db.session.scalars(query.options(firm)).all()
        stops = [Line(items[number % len(items)], None, None) for number in range(ROWS)]
        began = time.process_time()
        body = papers.render(Actor.system(), team, stops, "https://zs.example.gov.cn")
        spent = time.process_time() - began
        print(
            f"{ROWS} rows: {spent:.1f} s of processor time, {len(PdfReader(io.BytesIO(body)).pages)} pages, {len(body):,} bytes"
        )


if __name__ == "__main__":
    main()
