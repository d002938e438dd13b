"""find_similar on both databases: what it finds, what it says, and what it must never depend on (S0, S1)."""

from dataclasses import asdict

import pytest
from sqlalchemy import delete, func, select

from crm.companies import decisions, index, reasons, state
from crm.companies.models import Company, CompanyGram, CompanyKey, CompanyName, CompanyOwnGram, FactSource, NameKind
from crm.companies.similar import (
    Question,
    candidates_for_filing,
    find_similar,
    find_similar_all,
    find_similar_many,
)
from crm.core.matching.reasons import CODES
from crm.core.matching.verdicts import Verdict
from crm.kit import clock, db
from crm.kit.access import Actor
from tests.factories import make_actor, make_center, make_company

CODE, OTHER_CODE = "91420200MA0000007R", "914403001922038216"
TEXTS = (
    "黄石砺枢传动",
    "砺枢传动科技",
    "砺枢",
    "利枢传动科技有限公司",
    "武汉砺枢传动科技有限公司",
    "珩锐智能装备",
    "绎衡精密机械",
    "Lishu Transmission",
    "铎澜",
    "东贝机电",
)


@pytest.fixture
def base(store):
    """Some open companies with their names."""
    made = make_company("黄石砺枢传动科技有限公司", uscc=CODE, province="湖北", city="黄石")
    with db.transaction():
        index.store_name(made, "砺枢传动", NameKind.SHORT)
        index.store_name(made, "湖北砺枢机械有限公司", NameKind.FORMER)
        index.store_name(made, "Lishu Transmission Co., Ltd.", NameKind.ENGLISH)
    make_company("武汉铎澜激光设备有限公司", province="湖北", city="武汉")
    make_company("宁波珩锐精密轴承有限公司", province="浙江", city="宁波")
    return made


@pytest.mark.parametrize(
    "typed",
    [
        "黄石砺枢传动科技有限公司",
        "黄石砺枢传动科技股份有限公司",
        "黃石礪樞傳動科技有限公司",
        " 黄石 砺枢 传动科技 ",
        "砺枢传动",
        "湖北砺枢机械有限公司",
        "Lishu Transmission Co., Ltd.",
        CODE,
        "91420200ma0000007r",
    ],
)
def test_one_company_is_found_by_any_of_its_names(base, typed):
    (found, *_) = find_similar(make_actor(), typed)

    assert found.company_id == base.id
    assert found.verdict is Verdict.SAME
    assert found.name == "黄石砺枢传动科技有限公司"
    assert found.public_id == base.public_id


@pytest.mark.parametrize("typed", ["利枢传动", "黄石历枢传动科技有限公司", "砺枢", "lishu"])
def test_a_misspelt_or_cut_name_is_found(base, typed):
    assert find_similar(make_actor(), typed)[0].company_id == base.id


def test_a_sister_elsewhere_is_shown_but_never_the_same(base):
    (found, *_) = find_similar(make_actor(), "宁波砺枢传动科技有限公司")

    assert found.company_id == base.id
    assert found.verdict is not Verdict.SAME
    assert {"core_equal", "place_differs"} <= {reason.code for reason in found.reasons}


@pytest.mark.parametrize("typed", ["", " ", "🍜", "\0", "）", "="])
def test_a_text_without_letters_finds_nothing(base, typed):
    assert find_similar(make_actor(), typed) == []


@pytest.mark.parametrize(
    "typed", ["李", "𠮷", "名" * 300, "=1+1", "<script>alert(1)</script>", "' or 1=1 --", "%", "公司", "\ud800x"]
)
def test_odd_texts_are_answered(base, typed):
    assert len(find_similar(make_actor(), typed)) <= 5


def test_an_unknown_company_is_not_found(base):
    assert [
        one for one in find_similar(make_actor(), "苏州腾龙源供应链管理有限公司") if one.verdict is not Verdict.RELATED
    ] == []


def test_a_code_wins_over_the_name(base):
    same, *_ = find_similar(make_actor(), "随便写的名字有限公司", uscc=CODE)
    other, *_ = find_similar(make_actor(), "黄石砺枢传动科技有限公司", uscc=OTHER_CODE)

    assert (same.company_id, same.verdict) == (base.id, Verdict.SAME)
    assert (other.company_id, other.verdict) == (base.id, Verdict.LIKELY)
    assert other.reasons[0].code == "uscc_differs"


