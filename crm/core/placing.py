"""On which nodes of the chains a company stands, from its scope, products, name and industry code, with the words it rests on.

Source: seeds/plan/README.md, 自动归类怎么用关键词. Selling, letting and servicing are no making: such clauses weigh less.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, sqrt

from crm.core.placing_words import NOT_AFTER, TITLES, WIDE

SURE = 80  # from here a proposal is shown as sure, and placed when many are placed at once
LEAST_WORDS = 2  # that are made, beside a fitting class, to be sure. Chosen by folds: tests/data/placing/README.md
LEAST_LETTERS = 3  # of a product that is the only witness
EARLY = 2  # clauses of a scope that tell the main business
SHOWN = 35  # below, nothing is proposed
MOST = 5
SERVICE = "service"
_MAKING = re.compile(r"制造|生产|研发|研制|加工|设计|开发|铸造|锻造")
_SELLING = re.compile(r"销售|经销|批发|零售|租赁|出租|代理|贸易|进出口|贩卖|回收")
_SERVING = re.compile(r"服务|维修|修理|维护|保养|咨询|安装|调试|培训|施工|运营|工程|检测|检验")
_WITHOUT = re.compile(r"[(（]?\s*(?:不含|不得|除[^，；。)）]{1,20}外|但不包括)[^；;。]*")
_CLAUSES = re.compile(r"[；;。\n]|(?<=(?:销售|制造|加工|服务|租赁))[，,、](?!生产|销售|研发)")
_CODE = re.compile(r"\d{4}")
_ITEMS = re.compile(r"[、,，/及和与]")
# What follows the product in an item of a clause: 谐波减速器|的研发. 加工中心 and 制造执行系统 are products themselves.
_ACTS = re.compile(
    r"的?(?:研究|研发|研制|设计|开发|生产|制造(?!执行)|制作|加工(?!中心)|铸造|锻造|规划|销售|集成(?!电路)|安装|修理).*$"
)
_TAIL = re.compile(r"(?:总成|产品|系列)$")


@dataclass(frozen=True, slots=True)
class NodeWords:
    """What a node is known by: keywords and classes of GB/T 4754; ``tier`` tells services from makers."""

    code: str
    tier: str
    keywords: tuple[str, ...]
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a company. ``industry`` may be a code or words that hold one."""

    scope: str = ""
    products: str = ""
    name: str = ""
    industry: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A word that was found: where (scope, products, name, code) and in which light (made, sold, served, said)."""

    word: str
    where: str
    light: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A node with its confidence in percent. ``main``: among the strongest, so probably the main product."""

    code: str
    confidence: int
    main: bool
    hits: tuple[Hit, ...]

    @property
    def sure(self) -> bool:
        """Whether it may be placed without a person."""
        return self.confidence >= SURE


_LIGHTS = {"made": 1.0, "said": 0.8, "served": 0.35, "sold": 0.3}
_WHERE = {"products": 1.3, "scope": 1.0, "name": 0.7}


