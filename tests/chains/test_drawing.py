"""Lines stay inside the picture, and names break where a reader would."""

import re
from functools import partial

import pytest

from crm.chains.drawing import TIERS, Label, breadth, broken, city_map, segment_map


@pytest.mark.parametrize("draw", [segment_map, city_map, partial(city_map, abreast=2)])
def test_no_line_of_supply_leaves_the_picture(draw):
    labels = [Label(f"X-{tier[0]}{n}", "环节", "X", tier) for tier in TIERS for n in range(2)]
    feeds = {one.code: [other.code for other in labels if other is not one] for one in labels}

    drawing = draw(labels, feeds)

    assert len(drawing.lines) == 56
    for line in drawing.lines:
        across = [int(x) for x in re.findall(r"(-?\d+) -?\d+", line.path)]
        assert min(across) >= -4 and max(across) <= drawing.width + 4, line


@pytest.mark.parametrize(
    ("name", "ems", "lines"),
    [
        ("主轴、丝杠、导轨等功能部件", 11, ("主轴、丝杠、", "导轨等功能部件")),
        ("机床展销、云体验与维修服务", 12, ("机床展销、", "云体验与维修服务")),
        ("测控用芯片、模组与电子元器件", 11, ("测控用芯片、", "模组与电子元器件")),
        ("输送装备用型钢与结构材料", 11, ("输送装备用型钢", "与结构材料")),
        ("Industrial internet platform", 12, ("Industrial", "internet platform")),
        ("智能检测", 11, ("智能检测",)),
        ("汽车（SUV等）", 5, ("汽车", "（SUV等）")),
        ("", 5, ()),
    ],
)
def test_names_break_between_things_and_no_line_is_too_long(name, ems, lines):
    assert broken(name, ems) == lines
    assert all(breadth(line.rstrip("，、。）")) <= ems for line in lines)


def test_on_a_wide_sheet_two_nodes_of_a_chain_stand_abreast_and_none_over_another():
    labels = [Label(f"{chain}-{tier[0]}{n}", "环节", chain, tier) for chain in "XY" for tier in TIERS for n in range(5)]

    drawn, narrow = city_map(labels, {}, abreast=2), city_map(labels, {})

    boxes = list(drawn.boxes.values())
    assert drawn.height < 0.7 * narrow.height
    assert len({box.x for box in boxes}) == 4 and all(box.x + box.width <= drawn.width for box in boxes)
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            assert one.x != other.x or one.y + one.height <= other.y or other.y + other.height <= one.y
