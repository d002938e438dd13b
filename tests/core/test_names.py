import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.core.names import asked_grams, initials, name_key, normal, parts, pinyin, stored_grams
from crm.core.names.grams import gram, identity_grams
from crm.core.names.parts import split_core
from crm.core.names.regions import by_pinyin, plain, read_front, read_whole
from crm.core.names.shape import look_alike, replaced

ANY = st.text(max_size=60) | st.text(
    alphabet="黄石市湖北省大冶集团控股有限公司（）() 科技机电分行𠮷ＡＢab12·.", max_size=30
)
ODD = [
    "",
    " ",
    "\0",
    "\ud800",
    "𠮷野家",
    "🍜",
    "=1+1",
    "<script>alert(1)</script>",
    "公司",
    "有限公司",
    "（）",
    "李",
    "市",
    "集团",
]


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("黄石东贝机电集团有限公司", "黄石东贝机电集团有限公司"),
        ("　黄石 东贝 机电（集团）有限公司。", "黄石东贝机电集团有限公司"),
        ("黃石東貝機電集團有限公司", "黄石东贝机电集团有限公司"),
        ("黄石东贝机电集团有限公司（重点）", "黄石东贝机电集团有限公司"),
        ("ＴＣＬ中环", "tcl中环"),
        ("Huawei  Technologies Co., Ltd.", "huawei technologies co ltd"),
        ("宁波·联合集团", "宁波联合集团"),
        ("𠮷野家🍜有限公司", "𠮷野家有限公司"),
        ("=1+1", "1 1"),
        ("", ""),
    ],
)
def test_the_normal_form(typed, form):
    assert normal(typed) == form


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "黄石东贝机电集团有限公司",
            "黄石东贝机电集团有限责任公司",
            "黄石东贝机电（集团）股份有限公司",
            "黄石 东贝 机电集团",
        ),
        ("上海银行股份有限公司杭州分行", "上海银行杭州分行"),
        ("Huawei Technologies Co., Ltd.", "HUAWEI TECHNOLOGIES", "Huawei Technologies Limited"),
        ("广東易騰動漫文化有限公司", "广东易腾动漫文化有限公司"),
    ],
)
def test_spellings_of_one_identity_have_one_key(spellings):
    assert len({name_key(s) for s in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("黄石东贝机电有限公司", "武汉东贝机电有限公司"),
        ("东贝机电有限公司", "黄石东贝机电有限公司"),
        ("黄石东贝机电集团有限公司", "黄石东贝机电有限公司"),
        ("上海银行股份有限公司", "上海银行股份有限公司杭州分行"),
    ],
)
def test_region_and_group_mark_stay_in_the_key(one, other):
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "湖北省黄石市大冶市东贝机电有限公司",
            {"prov": "湖北", "city": "黄石/大冶", "core": "东贝", "line": "机电", "legal": 1},
        ),
        ("大冶有色金属集团控股有限公司", {"prov": "湖北", "city": "黄石/大冶", "grp": 3, "head": "大冶有色金属"}),
        (
            "鑫沣科技(大连)有限公司",
            {"prov": "辽宁", "city": "大连", "core": "鑫沣", "line": "科技", "head": "大连鑫沣科技"},
        ),
        (
            "鑫沣科技大连有限公司",
            {"prov": "辽宁", "city": "大连", "core": "鑫沣", "line": "科技", "head": "大连鑫沣科技"},
        ),
        ("兰州远方药业（集团）有限公司", {"core": "远方", "line": "药业", "grp": 1}),
        ("上海银行股份有限公司杭州分行", {"branch": "杭州分行", "legal": 2, "body": "银行杭州分行"}),
        ("上海银行杭州分行", {"branch": "杭州分行", "body": "银行杭州分行"}),
        ("TCL中环新能源科技股份有限公司", {"core": "tcl中环", "line": "新能源科技", "legal": 2}),
        ("北京", {"core": "北京", "body": "北京"}),
        ("*ST华微", {"core": "华微"}),
        (
            "Hubei Biocause Pharmaceutical Co.,Ltd",
            {"lat": "hubei biocause pharmaceutical", "prov": "湖北", "core": "biocause", "legal": 6},
        ),
        ("", {"norm": "", "head": "", "body": "", "core": "", "lat": ""}),
    ],
)
def test_parts(text, expected):
    found = parts(text)

    assert {name: getattr(found, name) for name in expected} == expected


def test_places_are_read_one_inside_the_other():
    assert read_front("黄石武汉机电") == read_front("黄石武汉机电", 2)
    assert read_front("黄石武汉机电").rest == "武汉机电"
    assert read_front("黄石阳新机电").county == "阳新"
    assert read_whole("重庆市渝北区") is not None
    assert read_whole("东贝") is None
    assert plain("黄石市") == plain("黄石") == "黄石"


def test_a_core_keeps_two_characters():
    assert split_core("科技") == ("科技", "")
    assert split_core("东贝科技") == ("东贝", "科技")


def test_places_are_known_by_their_pinyin():
    assert by_pinyin()["huangshi"] == ("湖北", "黄石")
    assert by_pinyin()["shaanxi"] == ("陕西", "")


@pytest.mark.parametrize(
    ("text", "sound", "letters"),
    [("重庆长安", "chong qing chang an", "cqca"), ("黄石ABB", "huang shi abb", "hsa"), ("", "", "")],
)
def test_pinyin_and_initials(text, sound, letters):
    assert pinyin(text) == sound
    assert initials(text) == letters


def test_grams_are_signed_32_bit_and_the_same_in_every_process():
    assert gram("c", "黄石") == 457796067
    assert all(-(2**31) <= g < 2**31 for g in stored_grams(parts("黄石东贝机电集团有限公司")))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("上柴", "上海柴油机股份有限公司"),
        ("黄石东背机电", "黄石东贝机电集团有限公司"),
        ("Huazhong CNC", "武汉华中数控股份有限公司"),
    ],
)
def test_a_typed_name_meets_the_grams_of_the_stored_one(typed, stored):
    assert set(asked_grams(parts(typed))) & stored_grams(parts(stored))


@given(ANY)
@example("ﷺ" * 300)
@example("名" * 300)
@example("İ")
def test_the_normal_form_of_a_normal_form_is_itself(text):
    once = normal(text)

    assert normal(once) == once
    assert len(once) <= 200


@given(ANY)
@example("（" * 300)
def test_no_text_breaks_the_parts(text):
    found = parts(text)

    assert len(found.head) <= 60 and len(found.branch) <= 40 and len(found.city) <= 20
    assert identity_grams(found) is not None
    assert len(stored_grams(found)) < 200
    assert name_key(text) == name_key(text)


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_taken_as_they_are(text):
    parts(text)
    stored_grams(parts(text))
    asked_grams(parts(text))
    pinyin(text)
    initials(text)


def test_characters_that_share_a_part_look_alike():
    assert min(look_alike("睛", "晴"), look_alike("扬", "杨"), look_alike("土", "士")) > 0.6
    assert max(look_alike("利", "巨"), look_alike("翼", "猛"), look_alike("a", "京")) < 0.3
    assert replaced("东贝", "东背") == look_alike("贝", "背")
    assert replaced("东贝", "东贝") == 1.0
