"""Loads the projects and platforms that the plan names, with its own words for how far each is. Safe to repeat."""

from sqlalchemy import select

from crm.accounts.models import Org, OrgKind
from crm.carriers.models import Carrier, CarrierOrg
from crm.core.stages import Stage, Track
from crm.kit import clock, db
from crm.plan.models import Node
from crm.plan.source import parts, read
from crm.projects import queries
from crm.projects.models import Project, ProjectKind


@db.transactional
def load() -> int:
    """Add the rows of ``seeds/plan/projects.csv`` that are not there yet; what people changed stays. Returns how many were new.

    All begin in 谋划 without a move: the plan's word is no evidence of a stage. Nobody leads them until a unit takes one
    over; each is proposed to the unit that recruits for its carrier or district, else to the city centre.
    """
    center = db.session.scalar(select(Org.id).where(Org.kind == OrgKind.CITY_CENTER))
    if center is None:
        return 0
    known = set(db.session.scalars(select(Project.plan_code).where(Project.plan_code.is_not(None))))
    orgs = dict(db.session.execute(select(Org.code, Org.id)).all())
    carriers = dict(db.session.execute(select(Carrier.code, Carrier.id)).all())
    nodes = dict(db.session.execute(select(Node.code, Node.id)).all())
    rows = [cells for cells in read().tables["projects"] if cells["code"] not in known]
    for cells in rows:
        carrier_id = carriers.get(cells["carrier_code"])
        unit = _recruiting(carrier_id) or orgs.get(cells["district_code"].removeprefix("DIST-")) or center
        node_id = next((nodes[code] for code in parts(cells["node_codes"]) if code in nodes), None)
        db.session.add(_project(cells, unit, carrier_id, node_id))
        db.session.flush()
    return len(rows)


def _recruiting(carrier_id: int | None) -> int | None:
    """The one unit that recruits for the carrier."""
    units = db.session.scalars(select(CarrierOrg.org_id).where(CarrierOrg.carrier_id == carrier_id)).all()
    return units[0] if len(units) == 1 else None


def _project(cells: dict[str, str], org_id: int, carrier_id: int | None, node_id: int | None) -> Project:
    now = clock.now()
    return Project(
        public_id=db.new_public_id(),
        number=queries.next_number(Track.MAIN),
        plan_code=cells["code"],
        plan_words=cells["stage_words"][:120],
        org_id=org_id,
        kind=ProjectKind(cells["kind"]),
        track=Track.MAIN,
        title=(cells["title"] or cells["name_in_plan"])[:120],
        company_text=cells["lead_company"][:200],
        content="；".join(text for text in (cells["content"], cells["support_needed"], cells["notes"]) if text),
        carrier_id=carrier_id,
        node_id=node_id,
        stage=Stage.PLANNING,
        stage_on=clock.today(),
        created_at=now,
        updated_at=now,
        version=1,
    )
