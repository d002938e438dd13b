"""Lines recognised on cards become drafts: the forms of real cards, and what must stay out of a draft."""

import pytest

from crm.core import cardtext
from crm.core.cardtext import Line


def lines(*texts, tall=()):
    """Lines one below the other; those in ``tall`` stand twice as high."""
    top, found = 0, []
    for text in texts:
        height = 60 if text in tall else 30
        found.append(Line(text, (10, top, 10 + 20 * len(text), top + height), 0.98))
        top += height + 10
    return found


def said(*texts, tall=()):
    return {name: draft.text for name, draft in cardtext.read(lines(*texts, tall=tall)).items()}


@pytest.mark.parametrize(
    ("texts", "draft"),
    [
        (
            (
                "苏州绎衡传动科技有限公司",
                "王 澍",
                "总经理",
                "手机：199 0000 0127",
                "邮箱：wang@example.com",
                "地址：苏州市工业园区星湖街 8 号",
            ),
            ("苏州绎衡传动科技有限公司", "王澍", "总经理", "19900000127", "wang@example.com"),
        ),
        (
            (
                "李明远 副总经理",
                "深圳埃拓伺服技术",
                "股份有限公司",
                "M: +86 199-0000-0532",
                "F: 0755-26000000",
                "E: li@example .com",
            ),
            ("深圳埃拓伺服技术股份有限公司", "李明远", "副总经理", "19900000532", "li@example.com"),
        ),
        (
            (
                "SIEMENS",
                "西门子（中国）有限公司 数字化工业集团",
                "欧阳静 Jing Ouyang",
                "销售经理 Sales Manager",
                "Tel: (010) 6476 8888 转 8123",
            ),
            ("西门子(中国)有限公司", "欧阳静", "销售经理 Sales Manager", "010-64768888-8123", None),
        ),
        (
            ("黄石市招商服务中心", "阿依古丽·买买提", "主任", "电话：0714-6512345", "传真：13900000131"),
            (None, "阿依古丽·买买提", "主任", "0714-6512345", None),
        ),
        (
            (
                "國家級高新技術企業",
                "衡锐机床（黄石）有限公司黄石分公司",
                "區域總經理",
                "陳立",
                "13900000131 / 13900000132",
            ),
            ("衡锐机床(黄石)有限公司黄石分公司", None, "區域總經理", "13900000131", None),
        ),
        (
            ("KUKA Robotics Co., Ltd.", "Anna Weber", "Sales Director", "anna.weber@example.com"),
            ("KUKA Robotics Co., Ltd.", None, None, None, "anna.weber@example.com"),
        ),
        (
            ("湖北省机床工具行业协会", "秘书长：周敏", "座机 0714 6512345"),
            ("湖北省机床工具行业协会", "周敏", "秘书长", "0714-6512345", None),
        ),
        (("主营：减速器、数控机床", "热线 400-123-4567", "www.example.com"), (None, None, None, None, None)),
        (("示例机床有限公司（总部）", "钱一"), ("示例机床有限公司(总部)", "钱一", None, None, None)),
    ],
)
def test_a_draft_says_what_the_card_says(texts, draft):
    found = said(*texts)

    assert tuple(found.get(name) for name in cardtext.FIELDS) == draft


def test_of_two_names_the_taller_one_is_the_person():
    assert said("任总监", "钱一", "孙二圣", tall=("孙二圣",))["person"] == "孙二圣"


def test_a_draft_knows_where_it_was_read():
    found = cardtext.read(lines("深圳埃拓伺服技术", "有限公司", "秦朗"))

    assert found["company"].box == (10, 0, 170, 70), "both lines of a broken name"
    assert found["person"].box == (10, 80, 50, 110)


def test_a_number_is_shown_in_groups_and_broken_lines_are_left_out():
    assert cardtext.grouped("19900000127") == "199 0000 0127"
    assert cardtext.grouped("0714-6512345") == "0714-6512345"
    stored = [
        {"text": "秦朗", "box": [1, 2, 3, 4], "score": 0.9},
        {"text": "x"},
        {"box": [1, 2, 3, 4]},
        {"text": "y", "box": [1]},
    ]
    assert [one.text for one in cardtext.lines_of(stored)] == ["秦朗"]