def test_a_short_name_of_several_companies_is_likely_for_each(base):
    other = make_company("湖北砺枢物流有限公司", province="湖北", city="黄石")
    with db.transaction():
        index.store_name(other, "砺枢传动", NameKind.SHORT)

    found = {one.company_id: one.verdict for one in find_similar(make_actor(), "砺枢传动")}

    assert found[base.id] is found[other.id] is Verdict.LIKELY


def test_a_merged_company_leads_to_its_survivor(base):
    merged = make_company("黄石砺枢精密传动有限公司", province="湖北", city="黄石")
    with db.transaction():
        merged.merged_into_id = base.id

    found = find_similar(make_actor(), "黄石砺枢精密传动有限公司")

    assert found[0].company_id == base.id
    assert merged.id not in {one.company_id for one in found}


def test_own_unopened_rows_are_found_and_others_not(base):
    hers, his = make_actor(), make_actor()
    made = make_company("黄石绎衡精密机械有限公司", actor=hers)

    for typed in ("绎衡", "黄石绎衡精密机械有限公司", "绎恒精密机械"):
        assert find_similar(hers, typed)[0].company_id == made.id
        assert made.id not in {one.company_id for one in find_similar(his, typed)}
        assert find_similar(make_center(), typed)[0].company_id == made.id
        assert find_similar_all(typed)[0].company_id == made.id


def test_a_private_alias_serves_its_unit_only(base):
    hers, his = make_actor(), make_actor()
    with db.transaction():
        index.store_name(base, "老砺厂", NameKind.CONFIRMED, org_id=hers.org_id)

    assert find_similar(hers, "老砺厂")[0].company_id == base.id
    assert find_similar(hers, "老砺厂")[0].verdict is Verdict.SAME
    assert base.id not in {one.company_id for one in find_similar(his, "老砺厂")}


def test_the_answer_is_equal_to_the_byte_whatever_other_units_enter(base):
    hers, his = make_actor(), make_actor()
    make_company("黄石铎澜装备有限公司", actor=his)
    before = [asdict(one) for text in TEXTS for one in find_similar(his, text, uscc=None, province="湖北")]

    for number in range(6):
        made = make_company(f"黄石砺枢传动科技{'甲乙丙丁戊己'[number]}有限公司", actor=hers, province="湖北")
        make_company(f"{'大冶阳新武汉宁波苏州深圳'[number * 2 : number * 2 + 2]}绎衡精密机械有限公司", actor=hers)
        with db.transaction():
            index.store_name(made, "铎澜", NameKind.SHORT, org_id=hers.org_id)
    after = [asdict(one) for text in TEXTS for one in find_similar(his, text, uscc=None, province="湖北")]
    with db.transaction():
        theirs = select(Company.id).where(Company.entered_org_id == hers.org_id)
        for table in (CompanyName, CompanyKey, FactSource):
            db.session.execute(delete(table).where(table.company_id.in_(theirs)))
        db.session.execute(delete(Company).where(Company.entered_org_id == hers.org_id))
    db.session.expire_all()
    deleted = [asdict(one) for text in TEXTS for one in find_similar(his, text, uscc=None, province="湖北")]

    assert repr(before) == repr(after) == repr(deleted)


def test_unopened_names_stand_apart_until_they_are_opened(base):
    hers = make_actor()
    before = db.session.scalar(select(func.count()).select_from(CompanyGram))
    made = make_company("黄石绎衡精密机械有限公司", actor=hers)
    assert db.session.scalar(select(func.count()).select_from(CompanyGram)) == before
    assert set(db.session.scalars(select(CompanyOwnGram.org_id))) == {hers.org_id}

    with db.transaction():
        made.opened_at = clock.now()
        index.open_names(made, aliases=True)

    assert find_similar(make_actor(), "绎衡精密")[0].company_id == made.id
    assert db.session.scalar(select(func.count()).select_from(CompanyOwnGram)) == 0


