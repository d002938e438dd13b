"""Writing the rows of a list of companies: plain new ones many at once, the others one by one with their decision."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.companies import aliases, decisions, relations
from crm.companies.imports import amending, columns, exact, making, resolving, snapshots
from crm.companies.keys import Key
from crm.companies.models import Company, CompanyName, CompanyRelation, NameDecision, RelationKind
from crm.companies.service import Taken
from crm.core.errors import Conflict, Invalid, NotFound
from crm.imports.kinds import Context, Row, Trace, Written
from crm.imports.models import Decision, ImportBatch, ImportRow
from crm.kit import db

SUBJECT = "company"
_TRIES = 3


def write_many(context: Context, rows: Sequence[tuple[Row, Trace]]) -> list[Written | None]:
    """Make the plain new companies of a chunk together; every other row is left to ``write``."""
    check_source(context)
    plain = [(number, row, trace) for number, (row, trace) in enumerate(rows) if _is_plain(row)]
    drafts = [(number, _draft(context, row), trace) for number, row, trace in plain]
    taken = exact.taken(key for _number, one, _trace in drafts if one for key in one.keys)
    chosen: list[tuple[int, making.New, Trace]] = []
    used: set[Key] = set()
    for number, one, trace in drafts:
        if one is not None and taken.isdisjoint(one.keys) and used.isdisjoint(one.keys):
            used.update(one.keys)
            chosen.append((number, one, trace))
    answers: list[Written | None] = [None] * len(rows)
    if chosen:
        made = making.make(context, [one for _n, one, _t in chosen], [trace for _n, _one, trace in chosen])
        for (number, _one, _trace), company in zip(chosen, made, strict=True):
            answers[number] = Written(SUBJECT, company)
    return answers


def write(context: Context, row: Row, trace: Trace) -> Written:
    """Write one row: what it is by its target, its keys or a person's decision. Raises UserError for what cannot be."""
    check_source(context)
    if row.decision is Decision.RELATED:
        company = _target(context, row)
        if company is None:
            raise Invalid(_("请选择关联的企业。"), "target")
        made = _make(context, row, trace)
        relate(context, company, made, trace)
        return Written(SUBJECT, made.id)
    if row.decision is Decision.NEW:
        made = _make(context, row, trace)
        decisions.remember_different(context.actor, made, _shown(context, row))
        return Written(SUBJECT, made.id)
    for _attempt in range(_TRIES):
        company = _target(context, row) or _identified(context, row)
        if company is not None:
            return _update(context, row, company, trace)
        try:
            with db.session.begin_nested():
                return Written(SUBJECT, _make(context, row, trace).id)
        except (Taken, IntegrityError):
            trace.made.clear()  # another writer was faster: what it wrote is there to be read now
            db.session.expire_all()
    raise Conflict(_("同一企业正在被登记，请稍后再试。"), "name")


def check_source(context: Context) -> None:
    """A public list is opened to the city at once: then it must be said where it comes from."""
    if making.opens(context) and not context.source.strip():
        raise Invalid(_("按公开名录导入时，请写明名录来源，例如“2025 年度高新技术企业名单”。"), "source")


def _is_plain(row: Row) -> bool:
    return row.decision is None and not row.target and not columns.text_of(row.given, columns.PUBLIC_ID.name)


def _draft(context: Context, row: Row) -> making.New | None:
    try:
        return making.draft(context, row.given)
    except Invalid:
        return None  # ``write`` says why


def _target(context: Context, row: Row) -> Company | None:
    public_id = row.target or columns.text_of(row.given, columns.PUBLIC_ID.name)
    if not public_id or row.decision is Decision.NEW:
        return None
    found = exact.look(context.actor, (), [public_id]).by_public_id.get(public_id)
    if found is None and row.target:
        raise NotFound(_("选定的企业已不在库中，或您无权查看。请重新选择。"))
    return found


def _identified(context: Context, row: Row) -> Company | None:
    """Find the company by code and name as they are now: another import may have made it meanwhile."""
    asked = resolving.Asked(columns.text_of(row.given, "name"), columns.text_of(row.given, "uscc"))
    match = resolving.identify(context.actor, asked)
    if match.faults:
        raise Invalid(match.faults[0].message, match.faults[0].field)
    if match.choices:
        raise Conflict(_("企业库里“%(name)s”的名称与代码对不上，请核对后再导入。", name=match.choices[0].name), "name")
    return match.company


def _make(context: Context, row: Row, trace: Trace) -> Company:
    """Make the row's company. Raises Taken with a sentence when a key leads to one that the actor sees."""
    one = making.draft(context, row.given)
    # Only the centre may say that this is another firm of the same name.
    homonym = row.decision is Decision.NEW and context.actor.is_center
    made = making.make(context, [one], [trace], homonym=homonym)[0]
    return db.session.get_one(Company, made)


def _update(context: Context, row: Row, company: Company, trace: Trace) -> Written:
    known = amending.known_of(context.actor, [company])
    wanted = amending.amendment(context, company, row.given, known)
    if wanted:
        _check_unchanged(row, company)
        amending.amend(context, company, wanted, trace)
    if row.decision is Decision.SAME:
        learn(context, company, columns.text_of(row.given, "name"), trace)
    changed = bool(trace.changed or trace.made)
    return Written(SUBJECT, company.id, "" if changed else _("与库中一致，没有改动。"), changed)


def learn(context: Context, company: Company, text: str, trace: Trace) -> None:
    """Keep the typed text as a name of the company that a person said it means."""
    tables = (CompanyName, NameDecision)
    before = snapshots.take([company.id], tables)[company.id]
    if text and aliases.confirm(context.actor, company, text, source=context.source or "import") is not None:
        snapshots.note(trace, company.id, before, snapshots.take([company.id], tables)[company.id])


def relate(context: Context, company: Company, made: Company, trace: Trace) -> None:
    """Note that a new company belongs to the same group as a known one; how exactly, a person says later."""
    if made.id == company.id:
        return
    source = (context.source or "import")[:80]
    row = relations.add_relation(context.actor, company.id, made.id, RelationKind.BRAND, source=source)
    trace.make(CompanyRelation.__tablename__, row.id)


def _shown(context: Context, row: Row) -> list[str]:
    """Return the candidates that the person saw beside the row and refused."""
    query = (
        select(ImportRow.candidates)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(ImportBatch.public_id == context.batch_public_id, ImportRow.row_no == row.row_no)
    )
    found = db.session.scalar(query) or []
    return [str(one["public_id"]) for one in found if isinstance(one, dict) and one.get("public_id")]


def _check_unchanged(row: Row, company: Company) -> None:
    """A row of our own export was compared with the company as it was then; what was changed since is looked at first."""
    version = columns.whole_of(row.given, columns.VERSION.name)
    own = columns.text_of(row.given, columns.PUBLIC_ID.name) == company.public_id
    if own and version is not None and version != company.version and row.decision is None:
        raise Conflict(_("“%(name)s”在导出之后被改过，请重新检查这一行。", name=company.name), "version")
