"""Fields of a lead and what follows it: amounts and areas with their unit, beside the plain ones of the kit."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from crm.kit.fields import DayField, NumberField, clean, one_line, plain, public_id, read_day, read_number

__all__ = [
    "YI",
    "AmountField",
    "AreaField",
    "DayField",
    "NumberField",
    "clean",
    "one_line",
    "plain",
    "public_id",
    "read_day",
    "read_number",
]

YI = Decimal(100_000_000)


class AmountField(NumberField):
    """An amount shown in 亿元 and kept in yuan. Takes 4.8, 4.80 亿, 48000万, full-width digits and thousands commas."""

    def _text(self, number: Decimal) -> str:
        return plain(number / YI)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the amount. Raises ValueError with a sentence."""
        text = one_line(str(valuelist[0])) if valuelist else ""
        self.data = None
        if not text:
            return
        yuan = read_number(text, {"亿": YI, "万": Decimal(10_000), "": YI})
        if yuan is None or yuan < 0:
            raise ValueError(_("请填数字，单位亿元，例如 4.80；5000 万元写 0.5。"))
        if yuan > 100_000 * YI:
            raise ValueError(_("金额超过 10 万亿元，请核对单位：这里按亿元填写。"))
        self.data = yuan.quantize(Decimal("0.01"))


class AreaField(NumberField):
    """An area in 亩 with up to two decimals."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the area. Raises ValueError with a sentence."""
        text = one_line(str(valuelist[0])) if valuelist else ""
        self.data = None
        if not text:
            return
        area = read_number(text, {"亩": Decimal(1), "": Decimal(1)})
        if area is None or area < 0 or area > 1_000_000:
            raise ValueError(_("请填亩数，例如 85；1 公顷是 15 亩。"))
        self.data = area.quantize(Decimal("0.01"))
