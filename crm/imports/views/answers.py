"""A list whose result is what is known of each row (展商名录): the answers beside the rows, before anything is written."""

from flask import request
from werkzeug.wrappers import Response

from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.imports import checking, kinds, queries
from crm.imports.kinds import Row
from crm.imports.models import BatchStatus, Fate
from crm.imports.queries import RowFilter
from crm.imports.views import bp
from crm.imports.views.lines import line_of
from crm.imports.views.review import own_batch
from crm.kit.access import current_actor, requires
from crm.kit.web import is_fragment, render

SHOWN = 50
ANSWERED = (BatchStatus.REVIEW, BatchStatus.DONE, BatchStatus.CANCELLED, BatchStatus.UNDONE)
QUIET = ("public_id",)


@bp.get("/<pid:batch>/answers")
@requires(Permission.IMPORT_READ)
def answers(batch: str) -> Response:
    actor = current_actor()
    row = own_batch(actor, batch)
    kind = kinds.kinds[row.kind]
    if kind.answer is None or row.status not in ANSWERED or row.checked_at is None:
        raise NotFound
    columns = [(name, title) for name, title in kind.answer_columns if name not in QUIET]
    if not is_fragment():
        return render("imports/answers.html", batch=row, kind=kind)
    after = request.args.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    wanted = RowFilter(fates=[fate for fate in Fate if fate is not Fate.SKIPPED])
    found = queries.rows_page(actor, row, wanted, after=start, limit=SHOWN)
    asked = [Row(one.row_no, one.given or {}, one.decision, one.target) for one in found.items]
    told = kind.answer(checking.context_of(actor, row), asked) if asked else []
    return render(
        "imports/_answers.html",
        batch=row,
        columns=columns,
        rows=[(line_of(kind, one), answer) for one, answer in zip(found.items, told, strict=True)],
        after=found.after,
        total=found.total,
    )
