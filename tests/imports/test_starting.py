"""Bringing a table: what is read, what is refused and why, which column is which."""

import pytest
from sqlalchemy import func, select

from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.tabular import Fault
from crm.files.models import File
from crm.imports import preview, queries, sentences, service
from crm.imports.models import BatchStatus, Fate, ImportBatch, ImportMapping, ImportRow, RowStatus
from crm.kit import db, tasks
from crm.kit.sheets import Refused
from tests.factories import make_actor, make_center, upload
from tests.imports.conftest import HEAD, again, rows_of

REFUSALS = [
    ("名单.csv", b"", "没有内容"),
    ("名单.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "不是表格，内容是图片"),
    ("名单.xlsx", b"<!DOCTYPE html><html><body><table></table></body></html>", "不是表格，内容是网页"),
    ("名单.pdf", b"%PDF-1.4\n%\xe2\xe3", "不是表格，内容是PDF"),
    ("名单.xlsx", b"PK\x03\x04 broken", "已损坏"),
    ("名单.csv", b"c" + b",c" * 299, "最多 200 列。请"),
]


def _count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("name, content, words", REFUSALS)
def test_what_is_no_table_is_refused_with_a_sentence_and_nothing_is_kept(actor, name, content, words):
    with pytest.raises(Invalid, match=words) as refused:
        service.start(actor, "marks", upload=upload(name, content))

    assert refused.value.field == "upload"
    assert (_count(ImportBatch), _count(ImportRow), _count(File)) == (0, 0, 0)


def test_a_file_that_is_too_big_is_refused_before_it_is_read(actor):
    with pytest.raises(Invalid, match="最多 20 MB"):
        service.start(actor, "marks", upload=upload("大.csv", b"x" * (20 * 1024 * 1024 + 1)))


@pytest.mark.parametrize("pasted", ["", "企业名称,说明"])
def test_without_a_row_there_is_nothing_to_import(actor, pasted):
    with pytest.raises(Invalid):
        service.start(actor, "marks", pasted=pasted)

    assert _count(ImportBatch) == 0


def test_reading_inside_a_transaction_is_a_fault(actor):
    with pytest.raises(RuntimeError), db.transaction():
        service.start(actor, "marks", pasted="企业名称\t说明\n甲公司\t新")


def test_pasted_text_works_as_a_file_does(actor):
    batch = service.start(actor, "marks", pasted="企业名称\t说明\n甲公司\t新厂\n乙公司\t")

    assert (batch.status, batch.total, batch.file_id) == (BatchStatus.MAPPING, 2, None)
    assert [one.field for one in preview.preview(batch).columns] == ["name", "note"]
    with pytest.raises(Conflict, match="重新粘贴"):
        service.reread(actor, batch)


def test_totals_are_kept_as_lines_that_are_no_data(actor, bring):
    batch = bring(actor, ["甲公司,1,,,", "乙公司,2,,,", "合计,3,,,"])

    rows = rows_of(batch)
    assert [row.fate for row in rows] == [None, None, Fate.SKIPPED]
    assert (rows[2].status, rows[2].message) == (RowStatus.SKIPPED, "合计行")
    assert any("合计行" in note for note in preview.preview(batch).notes)


def test_cells_behind_the_header_are_no_fields(actor, checked):
    """A cell without a header is kept for the person to see, and never taken for something else."""
    batch = checked(actor, ["甲公司,1,,,好,多出来的,0714-6512345,2026-11-22"])

    (row,) = rows_of(batch)
    assert row.given == {"name": "甲公司", "invest": "10000.00", "note": "好"}
    assert row.raw[5:] == ["多出来的", "0714-6512345", "2026-11-22"]


def test_the_preview_shows_columns_with_samples_and_units(actor, bring):
    batch = bring(actor, [f"公司{n}号,{n},,," for n in range(9)], source="名录")

    seen = preview.preview(batch)

    name, invest = seen.columns[:2]
    assert (name.field, name.sure, name.samples) == ("name", True, tuple(f"公司{n}号" for n in range(5)))
    assert (invest.unit, invest.unit_choices[0]) == ("万元", "万元")
    assert "亿元" in invest.unit_choices
    assert seen.missing == []
    assert [place for place, _cells in seen.rows] == [row.place for row in rows_of(batch)[:5]]
    assert [(one.rows, one.chosen) for one in seen.tables] == [(9, True)]


def test_a_doubtful_encoding_asks_and_is_read_again_as_chosen(actor):
    content = "企業名稱,說明\n新竹精密機械有限公司,好\n".encode("big5")
    batch = service.start(actor, "marks", upload=upload("名单.csv", content))
    assert next((one.name, one.chosen) for one in preview.preview(batch).encodings) == ("big5", True)
    assert rows_of(batch)[0].raw[0] == "新竹精密機械有限公司"

    batch = service.reread(actor, batch, encoding="gb18030")

    assert batch.encoding == "gb18030"
    assert rows_of(batch)[0].raw[0] != "新竹精密機械有限公司"
    batch = service.reread(actor, batch, encoding="big5")
    assert rows_of(batch)[0].raw[0] == "新竹精密機械有限公司"
    assert preview.preview(batch).encodings[0].chosen


def _book(sheets: dict[str, list[list[object]]]) -> bytes:
    import io

    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


def test_sheets_with_one_header_are_one_table_and_another_can_be_chosen(actor):
    months = {f"{n}月": [["企业名称", "说明"], [f"甲{n}公司", "a"], [f"乙{n}公司", "b"]] for n in (1, 2)}
    other = {"另表": [["单位名称", "联系电话"], ["丙公司", "0714-6512345"]]}
    batch = service.start(actor, "marks", upload=upload("多表.xlsx", _book(months | other)))

    assert [row.place for row in rows_of(batch)] == ["1月!2", "1月!3", "2月!2", "2月!3"]
    tables = preview.preview(batch).tables
    assert [one.sheets for one in tables] == [("1月", "2月"), ("另表",)]

    batch = service.reread(actor, batch, table=1)

    assert [row.raw for row in rows_of(batch)] == [["丙公司", "0714-6512345"]]
    with pytest.raises(Invalid):
        service.reread(actor, batch, table=7)
    assert again(actor, batch).status is BatchStatus.MAPPING


def test_a_mapping_is_checked(actor, bring):
    batch = bring(actor, ["甲公司,1,,,"])

    for fields, words in [({0: ""}, "企业名称"), ({1: "name"}, "两列"), ({1: "nothing"}, "没有")]:
        with pytest.raises(Invalid, match=words):
            service.set_mapping(actor, batch, fields)

    assert again(actor, batch).status is BatchStatus.MAPPING


def test_a_person_says_another_unit(actor, checked, bring, app):
    from crm.kit import tasks

    batch = bring(actor, ["甲公司,1.5,,,"])
    service.set_mapping(actor, batch, {}, units={1: "亿元"})
    tasks.work(app)

    assert rows_of(batch)[0].given["invest"] == "150000000.00"


def test_the_same_header_maps_itself_the_next_time_for_its_unit_only(actor, bring):
    head = "对象,总投资（万元）,联系电话,签约日期,情况"
    first = bring(actor, ["甲公司,1,,,好"], head=head)
    service.set_mapping(actor, first, {0: "name", 4: "note"}, remember_as="招商台账")

    second, foreign = bring(actor, ["乙公司,1,,,好"], head=head), bring(make_actor(), ["乙公司,1,,,好"], head=head)

    seen = preview.preview(second)
    assert seen.remembered == "招商台账"
    assert [(one.field, one.why) for one in seen.columns][4] == ("note", "remembered")
    assert preview.preview(foreign).remembered == ""
    (mapping,) = queries.mappings_of(actor)
    assert mapping.layout["labels"][0] == "对象"
    service.forget_mapping(actor, mapping)
    assert db.session.scalars(select(ImportMapping)).all() == []


def test_a_new_mapping_begins_the_dry_run_anew(actor, checked, app):
    from crm.imports.models import Decision
    from crm.kit import tasks

    batch = checked(actor, ["疑似公司,1,,,说明"])
    service.decide(actor, batch, 1, Decision.NEW)
    service.set_mapping(actor, batch, {4: ""})
    tasks.work(app)

    (row,) = rows_of(batch)
    assert (row.decision, row.fate) == (None, Fate.LIKELY)
    assert "note" not in row.given


def test_the_centre_sees_numbers_of_other_units_masked(actor, checked):
    batch = checked(actor, ["甲公司,1,0714-6512345,,"])
    center = make_center()
    batch = queries.get_batch(center, batch.public_id)

    (row,) = queries.rows_page(center, batch).items

    assert row.given["phone"].endswith("2345")
    assert "651" not in row.given["phone"]
    assert "6512345" not in str(row.raw)
    assert queries.row_of(center, batch, 1).given["phone"] == row.given["phone"]
    with pytest.raises(Forbidden):
        preview.preview(batch, center)
    assert "6512345" in str(preview.preview(batch, actor))
    db.session.rollback()
    assert "6512345" in str(rows_of(batch)[0].given)
    assert not queries.may_read_file(center, batch.file_id)


def test_every_refusal_and_every_fault_has_its_sentence():
    refusals = (Refused.__doc__ or "").split("\n\n")[1]
    faults = (Fault.__doc__ or "").split("\n\n")[1]
    for words, known in ((refusals, sentences._REFUSED), (faults, sentences._FAULTS)):
        codes = {part.split("(")[0].strip() for part in words.replace("\n", " ").split("·")}
        assert codes - {""} <= set(known), codes - set(known)


def test_the_head_used_here_is_the_kinds_own(actor, bring):
    assert [one.label for one in preview.preview(bring(actor, ["甲公司,1,,,"])).columns] == HEAD.split(",")


def test_a_half_damaged_file_is_read_as_chosen_and_its_broken_cells_wait_for_a_person(actor, app):
    text = "企业名称,说明\n湖北黄石甲电子科技有限公司,下陆区\n鑫晟武汉有限公司,港区\n湖北乙机械有限公司,大冶\n"
    encoded = bytearray(text.encode("gb18030"))
    for word in ("鑫晟", "大冶", "黄石", "港区"):
        encoded[encoded.find(word.encode("gb18030"))] = 0x3F
    batch = service.start(actor, "marks", upload=upload("名单.csv", bytes(encoded)))
    (asked,) = [one for one in preview.preview(batch).encodings if one.name == "gb18030-damaged"]
    assert "湖北乙机械有限公司" in asked.lines[3]

    batch = service.reread(actor, batch, encoding="gb18030-damaged")
    service.set_mapping(actor, batch, {})
    tasks.work(app)

    rows = rows_of(again(actor, batch))
    assert [(row.fate.value, [one["code"] for one in row.faults]) for row in rows] == [
        ("error", ["damaged"]),
        ("error", ["damaged", "damaged"]),
        ("new", []),
    ]
    assert rows[2].message.endswith("：有读不出的字，请照原件改正，不写入这一格")
