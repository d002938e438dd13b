"""Many rows settled at once by a rule: how many it is about is said before, and it can be taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.imports import kinds, queries, service
from crm.imports.models import Decision, Fate, ImportBatch, ImportRow, RowStatus
from crm.imports.service import Rule
from crm.imports.views import bp
from crm.imports.views.review import own_batch
from crm.kit import db
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render

SCORES = (95, 90, 85, 80, 70)
USUAL = 85
KEPT_RANGES = 4000


@dataclass(frozen=True)
class Offer:
    """A rule in words, with the number of rows that it would settle now."""

    name: str
    words: str
    count: int
    verb: str


def _open_rows(actor: Actor, batch: ImportBatch) -> list[tuple[int, Fate, float, str]]:
    """Return row, fate, best score and verdict of each row that a rule may settle. One statement."""
    mine = select(ImportBatch.id).where(ImportBatch.id == batch.id, queries.visible_to(actor))
    wanted = (Fate.LIKELY, Fate.RELATED, Fate.CONFLICT, Fate.ERROR)
    query = select(ImportRow.row_no, ImportRow.fate, ImportRow.sure, ImportRow.candidates).where(
        ImportRow.batch_id.in_(mine),
        ImportRow.fate.in_(wanted),
        ImportRow.decision.is_(None),
        ImportRow.status == RowStatus.WAITING,
    )
    found = []
    for number, fate, sure, candidates in db.session.execute(query):
        if fate is None or (sure and fate is not Fate.ERROR):
            continue
        best: dict[str, Any] = (candidates or [{}])[0]
        found.append((number, fate, float(best.get("score") or 0), str(best.get("verdict") or "")))
    return found


def rule_of(name: str, score: int) -> Rule | None:
    """Return the rule of a name."""
    rules = {
        "likely-same": Rule(Fate.LIKELY, Decision.SAME, min_score=score / 100),
        "likely-new": Rule(Fate.LIKELY, Decision.NEW),
        "related-link": Rule(Fate.RELATED, Decision.RELATED),
        "related-new": Rule(Fate.RELATED, Decision.NEW),
        "conflict-file": Rule(Fate.CONFLICT, Decision.SAME),
        "conflict-keep": Rule(Fate.CONFLICT, Decision.SKIP),
        "error-skip": Rule(Fate.ERROR, Decision.SKIP),
    }
    return rules.get(name)


def _offers(rows: list[tuple[int, Fate, float, str]], score: int) -> list[Offer]:
    def count(fate: Fate, least: float = 0.0) -> int:
        return sum(1 for _row, one, best, _verdict in rows if one is fate and best >= least)

    percent = f"{score / 100:.2f}"
    found = [
        Offer("likely-same", _("相似度 ≥ %(score)s 的疑似，都算同一（取第一个候选）", score=percent), count(Fate.LIKELY, score / 100), _("定为同一")),
        Offer("likely-new", _("还没定的疑似，都按新增"), count(Fate.LIKELY), _("定为新增")),
        Offer("related-link", _("还没定的关联，都新增并关联第一个候选"), count(Fate.RELATED), _("定为关联")),
        Offer("related-new", _("还没定的关联，都只新增、不关联"), count(Fate.RELATED), _("定为新增")),
        Offer("conflict-file", _("冲突都以文件为准"), count(Fate.CONFLICT), _("以文件为准")),
        Offer("conflict-keep", _("冲突都保留平台上的"), count(Fate.CONFLICT), _("保留平台上的")),
        Offer("error-skip", _("错误的行都跳过"), count(Fate.ERROR), _("跳过错误行")),
    ]  # fmt: skip
    return [one for one in found if one.count]


def _score_asked(text: str | None) -> int:
    return int(text) if text in {str(score) for score in SCORES} else USUAL


@bp.get("/<pid:batch>/rules")
@requires(Permission.IMPORT_READ)
def rules(batch: str) -> Response:
    actor = current_actor()
    row = own_batch(actor, batch)
    score = _score_asked(request.args.get("score"))
    offers = _offers(_open_rows(actor, row), score)
    return render(
        "imports/rules.html",
        fragment="imports/_rules.html",
        batch=row,
        kind=kinds.kinds[row.kind],
        offers=offers,
        score=score,
        scores=SCORES,
    )


@bp.post("/<pid:batch>/rules")
@requires(Permission.IMPORT_READ)
def apply_rule(batch: str) -> Response:
    actor = current_actor()
    row = own_batch(actor, batch)
    rule = rule_of(request.form.get("rule", ""), _score_asked(request.form.get("score")))
    if rule is None:
        flash(_("没有这条规则，请刷新页面。"), "bad")
        return _back(batch)
    before = {number for number, *_rest in _open_rows(actor, row)}
    try:
        count = service.decide_many(actor, row, rule)
    except UserError as error:
        flash(error.message, "bad")
        return _back(batch)
    settled = before - {number for number, *_rest in _open_rows(actor, row)}
    flash(ngettext("已按规则处理 %(num)d 行。", "已按规则处理 %(num)d 行。", count), "ok")
    return _back(batch, settled=ranges(settled) or None)


@bp.post("/<pid:batch>/rules/undo")
@requires(Permission.IMPORT_READ)
def undo_rule(batch: str) -> Response:
    """Take back what a rule has just settled: the rows that the page names."""
    actor = current_actor()
    row = own_batch(actor, batch)
    count = 0
    with db.transaction():
        for number in numbers(request.form.get("settled", "")):
            try:
                service.undecide(actor, row, number)
            except UserError:
                continue  # mended or gone meanwhile: nothing to take back
            count += 1
    flash(ngettext("已退回 %(num)d 行。", "已退回 %(num)d 行。", count), "ok")
    return _back(batch)


def ranges(found: Iterable[int]) -> str:
    """Write row numbers briefly: 12-40,45. Too many pieces to carry in an address give ""."""
    pieces: list[list[int]] = []
    for number in sorted(found):
        if pieces and pieces[-1][1] == number - 1:
            pieces[-1][1] = number
        else:
            pieces.append([number, number])
    text = ",".join(f"{first}-{last}" if last > first else str(first) for first, last in pieces)
    return text if len(text) <= KEPT_RANGES else ""


def numbers(text: str) -> list[int]:
    """Read row numbers written by ``ranges``; nonsense is left out."""
    found: list[int] = []
    for piece in text[:KEPT_RANGES].split(","):
        first, _dash, last = piece.partition("-")
        if all(one.isascii() and one.isdigit() and len(one) < 7 for one in (first, last or first)):
            found.extend(range(int(first), min(int(last or first), int(first) + 50_000) + 1))
    return found[:50_000]


def _back(batch: str, **more: str | None) -> Response:
    from flask import redirect

    return redirect(url_for("imports.show", batch=batch, **more), 303)  # type: ignore[arg-type,return-value]
