"""What is stored of a row is read by others: an English reader reads English, whoever checked, wrote or took back."""

import re

import pytest
from flask_babel import force_locale
from sqlalchemy import text, update

from crm.companies.models import Company
from crm.imports import service
from crm.imports.models import ImportRow
from crm.imports.views.lines import line_of
from crm.kit import db, tasks
from crm.kit.words import say as _
from tests.factories import make_actor, make_company, upload
from tests.imports import samples
from tests.imports.conftest import again, rows_of

CHINESE = re.compile(r"[\u3400-\u9fff]")
HEAD = "企业名称,统一社会信用代码,所属产业环节"


def brought(app, actor, *lines):
    content = "\n".join([HEAD, *lines]).encode("utf-8-sig")
    batch = service.start(actor, "companies", upload=upload("名单.csv", content))
    service.set_mapping(actor, batch, {})
    tasks.work(app)
    return again(actor, batch)


def lines_of(batch):
    from crm.imports import kinds

    return [line_of(kinds.kinds["companies"], row) for row in rows_of(batch)]


@pytest.fixture
def officer(store, app):
    return make_actor()


def test_reasons_and_faults_of_the_dry_run(officer, app):
    make_company("湖北珩锐数控装备有限公司")
    batch = brought(app, officer, "湖北珩瑞数控装备有限公司,,", "甲乙机械有限公司,123,", "甲丙机械有限公司,,没有这一环")

    chinese = lines_of(batch)
    db.session.expire_all()
    with force_locale("en"):
        english = lines_of(batch)

    assert [len(line.candidates) for line in chinese][:1] == [1]
    assert CHINESE.search(chinese[0].candidates[0].reasons)
    assert english[0].candidates[0].reasons.startswith("Brand names sound alike: 珩瑞 / 珩锐, Same place: 湖北, ")
    assert [fact.fault for fact in chinese[1].facts if fact.fault] == ["“123”：统一社会信用代码不对，请核对 18 位"]
    ours = re.compile("没有这一环|产业链环节")  # the file's own words: a cell, the title of a column
    for line in english[1:]:
        told = [line.message, *(fact.fault for fact in line.facts if fact.fault)]
        assert any(told)
        assert not any(CHINESE.search(ours.sub("", one)) for one in told)


def test_what_an_undo_leaves(officer, app):
    batch = brought(app, officer, "甲丁机械有限公司,,")
    service.write(officer, batch)
    tasks.work(app)
    with db.transaction():
        db.session.execute(update(Company).values(website="https://example.com"))
    service.undo(officer, again(officer, batch))
    tasks.work(app)

    (row,) = rows_of(again(officer, batch))
    assert row.message == "“甲丁机械有限公司”导入后有人改过或公开过，保留。"
    db.session.expire_all()
    with force_locale("en"):
        words = rows_of(batch)[0].message
    assert words.startswith("“甲丁机械有限公司” ")
    assert not CHINESE.search(words.replace("甲丁机械有限公司", ""))


def test_a_message_that_is_stored_anew_can_still_be_read_in_english(checked, actor, app, monkeypatch):
    monkeypatch.setattr(
        samples, "_finding", lambda row, stored: samples.Finding(samples.Fate.NEW, note=_("写入名录，不登记到企业库。"))
    )
    batch = checked(actor, ["甲公司,,,,"])

    service.write(actor, batch)
    tasks.work(app)

    assert rows_of(again(actor, batch))[0].message == "写入名录，不登记到企业库。"
    db.session.expire_all()
    with force_locale("en"):
        assert not CHINESE.search(rows_of(batch)[0].message)


def test_rows_of_before_read_as_they_were_written(checked, actor, app):
    batch = checked(actor, ["疑似公司,,,,"])
    with db.transaction():
        db.session.execute(text("UPDATE import_rows SET message = '与库中一致，没有改动。'"))
        old = [
            {
                "public_id": "a" * 10,
                "name": "老公司",
                "verdict": "likely",
                "score": 0.8,
                "reasons": ["字号相同"],
                "detail": "湖北",
            }
        ]
        db.session.execute(update(ImportRow).values(candidates=old, faults=[{"field": "name", "message": "旧话"}]))
    db.session.expire_all()

    with force_locale("en"):
        (line,) = [line_of(samples.register(), row) for row in rows_of(batch)]
    assert line.message == "与库中一致，没有改动。"
    assert (line.candidates[0].reasons, line.candidates[0].detail) == ("字号相同", "湖北")
    assert [fact.fault for fact in line.facts] == ["旧话"]


def test_what_a_service_refuses_while_rows_are_written(officer, app):
    """The sentence was kept in the language of the person who asked; the centre's English reader met Chinese."""
    code = "91420200MA0000007R"
    batch = brought(app, officer, f"甲丙机械有限公司,{code},")
    make_company("乙丁装备有限公司", uscc=code)  # meanwhile, by another
    with db.transaction():
        db.session.execute(update(ImportRow).values(decision="new", fate="new", sure=False))
    service.write(officer, batch)
    tasks.work(app)

    (row,) = rows_of(again(officer, batch))
    assert (row.status, row.message) == ("failed", "该代码已登记在“乙丁装备有限公司”名下。请直接选用该企业。")
    db.session.expire_all()
    with force_locale("en"):
        words = rows_of(batch)[0].message
    assert not CHINESE.search(words.replace("乙丁装备有限公司", ""))


def test_why_work_stopped(actor, checked, app, monkeypatch):
    """A refusal in words of the core, and the machine's own: on the batch and on its task."""
    batch = checked(actor, ["甲公司,,,,"])
    service.write(actor, batch)
    monkeypatch.setattr("crm.imports.writing.write_chunk", lambda *_args: 1 / 0)
    tasks.work(app)

    state, batch = tasks.state("imports.write", batch.public_id), again(actor, batch)
    assert batch.error.startswith("系统错误，编号")
    assert state.error == batch.error
    db.session.expire_all()
    with force_locale("en"):
        told = tasks.state("imports.write", batch.public_id).error
        assert not CHINESE.search(told)
        assert again(actor, batch).error == told
