"""Text files: every encoding named, none guessed in silence; every delimiter; text that stays text."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.kit.sheets import LIMITS, Refused, delimited, read, read_text
from crm.kit.sheets.charsets import DAMAGED, decode

TABLE = (
    "企业名称,联系电话,地址\n湖北黄石甲电子科技有限公司,0714-6512345,黄石港区乙路1号\n鑫晟(武汉)有限公司,13800001111,\n"
)


@pytest.mark.parametrize(
    "encoded,encoding",
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gbk", "gb18030"),
        ("gb2312", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
    ],
)
def test_an_encoding_is_told_from_the_bytes(tmp_path, encoded, encoding):
    path = tmp_path / "名单.csv"
    path.write_bytes(TABLE.encode(encoded))

    book = read(path, "名单.csv")

    assert (book.format, book.encoding, book.delimiter, book.doubtful) == ("csv", encoding, ",", False)
    assert book.sheets[0].name == "名单"
    assert book.sheets[0].rows[1] == ["湖北黄石甲电子科技有限公司", "0714-6512345", "黄石港区乙路1号"]
    assert book.sheets[0].rows[2] == ["鑫晟(武汉)有限公司", "13800001111"]


@pytest.mark.parametrize(
    "text,encoded",
    [
        ("臺灣電子股份有限公司,聯繫電話\n新竹精密機械有限公司,03\n", "big5"),
        ("株式会社日立製作所,東京エレクトロン\n", "shift_jis"),
        ("Müller Maschinenbau GmbH,Köln\nSociété Générale,Orléans\n", "cp1252"),
    ],
)
def test_a_doubtful_encoding_asks(tmp_path, text, encoded):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoded))
    name = {"cp1252": "windows-1252"}.get(encoded, encoded)

    book = read(path, "a.csv")

    assert book.doubtful
    assert book.encoding == name
    assert book.choices[0].encoding == name
    assert book.choices[0].lines[0] == text.splitlines()[0]

    chosen = read(path, "a.csv", encoding=name)

    assert not chosen.doubtful
    assert chosen.sheets[0].rows == list(csv.reader(text.splitlines()))


def test_short_bytes_that_are_right_in_two_encodings_ask():
    data = "腾,讯".encode("gbk")  # no UTF-8, but few words to tell by
    both = bytes([0xC4, 0xA3, 0xCA, 0xBD]) * 3  # 模式 in GBK, Latin letters in UTF-8

    assert decode(data).encoding == "gb18030"
    assert both.decode() and decode(both).doubtful
    assert {choice.encoding for choice in decode(both).choices} >= {"utf-8", "gb18030"}


@pytest.mark.parametrize("encoded", ["utf-8", "gb18030"])
def test_one_broken_byte_is_refused_with_its_line(tmp_path, encoded):
    lines = TABLE.encode(encoded).split(b"\n")
    lines[2] = lines[2][:1] + b"\xff" + lines[2][1:]
    path = tmp_path / "a.csv"
    path.write_bytes(b"\n".join(lines))

    with pytest.raises(Refused) as caught:
        read(path, "a.csv")

    assert (caught.value.code, caught.value.facts) == ("encoding", {"encoding": encoded, "line": 3})


HALF_DAMAGED = bytes(
    0x3F if number % 5 == 2 and byte > 0x7F else byte for number, byte in enumerate(TABLE.encode("gb18030"))
)


def test_a_half_damaged_file_is_offered_as_gb18030_too(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_bytes(HALF_DAMAGED)

    book = read(path, "名单.csv")

    assert book.doubtful
    assert [choice.encoding for choice in book.choices] == ["windows-1252", DAMAGED]
    lines = book.choices[1].lines
    assert lines == tuple(HALF_DAMAGED.decode("gb18030", "replace").splitlines())[: len(lines)]
    assert any("\ufffd" in line for line in lines)

    chosen = read(path, "名单.csv", encoding=DAMAGED)

    assert (chosen.encoding, chosen.doubtful) == (DAMAGED, False)
    assert "\ufffd" in str(chosen.sheets[0].rows)
    with pytest.raises(Refused):
        read(path, "名单.csv", encoding="gb18030")


@pytest.mark.parametrize("encoding", ["utf-8", "punycode", "utf-7"])
def test_a_chosen_encoding_that_does_not_fit_is_refused(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(TABLE.encode("gbk"))

    with pytest.raises(Refused, match="encoding"):
        read(path, "a.csv", encoding=encoding)


@pytest.mark.parametrize("delimiter,kind", [(",", "csv"), (";", "csv"), ("\t", "tsv"), ("|", "csv")])
def test_the_delimiter_is_told_from_the_lines(delimiter, kind):
    text = TABLE.replace(",", delimiter)

    book = read_text(text)

    assert (book.format, book.delimiter) == (kind, delimiter)
    assert book.sheets[0].rows[1][1] == "0714-6512345"


@pytest.mark.parametrize(
    "text,rows",
    [
        ("甲公司\n乙公司\n\n丙公司", [["甲公司"], ["乙公司"], [], ["丙公司"]]),
        ("Foo Co., Ltd.\nBar Co.,Ltd\nBaz, Inc.", [["Foo Co., Ltd."], ["Bar Co.,Ltd"], ["Baz, Inc."]]),
        ("名称\t电话\r\n甲\t007\r\n", [["名称", "电话"], ["甲", "007"]]),
        ('名称\t备注\n甲\t"两\n行 ""引"""\n', [["名称", "备注"], ["甲", '两\n行 "引"']]),
        ("甲\t\t乙", [["甲", None, "乙"]]),
        ("名称,电话\n甲,1E10\n乙,-5\n丙,+86 138", [["名称", "电话"], ["甲", "1E10"], ["乙", "-5"], ["丙", "+86 138"]]),
        ('码,名\n="007",\'=1+1\n"=""12""",=1+1', [["码", "名"], ["007", "=1+1"], ["12", "=1+1"]]),
        (
            "标题\n名称,电话,址\n甲,1,2\n合计,2,3",
            [["标题"], ["名称", "电话", "址"], ["甲", "1", "2"], ["合计", "2", "3"]],
        ),
        ("甲\x0b乙,丙\n丁,戊", [["甲\x0b乙", "丙"], ["丁", "戊"]]),
    ],
)
def test_pasted_text(text, rows):
    assert read_text(text).sheets[0].rows == rows


