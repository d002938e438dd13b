"""What the tests of imports start from: the sample kind, a person of a unit, a batch brought through the front door."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import inspect, select

from crm.imports import kinds, queries, service
from crm.imports.models import ImportBatch, ImportRow
from crm.kit import db, tasks
from tests.factories import make_actor, upload
from tests.imports import samples

HEAD = "企业名称,总投资（万元）,联系电话,签约日期,说明"


@pytest.fixture
def marks(app: Any, monkeypatch: pytest.MonkeyPatch) -> kinds.Kind:
    """The sample kind, registered for one test; after the application, which registers its own once."""
    monkeypatch.setattr(kinds, "kinds", dict(kinds.kinds))
    return samples.register()


@pytest.fixture
def actor(store: str, marks: kinds.Kind) -> Any:
    """An officer of a unit."""
    return make_actor()


@pytest.fixture
def bring(app: Any) -> Callable[..., ImportBatch]:
    """``bring(actor, lines)`` → a batch read from a CSV with these lines below the usual header."""

    def start(actor: Any, lines: list[str], *, head: str = HEAD, name: str = "名单.csv", **options: Any) -> ImportBatch:
        content = "\n".join([head, *lines]).encode("utf-8-sig")
        return service.start(actor, "marks", upload=upload(name, content), **options)

    return start


@pytest.fixture
def checked(app: Any, bring: Callable[..., ImportBatch]) -> Callable[..., ImportBatch]:
    """``checked(actor, lines)`` → a batch after its dry run."""

    def run(actor: Any, lines: list[str], **options: Any) -> ImportBatch:
        batch = bring(actor, lines, **options)
        service.set_mapping(actor, batch, {})
        tasks.work(app)
        return again(actor, batch)

    return run


def again(actor: Any, batch: ImportBatch) -> ImportBatch:
    """The batch as it is now."""
    db.session.rollback()
    db.session.expire_all()
    return queries.get_batch(actor, db.session.get_one(ImportBatch, number_of(batch)).public_id)


def number_of(batch: ImportBatch) -> int:
    """The id of a batch, whatever became of the session it was read in."""
    identity = inspect(batch).identity
    assert identity is not None
    return int(identity[0])


def rows_of(batch: ImportBatch) -> list[ImportRow]:
    """The rows of a batch in order."""
    query = select(ImportRow).where(ImportRow.batch_id == number_of(batch)).order_by(ImportRow.row_no)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))
