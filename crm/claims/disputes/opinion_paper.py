"""The words of an opinion, once for Word, PDF and the page: the same blocks for both, by reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from crm.claims import labels as claim_labels
from crm.claims.disputes import labels
from crm.claims.disputes.models import Audience, Instance, Opinion
from crm.kit import clock
from crm.kit import pdf as printer
from crm.kit.papers import Paper


@dataclass(frozen=True)
class Block:
    """A piece of the paper: title, number, heading, text, signed, or a table."""

    kind: str
    words: str = ""
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    widths: Sequence[int] = ()


def file_stem(opinion: Opinion, audience: Audience, side: int = 1) -> str:
    """Return the name of a copy's file, without its ending."""
    with force_locale("zh_Hans_CN"):
        which = str(side) if len(opinion.points) > 2 and audience is Audience.SECOND else ""
        return f"首谈权认定意见书{opinion.number}-{labels.COPY[audience]}{which}"


def docx(opinion: Opinion, audience: Audience, side: int = 1) -> bytes:
    """Return the opinion as a Word file for one reader."""
    paper = Paper()
    for block in blocks(opinion, audience, side):
        if block.kind == "table":
            paper.table(block.heads, block.rows, block.widths)
        elif block.kind == "signed":
            paper.signed(*block.words.split("\n"))
        else:
            getattr(paper, block.kind)(block.words)
    return paper.bytes()


def pdf(opinion: Opinion, audience: Audience, side: int = 1) -> bytes:
    """Return the opinion as a PDF file for one reader. Raises Unprintable when the machine lacks a font for it."""
    return printer.render("print/opinion.html", blocks=blocks(opinion, audience, side), number=opinion.number)


def blocks(opinion: Opinion, audience: Audience, side: int = 1) -> list[Block]:
    """Return the paper from top to bottom, in Chinese whoever reads it. ``side``: which of the later filers reads it."""
    with force_locale("zh_Hans_CN"):
        appeal = opinion.instance is Instance.APPEAL
        facts, reader = opinion.facts, _reader(audience, side)
        found = [
            Block("title", _("首谈权认定意见书") + (_("（复核）") if appeal else "")),
            Block("number", opinion.number),
            Block("text", _opening(facts)),
            Block("heading", _("一、双方首报") if len(facts["sides"]) < 3 else _("一、各方首报")),
            *(Block("text", words) for words in _sides(facts, reader)),
            Block("heading", _("二、评分")),
            _points(opinion, facts, reader),
            Block("heading", _("三、认定")),
            Block("text", _("认定结果：%(words)s。", words=claim_labels.DECISION[opinion.decision])),
            Block("text", str(labels.EFFECT[opinion.decision])),
            *(Block("text", words) for words in _outcomes(facts, reader)),
            *(
                [Block("text", _("先报单位此前待核验，经本次认定取得保护，保护期自本意见书作出之日起算。"))]
                if facts.get("verified")
                else []
            ),
            Block("text", _("理由：%(words)s", words=_ended(opinion.reason))),
        ]
        if facts["agreed"]:
            words = claim_labels.DECISION[facts["agreed"]]
            found.append(Block("text", _("双方协商结果：%(words)s。", words=words)))
        found += [
            Block("heading", _("四、效力")),
            Block("text", _("首谈保护只约束本市招商单位，不限制投资方自主选择。")),
            Block("text", _last_words(appeal, facts.get("appeal_wd"))),
            Block("signed", _signature(opinion)),
        ]
        return found


def _opening(facts: dict[str, Any]) -> str:
    level = _("，匹配等级 %(level)s，%(basis)s", level=facts["level"], basis=facts["basis"]) if facts["level"] else ""
    return _(
        "案件 %(number)s（%(kind)s%(level)s）于 %(day)s 立案。依照首谈首报规则，按时间、证据、投资方意愿、产业布局契合四项"
        "（40、25、20、15 分）评议，认定如下。",
        number=facts["case"],
        kind=facts["kind"],
        level=level,
        day=_day(facts["opened_on"]),
    )


def _reader(audience: Audience, side: int) -> str | None:
    """Return the side whose words this reader reads; None reads all."""
    return None if audience is Audience.ARCHIVE else "0" if audience is Audience.FIRST else str(side)


