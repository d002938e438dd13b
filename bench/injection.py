"""Duplicates to be found again: rows of a list written down a second time, as people and spreadsheets do it."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from crm.companies.bulk import Record
from crm.core import names
from crm.core import uscc as codes
from crm.core.names.normal import LEGAL_FORMS
from crm.core.names.sound import syllable

SHARES = {
    "sound": 15,
    "character": 7,
    "missing": 10,
    "swapped": 5,
    "legal": 18,
    "region_dropped": 10,
    "region_added": 7,
    "short": 10,
    "former": 5,
    "traditional": 5,
    "format": 3,
    "two": 5,
}
"""Kind of duplicate → how many of a hundred."""
CODED, HOUSED, SEATED = 0.4, 0.3, 0.7  # originals with a code, an address, a seat in the record
SAME_CODE, SAME_HOUSE = 0.12, 0.12  # duplicates that carry the original's; half of all duplicates keep its seat
_FORMS = ("有限公司", "有限责任公司", "股份有限公司", "公司", "")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the base: ``of`` is the external id of the original that it writes down again, '' for an original."""

    record: Record
    address: str = ""
    of: str = ""
    kind: str = ""


class Injection:
    """Makes originals out of names, and duplicates out of originals; the same seed makes the same base."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.makers: dict[str, Callable[[Record], str]] = {
            "sound": self.sound,
            "character": self.character,
            "missing": self.missing,
            "swapped": self.swapped,
            "legal": self.legal,
            "region_dropped": self.region_dropped,
            "region_added": self.region_added,
            "short": self.short,
            "former": self.former,
            "traditional": self.traditional,
            "format": self.format,
            "two": self.two,
        }

    def original(self, record: Record) -> Row:
        """Give a company a seat, a code and an address, or not."""
        parts = names.parts(record.name)
        if not record.province and self.chance.random() < SEATED:
            record = replace(record, province=parts.prov, city=parts.city.partition("/")[0])
        if self.chance.random() < CODED:
            record = replace(record, uscc=self.code())
        house = self.chance.random() < HOUSED
        return Row(record, self.address(record) if house else "")

    def duplicates(self, originals: list[Row], count: int) -> list[Row]:
        """Write companies down again, of all kinds; those with a former name are few, so each gives one duplicate at most.

        Half of the former names are then taken out of the base: the duplicate carries a name that nobody stored.
        """
        made: list[Row] = []
        renamed = [n for n, row in enumerate(originals) if row.record.former_names]
        self.chance.shuffle(renamed)
        while len(made) < count:
            kind = self.chance.choices(list(SHARES), list(SHARES.values()))[0]
            if kind == "former" and not renamed:
                continue
            place = renamed.pop() if kind == "former" else self.chance.randrange(len(originals))
            row = self.duplicate(originals[place], kind, len(made))
            if row is None:
                continue
            if kind == "former" and self.chance.random() < 0.5:
                record = originals[place].record
                originals[place] = replace(originals[place], record=replace(record, former_names=()))
                row = replace(row, kind=row.kind.replace("former", "former_unknown"))
            made.append(row)
        return made

    def duplicate(self, row: Row, kind: str, number: int) -> Row | None:
        """Write a company down again; None if this kind cannot be made of it or came out as it was."""
        name = self.makers[kind](row.record)
        if not name or name == row.record.name or len(names.normal(name)) < 2:
            return None
        keeps = self.chance.random()
        same_code = keeps < SAME_CODE and row.record.uscc
        same_house = SAME_CODE <= keeps < SAME_CODE + SAME_HOUSE and row.address
        seat = self.chance.random() < 0.5
        record = Record(
            external_id=f"{row.record.external_id}+{number}",
            name=name,
            province=row.record.province if seat else "",
            city=row.record.city if seat else "",
            uscc=row.record.uscc if same_code else "",
        )
        how = "code" if same_code else "address" if same_house else "name"
        return Row(record, row.address if same_house else "", row.record.external_id, f"{kind} {how}")

    def code(self) -> str:
        """Return a code that no company has."""
        return codes.with_check_digits("9142" + "".join(self.chance.choices("0123456789", k=12)))

    def address(self, record: Record) -> str:
        """Return an address; one in twenty is that of a park where many sit."""
        if self.chance.random() < 0.05:
            return f"{record.city or '黄石'}市创业大道{self.chance.randrange(1, 9)}号科技园"
        return f"{record.city or '黄石'}市{self.chance.choice('金银铜铁锡山河湖')}{self.chance.choice('山港湖园')}路{self.chance.randrange(1, 3000)}号"

    def sound(self, record: Record) -> str:
        """Another character of the brand that sounds alike."""
        return self._replaced(record, lambda char: _sounding_like(char))

    def character(self, record: Record) -> str:
        """Another character of the brand, of any sound."""
        return self._replaced(record, lambda _: _FREQUENT)

    def missing(self, record: Record) -> str:
        """A character of brand or line left out."""
        parts = names.parts(record.name)
        at = record.name.find(parts.core)
        long = parts.core + parts.line
        if at < 0 or len(long) < 4:
            return ""
        drop = at + self.chance.randrange(len(parts.core) if len(parts.core) > 2 else len(long))
        return record.name[:drop] + record.name[drop + 1 :]

    def swapped(self, record: Record) -> str:
        """Two neighbours of the brand change places, or one is written twice."""
        core = names.parts(record.name).core
        at = record.name.find(core)
        if at < 0 or len(core) < 3:
            return ""
        k = at + self.chance.randrange(len(core) - 1)
        text = record.name
        if self.chance.random() < 0.5:
            return text[: k + 1] + text[k] + text[k + 1 :]
        return text[:k] + text[k + 1] + text[k] + text[k + 2 :]

    def legal(self, record: Record) -> str:
        """Another legal form, or none."""
        for ending, _ in LEGAL_FORMS:
            if record.name.endswith(ending):
                other = self.chance.choice([form for form in _FORMS if form != ending])
                return record.name[: -len(ending)] + other
        return record.name + "有限公司"

    def region_dropped(self, record: Record) -> str:
        """Without the place in front."""
        parts = names.parts(record.name)
        at = record.name.find(parts.core)
        return record.name[at:] if at > 0 and parts.prov and len(parts.core + parts.line) >= 3 else ""

    def region_added(self, record: Record) -> str:
        """With the province or 市 in front, or the place in brackets."""
        parts = names.parts(record.name)
        city = parts.city.partition("/")[0]
        at = record.name.find(parts.core)
        rest = record.name[at:]
        if not parts.prov or at < 0:
            return record.province + record.name if record.province else ""
        if not city:
            return f"{parts.prov}省{rest}"
        return self.chance.choice(
            (f"{parts.prov}{city}{rest}", f"{city}市{rest}", f"{parts.prov}省{city}市{rest}", f"{rest}({city})")
        )

    def short(self, record: Record) -> str:
        """The short name on the stock exchange, or brand and first word of the line."""
        parts = names.parts(record.name)
        if record.short_name:
            return record.short_name
        return parts.core + parts.line[:2] if len(parts.core) >= 2 and parts.line else ""

    def former(self, record: Record) -> str:
        """A former name that the base knows."""
        return record.former_names[0] if record.former_names else ""

    def traditional(self, record: Record) -> str:
        """In traditional characters."""
        return str(_traditional().convert(record.name))

    def format(self, record: Record) -> str:
        """Spaces, full width, a note behind."""
        name = record.name
        half = len(name) // 2
        return self.chance.choice((name[:half] + " " + name[half:], name + "（重点）", name + "。", f" {name}　"))

    def two(self, record: Record) -> str:
        """Two of these at once."""
        first, second = self.chance.sample(("sound", "missing", "legal", "region_dropped", "region_added"), 2)
        once = self.makers[first](record)
        return self.makers[second](replace(record, name=once)) if once else ""

    def _replaced(self, record: Record, others: Callable[[str], str]) -> str:
        core = names.parts(record.name).core
        at = record.name.find(core)
        if at < 0 or len(core) < 2:
            return ""
        k = at + self.chance.randrange(len(core))
        choice = [c for c in others(record.name[k]) if c != record.name[k]]
        return record.name[:k] + self.chance.choice(choice) + record.name[k + 1 :] if choice else ""


_FREQUENT = (
    "华信达科海天金源盛龙泰丰利安康美新中大力恒瑞博创东方星明光宏宇通远鑫成立德诚嘉佳万隆兴旺福顺凯百联国威"
    "永和正元润昌祥飞腾蓝绿云山江河林石玉宝珠银铁阳春松柏梅兰竹菊凤鹏鹰虎豹马牛羊鱼鸟花草木水火土电气风雷"
    "京沪津渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵滇陕甘青宁藏智慧思维优特奥普迪斯尔卡伦曼亚欧亿迈卓越"
    "胜捷速达佰仟富贵荣耀辉煌旭晨曦景秀峰岳岭峡谷湾港湖池泉溪波涛浪潮汇聚融合众群友邦亲爱仁义礼忠孝廉"
)


@cache
def _by_sound() -> dict[str, str]:
    found: dict[str, str] = defaultdict(str)
    for char in dict.fromkeys(_FREQUENT + "".join(chr(c) for c in range(0x4E00, 0x9FA5) if _simple(chr(c)))):
        found[syllable(char)] += char
    return dict(found)


def _simple(char: str) -> bool:
    """Tell whether GB 2312 has the character: what an input method offers first."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


def _sounding_like(char: str) -> str:
    return _by_sound().get(syllable(char), "")


@cache
def _traditional() -> object:
    from opencc import OpenCC

    return OpenCC("s2t")