def test_a_unit_with_thousands_of_rows_of_its_own_finds_each(store):
    hers, his = make_actor(), make_actor()
    with db.transaction():
        for number in range(60):
            make_company(
                f"黄石{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{'金木水火土日'[number // 10]}精密机械有限公司", actor=hers
            )

    assert find_similar(hers, "甲木精密机械")[0].name == "黄石甲木精密机械有限公司"
    assert find_similar(his, "甲木精密机械") == []


def test_a_removed_name_is_found_no_longer(base):
    with db.transaction():
        row = index.store_name(base, "铜都传动", NameKind.BRAND)
    assert find_similar(make_actor(), "铜都传动")[0].company_id == base.id
    before = db.session.scalar(select(func.count()).select_from(CompanyGram))

    with db.transaction():
        count = len(set(index.row_grams(row)))
        index.remove_name(row)

    assert all(one.verdict is Verdict.RELATED for one in find_similar(make_actor(), "铜都传动"))
    assert db.session.scalar(select(func.count()).select_from(CompanyGram)) == before - count


def test_the_index_built_again_is_the_same(base):
    make_company("黄石绎衡精密机械有限公司", actor=make_actor())
    rows = select(CompanyGram.gram, CompanyGram.skey).order_by(CompanyGram.gram, CompanyGram.skey)
    before = db.session.execute(rows).all()

    own = select(CompanyOwnGram).order_by(CompanyOwnGram.gram)
    owned = len(db.session.scalars(own).all())
    assert owned > 0
    *_, done = index.rebuild()
    db.session.commit()

    assert db.session.execute(rows).all() == before
    assert len(db.session.scalars(own).all()) == owned
    assert done == 7


def test_a_rebuild_that_was_broken_off_goes_on_where_it_stood(base, monkeypatch):
    rows = select(CompanyGram.gram, CompanyGram.skey).order_by(CompanyGram.gram, CompanyGram.skey)
    before = db.session.execute(rows).all()
    monkeypatch.setattr(index, "_CHUNK", 2)
    first = next(index.rebuild())
    db.session.commit()

    assert first == 2
    assert len(db.session.execute(rows).all()) < len(before)
    assert state.value(state.REBUILT_TO) is not None
    assert find_similar(make_actor(), "黄石砺枢传动科技有限公司")[0].company_id == base.id  # by its full text
    *_, rest = index.rebuild()
    db.session.commit()

    assert rest == 4
    assert db.session.execute(rows).all() == before
    assert state.value(state.REBUILT_TO) is None
    assert int(state.value(state.OPEN_NAMES)) == 6


def test_an_index_of_another_version_is_told_once(base, caplog):
    find_similar(make_actor(), "砺枢传动")
    assert "matching reindex" not in caplog.text

    with db.transaction():
        state.note(state.GRAMS, "1")
    for _ in range(2):
        find_similar(make_actor(), "砺枢传动")

    assert caplog.text.count("matching reindex") == 1


def test_filing_sees_the_rows_of_all_units(base):
    hers, his = make_actor(), make_actor()
    first = make_company("黄石绎衡精密机械有限公司", actor=hers, province="湖北", city="黄石")
    second = make_company("黄石译衡精密机械有限公司", actor=his, province="湖北", city="黄石")

    found = candidates_for_filing(second)

    assert first.id in {one.company_id for one in found}
    assert second.id not in {one.company_id for one in found}
    assert all(one.verdict is not Verdict.RELATED for one in found)


@pytest.mark.parametrize("typed", [*TEXTS, CODE, "公司", "李", "=1+1"])
def test_four_statements_whatever_is_typed(base, statements, typed):
    make_company("黄石绎衡精密机械有限公司", actor=make_actor())
    for actor in (make_actor(), make_center()):
        del statements[:]
        find_similar(actor, typed, uscc=CODE, province="湖北", city="黄石")
        assert len(statements) <= 4