def _role(facts: dict[str, Any], side: str) -> str:
    """Return how the paper calls a side: of several later filers by their order."""
    if side == "0":
        return _("先报单位")
    return _("后报单位") if len(facts["sides"]) < 3 else _("后报单位%(n)s", n=side)


def _sides(facts: dict[str, Any], reader: str | None) -> list[str]:
    """Return a paragraph for each side; of the others a party reads no more than the notice told it."""
    found = []
    for side, said in sorted(facts["sides"].items()):
        name = _role(facts, side)
        if _sees(reader, side):
            words = _(
                "%(name)s：%(unit)s，备案 %(claim)s，企业“%(firm)s”，项目“%(title)s”；首次接触 %(contact)s，首报 %(filed)s，"
                "认定时间 %(effective)s，证据 %(grade)s 级。",
                name=name,
                unit=said["unit"],
                claim=said["claim"],
                firm=said["firm"],
                title=said["title"],
                contact=_day(said["contact_on"]),
                filed=_day(said["filed_on"]),
                effective=_day(said["effective_on"]),
                grade=said["grade"],
            )
        else:
            words = _("%(name)s：%(unit)s。", name=name, unit=_unit(facts, reader, side))
        found.append(words)
    return found


def _outcomes(facts: dict[str, Any], reader: str | None) -> list[str]:
    """Return what a case of several gave: each party reads its own, the archive all."""
    given = sorted(facts.get("outcomes", {}).items())
    return [
        _("%(name)s：%(unit)s。", name=_unit(facts, reader, side), unit=labels.OUTCOME[word])
        for side, word in given
        if word and _sees(reader, side)
    ]


def _sees(reader: str | None, side: str) -> bool:
    return reader is None or reader == side


def _unit(facts: dict[str, Any], reader: str | None, side: str) -> str:
    """Return the name of a unit as this reader may know it: the later filer knows the holder by the notice, not the reverse."""
    if _sees(reader, side) or (side == "0" and facts["named"]):
        return str(facts["sides"][side]["unit"])
    return _("另一单位")


def _points(opinion: Opinion, facts: dict[str, Any], reader: str | None) -> Block:
    sides = sorted(opinion.points)
    rows = []
    for name, first in opinion.points["0"].items():
        lines = {side: opinion.points[side][name] for side in sides}
        why = [f"{_unit(facts, reader, side)}：{_why(lines[side])}" for side in sides if _sees(reader, side)]
        given = [str(lines[side]["points"]) for side in sides]
        rows.append([str(labels.CRITERION[name]), str(first["maximum"]), *given, "；".join(why)])
    sums = [str(sum(line["points"] for line in opinion.points[side].values())) for side in sides]
    rows.append([_("合计"), "100", *sums, ""])
    heads = [_("评分项"), _("满分"), *(_role(facts, side) for side in sides), _("说明")]
    each = 22 if len(sides) == 2 else max(12, 66 // len(sides))
    return Block("table", heads=heads, rows=rows, widths=(30, 16, *(each for _side in sides), 110 - each * len(sides)))


def _why(line: dict[str, Any]) -> str:
    return str(labels.WHY["set"]) + f"（{labels.WHY[line['why']]}）" if line["set"] else str(labels.WHY[line["why"]])


def _ended(words: str) -> str:
    """Return a reason that ends like a sentence, however it was typed."""
    return words if words.endswith(("。", "！", "？", "…", "”")) else words.rstrip("，；、,.; ") + "。"


def _last_words(appeal: bool, days: int | None) -> str:
    """Say what can still be done. ``days``: within how many working days; papers of before do not know it."""
    if appeal:
        return _("本复核意见为最终意见，自作出之日起执行。")
    if days is not None:
        return _(
            "对本意见不服的，可自作出之日起 %(n)s 个工作日内向市招商引资工作领导小组申请复核；复核期间不停止执行。",
            n=days,
        )
    return _("对本意见不服的，可在复核期内向市招商引资工作领导小组申请复核；复核期间不停止执行。")


def _signature(opinion: Opinion) -> str:
    return f"{opinion.by_words}\n{_day(clock.local(opinion.at).date().isoformat())}"


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.year}年{day.month}月{day.day}日"
