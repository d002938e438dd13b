"""Cells of names as organisers fill them: two languages, several firms, agents in brackets, booths kept free."""

import pytest

from crm.core.names.cells import NameCell, is_nobody, read_name_cell

A, B = "湖北珩锐数控装备有限公司", "武汉铎澜激光有限公司"
EN = "Hubei Hengrui CNC Equipment Co., Ltd."


@pytest.mark.parametrize(
    "text",
    [
        A,
        "3M中国有限公司",
        "ABB（中国）有限公司",
        "SEW-传动设备（天津）有限公司",
        "TCL科技集团股份有限公司",
        "湖北A公司",
        "ABB机器人 IRB 1200",
        "示例科技有限公司 VIP",
        "西门子（中国）有限公司",
        EN,
        "Varnholt Drive Systems (Shanghai) Co., Ltd.",
        f"{A}武汉分公司",
        f"{A}（原武汉机床厂）",
        "中国机械工业集团有限公司",
        "北京大学/清华",
        "上海交大、复旦联合实验室",
        "江苏舜天国际集团机械进出口有限公司",
        "",
        "有限公司",
        "（",
    ],
)
def test_what_is_one_name_stays_one(text):
    assert read_name_cell(text) == NameCell(text, "", text)


@pytest.mark.parametrize(
    "text",
    [
        f"{A} {EN}",
        f"{A}\n{EN}",
        f"{A}{EN}",
        f"{A}/{EN}",
        f"{A}（{EN}）",
        f"{A} | {EN}",
        f"{EN} {A}",
        f"{EN}\n{A}",
        f"{EN}（{A}）",
    ],
)
def test_two_languages_are_parted(text):
    assert read_name_cell(text) == NameCell(A, EN, A)


@pytest.mark.parametrize(
    ("text", "name", "english"),
    [
        ("西门子 Siemens AG", "西门子", "Siemens AG"),
        ("珩锐机电有限公司 Hengrui Drive", "珩锐机电有限公司", "Hengrui Drive"),
        (
            "维衡传动（上海）有限公司 Varnholt Drive (Shanghai) Co., Ltd.",
            "维衡传动（上海）有限公司",
            "Varnholt Drive (Shanghai) Co., Ltd.",
        ),
        (
            "维衡传动（上海）有限公司（Varnholt Drive Ltd (Shanghai)）",
            "维衡传动（上海）有限公司",
            "Varnholt Drive Ltd (Shanghai)",
        ),
    ],
)
def test_the_english_name_is_the_whole_of_it(text, name, english):
    cell = read_name_cell(text)

    assert (cell.name, cell.english) == (name, english)


@pytest.mark.parametrize("between", ["、", "/", "；", "，", " & ", "\n", " ", "", " / "])
def test_several_firms_in_one_cell_are_told_apart(between):
    cell = read_name_cell(f"{A}{between}{B}")

    assert cell.firms == (A, B)
    assert A in cell.name and B in cell.name, "the row is all of them"


@pytest.mark.parametrize(
    ("text", "name", "beside"),
    [
        (f"{A}（联合参展：{B}）", A, (B,)),
        (f"德国瓦恩霍特（{B}代理）", "德国瓦恩霍特", (B,)),
        (f"Varnholt GmbH（中国总代理：{B}）", "Varnholt GmbH", (B,)),
        (f"{A}（Varnholt 中国总代理）", A, ()),
        (f"德国瓦恩霍特 代理商：{B}", "德国瓦恩霍特", (B,)),
        (f"{A}（搭建商：示例展览有限公司）", A, ("示例展览有限公司",)),
    ],
)
def test_a_bracket_about_roles_is_not_the_name(text, name, beside):
    cell = read_name_cell(text)

    assert (cell.name, cell.beside, cell.shown, cell.firms) == (name, beside, text, ())


@pytest.mark.parametrize(
    "text",
    [
        "预留",
        "预留展位",
        "（预留）",
        "待定",
        "空展位",
        "光地",
        "主办方",
        "组委会服务台",
        "主办方服务台",
        "公共服务区",
        "休息区",
        "TBD",
        "Reserved",
    ],
)
def test_nobody_exhibits_here(text):
    assert is_nobody(text)


@pytest.mark.parametrize(
    "text", [A, "空客（北京）有限公司", "公共交通装备公司", "特装门业有限公司", "待定机械厂", "ABB", "主办方科技"]
)
def test_a_firm_is_somebody(text):
    assert not is_nobody(text)