@dataclass
class Classifier:
    """Node words made ready; builds once, places many."""

    nodes: Sequence[NodeWords]
    _shared: dict[str, int] = field(default_factory=dict)
    _classes: dict[str, int] = field(default_factory=dict)
    _longer: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Count on how many nodes a word and a class stand, and which words of any node hold a word inside them."""
        for node in self.nodes:
            for word in set(node.keywords):
                self._shared[word] = self._shared.get(word, 0) + 1
            for number in set(node.classes):
                self._classes[number] = self._classes.get(number, 0) + 1
        for word in self._shared:
            self._longer[word] = tuple(other.upper() for other in self._shared if word in other and word != other)

    def place(self, told: Told) -> list[Proposal]:
        """Return the proposals, the most probable first; at most ``MOST``."""
        clauses = _clauses(told)
        number = next(iter(_CODE.findall(told.industry)), "")
        found = [one for node in self.nodes if (one := self._judge(node, clauses, number)) is not None]
        found.sort(key=lambda one: (-one.confidence, one.code))
        best = found[0].confidence if found else 0
        return [Proposal(one.code, one.confidence, one.confidence >= best - 12, one.hits) for one in found[:MOST]]

    def _alone(self, node: NodeWords) -> bool:
        """Whether a class of the node is no other node's: then its title tells as much as a keyword."""
        return any(self._classes[number] == 1 for number in node.classes)

    def _judge(self, node: NodeWords, clauses: Sequence["_Clause"], number: str) -> Proposal | None:
        points: dict[str, float] = {}
        hits: dict[str, Hit] = {}
        words: set[str] = set()
        made: set[str] = set()
        heads: set[tuple[str, int]] = set()
        for clause in clauses:
            for word in node.keywords:
                if not _stands(word, clause.text) or _is_part(word, node, clause):
                    continue
                light = clause.light if node.tier != SERVICE or clause.light != "served" else "made"
                worth = _worth(word) * _LIGHTS[light] * clause.weight / sqrt(self._shared[word])
                if worth > points.get(word, 0):
                    points[word], hits[word] = worth, Hit(word, clause.where, light)
                if light == "made" and clause.where != "name":
                    words.add(word)
                    if word not in TITLES or self._alone(node):
                        made.add(word)
                    if clause.place < EARLY and self._is_product(word, clause.text):
                        heads.add((word, clause.place))
        score = sum(points.values())
        if not score:
            return None
        fits = number in node.classes
        if fits:
            score += 1.2 / sqrt(self._classes[number])
            hits[number] = Hit(number, "code", "said")
        confidence = round(100 * (1 - exp(-1.15 * score)))
        if _is_firm(node, fits, made, words, heads):
            confidence = max(confidence, SURE)
        else:
            # A word alone may stand in any scope, beside its code too: 运动控制 with the class of all software is no robot.
            confidence = min(confidence, SURE - 2 if len(made) < 3 else 84)
        if not made:
            confidence = min(confidence, 55)
        if confidence < SHOWN:
            return None
        return Proposal(node.code, confidence, False, tuple(hits.values()))

    def _is_product(self, word: str, text: str) -> bool:
        """Whether the word is what an item of a clause names, at its end: 自润滑轴承, not 轴承钢, and 充电机 not in 车载充电机."""
        if word in WIDE or word in TITLES:
            return False
        items = (_TAIL.sub("", _ACTS.sub("", item).strip(" ()（）")) for item in _ITEMS.split(text))
        return any(
            item.endswith(word.upper()) and not any(other in item for other in self._longer[word]) for item in items
        )


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    where: str
    light: str
    weight: float
    place: int


def _is_firm(node: NodeWords, fits: bool, made: set[str], words: set[str], heads: set[tuple[str, int]]) -> bool:
    """Whether what is made says the node without a doubt: two kinds of evidence, or one where the node can have no other.

    The class with two words, or with one that is itself a product; without the class two products in one clause; and a
    product of a node that no class is known of.
    """
    if fits and ((made and len(words) >= LEAST_WORDS) or heads):
        return True
    if not node.classes and any(len(word) >= LEAST_LETTERS for word, _place in heads):
        return True
    return any(sum(place == other for _word, other in heads) >= LEAST_WORDS for _one, place in heads)


def _clauses(told: Told) -> list[_Clause]:
    found = []
    for where, text in (("products", told.products), ("scope", told.scope), ("name", told.name)):
        plain = _WITHOUT.sub("", unicodedata.normalize("NFKC", text)).upper()
        parts = [part for part in _CLAUSES.split(plain) if part.strip()]
        for place, part in enumerate(parts):
            light = "made" if where == "products" else "said" if where == "name" else _light(part)
            # What stands first in a scope is the main business.
            early = 1.0 if where != "scope" else max(0.6, 1.1 - 0.1 * place)
            found.append(_Clause(part, where, light, _WHERE[where] * early, place))
    return found


def _light(clause: str) -> str:
    if _MAKING.search(clause):
        return "made"
    if _SELLING.search(clause):
        return "sold"
    return "served" if _SERVING.search(clause) else "said"


def _stands(word: str, text: str) -> bool:
    """Whether the word stands in the text as itself, not as the end of another."""
    at = text.find(word.upper())
    bad = NOT_AFTER.get(word, "")
    while at > 0 and text[at - 1] in bad and bad:
        at = text.find(word.upper(), at + 1)
    return at >= 0


def _worth(word: str) -> float:
    """Long words are particular; a short one says little."""
    return {1: 0.2, 2: 0.55, 3: 0.8}.get(len(word), 1.0 if len(word) < 7 else 1.1)


def _is_part(word: str, node: NodeWords, clause: _Clause) -> bool:
    """A word inside a longer one of the same node counts once."""
    return any(word != other and word in other and other.upper() in clause.text for other in node.keywords)


def classifier(rows: Iterable[Mapping[str, object]]) -> Classifier:
    """Build one from rows with code, tier, keywords and gbt4754, as the plan holds them."""
    return Classifier(
        [NodeWords(str(row["code"]), str(row["tier"]), _words(row["keywords"]), _words(row["gbt4754"])) for row in rows]
    )


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, (list, tuple)) else ()