def test_many_are_answered_as_one_by_one(base, statements):
    hers = make_actor()
    make_company("黄石绎衡精密机械有限公司", actor=hers)
    make_company("黄石绎衡精密机械有限公司", actor=make_actor())
    asked = [Question(text, province="湖北") for text in TEXTS]
    asked += [Question(CODE), Question(""), Question("砺枢", uscc=OTHER_CODE), Question("随便", uscc=CODE, city="武汉")]
    one_by_one = [find_similar(hers, q.text, uscc=q.uscc, province=q.province, city=q.city) for q in asked]
    del statements[:]

    many = find_similar_many(hers, asked)

    assert many == one_by_one
    assert len(statements) == 4
    assert sum(map(bool, many)) >= len(TEXTS)


def test_where_a_code_or_full_name_leads_to_one_company_it_may_be_answered_alone(base):
    actor = make_actor()
    asked = [
        Question("黄石砺枢传动科技有限公司"),
        Question("随便", uscc=CODE),
        Question("黄石砺枢传动科技", uscc=OTHER_CODE),
    ]
    alone = find_similar_many(actor, asked, alone=True)
    full = find_similar_many(actor, asked)

    assert [len(one) for one in alone[:2]] == [1, 1]
    assert [(one[0].company_id, one[0].verdict, one[0].score) for one in alone] == [
        (one[0].company_id, one[0].verdict, one[0].score) for one in full
    ]
    assert alone[2] == full[2]


def test_no_questions_no_answers(base, statements):
    actor = make_actor()
    del statements[:]

    assert find_similar_many(actor, []) == []
    assert statements == []


def test_reasons_are_told_in_words(base):
    assert set(reasons.WORDS) == set(CODES)
    (found, *_) = find_similar(make_actor(), "宁波砺枢传动科技有限公司")

    said = reasons.words(found.reasons)

    assert said[0] == "字号相同，地区不同，可能同属一个集团"
    assert all("%" not in word for word in said)


def test_the_system_sees_what_the_centre_sees(base):
    make_company("黄石绎衡精密机械有限公司", actor=make_actor())

    assert (
        find_similar(Actor.system(), "绎衡") == find_similar(make_center(), "绎衡") == find_similar_all("绎衡", limit=5)
    )


def test_a_pair_told_apart_is_not_asked_again_until_one_of_the_two_changes(base):
    hers, his, text = make_actor(), make_actor(), "利枢传动科技有限公司"
    decisions.remember(hers, text, base, decisions.DIFFERENT)

    def found_by(actor):
        return base.id in {one.company_id for one in find_similar(actor, text)}

    assert (found_by(hers), found_by(his), found_by(make_center())) == (False, True, True)
    assert base.id in {one.company_id for one in find_similar_all(text)}  # filing hears the centre by another way
    assert base.id in {one.company_id for one in find_similar(hers, "利枢传动科技")}
    assert find_similar(hers, text, uscc=CODE)[0].verdict is Verdict.SAME
    with db.transaction():
        db.session.get(Company, base.id).city = "武汉"
    assert found_by(hers)


def test_the_centres_word_serves_all(base):
    decisions.remember(make_center(), "砺枢", base, decisions.DIFFERENT)

    for actor in (make_actor(), make_center()):
        assert base.id not in {one.company_id for one in find_similar(actor, "砺枢")}


def test_an_open_word_of_belonging_together_hides_nothing(base):
    hers = make_actor()
    decisions.remember(hers, "砺枢", base, decisions.RELATED)

    assert find_similar(hers, "砺枢")[0].company_id == base.id


def test_the_very_name_that_was_typed_gives_the_reasons(store, context):
    """A former name that sounds the same scored a hair higher, and the legal name typed was called a former one."""
    row = make_company("常州铖恒运维技术有限公司", province="江苏", city="常州")
    with db.transaction():
        index.store_name(row, "常州铖衡运维技术有限公司", NameKind.FORMER)

    now, before = (find_similar(make_actor(), f"常州铖{one}运维技术有限公司")[0] for one in "恒衡")

    assert (now.matched_text, now.verdict) == ("常州铖恒运维技术有限公司", Verdict.SAME)
    assert {one.code for one in now.reasons}.isdisjoint({"former_name", "core_sound"})
    assert before.matched_text == "常州铖衡运维技术有限公司"
    assert "former_name" in {one.code for one in before.reasons}