def test_a_quotation_mark_that_closes_nowhere_takes_no_rows_away():
    text = '名称,备注\n甲,"三寸钉\n' + "乙,文\n" * 500

    rows = read_text(text).sheets[0].rows

    assert len(rows) == 502
    assert rows[1] == ["甲", '"三寸钉']


@pytest.mark.parametrize(
    "text,code", [("", "empty"), (" \n\t", "empty"), ("<table><tr>", "not_a_table"), ("甲\n" * 6_000, "too_many_rows")]
)
def test_pasted_text_may_be_refused(text, code):
    with pytest.raises(Refused) as caught:
        read_text(text)

    assert caught.value.code == code


def test_twenty_thousand_rows_of_gbk_are_read_in_three_seconds_of_work(tmp_path):
    row = ",".join(f"湖北黄石第{column}文字" for column in range(20))
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join(f"{row}{number}" for number in range(20_000)).encode("gbk"))

    book = read(path, "a.csv")

    assert (book.encoding, len(book.sheets[0].rows)) == ("gb18030", 20_000)


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "gb18030", "utf-16-le", "big5"]))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_decoded_exactly_or_refused(data, encoding):
    try:
        decoded = decode(data, encoding)
    except Refused:
        return

    again = decoded.text.encode(decoded.encoding)
    twice = decoded.encoding == "big5" and data.decode("big5") == decoded.text  # it has two codes for some characters
    assert twice or again in (data, data.removeprefix(b"\xef\xbb\xbf"), data[2:], data[4:])


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_pasted_text_is_read_or_refused(text):
    try:
        book = read_text(text)
    except Refused:
        return

    assert any(book.sheets[0].rows)


CELL = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).filter(
    lambda text: not text.startswith(("'", "="))
)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from([",", "\t", ";"]))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_as_csv_is_read_back(rows, delimiter):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    expected = [[cell if cell and not cell.isspace() else None for cell in row] for row in rows]
    for row in expected:
        while row and row[-1] is None:
            row.pop()
    while expected and not expected[-1]:
        expected.pop()

    if not expected:
        with pytest.raises(Refused, match="empty"):
            delimited.sheet(out.getvalue(), LIMITS, delimiter)
    else:
        assert delimited.sheet(out.getvalue(), LIMITS, delimiter)[0].rows == expected
