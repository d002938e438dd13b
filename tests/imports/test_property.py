"""Import and undo, whatever the file and the decisions: table by table as before."""

import random

import pytest

from crm.imports import service
from crm.imports.models import BatchStatus, Decision, Fate, RowStatus
from crm.kit import db, tasks
from tests.companies.importing import tables
from tests.factories import make_actor, make_center, make_company, upload
from tests.imports.conftest import again, rows_of

# What the act of importing itself leaves behind.
OWN = {"import_mappings", "tasks", "notices", "files"}
HEAD = "企业名称,统一社会信用代码,城市,注册资本（万元）,员工人数,曾用名,简称,成立日期"
NAMES = (
    "湖北珩锐数控装备有限公司",
    "湖北珩锐数控装备有限责任公司",
    "珩锐数控装备（武汉）有限公司",
    "黄石砺枢精密有限公司",
    "武汉铎澜激光有限公司",
    "苏州绎衡传动科技有限公司",
    "苏州绎衡传动",
)
CELLS = (
    ("91420200MA44JURQ85", "", "", "1"),
    ("黄石", "武汉", ""),
    ("1200", "50.5", "", "很多"),
    ("120", ""),
    ("黄石珩锐机床厂", "苏州绎衡机电厂", "", ""),
    ("珩锐", "绎衡", ""),
    ("2011-05-06", "2011", ""),
)


def _lines(rng: random.Random) -> list[str]:
    rows = [[rng.choice(NAMES), *(rng.choice(words) for words in CELLS)] for _row in range(rng.randint(3, 14))]
    return [HEAD, *(",".join(row) for row in rows)]


def _decide(rng: random.Random, actor, batch) -> None:
    for row in rows_of(batch):
        if row.fate in (Fate.LIKELY, Fate.RELATED, Fate.CONFLICT) and rng.random() < 0.8:
            choices = [Decision.NEW, Decision.SKIP, *([Decision.SAME, Decision.RELATED] if row.candidates else [])]
            service.decide(actor, batch, row.row_no, rng.choice(choices))
        elif row.fate is Fate.ERROR and rng.random() < 0.5:
            service.mend(actor, batch, row.row_no, {"uscc": "", "capital_cny": "7"})


def _stored() -> dict:
    return {name: rows for name, rows in tables().items() if name not in OWN}


@pytest.mark.parametrize("seed", [0, 1, pytest.param(2, marks=pytest.mark.soak)])
def test_an_import_can_be_taken_back(store, app, seed):
    """By the centre and by a unit; one more stands in `make soak`."""
    rng = random.Random(seed)
    actor = make_center() if seed % 3 == 0 else make_actor()
    make_company("苏州绎衡传动科技有限公司", industry="传动")
    make_company("武汉铎澜激光有限公司", actor=actor)
    before, batches, fates = _stored(), [], set()

    for number in range(2):
        content = "\n".join(_lines(rng)).encode("gb18030")
        batch = service.start(actor, "companies", upload=upload(f"名单{number}.csv", content), source="测试名录")
        service.set_mapping(actor, batch, {})
        tasks.work(app)
        batch = again(actor, batch)
        fates |= {row.fate for row in rows_of(batch)}
        _decide(rng, actor, batch)
        assert number > 0 or _stored() == before  # nothing is written before the person says so
        service.write(actor, batch, skip_undecided=True)
        tasks.work(app)
        batches.append(again(actor, batch))
        assert batches[-1].status is BatchStatus.DONE
        assert "系统错误" not in " ".join(row.message for row in rows_of(batches[-1]))

    for batch in reversed(batches):
        if any(row.status is RowStatus.WRITTEN for row in rows_of(batch)):
            service.undo(actor, again(actor, batch))
            tasks.work(app)
            assert [row.message for row in rows_of(batch) if row.status is RowStatus.KEPT] == []
    assert _stored() == before
    assert len(fates) > 1
    db.session.rollback()
