"""Loads the carriers that the plan names, and who recruits for them at first; later the centre decides."""

import csv
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from crm.accounts.models import Org
from crm.carriers.models import Carrier, CarrierDivision, CarrierOrg, CarrierSegment
from crm.config import ROOT
from crm.kit import db
from crm.plan.checks import check
from crm.plan.models import Segment
from crm.plan.source import Source, parts, read, refs

Cells = dict[str, str]


@db.transactional
def load() -> int:
    """Load the carriers of ``seeds/plan``; safe to repeat. Returns how many were new.

    Needs the plan's segments. Units are joined once the organisations exist, and never again after that.
    """
    source = read()
    check(source)
    options = (selectinload(Carrier.divisions), selectinload(Carrier.segments), selectinload(Carrier.orgs))
    known = {row.code: row for row in db.session.scalars(select(Carrier).options(*options))}
    before = len(known)
    for cells in source.tables["carriers"]:
        if cells["code"] not in known:
            known[cells["code"]] = Carrier(code=cells["code"], divisions=[], segments=[], orgs=[])
            db.session.add(known[cells["code"]])
        _fill(known[cells["code"]], cells)
    db.session.flush()
    _join(source, known)
    if not db.session.scalar(select(func.count()).select_from(CarrierOrg)):
        _assign(source, known)
    db.session.flush()
    return len(known) - before


def _fill(carrier: Carrier, cells: Cells) -> None:
    carrier.name, carrier.kind, carrier.level = cells["name"], cells["kind"], cells["level"]
    carrier.aliases = parts(cells["aliases_in_plan"])
    carrier.layout_role, carrier.refs, carrier.notes = cells["layout_role"], refs(cells["ref"]), cells["notes"]


def _join(source: Source, known: dict[str, Carrier]) -> None:
    """Parents, divisions and segments, as the files say."""
    segments = {row.code: row.id for row in db.session.scalars(select(Segment))}
    places = {cells["code"]: cells["gbt2260"] for cells in source.tables["carriers"]}
    written = {(s["carrier_code"], s["segment_code"]): s for s in source.tables["carrier_segments"]}
    for cells in source.tables["carriers"]:
        carrier = known[cells["code"]]
        parent = known.get(cells["parent_code"])
        carrier.parent_id = parent.id if parent else None
        districts = [cells["code"]] if cells["kind"] == "district" else parts(cells["district_codes"])
        carrier.divisions[:] = [_division(carrier, code, places[code]) for code in districts]
        carrier.segments[:] = [
            _segment(carrier, segments[code], written.get((carrier.code, code)), cells)
            for code in parts(cells["segments"])
        ]


def _division(carrier: Carrier, code: str, gbt2260: str) -> CarrierDivision:
    row = next((one for one in carrier.divisions if one.district_code == code), None)
    row = row or CarrierDivision(carrier_id=carrier.id, district_code=code)
    row.gbt2260 = gbt2260
    return row


def _segment(carrier: Carrier, segment_id: int, line: Cells | None, cells: Cells) -> CarrierSegment:
    """A segment that the plan's table does not put here is an inference; districts gather what lies in them."""
    row = next((one for one in carrier.segments if one.segment_id == segment_id), None)
    row = row or CarrierSegment(carrier_id=carrier.id, segment_id=segment_id)
    row.inferred = line is None and cells["kind"] != "district"
    row.as_written = line["carrier_as_written"] if line else ""
    row.ref = line["ref"] if line else ""
    return row


def _assign(source: Source, known: dict[str, Carrier]) -> None:
    orgs = dict(db.session.execute(select(Org.code, Org.id)).all())
    with (ROOT / "seeds" / "carrier_orgs.csv").open(encoding="utf-8", newline="") as file:
        own = {line["carrier_code"]: line["org_code"] for line in csv.DictReader(file)}
    rows = {cells["code"]: cells for cells in source.tables["carriers"]}
    for code, carrier in known.items():
        for org_code in sorted(set(_units(rows[code], rows, own))):
            if org_code in orgs:
                carrier.orgs.append(CarrierOrg(carrier_id=carrier.id, org_id=orgs[org_code]))


def _units(cells: Cells, rows: dict[str, Cells], own: dict[str, str]) -> Iterator[str]:
    """The unit named for the carrier, else its parent's, else those of the districts it lies in."""
    if cells["code"] in own:
        yield own[cells["code"]]
    elif cells["kind"] == "district":
        yield cells["code"].removeprefix("DIST-")
    elif cells["parent_code"]:
        yield from _units(rows[cells["parent_code"]], rows, own)
    else:
        for code in parts(cells["district_codes"]):
            yield from _units(rows[code], rows, own)
