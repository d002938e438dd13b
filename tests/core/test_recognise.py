"""What is read off pasted text; today is Sunday, 22 November 2026. People, firms and numbers are invented."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core.recognise import recognise

TODAY = date(2026, 11, 22)

CASES = [
    # chat
    ("王总 13800000000", {"person": "王总", "mobile": "13800000000"}),
    ("联系人：沈维 19900000127", {"person": "沈维", "mobile": "19900000127"}),
    (
        "今天拜访了苏州绎衡传动科技有限公司，战略投资部经理沈维，电话 199 0000 0127，拟投资4.8亿元建减速器生产线，需要用地60亩",
        {
            "company": "苏州绎衡传动科技有限公司",
            "person": "沈维",
            "title": "战略投资部经理",
            "mobile": "19900000127",
            "amount_yi": Decimal("4.8"),
            "area_mu": Decimal(60),
            "contact_on": date(2026, 11, 22),
        },
    ),
    (
        "昨天和深圳砺枢机器人有限公司王建国副总经理通电话，想在中部找块地，大概50亩，总投资两个亿",
        {
            "company": "深圳砺枢机器人有限公司",
            "person": "王建国",
            "title": "副总经理",
            "amount_yi": Decimal(2),
            "area_mu": Decimal(50),
            "contact_on": date(2026, 11, 21),
        },
    ),
    (
        "上周五接待了珩锐精工（宁波）有限公司一行",
        {"company": "珩锐精工（宁波）有限公司", "contact_on": date(2026, 11, 13)},
    ),
    (
        "本周三去铎澜科技股份有限公司考察，李总接待",
        {"company": "铎澜科技股份有限公司", "person": "李总", "contact_on": date(2026, 11, 18)},
    ),
    (
        "11月18日在武汉展会上认识了绎衡集团的张晓东总监",
        {"company": "绎衡集团", "person": "张晓东", "title": "总监", "contact_on": date(2026, 11, 18)},
    ),
    (
        "2026/11/18 来访，陈工，0714-6512345",
        {"person": "陈工", "mobile": "0714-6512345", "contact_on": date(2026, 11, 18)},
    ),
    (
        "公司：砺枢智能\n联系人：欧阳明远\n职务：投资总监\n手机：+86 138 0000 0001",
        {"company": "砺枢智能", "person": "欧阳明远", "title": "投资总监", "mobile": "13800000001"},
    ),
    (
        "企业名称：湖北珩锐模具有限公司 信用代码91420200MA0000007R",
        {"company": "湖北珩锐模具有限公司", "uscc": "91420200MA0000007R"},
    ),
    ("统一社会信用代码：９１４２０２００ＭＡ００００００７Ｒ", {"uscc": "91420200MA0000007R"}),
    (
        "王建国 2026-11-18 10:24:33\n我们打算在黄石建一个伺服电机基地，一期投1.2亿",
        {"contact_on": date(2026, 11, 18), "amount_yi": Decimal("1.2")},
    ),
    ("老同学介绍的杭州铎澜减速机厂，老板姓周，想转移到中部", {"company": "杭州铎澜减速机厂"}),
    (
        "Robert Krause GmbH 的中国区负责人想来黄石看看，+49 711 4000990",
        {"company": "Robert Krause GmbH", "mobile": "+49 711 4000990"},
    ),
    ("计划总投资5000万元，其中固定资产投资3000万元", {"amount_yi": Decimal("0.5")}),
    ("固定资产投资3000万元，总投资5000万元", {"amount_yi": Decimal("0.5")}),
    ("总投资约三亿五千万元", {"amount_yi": Decimal("3.5")}),
    ("计划投1亿2000万", {"amount_yi": Decimal("1.2")}),
    ("一百二十亩工业用地", {"area_mu": Decimal(120)}),
    ("用地2公顷", {"area_mu": Decimal(30)}),
    ("占地面积20000平方米", {"area_mu": Decimal(30)}),
    ("需要租厂房20000平方米", {"area_mu": None}),
    ("3万平方米标准厂房", {"area_mu": None}),
    ("注册资本5000万元，年产值3亿元", {"amount_yi": None}),
    ("投资3-5亿元", {"amount_yi": None}),
    ("用地50-60亩", {"area_mu": None}),
    ("投资500万美元", {"amount_yi": None}),
    ("投资8000万，年税收600万", {"amount_yi": Decimal("0.8")}),
    ("投资一千五百万", {"amount_yi": Decimal("0.15")}),
    ("年产减速器5万台，投资1.5亿", {"amount_yi": Decimal("1.5")}),
    ("公司成立于2010年3月5日", {"contact_on": None, "company": None}),
    ("12月1日来黄石考察", {"contact_on": None}),
    ("下周三来访", {"contact_on": None}),
    ("前天加了微信", {"contact_on": date(2026, 11, 20)}),
    ("三天前通过电话", {"contact_on": date(2026, 11, 19)}),
    ("两周前见过面", {"contact_on": date(2026, 11, 8)}),
    ("20261118 拜访", {"contact_on": date(2026, 11, 18)}),
    ("11/18 拜访", {"contact_on": date(2026, 11, 18)}),
    ("昨天有一家公司来电话，没说叫什么", {"company": None, "contact_on": date(2026, 11, 21)}),
    ("我们公司和贵公司谈过", {"company": None}),
    ("好的，收到，谢谢", {"company": None, "person": None, "mobile": None, "amount_yi": None, "sentence": None}),
    ("", {"company": None, "person": None, "sentence": None}),
    ("订单号 20261399812345678", {"mobile": None, "contact_on": None}),
    ("诸葛云飞（总工程师）：139-0000-0002", {"person": "诸葛云飞", "title": "总工程师", "mobile": "13900000002"}),
    ("刘女士，海外事业部总监，13700000003", {"person": "刘女士", "mobile": "13700000003"}),
    ("沈维说他们下个月定", {"person": None}),
    ("东莞绎衡精密制造有限公司苏州分公司 张总", {"company": "东莞绎衡精密制造有限公司苏州分公司", "person": "张总"}),
    ("𠮷衡（上海）科技有限公司 周总监", {"company": "𠮷衡（上海）科技有限公司", "person": "周总监"}),
    (
        "客商：绎衡传动；对接人：李想；电话：13600000004；意向：谐波减速器项目",
        {"company": "绎衡传动", "person": "李想", "mobile": "13600000004", "sentence": "谐波减速器项目"},
    ),
    (
        "名片：\n铎澜自动化设备（深圳）有限公司\n黄志强\n市场部经理\n13500000005",
        {"company": "铎澜自动化设备（深圳）有限公司", "person": "黄志强", "mobile": "13500000005"},
    ),
    (
        "今天上午我和小刘去江苏绎衡电机有限公司对接，见到董事长陈国栋",
        {"company": "江苏绎衡电机有限公司", "person": "陈国栋", "title": "董事长"},
    ),
    ("@所有人 铎澜数控股份公司的赵工（18812345670）说年底前定选址", {"company": "铎澜数控股份公司", "person": "赵工"}),
    (
        "合肥那边一个做谐波减速器的企业，联系人马骏，177 1234 5678，准备投3亿",
        {"company": None, "person": "马骏", "amount_yi": Decimal(3)},
    ),
    ("绎衡科技(深圳)有限公司和珩锐精密有限公司联合投资", {"company": "绎衡科技(深圳)有限公司"}),
    (
        "2025年营收12亿元，员工800人。拟投资10亿元，用地200亩，达产后年产值20亿元",
        {"amount_yi": Decimal(10), "area_mu": Decimal(200)},
    ),
    ("李明 13312345678 砺枢机器人", {"person": "李明", "company": None}),
    # spreadsheet rows
    (
        "苏州绎衡传动科技有限公司\t沈维\t19900000127\t4.8亿元\t60亩\t2026-11-18",
        {
            "company": "苏州绎衡传动科技有限公司",
            "person": "沈维",
            "mobile": "19900000127",
            "amount_yi": Decimal("4.8"),
            "area_mu": Decimal(60),
            "contact_on": date(2026, 11, 18),
        },
    ),
    (
        "序号\t项目名称\t投资方\t固定资产投资（亿元）\t需用土地（亩）\t企业联系人\t联系方式\n1\t谐波减速器产业化\t砺枢传动（苏州）有限公司\t3.2\t85\t王建国\t13800000006",
        {
            "company": "砺枢传动（苏州）有限公司",
            "sentence": "谐波减速器产业化",
            "amount_yi": Decimal("3.2"),
            "area_mu": Decimal(85),
            "person": "王建国",
            "mobile": "13800000006",
        },
    ),
    (
        "企业名称\t投资额(万元)\t用地面积(平方米)\t接触日期\n珩锐数控\t5000\t20000\t11-18",
        {"company": "珩锐数控", "amount_yi": Decimal("0.5"), "area_mu": Decimal(30), "contact_on": date(2026, 11, 18)},
    ),
    ("企业名称\t联系人\t职务\n铎澜电机\t周平\t副总裁", {"company": "铎澜电机", "person": "周平", "title": "副总裁"}),
    ("企业\t投资额\n珩锐数控\t5000", {"company": "珩锐数控", "amount_yi": None}),
    ("=1+1\t<script>alert(1)</script>", {"company": None, "amount_yi": None}),
]


@pytest.mark.parametrize(("text", "wanted"), CASES, ids=[case[0][:24] for case in CASES])
def test_what_a_text_says_is_found_and_nothing_else(text, wanted):
    found = recognise(text, TODAY)

    assert {name: getattr(found, name) for name in wanted} == wanted


def test_the_sentence_speaks_of_the_investment_and_carries_no_number():
    found = recognise("你好。我们拟在黄石投资2亿建减速器产线，电话13800000000。回头聊。", TODAY)

    assert found.sentence == "我们拟在黄石投资2亿建减速器产线"


def test_early_in_the_year_a_day_of_december_is_last_years():
    assert recognise("12月28日拜访", date(2027, 1, 5)).contact_on == date(2026, 12, 28)


def test_findings_fit_into_a_form():
    found = recognise("总投资5000万元，11月18日", TODAY).as_dict()

    assert found["amount_yi"] == "0.5"
    assert found["contact_on"] == "2026-11-18"
    assert found["company"] is None


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        st.sampled_from(
            "王李总经理公司有限集团投资亿万元亩年月日号上周一昨天的在1234567890:：，。\t\n()（）-.138 ABC@𠮷"
        ),
        max_size=60,
    )
)
def test_any_text_is_read_without_a_fault_and_names_stand_in_it(text):
    found = recognise(text, TODAY)

    assert found.company is None or found.company in text
    assert found.contact_on is None or found.contact_on <= TODAY
    assert found.sentence is None or len(found.sentence) <= 120
