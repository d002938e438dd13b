"""A list of 3,000 rows with more than 25 shapes of trouble: each row answered, all of it within a minute on two cores."""

import time

import pytest
from sqlalchemy import func, select

from crm.companies import choices, details
from crm.companies.imports import exhibitors as kind
from crm.companies.imports import wording
from crm.companies.models import Company, CompanyName, NameKind
from crm.fairs import exhibitors, queries
from crm.fairs.exhibitors import ExhibitorFilter
from crm.fairs.models import FairKind
from crm.fairs.service import editions, lists
from crm.fairs.service.editions import EditionInput, FairInput
from crm.imports import service as imports
from crm.imports.models import Fate, ImportRow
from crm.imports.queries import get_batch
from crm.kit import clock, db, tasks
from crm.plan.loader import load
from tests.companies.importing import run
from tests.factories import make_center, make_company, upload
from tests.fairs.trouble import ENGLISH, KNOWN, MAIN, SHAPES, pasted, workbook

SECONDS = 60  # the bar


@pytest.fixture
def center(app, store):
    """The centre, which knows some firms of the list, and the chain with its gaps."""
    load()
    choices._kept.clear()
    wording._kept.clear()
    actor = make_center()
    for name in KNOWN:
        company = make_company(name)
        if name in ENGLISH:
            details.add_name(actor, company.id, text=ENGLISH[name], kind=NameKind.ENGLISH)
    return actor


def edition_of(actor):
    fair = editions.add_fair(actor, FairInput("机床展", FairKind.EXHIBITION, shared=True))
    return editions.add_edition(actor, fair, EditionInput(title="示例届", year=clock.today().year)).public_id


def answered(app, actor, number, **given):
    """Bring the list, have it answered and written; the batch, and the seconds that both took."""
    edition = queries.get_edition(actor, number)
    batch = lists.bring(
        actor, edition, source="主办方名录（示例）", **({"upload": None, "pasted": ""} | given)
    ).public_id
    began = time.perf_counter()
    for act in (lambda row: imports.set_mapping(actor, row, {}), lambda row: imports.write(actor, row)):
        act(get_batch(actor, batch))
        tasks.work(app)
        db.session.rollback()
        db.session.expire_all()
    return get_batch(actor, batch), time.perf_counter() - began


def told(actor, number):
    """What the list says of each firm."""
    lines = exhibitors.lines_for_export(actor, queries.get_edition(actor, number), ExhibitorFilter())
    return {one.exhibitor.name: (one.answer, one.exhibitor.booth, one.exhibitor.hall) for one in lines}


def wrong(shapes, got):
    """The shapes answered otherwise: all at once, so that one run shows every one."""
    return {
        shape.name: {name: (got.get(name), answer)}
        for shape in shapes
        for name, answer in shape.answers.items()
        if got.get(name) != answer
    }


@pytest.mark.parametrize("size", [300, pytest.param(3_000, marks=pytest.mark.soak)])
def test_every_shape_of_trouble_is_answered_in_time(app, center, size):
    assert len(SHAPES) >= 25
    companies = db.session.scalar(select(func.count()).select_from(Company))
    number = edition_of(center)

    batch, seconds = answered(app, center, number, upload=upload("名录.xlsx", workbook(size)))

    got = told(center, number)
    assert wrong(SHAPES, got) == {}
    assert {name for shape in SHAPES for name in shape.skipped if name in got} == set()
    assert not any("隐表" in name for name in got), "a hidden sheet is not read, and that is said"
    assert {"code": "hidden_sheet", "facts": {"name": "内部备注"}} in batch.layout["notes"]
    assert batch.layout["header_row"] == 12
    rows = dict(
        db.session.execute(
            select(ImportRow.fate, func.count()).where(ImportRow.batch_id == batch.id).group_by(ImportRow.fate)
        ).all()
    )
    assert sum(rows.values()) >= size and None not in rows
    assert rows[Fate.ERROR] == 1, "the row without a name; nothing else stays unanswered"
    tally = exhibitors.tally(center, queries.get_edition(center, number))
    assert tally["all"] == len(got) > 0.9 * size and tally["gap"] > 0.3 * size, "which missing link each would close"
    assert db.session.scalar(select(func.count()).select_from(Company)) == companies, "nobody joins the base unasked"
    print(f"{size} rows answered and written in {seconds:.1f} s")
    assert seconds <= SECONDS


@pytest.mark.parametrize("encoding", ["", "gb18030"])
def test_the_same_rows_pasted_or_as_a_text_are_answered_alike(app, center, encoding):
    number = edition_of(center)
    given = {"upload": upload("名录.csv", pasted(encoding))} if encoding else {"pasted": pasted()}

    answered(app, center, number, **given)

    assert wrong([shape for shape in SHAPES if shape.sheet == MAIN and not shape.merged], told(center, number)) == {}


def test_several_firms_in_a_cell_are_never_registered_as_one(app, center):
    number = edition_of(center)
    count = db.session.scalar(select(func.count()).select_from(Company))
    rows = [
        "参展商\t展位号",
        "示例甲机电有限公司、示例乙机电有限公司\tA01",
        "示例丙机电有限公司（联合参展：示例丁机电有限公司）\tA03",
        "预留\tA05",
    ]

    answered(app, center, number, pasted="\n".join(rows), add_new=True)

    made = db.session.scalars(select(Company.name).order_by(Company.id.desc()).limit(1)).one()
    assert db.session.scalar(select(func.count()).select_from(Company)) == count + 1
    assert made == "示例丙机电有限公司"
    assert {name: answer for name, (answer, _booth, _hall) in told(center, number).items()} == {
        "示例甲机电有限公司、示例乙机电有限公司": "none",
        "示例丙机电有限公司（联合参展：示例丁机电有限公司）": "same",
    }


def test_a_choice_for_several_firms_in_a_cell_teaches_no_name(app, center):
    first, second = db.session.scalars(select(Company).order_by(Company.id).limit(2))
    shared, beside = f"{first.name}、{second.name}", f"{second.name.removesuffix('有限公司')}公司（联合参展：示例）"
    public_ids = first.public_id, second.public_id

    run(kind.KIND, center).write(
        {"name": shared}, {"name": beside}, r1=("same", public_ids[0]), r2=("same", public_ids[1])
    )

    texts = set(db.session.scalars(select(CompanyName.text)))
    assert not texts & {shared, beside}
