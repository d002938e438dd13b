"""Editions with exhibitors, for the tests of what is done with them."""

from datetime import timedelta

from sqlalchemy import select

from crm.companies.models import Company
from crm.core import booths, names
from crm.fairs.models import Edition, EditionList, Exhibitor, FairKind
from crm.fairs.service import editions
from crm.fairs.service.editions import EditionInput, FairInput
from crm.imports import service as imports
from crm.kit import clock, db
from tests.factories import save

FIRMS = (
    ("湖北珩锐数控装备有限公司", "9.1D30-31", "数控机床", "build"),
    ("昆山砺枢机电有限公司", "9.1A02", "谐波减速器", "fill"),
    ("喆镕智能（苏州）有限公司", "N3馆A12", "激光器", ""),
    ("𠮷林精密科技有限公司", "10B07", "丝杠", "strengthen"),
)


def edition_of(actor, *, shared: bool = True, ahead: int = 20) -> Edition:
    """An edition of three days that has exhibitors from a list which the actor brought with its source."""
    fair = editions.add_fair(actor, FairInput("机床展", FairKind.EXHIBITION, shared=shared))
    first = clock.today() + timedelta(ahead)
    days = EditionInput("第 9 届", None, first, first + timedelta(2), venue="示例馆")
    edition = editions.add_edition(actor, fair, days)
    batch = imports.start(actor, "fair_exhibitors", upload=None, pasted="企业名称\n甲", source="主办方", options={})
    save(EditionList(edition_id=edition.id, batch_id=batch.id, source="主办方展商名录", created_at=clock.now()))
    for number, (name, booth, products, gap) in enumerate(FIRMS, start=1):
        add_firm(edition, name, booth, products=products, gap=gap, row_no=number)
    return edition


def add_firm(edition: Edition, name: str, booth: str, **more) -> Exhibitor:
    """A firm of the list; it is the company of the base that carries its name."""
    place = booths.read_booth(booth)
    known = db.session.scalar(select(Company.id).where(Company.name == name))
    row = Exhibitor(
        public_id=db.new_public_id(),
        edition_id=edition.id,
        list_id=db.session.scalar(select(EditionList.id).where(EditionList.edition_id == edition.id)),
        name_key=names.name_key(name),
        name=name,
        booth=booth,
        hall=place.hall,
        aisle=place.aisle,
        stand=place.stand,
        company_id=known,
        **more,
    )
    save(row)
    return row


def firms_of(edition: Edition) -> dict[str, Exhibitor]:
    """The firms of an edition, by name."""
    return {one.name: one for one in db.session.scalars(select(Exhibitor).where(Exhibitor.edition_id == edition.id))}
