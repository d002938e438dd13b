"""What comes back as a file: failed rows that can be mended and brought again, every row's fate, the unit's own form."""

import pytest
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.core.errors import Forbidden, NotFound
from crm.imports import kinds, preview, queries, service, taking, workbooks
from crm.imports.models import Fate
from crm.kit import clock, db, tasks
from crm.kit.models import OnceKey
from tests.factories import make_actor, make_center, save, upload
from tests.imports import samples
from tests.imports.conftest import again, rows_of

LINES = ["甲公司,1,,,好", "坏公司,2,,,=1+1", "？？？？？,很多,,,", "疑似公司,3,,,"]


def _cells(content: bytes) -> list[list[object]]:
    import io

    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.fixture
def batch(actor, checked, app):
    batch = checked(actor, LINES)
    service.write(actor, batch, skip_undecided=True)
    tasks.work(app)
    return again(actor, batch)


def test_failed_rows_come_back_in_the_files_own_columns_with_reasons(actor, batch, checked):
    content = workbooks.failed_rows_xlsx(actor, batch)

    cells = _cells(content)
    assert cells[2][:5] == ["企业名称", "总投资（万元）", "联系电话", "签约日期", "说明"]
    assert [row[0] for row in cells[3:]] == ["坏公司", "？？？？？"]
    assert cells[3][4] == "=1+1"
    assert cells[3][6] == "写不进去。"
    assert "不是数字" in cells[4][6]
    second = service.start(actor, "marks", upload=upload("改后.xlsx", content))
    assert [one.field for one in preview.preview(second).columns][:5] == ["name", "invest", "phone", "day", "note"]


def test_a_mended_cell_without_a_column_comes_back_too(actor, checked):
    batch = checked(actor, ["错公司", "乙公司"], head="企业名称")
    service.mend(actor, batch, 1, {"phone": "0714-6512345"})

    cells = _cells(workbooks.failed_rows_xlsx(actor, again(actor, batch)))

    assert "联系电话" in cells[2]
    assert "0714-6512345" in cells[3]


def test_the_result_has_every_row_with_its_fate_and_the_kinds_answer(actor, batch):
    cells = _cells(workbooks.result_xlsx(actor, batch))

    assert cells[2][5:] == ["名称字数", "位置", "核对结果", "判断", "写入结果", "说明"]
    assert [row[7] for row in cells[3:]] == ["新增", "新增", "错误", "疑似"]
    assert [row[9] for row in cells[3:]] == ["已写入", "没有写成", "没有写成", "已跳过"]
    assert [row[5] for row in cells[3:]] == ["3", "3", "0", "4"]


def test_files_stay_with_their_unit(actor, batch):
    center = make_center()
    for make in (workbooks.failed_rows_xlsx, workbooks.result_xlsx):
        with pytest.raises(Forbidden):
            make(center, batch)


def test_a_unit_gets_its_own_form_back_and_brings_it_again(actor, bring, app, marks):
    lines = ["2026年招商台账,,,", "序号,对象单位名称,投资额（亿元）,说明", "1,甲公司,0.3,好", "2,乙公司,0.3,好"]
    batch = service.start(actor, "marks", upload=upload("台账.csv", "\n".join(lines).encode("utf-8-sig")))
    fields = {one.place: "name" for one in preview.preview(batch).columns if "对象" in one.label}
    service.set_mapping(actor, batch, fields, remember_as="台账")
    tasks.work(app)
    service.write(actor, again(actor, batch))
    tasks.work(app)
    (mapping,) = queries.mappings_of(actor)

    content = workbooks.own_form_xlsx(actor, marks, mapping, {}, reason="月报")

    cells = _cells(content)
    assert cells[0][0] == "2026年招商台账"
    assert cells[1][:5] == ["序号", "对象单位名称", "投资额（亿元）", "说明", "编号"]
    assert [row[1:4] for row in cells[2:]] == [["乙公司", 0.3, "好"], ["甲公司", 0.3, "好"]]
    assert "import.exported" in set(db.session.scalars(select(AuditEntry.action)))
    second = service.start(actor, "marks", upload=upload("台账2.xlsx", content))
    service.set_mapping(actor, second, {})
    tasks.work(app)
    assert {row.fate for row in rows_of(second)} == {Fate.SAME}


def test_without_a_form_the_export_has_the_kinds_columns(actor, marks):
    save(OnceKey(key="甲公司", url="=cmd()", at=clock.now()))

    cells = _cells(workbooks.own_form_xlsx(actor, marks, None, {}))

    assert cells[0] == ["编号", "企业名称", "总投资（万元）", "联系电话", "签约日期", "说明"]
    assert cells[1] == ["c" * 10, "甲公司", 3000, "", "", "=cmd()"]


def test_a_form_is_its_units_own_and_a_kind_may_have_no_records(actor, bring, marks):
    service.set_mapping(actor, bring(actor, ["甲公司,1,,,"]), {})
    (mapping,) = queries.mappings_of(actor)

    with pytest.raises(Forbidden):
        workbooks.own_form_xlsx(make_actor(), marks, mapping, {})
    with pytest.raises(NotFound):
        workbooks.own_form_xlsx(actor, samples.kind(records=None), None, {})
    assert kinds.kinds["marks"] is marks


def test_forms_of_one_name_are_told_apart_by_their_columns(actor, bring, marks):
    for header in ("企业名称,总投资", "企业名称,联系电话"):
        batch = service.start(
            actor, "marks", upload=upload("台账.csv", f"{header}\n甲公司,1\n".encode()), source="历年台账"
        )
        service.set_mapping(actor, batch, {}, remember_as="历年台账")
    service.set_mapping(actor, bring(actor, ["甲公司,1,,,"]), {}, remember_as="季度表")

    words = [label for _id, label in taking.forms_of(actor, "marks")]

    assert len(set(words)) == len(words) == 4
    assert sorted(words)[:2] == ["我的表头：历年台账（企业名称、总投资）", "我的表头：历年台账（企业名称、联系电话）"]
    assert "我的表头：季度表" in words
